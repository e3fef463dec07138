/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the endpoints share: parameters, pages, and the functions of the table.
 */
#ifndef ENDPOINT_INTERNAL_H
#define ENDPOINT_INTERNAL_H

#include "endpoint.h"

/* ------------------------------------------------------------------------------------------- */
/* Parameters: endpoint_param.c                                                                 */
/* ------------------------------------------------------------------------------------------- */

/** Set the query's error; what is not printable is replaced. Returns NULL. */
json_t *endpoint_fail(struct endpoint_query *q, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** True if there is no parameter; else the error is set. */
bool endpoint_param_none(struct endpoint_query *q);

/** Read the whole of the parameters as FROM; none is 0. False with the error set. */
bool endpoint_param_from(struct endpoint_query *q, uint64_t *from);

/**
 * Read NAME, or NAME,FROM. The vhid, the interface: NULL with the error set if there is none of
 * that name. @p from is NULL where no FROM is allowed.
 */
const struct koi_vhid *endpoint_param_vhid(const struct runtime *r, struct endpoint_query *q,
					   uint64_t *from);
const struct koi_interface *endpoint_param_interface(const struct runtime *r,
						     struct endpoint_query *q, uint64_t *from);

/* ------------------------------------------------------------------------------------------- */
/* Pages: endpoint_page.c                                                                       */
/* ------------------------------------------------------------------------------------------- */

/** The part of a list that one answer holds. */
struct endpoint_page {
	json_t *answer;
	json_t *list;    /**< part of the answer: an array, or an object keyed by index */
	uint64_t from;   /**< the first entry to be answered */
	uint64_t count;  /**< entries seen so far */
	uint64_t next;   /**< the first entry that is left for the next page */
	size_t octets;   /**< room that is left */
	size_t entries;  /**< likewise */
	bool is_full;
};

/**
 * Add "count", "next" and an empty list @p key to @p answer, which holds everything else already.
 *
 * @param list json_array() or json_object(); taken over
 */
void endpoint_page_begin(struct endpoint_page *p, const struct endpoint_query *q, json_t *answer,
			 const char *key, json_t *list, uint64_t from);

/** Count one more entry of the list. True if it belongs to this page and is to be added. */
bool endpoint_page_wants(struct endpoint_page *p);

/** Add the entry that was just counted; @p entry is taken over. */
void endpoint_page_add(struct endpoint_page *p, json_t *entry);

/** Write "count" and "next" and return the answer. */
json_t *endpoint_page_end(struct endpoint_page *p);

/* ------------------------------------------------------------------------------------------- */
/* Values                                                                                       */
/* ------------------------------------------------------------------------------------------- */

/** From then to now in milliseconds; 0 if it lies ahead. */
static inline json_int_t
endpoint_age_ms(uint64_t now_us, uint64_t then_us)
{
	return now_us > then_us ? (json_int_t)((now_us - then_us) / 1000) : 0;
}

static inline json_t *
endpoint_address(const struct ip_addr *addr)
{
	char text[IP_ADDR_TEXT];

	return json_string(ip_addr_format(addr, text));
}

/** An array of texts "ADDRESS/LENGTH" goes through this. */
json_t *endpoint_prefix(const struct ip_prefix *prefix);
/** From a word of base/mac.h. */
json_t *endpoint_mac(uint64_t mac);

/** True for the counters of what was dropped, whatever the module. */
bool endpoint_is_drop(const char *counter);

/** What one worker and one interface dropped, all reasons together. */
uint64_t endpoint_drops(const struct worker_interface *wi);

/* ------------------------------------------------------------------------------------------- */
/* The table's functions                                                                        */
/* ------------------------------------------------------------------------------------------- */

json_t *endpoint_carp_list(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_carp_table(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_carp_vhid(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_carp_stats(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_carp_demotion(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_carp_events(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_carp_settings(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_interface_list(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_interface_table(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_interface_info(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_neigh_table(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_neigh_stats(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_fwd_stats(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_fwd_route(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_fwd_tables(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_worker_stats(const struct runtime *r, struct endpoint_query *q);
json_t *endpoint_koi_health(const struct runtime *r, struct endpoint_query *q);

#endif /* ENDPOINT_INTERNAL_H */
