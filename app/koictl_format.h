/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Numbers as people read them.
 *
 * Memory: texts are written into the caller's buffer, which is returned.
 */
#ifndef KOICTL_FORMAT_H
#define KOICTL_FORMAT_H

#define KOICTL_FORMAT_TEXT 32

/** Two units at most: "3d04h", "5m12s", "3.2s". */
const char *koictl_format_age(long long ms, char buf[KOICTL_FORMAT_TEXT]);

/** Local time to the millisecond: "2026-03-01 12:00:00.123". */
const char *koictl_format_time(long long unix_ms, char buf[KOICTL_FORMAT_TEXT]);

/** "10G", "100M"; "-" if it is not known. */
const char *koictl_format_speed(long long mbps, char buf[KOICTL_FORMAT_TEXT]);

#endif /* KOICTL_FORMAT_H */
