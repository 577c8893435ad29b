/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A memory of what opens meant to the rules, so that the next one like it need not go the long way
 * of prefilter_file(), object_place() and prefilter_place(). An open is known by its signature
 * (sign.bpf.h).
 *
 * - Rules, the host's devices: wire_prefilter.start is another random number after each change.
 * - Overlays are remembered when this is the one that overlay_is_own() would answer for at once; it
 *   is asked each time. What lies behind another one is looked up each time.
 * - What has no signature is not remembered.
 *
 * Another thread may rename or mount while the long way is walked, so that its answer is that of
 * other names than the signature's. What is remembered had the same signature before and after, and
 * none of what sign_changes() counts changed between.
 */
#ifndef ROOTWATCH_HARMLESS_BPF_H
#define ROOTWATCH_HARMLESS_BPF_H

#include "compat.bpf.h"
#include "maps.bpf.h"
#include "overlay.bpf.h"
#include "sign.bpf.h"

#define HARMLESS_SEEN_LOG 12

volatile __u64 harmless_seen[1 << HARMLESS_SEEN_LOG] = {};
/*
 * Signatures of opens that did matter, less the lowest bits: these say how, so that nothing is
 * compared with the rules for the next one like it either.
 */
volatile __u64 harmless_not[1 << HARMLESS_SEEN_LOG] = {};
#define HARMLESS_KNOWN	15ull
#define HARMLESS_URGENT 4u /* beside WIRE_WATCH_READ and _WRITE */
#define HARMLESS_THERE	8u

static __always_inline bool harmless_knows(__u64 sign)
{
	return sign && harmless_seen[sign >> (64 - HARMLESS_SEEN_LOG)] == sign;
}

/* What is known of an open that mattered, as the long way would give it, and a bit; 0: nothing. */
static __always_inline __u32 harmless_watched(__u64 sign)
{
	__u64 known = 0;

#if COMPAT_KERNEL >= 602 /* on older kernels the stack has no room for it */
	known = harmless_not[sign >> (64 - HARMLESS_SEEN_LOG)] ^ (sign & ~HARMLESS_KNOWN);
	if (!sign || known > HARMLESS_KNOWN)
		return 0;
#endif
	return (known & (HARMLESS_THERE | WIRE_WATCH_READ | WIRE_WATCH_WRITE)) |
	       (known & HARMLESS_URGENT ? WIRE_WATCH_URGENT : 0);
}

/* An overlay not asked for of late has no signatures: from now on, if it is the container's own. */
static __always_inline void harmless_meet(const void *f, __u32 access)
{
	const void *sb = LOAD(struct dentry, LOAD(struct file, f, f_path.dentry), d_sb);

	if (LOAD(struct super_block, sb, s_magic) == OVERLAYFS_MAGIC_)
		overlay_is_own(sb, LOAD(struct super_block, sb, s_root), access & WIRE_WATCH_WRITE);
}

/* Before the long way; false: it is known to be harmless. */
static __always_inline bool harmless_begin(struct scratch *s)
{
	__u64 sign = s->open.sign;

	s->open.counts = 0;
#if COMPAT_KERNEL < 602
	sign = sign_now(s);
	if (harmless_knows(sign))
		return false;
	s->open.sign = sign;
#endif
	if (!sign)
		harmless_meet((const void *)s->open.file, s->open.access);
	else
		s->open.counts = sign_changes(s->slot);
	return true;
}

/* After it: was the signature that of what was looked at, all the way? */
static __always_inline bool harmless_holds(struct scratch *s)
{
	return s->open.counts && sign_now(s) == s->open.sign &&
	       sign_changes(s->slot) == s->open.counts;
}

/* After it, when the open mattered to no rule. */
static __always_inline void harmless_end(struct scratch *s)
{
	__u64 sign = s->open.sign;

	if (harmless_holds(s))
		harmless_seen[sign >> (64 - HARMLESS_SEEN_LOG)] = sign;
}

/* After it, when it did matter. */
static __always_inline void harmless_not_this(struct scratch *s, __u32 watched)
{
#if COMPAT_KERNEL >= 602
	__u64 sign = s->open.sign;

	if (harmless_holds(s))
		harmless_not[sign >> (64 - HARMLESS_SEEN_LOG)] =
			(sign & ~HARMLESS_KNOWN) | HARMLESS_THERE |
			(watched & (WIRE_WATCH_READ | WIRE_WATCH_WRITE)) |
			(watched & WIRE_WATCH_URGENT ? HARMLESS_URGENT : 0);
#endif
}

#endif /* ROOTWATCH_HARMLESS_BPF_H */
