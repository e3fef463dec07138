/* SPDX-License-Identifier: BSD-3-Clause */
#include "notify_program.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "notify_report.h"

#define EXIT_NOT_STARTED 127
#define DEFAULT_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* One that never stops writing gets its turn like the others. */
#define READS_MAX 16

/* ------------------------------------------------------------------------------------------- */
/* Environment                                                                                  */
/* ------------------------------------------------------------------------------------------- */

/* Nothing of a service manager, of credentials or of the EAL is for programs. */
static const char *const inherited[] = { "HOME", "LANG", "LC_ALL", "PATH", "TZ" };

#define INHERITED_COUNT (sizeof(inherited) / sizeof(inherited[0]))
#define OWN_COUNT 6

struct environment {
	char own[OWN_COUNT][sizeof("KOI_INTERFACE=") + CARP_REASON_TEXT];
	char *variable[OWN_COUNT + INHERITED_COUNT + 2];
};

/* The variable as it stands in the environment: NAME=value. */
static char *
inherit(const char *name)
{
	size_t len = strlen(name);

	for (char **v = environ; *v != NULL; v++)
		if (strncmp(*v, name, len) == 0 && (*v)[len] == '=')
			return *v;
	return NULL;
}

static void
fill_environment(struct environment *e, const struct notify_state *s)
{
	const char *at = strchr(s->vhid, '@');
	int number_len = at == NULL ? 0 : (int)(at - s->vhid);
	size_t size = sizeof(e->own[0]);
	size_t count = 0;

	snprintf(e->own[0], size, "KOI_VHID=%.*s", number_len, s->vhid);
	snprintf(e->own[1], size, "KOI_INTERFACE=%s", at == NULL ? "" : at + 1);
	snprintf(e->own[2], size, "KOI_FROM=%s", carp_state_name(s->from));
	snprintf(e->own[3], size, "KOI_TO=%s", carp_state_name(s->to));
	snprintf(e->own[4], size, "KOI_REASON=%s", s->reason);
	snprintf(e->own[5], size, "KOI_SEQUENCE=%" PRIu64, s->sequence);
	for (size_t i = 0; i < OWN_COUNT; i++)
		e->variable[count++] = e->own[i];
	for (size_t i = 0; i < INHERITED_COUNT; i++) {
		e->variable[count] = inherit(inherited[i]);
		if (e->variable[count] != NULL)
			count++;
	}
	if (inherit("PATH") == NULL)
		e->variable[count++] = (char *)(uintptr_t)DEFAULT_PATH;
	e->variable[count] = NULL;
}

/* ------------------------------------------------------------------------------------------- */
/* Start                                                                                        */
/* ------------------------------------------------------------------------------------------- */

/* The helper ignores and blocks signals; a program finds them as they are after a boot. */
static void
reset_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void __attribute__((noreturn))
become(struct notify_program *p, const struct notify_state *state, int output)
{
	char *words[] = {
		(char *)(uintptr_t)p->path,
		p->vhid,
		(char *)(uintptr_t)carp_state_name(state->to),
		NULL,
	};
	struct environment environment;

	setpgid(0, 0);
	reset_signals();
	fill_environment(&environment, state);
	/* Standard input is the helper's: /dev/null. The directory is the helper's: the root. */
	if (dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0)
		execve(p->path, words, environment.variable);
	*p->start_errno = errno;
	_exit(EXIT_NOT_STARTED);
}

int
notify_program_start(struct notify_program *p, const char *path, const struct notify_state *state,
		     uint64_t now_ms, unsigned int limit_ms)
{
	int output[2];
	int rc;

	if (pipe2(output, O_CLOEXEC) != 0)
		return -errno;
	p->path = path;
	memcpy(p->vhid, state->vhid, sizeof(p->vhid));
	p->to = state->to;
	p->phase = NOTIFY_RUNS;
	p->due_ms = now_ms + limit_ms;
	p->line_len = 0;
	p->line_count = 0;
	*p->start_errno = 0;
	p->pid = fork();
	if (p->pid == 0)
		become(p, state, output[1]);
	rc = p->pid < 0 ? -errno : 0;
	close(output[1]);
	if (rc != 0) {
		close(output[0]);
		p->path = NULL;
		return rc;
	}
	/* Both do it: whoever comes second finds it done. */
	setpgid(p->pid, p->pid);
	fcntl(output[0], F_SETFL, O_NONBLOCK);
	p->output_fd = output[0];
	return 0;
}

/* ------------------------------------------------------------------------------------------- */
/* Output                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static void
end_line(struct notify_program *p, int report_fd)
{
	if (p->line_len == 0)
		return;
	if (p->line_count < NOTIFY_OUTPUT_LINES)
		notify_report(report_fd, NOTIFY_REPORT_OUTPUT, p->vhid, p->path, "%.*s",
			      (int)p->line_len, p->line);
	else if (p->line_count == NOTIFY_OUTPUT_LINES)
		notify_report(report_fd, NOTIFY_REPORT_OUTPUT, p->vhid, p->path,
			      "what else it writes is not logged");
	p->line_count++;
	p->line_len = 0;
}

static void
take_output(struct notify_program *p, int report_fd, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)data[i];

		if (c == '\n' || p->line_len == sizeof(p->line))
			end_line(p, report_fd);
		/* A log is read on terminals. */
		if (c != '\n')
			p->line[p->line_len++] = c < ' ' || c == 0x7f ? ' ' : (char)c;
	}
}

static void
close_output(struct notify_program *p, int report_fd)
{
	if (p->output_fd < 0)
		return;
	end_line(p, report_fd);
	close(p->output_fd);
	p->output_fd = -1;
}

void
notify_program_read(struct notify_program *p, int report_fd)
{
	char data[4096];

	for (unsigned int i = 0; i < READS_MAX && p->output_fd >= 0; i++) {
		ssize_t len = read(p->output_fd, data, sizeof(data));

		if (len < 0)
			return;
		if (len == 0)
			close_output(p, report_fd);
		take_output(p, report_fd, data, (size_t)len);
	}
}

/* ------------------------------------------------------------------------------------------- */
/* End                                                                                          */
/* ------------------------------------------------------------------------------------------- */

void
notify_program_enforce(struct notify_program *p, uint64_t now_ms)
{
	if (now_ms < p->due_ms)
		return;
	if (p->phase == NOTIFY_RUNS) {
		kill(-p->pid, SIGTERM);
		p->phase = NOTIFY_TERMINATED;
		p->due_ms = now_ms + NOTIFY_KILL_MS;
	} else {
		kill(-p->pid, SIGKILL);
		p->phase = NOTIFY_KILLED;
		p->due_ms = UINT64_MAX;
	}
}

static bool
report_end(const struct notify_program *p, int status, int report_fd)
{
	const char *to = carp_state_name(p->to);

	if (*p->start_errno != 0)
		notify_report(report_fd, NOTIFY_REPORT_FAILURE, p->vhid, p->path,
			      "%s: cannot be started: %s", to, strerror(*p->start_errno));
	else if (p->phase != NOTIFY_RUNS)
		notify_report(report_fd, NOTIFY_REPORT_FAILURE, p->vhid, p->path,
			      "%s: was over the time limit and has been %s", to,
			      p->phase == NOTIFY_KILLED ? "killed" : "terminated");
	else if (WIFSIGNALED(status))
		notify_report(report_fd, NOTIFY_REPORT_FAILURE, p->vhid, p->path,
			      "%s: ended by signal %d (%s)", to, WTERMSIG(status),
			      strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		notify_report(report_fd, NOTIFY_REPORT_FAILURE, p->vhid, p->path,
			      "%s: exit status %d", to, WEXITSTATUS(status));
	else
		return false;
	return true;
}

bool
notify_program_reap(struct notify_program *p, int report_fd, bool *has_failed)
{
	siginfo_t info = { .si_pid = 0 };
	int status = 0;

	if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
	    info.si_pid == 0)
		return false;
	/* Not waited for yet, it holds the number of its group: no stranger can be hit. */
	if (p->phase != NOTIFY_RUNS)
		kill(-p->pid, SIGKILL);
	while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	notify_program_read(p, report_fd);
	close_output(p, report_fd);
	*has_failed = report_end(p, status, report_fd);
	p->path = NULL;
	return true;
}
