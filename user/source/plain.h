/* SPDX-License-Identifier: Apache-2.0 */
/* The BPF object without bpf_loop, for kernels before 5.17. */
#ifndef ROOTWATCH_SOURCE_PLAIN_H
#define ROOTWATCH_SOURCE_PLAIN_H

#include <stddef.h>

/* The ELF file. libbpf only reads it, though it does not say so. */
void *plain_bytes(size_t *size);

#endif /* ROOTWATCH_SOURCE_PLAIN_H */
