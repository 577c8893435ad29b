/* SPDX-License-Identifier: Apache-2.0 */
/* What the running kernel lets be hooked, found out by trying. */
#ifndef ROOTWATCH_SOURCE_PROBE_H
#define ROOTWATCH_SOURCE_PROBE_H

#include <stddef.h>
#include <stdint.h>

#include "source/choice.h"

#define PROBE_NAME_MAX 48

/* A function by which the kernel enters a watched system call. */
struct probe_callee {
	uint32_t call; /* WIRE_CALL_* */
	char name[PROBE_NAME_MAX];
};

struct btf;

struct probe {
	struct choice_have have;
	struct probe_callee *callees;
	size_t n_callees;
};

/*
 * Tries what a choice needs to know when `forced` is forced (CHOICE_AUTO: nothing). kernel: its
 * types. Programs of two instructions are loaded, attached and taken away again. 0 or -ENOMEM; *p
 * is empty then.
 */
int probe_kernel(struct probe *p, uint32_t forced, const struct btf *kernel);
void probe_free(struct probe *p);

#endif /* ROOTWATCH_SOURCE_PROBE_H */
