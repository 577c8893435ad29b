/* SPDX-License-Identifier: Apache-2.0 */
#include "source/hooks.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "source/hook_table.h"
#include "wire.h"

#include "rootwatch.skel.h"

int hooks_choose(struct hooks *h, uint32_t tier, const struct btf *kernel,
		 char why[static SOURCE_WHY_MAX])
{
	int err = probe_kernel(&h->probe, tier, kernel);

	if (!err)
		err = choice_make(&h->probe.have, tier, &h->choice, h->why);
	if (err == -ENOTSUP)
		(void)snprintf(why, SOURCE_WHY_MAX, "no such tier here: %s", h->why);
	return err;
}

bool hooks_degrade(struct hooks *h)
{
	return choice_degrade(&h->choice, h->why);
}

/*
 * What is told of a hook is what the program goes to, whatever its section says; what the kernel
 * has not is refused at the load.
 */
static void set_target(struct bpf_program *prog, const char *hook)
{
	enum bpf_prog_type type = bpf_program__type(prog);
	const char *function = strchr(hook, '/');

	if ((type == BPF_PROG_TYPE_TRACING || type == BPF_PROG_TYPE_LSM) && function)
		(void)bpf_program__set_attach_target(prog, 0, function + 1);
}

void hooks_prepare(struct hooks *h, struct rootwatch_bpf *skel)
{
	h->skel = skel;
	h->n = 0;
	skel->rodata->knob_open_tier = h->choice.open;
	skel->rodata->knob_acts = h->choice.acts;
	skel->rodata->knob_datagrams = h->choice.datagrams;
	skel->rodata->knob_permits = h->choice.permits;
	/* (What could use it is looked at by older verifiers whether it is used or not.) */
	if (!h->choice.acts)
		(void)bpf_map__set_max_entries(skel->maps.acts_notes, 1);
	(void)bpf_map__set_autocreate(skel->maps.datagram_ways, h->choice.datagrams);
	(void)bpf_map__set_autocreate(skel->maps.uring_acts, h->choice.urings);
	(void)bpf_map__set_autocreate(skel->maps.uring_regs, h->choice.urings);
	(void)bpf_map__set_autocreate(skel->maps.uring_net_next, h->choice.urings);
	for (size_t i = 0; i < hook_rows_n; i++) {
		struct bpf_program *prog =
			bpf_object__find_program_by_name(skel->obj, hook_rows[i].hook.program);

		if (hook_rows[i].when != HOOK_ALWAYS && prog)
			bpf_program__set_autoload(prog, false);
	}
	for (size_t i = 0; i < hook_rows_n; i++) {
		struct bpf_program *prog =
			bpf_object__find_program_by_name(skel->obj, hook_rows[i].hook.program);

		if (!hook_row_is_used(&hook_rows[i], &h->choice))
			continue;
		if (prog)
			bpf_program__set_autoload(prog, true);
		if (prog)
			set_target(prog, hook_rows[i].hook.hook);
		h->list[h->n++] = hook_rows[i].hook;
	}
	turns_prepare(&h->turns, skel, preempt_here());
}

static bool is_fresh(const struct hooks *h, const struct wire_calls *calls, uint32_t call)
{
	return wire_calls_has(calls, call) && !wire_calls_has(&h->probed, call);
}

/* More return probes, for those of these calls that have none. */
static int add_probes(struct hooks *h, const struct wire_calls *calls)
{
	const char **names;
	size_t n = 0;
	struct bpf_kprobe_multi_opts o = {.sz = sizeof(o), .retprobe = true};
	struct bpf_link *link;

	names = calloc(h->probe.n_callees + 1, sizeof(*names));
	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < h->probe.n_callees; i++)
		if (is_fresh(h, calls, h->probe.callees[i].call))
			names[n++] = h->probe.callees[i].name;
	o.syms = names;
	o.cnt = n;
	link = !n ? NULL :
	       h->n_probes == HOOKS_PROBES_MAX ?
		    NULL :
		    bpf_program__attach_kprobe_multi_opts(h->skel->progs.rootwatch_calls, NULL, &o);
	free(names);
	if (!n)
		return 0;
	if (!link)
		return h->n_probes == HOOKS_PROBES_MAX ? -ENOSPC : -errno;
	h->probes[h->n_probes++] = link;
	for (size_t i = 0; i < WIRE_CALLS_MAX / 64; i++)
		h->probed.w[i] |= calls->w[i];
	return 0;
}

static int attach_one(struct hooks *h, size_t i, const struct wire_calls *calls)
{
	struct bpf_program *prog =
		bpf_object__find_program_by_name(h->skel->obj, h->list[i].program);

	if (!prog)
		return -ENOENT;
	if (prog == h->skel->progs.rootwatch_calls)
		return add_probes(h, calls);
	turns_attach_before(&h->turns, h->list[i].program);
	h->links[i] = bpf_program__attach(prog);
	if (!h->links[i])
		return -errno;
	turns_attach_after(&h->turns, h->list[i].program);
	return 0;
}

/* The program to which those at other functions of io_uring's sockets go on. */
static int lead_on(const struct hooks *h)
{
	int map = bpf_map__fd(h->skel->maps.uring_net_next);
	int prog = bpf_program__fd(h->skel->progs.rootwatch_uring_connect);
	const uint32_t zero = 0;

	return bpf_map_update_elem(map, &zero, &prog, BPF_ANY) ? -errno : 0;
}

/* The one that begins keeps what the other one takes away: both or none. */
static bool is_pair(const struct source_hook *hook)
{
	return hook->proof == SOURCE_PROOF_URING;
}

int hooks_attach(struct hooks *h, const struct wire_calls *calls, char why[static SOURCE_WHY_MAX])
{
	int failed = h->choice.urings ? lead_on(h) : 0;

	if (failed) {
		(void)snprintf(why, SOURCE_WHY_MAX, "the kernel refuses a tail call (%s)",
			       strerror(-failed));
		return failed;
	}
	for (size_t i = 0; i < h->n; i++) {
		int err = attach_one(h, i, calls);

		h->list[i].error = err;
		if (!err || (h->list[i].optional && !is_pair(&h->list[i])))
			continue;
		(void)snprintf(why, SOURCE_WHY_MAX,
			       "the kernel refuses %s (%s); `rootwatch check` says more",
			       h->list[i].hook, strerror(-err));
		return err;
	}
	return 0;
}

int hooks_follow(struct hooks *h, const struct wire_calls *calls)
{
	return h->choice.probes ? add_probes(h, calls) : 0;
}

/* Since 6.7 a link of return probes tells what it missed; libbpf's headers may be older. */
struct link_info_tail {
	uint64_t addrs;
	uint32_t count, flags;
	uint64_t missed;
};

static uint64_t link_missed(const struct bpf_link *link)
{
	union {
		struct bpf_link_info info;
		struct {
			uint32_t type, id, prog_id, pad;
			struct link_info_tail tail;
		} now;
	} u;
	uint32_t len = sizeof(u);

	memset(&u, 0, sizeof(u));
	if (bpf_obj_get_info_by_fd(bpf_link__fd(link), &u.info, &len) ||
	    len < offsetof(typeof(u.now), tail.missed) + sizeof(u.now.tail.missed))
		return 0;
	return u.now.tail.missed;
}

static uint64_t prog_missed(int fd)
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);

	return fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &len) == 0 ? info.recursion_misses : 0;
}

static uint64_t progs_missed(const struct hooks *h)
{
	struct bpf_program *prog;
	uint64_t sum = 0;

	bpf_object__for_each_program(prog, h->skel->obj)
		sum += prog_missed(
			turns_last(&h->turns, bpf_program__name(prog), bpf_program__fd(prog)));
	return sum;
}

uint64_t hooks_missed(const struct hooks *h)
{
	uint64_t sum = h->missed + progs_missed(h);

	for (size_t i = 0; i < h->n_probes; i++)
		sum += link_missed(h->probes[i]);
	return sum;
}

void hooks_detach(struct hooks *h)
{
	turns_detach(&h->turns);
	for (size_t i = 0; i < h->n; i++) {
		bpf_link__destroy(h->links[i]);
		h->links[i] = NULL;
	}
	for (size_t i = 0; i < h->n_probes; i++) {
		h->missed += link_missed(h->probes[i]);
		bpf_link__destroy(h->probes[i]);
	}
	h->n_probes = 0;
	memset(&h->probed, 0, sizeof(h->probed));
}

void hooks_free(struct hooks *h)
{
	hooks_detach(h);
	turns_free(&h->turns);
	probe_free(&h->probe);
}
