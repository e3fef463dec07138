/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * koictl show: answers as tables for people.
 *
 * Threads: main().
 */
#ifndef KOICTL_SHOW_H
#define KOICTL_SHOW_H

#include <stdbool.h>

#include "koictl_client.h"

struct koictl_show {
	const char *name;     /**< the word after "show"; NULL ends the list, "" is show alone */
	const char *argument; /**< what it takes, or NULL */
	bool is_optional;     /**< the argument may be left out */
	const char *help;
	const char *path[2];  /**< what is asked, the second one if not NULL after the first */
	void (*print)(json_t *const result[2]);
};

extern const struct koictl_show koictl_shows[];

/**
 * Ask and print.
 *
 * @param argument "" if there is none
 * @return         0, or what koictl_client_query() said
 */
int koictl_show_run(const struct koictl_show *s, struct koictl_client *c, const char *argument,
		    bool is_json);

#endif /* KOICTL_SHOW_H */
