/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbours that are reported, claims of our addresses, and who is not answered for them. */
#include "fixture.h"

/* ------------------------------------------------------------------------------------------- */
/* Neighbours                                                                                   */
/* ------------------------------------------------------------------------------------------- */

static void
senders_are_reported_once_in_an_epoch(void)
{
	set_up(VIP_ROLE_MASTER);
	make_solicitation("64", VIRTUAL);
	feed();
	check_sighting(CLIENT, CLIENT_MAC, NEIGH_SEEN_SENDER);
	CU_ASSERT_FALSE(out.sighting.is_known_only);
	CU_ASSERT_TRUE(out.sighting.is_override);
	make_solicitation("02", OWN);
	feed();
	CU_ASSERT_EQUAL(out.sightings, 0);
	worker.epoch++;
	make_solicitation("02", OWN);
	feed();
	CU_ASSERT_EQUAL(out.sightings, 1);
	/* With another MAC it is another one, and when it comes back it is news again. */
	make(ASKED_MAC("64"), OTHER_MAC, CLIENT, ASKED("64"), SOLICIT VIRTUAL FROM_MAC(OTHER_MAC));
	feed();
	check_sighting(CLIENT, OTHER_MAC, NEIGH_SEEN_SENDER);
	make_solicitation("02", OWN);
	feed();
	check_sighting(CLIENT, CLIENT_MAC, NEIGH_SEEN_SENDER);
}

static void
feed_advertisement(const char *to_mac, const char *to, const char *message)
{
	make(to_mac, CLIENT_MAC, CLIENT, to, message);
	feed();
}

static void
advertisements_are_reported_with_their_flags(void)
{
	set_up(VIP_ROLE_BACKUP);
	feed_advertisement(PORT_MAC, OWN, ADVERTISE("60") CLIENT TO_MAC(CLIENT_MAC));
	CHECK_COUNTED(ND_DROP_NOTICED, ND_SIGHTINGS);
	check_sighting(CLIENT, CLIENT_MAC, NEIGH_SEEN_ANSWER);
	CU_ASSERT_TRUE(out.sighting.is_override);
	CU_ASSERT_TRUE(out.sighting.is_known_only);
	CU_ASSERT_FALSE(out.sighting.is_router);
	CU_ASSERT_FALSE(out.sighting.has_no_mac);
	feed_advertisement(PORT_MAC, OWN, ADVERTISE("c0") CLIENT TO_MAC(CLIENT_MAC));
	check_sighting(CLIENT, CLIENT_MAC, NEIGH_SEEN_ANSWER);
	CU_ASSERT_FALSE(out.sighting.is_override);
	CU_ASSERT_TRUE(out.sighting.is_router);
	feed_advertisement(ALL_NODES_MAC, ALL_NODES, ADVERTISE("20") CLIENT TO_MAC(CLIENT_MAC));
	check_sighting(CLIENT, CLIENT_MAC, NEIGH_SEEN_UNSOLICITED);
	CU_ASSERT_TRUE(out.sighting.is_override);
	/* An answer to a probe may come without the option. */
	feed_advertisement(PORT_MAC, OWN, ADVERTISE("40") CLIENT);
	check_sighting(CLIENT, "00 00 00 00 00 00", NEIGH_SEEN_ANSWER);
	CU_ASSERT_TRUE(out.sighting.has_no_mac);
	/* All of it once in an epoch. */
	feed_advertisement(PORT_MAC, OWN, ADVERTISE("40") CLIENT);
	CHECK_COUNTED(ND_DROP_NOTICED);
	feed_advertisement(ALL_NODES_MAC, ALL_NODES, ADVERTISE("20") CLIENT TO_MAC(CLIENT_MAC));
	CHECK_COUNTED(ND_DROP_NOTICED);
}

/* What somebody has asked a moment ago does not hide that it answers now. */
static void
an_answer_counts_although_the_sender_is_known(void)
{
	set_up(VIP_ROLE_BACKUP);
	make_solicitation("02", OWN);
	feed();
	feed_advertisement(PORT_MAC, OWN, ADVERTISE("60") CLIENT TO_MAC(CLIENT_MAC));
	check_sighting(CLIENT, CLIENT_MAC, NEIGH_SEEN_ANSWER);
	make_solicitation("02", OWN);
	feed();
	CHECK_COUNTED(ND_REPLIES);
}

static void
routers_and_those_who_look_for_one(void)
{
	set_up(VIP_ROLE_BACKUP);
	make(ALL_NODES_MAC, CLIENT_MAC, CLIENT_LINK_LOCAL, ALL_NODES,
	     ROUTER_ADVERT FROM_MAC(CLIENT_MAC));
	feed();
	CHECK_COUNTED(ND_ROUTER_ADVERTS, ND_DROP_NOTICED, ND_SIGHTINGS);
	check_sighting(CLIENT_LINK_LOCAL, CLIENT_MAC, NEIGH_SEEN_SENDER);
	CU_ASSERT_TRUE(out.sighting.is_router);
	make("33 33 00 00 00 02", CLIENT_MAC, CLIENT_LINK_LOCAL, ALL_ROUTERS,
	     ROUTER_SOLICIT FROM_MAC(CLIENT_MAC));
	feed();
	CHECK_COUNTED(ND_ROUTER_SOLICITATIONS, ND_DROP_NOTICED, ND_SIGHTINGS);
	CU_ASSERT_FALSE(out.sighting.is_router);
	feed();
	CHECK_COUNTED(ND_ROUTER_SOLICITATIONS, ND_DROP_NOTICED);
	make("33 33 00 00 00 02", CLIENT_MAC, NOBODY, ALL_ROUTERS, ROUTER_SOLICIT);
	feed();
	CHECK_COUNTED(ND_ROUTER_SOLICITATIONS, ND_DROP_NOTICED);
	CU_ASSERT_EQUAL(out.sightings, 0);
}

static void
strangers_are_answered_but_not_learned(void)
{
	set_up(VIP_ROLE_MASTER);
	make(ASKED_MAC("64"), CLIENT_MAC, STRANGER, ASKED("64"),
	     SOLICIT VIRTUAL FROM_MAC(CLIENT_MAC));
	feed();
	CHECK_COUNTED(ND_REPLIES, ND_SIGHTINGS_REFUSED);
	make(ASKED_MAC("64"), CLIENT_MAC, CLIENT, ASKED("64"),
	     SOLICIT VIRTUAL FROM_MAC("00 00 00 00 00 00"));
	feed();
	CHECK_COUNTED(ND_REPLIES, ND_SIGHTINGS_REFUSED);
	CU_ASSERT_EQUAL(out.sightings, 0);
}

/* ------------------------------------------------------------------------------------------- */
/* Who speaks in our name                                                                       */
/* ------------------------------------------------------------------------------------------- */

static void
announcement_of_another_master_is_a_claim(void)
{
	set_up(VIP_ROLE_MASTER);
	make(ALL_NODES_MAC, OTHER_MAC, VIRTUAL, ALL_NODES, ADVERTISE("20") VIRTUAL TO_MAC(OTHER_MAC));
	feed();
	CHECK_COUNTED(ND_DROP_CONFLICT, ND_SIGHTINGS_REFUSED, ND_CLAIMS);
	check_sighting(VIRTUAL, OTHER_MAC, NEIGH_SEEN_CLAIM);
	CU_ASSERT_FALSE(out.sighting.is_probe);
	/* Told once in an epoch. */
	feed();
	CHECK_COUNTED(ND_DROP_CONFLICT, ND_SIGHTINGS_REFUSED);
	worker.epoch++;
	feed();
	CU_ASSERT_EQUAL(out.counter[ND_CLAIMS], 1);
	/* With our MAC it is a master like us: advertisements say who of us is it. */
	make(ALL_NODES_MAC, VIRTUAL_MAC, VIRTUAL, ALL_NODES,
	     ADVERTISE("20") VIRTUAL TO_MAC(VIRTUAL_MAC));
	feed();
	CHECK_COUNTED(ND_DROP_CONFLICT, ND_SIGHTINGS_REFUSED);
}

static void
the_master_may_speak_while_we_are_backup(void)
{
	static const char *const macs[] = { TO_MAC(VIRTUAL_MAC), TO_MAC(OTHER_MAC) };
	char message[256];

	set_up(VIP_ROLE_BACKUP);
	for (size_t i = 0; i < SUITE_LEN(macs); i++) {
		snprintf(message, sizeof(message), "%s%s", ADVERTISE("20") VIRTUAL, macs[i]);
		make(ALL_NODES_MAC, OTHER_MAC, VIRTUAL, ALL_NODES, message);
		feed();
		CHECK_COUNTED(ND_DROP_NOTICED, ND_SIGHTINGS_REFUSED);
	}
	/* It asks for us with the virtual address as its own: answered, nothing learned. */
	make(ASKED_MAC("02"), VIRTUAL_MAC, VIRTUAL, ASKED("02"), SOLICIT OWN FROM_MAC(VIRTUAL_MAC));
	feed();
	check_reply(VIRTUAL_MAC, PORT_MAC, OWN, VIRTUAL, ADVERTISE("60") OWN TO_MAC(PORT_MAC));
	CHECK_COUNTED(ND_REPLIES, ND_SIGHTINGS_REFUSED);
}

static void
senders_with_an_address_of_ours_are_not_answered(void)
{
	set_up(VIP_ROLE_MASTER);
	make(ASKED_MAC("02"), OTHER_MAC, VIRTUAL, ASKED("02"), SOLICIT OWN FROM_MAC(OTHER_MAC));
	feed();
	CHECK_COUNTED(ND_DROP_CONFLICT, ND_SIGHTINGS_REFUSED, ND_CLAIMS);
	make(ASKED_MAC("64"), OTHER_MAC, OWN, ASKED("64"), SOLICIT VIRTUAL FROM_MAC(OTHER_MAC));
	feed();
	CHECK_COUNTED(ND_DROP_CONFLICT, ND_SIGHTINGS_REFUSED, ND_CLAIMS);
	check_sighting(OWN, OTHER_MAC, NEIGH_SEEN_CLAIM);
	/* Our own frames that come back, and group addresses. */
	make(ASKED_MAC("64"), PORT_MAC, OWN, ASKED("64"), SOLICIT VIRTUAL FROM_MAC(PORT_MAC));
	feed();
	CHECK_COUNTED(ND_DROP_CONFLICT, ND_SIGHTINGS_REFUSED);
	make(ASKED_MAC("64"), CLIENT_MAC, CLIENT, ASKED("64"),
	     SOLICIT VIRTUAL FROM_MAC("33 33 00 00 00 01"));
	feed();
	CHECK_COUNTED(ND_DROP_CONFLICT, ND_SIGHTINGS_REFUSED);
	make(ASKED_MAC("03"), "03 00 00 00 00 09", NOBODY, ASKED("03"), SOLICIT TENTATIVE);
	feed();
	CHECK_COUNTED(ND_DROP_CONFLICT);
	make(ASKED_MAC("64"), VIRTUAL_MAC, CLIENT, ASKED("64"), SOLICIT VIRTUAL FROM_MAC(VIRTUAL_MAC));
	feed();
	CHECK_COUNTED(ND_DROP_CONFLICT, ND_SIGHTINGS_REFUSED);
	CU_ASSERT_EQUAL(out.sightings, 0);
}

/* ------------------------------------------------------------------------------------------- */
/* An own address that may be somebody else's                                                   */
/* ------------------------------------------------------------------------------------------- */

static void
tentative_address_is_not_answered_for(void)
{
	set_up(VIP_ROLE_MASTER);
	make_solicitation("03", TENTATIVE);
	feed();
	CHECK_COUNTED(ND_DROP_TENTATIVE);
	/* Another one asks at the same time. */
	make(ASKED_MAC("03"), OTHER_MAC, NOBODY, ASKED("03"), SOLICIT TENTATIVE);
	feed();
	CHECK_COUNTED(ND_DROP_TENTATIVE, ND_CLAIMS);
	check_sighting(TENTATIVE, OTHER_MAC, NEIGH_SEEN_CLAIM);
	CU_ASSERT_TRUE(out.sighting.is_probe);
	/* That is our own question, come back. */
	make(ASKED_MAC("03"), PORT_MAC, NOBODY, ASKED("03"), SOLICIT TENTATIVE);
	feed();
	CHECK_COUNTED(ND_DROP_TENTATIVE);
	/* Somebody has it. */
	make(ALL_NODES_MAC, OTHER_MAC, TENTATIVE, ALL_NODES,
	     ADVERTISE("20") TENTATIVE TO_MAC(OTHER_MAC));
	feed();
	CHECK_COUNTED(ND_DROP_CONFLICT, ND_SIGHTINGS_REFUSED, ND_CLAIMS);
	check_sighting(TENTATIVE, OTHER_MAC, NEIGH_SEEN_CLAIM);
	CU_ASSERT_FALSE(out.sighting.is_probe);
}

static void
held_address_is_answered_for(void)
{
	const struct vip_set *set;
	uint8_t addr[16];

	set_up(VIP_ROLE_BACKUP);
	set = vip_interface_set(&interface);
	frame_from_hex(TENTATIVE, addr, sizeof(addr));
	CU_ASSERT_TRUE(vip_set_hold6(set, addr, true));
	make_solicitation("03", TENTATIVE);
	feed();
	check_reply(CLIENT_MAC, PORT_MAC, TENTATIVE, CLIENT,
		    ADVERTISE("60") TENTATIVE TO_MAC(PORT_MAC));
	CU_ASSERT_TRUE(vip_set_hold6(set, addr, false));
	make_solicitation("03", TENTATIVE);
	feed();
	CHECK_COUNTED(ND_DROP_TENTATIVE);
	frame_from_hex(VIRTUAL, addr, sizeof(addr));
	CU_ASSERT_FALSE(vip_set_hold6(set, addr, true));
	frame_from_hex(CLIENT, addr, sizeof(addr));
	CU_ASSERT_FALSE(vip_set_hold6(set, addr, true));
}

static const struct suite_test tests[] = {
	SUITE_TEST(senders_are_reported_once_in_an_epoch),
	SUITE_TEST(advertisements_are_reported_with_their_flags),
	SUITE_TEST(an_answer_counts_although_the_sender_is_known),
	SUITE_TEST(routers_and_those_who_look_for_one),
	SUITE_TEST(strangers_are_answered_but_not_learned),
	SUITE_TEST(announcement_of_another_master_is_a_claim),
	SUITE_TEST(the_master_may_speak_while_we_are_backup),
	SUITE_TEST(senders_with_an_address_of_ours_are_not_answered),
	SUITE_TEST(tentative_address_is_not_answered_for),
	SUITE_TEST(held_address_is_answered_for),
};

int
main(void)
{
	return frames_start() ? suite_run("nd_sender", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
