/* SPDX-License-Identifier: BSD-3-Clause */
#include "neigh/neigh_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_hash.h>
#include <rte_jhash.h>

#include "base/record.h"

#define CAPACITY_MIN 8

/* How many are asked at once when a link comes up; the others have their own time. */
#define LINK_UP_MAX 64

struct key {
	uint8_t octets[16];
	uint16_t interface;
	uint16_t family;
};

static struct key
key_of(const struct ip_addr *addr, uint16_t interface)
{
	struct key k = { .interface = interface, .family = addr->family };

	memcpy(k.octets, addr->octets, sizeof(k.octets));
	return k;
}

/* ------------------------------------------------------------------------------------------- */
/* Creation                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static int
create_slots(struct neigh_table *t)
{
	const struct list empty = { NO_PLACE, NO_PLACE, 0 };

	t->slot = calloc(t->capacity, sizeof(*t->slot));
	t->published = calloc(t->capacity, sizeof(*t->published));
	t->lists = calloc(t->interfaces, sizeof(*t->lists));
	t->timers = timerheap_create(t->capacity);
	if (t->slot == NULL || t->published == NULL || t->lists == NULL || t->timers == NULL)
		return -ENOMEM;
	t->free = empty;
	t->first_pending = NO_PLACE;
	t->last_pending = NO_PLACE;
	for (uint16_t i = 0; i < t->interfaces; i++)
		for (unsigned int k = 0; k < LIST_KINDS; k++)
			t->lists[i].list[k] = empty;
	for (uint32_t at = 0; at < t->capacity; at++) {
		t->published[at] = record_create(sizeof(struct neigh_entry));
		if (t->published[at] == NULL)
			return -ENOMEM;
		neigh_list_add_free(t, at);
	}
	return 0;
}

struct neigh_table *
neigh_create(const struct neigh_params *params)
{
	struct rte_hash_parameters hash = {
		.name = params->name,
		.entries = params->capacity,
		.key_len = sizeof(struct key),
		.hash_func = rte_jhash,
		.socket_id = params->socket,
		/* Without it a cuckoo hash refuses keys before it is full. */
		.extra_flag = RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};
	struct neigh_table *t;

	if (params->capacity < CAPACITY_MIN || params->interfaces == 0) {
		errno = EINVAL;
		return NULL;
	}
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->capacity = params->capacity;
	t->interfaces = params->interfaces;
	t->share = params->capacity / params->interfaces;
	t->unanswered = params->unanswered < params->capacity / 4 ? params->unanswered :
								      params->capacity / 4;
	t->random = params->random;
	if (create_slots(t) != 0)
		goto err;
	t->index = rte_hash_create(&hash);
	if (t->index == NULL)
		goto err;
	return t;

err:
	neigh_destroy(t);
	errno = ENOMEM;
	return NULL;
}

void
neigh_destroy(struct neigh_table *t)
{
	if (t == NULL)
		return;
	rte_hash_free(t->index);
	timerheap_destroy(t->timers);
	for (uint32_t i = 0; t->published != NULL && i < t->capacity; i++)
		record_destroy(t->published[i]);
	free(t->lists);
	free(t->published);
	free(t->slot);
	free(t);
}

/* ------------------------------------------------------------------------------------------- */
/* Places                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static uint32_t
find(const struct neigh_table *t, const struct ip_addr *addr, uint16_t interface)
{
	struct key k = key_of(addr, interface);
	void *place;

	if (rte_hash_lookup_data(t->index, &k, &place) < 0)
		return NO_PLACE;
	return (uint32_t)(uintptr_t)place;
}

/* A place for a new entry, in no list yet. */
static uint32_t
enter(struct neigh_table *t, const struct ip_addr *addr, uint16_t interface, enum newcomer newcomer)
{
	struct key k = key_of(addr, interface);
	uint32_t at = neigh_list_take(t, interface, newcomer);

	if (at != NO_PLACE && rte_hash_add_key_data(t->index, &k, (void *)(uintptr_t)at) != 0) {
		neigh_list_add_free(t, at);
		at = NO_PLACE;
	}
	if (at == NO_PLACE) {
		counter_add(&t->counter[NEIGH_REFUSED], 1);
		return NO_PLACE;
	}
	t->slot[at].entry = (struct neigh_entry){ .addr = *addr, .interface = interface };
	t->lists[interface].used++;
	neigh_list_add(t, at);
	return at;
}

void
neigh_forget(struct neigh_table *t, uint32_t at)
{
	struct slot *s = &t->slot[at];
	struct key k = key_of(&s->entry.addr, s->entry.interface);

	rte_hash_del_key(t->index, &k);
	neigh_list_remove(t, at);
	t->lists[s->entry.interface].used--;
	timerheap_set(t->timers, at, UINT64_MAX);
	memset(&s->entry, 0, sizeof(s->entry));
	s->demand = 0;
	s->told = TOLD_NOTHING;
	neigh_list_add_free(t, at);
	record_write(t->published[at], &s->entry);
}

/* Is there anything to hand out? */
static bool
has_news(const struct slot *s)
{
	if (s->demand != 0)
		return true;
	if (!s->entry.is_wanted)
		return false;
	if (!neigh_has_mac(&s->entry))
		return s->told == TOLD_MAC;
	return s->told != TOLD_MAC ||
	       memcmp(s->told_mac, s->entry.mac, sizeof(s->told_mac)) != 0;
}

void
neigh_settle(struct neigh_table *t, uint32_t at, unsigned int demand)
{
	struct slot *s = &t->slot[at];

	s->demand |= (uint8_t)demand;
	neigh_list_follow(t, at);
	timerheap_set(t->timers, at, s->entry.due_us);
	record_write(t->published[at], &s->entry);
	if (s->is_pending || !has_news(s))
		return;
	s->is_pending = true;
	s->next_pending = NO_PLACE;
	if (t->last_pending == NO_PLACE)
		t->first_pending = at;
	else
		t->slot[t->last_pending].next_pending = at;
	t->last_pending = at;
}

/* ------------------------------------------------------------------------------------------- */
/* Events                                                                                       */
/* ------------------------------------------------------------------------------------------- */

/* From half to one and a half of the base (xorshift64*). */
static uint64_t
draw_reachable_us(struct neigh_table *t)
{
	t->random += t->random == 0;
	t->random ^= t->random >> 12;
	t->random ^= t->random << 25;
	t->random ^= t->random >> 27;
	return NEIGH_REACHABLE_US / 2 +
	       ((t->random * 0x2545f4914f6cdd1dULL) >> 32) * NEIGH_REACHABLE_US / UINT32_MAX;
}

int
neigh_learn(struct neigh_table *t, const struct neigh_sighting *seen)
{
	uint32_t at;

	if (seen->interface >= t->interfaces || seen->evidence >= NEIGH_SEEN_CLAIM)
		return -EINVAL;
	at = find(t, &seen->addr, seen->interface);
	if (at == NO_PLACE) {
		if (seen->is_known_only || seen->has_no_mac || seen->evidence != NEIGH_SEEN_SENDER)
			return -ENOENT;
		at = enter(t, &seen->addr, seen->interface, NEWCOMER_SEEN);
		if (at == NO_PLACE)
			return -ENOSPC;
	}
	neigh_settle(t, at, nud_see(&t->slot[at].entry, seen, draw_reachable_us(t)));
	neigh_list_renew(t, at);
	return 0;
}

const struct neigh_entry *
neigh_want(struct neigh_table *t, const struct ip_addr *addr, uint16_t interface, uint64_t now_us)
{
	unsigned int demand;
	uint32_t at;

	if (interface >= t->interfaces) {
		errno = EINVAL;
		return NULL;
	}
	at = find(t, addr, interface);
	if (at == NO_PLACE) {
		at = enter(t, addr, interface, NEWCOMER_WANTED);
		if (at == NO_PLACE) {
			errno = ENOSPC;
			return NULL;
		}
		demand = nud_begin(&t->slot[at].entry, now_us);
	} else {
		demand = nud_use(&t->slot[at].entry, now_us);
	}
	t->slot[at].entry.is_wanted = true;
	neigh_settle(t, at, demand);
	neigh_list_renew(t, at);
	return &t->slot[at].entry;
}

void
neigh_used(struct neigh_table *t, uint32_t at, uint64_t now_us)
{
	if (at >= t->capacity || t->slot[at].entry.state == NEIGH_FREE)
		return;
	neigh_settle(t, at, nud_use(&t->slot[at].entry, now_us));
	neigh_list_renew(t, at);
}

/* The entry that is to be kept, whether there was one or not. */
static int
find_kept(struct neigh_table *t, const struct ip_addr *addr, uint16_t interface, uint32_t *at)
{
	if (interface >= t->interfaces)
		return -EINVAL;
	*at = find(t, addr, interface);
	if (*at == NO_PLACE)
		*at = enter(t, addr, interface, NEWCOMER_KEPT);
	return *at == NO_PLACE ? -ENOSPC : 0;
}

int
neigh_pin(struct neigh_table *t, const struct ip_addr *addr, uint16_t interface, uint64_t now_us)
{
	struct neigh_entry *e;
	uint32_t at;
	int rc = find_kept(t, addr, interface, &at);

	if (rc != 0)
		return rc;
	e = &t->slot[at].entry;
	if (e->pins == UINT16_MAX)
		return -EOVERFLOW;
	e->pins++;
	neigh_settle(t, at, e->state == NEIGH_FREE ? nud_begin(e, now_us) : nud_keep(e, now_us));
	return 0;
}

void
neigh_unpin(struct neigh_table *t, const struct ip_addr *addr, uint16_t interface)
{
	uint32_t at = interface < t->interfaces ? find(t, addr, interface) : NO_PLACE;

	if (at == NO_PLACE || t->slot[at].entry.pins == 0)
		return;
	t->slot[at].entry.pins--;
	neigh_settle(t, at, 0);
}

int
neigh_set_static(struct neigh_table *t, const struct ip_addr *addr, uint16_t interface,
		 const uint8_t mac[6], uint64_t now_us)
{
	uint32_t at;
	int rc = find_kept(t, addr, interface, &at);

	if (rc != 0)
		return rc;
	nud_set_static(&t->slot[at].entry, mac, now_us);
	neigh_settle(t, at, 0);
	return 0;
}

void
neigh_clear_static(struct neigh_table *t, const struct ip_addr *addr, uint16_t interface,
		   uint64_t now_us)
{
	uint32_t at = interface < t->interfaces ? find(t, addr, interface) : NO_PLACE;

	if (at != NO_PLACE && t->slot[at].entry.state == NEIGH_STATIC)
		neigh_settle(t, at, nud_clear_static(&t->slot[at].entry, now_us));
}

void
neigh_link_up(struct neigh_table *t, uint16_t interface, uint64_t now_us)
{
	uint32_t at = t->lists[interface].list[LIST_PINNED].first;

	for (unsigned int i = 0; i < LINK_UP_MAX && at != NO_PLACE; i++, at = t->slot[at].next)
		if (t->slot[at].entry.state == NEIGH_FAILED)
			neigh_settle(t, at, nud_keep(&t->slot[at].entry, now_us));
}

/* ------------------------------------------------------------------------------------------- */
/* What others want to know                                                                     */
/* ------------------------------------------------------------------------------------------- */

const struct neigh_entry *
neigh_find(const struct neigh_table *t, const struct ip_addr *addr, uint16_t interface)
{
	uint32_t at = find(t, addr, interface);

	return at == NO_PLACE ? NULL : &t->slot[at].entry;
}

uint32_t
neigh_place(const struct neigh_table *t, const struct neigh_entry *e)
{
	return (uint32_t)((const struct slot *)(const void *)e - t->slot);
}

uint32_t
neigh_capacity(const struct neigh_table *t)
{
	return t->capacity;
}

bool
neigh_copy(const struct neigh_table *t, uint32_t at, struct neigh_entry *out)
{
	record_read(t->published[at], out);
	return out->state != NEIGH_FREE;
}
