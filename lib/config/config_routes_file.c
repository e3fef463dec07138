/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"
#include "config/config_lines.h"

/*
 * routes_file: one route a line, a million of them. What follows the prefix is the same text again
 * and again, so it is understood once and then looked up.
 */

#define BLANKS " \t\r"
#define CACHE_SLOTS 8192 /* a power of two; more than half full it takes no more */

/* What a text after a prefix stands for. */
struct target {
	char *text; /* NULL: a free slot */
	size_t len;
	struct config_route route;
	uint8_t family; /* of its next hops */
};

struct file {
	struct config_route_list *list;
	struct target *cache;
	size_t cached;
	uint32_t line;
	bool is_full;
};

static char *
next_word(char **at)
{
	char *word = *at + strspn(*at, BLANKS);
	size_t len = strcspn(word, BLANKS);

	*at = word + len;
	if (word[len] != '\0')
		*(*at)++ = '\0';
	return word;
}

static const char *
bad_word(const char *format, const char *word, char why[CONFIG_WHY])
{
	char quoted[CONFIG_QUOTED];

	config_quote(word, quoted);
	snprintf(why, CONFIG_WHY, "%s %s", quoted, format);
	return why;
}

static const char *
read_interface(struct file *f, char **rest, int *interface, char why[CONFIG_WHY])
{
	const char *name = next_word(rest);
	const char *more = next_word(rest);

	*interface = config_links_interface(f->list->links, name);
	if (name[0] == '\0')
		return "the name of an interface is missing";
	if (*interface < 0 && f->list->links->is_complete)
		return bad_word("is not the name of an interface", name, why);
	if (more[0] != '\0')
		return bad_word("follows the name of an interface", more, why);
	if (*interface < 0)
		*interface = 0;
	return NULL;
}

/* The addresses, up to the end or to "interface NAME". */
static const char *
read_next_hops(struct file *f, char *rest, struct ip_addr *via, size_t *count, int *interface,
	       char why[CONFIG_WHY])
{
	const char *word;

	*interface = CONFIG_ANY_INTERFACE;
	for (*count = 0;; ++*count) {
		word = next_word(&rest);
		if (word[0] == '\0')
			return *count != 0 ? NULL : "a next hop is missing";
		if (strcmp(word, "interface") == 0 && *count != 0)
			return read_interface(f, &rest, interface, why);
		if (*count == CONFIG_PATHS_MAX)
			return bad_word("is the seventeenth next hop", word, why);
		if (ip_addr_parse(word, &via[*count]) != 0)
			return bad_word("is not an address", word, why);
		for (size_t i = 0; i < *count; i++) {
			if (ip_addr_compare(&via[i], &via[*count]) == 0)
				return bad_word("is there twice", word, why);
		}
	}
}

static const char *
read_via(struct file *f, char *rest, struct target *target, char why[CONFIG_WHY])
{
	struct config_path paths[CONFIG_PATHS_MAX];
	struct ip_addr via[CONFIG_PATHS_MAX];
	const char *objection;
	int interface;
	size_t count;
	int64_t first;

	objection = read_next_hops(f, rest, via, &count, &interface, why);
	if (objection != NULL)
		return objection;
	for (size_t i = 0; i < count; i++) {
		objection = config_gateway_resolve(f->list->links, via[0].family, &via[i],
						   interface, &paths[i], why);
		if (objection != NULL)
			return objection;
	}
	first = config_paths_store(f->list, paths, count);
	if (first == -ENOMEM)
		f->list->reader->is_out_of_memory = true;
	if (first < 0)
		return "there are too many different next hops before this line";
	target->family = via[0].family;
	target->route.type = CONFIG_ROUTE_VIA;
	target->route.path_count = (uint8_t)count;
	target->route.first_path = (uint32_t)first;
	return NULL;
}

/* Why a text is not what may follow a prefix; NULL if it is. */
static const char *
read_target(struct file *f, char *rest, struct target *target, char why[CONFIG_WHY])
{
	const char *word = next_word(&rest);
	const char *objection;
	int interface;

	memset(target, 0, sizeof(*target));
	target->family = IP_FAMILIES;
	if (strcmp(word, "via") == 0)
		return read_via(f, rest, target, why);
	if (strcmp(word, "interface") == 0) {
		objection = read_interface(f, &rest, &interface, why);
		target->route.type = CONFIG_ROUTE_INTERFACE;
		target->route.interface = (uint32_t)interface;
		return objection;
	}
	target->route.type = CONFIG_ROUTE_BLACKHOLE;
	if (strcmp(word, "blackhole") != 0)
		return word[0] == '\0' ? "\"via\", \"interface\" or \"blackhole\" is missing" :
					 bad_word("is not via, interface or blackhole", word, why);
	word = next_word(&rest);
	return word[0] == '\0' ? NULL : bad_word("follows blackhole", word, why);
}

static struct target *
find_slot(const struct file *f, const char *text, size_t len)
{
	for (size_t i = config_hash(text, len);; i++) {
		struct target *slot = &f->cache[i & (CACHE_SLOTS - 1)];

		if (slot->text == NULL ||
		    (slot->len == len && memcmp(slot->text, text, len) == 0))
			return slot;
	}
}

static void
keep(struct file *f, struct target *slot, const char *text, size_t len, const struct target *target)
{
	char *copy;

	if (f->cached > CACHE_SLOTS / 2)
		return;
	copy = strndup(text, len);
	if (copy == NULL)
		return;
	*slot = *target;
	slot->text = copy;
	slot->len = len;
	f->cached++;
}

static const char *
understand(struct file *f, char *text, size_t len, struct target *out, char why[CONFIG_WHY])
{
	struct target *slot = find_slot(f, text, len);
	char copy[CONFIG_LINE_MAX];
	const char *objection;

	if (slot->text != NULL) {
		*out = *slot;
		return NULL;
	}
	memcpy(copy, text, len + 1);
	objection = read_target(f, copy, out, why);
	if (objection == NULL)
		keep(f, slot, text, len, out);
	return objection;
}

/* Why a line is not a route; NULL if it is one. */
static const char *
read_route(struct file *f, char *line, char *end, char why[CONFIG_WHY])
{
	struct ip_prefix prefix;
	const char *word = next_word(&line);
	const char *objection;
	struct target target;

	if (ip_prefix_parse(word, &prefix) != 0)
		return bad_word("is not PREFIX/LENGTH", word, why);
	objection = config_prefix_objection(&prefix, why);
	if (objection != NULL)
		return objection;
	line += strspn(line, BLANKS);
	objection = understand(f, line, (size_t)(end - line), &target, why);
	if (objection != NULL)
		return objection;
	if (target.family != IP_FAMILIES && target.family != prefix.addr.family)
		return "prefix and next hop are not of one family";
	target.route.prefix = prefix;
	switch (config_route_add(f->list, &target.route, CONFIG_ROUTES_MAX + f->line)) {
	case 0:
		return NULL;
	case -ENOMEM:
		f->list->reader->is_out_of_memory = true;
	}
	f->is_full = true;
	return "there are too many routes before this line";
}

/* Messages quote words, and go where a text has to be UTF-8. */
static bool
is_ascii(const char *at, const char *end)
{
	for (; at < end; at++) {
		if (*at == '\0' || (unsigned char)*at >= 0x80)
			return false;
	}
	return true;
}

static void
read_line(struct file *f, char *line, size_t len)
{
	char *comment = memchr(line, '#', len);
	char *end = comment != NULL ? comment : line + len;
	const char *objection;
	char why[CONFIG_WHY];

	while (end > line && memchr(BLANKS, end[-1], sizeof(BLANKS) - 1) != NULL)
		end--;
	*end = '\0';
	line += strspn(line, BLANKS);
	if (*line == '\0' && line == end)
		return;
	if (!is_ascii(line, end))
		objection = "a byte that is not ASCII";
	else
		objection = read_route(f, line, end, why);
	if (objection != NULL)
		config_line_error(f->list, f->line, "%s", objection);
}

static void
read_lines(struct file *f, struct config_lines *lines)
{
	size_t len;
	char *line;

	while (!f->is_full && (line = config_lines_next(lines, &len)) != NULL) {
		f->line++;
		if (len == CONFIG_LINE_MAX)
			config_line_error(f->list, f->line, "is longer than %d bytes",
					  CONFIG_LINE_MAX - 1);
		else
			read_line(f, line, len);
	}
}

static void
open_failed(struct config_route_list *list, int error)
{
	struct config_reader *r = list->reader;
	struct config_place root = { .parent = NULL };
	struct config_place at = { .parent = &root, .key = "routes_file" };

	if (error == -ENOMEM)
		r->is_out_of_memory = true;
	else if (error == -EACCES && r->purpose == CONFIG_CHECK)
		config_warning(r, &at, "%s: %s, so the routes are not checked", list->file,
			       config_file_error(error));
	else
		config_error(r, &at, "%s: %s", list->file, config_file_error(error));
}

void
config_routes_file_read(struct config_route_list *list)
{
	struct file f = { .list = list };
	struct config_lines *lines;

	lines = config_lines_open(list->file);
	if (lines == NULL) {
		open_failed(list, -errno);
		return;
	}
	f.cache = calloc(CACHE_SLOTS, sizeof(*f.cache));
	if (f.cache != NULL)
		read_lines(&f, lines);
	else
		list->reader->is_out_of_memory = true;
	if (config_lines_error(lines) != 0)
		open_failed(list, config_lines_error(lines));
	for (size_t i = 0; f.cache != NULL && i < CACHE_SLOTS; i++)
		free(f.cache[i].text);
	free(f.cache);
	config_lines_close(lines);
}
