/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * koictl watch: a page that follows what a koi does, until somebody presses q.
 *
 * Threads: main().
 */
#ifndef KOICTL_WATCH_H
#define KOICTL_WATCH_H

/**
 * Show the koi with this prefix; one that does not answer is waited for, and one that starts again
 * is found again. If standard output is no terminal the page is printed once.
 *
 * @return 0; -EIO if no koi answers and it is printed once, with the reason printed
 */
int koictl_watch(const char *prefix);

#endif /* KOICTL_WATCH_H */
