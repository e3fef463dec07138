/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * koictl show neighbors: in the order of their addresses.
 */
#ifndef KOICTL_NEIGHBORS_H
#define KOICTL_NEIGHBORS_H

#include <jansson.h>

void koictl_neighbors_print(json_t *const result[2]);

#endif /* KOICTL_NEIGHBORS_H */
