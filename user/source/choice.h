/* SPDX-License-Identifier: Apache-2.0 */
/* Which hooks to use of those that this kernel has: pure. */
#ifndef ROOTWATCH_SOURCE_CHOICE_H
#define ROOTWATCH_SOURCE_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#define CHOICE_AUTO UINT32_MAX /* no tier is forced */

/* What a kernel has; each 0, or -errno of the attempt to use it. */
struct choice_have {
	int fentry;	   /* a program at the end of path_openat() */
	int lsm;	   /* a program at the LSM hook file_open */
	bool lsm_inactive; /* such a program can be attached, but bpf is no active LSM */
	int probes;	   /* return probes of many functions at once */
	int received;	   /* a program at the end of security_file_receive() */
	int mapped;	   /* and of security_mmap_file() */
	int acts;	   /* programs at security_path_*(), where paths are known before the act */
	int chown;	   /* of these security_path_chown(), which is passed structs */
	int urings;	   /* programs at the functions of io_uring, where that is switched on */
	uint32_t extras;   /* functions that not all kernels have: bits by choice_extra() */
	int refused;	   /* a program at the end of a seccomp filter */
	bool permits;	   /* that is called __seccomp_permit_syscall() */
};

struct choice {
	uint32_t open; /* WIRE_TIER_* that sees opens */
	bool probes; /* the other calls by return probes, not by a tracepoint that all calls pass */
	bool received;	 /* descriptors that come over Unix sockets are seen */
	bool urings;	 /* what io_uring does beside opens is seen */
	uint32_t extras; /* of these functions those that are there */
	bool acts;	 /* what the other calls act on is noted before the act */
	bool chown;	 /* of these by security_path_chown(), else at its caller's beginning */
	bool datagrams;	 /* those sent to Unix sockets by address are seen with the receiver */
	bool mapped;	 /* and mappings, without a look at all system calls */
	bool refused;	 /* what a seccomp filter refuses, which comes to no probe, is seen */
	bool permits; /* at the end of __seccomp_permit_syscall(), else of __secure_computing() */
};

/* Of them where the kernel asks whether a datagram may be sent from one Unix socket to another. */
#define CHOICE_MAY_SEND "security_unix_may_send"

/* The number of such a function; -1: it is none of them. */
int choice_extra(const char *function);

#define CHOICE_WHY_MAX 256

/*
 * The hooks for a kernel that has these. forced: a WIRE_TIER_* for opens, or CHOICE_AUTO: the first
 * one that is there, in the order fentry, lsm, tracepoint. Gives 0, or -ENOTSUP for a forced one
 * that is not there; why then says what is missing, and otherwise why a better one is not used ("":
 * there is none).
 */
int choice_make(const struct choice_have *have, uint32_t forced, struct choice *out,
		char why[static CHOICE_WHY_MAX]);

/*
 * What a kernel that refuses this may grant: what was added last, and what fewest others need, goes
 * first; at the end the tracepoints are left, which why then explains. False: nothing is left.
 */
bool choice_degrade(struct choice *c, char why[static CHOICE_WHY_MAX]);

#endif /* ROOTWATCH_SOURCE_CHOICE_H */
