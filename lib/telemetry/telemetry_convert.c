/* SPDX-License-Identifier: BSD-3-Clause */
#include "telemetry/telemetry_internal.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "telemetry/telemetry.h"

_Static_assert(TELEMETRY_STRING_MAX < RTE_TEL_MAX_STRING_LEN, "a string and its NUL fit");
_Static_assert(TELEMETRY_ENTRIES_MAX <= RTE_TEL_MAX_DICT_ENTRIES, "a dictionary fits");

/* DPDK 22.11 writes anything but printable ASCII so that the reply is no JSON any more. */
static const char *
carriable(const char *text, size_t len, char buf[TELEMETRY_STRING_MAX + 1])
{
	for (size_t i = 0; i < len; i++) {
		buf[i] = text[i];
		if (buf[i] < 0x20 || buf[i] > 0x7e)
			buf[i] = '?';
	}
	buf[len] = '\0';
	return buf;
}

static int
add_piece(struct rte_tel_data *array, const char *text, size_t len)
{
	char buf[TELEMETRY_STRING_MAX + 1];

	return rte_tel_data_add_array_string(array, carriable(text, len, buf));
}

static int
fill_with_pieces(struct rte_tel_data *array, const char *text)
{
	int ret = rte_tel_data_start_array(array, RTE_TEL_STRING_VAL);

	while (ret == 0 && *text != '\0') {
		size_t len = strnlen(text, TELEMETRY_STRING_MAX);

		ret = add_piece(array, text, len);
		text += len;
	}
	return ret;
}

static enum rte_tel_value_type
type_of_array(const json_t *array)
{
	const json_t *item;
	size_t i;

	if (json_is_string(json_array_get(array, 0)))
		return RTE_TEL_STRING_VAL;
	json_array_foreach ((json_t *)array, i, item) {
		if (json_integer_value(item) < 0)
			return RTE_TEL_INT_VAL;
	}
	return RTE_TEL_U64_VAL;
}

static int
add_number(struct rte_tel_data *array, enum rte_tel_value_type type, json_int_t value)
{
	if (type == RTE_TEL_U64_VAL)
		return rte_tel_data_add_array_u64(array, (uint64_t)value);
	if (value < INT_MIN || value > INT_MAX)
		return -ERANGE;
	return rte_tel_data_add_array_int(array, (int)value);
}

static int
fill_array(struct rte_tel_data *out, const json_t *array)
{
	enum rte_tel_value_type type = type_of_array(array);
	int ret = rte_tel_data_start_array(out, type);
	const json_t *item;
	size_t i;

	json_array_foreach ((json_t *)array, i, item) {
		if (ret != 0)
			return ret;
		if (type != RTE_TEL_STRING_VAL) {
			ret = json_is_integer(item) ?
			      add_number(out, type, json_integer_value(item)) : -EINVAL;
		} else if (!json_is_string(item)) {
			ret = -EINVAL;
		} else if (json_string_length(item) > TELEMETRY_STRING_MAX) {
			ret = -E2BIG;
		} else {
			ret = add_piece(out, json_string_value(item), json_string_length(item));
		}
	}
	return ret;
}

static int
add_container(struct rte_tel_data *dict, const char *key, const json_t *value)
{
	struct rte_tel_data *inner = rte_tel_data_alloc();
	int ret;

	if (inner == NULL)
		return -ENOMEM;
	if (json_is_string(value))
		ret = fill_with_pieces(inner, json_string_value(value));
	else if (json_is_array(value))
		ret = fill_array(inner, value);
	else
		ret = telemetry_convert(value, inner);
	if (ret == 0)
		ret = rte_tel_data_add_dict_container(dict, key, inner, 0);
	if (ret != 0)
		rte_tel_data_free(inner);
	return ret;
}

static int
add_string(struct rte_tel_data *dict, const char *key, const json_t *value)
{
	char buf[TELEMETRY_STRING_MAX + 1];
	size_t len = json_string_length(value);

	if (len > TELEMETRY_STRING_MAX)
		return add_container(dict, key, value);
	return rte_tel_data_add_dict_string(dict, key,
					    carriable(json_string_value(value), len, buf));
}

static int
add_integer(struct rte_tel_data *dict, const char *key, json_int_t value)
{
	if (value >= 0)
		return rte_tel_data_add_dict_u64(dict, key, (uint64_t)value);
	if (value < INT_MIN)
		return -ERANGE;
	return rte_tel_data_add_dict_int(dict, key, (int)value);
}

static int
add_value(struct rte_tel_data *dict, const char *key, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		return add_container(dict, key, value);
	case JSON_STRING:
		return add_string(dict, key, value);
	case JSON_INTEGER:
		return add_integer(dict, key, json_integer_value(value));
	default:
		return -EINVAL;
	}
}

int
telemetry_convert(const json_t *object, struct rte_tel_data *out)
{
	const json_t *value;
	const char *key;
	int ret;

	if (!json_is_object(object))
		return -EINVAL;
	ret = rte_tel_data_start_dict(out);
	json_object_foreach ((json_t *)object, key, value) {
		if (ret != 0)
			return ret;
		ret = add_value(out, key, value);
	}
	return ret;
}
