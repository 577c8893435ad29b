/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a name or a path is compared with the patterns of the rules, which lie in the map "watch" as
 * hashes and in struct wire_prefilter (include/wire_prefilter.h, which user/source/prefilter.c
 * fills). What is asked about which object is prefilter.bpf.h's and placed.bpf.h's.
 */
#ifndef ROOTWATCH_PATTERN_BPF_H
#define ROOTWATCH_PATTERN_BPF_H

#include "compat.bpf.h"
#include "emit.bpf.h"
#include "knobs.bpf.h"
#include "maps.bpf.h"
#include "path.bpf.h"

static __always_inline const struct wire_prefilter *pattern_prefilter(__u32 set)
{
	return &prefilters[set & 1];
}

/* [length][word]: which bytes of a name's word count. */
#define W_ALL 0xffffffffffffffffull
#define W_ROWS(a, b, c)                                                                       \
	{a 0x0ull b}, {a 0xffull c}, {a 0xffffull c}, {a 0xffffffull c}, {a 0xffffffffull c}, \
		{a 0xffffffffffull c}, {a 0xffffffffffffull c},                               \
	{                                                                                     \
		a 0xffffffffffffffull c                                                       \
	}
#define W_1
#define W_2 W_ALL,
#define W_3 W_ALL, W_ALL,
#define W_4 W_ALL, W_ALL, W_ALL,
#define W_NONE
static const __u64 pattern_masks[WIRE_NAME_LEN][WIRE_NAME_LEN / 8] = {
	W_ROWS(W_1, W_NONE, W_NONE),
	W_ROWS(W_2, W_NONE, W_NONE),
	W_ROWS(W_3, W_NONE, W_NONE),
	W_ROWS(W_4, W_NONE, W_NONE),
};

#define MASK_ROW sizeof(pattern_masks[0])
static __always_inline const __u64 *pattern_mask(__u32 len)
{
	return AT(pattern_masks[0], len * MASK_ROW, (WIRE_NAME_LEN - 1) * MASK_ROW);
}

/*
 * A dentry's name as 32 zero-padded bytes, of which 31 count. Reads up to 31 bytes behind a short
 * name, which is kernel memory all the same (the name lies in the dentry or in an allocation; a
 * fault would read as 0), and masks them.
 */
static __always_inline void pattern_read_name(struct wire_name *n, const char *name, __u32 len)
{
	const __u64 *mask;

	if (len >= WIRE_NAME_LEN)
		len = WIRE_NAME_LEN - 1;
	mask = pattern_mask(len);
	n->w[0] = compat_read_u64(name) & mask[0];
	n->w[1] = compat_read_u64(name + 8) & mask[1];
	n->w[2] = compat_read_u64(name + 16) & mask[2];
	n->w[3] = compat_read_u64(name + 24) & mask[3];
}

/* Of 32 bytes that begin with a name of len ones; what lies behind it is taken away. */
static __always_inline void pattern_mask_name(struct wire_name *n, __u32 len)
{
	const __u64 *mask = pattern_mask(len);

	n->w[0] &= mask[0];
	n->w[1] &= mask[1];
	n->w[2] &= mask[2];
	n->w[3] &= mask[3];
}

static __always_inline __u32 pattern_find(__u32 set, __u64 h)
{
	__u32 bit = WIRE_FILTER_BIT(h);
	__u32 *v;

	if (!((pattern_prefilter(set)->filter[bit / 64] >> (bit % 64)) & 1))
		return 0;
	v = bpf_map_lookup_elem(&watch, &h);
	return v ? *v : 0;
}

/* By the 8 bytes up to the name's end; of a shorter name what lies before it is masked. */
static __always_inline __u32 pattern_suffix_of(__u32 set, __u64 tail)
{
	const struct wire_prefilter *p = pattern_prefilter(set);
	__u32 got = 0, last = tail >> 56, i;

	if (!((p->suffix_ends[last / 64] >> (last % 64)) & 1))
		return 0;
	for (i = 0; i < WIRE_SUFFIXES_MAX; i++) {
		if (i >= p->suffixes_n)
			break;
		if ((tail & p->suffixes[i].mask) == p->suffixes[i].value)
			got |= p->suffixes[i].access;
	}
	return got;
}

static __always_inline __u32 pattern_suffix(__u32 set, const char *name, __u32 len)
{
	return pattern_suffix_of(set, compat_read_u64(name + len - 8));
}

/* "memfd:", as the first bytes of a word. */
#define MEMFD_BYTES_ 0x3a64666d656dull
#define MEMFD_MASK_  0xffffffffffffull

/*
 * A name: whole, or by its end. That of a memfd, whose path is its name, may hold slashes: user
 * space decides.
 */
static __always_inline __u32 pattern_name(__u32 set, const void *dentry)
{
	const char *name = (const char *)LOAD(struct dentry, dentry, d_name.name);
	__u32 len = LOAD(struct dentry, dentry, d_name.len);
	struct wire_name n;

	pattern_read_name(&n, name, len);
	if ((n.w[0] & MEMFD_MASK_) == MEMFD_BYTES_)
		return WIRE_WATCH_READ | WIRE_WATCH_WRITE | WIRE_WATCH_CALL;
	return pattern_find(set, wire_hash_step(wire_hash_seed(set, WIRE_SCOPE_NAME), &n)) |
	       pattern_suffix(set, name, len);
}

/* The patterns of a scope against the chain's entries below `top`, nearest the root first. */
__noinline __u32 pattern_path(__u32 slot, __u32 scope, __u32 top)
{
	struct scratch *s = emit_scratch(slot);
	struct wire_name n;
	__u32 got, set;
	__u64 h;
	int i;

	if (!s)
		return 0;
	set = s->set;
	h = wire_hash_seed(set, scope);
	got = pattern_prefilter(set)->scope_root[scope % WIRE_SCOPES];
	for (i = 0; i < WIRE_WATCH_DEPTH; i++) {
		__u32 at = top - 1 - i;
		__u32 v;

		if (at >= CHAIN_MAX) /* also below zero */
			break;
		pattern_read_name(&n, (const char *)LOAD(struct dentry, s->chain[at], d_name.name),
				  LOAD(struct dentry, s->chain[at], d_name.len));
		h = wire_hash_step(h, &n);
		v = pattern_find(set, h);
		if ((v & WIRE_WATCH_IGNORE) && scope == WIRE_SCOPE_HOST)
			got &= WIRE_WATCH_CALL;
		got |= v &
		       (WIRE_WATCH_READ | WIRE_WATCH_WRITE | WIRE_WATCH_CALL | WIRE_WATCH_URGENT);
		if (!(v & WIRE_WATCH_DEEPER))
			break;
	}
	return got;
}

/* One folder, in s->chain[s->last + i]: what its name wants is added to s->run. */
static long pattern_folder_step(__u32 i, struct path_step *c)
{
	struct scratch *s = emit_scratch(c->slot);
	const struct wire_prefilter *p;
	struct wire_name n;
	const char *name;
	__u32 first;

	if (!s)
		return 1;
	i += s->last;
	if (i >= c->start || i >= CHAIN_MAX)
		return 1;
	p = pattern_prefilter(s->set);
	name = (const char *)LOAD(struct dentry, s->chain[i], d_name.name);
	first = compat_read_u64(name) & 0xff;
	if (!((p->folder_firsts[first / 64] >> (first % 64)) & 1))
		return 0;
	pattern_read_name(&n, name, LOAD(struct dentry, s->chain[i], d_name.len));
	s->run |=
		pattern_find(s->set, wire_hash_step(wire_hash_seed(s->set, WIRE_SCOPE_FOLDER), &n));
	return 0;
}

/*
 * Folders by their names: the chain's entries from `first` on and below `top` (number 0 is the file
 * itself). Where there are more than can be looked at, user space decides.
 */
#define PATTERN_FOLDERS (COMPAT_KERNEL >= 517 ? CHAIN_MAX : 16)
__noinline __u32 pattern_folders(__u32 slot, __u32 first, __u32 top)
{
	struct scratch *s = emit_scratch(slot);
	struct path_step c = {.slot = slot, .start = top};

	if (!s)
		return 0;
	if (top > PATTERN_FOLDERS + 1)
		return pattern_prefilter(s->set)->folder_access;
	s->run = 0;
	s->last = first;
	LOOP(PATTERN_FOLDERS, pattern_folder_step, &c);
	return s->run;
}

#endif /* ROOTWATCH_PATTERN_BPF_H */
