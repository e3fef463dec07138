/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

#define MTU_MIN 68
#define MTU_MAX 9600
#define VLAN_MAX 4094
#define RX_QUEUES_MAX 1024 /* RTE_MAX_QUEUES_PER_PORT; the device has the last word */

/* In the order of enum config_mac_mode. */
static const char *const mac_modes[] = { "auto", "filter", "promiscuous", NULL };

static bool
name_is_good(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len < CONFIG_NAME_MAX && name[0] >= 'a' && name[0] <= 'z' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

static void
read_name(struct config_reader *r, const struct config_place *at, const json_t *value, void *target)
{
	struct config_interface *ifc = target;
	const char *name = json_string_value(value);
	char quoted[CONFIG_QUOTED];

	if (name_is_good(name)) {
		memcpy(ifc->name, name, strlen(name) + 1);
		return;
	}
	config_error(r, at, "%s is not 1 to 15 of [a-z0-9._-] that start with a letter",
		     config_quote(name, quoted));
}

static void
read_device(struct config_reader *r, const struct config_place *at, const json_t *value,
	    void *target)
{
	struct config_interface *ifc = target;
	const char *device = json_string_value(value);
	size_t name_len = strcspn(device, ",");

	if (name_len == 0 || name_len >= CONFIG_DEVICE_MAX) {
		config_error(r, at, "the name of a device has 1 to %d characters, this one %zu",
			     CONFIG_DEVICE_MAX - 1, name_len);
		return;
	}
	if (config_has_control(device)) {
		config_error(r, at, "a control character is not allowed");
		return;
	}
	ifc->device = strdup(device);
	if (ifc->device == NULL)
		r->is_out_of_memory = true;
}

void
config_device_identity(const char *device, char out[CONFIG_DEVICE_MAX + 8])
{
	size_t len = strcspn(device, ",");
	const char *first = memchr(device, ':', len);
	bool is_pci = first != NULL && strspn(device, "0123456789abcdefABCDEF:.") == len;
	bool is_short = is_pci && first == memrchr(device, ':', len);
	size_t at = 0;

	if (is_short)
		at = (size_t)snprintf(out, CONFIG_DEVICE_MAX, "0000:");
	for (size_t i = 0; i < len; i++)
		out[at++] = is_pci ? (char)tolower((unsigned char)device[i]) : device[i];
	out[at] = '\0';
}

static void
read_addresses(struct config_reader *r, const struct config_place *at, const json_t *value,
	       void *target)
{
	struct config_interface *ifc = target;

	config_addresses_read(r, at, value, CONFIG_ADDRESSES_MAX, &ifc->addresses,
			      &ifc->address_count);
}

static void
read_rx_queues(struct config_reader *r, const struct config_place *at, const json_t *value,
	       void *target)
{
	struct config_interface *ifc = target;
	char quoted[CONFIG_QUOTED];
	int64_t number;

	if (json_is_integer(value)) {
		if (config_integer_read(r, at, value, 1, RX_QUEUES_MAX, &number))
			ifc->rx_queues = (uint16_t)number;
	} else if (!json_is_string(value)) {
		config_error(r, at, "expected an integer or \"auto\", found %s",
			     config_type_name(value));
	} else if (strcmp(json_string_value(value), "auto") != 0) {
		config_error(r, at, "%s is not an integer or \"auto\"",
			     config_quote(json_string_value(value), quoted));
	}
}

const struct config_member config_interface_keys[] = {
	CONFIG_DESCRIPTION,
	{ .name = "name", .type = CONFIG_STRING, .is_required = true, .read = read_name },
	{ .name = "device", .type = CONFIG_STRING, .is_required = true, .unless = "parent",
	  .read = read_device },
	{ .name = "parent", .type = CONFIG_STRING },
	{ .name = "vlan", .type = CONFIG_INTEGER, .min = 1, .max = VLAN_MAX, .has_no_preset = true,
	  .needs_restart = true, CONFIG_FIELD(struct config_interface, vlan) },
	{ .name = "mtu", .type = CONFIG_INTEGER, .min = MTU_MIN, .max = MTU_MAX, .preset = 1500,
	  .needs_restart = true, CONFIG_FIELD(struct config_interface, mtu) },
	{ .name = "addresses", .type = CONFIG_ARRAY, .max = CONFIG_ADDRESSES_MAX,
	  .read = read_addresses },
	{ .name = "rx_queues", .type = CONFIG_OTHER, .min = 1, .max = RX_QUEUES_MAX,
	  .needs_restart = true, CONFIG_FIELD(struct config_interface, rx_queues),
	  .read = read_rx_queues },
	{ .name = "mac_mode", .type = CONFIG_WORD, .words = mac_modes,
	  .preset = CONFIG_MAC_MODE_AUTO, .needs_restart = true,
	  CONFIG_FIELD(struct config_interface, mac_mode) },
	{ .name = "start_delay_ms", .type = CONFIG_INTEGER, .min = 0, .max = CONFIG_DELAY_MAX_MS,
	  CONFIG_FIELD(struct config_interface, start_delay_ms) },
	{ .name = "router_advertisement", .type = CONFIG_OBJECT, .read = config_ra_read },
	CONFIG_LATER("host"),
	{ .name = NULL },
};

/* What concerns several keys. Looks at the JSON: a bad value is not in the struct. */
static void
check_together(struct config_reader *r, const struct config_place *at, const json_t *value)
{
	static const char *const of_the_port[] = { "device", "rx_queues", "mac_mode" };
	bool has_parent = json_object_get(value, "parent") != NULL;
	bool has_vlan = json_object_get(value, "vlan") != NULL;
	struct config_place place = { .parent = at, .key = "vlan" };

	if (has_parent && !has_vlan)
		config_error(r, at, "\"vlan\" is missing");
	if (has_vlan && !has_parent)
		config_error(r, &place, "\"parent\" is missing");
	for (size_t i = 0; has_parent && i < sizeof(of_the_port) / sizeof(of_the_port[0]); i++) {
		place.key = of_the_port[i];
		if (json_object_get(value, place.key) != NULL)
			config_error(r, &place, "is that of the parent");
	}
}

void
config_interfaces_read(struct config_reader *r, const struct config_place *at, const json_t *value,
		       void *target)
{
	struct config *c = target;
	size_t size = json_array_size(value);
	size_t count = size < CONFIG_INTERFACES_MAX ? size : CONFIG_INTERFACES_MAX;

	c->interfaces = calloc(count + 1, sizeof(*c->interfaces));
	if (c->interfaces == NULL) {
		r->is_out_of_memory = true;
		return;
	}
	c->interface_count = count;
	r->interfaces = value;
	for (size_t i = 0; i < count; i++) {
		struct config_place place = { .parent = at, .index = i };
		const json_t *ifc = json_array_get(value, i);

		c->interfaces[i].parent = -1;
		config_object_read(r, &place, ifc, config_interface_keys, &c->interfaces[i]);
		if (json_is_object(ifc))
			check_together(r, &place, ifc);
	}
	r->interfaces_are_complete = count == size;
}
