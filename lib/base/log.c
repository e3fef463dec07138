/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

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

void
log_write(unsigned int level, int type, const char *format, ...)
{
	char text[1024];
	va_list args;

	if (!rte_log_can_log((uint32_t)type, level))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* One write for the line: two processes on one terminal do not mix. */
	rte_log(level, (uint32_t)type, "%s: %s\n", type_name(type), text);
}
