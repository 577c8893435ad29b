/* SPDX-License-Identifier: Apache-2.0 */
/* The BPF object for older kernels: see COMPAT_KERNEL in bpf/read.bpf.h. */
#ifndef ROOTWATCH_SOURCE_OLDER_H
#define ROOTWATCH_SOURCE_OLDER_H

#include <stddef.h>

/* The ELF files. libbpf only reads them, though it does not say so. */
void *older_loop(size_t *size);	 /* 5.17 to 6.1 */
void *older_plain(size_t *size); /* before */

#endif /* ROOTWATCH_SOURCE_OLDER_H */
