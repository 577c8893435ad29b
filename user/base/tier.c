/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tier.h"

#include <errno.h>
#include <string.h>

#include "wire.h"

static const char *const names[] = {
	[WIRE_TIER_TRACEPOINT] = "tracepoint",
	[WIRE_TIER_FENTRY] = "fentry",
	[WIRE_TIER_LSM] = "lsm",
	[WIRE_TIER_KPROBE] = "kprobe",
};
#define COUNT (sizeof(names) / sizeof(names[0]))

const char *tier_name(uint32_t tier)
{
	return tier < COUNT ? names[tier] : "unknown";
}

int tier_of_name(const char *name, uint32_t *tier)
{
	for (uint32_t i = WIRE_TIER_TRACEPOINT; i <= WIRE_TIER_LSM; i++) {
		if (strcmp(names[i], name) == 0) {
			*tier = i;
			return 0;
		}
	}
	return -EINVAL;
}
