/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files of lib/config share: places in the JSON text, the tables of keys, the reader.
 */
#ifndef CONFIG_INTERNAL_H
#define CONFIG_INTERNAL_H

#include <sys/stat.h>

#include <jansson.h>

#include "config/config.h"

/* ------------------------------------------------------------------------------------------- */
/* Places and messages: config_report.c                                                         */
/* ------------------------------------------------------------------------------------------- */

/** A place in the document, as a chain from the leaf to the root; lives on the stack. */
struct config_place {
	const struct config_place *parent; /**< NULL: this is the root */
	const char *key;                   /**< NULL: element @ref index of an array */
	size_t index;
};

/** The state of one config_load(). */
struct config_reader {
	struct config *config;
	struct config_report *report;
	enum config_purpose purpose;
	const char *folder; /**< of the configuration file */
	/** As written, good or not; NULL where there is none. Indices are those of the struct. */
	const json_t *interfaces;
	const json_t *vhids;
	const json_t *routes;
	const json_t *neighbors;
	const char *routes_file;
	bool interfaces_are_complete; /**< the interfaces above are all that the file defines */
	bool is_out_of_memory;
};

void config_error(struct config_reader *r, const struct config_place *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void config_warning(struct config_reader *r, const struct config_place *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define CONFIG_QUOTED 96

/** A string value for a message: quoted, control characters escaped, shortened. Returns @p buf. */
const char *config_quote(const char *text, char buf[CONFIG_QUOTED]);

/** True if a text would disturb a terminal or the form "one entry a line". */
bool config_has_control(const char *text);

/* ------------------------------------------------------------------------------------------- */
/* Tables of keys: config_parse.c                                                               */
/* ------------------------------------------------------------------------------------------- */

enum config_type {
	CONFIG_OBJECT,
	CONFIG_ARRAY,   /**< min..max elements */
	CONFIG_STRING,
	CONFIG_INTEGER, /**< min..max */
	CONFIG_BOOLEAN,
	CONFIG_WORD,    /**< one of words; its index is stored */
	CONFIG_OTHER,   /**< read checks the type */
};

typedef void config_read_fn(struct config_reader *r, const struct config_place *at,
			    const json_t *value, void *target);

/** One key of an object and what its value may be. A table of them ends with a NULL name. */
struct config_member {
	const char *name;
	enum config_type type;
	bool is_required;
	const char *unless; /**< not required where this key is given */
	bool is_later; /**< part of the contract, refused as "not yet supported" */
	bool has_no_preset;   /**< where it is absent, something else decides */
	bool needs_restart;   /**< a running koi cannot take over another value */
	int64_t min;
	int64_t max;
	int64_t preset; /**< the default of an integer, boolean or word */
	const char *const *words;
	size_t offset; /**< of the field that an integer, boolean or word is stored in */
	size_t size;   /**< of this field; 0: none */
	config_read_fn *read; /**< called with a value of the right type */
};

#define CONFIG_FIELD(type, field) \
	.offset = offsetof(type, field), .size = sizeof(((type *)0)->field)
#define CONFIG_DESCRIPTION { .name = "description", .type = CONFIG_STRING }
#define CONFIG_LATER(key) { .name = (key), .is_later = true }

extern const struct config_member config_root_keys[];
extern const struct config_member config_carp_keys[];
extern const struct config_member config_workers_keys[];
extern const struct config_member config_interface_keys[];
extern const struct config_member config_vhid_keys[];
extern const struct config_member config_notify_keys[];
extern const struct config_member config_ra_keys[];
extern const struct config_member config_ra_prefix_keys[];
extern const struct config_member config_route_keys[];
extern const struct config_member config_neighbor_keys[];

/** Store the defaults of @p keys into @p target. */
void config_object_preset(const struct config_member *keys, void *target);

/** Store the defaults, then read every member of @p value. */
void config_object_read(struct config_reader *r, const struct config_place *at, const json_t *value,
			const struct config_member *keys, void *target);

/** Check an integer's range; the error is reported. */
bool config_integer_read(struct config_reader *r, const struct config_place *at,
			 const json_t *value, int64_t min, int64_t max, int64_t *out);

/** The string of a member of an element; NULL if there is none or it is something else. */
const char *config_element_text(const json_t *array, size_t index, const char *key);

/** True if the element has such a member, be its value good or not. */
bool config_element_has(const json_t *array, size_t index, const char *key);

/** "a string", "an integer", ... */
const char *config_type_name(const json_t *value);

/** The supported key that is nearest to @p name, at most two typing errors away; or NULL. */
const char *config_suggest(const char *name, const struct config_member *keys);

/* ------------------------------------------------------------------------------------------- */
/* Values                                                                                       */
/* ------------------------------------------------------------------------------------------- */

config_read_fn config_interfaces_read;
config_read_fn config_vhids_read;
config_read_fn config_pass_read;
config_read_fn config_pass_file_read;
config_read_fn config_pass_accept_read;
config_read_fn config_peers_read;
config_read_fn config_notify_read;
config_read_fn config_ra_read;

/** No accepted secret may be there twice, nor be the one that is sent. */
void config_accept_check(struct config_reader *r, const struct config_place *at,
			 const struct config_vhid *vhid);

/**
 * Read an array of ADDRESS/LENGTH. An element with an error keeps its slot, with the family
 * IP_FAMILIES, so that indices stay those of the file.
 */
void config_addresses_read(struct config_reader *r, const struct config_place *at,
			   const json_t *array, size_t max, struct ip_prefix **out, size_t *count);

/** Why an address cannot be that of a host: "a loopback address", ...; NULL if it can. */
const char *config_address_objection(const struct ip_prefix *prefix);

#define CONFIG_DEVICE_MAX 64 /**< RTE_DEV_NAME_MAX_LEN: with the terminating NUL */

/** What tells two devices apart: the name before the arguments, a PCI address in its long form. */
void config_device_identity(const char *device, char out[CONFIG_DEVICE_MAX + 8]);

/* ------------------------------------------------------------------------------------------- */
/* The document as a whole                                                                      */
/* ------------------------------------------------------------------------------------------- */

/**
 * Open a regular file without waiting for anything.
 *
 * @return the descriptor; -errno; -EISDIR, or -ENOTSUP for another kind of file
 */
int config_file_open(const char *path, struct stat *st);

/** The words for an error of config_file_open(). */
const char *config_file_error(int error);

/** What a file holds; any of it may be a secret. */
struct config_text {
	char *data;
	size_t len;
	size_t size; /**< allocated */
};

/** Read a file; errors are reported. Returns false if there was one. */
bool config_text_load(struct config_reader *r, const char *path, struct config_text *text);
void config_text_free(struct config_text *text);

/** Parse; errors are reported, and NULL returned. To be freed by config_document_free(). */
json_t *config_document_parse(struct config_reader *r, const char *text, size_t len);

/** Wipes every string, since any may be a secret. */
void config_document_free(json_t *document);

/** Report every duplicate key of a text that is otherwise good JSON. */
void config_duplicates_report(struct config_reader *r, const char *text, size_t len);

/** Checks between values. */
void config_check(struct config_reader *r);
void config_vlans_check(struct config_reader *r);
/** @param interfaces by vhid: the index of its interface, SIZE_MAX if that is an error */
void config_peers_check(struct config_reader *r, const size_t *interfaces);
void config_addresses_check(struct config_reader *r, const size_t *interfaces);
/** No link with IPv6 may have an MTU below its least. */
void config_mtus_check(struct config_reader *r, const size_t *interfaces);
/** Router advertisements against the addresses; takes prefixes from them where none are given. */
void config_ra_check(struct config_reader *r, const size_t *interfaces);

/** Choose the source address of each vhid and family. */
void config_sources_choose(struct config *c);

/** Something that must not be there twice. */
struct config_unique {
	const void *key;
	size_t len;
	size_t first; /**< set to the index of the first item with the same key */
};

/** Give an item a text, or nothing (its len is then 0: it equals the others that lack one). */
void config_unique_set(struct config_unique *item, const char *text);

/** Set @p first of each item, in n log n. Returns 0 or -ENOMEM. */
int config_unique_find(struct config_unique *items, size_t count);

/** For a table whose size is a power of two. */
size_t config_hash(const void *octets, size_t len);

/* ------------------------------------------------------------------------------------------- */
/* Links: config_link.c                                                                         */
/* ------------------------------------------------------------------------------------------- */

#define CONFIG_ANY_INTERFACE (-1)

/** A prefix whose hosts are reached without a router. */
struct config_link {
	struct ip_prefix prefix; /**< without host bits */
	unsigned int interface;
	bool is_route; /**< from routes[], not from an address of ours */
};

/** An address of ours. */
struct config_our {
	struct ip_addr addr;
	int interface; /**< of a link-local one, else CONFIG_ANY_INTERFACE */
};

/** What the interfaces reach, and who we are; sorted: a million routes ask. */
struct config_links {
	const struct config *config;
	struct config_link *links;
	size_t count;
	size_t size;
	size_t start[IP_FAMILIES][130]; /**< by length: the first of its links; ends with the next */
	struct config_our *ours;
	size_t our_count;
	unsigned int *by_name; /**< indices of interfaces */
	bool uses_ip6[CONFIG_INTERFACES_MAX];
	/** Every name and address was good: what is not found here is an error of its own. */
	bool is_complete;
};

/** @param interfaces as config_peers_check(). Reported: nothing but lack of memory. */
int config_links_collect(struct config_reader *r, const size_t *interfaces,
			 struct config_links *l);
/** Prefixes may be added before config_links_sort(). */
int config_links_add(struct config_links *l, const struct ip_prefix *prefix, unsigned int interface,
		     bool is_route);
void config_links_sort(struct config_links *l);
void config_links_free(struct config_links *l);

/** The index of the interface of that name, or -ENOENT. */
int config_links_interface(const struct config_links *l, const char *name);

/** The longest prefix that covers an address [of one interface], or NULL. */
const struct config_link *config_links_find(const struct config_links *l,
					    const struct ip_addr *addr, int interface);

/** True if a route to @p prefix would be one to a link, or to an address, of ours. */
bool config_links_have(const struct config_links *l, const struct ip_prefix *prefix);

/** True for an own address and for a virtual one; a link-local one is ours on an interface. */
bool config_links_are_us(const struct config_links *l, const struct ip_addr *addr, int interface);

/** The address without the bits beyond the length. */
struct ip_addr config_prefix_base(const struct ip_prefix *prefix);

/* ------------------------------------------------------------------------------------------- */
/* Routes and neighbours                                                                        */
/* ------------------------------------------------------------------------------------------- */

/** Long enough for two addresses and some words. */
#define CONFIG_WHY 192

/** A neighbour or next hop: why it cannot be one, written to @p why; NULL if it can. */
const char *config_host_objection(const struct config_link *link, const struct ip_addr *addr,
				  char why[CONFIG_WHY]);

/**
 * Find the interface of a next hop.
 *
 * @param interface that of a link-local next hop, else CONFIG_ANY_INTERFACE
 * @return          why it cannot be a next hop of that family, written to @p why; NULL if it can
 */
const char *config_gateway_resolve(const struct config_links *l, enum ip_family family,
				   const struct ip_addr *via, int interface,
				   struct config_path *out, char why[CONFIG_WHY]);

/** Why nobody routes to such a prefix; NULL if it is one that can be routed to. */
const char *config_prefix_objection(const struct ip_prefix *prefix, char why[CONFIG_WHY]);

/** A route with the place where it was found. */
struct config_route_item {
	struct config_route route;
	uint32_t origin; /**< its element of routes[]; from CONFIG_ROUTES_MAX on: its line */
};

/** A list of next hops that routes share. */
struct config_path_set {
	uint32_t first;
	uint32_t count; /**< 0: a free slot */
};

/** The routes of one load while they are collected. */
struct config_route_list {
	struct config_reader *reader;
	const struct config_links *links;
	char *file; /**< path of routes_file */
	struct config_route_item *items;
	size_t count;
	size_t size;
	struct config_path_set *sets; /**< hash of the lists of next hops that are stored */
	size_t set_slots;             /**< a power of two */
	size_t set_count;
	size_t path_size; /**< allocated */
	size_t file_errors;
	size_t file_warnings;
};

/** Add a route. Returns 0; -ENOMEM; -ENOSPC if there are too many. */
int config_route_add(struct config_route_list *list, const struct config_route *route,
		     uint32_t origin);

/**
 * Find or store a list of next hops, which is sorted.
 *
 * @return its place in the paths of the configuration; -ENOMEM; -ENOSPC if there are too many
 */
int64_t config_paths_store(struct config_route_list *list, struct config_path *paths, size_t count);

/** Sort, report what is there twice, hand over to the configuration. */
void config_routes_finish(struct config_route_list *list);

/** An error of a line of routes_file; after the first ones they are only counted. */
void config_line_error(struct config_route_list *list, uint32_t line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** Read routes_file, whose path is in the list. */
void config_routes_file_read(struct config_route_list *list);

/** Read routes[] and routes_file. */
void config_routes_read(struct config_reader *r, const struct config_links *links);
/** Add the prefixes of routes[] that name an interface to the links. */
int config_routes_link(struct config_reader *r, struct config_links *links);

void config_neighbors_read(struct config_reader *r, const struct config_links *links);

/** By interface and address, for qsort(). */
int config_neighbor_compare(const void *a, const void *b);

/* ------------------------------------------------------------------------------------------- */
/* Difference                                                                                   */
/* ------------------------------------------------------------------------------------------- */

/**
 * For each interface of the new configuration find the one of the same name in the running one.
 *
 * @param report what needs a restart is added as an error
 * @return       0; -EBUSY if there is something; -ENOMEM
 */
int config_interfaces_match(const struct config *was, const struct config *now,
			    size_t *interface_was, struct config_report *report);

/** What members_are_equal compares: the fields of a table of keys. */
bool config_members_are_equal(const struct config_member *keys, const void *was, const void *now);

bool config_ra_is_equal(const struct config_ra *was, const struct config_ra *now);

/** @param interface_was by interface of the new configuration */
bool config_routes_are_equal(const struct config *was, const struct config *now,
			     const size_t *interface_was);
/** 1: they are; 0: they are not; -ENOMEM */
int config_neighbors_are_equal(const struct config *was, const struct config *now,
			       const size_t *interface_was);

#endif /* CONFIG_INTERNAL_H */
