/* SPDX-License-Identifier: BSD-3-Clause */
#include "koictl_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "koictl_event.h"
#include "koictl_format.h"
#include "koictl_screen.h"
#include "koictl_table.h"

/* After which time without an answer it is said that there is none. */
#define SILENCE_MS 2500

#define NO_LIMIT 1000000
#define RATE_TEXT 24

struct page {
	FILE *to;
	const struct koictl_sampler *s;
	unsigned int interfaces; /* lines of each part, headings and blank lines left out */
	unsigned int vhids;
	unsigned int causes;
	unsigned int events;
};

static const char *
text(const json_t *o, const char *key)
{
	const char *value = json_string_value(json_object_get(o, key));

	return value == NULL ? "" : value;
}

static long long
number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

/* ------------------------------------------------------------------------------------------- */
/* Tables                                                                                       */
/* ------------------------------------------------------------------------------------------- */

/* Where a word begins a line, and in which colour it is to be seen. */
struct paint {
	const char *word;
	const char *colour;
};

static const struct paint paints[] = {
	{ "MASTER!", KOICTL_RED }, { "MASTER", KOICTL_GREEN }, { "INIT", KOICTL_RED },
	{ "down", KOICTL_RED },    { NULL, NULL },
};

/* Print a line, with the word in column @p at in its colour. */
static void
print_line(FILE *to, const char *line, size_t len, size_t at)
{
	for (const struct paint *p = paints; p->word != NULL && at < len; p++) {
		size_t word = strlen(p->word);

		if (len - at < word || strncmp(line + at, p->word, word) != 0)
			continue;
		fprintf(to, "%.*s%s%s" KOICTL_PLAIN "%.*s\n", (int)at, line, p->colour, p->word,
			(int)(len - at - word), line + at + word);
		return;
	}
	fprintf(to, "%.*s\n", (int)len, line);
}

/* Print a table with a bold heading, and colours in the column under @p heading. */
static void
print_table(FILE *to, struct koictl_table *t, const char *heading)
{
	char *plain = NULL, *line;
	size_t size, len, at;
	FILE *memory = open_memstream(&plain, &size);

	if (memory == NULL)
		return;
	koictl_table_print(t, memory);
	fclose(memory);
	len = strcspn(plain, "\n");
	line = strstr(plain, heading);
	at = line == NULL ? size : (size_t)(line - plain);
	fprintf(to, KOICTL_BOLD "%.*s" KOICTL_PLAIN "\n", (int)len, plain);
	for (line = plain + len + 1; line[0] != '\0'; line += len + 1) {
		len = strcspn(line, "\n");
		print_line(to, line, len, at);
	}
	free(plain);
}

/* ------------------------------------------------------------------------------------------- */
/* Parts                                                                                        */
/* ------------------------------------------------------------------------------------------- */

/* What one entry of a list was the time before, if it is the same one. */
static const json_t *
earlier(const struct koictl_sampler *s, enum koictl_query query, const char *list, const char *key,
	const char *name, const char *value)
{
	const json_t *o = json_object_get(
		json_object_get(s->before.answer[query], list), key);

	return s->before.at_ms != 0 && strcmp(text(o, name), value) == 0 ? o : NULL;
}

/* How much a counter has risen in a second, or "-". */
static const char *
rate(const struct koictl_sampler *s, const json_t *now, const json_t *before, const char *key,
     char buf[RATE_TEXT])
{
	long long time_ms = s->now.at_ms - s->before.at_ms;
	long long rise = number(now, key) - number(before, key);

	if (before == NULL || time_ms <= 0 || rise < 0)
		return "-";
	snprintf(buf, RATE_TEXT, rise == 0 ? "%.0f" : "%.1f", (double)rise * 1000 / (double)time_ms);
	return buf;
}

static void
print_interfaces(const struct page *p)
{
	json_t *list = json_object_get(p->s->now.answer[KOICTL_INTERFACES], "interfaces");
	char buf[KOICTL_FORMAT_TEXT], per_s[RATE_TEXT];
	unsigned int left = p->interfaces;
	struct koictl_table t;
	const json_t *ifc;
	const char *key;

	koictl_table_begin(&t, "INTERFACE|LINK|>SPEED|>RX/S|>TX/S|>DROPS/S|>DROPS");
	json_object_foreach (list, key, ifc) {
		const json_t *before = earlier(p->s, KOICTL_INTERFACES, "interfaces", key,
					       "interface", text(ifc, "interface"));

		if (left-- == 0)
			break;
		koictl_table_add(&t, "%s", text(ifc, "interface"));
		koictl_table_add(&t, "%s", text(ifc, "link"));
		koictl_table_add(&t, "%s", koictl_format_speed(number(ifc, "speed_mbps"), buf));
		koictl_table_add(&t, "%s", rate(p->s, ifc, before, "rx_packets", per_s));
		koictl_table_add(&t, "%s", rate(p->s, ifc, before, "tx_packets", per_s));
		koictl_table_add(&t, "%s", rate(p->s, ifc, before, "drops", per_s));
		koictl_table_add(&t, "%lld", number(ifc, "drops"));
	}
	print_table(p->to, &t, "LINK");
}

static void
add_vhid(const struct page *p, struct koictl_table *t, const char *key, const json_t *vhid)
{
	const json_t *before =
		earlier(p->s, KOICTL_VHIDS, "vhids", key, "vhid", text(vhid, "vhid"));
	const json_t *heard = json_object_get(vhid, "master_heard_age_ms");
	char age[KOICTL_FORMAT_TEXT], per_s[RATE_TEXT];

	koictl_table_add(t, "%s", text(vhid, "vhid"));
	koictl_table_add(t, "%s%s", text(vhid, "state"), number(vhid, "split_brain") != 0 ? "!" : "");
	koictl_table_add(t, "%s", koictl_format_age(number(vhid, "state_age_ms"), age));
	koictl_table_add(t, "%lld", number(vhid, "advbase"));
	koictl_table_add(t, "%lld", number(vhid, "effective_advskew"));
	koictl_table_add(t, "%s", text(vhid, "master_address"));
	koictl_table_add(t, "%s",
			 heard == NULL ? "" : koictl_format_age(json_integer_value(heard), age));
	koictl_table_add(t, "%s", rate(p->s, vhid, before, "all_received", per_s));
	koictl_table_add(t, "%s", rate(p->s, vhid, before, "all_sent", per_s));
	koictl_table_add(t, "%s", rate(p->s, vhid, before, "drops", per_s));
	koictl_table_add(t, "%s", text(vhid, "last_reason"));
}

static void
print_vhids(const struct page *p, const struct koictl_view *v)
{
	json_t *list = json_object_get(p->s->now.answer[KOICTL_VHIDS], "vhids");
	struct koictl_table t;
	const json_t *vhid;
	const char *key;
	unsigned int i = 0;

	koictl_table_begin(
		&t, "VHID|STATE|>FOR|>BASE|>SKEW|LAST MASTER|>HEARD|>IN/S|>OUT/S|>DROPS/S|REASON");
	json_object_foreach (list, key, vhid) {
		if (i >= v->scroll && i - v->scroll < p->vhids)
			add_vhid(p, &t, key, vhid);
		i++;
	}
	print_table(p->to, &t, "STATE");
}

static void
print_causes(const struct page *p)
{
	const json_t *answer = p->s->now.answer[KOICTL_DEMOTION];
	unsigned int left = p->causes;
	char age[KOICTL_FORMAT_TEXT];
	const json_t *cause;
	const char *key;

	fprintf(p->to, KOICTL_BOLD "DEMOTION %lld" KOICTL_PLAIN "\n", number(answer, "sum"));
	json_object_foreach (json_object_get(answer, "causes"), key, cause) {
		const json_t *ends = json_object_get(cause, "expires_ms");

		if (left-- == 0)
			break;
		fprintf(p->to, KOICTL_YELLOW "%+6lld" KOICTL_PLAIN "  %s, for %s", number(cause, "value"),
			text(cause, "name"), koictl_format_age(number(cause, "age_ms"), age));
		if (ends != NULL)
			fprintf(p->to, ", ends in %s",
				koictl_format_age(json_integer_value(ends), age));
		fputc('\n', p->to);
	}
}

static void
print_events(const struct page *p)
{
	char time[KOICTL_FORMAT_TEXT], buf[KOICTL_FORMAT_TEXT], what[KOICTL_EVENT_TEXT];

	fputs(KOICTL_BOLD "LAST EVENTS" KOICTL_PLAIN "\n", p->to);
	for (unsigned int i = p->s->event_count - p->events; i < p->s->event_count; i++) {
		const json_t *event = p->s->events[i];

		fprintf(p->to, "%s  %-12s  %s\n", koictl_format_time(number(event, "unix_ms"), time),
			koictl_event_subject(event, buf), koictl_event_what(event, what));
	}
}

/* ------------------------------------------------------------------------------------------- */
/* Head                                                                                         */
/* ------------------------------------------------------------------------------------------- */

static void
print_states(const struct page *p)
{
	static const char *const states[] = { "MASTER", "BACKUP", "INIT" };
	unsigned int count[3] = { 0 }, split = 0;
	const json_t *vhid;
	const char *key;

	json_object_foreach (json_object_get(p->s->now.answer[KOICTL_VHIDS], "vhids"), key, vhid) {
		for (size_t i = 0; i < 3; i++)
			count[i] += strcmp(text(vhid, "state"), states[i]) == 0;
		split += number(vhid, "split_brain") != 0;
	}
	fprintf(p->to, "  " KOICTL_GREEN "%u MASTER" KOICTL_PLAIN "  %u BACKUP", count[0], count[1]);
	if (count[2] != 0)
		fprintf(p->to, "  " KOICTL_RED "%u INIT" KOICTL_PLAIN, count[2]);
	if (split != 0)
		fprintf(p->to, "  " KOICTL_RED "%u WITH TWO MASTERS" KOICTL_PLAIN, split);
}

static void
print_head(const struct page *p)
{
	const json_t *health = p->s->now.answer[KOICTL_HEALTH];
	long long gap_us = number(health, "control_gap_max_10s_us");
	long long silent_ms = koictl_sample_clock_ms() - p->s->asked_ms;
	char age[KOICTL_FORMAT_TEXT];

	fprintf(p->to, KOICTL_BOLD "koi %s" KOICTL_PLAIN, p->s->prefix);
	if (health != NULL) {
		fprintf(p->to, "  %s, up %s", text(health, "version"),
			koictl_format_age(number(health, "uptime_ms"), age));
		print_states(p);
		fprintf(p->to, "  %scontrol late by %lld us" KOICTL_PLAIN,
			gap_us >= 20000 ? KOICTL_RED : "", gap_us);
	}
	fputc('\n', p->to);
	if (!p->s->is_connected)
		fprintf(p->to, KOICTL_RED "trying again: %s" KOICTL_PLAIN "\n", p->s->client.error);
	else if (p->s->pending != 0 && silent_ms > SILENCE_MS)
		fprintf(p->to, KOICTL_RED "no answer for %s" KOICTL_PLAIN "\n",
			koictl_format_age(silent_ms, age));
	else
		fputc('\n', p->to);
}

/* ------------------------------------------------------------------------------------------- */
/* The whole                                                                                    */
/* ------------------------------------------------------------------------------------------- */

static unsigned int
least(size_t a, size_t b)
{
	return (unsigned int)(a < b ? a : b);
}

static size_t
count_of(const struct koictl_sampler *s, enum koictl_query query, const char *list)
{
	return json_object_size(json_object_get(s->now.answer[query], list));
}

/* Share the lines: vhids have what the others, of which each needs a little, leave. */
static void
lay_out(struct page *p, struct koictl_view *v)
{
	size_t vhids = count_of(p->s, KOICTL_VHIDS, "vhids");
	size_t height = v->height <= 0 ? NO_LIMIT : (size_t)v->height;
	/* Two lines of head, a heading and a blank line for each part, one line at the foot. */
	size_t room = height > 12 ? height - 12 : 1;
	size_t share = room / 5 + 1;

	p->interfaces = least(count_of(p->s, KOICTL_INTERFACES, "interfaces"), share);
	p->causes = least(count_of(p->s, KOICTL_DEMOTION, "causes"), share);
	p->events = least(p->s->event_count, share);
	room -= least(room - 1, p->interfaces + p->causes + p->events);
	p->vhids = least(vhids, room);
	/* What vhids do not need, events may have. */
	p->events = least(p->s->event_count, p->events + room - p->vhids);
	if (v->scroll + p->vhids > vhids)
		v->scroll = (unsigned int)vhids - p->vhids;
	v->page = p->vhids;
}

static void
print_foot(const struct page *p, const struct koictl_view *v)
{
	size_t vhids = count_of(p->s, KOICTL_VHIDS, "vhids");

	if (v->height <= 0)
		return;
	fputs("\nq: quit", p->to);
	if (vhids > p->vhids)
		fprintf(p->to, "   vhids %u to %u of %zu: arrow keys, page up, page down",
			v->scroll + 1, v->scroll + p->vhids, vhids);
	fputc('\n', p->to);
}

char *
koictl_view_render(struct koictl_view *v, const struct koictl_sampler *s)
{
	struct page p = { .s = s };
	char *out = NULL;
	size_t size;

	p.to = open_memstream(&out, &size);
	if (p.to == NULL)
		return NULL;
	lay_out(&p, v);
	print_head(&p);
	print_interfaces(&p);
	fputc('\n', p.to);
	print_vhids(&p, v);
	fputc('\n', p.to);
	print_causes(&p);
	fputc('\n', p.to);
	print_events(&p);
	print_foot(&p, v);
	return fclose(p.to) == 0 ? out : NULL;
}
