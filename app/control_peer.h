/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Who is at the other end of a connection of the control socket.
 */
#ifndef CONTROL_PEER_H
#define CONTROL_PEER_H

#include <stdbool.h>
#include <sys/types.h>

/** True for root, for the user that koi runs as, and for members of @p group; then says who. */
bool control_peer_is_allowed(int fd, gid_t group, uid_t *user);

#endif /* CONTROL_PEER_H */
