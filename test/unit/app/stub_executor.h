/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Carries out commands without a koi behind it: after a while each is done, and its text says what
 * it was; a command about the vhid "9@lan" is refused.
 *
 * Threads: the one that serves the control socket; counts and delay by any.
 */
#ifndef STUB_EXECUTOR_H
#define STUB_EXECUTOR_H

#include "command.h"

struct stub_executor {
	struct command_executor executor;
	struct command *first; /* submitted and not released */
	_Atomic uint64_t delay_us;
	_Atomic unsigned int submitted;
	_Atomic unsigned int released;
};

void stub_executor_init(struct stub_executor *s);

/** Finish what is due. */
void stub_executor_step(struct stub_executor *s);

#endif /* STUB_EXECUTOR_H */
