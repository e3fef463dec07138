/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Octets as hexadecimal text, as scenarios and traces write them.
 *
 * Memory: the caller's.
 * Errors: 0 or -EINVAL.
 */
#ifndef SIM_HEX_H
#define SIM_HEX_H

#include <stddef.h>
#include <stdint.h>

/** Write 2 * @p len lower-case digits and a NUL; returns @p text. */
const char *hex_encode(const uint8_t *octets, size_t len, char *text);

/** Read strlen(text) / 2 octets; -EINVAL if the number of digits is odd or one is none. */
int hex_decode(const char *text, uint8_t *octets);

#endif /* SIM_HEX_H */
