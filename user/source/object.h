/* SPDX-License-Identifier: Apache-2.0 */
/* The BPF object of this build, in the form that the running kernel takes. */
#ifndef ROOTWATCH_SOURCE_OBJECT_H
#define ROOTWATCH_SOURCE_OBJECT_H

struct rootwatch_bpf;

/* As rootwatch_bpf__open(): NULL with errno set when it cannot be opened. */
struct rootwatch_bpf *object_open(void);

#endif /* ROOTWATCH_SOURCE_OBJECT_H */
