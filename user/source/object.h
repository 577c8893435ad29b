/* SPDX-License-Identifier: Apache-2.0 */
/* The BPF object of this build, in the form that the running kernel takes. */
#ifndef ROOTWATCH_SOURCE_OBJECT_H
#define ROOTWATCH_SOURCE_OBJECT_H

struct btf;
struct rootwatch_bpf;

/*
 * As rootwatch_bpf__open(): NULL with errno set when it cannot be opened. kernel: the kernel's
 * types, to load faster; may be NULL. *types gets a descriptor to be closed after the load, or -1.
 */
struct rootwatch_bpf *object_open(const struct btf *kernel, int *types);

#endif /* ROOTWATCH_SOURCE_OBJECT_H */
