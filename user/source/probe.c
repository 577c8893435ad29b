/* SPDX-License-Identifier: Apache-2.0 */
#include "source/probe.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/callee.h"
#include "wire.h"

#define CALLEES_MAX 512

/* Of the kernel's include/linux/errno.h, not meant for user space and so without a text: what
 * arm64 before 6.4 says, which has no trampolines. */
#define KERNEL_ENOTSUPP 524

/* r0 = 0; exit */
static const struct bpf_insn nothing[] = {
	{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
	{.code = BPF_JMP | BPF_EXIT},
};

static int load(enum bpf_prog_type type, enum bpf_attach_type attach, uint32_t btf_id)
{
	struct bpf_prog_load_opts o = {
		.sz = sizeof(o), .expected_attach_type = attach, .attach_btf_id = btf_id};

	return bpf_prog_load(type, "rootwatch_probe", WIRE_LICENSE, nothing,
			     sizeof(nothing) / sizeof(nothing[0]), &o);
}

/* A program for a function of the kernel: 0 when it could be loaded and attached. */
static int try_function(enum bpf_prog_type type, enum bpf_attach_type attach, uint32_t btf_id)
{
	int prog, link;

	if (!btf_id)
		return -ENOENT;
	prog = load(type, attach, btf_id);
	if (prog < 0)
		return prog;
	link = bpf_raw_tracepoint_open(NULL, prog);
	close(prog);
	if (link < 0)
		return link == -KERNEL_ENOTSUPP ? -ENOTSUP : link;
	close(link);
	return 0;
}

/*
 * Of a function that is there and whose like can be hooked: are its arguments those that a program
 * can be for? Before 6.1 none may be a struct.
 */
static int try_load(uint32_t btf_id)
{
	int prog = load(BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, btf_id);

	if (prog < 0)
		return prog;
	close(prog);
	return 0;
}

static int try_probes(const struct probe *p)
{
	const char *name = p->n_callees ? p->callees[0].name : NULL;
	LIBBPF_OPTS(bpf_link_create_opts, o, .kprobe_multi.syms = &name, .kprobe_multi.cnt = 1,
		    .kprobe_multi.flags = BPF_F_KPROBE_MULTI_RETURN);
	int prog, link;

	if (!name)
		return -ENOENT;
	prog = load(BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, 0);
	if (prog < 0)
		return prog;
	link = bpf_link_create(prog, 0, BPF_TRACE_KPROBE_MULTI, &o);
	close(prog);
	if (link < 0)
		return link;
	close(link);
	return 0;
}

/*
 * Does the kernel refuse such programs whatever they are for? Asked with a type where a function
 * should be, so that no BTF has to be read first.
 */
static bool refused(enum bpf_prog_type type, enum bpf_attach_type attach)
{
	int prog = load(type, attach, 1);

	if (prog >= 0)
		close(prog);
	return prog == -EPERM || prog == -EACCES;
}

static bool lsm_active(void)
{
	char list[512] = "", *word, *rest = list;
	FILE *f = fopen("/sys/kernel/security/lsm", "re");

	if (!f)
		return false;
	if (!fgets(list, sizeof(list), f))
		list[0] = '\0';
	(void)fclose(f);
	while ((word = strsep(&rest, ",\n")))
		if (strcmp(word, "bpf") == 0)
			return true;
	return false;
}

struct found {
	uint32_t path_openat, file_receive, mmap_file, lsm_file_open;
	uint32_t wq_submit_work, renameat, connect; /* of io_uring */
	uint32_t path_chown;
	uint32_t secure_computing, permit_syscall;
	uint32_t acts; /* how many of ACT_HOOKS */
};

/* Of acts.bpf.c: all of them, or none is used. */
static const char *const act_hooks[] = {
	"rename", "link",  "unlink", "rmdir",	 "symlink", "mkdir",
	"mknod",  "chmod", "chown",  "truncate", "chroot",
};
#define ACT_HOOKS (sizeof(act_hooks) / sizeof(act_hooks[0]))

static bool is_act_hook(const char *name)
{
	static const char prefix[] = "security_path_";

	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return false;
	for (size_t i = 0; i < ACT_HOOKS; i++)
		if (strcmp(name + sizeof(prefix) - 1, act_hooks[i]) == 0)
			return true;
	return false;
}

static void note_callee(struct probe *p, const char *name)
{
	uint32_t call = callee_call(name);
	size_t len = strlen(name);

	if (call == WIRE_CALL_NONE || p->n_callees == CALLEES_MAX || len >= PROBE_NAME_MAX)
		return;
	p->callees[p->n_callees].call = call;
	memcpy(p->callees[p->n_callees].name, name, len + 1);
	p->n_callees++;
}

/* One look at every function that the kernel's BTF names. */
static void find(struct probe *p, const struct btf *btf, struct found *f)
{
	uint32_t n = btf__type_cnt(btf);

	for (uint32_t id = 1; id < n; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name;

		if (!btf_is_func(t))
			continue;
		name = btf__name_by_offset(btf, t->name_off);
		if (strcmp(name, "path_openat") == 0)
			f->path_openat = id;
		else if (strcmp(name, "security_file_receive") == 0)
			f->file_receive = id;
		else if (strcmp(name, "security_mmap_file") == 0)
			f->mmap_file = id;
		else if (strcmp(name, "bpf_lsm_file_open") == 0)
			f->lsm_file_open = id;
		else if (strcmp(name, "io_wq_submit_work") == 0)
			f->wq_submit_work = id;
		else if (strcmp(name, "io_renameat") == 0)
			f->renameat = id;
		else if (strcmp(name, "io_connect") == 0)
			f->connect = id;
		else if (strcmp(name, "__secure_computing") == 0)
			f->secure_computing = id;
		else if (strcmp(name, "__seccomp_permit_syscall") == 0)
			f->permit_syscall = id;
		else if (is_act_hook(name)) {
			f->acts++;
			if (strcmp(name, "security_path_chown") == 0)
				f->path_chown = id;
		} else if (choice_extra(name) >= 0)
			p->have.extras |= 1u << choice_extra(name);
		else
			note_callee(p, name);
	}
}

/* Nobody on this host may use io_uring (kernel.io_uring_disabled, since 6.6). */
static bool urings_are_off(void)
{
	FILE *f = fopen("/proc/sys/kernel/io_uring_disabled", "re");
	int c = f ? getc(f) : EOF;

	if (f)
		(void)fclose(f);
	return c == '2';
}

/*
 * Functions of their own for each kind of request came with 6.0 (commit 0702e5364f643); a request
 * before that is another struct.
 */
static int has_urings(const struct probe *p, const struct found *f)
{
	if (!f->wq_submit_work || !f->renameat || !f->connect)
		return -ENOENT;
	return urings_are_off() ? -EOPNOTSUPP : p->have.fentry;
}

int probe_kernel(struct probe *p, uint32_t forced, const struct btf *kernel)
{
	struct found f = {0};

	memset(p, 0, sizeof(*p));
	p->have = (struct choice_have){.fentry = -EPERM,
				       .lsm = -EPERM,
				       .probes = -EPERM,
				       .received = -EPERM,
				       .urings = -EPERM,
				       .acts = -EPERM,
				       .refused = -EPERM,
				       .mapped = -EPERM};
	if (forced == WIRE_TIER_TRACEPOINT || refused(BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT))
		return 0;
	p->callees = calloc(CALLEES_MAX, sizeof(*p->callees));
	if (!p->callees)
		return -ENOMEM;
	find(p, kernel, &f);
	p->have.fentry = try_function(BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, f.path_openat);
	if (p->have.fentry || forced == WIRE_TIER_LSM) {
		p->have.lsm = try_function(BPF_PROG_TYPE_LSM, BPF_LSM_MAC, f.lsm_file_open);
		p->have.lsm_inactive = !lsm_active();
	}
	p->have.probes = try_probes(p);
	p->have.urings = has_urings(p, &f);
	/* (The one took the other's place in 7.x.) */
	p->have.permits = !f.secure_computing;
	p->have.refused = p->have.probes ? p->have.probes :
					   try_function(BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT,
							f.secure_computing ? f.secure_computing :
									     f.permit_syscall);
	p->have.received = f.file_receive ? p->have.fentry : -ENOENT;
	p->have.chown = p->have.fentry ? p->have.fentry : try_load(f.path_chown);
	p->have.acts = f.acts == ACT_HOOKS ? p->have.fentry : -ENOENT;
	p->have.mapped = f.mmap_file ? p->have.fentry : -ENOENT;
	return 0;
}

void probe_free(struct probe *p)
{
	free(p->callees);
	memset(p, 0, sizeof(*p));
}
