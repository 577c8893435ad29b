/* SPDX-License-Identifier: Apache-2.0 */
#include "source/counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

int counters_read(int map, struct source_stats *st)
{
	const int cpus = libbpf_num_possible_cpus();
	uint64_t(*c)[WIRE_C_END];
	uint32_t zero = 0;
	int err;

	if (cpus < 0)
		return cpus;
	c = calloc((size_t)cpus, sizeof(*c));
	if (!c)
		return -ENOMEM;
	err = bpf_map_lookup_elem(map, &zero, c);
	if (!err) {
		memset(st, 0, sizeof(*st));
		for (int cpu = 0; cpu < cpus; cpu++) {
			st->produced += c[cpu][WIRE_C_PRODUCED];
			st->lost_ring += c[cpu][WIRE_C_LOST_RING];
			st->lost_busy += c[cpu][WIRE_C_LOST_BUSY];
			st->lost_read += c[cpu][WIRE_C_LOST_READ];
			st->bytes += c[cpu][WIRE_C_BYTES];
			st->unknown_creds += c[cpu][WIRE_C_EVICTED];
		}
	}
	free(c);
	return err;
}
