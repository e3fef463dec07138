/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests that change something: what is understood, and what is refused with which words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "suite.h"

/* Parse what follows {"version":1,"command": . Returns the description, or the reason after "!". */
static const char *
parse(const char *rest)
{
	static char text[COMMAND_TEXT + 1];
	struct command *c = command_create();
	char line[1024];
	json_t *request;

	snprintf(line, sizeof(line), "{\"version\":1,\"command\":%s}", rest);
	request = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	if (command_parse(c, request) == 0) {
		command_describe(c, text);
	} else {
		CU_ASSERT(c->result < 0);
		snprintf(text, sizeof(text), "!%s", c->text);
	}
	json_decref(request);
	command_destroy(c);
	return text;
}

struct example {
	const char *request;
	const char *text;
};

static void
check(const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *text = parse(examples[i].request);

		if (strcmp(text, examples[i].text) != 0)
			fprintf(stderr, "%s: %s\n", examples[i].request, text);
		CU_ASSERT_STRING_EQUAL(text, examples[i].text);
	}
}

static void
sound_requests_are_understood(void)
{
	static const struct example examples[] = {
		{ "\"vhid\",\"vhid\":\"1@lan\",\"state\":\"up\"", "vhid 1@lan up" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"state\":\"down\"", "vhid 1@lan down" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"state\":\"master\"", "vhid 1@lan master" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"state\":\"backup\"", "vhid 1@lan backup" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"replay\":\"forget\"", "vhid 1@lan replay forget" },
		{ "\"vhid\",\"vhid\":\"255@interface-00000\",\"advbase\":254",
		  "vhid 255@interface-00000 advbase 254" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"advskew\":0", "vhid 1@lan advskew 0" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"advskew\":254,\"advbase\":0",
		  "vhid 1@lan advbase 0 advskew 254" },
		{ "\"demote\",\"add\":240", "demote +240" },
		{ "\"demote\",\"add\":-240", "demote -240" },
		{ "\"demote\",\"add\":-2147483648", "demote -2147483648" },
		{ "\"demote\",\"cause\":\"disk full\",\"value\":100", "demote --cause \"disk full\" 100" },
		{ "\"demote\",\"cause\":\"x\",\"value\":1,\"for_s\":31536000",
		  "demote --cause \"x\" 1 --for 31536000s" },
		{ "\"demote\",\"cause\":\"operator\",\"value\":0", "demote --cause \"operator\" 0" },
		{ "\"maintenance\",\"on\":true", "maintenance on" },
		{ "\"maintenance\",\"on\":false", "maintenance off" },
		{ "\"set\",\"preempt\":true", "set preempt on" },
		{ "\"set\",\"allow\":false,\"log\":2", "set allow off log 2" },
		{ "\"reload\"", "reload" },
	};

	check(examples, SUITE_LEN(examples));
}

static void
others_are_refused_with_the_reason(void)
{
	static const struct example examples[] = {
		{ "\"vhidd\"", "!no command \"vhidd\"" },
		{ "7", "!no command \"\"" },
		{ "\"a\\u001b[2J\\u00e4\"", "!no command \"a?[2J??\"" },
		{ "\"vhid\"", "!\"vhid\" is not a text of 1 to 19 octets" },
		{ "\"vhid\",\"vhid\":1,\"state\":\"up\"", "!\"vhid\" is not a text of 1 to 19 octets" },
		{ "\"vhid\",\"vhid\":\"1@lan\"",
		  "!needs \"state\", \"replay\", or \"advbase\" and \"advskew\" or one of them" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"state\":\"up\",\"advskew\":1",
		  "!needs \"state\", \"replay\", or \"advbase\" and \"advskew\" or one of them" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"state\":\"init\"",
		  "!\"state\" is not up, down, master or backup" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"replay\":\"off\"", "!\"replay\" is not forget" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"replay\":1", "!\"replay\" is not forget" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"replay\":\"forget\",\"state\":\"up\"",
		  "!\"replay\" goes without \"state\", \"advbase\" and \"advskew\"" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"state\":true",
		  "!\"state\" is not up, down, master or backup" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"advskew\":255",
		  "!\"advskew\" is not a number in 0..254" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"advbase\":-1",
		  "!\"advbase\" is not a number in 0..254" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"advbase\":1.5",
		  "!\"advbase\" is not a number in 0..254" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"advbase\":0,\"advskew\":0",
		  "!advbase and advskew cannot both be 0" },
		{ "\"vhid\",\"vhid\":\"1@lan\",\"state\":\"up\",\"force\":1",
		  "!vhid: no key \"force\"" },
		{ "\"demote\"", "!needs either \"add\", or \"cause\" and \"value\"" },
		{ "\"demote\",\"add\":2147483648",
		  "!\"add\" is not a number in -2147483648..2147483647" },
		{ "\"demote\",\"add\":1,\"cause\":\"x\"",
		  "!\"add\" goes without \"cause\", \"value\" and \"for_s\"" },
		{ "\"demote\",\"cause\":\"\",\"value\":1",
		  "!\"cause\" is not a text of 1 to 47 octets" },
		{ "\"demote\",\"cause\":\"tab\\there\",\"value\":1",
		  "!\"cause\" is not of printable ASCII characters" },
		{ "\"demote\",\"cause\":\"interface lan down\",\"value\":0",
		  "!\"interface lan down\" is a cause of koi's own" },
		{ "\"demote\",\"cause\":\"maintenance\",\"value\":0",
		  "!\"maintenance\" is a cause of koi's own" },
		{ "\"demote\",\"cause\":\"x\",\"value\":1,\"for_s\":0",
		  "!\"for_s\" is not a number in 1..31536000" },
		{ "\"demote\",\"cause\":\"x\",\"value\":0,\"for_s\":1",
		  "!the value 0 clears a cause; for how long means nothing" },
		{ "\"maintenance\"", "!needs \"on\"" },
		{ "\"maintenance\",\"on\":1", "!\"on\" is not true or false" },
		{ "\"set\"", "!needs \"allow\", \"preempt\" or \"log\"" },
		{ "\"set\",\"allow\":1", "!\"allow\" is not true or false" },
		{ "\"set\",\"log\":3", "!\"log\" is not a number in 0..2" },
		{ "\"set\",\"tos\":1", "!set: no key \"tos\"" },
		{ "\"reload\",\"file\":\"x\"", "!reload: no key \"file\"" },
	};

	check(examples, SUITE_LEN(examples));
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(sound_requests_are_understood),
		SUITE_TEST(others_are_refused_with_the_reason),
	};

	return suite_run("command", tests, SUITE_LEN(tests));
}
