/* SPDX-License-Identifier: BSD-3-Clause */
#include "hex.h"

#include <errno.h>
#include <string.h>

static int
digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

const char *
hex_encode(const uint8_t *octets, size_t len, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[octets[i] >> 4];
		text[2 * i + 1] = digits[octets[i] & 15];
	}
	text[2 * len] = '\0';
	return text;
}

int
hex_decode(const char *text, uint8_t *octets)
{
	size_t digits = strlen(text);

	if (digits % 2 != 0)
		return -EINVAL;
	for (size_t i = 0; i < digits / 2; i++) {
		int high = digit_value(text[2 * i]);
		int low = digit_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		octets[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}
