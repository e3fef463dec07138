/* SPDX-License-Identifier: BSD-3-Clause */
#include "neigh/neigh_internal.h"

static struct list *
list_of(struct neigh_table *t, const struct slot *s)
{
	return s->list == LIST_FREE ? &t->free : &t->lists[s->entry.interface].list[s->list];
}

static void
append(struct neigh_table *t, uint32_t at)
{
	struct slot *s = &t->slot[at];
	struct list *l = list_of(t, s);

	s->previous = l->last;
	s->next = NO_PLACE;
	if (l->last == NO_PLACE)
		l->first = at;
	else
		t->slot[l->last].next = at;
	l->last = at;
	l->count++;
}

void
neigh_list_remove(struct neigh_table *t, uint32_t at)
{
	struct slot *s = &t->slot[at];
	struct list *l = list_of(t, s);

	if (s->previous == NO_PLACE)
		l->first = s->next;
	else
		t->slot[s->previous].next = s->next;
	if (s->next == NO_PLACE)
		l->last = s->previous;
	else
		t->slot[s->next].previous = s->previous;
	l->count--;
}

void
neigh_list_add_free(struct neigh_table *t, uint32_t at)
{
	t->slot[at].list = LIST_FREE;
	append(t, at);
}

static enum list_kind
kind_of(const struct neigh_entry *e)
{
	if (e->state == NEIGH_STATIC)
		return LIST_STATIC;
	if (e->pins != 0)
		return LIST_PINNED;
	if (e->state == NEIGH_FAILED)
		return LIST_FAILED;
	if (e->state == NEIGH_INCOMPLETE)
		return LIST_INCOMPLETE;
	if (e->state != NEIGH_STALE)
		return LIST_LIVE;
	return e->is_confirmed ? LIST_KNOWN : LIST_SEEN;
}

void
neigh_list_add(struct neigh_table *t, uint32_t at)
{
	t->slot[at].list = (uint8_t)kind_of(&t->slot[at].entry);
	append(t, at);
}

void
neigh_list_renew(struct neigh_table *t, uint32_t at)
{
	neigh_list_remove(t, at);
	neigh_list_add(t, at);
}

void
neigh_list_follow(struct neigh_table *t, uint32_t at)
{
	if (t->slot[at].list != kind_of(&t->slot[at].entry))
		neigh_list_renew(t, at);
}

/* ------------------------------------------------------------------------------------------- */
/* Who is forgotten                                                                             */
/* ------------------------------------------------------------------------------------------- */

/* Who gives up an entry: the newcomer's own interface if it has its share, else the richest. */
static struct interface_lists *
find_giver(struct neigh_table *t, uint16_t interface)
{
	struct interface_lists *giver = &t->lists[interface];

	if (giver->used >= t->share)
		return giver;
	for (uint16_t i = 0; i < t->interfaces; i++)
		if (t->lists[i].used > giver->used)
			giver = &t->lists[i];
	return giver;
}

/* One that was merely seen drives out nobody who has answered, or is about to. */
static uint32_t
find_victim(const struct interface_lists *giver, enum newcomer newcomer)
{
	static const enum list_kind for_seen[] = { LIST_FAILED, LIST_SEEN };
	static const enum list_kind for_others[] = { LIST_FAILED, LIST_INCOMPLETE, LIST_SEEN,
						     LIST_KNOWN, LIST_LIVE };
	const enum list_kind *kinds = newcomer == NEWCOMER_SEEN ? for_seen : for_others;
	size_t count = newcomer == NEWCOMER_SEEN ? sizeof(for_seen) / sizeof(for_seen[0]) :
						   sizeof(for_others) / sizeof(for_others[0]);

	for (size_t i = 0; i < count; i++)
		if (giver->list[kinds[i]].count != 0)
			return giver->list[kinds[i]].first;
	return NO_PLACE;
}

/* The share of those that have not answered: the oldest of them goes. */
static uint32_t
find_unanswered(const struct neigh_table *t, uint16_t interface)
{
	const struct list *failed = &t->lists[interface].list[LIST_FAILED];
	const struct list *incomplete = &t->lists[interface].list[LIST_INCOMPLETE];

	if (failed->count + incomplete->count < t->unanswered)
		return NO_PLACE;
	return failed->count != 0 ? failed->first : incomplete->first;
}

static bool
evict(struct neigh_table *t, uint32_t at)
{
	if (t->slot[at].told != TOLD_NOTHING) {
		if (t->gone_count == GONE_MAX)
			return false;
		t->gone[t->gone_count++] = neigh_action_of(t, at, NEIGH_LOST);
	}
	neigh_forget(t, at);
	counter_add(&t->counter[NEIGH_EVICTED], 1);
	return true;
}

uint32_t
neigh_list_take(struct neigh_table *t, uint16_t interface, enum newcomer newcomer)
{
	uint32_t victim = NO_PLACE;
	uint32_t at;

	if (newcomer == NEWCOMER_WANTED)
		victim = find_unanswered(t, interface);
	if (victim != NO_PLACE)
		counter_add(&t->counter[NEIGH_EVICTED_UNANSWERED], 1);
	else if (t->free.count == 0)
		victim = find_victim(find_giver(t, interface), newcomer);
	if (victim != NO_PLACE && !evict(t, victim))
		return NO_PLACE;
	if (t->free.count == 0)
		return NO_PLACE;
	at = t->free.first;
	neigh_list_remove(t, at);
	return at;
}
