/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PORT_INTERNAL_H
#define PORT_INTERNAL_H

#include "port/port.h"

/** Make a started port receive the group 224.0.0.18, or everything. */
int port_filter_start(struct port *p);

/** Receive everything. 0, or what the driver said. */
int port_go_promiscuous(struct port *p, const char *why);

/** Forget the groups. */
void port_groups_free(struct port *p);

#endif /* PORT_INTERNAL_H */
