/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <link.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Those that can be written, with all that was relocated in them, stay. */
static int trim_object(struct dl_phdr_info *object, size_t size, void *arg)
{
	const ElfW(Addr) page = (ElfW(Addr))sysconf(_SC_PAGESIZE);

	(void)size;
	(void)arg;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &object->dlpi_phdr[i];
		ElfW(Addr) from = (object->dlpi_addr + h->p_vaddr) & -page;
		ElfW(Addr) to = object->dlpi_addr + h->p_vaddr + h->p_memsz;

		if (h->p_type == PT_LOAD && !(h->p_flags & PF_W))
			(void)madvise((void *)(uintptr_t)from, to - from, MADV_DONTNEED);
	}
	return 0;
}

void memory_trim(void)
{
	(void)dl_iterate_phdr(trim_object, NULL);
	(void)malloc_trim(0);
}
