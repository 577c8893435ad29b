/* SPDX-License-Identifier: Apache-2.0 */
#include "source/hooks.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wire.h"

#include "rootwatch.skel.h"

/* When a hook is used. */
enum when {
	ALWAYS,
	OPEN_FENTRY,
	OPEN_LSM,
	OPEN_TRACEPOINT,
	RECEIVED,
	MAPPED,
	URINGS,
	ACTS,
	ACTS_CHOWN,
	ACTS_CHOWN_COMMON,
	PROBES,
	REFUSED,
	REFUSED_PERMITS,
	NO_PROBES
};

struct row {
	enum when when;
	struct source_hook hook;
};

static const struct row rows[] = {
	{ALWAYS,
	 {"rootwatch_rename", "tp_btf/task_rename",
	  "credentials before an exec: SUID, SGID and file-capability gains", 0, false,
	  SOURCE_PROOF_RENAME, WIRE_TIER_TRACEPOINT, 0}},
	{ALWAYS,
	 {"rootwatch_exec", "tp_btf/sched_process_exec", "programs started", 0, false,
	  SOURCE_PROOF_EXEC, WIRE_TIER_TRACEPOINT, 0}},
	{ALWAYS,
	 {"rootwatch_fork", "tp_btf/sched_process_fork",
	  "children: who started whom, and their credentials before a change", 0, false,
	  SOURCE_PROOF_FORK, WIRE_TIER_TRACEPOINT, 0}},
	{ALWAYS,
	 {"rootwatch_exit", "tp_btf/sched_process_exit", "exit codes and durations", 0, false,
	  SOURCE_PROOF_EXIT, WIRE_TIER_TRACEPOINT, 0}},
	{ALWAYS,
	 {"rootwatch_moved", "tp_btf/cgroup_attach_task",
	  "moves between cgroups: without them each act costs a look-up more, nothing is lost", 0,
	  true, SOURCE_PROOF_MOVED, WIRE_TIER_TRACEPOINT, 0}},
	{OPEN_FENTRY,
	 {"rootwatch_opened", "fexit/path_openat", "files opened, and opens that were denied", 0,
	  false, SOURCE_PROOF_OPENS, WIRE_TIER_FENTRY, 0}},
	{OPEN_LSM,
	 {"rootwatch_opened_lsm", "lsm/file_open", "files opened", 0, false, SOURCE_PROOF_OPEN,
	  WIRE_TIER_LSM, 0}},
	{OPEN_LSM,
	 {"rootwatch_opened", "fexit/path_openat", "opens that were denied", 0, false,
	  SOURCE_PROOF_DENIED, WIRE_TIER_FENTRY, 0}},
	{RECEIVED,
	 {"rootwatch_received", "fexit/security_file_receive",
	  "open files that come over Unix sockets", 0, true, SOURCE_PROOF_RECEIVED,
	  WIRE_TIER_FENTRY, 0}},
	{URINGS,
	 {"rootwatch_uring_done", "fexit/io_wq_submit_work",
	  "what io_uring renamed, linked, removed, made", 0, true, SOURCE_PROOF_URING,
	  WIRE_TIER_FENTRY, 0}},
	{URINGS,
	 {"rootwatch_uring_begun", "fentry/io_wq_submit_work",
	  "the paths of what io_uring is asked to rename, link, remove, make", 0, true,
	  SOURCE_PROOF_URING, WIRE_TIER_FENTRY, 0}},
	{URINGS,
	 {"rootwatch_uring_connect", "fexit/io_connect", "sockets connected through io_uring", 0,
	  true, SOURCE_PROOF_URING_CONNECT, WIRE_TIER_FENTRY, 0}},
	{MAPPED,
	 {"rootwatch_mapped", "fexit/security_mmap_file",
	  "files mapped for writing by descriptors that others opened", 0, true,
	  SOURCE_PROOF_MAPPED, WIRE_TIER_FENTRY, 0}},
	{ACTS,
	 {"rootwatch_act_rename", "fentry/security_path_rename",
	  "what is renamed, and to where, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_ACT_RENAME}},
	{ACTS,
	 {"rootwatch_act_link", "fentry/security_path_link",
	  "what is linked, and to where, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_ACT_LINK}},
	{ACTS,
	 {"rootwatch_act_unlink", "fentry/security_path_unlink",
	  "what is unlinked, before it is done", 0, true, SOURCE_PROOF_ACT, WIRE_TIER_FENTRY,
	  WIRE_ACT_UNLINK}},
	{ACTS,
	 {"rootwatch_act_rmdir", "fentry/security_path_rmdir",
	  "which folder is removed, before it is done", 0, true, SOURCE_PROOF_ACT, WIRE_TIER_FENTRY,
	  WIRE_ACT_RMDIR}},
	{ACTS,
	 {"rootwatch_act_symlink", "fentry/security_path_symlink",
	  "where a symbolic link is made, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_ACT_SYMLINK}},
	{ACTS,
	 {"rootwatch_act_mkdir", "fentry/security_path_mkdir",
	  "where a folder is made, before it is done", 0, true, SOURCE_PROOF_ACT, WIRE_TIER_FENTRY,
	  WIRE_ACT_MKDIR}},
	{ACTS,
	 {"rootwatch_act_mknod", "fentry/security_path_mknod",
	  "where a node is made, before it is done", 0, true, SOURCE_PROOF_ACT, WIRE_TIER_FENTRY,
	  WIRE_ACT_MKNOD}},
	{ACTS,
	 {"rootwatch_act_truncate", "fentry/security_path_truncate",
	  "which file is truncated, before it is done", 0, true, SOURCE_PROOF_ACT, WIRE_TIER_FENTRY,
	  WIRE_ACT_TRUNCATE}},
	{ACTS,
	 {"rootwatch_act_chmod", "fentry/security_path_chmod",
	  "which file chmod changes, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_ACT_CHMOD}},
	{ACTS_CHOWN,
	 {"rootwatch_act_chown", "fentry/security_path_chown",
	  "which file chown changes, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_ACT_CHOWN}},
	{ACTS_CHOWN_COMMON,
	 {"rootwatch_act_chown_old", "fentry/chown_common",
	  "which file chown changes, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_ACT_CHOWN}},
	{ACTS,
	 {"rootwatch_act_chroot", "fentry/security_path_chroot",
	  "which folder chroot makes the root, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_ACT_CHROOT}},
	{PROBES,
	 {"rootwatch_calls", "kretprobe.multi/sys_*",
	  "uids changed, sockets connected, and what else rules ask for", 0, false,
	  SOURCE_PROOF_CALLS, WIRE_TIER_KPROBE, 0}},
	{REFUSED,
	 {"rootwatch_refused", "fexit/__secure_computing", "calls that a seccomp filter refused", 0,
	  true, SOURCE_PROOF_REFUSED, WIRE_TIER_FENTRY, 0}},
	{REFUSED_PERMITS,
	 {"rootwatch_refused", "fexit/__seccomp_permit_syscall",
	  "calls that a seccomp filter refused", 0, true, SOURCE_PROOF_REFUSED, WIRE_TIER_FENTRY,
	  0}},
	{NO_PROBES,
	 {"rootwatch_syscall", "tp_btf/sys_exit",
	  "uids changed, sockets connected, and what else rules ask for", 0, false,
	  SOURCE_PROOF_CALLS, WIRE_TIER_TRACEPOINT, 0}},
	{OPEN_TRACEPOINT,
	 {"rootwatch_syscall", "tp_btf/sys_exit",
	  "files opened, uids changed, sockets connected: everything but programs started", 0,
	  false, SOURCE_PROOF_ALL_CALLS, WIRE_TIER_TRACEPOINT, 0}},
};
#define ROWS_N (sizeof(rows) / sizeof(rows[0]))
_Static_assert(ROWS_N <= HOOKS_MAX, "all of them, should all be used");

static bool is_used(const struct choice *c, enum when when)
{
	switch (when) {
	case OPEN_FENTRY:
		return c->open == WIRE_TIER_FENTRY;
	case OPEN_LSM:
		return c->open == WIRE_TIER_LSM;
	case OPEN_TRACEPOINT:
		return c->open == WIRE_TIER_TRACEPOINT;
	case RECEIVED:
		return c->received;
	case URINGS:
		return c->urings;
	case MAPPED:
		return c->mapped;
	case ACTS:
		return c->acts;
	case ACTS_CHOWN:
		return c->chown;
	case ACTS_CHOWN_COMMON:
		return c->acts && !c->chown;
	case PROBES:
		return c->open != WIRE_TIER_TRACEPOINT && c->probes;
	case REFUSED:
		return c->refused && !c->permits;
	case REFUSED_PERMITS:
		return c->refused && c->permits;
	case NO_PROBES:
		return c->open != WIRE_TIER_TRACEPOINT && !c->probes;
	case ALWAYS:
		break;
	}
	return true;
}

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
	if (h->choice.acts) {
		h->choice.acts = h->choice.chown = false;
		return true;
	}
	if (h->choice.refused) {
		h->choice.refused = false;
		return true;
	}
	if (h->choice.urings) {
		h->choice.urings = false;
		return true;
	}
	if (h->choice.probes) {
		h->choice.probes = false;
		return true;
	}
	if (h->choice.open == WIRE_TIER_TRACEPOINT)
		return false;
	(void)snprintf(h->why, sizeof(h->why), "the kernel refuses the programs of the others");
	h->choice.open = WIRE_TIER_TRACEPOINT;
	h->choice.received = h->choice.mapped = false;
	return true;
}

void hooks_prepare(struct hooks *h, struct rootwatch_bpf *skel)
{
	h->skel = skel;
	h->n = 0;
	skel->rodata->knob_open_tier = h->choice.open;
	skel->rodata->knob_acts = h->choice.acts;
	skel->rodata->knob_permits = h->choice.permits;
	/* (What could use it is looked at by older verifiers whether it is used or not.) */
	if (!h->choice.acts)
		(void)bpf_map__set_max_entries(skel->maps.acts_notes, 1);
	(void)bpf_map__set_autocreate(skel->maps.uring_acts, h->choice.urings);
	(void)bpf_map__set_autocreate(skel->maps.uring_regs, h->choice.urings);
	for (size_t i = 0; i < ROWS_N; i++) {
		struct bpf_program *prog =
			bpf_object__find_program_by_name(skel->obj, rows[i].hook.program);

		if (rows[i].when != ALWAYS && prog)
			bpf_program__set_autoload(prog, false);
	}
	for (size_t i = 0; i < ROWS_N; i++) {
		struct bpf_program *prog =
			bpf_object__find_program_by_name(skel->obj, rows[i].hook.program);

		if (!is_used(&h->choice, rows[i].when))
			continue;
		if (prog)
			bpf_program__set_autoload(prog, true);
		if (prog && rows[i].when == REFUSED_PERMITS)
			(void)bpf_program__set_attach_target(prog, 0,
							     strchr(rows[i].hook.hook, '/') + 1);
		h->list[h->n++] = rows[i].hook;
	}
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
	h->links[i] = bpf_program__attach(prog);
	return h->links[i] ? 0 : -errno;
}

/* The one that begins keeps what the other one takes away: both or none. */
static bool is_pair(const struct source_hook *hook)
{
	return hook->proof == SOURCE_PROOF_URING;
}

int hooks_attach(struct hooks *h, const struct wire_calls *calls, char why[static SOURCE_WHY_MAX])
{
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
	return is_used(&h->choice, PROBES) ? add_probes(h, calls) : 0;
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

static uint64_t prog_missed(const struct bpf_program *prog)
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);
	int fd = bpf_program__fd(prog);

	return fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &len) == 0 ? info.recursion_misses : 0;
}

uint64_t hooks_missed(const struct hooks *h)
{
	struct bpf_program *prog;
	uint64_t sum = h->missed;

	bpf_object__for_each_program(prog, h->skel->obj)
		sum += prog_missed(prog);
	for (size_t i = 0; i < h->n_probes; i++)
		sum += link_missed(h->probes[i]);
	return sum;
}

void hooks_detach(struct hooks *h)
{
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
	probe_free(&h->probe);
}
