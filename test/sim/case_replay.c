/* SPDX-License-Identifier: BSD-3-Clause */
/* Attacks with recorded advertisements: attack x policy x peer. */
#include "case.h"

#include <stdio.h>
#include <string.h>

/* The hosts: ours, the peer that is recorded, and another one. */
enum {
	US,
	PEER,
	OTHER,
};

/* Far apart, so that no two hosts meet in their counters by chance. */
#define COUNTER_US (UINT64_C(1) << 20)
#define COUNTER_PEER (UINT64_C(1) << 40)
#define COUNTER_OTHER (UINT64_C(1) << 30)

enum verdict {
	ACCEPTED,
	REFUSED,
	NOT_MEANT, /* the policy is not for this peer */
};

enum makes {
	KOI = 1 << 0,
	FREEBSD = 1 << 1, /* NetBSD has the same habit */
	UCARP = 1 << 2,
	OPENBSD = 1 << 3,
	COUNTING = KOI | FREEBSD | UCARP,
	RANDOM = FREEBSD | UCARP,
	ANY = COUNTING | OPENBSD,
};

struct row {
	const char *name;
	unsigned int makes;
	enum verdict verdict[CARP_REPLAY_STRICT + 1];
	bool (*is_refused)(struct stage *s);
};

/* ---- steps ---- */

/* We lead, then the peer, which has heard us: who counts on from others counts on from us. */
static void
lead_in_turn(struct stage *s)
{
	stage_start(s, US);
	stage_run(s, 8 * STAGE_SECOND);
	stage_expect_master(s, US);
	stage_start(s, PEER);
	stage_run(s, 20 * STAGE_SECOND);
	stage_expect_master(s, PEER);
}

static bool
is_refused(struct stage *s, const struct sim_frame *frame)
{
	return stage_is_refused(s, US, frame);
}

static uint64_t
counter_of(const struct sim_frame *frame)
{
	struct carp_header h;

	if (carp_header_parse(frame->payload, CARP_HEADER_LEN, &h) != CARP_ACCEPTED)
		return 0;
	return h.counter;
}

/* ---- attacks ---- */

static bool
last(struct stage *s)
{
	struct sim_frame frame;

	lead_in_turn(s);
	frame = stage_recording(s, PEER, 0);
	return is_refused(s, &frame);
}

static bool
recent(struct stage *s)
{
	struct sim_frame frame;

	lead_in_turn(s);
	frame = stage_recording(s, PEER, 5);
	return is_refused(s, &frame);
}

static bool
unheard(struct stage *s)
{
	struct sim_frame frame;

	lead_in_turn(s);
	stage_cut(s, PEER, US, true);
	stage_run(s, 3 * STAGE_SECOND / 2);
	frame = stage_recording(s, PEER, 0);
	stage_cut(s, PEER, US, false);
	stage_run(s, 5 * STAGE_SECOND);
	stage_expect(s, stage_role(s, US) == CARP_BACKUP, "we have missed too much");
	return is_refused(s, &frame);
}

/* Another one leads while it is away, so that it does not take up from us where it was. */
static bool
restart(struct stage *s)
{
	struct sim_frame frame;

	lead_in_turn(s);
	stage_start(s, OTHER);
	frame = stage_recording(s, PEER, 3);
	for (int i = 0; i < 3; i++) {
		stage_crash(s, PEER);
		stage_run(s, 10 * STAGE_SECOND);
		stage_expect_master(s, OTHER);
		s->nodes[PEER].members[0].counter += UINT64_C(1) << 32;
		stage_start(s, PEER);
		stage_run(s, 10 * STAGE_SECOND);
		stage_expect_master(s, PEER);
	}
	return is_refused(s, &frame);
}

/* We restart: what is known then is what was saved, which only strict needs. */
static bool
old(struct stage *s)
{
	bool is_strict = s->plan.replay == CARP_REPLAY_STRICT;
	struct carp_floor floors[CARP_PEERS_MAX];
	struct sim_frame frame;
	size_t count;

	lead_in_turn(s);
	frame = stage_recording(s, PEER, 0);
	stage_cut(s, PEER, US, true);
	count = carp_vhid_replay_floors(stage_vhid(s, US), floors);
	stage_crash(s, US);
	stage_start(s, US);
	for (size_t i = 0; is_strict && i < count; i++)
		stage_expect(s, carp_vhid_replay_restore(stage_vhid(s, US), &floors[i]) == 0,
			     "a floor is not restored");
	return is_refused(s, &frame);
}

static bool
random_one(struct stage *s)
{
	struct sim_frame frame;

	stage_start(s, PEER);
	stage_run(s, 8 * STAGE_SECOND);
	stage_start(s, US);
	stage_run(s, 12 * STAGE_SECOND);
	stage_expect_master(s, PEER);
	frame = stage_recording(s, PEER, 8);
	return is_refused(s, &frame);
}

/* It had counted on from us, and by now we have said the counter before that one ourselves. */
static bool
adopted(struct stage *s)
{
	struct sim_frame own, frame;
	unsigned int back = 0;

	lead_in_turn(s);
	stage_crash(s, PEER);
	stage_run(s, 12 * STAGE_SECOND);
	stage_expect_master(s, US);
	own = stage_recording(s, US, 0);
	do {
		frame = stage_recording(s, PEER, back++);
	} while (!s->world.has_failed && counter_of(&frame) != counter_of(&own) + 1);
	return is_refused(s, &frame);
}

static bool
renamed(struct stage *s)
{
	struct sim_frame frame;

	lead_in_turn(s);
	frame = stage_recording(s, PEER, 1);
	frame.from.octets[3] = 77;
	return is_refused(s, &frame);
}

static bool
raise_one(struct stage *s)
{
	struct sim_frame frame;

	stage_start(s, US);
	stage_start(s, OTHER);
	stage_run(s, 8 * STAGE_SECOND);
	stage_expect_master(s, OTHER);
	stage_start(s, PEER);
	stage_run(s, 8 * STAGE_SECOND);
	stage_expect_master(s, PEER);
	frame = stage_recording(s, PEER, 2);
	frame.from = stage_address(OTHER);
	return is_refused(s, &frame);
}

static bool
own(struct stage *s)
{
	struct sim_frame frame;

	stage_start(s, US);
	stage_run(s, 200 * STAGE_SECOND);
	stage_expect_master(s, US);
	frame = stage_recording(s, US, 60);
	stage_expect(s, is_refused(s, &frame), "an echo is taken for another host");
	frame = stage_recording(s, US, 80);
	return is_refused(s, &frame);
}

static bool
own_renamed(struct stage *s)
{
	struct sim_frame frame;

	stage_start(s, US);
	stage_run(s, 20 * STAGE_SECOND);
	frame = stage_recording(s, US, 2);
	frame.from.octets[3] = 77;
	return is_refused(s, &frame);
}

/* The digest covers none of what is altered; a policy looks at none of it. */
static bool
altered(struct stage *s)
{
	struct sim_frame frame;
	struct carp_header h;

	lead_in_turn(s);
	frame = stage_recording(s, PEER, 4);
	stage_expect(s, carp_header_parse(frame.payload, CARP_HEADER_LEN, &h) == CARP_ACCEPTED,
		     "what was recorded is none");
	h.advskew ^= 0x55;
	h.advbase = 0;
	h.demote = 1;
	carp_header_build(&h, frame.payload);
	return is_refused(s, &frame);
}

static bool
preplay(struct stage *s)
{
	struct sim_frame frame;

	lead_in_turn(s);
	stage_cut(s, PEER, US, true);
	stage_run(s, 2 * STAGE_SECOND);
	stage_crash(s, PEER);
	frame = stage_recording(s, PEER, 0);
	return is_refused(s, &frame);
}

static const struct row rows[] = {
	{ "replay-last", COUNTING, { ACCEPTED, REFUSED, REFUSED }, last },
	{ "replay-recent", COUNTING, { ACCEPTED, REFUSED, REFUSED }, recent },
	{ "replay-unheard", COUNTING, { ACCEPTED, REFUSED, REFUSED }, unheard },
	{ "replay-restart", COUNTING, { ACCEPTED, REFUSED, REFUSED }, restart },
	{ "replay-old", ANY, { ACCEPTED, ACCEPTED, REFUSED }, old },
	{ "replay-random", RANDOM, { ACCEPTED, REFUSED, NOT_MEANT }, random_one },
	{ "replay-adopted", RANDOM, { ACCEPTED, ACCEPTED, NOT_MEANT }, adopted },
	{ "replay-cookie", OPENBSD, { ACCEPTED, ACCEPTED, NOT_MEANT }, recent },
	{ "replay-renamed", KOI, { ACCEPTED, ACCEPTED, REFUSED }, renamed },
	{ "replay-raise", KOI, { ACCEPTED, ACCEPTED, REFUSED }, raise_one },
	{ "replay-own", KOI, { ACCEPTED, REFUSED, REFUSED }, own },
	{ "replay-own-renamed", KOI, { ACCEPTED, ACCEPTED, REFUSED }, own_renamed },
	{ "replay-altered", COUNTING, { ACCEPTED, REFUSED, REFUSED }, altered },
	{ "preplay", ANY, { ACCEPTED, ACCEPTED, ACCEPTED }, preplay },
};

static const struct peer_make *const makes[] = { NULL, &peer_freebsd, &peer_ucarp, &peer_openbsd };

static const char *const policies[] = { "off", "adaptive", "strict" };

static void
run(struct case_options *o, const struct row *row, unsigned int make, enum carp_replay policy)
{
	static const char *const verdicts[] = { "accepted", "refused" };
	const struct stage_plan plan = {
		.makes = { [PEER] = makes[make] },
		.advskew = { [US] = 200, [PEER] = 10, [OTHER] = 100 },
		.preempts = true,
		.replay = policy,
	};
	static struct stage s;
	char variant[64];
	bool is_refused;

	stage_open(&s, &plan, o->print);
	s.nodes[US].members[0].counter = COUNTER_US;
	s.nodes[PEER].members[0].counter = COUNTER_PEER;
	s.nodes[OTHER].members[0].counter = COUNTER_OTHER;
	is_refused = row->is_refused(&s);
	stage_expect(&s, is_refused == (row->verdict[policy] == REFUSED), "another verdict");
	snprintf(variant, sizeof(variant), "%s, %s: %s",
		 makes[make] == NULL ? "koi" : makes[make]->name, policies[policy],
		 verdicts[is_refused]);
	case_end(o, &s, row->name, variant);
}

void
case_replay(struct case_options *o)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		if (!case_is_wanted(o, row->name))
			continue;
		for (unsigned int make = 0; make < sizeof(makes) / sizeof(makes[0]); make++) {
			for (int p = CARP_REPLAY_OFF; p <= CARP_REPLAY_STRICT; p++) {
				bool is_meant = row->verdict[p] != NOT_MEANT &&
						(p != CARP_REPLAY_STRICT || makes[make] == NULL);

				if ((row->makes >> make & 1) != 0 && is_meant)
					run(o, row, make, (enum carp_replay)p);
			}
		}
	}
}
