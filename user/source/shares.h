/* SPDX-License-Identifier: Apache-2.0 */
/* The containers' shares of the ring, as far as the reader keeps them: see bpf/share.bpf.h. */
#ifndef ROOTWATCH_SOURCE_SHARES_H
#define ROOTWATCH_SOURCE_SHARES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

struct rootwatch_bpf;
struct source_loss;

struct shares {
	struct rootwatch_bpf *skel;
	uint32_t ring_bytes;
	uint32_t last;	  /* the share of the last record */
	uint64_t taken;	  /* bytes of that share of which the kernel side does not know yet */
	uint64_t changed; /* when two that followed each other had different ones */
	bool alone;	  /* not of late */
	uint64_t told[WIRE_SHARES];
};

/* Once the programs are loaded, before they are attached. */
void shares_begin(struct shares *sh, struct rootwatch_bpf *skel, uint32_t ring_bytes);

/* A record was taken out of the ring. */
void shares_taken(struct shares *sh, const void *record, size_t size);

/* As source_loss(). */
bool shares_loss(struct shares *sh, uint64_t max, struct source_loss *loss);

#endif /* ROOTWATCH_SOURCE_SHARES_H */
