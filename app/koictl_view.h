/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The page of koictl watch: what is known of a koi, as text for a screen of a given size.
 *
 * Memory: the text is the caller's, to be freed.
 */
#ifndef KOICTL_VIEW_H
#define KOICTL_VIEW_H

#include "koictl_sample.h"

struct koictl_view {
	int height;           /**< lines; 0: as many as it takes */
	unsigned int scroll;  /**< vhids left out at the top; corrected if there are not so many */
	unsigned int page;    /**< set to how many vhids are shown */
};

/** Lines that end with a newline, with marks for colours. NULL without memory. */
char *koictl_view_render(struct koictl_view *v, const struct koictl_sampler *s);

#endif /* KOICTL_VIEW_H */
