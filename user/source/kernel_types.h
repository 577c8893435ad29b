/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's types, as far as a BPF object asks for them. libbpf looks for each struct that a
 * program reads among all types of the kernel, once for each: 60 times 126,000 of them. That is
 * what most of a start's time in user space goes into.
 */
#ifndef ROOTWATCH_SOURCE_KERNEL_TYPES_H
#define ROOTWATCH_SOURCE_KERNEL_TYPES_H

struct btf;

/*
 * Writes BTF to fd in which types have the ids that they have in kernel. Structs, unions and enums
 * are in it if asked has one of that name (up to "___", which begins a flavour), with all that
 * lies inside of them; in the place of the others, and of what pointers lead to, is nothing. 0 or
 * -errno.
 */
int kernel_types_write(int fd, const struct btf *kernel, const struct btf *asked);

#endif /* ROOTWATCH_SOURCE_KERNEL_TYPES_H */
