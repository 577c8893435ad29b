/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel side is told before it is loaded: see bpf/knobs.bpf.h. */
#ifndef ROOTWATCH_SOURCE_KNOBS_H
#define ROOTWATCH_SOURCE_KNOBS_H

#include <stdint.h>

#include "source/source.h"
#include "wire.h"

struct rootwatch_bpf;

void knobs_set(struct rootwatch_bpf *skel, const struct source_options *o);

/* Of hooks that set a byte each, while they run, those that did: bits of their numbers. */
uint32_t knobs_proven(const volatile uint8_t hooks[static WIRE_PROVEN_MAX]);

#endif /* ROOTWATCH_SOURCE_KNOBS_H */
