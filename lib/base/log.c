/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

RTE_LOG_REGISTER(koi_log_app, koi, INFO)
RTE_LOG_REGISTER(koi_log_carp, koi.carp, INFO)
RTE_LOG_REGISTER(koi_log_arp, koi.arp, INFO)
RTE_LOG_REGISTER(koi_log_port, koi.port, INFO)
RTE_LOG_REGISTER(koi_log_config, koi.config, INFO)
RTE_LOG_REGISTER(koi_log_notify, koi.notify, INFO)

static const char *
type_name(int type)
{
	if (type == koi_log_carp)
		return "koi.carp";
	if (type == koi_log_arp)
		return "koi.arp";
	if (type == koi_log_port)
		return "koi.port";
	if (type == koi_log_config)
		return "koi.config";
	if (type == koi_log_notify)
		return "koi.notify";
	return "koi";
}

/*
 * Whoever reads the log may have stopped to (a pager, Ctrl-S, a journal in trouble). That is no
 * reason to answer no signal and to follow no link: the line is lost.
 */
static bool
would_wait(void)
{
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) == 0;
}

void
log_write(unsigned int level, int type, const char *format, ...)
{
	static _Atomic unsigned int lost;
	unsigned int lines;
	char text[1024];
	va_list args;

	if (!rte_log_can_log((uint32_t)type, level))
		return;
	if (would_wait()) {
		atomic_fetch_add(&lost, 1);
		return;
	}
	lines = atomic_exchange(&lost, 0);
	if (lines != 0)
		rte_log(RTE_LOG_WARNING, (uint32_t)koi_log_app,
			"koi: %u lines of the log are lost: nobody read it\n", lines);
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* One write for the line: two processes on one terminal do not mix. */
	rte_log(level, (uint32_t)type, "%s: %s\n", type_name(type), text);
}
