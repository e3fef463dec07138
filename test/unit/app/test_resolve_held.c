/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that wait for a MAC: how many, for how long, and which of them goes. */
#include <stdlib.h>

#include "frames.h"
#include "resolve_held.h"
#include "suite.h"

#define INTERFACE 2
#define START 1000000ULL

static struct resolve_held *held;
static unsigned int in_use;

static struct ip_addr
addr_of(uint32_t host)
{
	return ip_addr_from_v4_be(host);
}

/* A frame that tells its number by its length. */
static struct rte_mbuf *
frame_of(unsigned int number)
{
	static const uint8_t octets[1024];

	return frame_new(octets, 14 + number % 1000);
}

static unsigned int
number_of(struct rte_mbuf *m)
{
	unsigned int number = m == NULL ? UINT32_MAX : rte_pktmbuf_pkt_len(m) - 14;

	rte_pktmbuf_free(m);
	return number;
}

static struct rte_mbuf *
hold(uint32_t host, uint16_t interface, unsigned int number, uint64_t now_us)
{
	struct ip_addr addr = addr_of(host);

	return resolve_held_add(held, &addr, interface, frame_of(number), now_us);
}

static unsigned int
take(uint32_t host, uint16_t interface)
{
	struct ip_addr addr = addr_of(host);

	return number_of(resolve_held_take(held, &addr, interface));
}

static void
begin(void)
{
	in_use = frames_in_use();
	held = resolve_held_create();
	CU_ASSERT_PTR_NOT_NULL_FATAL(held);
}

/* Whatever is left goes with it. */
static void
end(void)
{
	resolve_held_destroy(held);
	CU_ASSERT_EQUAL(frames_in_use(), in_use);
}

static void
order_is_kept_for_each_neighbour(void)
{
	struct ip_addr addr6 = { .octets = { 1 }, .family = IP_V6 };

	begin();
	CU_ASSERT_PTR_NULL(hold(1, INTERFACE, 1, START));
	CU_ASSERT_PTR_NULL(hold(2, INTERFACE, 2, START));
	CU_ASSERT_PTR_NULL(hold(1, INTERFACE, 3, START));
	CU_ASSERT_PTR_NULL(hold(1, INTERFACE + 1, 4, START));
	CU_ASSERT_PTR_NULL(resolve_held_add(held, &addr6, INTERFACE, frame_of(5), START));
	CU_ASSERT_EQUAL(resolve_held_count(held), 5);
	CU_ASSERT_EQUAL(take(1, INTERFACE), 1);
	CU_ASSERT_EQUAL(take(1, INTERFACE), 3);
	CU_ASSERT_EQUAL(take(1, INTERFACE), UINT32_MAX);
	CU_ASSERT_EQUAL(number_of(resolve_held_take(held, &addr6, INTERFACE)), 5);
	CU_ASSERT_EQUAL(take(1, INTERFACE + 1), 4);
	CU_ASSERT_EQUAL(take(2, INTERFACE), 2);
	CU_ASSERT_EQUAL(resolve_held_count(held), 0);
	end();
}

static void
oldest_of_a_neighbour_gives_way(void)
{
	begin();
	for (unsigned int i = 0; i < RESOLVE_HELD_EACH; i++)
		CU_ASSERT_PTR_NULL(hold(1, INTERFACE, i, START));
	CU_ASSERT_EQUAL(number_of(hold(1, INTERFACE, 100, START)), 0);
	CU_ASSERT_EQUAL(resolve_held_count(held), RESOLVE_HELD_EACH);
	for (unsigned int i = 1; i < RESOLVE_HELD_EACH; i++)
		CU_ASSERT_EQUAL(take(1, INTERFACE), i);
	CU_ASSERT_EQUAL(take(1, INTERFACE), 100);
	end();
}

static void
oldest_of_all_gives_way(void)
{
	begin();
	for (unsigned int i = 0; i < RESOLVE_HELD_MAX; i++)
		CU_ASSERT_PTR_NULL(hold(i * 7, INTERFACE, i, START));
	for (unsigned int i = 0; i < RESOLVE_HELD_MAX; i++)
		CU_ASSERT_EQUAL(number_of(hold(1000000 + i, INTERFACE, 999, START)), i);
	CU_ASSERT_EQUAL(resolve_held_count(held), RESOLVE_HELD_MAX);
	CU_ASSERT_EQUAL(take(0, INTERFACE), UINT32_MAX);
	end();
}

static void
nobody_waits_for_ever(void)
{
	begin();
	hold(1, INTERFACE, 1, START);
	hold(2, INTERFACE, 2, START + 10);
	CU_ASSERT_PTR_NULL(resolve_held_expired(held, START + RESOLVE_HELD_US - 1));
	CU_ASSERT_EQUAL(number_of(resolve_held_expired(held, START + RESOLVE_HELD_US)), 1);
	CU_ASSERT_PTR_NULL(resolve_held_expired(held, START + RESOLVE_HELD_US));
	CU_ASSERT_EQUAL(number_of(resolve_held_expired(held, START + RESOLVE_HELD_US + 10)), 2);
	CU_ASSERT_PTR_NULL(resolve_held_expired(held, UINT64_MAX));
	end();
}

/* Every link of the lists, in any order: nobody is lost, and nobody is there twice. */
static void
any_order_of_coming_and_going(void)
{
	unsigned int random = 1, inside = 0;

	begin();
	for (unsigned int i = 0; i < 100000; i++) {
		struct rte_mbuf *gone;

		random = random * 1103515245 + 12345;
		if ((random >> 16) % 5 < 3) {
			gone = hold((random >> 8) % 700, INTERFACE, i, i);
			inside += gone == NULL;
			rte_pktmbuf_free(gone);
		} else if ((random >> 16) % 5 == 3) {
			inside -= take((random >> 8) % 700, INTERFACE) != UINT32_MAX;
		} else {
			gone = resolve_held_expired(held, i + RESOLVE_HELD_US - 900);
			inside -= number_of(gone) != UINT32_MAX;
		}
		if (resolve_held_count(held) != inside) {
			CU_FAIL("the count is wrong");
			break;
		}
	}
	CU_ASSERT_EQUAL(frames_in_use(), in_use + inside);
	end();
}

static const struct suite_test tests[] = {
	SUITE_TEST(order_is_kept_for_each_neighbour),
	SUITE_TEST(oldest_of_a_neighbour_gives_way),
	SUITE_TEST(oldest_of_all_gives_way),
	SUITE_TEST(nobody_waits_for_ever),
	SUITE_TEST(any_order_of_coming_and_going),
};

int
main(void)
{
	return frames_start() ? suite_run("resolve_held", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
