/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_SANDBOX_WHY_H
#define ROOTWATCH_SANDBOX_WHY_H

#include "sandbox/sandbox.h"

/* Says what went wrong, followed by ": " and the meaning of errno value -err; gives err. */
int sandbox_why(char why[static SANDBOX_WHY_MAX], int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* ROOTWATCH_SANDBOX_WHY_H */
