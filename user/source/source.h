/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where records come from: the live kernel. A source gives bytes and counts; it does not look
 * into them. The one way back, from the rules to the kernel's prefilter, is
 * source_open's filter and source_filter.
 */
#ifndef ROOTWATCH_SOURCE_SOURCE_H
#define ROOTWATCH_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules/filter/filter.h"

struct source;

struct source_options {
	bool all;	     /* every root act, not only watched ones */
	bool blocked;	     /* denied attempts of other users in containers too */
	uint32_t ring_bytes; /* a power of two and a multiple of the page size; 0: the default */
	uint32_t tier;	     /* WIRE_TIER_* to see opens by; or SOURCE_TIER_AUTO */
	const struct filter *filter; /* of the rules; read by source_open only */
	int wake_fd;		     /* readable: source_poll returns early; -1: none */
};

#define SOURCE_RING_DEFAULT (16u << 20)
#define SOURCE_WHY_MAX	    512
#define SOURCE_TIER_AUTO    UINT32_MAX /* the best that the kernel has */

#define SOURCE_WHY_NO_PROC                                                                        \
	"no proc file system that shows this process is mounted on /proc, which rootwatch needs " \
	"to load its programs and to look at processes: mount -t proc proc /proc"

#define SOURCE_WHY_NO_SYS                                                    \
	"no sysfs is mounted on /sys, by which the kernel tells its types: " \
	"mount -t sysfs sysfs /sys"

/* Which acts prove a hook. */
enum source_proof {
	SOURCE_PROOF_RENAME,
	SOURCE_PROOF_EXEC,
	SOURCE_PROOF_FORK,
	SOURCE_PROOF_EXIT,
	SOURCE_PROOF_MOVED,
	SOURCE_PROOF_OPEN,     /* one that was done */
	SOURCE_PROOF_DENIED,   /* one that was denied */
	SOURCE_PROOF_OPENS,    /* both */
	SOURCE_PROOF_RECEIVED, /* an open file that was received */
	SOURCE_PROOF_DATAGRAM, /* one sent to a Unix socket by its address */
	SOURCE_PROOF_MAPPED,   /* a mapping of one that was opened with other credentials */
	SOURCE_PROOF_URING,    /* a file unlinked through io_uring */
	SOURCE_PROOF_URING_CONNECT,
	SOURCE_PROOF_URING_NET, /* the hook saw an act of its kind: source_prove_urings() */
	SOURCE_PROOF_REFUSED,	/* a connect that a filter of ours refused */
	SOURCE_PROOF_ACT,	/* the hook noted an act of its kind: source_prove_acts() */
	SOURCE_PROOF_CALLS,	/* setresuid, connect */
	SOURCE_PROOF_ALL_CALLS, /* all of these */
};

/* What the kernel side is made of; in the order in which hooks are attached. */
struct source_hook {
	const char *program; /* "rootwatch_exec" */
	const char *hook;    /* "tp_btf/sched_process_exec" */
	const char *sees;    /* what of it is lost without this hook */
	int error;	     /* 0: attached, else -errno of the attach */
	bool optional;	     /* the others work without it */
	enum source_proof proof;
	uint32_t tier; /* WIRE_TIER_* */
	uint32_t act; /* of SOURCE_PROOF_ACT: the bit of WIRE_ACT_*; of _URING_NET: of WIRE_URING_* */
};

struct source_stats {
	uint64_t produced;  /* records numbered by the kernel side */
	uint64_t delivered; /* records given to the callback */
	uint64_t lost_ring, lost_busy, lost_read;
	uint64_t lost_recursion; /* program runs that the kernel skipped (run inside itself) */
	uint64_t bytes;
	uint64_t unknown_creds; /* times a task's earlier credentials were not known */
};

/* Records that were produced and never will be delivered. */
static inline uint64_t source_lost(const struct source_stats *st)
{
	return st->lost_ring + st->lost_busy + st->lost_read;
}

/*
 * Loads, seeds and attaches. Gives 0; -ENOTSUP: the kernel cannot (too old, no BTF); -EPERM: not
 * enough privilege; another -errno. why gets a sentence that says what to do.
 */
int source_open(struct source **out, const struct source_options *opts,
		char why[static SOURCE_WHY_MAX]);

/*
 * Gives what there is to fn, waiting up to timeout_ms (-1: for ever) when there is nothing. fn
 * gives 0, or a negative value that ends the poll. Gives the number of records, 0 after the time
 * or when wake_fd is readable, or what fn gave.
 */
typedef int (*source_fn)(void *arg, const void *data, size_t size);
int source_poll(struct source *s, int timeout_ms, source_fn fn, void *arg);

/*
 * The open and the connect by which the hooks are proven pass any filter: a file and a socket of
 * these names.
 */
#define SOURCE_PROOF_FILE   "rootwatch-proof"
#define SOURCE_PROOF_SOCKET "rootwatch-proof.sock"

/*
 * Moves this process into the cgroup that it is in: nothing changes, but the kernel side sees a
 * move, and from then on relies on seeing them. True when it did.
 */
bool source_prove_moves(struct source *s);

/*
 * While this is on, what io_uring does passes any filter: for acts of our own. Gives bits of
 * WIRE_URING_*, of the hooks that saw something then.
 */
uint32_t source_prove_urings(struct source *s, bool on);

/* While this is on, acts that no rule asks for are noted as well. Gives bits of WIRE_ACT_*. */
uint32_t source_prove_acts(struct source *s, bool on);

/* Is what calls act on noted before the act, and not looked up after it? */
bool source_acts(const struct source *s);

/* The number of the one in use. */
uint32_t source_filter_number(const struct source *s);

/*
 * Another filter, in the place of the one before, between two acts: none is judged by half of it.
 * *number (0 or 1) is what the records that it lets pass carry as event.set. What was produced
 * under the filter that had this number before is given to fn first; nothing with that number comes
 * then until this returns. 0 or -errno, or what fn gave: the filter then stays as it was. May wait
 * for 10 ms.
 */
int source_filter(struct source *s, const struct filter *f, uint32_t *number, source_fn fn,
		  void *arg);

/* Detaches all hooks. What is in the ring can still be polled. */
void source_stop(struct source *s);

/*
 * Devices (major << 20 | minor) of file systems that the host mounts: what a container writes
 * there may be the host's. 0 or -errno; those that fit are known then.
 */
int source_host_devices(struct source *s, const uint32_t *devs, size_t n);

int source_stats(const struct source *s, struct source_stats *st);
/*
 * Records that the ring had no room for, at most max of them, by the container that they were of,
 * each only once. False: there are no others. (When two containers share a place of a table, the
 * cgroup is that of one of them.)
 */
struct source_loss {
	uint64_t lost;
	uint64_t cgroup;
	uint32_t hier;
};
bool source_loss(struct source *s, uint64_t max, struct source_loss *loss);

const struct source_hook *source_hooks(const struct source *s, size_t *n);

/* By which kind of hook opens are seen: a WIRE_TIER_*. */
uint32_t source_tier(const struct source *s);

/* Why by no better one; "": there is none. */
const char *source_why_tier(const struct source *s);

/*
 * Is what io_uring does beside opens seen? 0, or why not: -EOPNOTSUPP: nobody may use it here;
 * another -errno: the kernel or the tier has no hooks for it.
 */
int source_urings(const struct source *s);

/* Is what a seccomp filter refuses seen, calls and opens? (Else, by a hook of all calls, calls.) */
bool source_refused(const struct source *s);

/* Is there a hook at the end of all system calls, which each of them on the host pays for? */
bool source_slows_calls(const struct source *s);

/*
 * The name chain of a cgroup whose record was lost. Gives its length (at most size), or -ENOENT.
 */
int source_cgroup_path(const struct source *s, uint64_t cgroup, uint32_t hier, char *path,
		       size_t size);

void source_close(struct source *s);

#endif /* ROOTWATCH_SOURCE_SOURCE_H */
