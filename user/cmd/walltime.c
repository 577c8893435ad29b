/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/walltime.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "wire.h"

/* The wall clock may be set while this runs: how often its offset is looked up again. */
#define AGE_NS 1000000000ll
/* Between two looks at two clocks: times do not jump about by it. */
#define NOISE_NS 100000

/* By the record's own time: the clock is not asked for each of them. */
int64_t walltime_offset(struct walltime *w, const void *record, size_t size)
{
	struct wire_header h;
	int64_t age, offset;

	if (size < sizeof(h))
		return w->offset;
	memcpy(&h, record, sizeof(h));
	age = (int64_t)(h.time - w->at);
	if (w->at && age > -AGE_NS && age < AGE_NS)
		return w->offset;
	offset = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
	if (!w->at || llabs(offset - w->offset) > NOISE_NS)
		w->offset = offset;
	w->at = h.time;
	return w->offset;
}
