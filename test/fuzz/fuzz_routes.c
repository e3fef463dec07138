/* SPDX-License-Identifier: BSD-3-Clause */
/* A file of routes, for a koi with two interfaces and both families. */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/config.h"

#define TEXT                                                                                       \
	"{\"interfaces\":[{\"name\":\"a\",\"device\":\"d\",\"addresses\":[\"10.0.0.2/8\","         \
	"\"fd00::2/64\"]},{\"name\":\"b\",\"device\":\"e\",\"addresses\":[\"10.1.0.2/16\"]}],"     \
	"\"routes\":[{\"prefix\":\"192.168.0.0/16\",\"interface\":\"b\"}],"                        \
	"\"routes_file\":\"/proc/self/fd/%d\"}"

static void
check_texts(char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (const char *c = texts[i]; *c != '\0'; c++)
			FUZZ_REQUIRE((unsigned char)*c >= 0x20 && *c != 0x7f);
	}
}

static int
compare(const struct ip_prefix *a, const struct ip_prefix *b)
{
	int order = ip_addr_compare(&a->addr, &b->addr);

	return order != 0 ? order : a->len - b->len;
}

static void
check_paths(const struct config *c, const struct config_route *route)
{
	FUZZ_REQUIRE(route->path_count >= 1 && route->path_count <= CONFIG_PATHS_MAX);
	FUZZ_REQUIRE(route->first_path + route->path_count <= c->path_count);
	for (uint32_t i = 0; i < route->path_count; i++) {
		const struct config_path *path = &c->paths[route->first_path + i];

		FUZZ_REQUIRE(path->via.family == route->prefix.addr.family);
		FUZZ_REQUIRE(path->interface < c->interface_count);
	}
}

static void
check_routes(const struct config *c)
{
	FUZZ_REQUIRE(c->route_count >= 1);
	for (size_t i = 0; i < c->route_count; i++) {
		const struct config_route *route = &c->routes[i];

		FUZZ_REQUIRE(i == 0 || compare(&route[-1].prefix, &route->prefix) < 0);
		if (route->type == CONFIG_ROUTE_VIA)
			check_paths(c, route);
		else if (route->type == CONFIG_ROUTE_INTERFACE)
			FUZZ_REQUIRE(route->interface < c->interface_count);
		else
			FUZZ_REQUIRE(route->type == CONFIG_ROUTE_BLACKHOLE);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_report report;
	struct config *c;
	char text[512];
	int fd;

	fd = memfd_create("routes", MFD_CLOEXEC);
	FUZZ_REQUIRE(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(text, sizeof(text), TEXT, fd);
	c = config_load_text(text, strlen(text), "koi.json", CONFIG_RUN, &report);
	close(fd);
	FUZZ_REQUIRE((c == NULL) == (report.error_count != 0));
	check_texts(report.errors, report.error_count);
	check_texts(report.warnings, report.warning_count);
	config_report_free(&report);
	if (c != NULL)
		check_routes(c);
	config_free(c);
	return 0;
}
