/* SPDX-License-Identifier: BSD-3-Clause */
#include "control_peer.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* The groups of the process at the time that it connected; at most 65,536 of them. */
static bool
has_group(int fd, gid_t group)
{
	gid_t *groups = NULL;
	socklen_t len = 0;
	bool found = false;

	/* Asked with no room, the kernel says how much it needs. */
	getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len);
	if (len != 0)
		groups = malloc(len);
	if (groups == NULL || getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) != 0)
		goto out;
	for (size_t i = 0; i < len / sizeof(groups[0]) && !found; i++)
		found = groups[i] == group;
out:
	free(groups);
	return found;
}

bool
control_peer_is_allowed(int fd, gid_t group, uid_t *user)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return false;
	*user = peer.uid;
	return peer.uid == 0 || peer.uid == geteuid() || peer.gid == group || has_group(fd, group);
}
