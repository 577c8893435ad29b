/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What user space sets. Read-only data before the load (the verifier drops dead branches), and
 * a few words that change while it runs.
 */
#ifndef ROOTWATCH_KNOBS_BPF_H
#define ROOTWATCH_KNOBS_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "wire.h"

const volatile __u32 knob_agent = 0;	   /* tgid of rootwatch itself: left out */
const volatile __u32 knob_host_mnt_ns = 0; /* inode of the host's mount namespace */
const volatile __u32 knob_host_net_ns = 0; /* and of its network namespace */
const volatile __u32 knob_ring_bytes = 0;  /* size of the ring */
const volatile bool knob_all = false;	   /* every root act, matched or not */
const volatile bool knob_blocked = false;  /* denied attempts of other users too */
/* Which programs see opens: WIRE_TIER_*; those of a tier that is not used do not look at them. */
const volatile __u32 knob_open_tier = 0;
/* The hooks of acts.bpf.c are there: what calls act on is noted before the act. */
const volatile bool knob_acts = false;
/* The hook of datagram.bpf.c is there: the end of a send need not be looked at for Unix sockets. */
const volatile bool knob_datagrams = false;
/* What a seccomp filter ends in gives true for a call that is permitted, not -1 for one that is
 * not. */
const volatile bool knob_permits = false;
/* Programs have copies (see turn.bpf.h); this one is one, and the last one. */
const volatile bool knob_copies = false;
const volatile bool knob_copy = false;
const volatile bool knob_copy_last = false;
/*
 * Secret and odd; 0: nothing is remembered. See sign.bpf.h. (Not read-only: what is reckoned
 * with a number that the verifier knows it follows for each value.)
 */
volatile __u64 knob_harmless = 0;
/* Not read-only, so that the verifier does not know that it is 0; see OPAQUE. */
volatile __u32 opaque_zero = 0;

/* While this is 1, what io_uring does is told whatever the rules ask for: our own proof passes. */
volatile __u32 uring_proof = 0;
/* By WIRE_URING_*: not 0 when that hook saw something then. (A byte each: processors do not meet.) */
volatile __u8 uring_proven[WIRE_PROVEN_MAX] = {};

/* The rules, as far as they are compared here; see wire.h. */
struct wire_prefilter prefilters[2] = {};
volatile __u32 prefilter_active = 0;

/*
 * By the number of a system call: which call it is, in the native ABI (the low byte) and in the
 * 32-bit one (the high byte); 0 for those that nobody wants to see at the end of a call. While one
 * prefilter takes another's place, what either of them wants stands here.
 */
volatile __u16 calls_at[WIRE_CALL_NUMBERS] = {};
_Static_assert(WIRE_F_COMPAT == 8, "that flag, or 0, is how far it is shifted for the call's ABI");

volatile __u32 reader_state = WIRE_READER_IDLE;

#endif /* ROOTWATCH_KNOBS_BPF_H */
