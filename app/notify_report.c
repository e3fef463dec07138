/* SPDX-License-Identifier: BSD-3-Clause */
#include "notify_report.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A pipe to a log that nobody reads any more must not hold the helper. */
static void
write_line(const char *text)
{
	struct pollfd ready = { .fd = STDERR_FILENO, .events = POLLOUT };

	if (poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0)
		dprintf(STDERR_FILENO, "koi.notify: %s\n", text);
}

void
notify_report(int fd, enum notify_report_type type, const char *vhid, const char *program,
	      const char *format, ...)
{
	struct notify_report report = { .type = type };
	size_t size;
	va_list args;
	int len;

	len = snprintf(report.text, sizeof(report.text), "%s: %.512s: ", vhid, program);
	va_start(args, format);
	vsnprintf(report.text + len, sizeof(report.text) - (size_t)len, format, args);
	va_end(args);
	size = offsetof(struct notify_report, text) + strlen(report.text) + 1;
	if (fd < 0 || (send(fd, &report, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EPIPE))
		write_line(report.text);
}
