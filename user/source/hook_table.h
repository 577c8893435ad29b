/* SPDX-License-Identifier: Apache-2.0 */
/* All hooks that there are, and when each is used. */
#ifndef ROOTWATCH_SOURCE_HOOK_TABLE_H
#define ROOTWATCH_SOURCE_HOOK_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "source/choice.h"
#include "source/source.h"

/* When a hook is used. */
enum hook_when {
	HOOK_ALWAYS,
	HOOK_OPEN_FENTRY,
	HOOK_OPEN_LSM,
	HOOK_OPEN_TRACEPOINT,
	HOOK_RECEIVED,
	HOOK_MAPPED,
	HOOK_DATAGRAMS,
	HOOK_URINGS,
	HOOK_URING_NET, /* and the kernel has the function */
	HOOK_ACTS,
	HOOK_ACTS_MORE, /* where the kernel has the function, and their paths cost it little */
	HOOK_ACTS_CHOWN,
	HOOK_ACTS_CHOWN_COMMON,
	HOOK_PROBES,
	HOOK_REFUSED,
	HOOK_REFUSED_PERMITS,
	HOOK_NO_PROBES
};

struct hook_row {
	enum hook_when when;
	struct source_hook hook;
};

/* In the order in which they are attached. */
extern const struct hook_row hook_rows[];
extern const size_t hook_rows_n;

bool hook_row_is_used(const struct hook_row *row, const struct choice *c);

#endif /* ROOTWATCH_SOURCE_HOOK_TABLE_H */
