/* SPDX-License-Identifier: Apache-2.0 */
/* The patterns that rules wish for, and what becomes of them where the kernel side has little room.
 */
#ifndef ROOTWATCH_RULES_FILTER_WISHES_H
#define ROOTWATCH_RULES_FILTER_WISHES_H

#include "rules/filter/reach.h"
#include "rules/filter/world.h"

#define BIT(world) (1u << (world))

/* A pattern, and which worlds want it. */
struct wish {
	struct pattern p;
	uint32_t worlds;
	bool urgent;
};

struct wishes {
	struct wish *list;
	size_t n, room;
	uint32_t any; /* BIT(WORLD_*) */
	uint32_t kinds;
	struct wire_calls calls, whole; /* whole: of those that are placed, not to be compared */
	uint32_t sockets;
	uint32_t dull;
	uint32_t host;		      /* worlds that want all of the host's files */
	bool host_urgent, host_calls; /* host_calls: calls want all of them, whatever is ignored */
	struct str *ignores;	      /* but for these */
	size_t n_ignores;
};

/* -ENOMEM, and then nothing is added. */
int wishes_add(struct wishes *all, const struct wish *w);

/* Each pattern once, in an order that depends on nothing else. */
void wishes_merge(struct wishes *all);

/* So many entries as the kernel side has room for, those of the host's files among them. */
void wishes_fit(struct wishes *all);

void wishes_free(struct wishes *all);

#endif /* ROOTWATCH_RULES_FILTER_WISHES_H */
