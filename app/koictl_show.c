/* SPDX-License-Identifier: BSD-3-Clause */
#include "koictl_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "koictl_event.h"
#include "koictl_format.h"
#include "koictl_neighbors.h"
#include "koictl_route.h"
#include "koictl_table.h"

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
/* Interfaces and vhids                                                                         */
/* ------------------------------------------------------------------------------------------- */

static void
print_interfaces(json_t *const result[2])
{
	char speed[KOICTL_FORMAT_TEXT];
	struct koictl_table t;
	const json_t *ifc;
	const char *key;

	koictl_table_begin(&t, "INTERFACE|LINK|>SPEED|MAC|>MTU|>RX PACKETS|>TX PACKETS|>DROPS");
	json_object_foreach (json_object_get(result[0], "interfaces"), key, ifc) {
		koictl_table_add(&t, "%s", text(ifc, "interface"));
		koictl_table_add(&t, "%s", text(ifc, "link"));
		koictl_table_add(&t, "%s", koictl_format_speed(number(ifc, "speed_mbps"), speed));
		koictl_table_add(&t, "%s", text(ifc, "mac"));
		koictl_table_add(&t, "%lld", number(ifc, "mtu"));
		koictl_table_add(&t, "%lld", number(ifc, "rx_packets"));
		koictl_table_add(&t, "%lld", number(ifc, "tx_packets"));
		koictl_table_add(&t, "%lld", number(ifc, "drops"));
	}
	koictl_table_print(&t, stdout);
}

static void
add_addresses(struct koictl_table *t, const json_t *vhid)
{
	long long more = number(vhid, "address_count") - 1;

	if (more > 0)
		koictl_table_add(t, "%s +%lld", text(vhid, "address"), more);
	else
		koictl_table_add(t, "%s", text(vhid, "address"));
}

static void
print_vhids(const json_t *result)
{
	char age[KOICTL_FORMAT_TEXT];
	struct koictl_table t;
	const json_t *vhid;
	const char *key;

	koictl_table_begin(&t, "VHID|STATE|>FOR|>ADVBASE|>ADVSKEW|ADDRESS|REASON");
	json_object_foreach (json_object_get(result, "vhids"), key, vhid) {
		koictl_table_add(&t, "%s", text(vhid, "vhid"));
		koictl_table_add(&t, "%s", text(vhid, "state"));
		koictl_table_add(&t, "%s",
				 koictl_format_age(number(vhid, "state_age_ms"), age));
		koictl_table_add(&t, "%lld", number(vhid, "advbase"));
		koictl_table_add(&t, "%lld", number(vhid, "effective_advskew"));
		add_addresses(&t, vhid);
		koictl_table_add(&t, "%s", text(vhid, "last_reason"));
	}
	koictl_table_print(&t, stdout);
}

/* Of thousands of rows nobody reads the states. */
static void
print_summary(const json_t *result)
{
	static const char *const states[] = { "MASTER", "BACKUP", "INIT" };
	const json_t *vhids = json_object_get(result, "vhids");
	size_t left = json_object_size(vhids);
	const json_t *vhid;
	const char *key;

	if (left < 2)
		return;
	printf("%zu vhids:", left);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		size_t count = 0;

		json_object_foreach ((json_t *)vhids, key, vhid)
			count += strcmp(text(vhid, "state"), states[i]) == 0;
		left -= count;
		if (count != 0)
			printf(" %zu %s%s", count, states[i], left != 0 ? "," : "");
	}
	printf("\n");
}

static void
print_all(json_t *const result[2])
{
	print_interfaces(result);
	printf("\n");
	print_summary(result[1]);
	print_vhids(result[1]);
	if (number(result[1], "demotion") != 0)
		printf("\ndemotion %lld: koictl show demotion\n", number(result[1], "demotion"));
}

/* ------------------------------------------------------------------------------------------- */
/* Everything that is a list of names and values                                                */
/* ------------------------------------------------------------------------------------------- */

static void
add_array(struct koictl_table *t, const char *name, const json_t *list)
{
	const json_t *item;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	json_array_foreach ((json_t *)list, i, item) {
		koictl_table_add(t, "%s", i == 0 ? name : " ");
		if (json_is_string(item))
			koictl_table_add(t, "%s", json_string_value(item));
		else
			koictl_table_add(t, "%lld", (long long)json_integer_value(item));
	}
}

static void
add_value(struct koictl_table *t, const char *name, const json_t *value)
{
	const json_t *inner;
	const char *key;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		json_object_foreach ((json_t *)value, key, inner)
			add_value(t, key, inner);
		return;
	case JSON_ARRAY:
		add_array(t, name, value);
		return;
	case JSON_STRING:
		koictl_table_add(t, "%s", name);
		koictl_table_add(t, "%s", json_string_value(value));
		return;
	default:
		koictl_table_add(t, "%s", name);
		koictl_table_add(t, "%lld", (long long)json_integer_value(value));
	}
}

/* How long the list is can be seen. */
static void
forget_page(json_t *result)
{
	json_object_del(result, "count");
	json_object_del(result, "next");
}

static void
print_list(json_t *result)
{
	struct koictl_table t;

	forget_page(result);
	koictl_table_begin(&t, "NAME|VALUE");
	add_value(&t, "", result);
	koictl_table_print(&t, stdout);
}

static void
print_details(json_t *const result[2])
{
	print_list(result[0]);
}

static void
print_stats(json_t *const result[2])
{
	print_list(result[0]);
	printf("\n");
	print_list(result[1]);
}

/* ------------------------------------------------------------------------------------------- */
/* The others                                                                                   */
/* ------------------------------------------------------------------------------------------- */

static void
print_workers(json_t *const result[2])
{
	struct koictl_table t;
	const json_t *w;
	const char *key;

	koictl_table_begin(&t,
			   ">WORKER|>LCORE|>PACKETS|>DROPS|>BUSY %|>CYCLES/PACKET|>TURN AGE US");
	json_object_foreach (json_object_get(result[0], "workers"), key, w) {
		double busy = (double)number(w, "busy_cycles");
		double all = busy + (double)number(w, "idle_cycles");

		koictl_table_add(&t, "%s", key);
		koictl_table_add(&t, "%lld", number(w, "lcore"));
		koictl_table_add(&t, "%lld", number(w, "packets"));
		koictl_table_add(&t, "%lld", number(w, "drops"));
		koictl_table_add(&t, "%.1f", all > 0 ? 100 * busy / all : 0);
		koictl_table_add(&t, "%lld", number(w, "cycles_per_packet"));
		koictl_table_add(&t, "%lld", number(w, "heartbeat_age_us"));
	}
	koictl_table_print(&t, stdout);
}

static const char *
expiry(const json_t *cause, char buf[KOICTL_FORMAT_TEXT])
{
	const json_t *left_ms = json_object_get(cause, "expires_ms");

	return left_ms == NULL ? "" : koictl_format_age(json_integer_value(left_ms), buf);
}

static void
print_demotion(json_t *const result[2])
{
	char age[KOICTL_FORMAT_TEXT];
	struct koictl_table t;
	const json_t *cause;
	const char *key;

	koictl_table_begin(&t, ">DEMOTION|>FOR|>ENDS IN|CAUSE");
	json_object_foreach (json_object_get(result[0], "causes"), key, cause) {
		koictl_table_add(&t, "%+lld", number(cause, "value"));
		koictl_table_add(&t, "%s", koictl_format_age(number(cause, "age_ms"), age));
		koictl_table_add(&t, "%s", expiry(cause, age));
		koictl_table_add(&t, "%s", text(cause, "name"));
	}
	koictl_table_add(&t, "%lld", number(result[0], "sum"));
	koictl_table_add(&t, " ");
	koictl_table_add(&t, " ");
	koictl_table_add(&t, "sum");
	koictl_table_print(&t, stdout);
}

static void
print_events(json_t *const result[2])
{
	char buf[KOICTL_FORMAT_TEXT], what[KOICTL_EVENT_TEXT];
	struct koictl_table t;
	const json_t *event;
	const char *key;

	koictl_table_begin(&t, ">SEQUENCE|TIME|SUBJECT|EVENT");
	json_object_foreach (json_object_get(result[0], "events"), key, event) {
		koictl_table_add(&t, "%lld", number(event, "sequence"));
		koictl_table_add(&t, "%s", koictl_format_time(number(event, "unix_ms"), buf));
		koictl_table_add(&t, "%s", koictl_event_subject(event, buf));
		koictl_table_add(&t, "%s", koictl_event_what(event, what));
	}
	koictl_table_print(&t, stdout);
	if (number(result[0], "missed") != 0)
		printf("%lld older events are forgotten\n", number(result[0], "missed"));
}

/* ------------------------------------------------------------------------------------------- */
/* The list                                                                                     */
/* ------------------------------------------------------------------------------------------- */

const struct koictl_show koictl_shows[] = {
	{ "", NULL, false, "interfaces and vhids, one line each",
	  { "/interface/table", "/carp/table" }, print_all },
	{ "vhid", "VHID@INTERFACE", false, "one vhid", { "/carp/vhid", NULL }, print_details },
	{ "stats", "VHID@INTERFACE", true, "counters of advertisements and of IP packets, or of a vhid",
	  { "/carp/stats", "/fwd/stats" }, print_stats },
	{ "neighbors", "INTERFACE", false, "who is on the link of an interface",
	  { "/neigh/table", NULL }, koictl_neighbors_print },
	{ "route", "ADDRESS", false, "what is done with packets to an address",
	  { "/fwd/route", NULL }, koictl_route_print },
	{ "tables", NULL, false, "room and memory of the forwarding tables",
	  { "/fwd/tables", NULL }, print_details },
	{ "interfaces", "INTERFACE", true, "all interfaces, or all about one",
	  { "/interface/table", NULL }, print_interfaces },
	{ "workers", NULL, false, "load of the workers", { "/worker/stats", NULL }, print_workers },
	{ "events", NULL, false, "what happened lately", { "/carp/events", NULL }, print_events },
	{ "demotion", NULL, false, "the demotion sum and its causes", { "/carp/demotion", NULL },
	  print_demotion },
	{ "settings", NULL, false, "the carp settings in force", { "/carp/settings", NULL },
	  print_details },
	{ "health", NULL, false, "version, age, and who was late", { "/koi/health", NULL },
	  print_details },
	{ 0 },
};

/* With an argument: one interface with everything, and a vhid has no IP packets of its own. */
static const struct koictl_show one_interface = {
	.path = { "/interface/info", NULL },
	.print = print_details,
};

static const struct koictl_show one_vhid = {
	.path = { "/carp/stats", NULL },
	.print = print_details,
};

/* The answer as it is; of two, their lists side by side. */
static void
print_json(json_t *const result[2])
{
	if (result[1] != NULL) {
		forget_page(result[0]);
		forget_page(result[1]);
		json_object_update(result[0], result[1]);
	}
	json_dumpf(result[0], stdout, JSON_INDENT(2));
	printf("\n");
}

int
koictl_show_run(const struct koictl_show *s, struct koictl_client *c, const char *argument,
		bool is_json)
{
	json_t *result[2] = { NULL, NULL };
	int rc = 0;

	if (argument[0] != '\0' && s->print == print_interfaces)
		s = &one_interface;
	else if (argument[0] != '\0' && s->print == print_stats)
		s = &one_vhid;
	for (int i = 0; i < 2 && s->path[i] != NULL && rc == 0; i++)
		rc = koictl_client_ask(c, koictl_client_query(s->path[i], argument), &result[i]);
	if (rc == 0 && is_json)
		print_json(result);
	else if (rc == 0)
		s->print(result);
	json_decref(result[0]);
	json_decref(result[1]);
	return rc;
}
