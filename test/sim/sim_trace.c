/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim_trace.h"

#include <stdarg.h>
#include <stdio.h>

#include "sim_random.h"

static void
print_line(uint64_t at_us, int node, int vhid, const char *format, va_list args)
{
	printf("%4u.%06u ", (unsigned int)(at_us / 1000000), (unsigned int)(at_us % 1000000));
	if (node < 0)
		printf("      ");
	else if (vhid < 0)
		printf("%c     ", 'A' + node);
	else
		printf("%c/%-3d ", 'A' + node, vhid);
	vprintf(format, args);
	putchar('\n');
}

void
sim_trace_add(struct sim_trace *t, uint64_t at_us, int node, int vhid, enum sim_what what,
	      uint64_t value, const char *format, ...)
{
	uint64_t who = (uint64_t)(node + 1) << 32 | (uint64_t)(vhid + 1) << 8 | what;
	va_list args;

	t->hash = sim_random_mix(t->hash, at_us);
	t->hash = sim_random_mix(t->hash, who);
	t->hash = sim_random_mix(t->hash, value);
	if (!t->print)
		return;
	va_start(args, format);
	print_line(at_us, node, vhid, format, args);
	va_end(args);
}
