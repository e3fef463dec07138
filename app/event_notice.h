/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What lib/carp finds worth an event although no role changes: filled in by control, put into
 * words by whoever logs or answers it.
 *
 * Threads: event_notice_fill() control; event_notice_format() any.
 */
#ifndef EVENT_NOTICE_H
#define EVENT_NOTICE_H

#include "carp/carp.h"

struct event_notice {
	enum carp_notice kind;
	bool has_peer;
	struct ip_addr peer;
	union {
		struct carp_split_brain split_brain;
		struct carp_mismatch mismatch;
		struct carp_collision collision;
		struct carp_family_silence family_silence;
	};
};

/** Particulars of a notice that has just been given. */
void event_notice_fill(struct event_notice *n, enum carp_notice kind, const struct carp_vhid *v);

/** Without the kind and the peer; "" if there is no more to say. Returns @p buf. */
const char *event_notice_format(const struct event_notice *n, char buf[CARP_TEXT]);

#endif /* EVENT_NOTICE_H */
