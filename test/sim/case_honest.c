/* SPDX-License-Identifier: BSD-3-Clause */
/* Peers that are what they say: no policy refuses them, but where the table says so. */
#include "case.h"

#include <stdio.h>

enum {
	US,
	PEER,
	OTHER,
};

#define CLOCK (UINT64_C(1) << 40)

struct row {
	const char *name;
	const struct peer_make *make;
	bool is_for_strict;
	void (*run)(struct stage *s);
};

static uint64_t
refused(const struct stage *s)
{
	return stage_counter(s, US, CARP_DROP_REPLAY);
}

/* It is away for as long as it takes somebody else to lead, comes back and takes over. */
static void
come_back(struct stage *s, unsigned int host)
{
	stage_crash(s, host);
	stage_run(s, 9 * STAGE_SECOND);
	stage_start(s, host);
	stage_run(s, 15 * STAGE_SECOND);
}

static void
start_all(struct stage *s)
{
	stage_start(s, PEER);
	stage_run(s, 6 * STAGE_SECOND);
	stage_start(s, US);
	stage_start(s, OTHER);
	stage_run(s, 10 * STAGE_SECOND);
	stage_expect_master(s, PEER);
}

static void
openbsd(struct stage *s)
{
	start_all(s);
	for (int i = 0; i < 5; i++)
		come_back(s, PEER);
	stage_expect_master(s, PEER);
	stage_expect(s, refused(s) == 0, "it is refused");
}

static void
freebsd(struct stage *s)
{
	start_all(s);
	for (int i = 0; i < 5; i++) {
		come_back(s, PEER);
		come_back(s, OTHER);
	}
	s->peers[PEER].counter = UINT64_MAX - 3;
	stage_run(s, 20 * STAGE_SECOND);
	stage_expect(s, s->peers[PEER].counter < 100, "it has not wrapped");
	come_back(s, OTHER);
	come_back(s, PEER);
	stage_expect_master(s, PEER);
	stage_expect(s, refused(s) == 0, "it is refused");
}

static void
come_back_with(struct stage *s, uint64_t counter)
{
	s->nodes[PEER].members[0].counter = counter;
	come_back(s, PEER);
	stage_expect_master(s, PEER);
}

static void
koi(struct stage *s)
{
	start_all(s);
	come_back_with(s, CLOCK + (UINT64_C(60) << 32));
	/* The clock is set back, and what was saved ahead is not. */
	come_back_with(s, carp_vhid_counter(stage_vhid(s, PEER)) + 1000);
	/* What was saved is lost, and the clock is right again. */
	come_back_with(s, CLOCK + (UINT64_C(120) << 32));
	stage_expect(s, refused(s) == 0, "it is refused");
}

static void
koi_lost(struct stage *s)
{
	bool is_strict = s->plan.replay == CARP_REPLAY_STRICT;

	start_all(s);
	stage_crash(s, PEER);
	s->nodes[PEER].members[0].counter = CLOCK - (UINT64_C(60) << 32);
	stage_start(s, PEER);
	stage_run(s, 20 * STAGE_SECOND);
	stage_expect(s, (refused(s) > 0) == is_strict, "refused though not strict, or the reverse");
	if (!is_strict)
		return;
	for (unsigned int i = 0; i <= OTHER; i += OTHER)
		carp_vhid_replay_forget(stage_vhid(s, i));
	stage_run(s, 10 * STAGE_SECOND);
	stage_expect_master(s, PEER);
}

static void
receiver(struct stage *s)
{
	struct carp_floor floors[CARP_PEERS_MAX];
	size_t count;

	start_all(s);
	count = carp_vhid_replay_floors(stage_vhid(s, US), floors);
	stage_crash(s, US);
	stage_start(s, US);
	stage_run(s, 5 * STAGE_SECOND);
	stage_expect(s, refused(s) == 0, "refused without floors");
	stage_crash(s, US);
	stage_start(s, US);
	for (size_t i = 0; i < count; i++)
		stage_expect(s, carp_vhid_replay_restore(stage_vhid(s, US), &floors[i]) == 0,
			     "a floor is not restored");
	stage_run(s, 20 * STAGE_SECOND);
	stage_expect(s, refused(s) == 0, "refused with floors");
	stage_expect_master(s, PEER);
}

static const struct row rows[] = {
	{ "honest-openbsd", &peer_openbsd, false, openbsd },
	{ "honest-freebsd", &peer_freebsd, false, freebsd },
	{ "honest-koi", NULL, true, koi },
	{ "honest-koi-lost", NULL, true, koi_lost },
	{ "honest-receiver", NULL, true, receiver },
};

static void
run(struct case_options *o, const struct row *row, enum carp_replay policy)
{
	static const char *const policies[] = { "off", "adaptive", "strict" };
	const struct stage_plan plan = {
		.makes = { [PEER] = row->make, [OTHER] = row->make },
		.advskew = { [US] = 200, [PEER] = 10, [OTHER] = 100 },
		.preempts = true,
		.replay = policy,
	};
	static struct stage s;

	stage_open(&s, &plan, o->print);
	s.nodes[PEER].members[0].counter = CLOCK;
	row->run(&s);
	case_end(o, &s, row->name, policies[policy]);
}

void
case_honest(struct case_options *o)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!case_is_wanted(o, rows[i].name))
			continue;
		run(o, &rows[i], CARP_REPLAY_OFF);
		run(o, &rows[i], CARP_REPLAY_ADAPTIVE);
		if (rows[i].is_for_strict)
			run(o, &rows[i], CARP_REPLAY_STRICT);
	}
}
