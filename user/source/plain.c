/* SPDX-License-Identifier: Apache-2.0 */
/* In a file of its own: its generated header has the same names as the other object's. */
#include "source/plain.h"

#include <bpf/libbpf.h>

#include "wire.h"

#include "rootwatch_plain.skel.h"

void *plain_bytes(size_t *size)
{
	return (void *)rootwatch_bpf__elf_bytes(size);
}
