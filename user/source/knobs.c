/* SPDX-License-Identifier: Apache-2.0 */
#include "source/knobs.h"

#include <bpf/libbpf.h>
#include <sys/stat.h>

#include "source/agent.h"
#include "source/swap.h"
#include "wire.h"

#include "rootwatch.skel.h"

/* paths: of process 1, which is out of reach for who has fewer capabilities than it, and ours. */
static uint32_t ns_of_host(const char *const paths[2])
{
	struct stat st;

	if (stat(paths[0], &st) && stat(paths[1], &st))
		return 0;
	return (uint32_t)st.st_ino;
}

void knobs_set(struct rootwatch_bpf *skel, const struct source_options *o)
{
	uint64_t secret;

	skel->rodata->knob_agent = agent_pid();
	skel->rodata->knob_host_mnt_ns =
		ns_of_host((const char *const[]){"/proc/1/ns/mnt", "/proc/self/ns/mnt"});
	skel->rodata->knob_host_net_ns =
		ns_of_host((const char *const[]){"/proc/1/ns/net", "/proc/self/ns/net"});
	skel->rodata->knob_ring_bytes = o->ring_bytes;
	skel->rodata->knob_all = o->all;
	secret = swap_random();
	skel->bss->knob_harmless = secret ? secret | 1 : 0;
	skel->rodata->knob_blocked = o->blocked;
}

uint32_t knobs_proven(const volatile uint8_t hooks[static WIRE_PROVEN_MAX])
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < WIRE_PROVEN_MAX; i++)
		if (__atomic_load_n(&hooks[i], __ATOMIC_SEQ_CST))
			bits |= WIRE_BIT(i);
	return bits;
}
