/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * koictl show route: where packets to an address go, a line for each next hop.
 */
#ifndef KOICTL_ROUTE_H
#define KOICTL_ROUTE_H

#include <jansson.h>

void koictl_route_print(json_t *const result[2]);

#endif /* KOICTL_ROUTE_H */
