/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * An event in a few words.
 *
 * Memory: texts are written into the caller's buffer, or are part of the event.
 */
#ifndef KOICTL_EVENT_H
#define KOICTL_EVENT_H

#include <jansson.h>

#include "koictl_format.h"

#define KOICTL_EVENT_TEXT 240

/** What it is about, whatever its type: a vhid, an interface, a worker, or nothing: "". */
const char *koictl_event_subject(const json_t *event, char buf[KOICTL_FORMAT_TEXT]);

const char *koictl_event_what(const json_t *event, char buf[KOICTL_EVENT_TEXT]);

#endif /* KOICTL_EVENT_H */
