/* SPDX-License-Identifier: Apache-2.0 */
#include "source/swap.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "source/numbers.h"

#include "rootwatch.skel.h"

static void take_out(int map, const struct prefilter *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bpf_map_delete_elem(map, &p->entries[i].hash);
}

static int put_in(int map, const struct prefilter *p)
{
	for (size_t i = 0; i < p->n_entries; i++) {
		int err = bpf_map_update_elem(map, &p->entries[i].hash, &p->entries[i].value,
					      BPF_ANY);

		if (err) {
			take_out(map, p, i);
			return err;
		}
	}
	return 0;
}

uint64_t swap_random(void)
{
	uint64_t number;

	return getrandom(&number, sizeof(number), 0) == sizeof(number) ? number : 0;
}

/* membarrier waits for all RCU read sections, in which programs run (kernel/sched/membarrier.c). */
void swap_wait(void)
{
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

/* One call after the other: each is there in whole, or not yet. keep: beside those of before. */
static void set_calls(struct rootwatch_bpf *skel, const uint16_t fresh[static WIRE_CALL_NUMBERS],
		      bool keep)
{
	for (uint32_t nr = 0; nr < WIRE_CALL_NUMBERS; nr++) {
		uint16_t *at = (uint16_t *)&skel->bss->calls_at[nr];

		__atomic_store_n(at, (uint16_t)(keep ? *at | fresh[nr] : fresh[nr]),
				 __ATOMIC_SEQ_CST);
	}
}

void swap_forget(const struct swap *w, struct rootwatch_bpf *skel)
{
	__atomic_store_n((uint64_t *)&skel->bss->prefilters[w->active].start, swap_random(),
			 __ATOMIC_SEQ_CST);
}

int swap_filter(struct swap *w, struct rootwatch_bpf *skel, const struct filter *f,
		const struct wire_calls *calls, uint32_t *number)
{
	const struct filter everything = {.any = FILTER_READ | FILTER_WRITE | FILTER_CONNECT |
						 FILTER_OUT | FILTER_IN | FILTER_SEND,
					  .calls = f->calls,
					  .sockets = f->sockets,
					  .dull = f->dull};
	uint32_t next = w->active ^ 1;
	int map = bpf_map__fd(skel->maps.watch);
	uint16_t fresh[WIRE_CALL_NUMBERS];
	struct prefilter p;
	int err;

	err = prefilter_compile(&p, f, next);
	if (err)
		return err;
	take_out(map, &w->sets[next], w->sets[next].n_entries);
	prefilter_free(&w->sets[next]);
	err = put_in(map, &p);
	if (err == -E2BIG) {
		prefilter_free(&p);
		err = prefilter_compile(&p, &everything, next);
	}
	if (err) {
		prefilter_free(&p);
		return err;
	}
	numbers_fill(fresh, calls);
	p.set.start = swap_random();
	if (!p.set.start) {
		prefilter_free(&p);
		return -EIO;
	}
	memcpy(&skel->bss->prefilters[next], &p.set, sizeof(p.set));
	/* Until the old one is not asked any more, what it wants goes on being looked at. */
	set_calls(skel, fresh, true);
	__atomic_store_n(&skel->bss->prefilter_active, next, __ATOMIC_SEQ_CST);
	set_calls(skel, fresh, false);
	w->sets[next] = p;
	w->active = next;
	*number = next;
	return 0;
}

void swap_free(struct swap *w)
{
	prefilter_free(&w->sets[0]);
	prefilter_free(&w->sets[1]);
}
