/* SPDX-License-Identifier: BSD-3-Clause */
#include <endian.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/octets.h"
#include "config/config_internal.h"

/* The routes of a load: growing, sorted, each once. */

/* So many errors, and as many warnings, of the lines of a file; the others are counted. */
#define LINES_SAID 20

_Static_assert(sizeof(struct config_route) == 24, "there may be millions of routes");

int
config_route_add(struct config_route_list *list, const struct config_route *route, uint32_t origin)
{
	struct config_route_item *larger;

	if (list->count == CONFIG_ROUTES_TOTAL_MAX)
		return -ENOSPC;
	if (list->count == list->size) {
		list->size = list->size == 0 ? 64 : list->size * 2;
		larger = reallocarray(list->items, list->size, sizeof(*larger));
		if (larger == NULL)
			return -ENOMEM;
		list->items = larger;
	}
	list->items[list->count].route = *route;
	list->items[list->count++].origin = origin;
	return 0;
}

/* ------------------------------------------------------------------------------------------- */
/* Lists of next hops                                                                           */
/* ------------------------------------------------------------------------------------------- */

/* The slot of a list that is stored, or the free one where it belongs. */
static struct config_path_set *
find_slot(const struct config_route_list *list, const struct config_path *paths, size_t count)
{
	const struct config_path *stored = list->reader->config->paths;
	size_t i = config_hash(paths, count * sizeof(*paths));

	for (;; i++) {
		struct config_path_set *set = &list->sets[i & (list->set_slots - 1)];

		if (set->count == 0)
			return set;
		if (set->count == count &&
		    memcmp(stored + set->first, paths, count * sizeof(*paths)) == 0)
			return set;
	}
}

static int
grow_sets(struct config_route_list *list)
{
	struct config_path_set *old = list->sets;
	size_t old_slots = list->set_slots;

	list->set_slots = old_slots == 0 ? 64 : old_slots * 2;
	list->sets = calloc(list->set_slots, sizeof(*list->sets));
	if (list->sets == NULL) {
		list->sets = old;
		list->set_slots = old_slots;
		return -ENOMEM;
	}
	for (size_t i = 0; i < old_slots; i++) {
		if (old[i].count != 0)
			*find_slot(list, list->reader->config->paths + old[i].first,
				   old[i].count) = old[i];
	}
	free(old);
	return 0;
}

static int
grow_paths(struct config_route_list *list, size_t count)
{
	struct config *c = list->reader->config;
	struct config_path *larger;

	if (c->path_count + count > CONFIG_PATHS_TOTAL_MAX)
		return -ENOSPC;
	if (c->path_count + count <= list->path_size)
		return 0;
	list->path_size = list->path_size == 0 ? 64 : list->path_size * 2;
	larger = reallocarray(c->paths, list->path_size, sizeof(*larger));
	if (larger == NULL)
		return -ENOMEM;
	c->paths = larger;
	return 0;
}

static int
compare_paths(const void *a, const void *b)
{
	const struct config_path *left = a;
	const struct config_path *right = b;
	int order = ip_addr_compare(&left->via, &right->via);

	if (order != 0)
		return order;
	return left->interface < right->interface ? -1 : left->interface > right->interface;
}

int64_t
config_paths_store(struct config_route_list *list, struct config_path *paths, size_t count)
{
	struct config *c = list->reader->config;
	struct config_path_set *set;
	int error;

	qsort(paths, count, sizeof(*paths), compare_paths);
	if (list->set_count * 2 >= list->set_slots && grow_sets(list) != 0)
		return -ENOMEM;
	set = find_slot(list, paths, count);
	if (set->count != 0)
		return set->first;
	error = grow_paths(list, count);
	if (error != 0)
		return error;
	set->first = (uint32_t)c->path_count;
	set->count = (uint32_t)count;
	list->set_count++;
	memcpy(c->paths + c->path_count, paths, count * sizeof(*paths));
	c->path_count += count;
	return set->first;
}

/* ------------------------------------------------------------------------------------------- */
/* What is said of lines                                                                        */
/* ------------------------------------------------------------------------------------------- */

static const struct config_place root = { .parent = NULL };
static const struct config_place routes_file = { .parent = &root, .key = "routes_file" };

/* A text for "FILE:LINE: "; NULL if there have been enough of them. */
static char *
line_text(struct config_route_list *list, size_t *said, const char *format, va_list args)
{
	char *text = NULL;

	if ((*said)++ >= LINES_SAID)
		return NULL;
	if (vasprintf(&text, format, args) < 0) {
		list->reader->is_out_of_memory = true;
		return NULL;
	}
	return text;
}

void
config_line_error(struct config_route_list *list, uint32_t line, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = line_text(list, &list->file_errors, format, args);
	va_end(args);
	if (text != NULL)
		config_error(list->reader, &routes_file, "%s:%u: %s", list->file, line, text);
	free(text);
}

static void __attribute__((format(printf, 3, 4)))
line_warning(struct config_route_list *list, uint32_t line, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = line_text(list, &list->file_warnings, format, args);
	va_end(args);
	if (text != NULL)
		config_warning(list->reader, &routes_file, "%s:%u: %s", list->file, line, text);
	free(text);
}

static void
say_how_many(const struct config_route_list *list)
{
	if (list->file_errors > LINES_SAID)
		config_error(list->reader, &routes_file, "%s: %zu more errors", list->file,
			     list->file_errors - LINES_SAID);
	if (list->file_warnings > LINES_SAID)
		config_warning(list->reader, &routes_file, "%s: %zu more warnings", list->file,
			       list->file_warnings - LINES_SAID);
}

/* ------------------------------------------------------------------------------------------- */
/* The end of a load                                                                            */
/* ------------------------------------------------------------------------------------------- */

static int
compare_prefixes(const struct ip_prefix *a, const struct ip_prefix *b)
{
	if (a->addr.family != b->addr.family)
		return a->addr.family < b->addr.family ? -1 : 1;
	for (size_t i = 0; i < sizeof(a->addr.octets); i += sizeof(uint64_t)) {
		uint64_t left = be64toh(octets_load64(a->addr.octets + i));
		uint64_t right = be64toh(octets_load64(b->addr.octets + i));

		if (left != right)
			return left < right ? -1 : 1;
	}
	return a->len < b->len ? -1 : a->len > b->len;
}

static int
compare_items(const void *a, const void *b)
{
	const struct config_route_item *left = a;
	const struct config_route_item *right = b;
	int order = compare_prefixes(&left->route.prefix, &right->route.prefix);

	if (order != 0)
		return order;
	return left->origin < right->origin ? -1 : left->origin > right->origin;
}

/* A program that writes a million routes writes them in order. */
static bool
is_sorted(const struct config_route_list *list)
{
	for (size_t i = 1; i < list->count; i++) {
		if (compare_items(&list->items[i - 1], &list->items[i]) > 0)
			return false;
	}
	return true;
}

static void
report_twice(struct config_route_list *list, const struct config_route_item *first,
	     const struct config_route_item *item)
{
	struct config_place routes = { .parent = &root, .key = "routes" };
	struct config_place element = { .parent = &routes, .index = item->origin };
	struct config_place at = { .parent = &element, .key = "prefix" };
	const struct ip_prefix *prefix = &item->route.prefix;
	char text[IP_ADDR_TEXT];

	ip_addr_format(&prefix->addr, text);
	if (item->origin < CONFIG_ROUTES_MAX)
		config_error(list->reader, &at, "%s/%u is already that of /routes/%u", text,
			     prefix->len, first->origin);
	else if (first->origin < CONFIG_ROUTES_MAX)
		config_line_error(list, item->origin - CONFIG_ROUTES_MAX,
				  "%s/%u is already that of /routes/%u", text, prefix->len,
				  first->origin);
	else
		config_line_error(list, item->origin - CONFIG_ROUTES_MAX,
				  "%s/%u is already in line %u", text, prefix->len,
				  first->origin - CONFIG_ROUTES_MAX);
}

/* A full table from elsewhere has our own networks, too. */
static void
warn_of_link(struct config_route_list *list, const struct config_route_item *item)
{
	static const char text[] = "is the prefix of an address of ours, which goes before";
	struct config_place routes = { .parent = &root, .key = "routes" };
	struct config_place element = { .parent = &routes, .index = item->origin };
	struct config_place at = { .parent = &element, .key = "prefix" };
	const struct ip_prefix *prefix = &item->route.prefix;
	char addr[IP_ADDR_TEXT];

	ip_addr_format(&prefix->addr, addr);
	if (item->origin < CONFIG_ROUTES_MAX)
		config_warning(list->reader, &at, "%s/%u %s", addr, prefix->len, text);
	else
		line_warning(list, item->origin - CONFIG_ROUTES_MAX, "%s/%u %s", addr,
				    prefix->len, text);
}

/* The routes move up within the block, over the places: what is compared later is a copy. */
static void
hand_over(struct config_route_list *list)
{
	struct config *c = list->reader->config;
	uint8_t *octets = (uint8_t *)list->items;
	struct config_route_item first = { 0 };
	struct config_route_item item;
	size_t count = 0;
	void *smaller;

	for (size_t i = 0; i < list->count; i++) {
		item = list->items[i];
		if (i != 0 &&
		    compare_prefixes(&first.route.prefix, &item.route.prefix) == 0) {
			report_twice(list, &first, &item);
			continue;
		}
		first = item;
		if (config_links_have(list->links, &item.route.prefix)) {
			warn_of_link(list, &item);
			continue;
		}
		memcpy(octets + count++ * sizeof(item.route), &item.route, sizeof(item.route));
	}
	smaller = realloc(list->items, count * sizeof(struct config_route) + 1);
	c->routes = smaller != NULL ? smaller : (void *)list->items;
	c->route_count = count;
	list->items = NULL;
}

void
config_routes_finish(struct config_route_list *list)
{
	if (list->count != 0) {
		if (!is_sorted(list))
			qsort(list->items, list->count, sizeof(*list->items), compare_items);
		hand_over(list);
	}
	say_how_many(list);
	free(list->items);
	free(list->sets);
	list->items = NULL;
	list->sets = NULL;
}
