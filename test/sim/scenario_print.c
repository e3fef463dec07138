/* SPDX-License-Identifier: BSD-3-Clause */
#include "scenario_print.h"

#include <inttypes.h>
#include <string.h>

#include "hex.h"

void
scenario_print_state(FILE *to, uint64_t at_us, const struct carp_action *action)
{
	char text[CARP_REASON_TEXT];
	char *detail;

	/* FreeBSD's words stand alone, so that outputs of other implementations compare equal. */
	carp_reason_format(&action->state.reason, text);
	detail = strstr(text, ", ");
	if (detail != NULL) {
		*detail = '\0';
		detail += 2;
	}
	fprintf(to, "{\"at_us\":%" PRIu64 ",\"from\":\"%s\",\"to\":\"%s\",\"reason\":\"%s\"", at_us,
		carp_state_name(action->state.from), carp_state_name(action->state.to), text);
	if (detail != NULL)
		fprintf(to, ",\"detail\":\"%s\"", detail);
	fputs("}\n", to);
}

void
scenario_print_send(FILE *to, uint64_t at_us, enum ip_family family,
		    const uint8_t payload[CARP_HEADER_LEN], bool failed)
{
	char hex[2 * CARP_HEADER_LEN + 1];

	fprintf(to, "{\"at_us\":%" PRIu64 ",\"send\":{\"family\":%d,\"hex\":\"%s\"%s}}\n", at_us,
		family == IP_V4 ? 4 : 6, hex_encode(payload, CARP_HEADER_LEN, hex),
		failed ? ",\"failed\":true" : "");
}

void
scenario_print_announce(FILE *to, uint64_t at_us, const struct ip_addr *addresses, size_t count)
{
	char text[IP_ADDR_TEXT];

	for (size_t i = 0; i < count; i++)
		fprintf(to, "{\"at_us\":%" PRIu64 ",\"announce\":\"%s\"}\n", at_us,
			ip_addr_format(&addresses[i], text));
}

void
scenario_print_refused(FILE *to, uint64_t at_us, enum carp_counter counter)
{
	fprintf(to, "{\"at_us\":%" PRIu64 ",\"refused\":\"%s\"}\n", at_us,
		carp_counter_name(counter));
}

void
scenario_print_end(FILE *to, uint64_t at_us, const struct carp_vhid_status *status)
{
	const char *comma = "";

	fprintf(to, "{\"at_us\":%" PRIu64 ",\"state\":\"%s\",\"counters\":{", at_us,
		carp_state_name(status->state));
	for (int i = 0; i < CARP_FRAME_COUNTERS; i++) {
		if (status->counters[i] == 0)
			continue;
		fprintf(to, "%s\"%s\":%" PRIu64, comma, carp_counter_name((enum carp_counter)i),
			status->counters[i]);
		comma = ",";
	}
	fputs("}}\n", to);
}
