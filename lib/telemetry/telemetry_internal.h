/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TELEMETRY_INTERNAL_H
#define TELEMETRY_INTERNAL_H

#include <jansson.h>

#include <rte_telemetry.h>

/**
 * Fill @p out with a JSON object.
 *
 * @return 0; -EINVAL for what rte_telemetry cannot carry, -ERANGE for a negative number of more
 *         than 32 bits, -E2BIG for an overlong string in an array, -ENOSPC, -ENOMEM
 */
int telemetry_convert(const json_t *object, struct rte_tel_data *out);

#endif /* TELEMETRY_INTERNAL_H */
