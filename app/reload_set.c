/* SPDX-License-Identifier: BSD-3-Clause */
#include "reload_set.h"

#include <errno.h>
#include <stdlib.h>

/* Write the addresses of an interface to @p out, or only count them. */
static size_t
collect(const struct config *config, unsigned int interface, struct vip_address *out)
{
	const struct config_interface *c = &config->interfaces[interface];
	size_t count = 0;

	for (size_t i = 0; i < c->address_count; i++, count++)
		if (out != NULL)
			out[count] = (struct vip_address){
				.prefix = c->addresses[i],
				.vhid = VIP_OWN,
				.is_tentative = true,
			};
	for (size_t v = 0; v < config->vhid_count; v++) {
		const struct config_vhid *vhid = &config->vhids[v];

		if (vhid->interface != interface)
			continue;
		for (size_t i = 0; i < vhid->address_count; i++, count++)
			if (out != NULL)
				out[count] = (struct vip_address){
					.prefix = vhid->addresses[i],
					.vhid = vhid->vhid,
					.is_port_mac = vhid->mac == CONFIG_VHID_MAC_PORT,
				};
	}
	return count;
}

struct vip_set *
reload_set_create(const struct koi_interface *ifc, const struct config *config)
{
	unsigned int interface = (unsigned int)config_interface_find(config, ifc->name);
	const struct port *port = &ifc->port->port;
	size_t count = collect(config, interface, NULL);
	struct vip_address *addresses = calloc(count + 1, sizeof(*addresses));
	struct vip_set *set;

	if (addresses == NULL)
		return NULL;
	collect(config, interface, addresses);
	set = vip_set_create(addresses, count, port->mac, port->socket);
	free(addresses);
	return set;
}
