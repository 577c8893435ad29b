/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel side is told before it is loaded: see bpf/knobs.bpf.h. */
#ifndef ROOTWATCH_SOURCE_KNOBS_H
#define ROOTWATCH_SOURCE_KNOBS_H

#include "source/source.h"

struct rootwatch_bpf;

void knobs_set(struct rootwatch_bpf *skel, const struct source_options *o);

#endif /* ROOTWATCH_SOURCE_KNOBS_H */
