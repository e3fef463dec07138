/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Log types, so that the EAL's --log-level='koi.*:debug' works, and one way to write a line.
 *
 * Threads: any but a worker and the control lcore, which send events instead.
 * Errors:  a line that would have to wait for its reader is lost; the next one says how many were.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include <rte_log.h>

extern int koi_log_app;
extern int koi_log_carp;
extern int koi_log_arp;
extern int koi_log_port;
extern int koi_log_config;
extern int koi_log_notify;

/** Write "NAME: text" and a newline, NAME being that of the type: log_line(INFO, carp, "..."). */
#define log_line(level, type, ...) log_write(RTE_LOG_##level, koi_log_##type, __VA_ARGS__)

void log_write(unsigned int level, int type, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* BASE_LOG_H */
