/* SPDX-License-Identifier: BSD-3-Clause */
#include "notify_bench.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <rte_log.h>

static char dir[] = "/tmp/koi-test-XXXXXX";
static FILE *log_file;

struct notify *bench_notify;
const struct notify_counters *bench_counters;
uint64_t bench_sequence;

void
bench_create(void)
{
	if (mkdtemp(dir) == NULL)
		err(1, "mkdtemp");
}

void
bench_destroy(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command) != 0)
		warnx("%s stays", dir);
}

/* ------------------------------------------------------------------------------------------- */
/* Files and time                                                                               */
/* ------------------------------------------------------------------------------------------- */

uint64_t
bench_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

char *
bench_path(const char *name)
{
	static char path[4][64];
	static unsigned int turn;
	char *p = path[turn++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
	return p;
}

void
bench_write_script(const char *name, const char *text)
{
	FILE *f = fopen(bench_path(name), "we");

	if (f == NULL)
		err(1, "%s", name);
	fprintf(f, "#!/bin/sh\ncd %s\n%s\n", dir, text);
	fclose(f);
	if (chmod(bench_path(name), 0755) != 0)
		err(1, "%s", name);
}

const char *
bench_read(const char *name)
{
	static char text[65536];
	FILE *f = fopen(bench_path(name), "re");
	size_t len;

	if (f == NULL)
		return "";
	len = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[len] = '\0';
	return text;
}

bool
bench_has_file(const char *name)
{
	return access(bench_path(name), F_OK) == 0;
}

void
bench_make_file(const char *name)
{
	FILE *f = fopen(bench_path(name), "we");

	if (f == NULL)
		err(1, "%s", name);
	fclose(f);
}

bool
bench_is_idle(void)
{
	return counter_read(&bench_counters->pending) + counter_read(&bench_counters->waiting) +
		       counter_read(&bench_counters->running) == 0;
}

bool
bench_is_gone(pid_t pid)
{
	char path[32];
	char state = 'X';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return true;
	if (fscanf(f, "%*d %*s %c", &state) != 1)
		state = 'X';
	fclose(f);
	return state == 'Z' || state == 'X';
}

/* ------------------------------------------------------------------------------------------- */
/* koi                                                                                          */
/* ------------------------------------------------------------------------------------------- */

void
bench_set_programs(size_t count, ...)
{
	struct config_notify list[CONFIG_NOTIFY_MAX];
	struct config config = { .notify = list, .notify_count = count };
	va_list names;

	va_start(names, count);
	for (size_t i = 0; i < count; i++)
		list[i].exec = strdup(bench_path(va_arg(names, const char *)));
	va_end(names);
	notify_set_programs(bench_notify, &config);
	for (size_t i = 0; i < count; i++)
		free(list[i].exec);
}

void
bench_begin(unsigned int limit_ms)
{
	bench_notify = notify_start(0, NULL, limit_ms);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bench_notify);
	bench_counters = notify_counters(bench_notify);
}

void
bench_end(void)
{
	notify_stop(bench_notify);
	bench_notify = NULL;
	while (waitpid(-1, NULL, 0) > 0)
		continue;
}

void
bench_tell(const char *vhid, enum carp_state from, enum carp_state to)
{
	struct event e = {
		.type = EVENT_STATE,
		.state = { .from = from, .to = to, .reason.code = CARP_REASON_TIMED_OUT },
	};

	notify_event(bench_notify, &e, vhid, ++bench_sequence);
}

/* ------------------------------------------------------------------------------------------- */
/* What koi logs                                                                                */
/* ------------------------------------------------------------------------------------------- */

void
bench_begin_log(void)
{
	log_file = fopen(bench_path("log"), "we");
	if (log_file == NULL)
		err(1, "log");
	setvbuf(log_file, NULL, _IONBF, 0);
	rte_openlog_stream(log_file);
}

void
bench_end_log(void)
{
	rte_openlog_stream(NULL);
	fclose(log_file);
}

bool
bench_log_has(const char *text)
{
	return strstr(bench_read("log"), text) != NULL;
}

unsigned int
bench_log_count(const char *text)
{
	unsigned int count = 0;

	for (const char *p = bench_read("log"); (p = strstr(p, text)) != NULL; p++)
		count++;
	return count;
}
