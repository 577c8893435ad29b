/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which of a task's cgroups names its container, by a 64-hex id in the chain of names. At the first
 * sight of a cgroup that chain is sent, so that already the first record of a container can be
 * given its id by the full grammar in user space (user/container/ref.c).
 */
#ifndef ROOTWATCH_CGROUP_BPF_H
#define ROOTWATCH_CGROUP_BPF_H

#include "compat.bpf.h"
#include "emit.bpf.h"
#include "maps.bpf.h"

#define CGROUP_LEVELS	12  /* of cgroup nesting: the names nearest the root */
#define CGROUP_NAME_MAX 256 /* with its NUL: NAME_MAX of include/uapi/linux/limits.h */
#define CGROUP_SCAN_MAX 160 /* the end of a name, where all runtimes have the id */
#define CGROUP_ID_LEN	64
/* (Each step counts for the verifier before 5.17.) */
#define CGROUP_DEPTH_MAX (COMPAT_KERNEL >= 517 ? 4096 : 64)
#define CGROUP_CONM	 0x636f6e6d /* "conm", as in libpod-conmon-<id>.scope */
#define CGROUP_LIBPOD_P \
	0x705f646f7062696cull /* "libpod_p", how libpod_parent begins; in memory's order */
#define CGROUP_CONMON	  0x6e6f6d6e6f63ull /* "conmon" and its NUL */
#define CGROUP_IDS_SHIFT  16		    /* see cgroup_path_of_arg() */
#define CGROUP_ID_ONE	  (1u << CGROUP_IDS_SHIFT)
#define CGROUP_LEN_MASK	  (CGROUP_ID_ONE - 1)
#define CGROUP_7_BYTES	  0xffffffffffffffull
#define CGROUP_SUBSYS_MAX 16

/* '0'..'9', 'a'..'f' */
#define CGROUP_HEX8 1, 1, 1, 1, 1, 1, 1, 1
static const __u8 cgroup_hex[256] = {
	[0x30] = CGROUP_HEX8, 1, 1, [0x61] = 1, 1, 1, 1, 1, 1,
};

struct cgroup_scan {
	__u32 slot, at, n;
};

/*
 * One character more. The counters live in memory, where the verifier does not follow every
 * combination of them.
 */
static long cgroup_name_step(__u32 i, struct cgroup_scan *c)
{
	struct scratch *s = emit_scratch(c->slot);
	__u32 at = c->at + i;
	__u8 ch;

	if (!s || i >= c->n || at >= RECORD_SIZE)
		return 1;
	ch = *AT(s->record, at, RECORD_SIZE - 1);
	if (s->run == CGROUP_ID_LEN && !cgroup_hex[ch])
		s->found = 1;
	s->run = (s->run + 1) * cgroup_hex[ch];
	s->last = s->last << 8 | ch;
	if (s->last == CGROUP_CONM) {
		s->found = 0;
		s->run = 0;
		return 1;
	}
	return 0;
}

/*
 * Takes the name of n bytes at s->record[at], the next one down the path: s->ids says afterwards
 * how many so far hold a run of exactly 64 lower-case hex digits, times CGROUP_ID_ONE. conmon, the
 * monitor of podman and CRI-O, lives in a scope named after the container but is the host's. So is
 * that of podman's pods, in a cgroup below the pod's: /libpod_parent/<64 hex>/conmon. (s->pod: 1
 * when the name above was libpod_parent, 2 when it was an id below that; s->outer: what was known
 * above the id.)
 */
__noinline int cgroup_name(__u32 slot, __u32 at, __u32 n)
{
	struct cgroup_scan c = {slot, at, n};
	struct scratch *s = emit_scratch(slot);
	__u64 head;

	if (!s)
		return 0;
	if (n < CGROUP_ID_LEN) {
		head = *(const __u64 *)AT(s->record, at, RECORD_SIZE - sizeof(head));
		if (s->pod == 2 && (head & CGROUP_7_BYTES) == CGROUP_CONMON)
			s->ids = s->outer;
		s->pod = head == CGROUP_LIBPOD_P;
		return 0;
	}
	if (n > CGROUP_SCAN_MAX) {
		c.at += n - CGROUP_SCAN_MAX;
		c.n = CGROUP_SCAN_MAX;
	}
	s->run = 0;
	s->found = 0;
	s->last = 0;
	LOOP(CGROUP_SCAN_MAX, cgroup_name_step, &c);
	if (!s->found && s->run != CGROUP_ID_LEN) {
		s->pod = 0;
		return 0;
	}
	s->pod = s->pod == 1 ? 2 : 0;
	s->outer = s->ids;
	s->ids += CGROUP_ID_ONE;
	return 0;
}

/* One level up, from s->arg[0]: what was left is noted. */
static long cgroup_climb_step(__u32 i, const __u32 *slot)
{
	struct scratch *s = emit_scratch(*slot);
	__u64 kn;

	if (!s)
		return 1;
	kn = s->arg[0];
	s->arg[0] = (__u64)compat_kernfs_parent((const void *)kn);
	if (!s->arg[0])
		return 1; /* the hierarchy's root has no name */
	s->chain[i % CHAIN_MAX] = kn;
	s->chain_n = i + 1;
	return 0;
}

/*
 * Notes the cgroups from s->arg[0] up to below the root: the CHAIN_MAX nearest the root are kept.
 * Whoever may make cgroups below its own can go deep, and is to be known all the same.
 */
__noinline int cgroup_climb(__u32 slot)
{
	struct scratch *s = emit_scratch(slot);

	if (!s)
		return 0;
	s->chain_n = 0;
	LOOP(CGROUP_DEPTH_MAX, cgroup_climb_step, &slot);
	return 0;
}

/*
 * Writes the path of a cgroup's kernfs node behind the fixed part of a struct wire_cgroup; of a
 * path too long the names nearest the root are kept. Gives its length, and above CGROUP_IDS_SHIFT
 * how many of the names hold an id.
 */
__noinline __u32 cgroup_path_of_arg(__u32 slot)
{
	struct scratch *s = emit_scratch(slot);
	int i;

	if (!s)
		return 0;
	s->used = 0;
	s->ids = 0;
	s->pod = 0;
	cgroup_climb(slot);
	for (i = 1; i <= CGROUP_LEVELS; i++) {
		__u32 used = s->used, n = s->chain_n;
		__u8 *p;
		long len;

		if ((__u32)i > n)
			break;
		p = AT(s->record, sizeof(struct wire_cgroup) + used,
		       sizeof(struct wire_cgroup) + WIRE_CGROUP_PATH_MAX);
		*p = '/';
		len = bpf_probe_read_kernel_str(p + 1, CGROUP_NAME_MAX,
						LOAD(struct kernfs_node,
						     s->chain[(n - i) % CHAIN_MAX], name));
		if (len < 1 || len > CGROUP_NAME_MAX || used + len >= WIRE_CGROUP_PATH_MAX)
			break;
		cgroup_name(s->slot, sizeof(struct wire_cgroup) + s->used + 1, len - 1);
		s->used += len;
	}
	return s->used | s->ids;
}

static __always_inline __u32 cgroup_path(struct scratch *s, const void *kn)
{
	s->arg[0] = (__u64)kn;
	return cgroup_path_of_arg(s->slot);
}

/*
 * Number i of the cgroups of a css_set: 0 is v2's, then one for each v1 controller. NULL when
 * there is none, when it is a hierarchy's root, or when it is v2's again.
 */
static __noinline const void *cgroup_at(const void *cset, __u32 i)
{
	const void *cgrp, *css, *kn;

	if (i == 0) {
		cgrp = LOAD(struct css_set, cset, dfl_cgrp);
	} else {
		if ((__u64)i > bpf_core_enum_value(enum cgroup_subsys_id, CGROUP_SUBSYS_COUNT))
			return NULL;
		css = (const void *)compat_read_u64(ADDR(struct css_set, cset, subsys) +
						    (i - 1) * sizeof(void *));
		if (!css)
			return NULL;
		cgrp = LOAD(struct cgroup_subsys_state, css, cgroup);
		if (LOAD(struct cgroup_root, LOAD(struct cgroup, cgrp, root), hierarchy_id) == 0)
			return NULL;
	}
	kn = LOAD(struct cgroup, cgrp, kn);
	if (!kn || !compat_kernfs_parent(kn))
		return NULL;
	return cgrp;
}

/*
 * Of the css_set s->arg[1]: chooses the cgroup that names the container best; its record is in s.
 * That is the one with most ids in its path: a runtime within a container (Docker in Docker) makes
 * cgroups in those hierarchies only that the container was given, which on a hybrid host leaves
 * v2's out.
 */
static __always_inline bool cgroup_choose(struct scratch *s)
{
	struct wire_cgroup *r;
	const void *best;
	__u32 len = 0;
	int i;

	/* Both in memory, so that the verifier has one state of a round and not one for each way. */
	s->most = 0;
	s->arg[2] = 0;
	for (i = 0; i <= CGROUP_SUBSYS_MAX; i++) {
		const void *cgrp = cgroup_at((const void *)s->arg[1], i);
		__u32 rank;

		if (!cgrp)
			continue;
		rank = (cgroup_path(s, LOAD(struct cgroup, cgrp, kn)) >> CGROUP_IDS_SHIFT) + 1;
		if (rank <= s->most)
			continue;
		s->most = rank;
		s->arg[2] = (__u64)cgrp;
	}
	best = (const void *)s->arg[2];
	if (!best)
		return false;
	s->value.id = LOAD(struct kernfs_node, LOAD(struct cgroup, best, kn), id);
	s->value.hier = LOAD(struct cgroup_root, LOAD(struct cgroup, best, root), hierarchy_id);
	len = cgroup_path(s, LOAD(struct cgroup, best, kn));
	s->value.flags = len >> CGROUP_IDS_SHIFT ? WIRE_TASK_CGROUP_ID : 0;
	len &= CGROUP_LEN_MASK;
	if (len == 0 || len > WIRE_CGROUP_PATH_MAX)
		return false;
	r = (struct wire_cgroup *)s->record;
	r->cgroup = s->value.id;
	r->cgroup_hier = s->value.hier;
	r->flags = s->value.flags;
	r->path.off = sizeof(*r);
	r->path.len = len;
	r->path.full = len;
	s->name_key.cgroup = s->value.id;
	s->name_key.hier = s->value.hier;
	/* struct wire_cgroup_name is the length and the path: the bytes from path.full on. */
	bpf_map_update_elem(&cgroup_names, &s->name_key, &r->path.full, BPF_ANY);
	s->used = sizeof(*r) + len;
	return true;
}

/* First sight of a css_set: tells about it, and remembers what it found. False: lost, and counted. */
__noinline int cgroup_classify(__u64 css_set, __u64 dfl_id, __u64 v1_id)
{
	struct cgroup_key key = {.css_set = css_set, .dfl_id = dfl_id, .v1_id = v1_id};
	struct scratch *s = emit_begin(sizeof(struct wire_cgroup));
	struct cgroup_value value;

	if (!s)
		return false;
	__builtin_memset(&s->value, 0, sizeof(s->value));
	s->arg[1] = key.css_set;
	if (cgroup_choose(s)) {
		value = s->value;
		emit_submit(s, WIRE_CGROUP, WIRE_F_CONTEXT, false);
	} else {
		value = s->value;
		emit_cancel(s);
	}
	/* Only now: who finds the entry on another CPU may rely on the name being on its way. */
	if (!bpf_map_update_elem(&cgroups, &key, &value, BPF_ANY))
		return true;
	emit_lost(WIRE_C_LOST_BUSY);
	return false;
}

/* (Since 6.2 a css_set has its type, wherever it came from.) */
static __always_inline const struct cgroup_value *cgroup_first_sight(const struct cgroup_key *key,
								     const void *css_set)
{
	const struct cgroup_value *found;

	if (!cgroup_classify(COMPAT_KERNEL >= 602 ? compat_address(css_set) :
						    compat_untyped(css_set),
			     key->dfl_id, key->v1_id))
		return NULL;
	found = bpf_map_lookup_elem(&cgroups, key);
	if (!found)
		emit_lost(WIRE_C_LOST_BUSY);
	return found;
}

#endif /* ROOTWATCH_CGROUP_BPF_H */
