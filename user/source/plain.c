/* SPDX-License-Identifier: Apache-2.0 */
/* In a file of its own: its generated header has the same names as the other objects'. */
#include "source/older.h"

#include <bpf/libbpf.h>

#include "wire.h"

#include "rootwatch_plain.skel.h"

void *older_plain(size_t *size)
{
	return (void *)rootwatch_bpf__elf_bytes(size);
}
