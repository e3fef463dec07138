/* SPDX-License-Identifier: BSD-3-Clause */
#include "koictl_watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "koictl_sample.h"
#include "koictl_screen.h"
#include "koictl_view.h"

#define PERIOD_MS 1000
#define KEYS_MAX 64

struct watch {
	struct koictl_sampler sampler;
	struct koictl_screen screen;
	struct koictl_view view;
	sigset_t signals;
	int signal_fd;
	long long due_ms; /* when koi is asked next */
	bool is_over;
};

/* ------------------------------------------------------------------------------------------- */
/* The page                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static void
draw(struct watch *w)
{
	char *text;

	w->view.height = w->screen.height;
	text = koictl_view_render(&w->view, &w->sampler);
	if (text == NULL || koictl_screen_draw(&w->screen, text) != 0)
		w->is_over = true;
	free(text);
}

/* ------------------------------------------------------------------------------------------- */
/* Keys and signals                                                                             */
/* ------------------------------------------------------------------------------------------- */

static void
scroll(struct watch *w, long long by)
{
	long long to = (long long)w->view.scroll + by;

	w->view.scroll = to < 0 ? 0 : (unsigned int)to;
}

static void
take_keys(struct watch *w)
{
	static const struct {
		const char *key;
		int lines, pages;
	} moves[] = {
		{ "\033[A", -1, 0 },  { "\033[B", 1, 0 }, { "\033OA", -1, 0 }, { "\033OB", 1, 0 },
		{ "\033[5~", 0, -1 }, { "\033[6~", 0, 1 }, { "k", -1, 0 },     { "j", 1, 0 },
		{ " ", 0, 1 },
	};
	char keys[KEYS_MAX + 1];
	ssize_t len = read(STDIN_FILENO, keys, KEYS_MAX);

	if (len <= 0) {
		/* The terminal is gone; without it there is nobody to watch. */
		w->is_over |= len == 0 || errno != EINTR;
		return;
	}
	keys[len] = '\0';
	for (const char *at = keys; *at != '\0'; at++) {
		w->is_over |= *at == 'q' || *at == 'Q';
		for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
			if (strncmp(at, moves[i].key, strlen(moves[i].key)) == 0)
				scroll(w, moves[i].lines + moves[i].pages * (long long)w->view.page);
		}
	}
	draw(w);
}

/* Stopped by Ctrl-Z: the shell gets its terminal, and we get it back afterwards. */
static void
suspend(struct watch *w)
{
	koictl_screen_close(&w->screen);
	raise(SIGSTOP);
	if (koictl_screen_open(&w->screen) != 0)
		w->is_over = true;
	draw(w);
}

static void
take_signal(struct watch *w)
{
	struct signalfd_siginfo info;

	if (read(w->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGWINCH:
		koictl_screen_refresh(&w->screen);
		draw(w);
		break;
	case SIGTSTP:
		suspend(w);
		break;
	default:
		w->is_over = true;
	}
}

static int
block_signals(struct watch *w)
{
	static const int taken[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP };

	sigemptyset(&w->signals);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		sigaddset(&w->signals, taken[i]);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &w->signals, NULL);
	w->signal_fd = signalfd(-1, &w->signals, SFD_CLOEXEC);
	return w->signal_fd < 0 ? -errno : 0;
}

/* ------------------------------------------------------------------------------------------- */
/* The loop                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static void
wait_and_take(struct watch *w)
{
	struct pollfd ready[] = {
		{ .fd = w->signal_fd, .events = POLLIN },
		{ .fd = w->screen.has_keys ? STDIN_FILENO : -1, .events = POLLIN },
		{ .fd = w->sampler.pending != 0 ? w->sampler.client.fd : -1, .events = POLLIN },
	};
	long long wait_ms = w->due_ms - koictl_sample_clock_ms();

	poll(ready, 3, wait_ms > 0 ? (int)wait_ms : 0);
	if (ready[0].revents != 0)
		take_signal(w);
	if (ready[1].revents != 0)
		take_keys(w);
	if (ready[2].revents != 0 && koictl_sampler_take(&w->sampler, 0))
		draw(w);
}

static void
follow(struct watch *w)
{
	while (!w->is_over) {
		long long now_ms = koictl_sample_clock_ms();

		if (now_ms >= w->due_ms) {
			w->due_ms = now_ms + PERIOD_MS;
			koictl_sampler_ask(&w->sampler);
			/* Ages of what is not answered go on. */
			if (w->sampler.now.at_ms == 0 || w->sampler.asked_ms < now_ms)
				draw(w);
		}
		wait_and_take(w);
	}
}

static int
print_once(struct watch *w)
{
	char *text;

	koictl_sampler_ask(&w->sampler);
	if (!koictl_sampler_take(&w->sampler, KOICTL_PATIENCE_MS)) {
		fprintf(stderr, "koictl: %s\n", w->sampler.client.error);
		return -EIO;
	}
	text = koictl_view_render(&w->view, &w->sampler);
	for (const char *at = text; at != NULL && *at != '\0';) {
		size_t len = strcspn(at, "\n");

		koictl_screen_put_line(stdout, at, len, (int)len, false);
		putchar('\n');
		at += len + (at[len] == '\n');
	}
	free(text);
	return 0;
}

int
koictl_watch(const char *prefix)
{
	struct watch w = { .signal_fd = -1 };
	int rc;

	koictl_sampler_init(&w.sampler, prefix);
	if (!koictl_screen_is_possible()) {
		rc = print_once(&w);
	} else {
		rc = block_signals(&w);
		if (rc == 0)
			rc = koictl_screen_open(&w.screen);
		if (rc == 0)
			follow(&w);
		koictl_screen_close(&w.screen);
	}
	koictl_sampler_end(&w.sampler);
	if (w.signal_fd >= 0)
		close(w.signal_fd);
	return rc;
}
