/* SPDX-License-Identifier: BSD-3-Clause */
#include "telemetry_client.h"

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <rte_eal.h>

int
telemetry_client_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char greeting[TELEMETRY_CLIENT_REPLY];
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/dpdk_telemetry.v2",
		 rte_eal_get_runtime_dir());
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    recv(fd, greeting, sizeof(greeting), 0) <= 0)
		err(1, "%s", address.sun_path);
	return fd;
}

json_t *
telemetry_client_ask(int fd, const char *path, const char *params, size_t *len)
{
	char text[2 * TELEMETRY_CLIENT_REPLY];
	json_t *reply, *answer;
	ssize_t n;

	snprintf(text, sizeof(text), "%s%s%s", path, params[0] == '\0' ? "" : ",", params);
	if (send(fd, text, strlen(text), 0) < 0)
		err(1, "send");
	n = recv(fd, text, sizeof(text), 0);
	if (n < 0)
		err(1, "recv");
	if (len != NULL)
		*len = (size_t)n;
	reply = json_loadb(text, (size_t)n, 0, NULL);
	answer = json_incref(json_object_get(reply, path));
	json_decref(reply);
	return answer;
}
