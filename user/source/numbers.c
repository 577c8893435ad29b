// SPDX-License-Identifier: Apache-2.0
#include "source/numbers.h"

#include <stddef.h>
#include <string.h>

/* The columns of wire_calls.h that count here. */
#if defined(__x86_64__)
#define PICK(x86, i386, arm64, arm) x86, i386
#elif defined(__aarch64__)
#define PICK(x86, i386, arm64, arm) arm64, arm
#endif

#define OWN(id, x86, i386, arm64, arm)		  {WIRE_CALL_##id, PICK(x86, i386, arm64, arm)},
#define ROW(id, name, x86, i386, arm64, arm, ...) OWN(id, x86, i386, arm64, arm)
#define NARROW(id, nr)				  {WIRE_CALL_##id, WIRE_CALL_NO_NR, nr},

static const struct number {
	uint16_t call, native, compat;
} numbers[] = {WIRE_CALLS_OWN(OWN) WIRE_CALLS_RECEIVING(OWN) WIRE_CALLS(ROW) WIRE_CALLS_32(NARROW)
#if defined(__x86_64__)
		       NARROW(CONNECT, WIRE_CALL_SOCKETCALL) NARROW(MMAP, WIRE_CALL_OLD_MMAP)
#endif
};

void numbers_fill(uint16_t at[static WIRE_CALL_NUMBERS], const struct wire_calls *set)
{
	memset(at, 0, WIRE_CALL_NUMBERS * sizeof(at[0]));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct number *n = &numbers[i];

		if (!wire_calls_has(set, n->call))
			continue;
		if (n->native < WIRE_CALL_NUMBERS)
			at[n->native] |= n->call;
		if (n->compat < WIRE_CALL_NUMBERS)
			at[n->compat] |= (uint16_t)(n->call << 8);
	}
}
