/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the helper has to say: to koi, which logs it, or to standard error when koi is gone.
 *
 * Time:   never waits; a line that nobody takes at this moment is lost.
 */
#ifndef NOTIFY_REPORT_H
#define NOTIFY_REPORT_H

#include "notify_helper.h"

/** Write a line "VHID: PROGRAM: text"; @p fd is the socket to koi, or -1. */
void notify_report(int fd, enum notify_report_type type, const char *vhid, const char *program,
		   const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif /* NOTIFY_REPORT_H */
