/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel must send so that no rule misses anything: an over-approximation of the
 * conditions, as a list of things that it can compare. Never too narrow, provided that the kernel
 * side
 * - sends every exec, exit, change of credentials and denied act, whatever stands here;
 * - sends what has no place that could be compared: a memfd, a file whose path's head is missing, a
 *   listener without a bound name, a call whose paths it has not looked up;
 * - compares a whole pattern, or less of it: a path's first components, a name's first bytes.
 */
#ifndef ROOTWATCH_RULES_FILTER_FILTER_H
#define ROOTWATCH_RULES_FILTER_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "wire.h"

struct rule; /* rules/lang/ast.h */

#define FILTER_READ    1u
#define FILTER_WRITE   2u /* opened for writing, created or truncated */
#define FILTER_CONNECT 4u
/* Of IP sockets, by the server's end: */
#define FILTER_OUT  8u	/* connected */
#define FILTER_IN   16u /* bound, listening or accepted */
#define FILTER_SEND 32u /* a datagram sent with an address */
#define FILTER_CALL 64u /* what a call of filter.compared acts upon, but for a container's root */

/* Kinds of sockets, and of copies of descriptors, that are made. */
#define FILTER_SOCKET_PACKET 1u
#define FILTER_SOCKET_RAW    2u
#define FILTER_SOCKET_OTHER  4u /* IP, but not raw */
/* A dup to a number less than 3 (standard input and output) of an IP or Unix socket, or of another
 * file. */
#define FILTER_STDIO_IP	  8u
#define FILTER_STDIO_UNIX 16u
#define FILTER_STDIO_FILE 32u
/* And to any other number. */
#define FILTER_DUP_IP	64u
#define FILTER_DUP_UNIX 128u
#define FILTER_DUP_FILE 256u

enum filter_scope {
	FILTER_PATH, /* a path in the task's mount namespace or on the container's root: it and all
			below */
	FILTER_PROC, /* a path inside procfs, wherever that is mounted: "/sys" */
	FILTER_SYSFS,
	FILTER_CGROUP,
	FILTER_KERNFS, /* debugfs, tracefs, securityfs, binfmt_misc, bpf, configfs, pstore */
	/*
	 * A path inside its own file system, of a file that has rootwatch.host.path. Since that may
	 * be another path, what a rule needs stands here as "", which is all of them; other
	 * patterns are there for their urgency, or to be ignored.
	 */
	FILTER_HOST,
	FILTER_NAME,	  /* the file's own name, or that of the mount point it is bound to */
	FILTER_SUFFIX,	  /* the end of that name, at most 8 bytes */
	FILTER_FOLDER,	  /* the name of a folder on a path as FILTER_PATH has it */
	FILTER_BLOCK,	  /* any block device (pattern "") */
	FILTER_SUID,	  /* any regular file that has the SUID bit (pattern "") */
	FILTER_CHAR,	  /* a character device "major:minor" */
	FILTER_SOCKET,	  /* the last component of a Unix listener's bound name */
	FILTER_LISTENER,  /* the listening process' command, at most 15 bytes */
	FILTER_PORT,	  /* the server's port, a number as rules write it */
	FILTER_PORT_FROM, /* that port and all above */
	FILTER_PORT_TO,	  /* and all below */
	FILTER_NETWORK,	  /* the server's address or network */
	FILTER_DENIED,	  /* of an IP socket all that was denied (pattern "") */
	FILTER_SCOPE_END
};

struct filter_entry {
	enum filter_scope scope;
	const char *pattern;
	uint32_t access; /* FILTER_* */
	bool urgent;	 /* wake the reader at once */
	bool ignore; /* FILTER_HOST only: what lies below need not be sent for another HOST entry's
			sake */
};

/*
 * How many entries the kernel side takes; of suffixes, devices and networks WIRE_*_MAX of
 * wire_prefilter.h. A set that does not fit becomes `any` for the accesses concerned.
 */
#define FILTER_ENTRIES_MAX 4096

struct filter {
	struct filter_entry *entries;
	size_t n;
	uint32_t any;		 /* FILTER_*: every such event must be sent */
	uint32_t kinds;		 /* 1u << EVENT_*: kinds that some enabled rule can match at all */
	struct wire_calls calls; /* of EVENT_SYSCALL and EVENT_NET: those that one can match */
	/* Of those the ones that matter only when denied, or by what FILTER_CALL matches. */
	struct wire_calls compared;
	uint32_t sockets; /* FILTER_SOCKET_*, _STDIO_*, _DUP_*: whose making one can match */
	uint32_t dull; /* wire_call_dull() of the calls that one can match also when they are dull */
	void *arena;
};

/* From all enabled rules that are not left out. 0 or -ENOMEM. */
int filter_derive(struct filter **out, const struct rule *rules, size_t n);
void filter_free(struct filter *f);

/*
 * For people: what of one rule runs in the kernel and what in user space; where nothing could be
 * pushed down, which part of the condition is at fault and what it costs. 0 or -EIO.
 */
int filter_explain(FILE *out, const struct rule *rule);

#endif /* ROOTWATCH_RULES_FILTER_FILTER_H */
