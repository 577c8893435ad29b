/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of the kernel's numbers. Each gives a string that needs no escapes in JSON or on a
 * terminal. The strings of names_capabilities and names_open_flags live until the next call of
 * the same function by the same thread: the last answer is kept, because events come in series.
 */
#ifndef ROOTWATCH_BASE_NAMES_H
#define ROOTWATCH_BASE_NAMES_H

#include <stdint.h>

#include "base/str.h"

/* err > 0: "EACCES", or "E512" for a number that has no name. */
struct str names_errno(int err);

/* A mask as in /proc/PID/status: "CAP_CHOWN CAP_KILL", "" for none. */
struct str names_capabilities(uint64_t mask);

/* Flags of open(2) on this architecture: the access mode first, "O_WRONLY|O_CREAT". */
struct str names_open_flags(uint32_t flags);

#endif /* ROOTWATCH_BASE_NAMES_H */
