/* SPDX-License-Identifier: BSD-3-Clause */
#include "koictl_format.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

const char *
koictl_format_age(long long ms, char buf[KOICTL_FORMAT_TEXT])
{
	long long s = ms / 1000;

	if (s < 60)
		snprintf(buf, KOICTL_FORMAT_TEXT, "%lld.%llds", s, ms % 1000 / 100);
	else if (s < 3600)
		snprintf(buf, KOICTL_FORMAT_TEXT, "%lldm%02llds", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, KOICTL_FORMAT_TEXT, "%lldh%02lldm", s / 3600, s / 60 % 60);
	else
		snprintf(buf, KOICTL_FORMAT_TEXT, "%lldd%02lldh", s / 86400, s / 3600 % 24);
	return buf;
}

const char *
koictl_format_time(long long unix_ms, char buf[KOICTL_FORMAT_TEXT])
{
	time_t seconds = unix_ms / 1000;
	struct tm tm;
	size_t len;

	localtime_r(&seconds, &tm);
	len = strftime(buf, KOICTL_FORMAT_TEXT, "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(buf + len, KOICTL_FORMAT_TEXT - len, ".%03lld", unix_ms % 1000);
	return buf;
}

const char *
koictl_format_speed(long long mbps, char buf[KOICTL_FORMAT_TEXT])
{
	if (mbps <= 0)
		strcpy(buf, "-");
	else if (mbps % 1000 == 0)
		snprintf(buf, KOICTL_FORMAT_TEXT, "%lldG", mbps / 1000);
	else
		snprintf(buf, KOICTL_FORMAT_TEXT, "%lldM", mbps);
	return buf;
}
