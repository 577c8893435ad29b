/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What crosses the other way, from the rules to the kernel side. A part of wire.h, by its rules. */
#ifndef ROOTWATCH_WIRE_PREFILTER_H
#define ROOTWATCH_WIRE_PREFILTER_H

/*
 * The prefilter: what the kernel knows of the rules. Names are compared as 32 zero-padded bytes
 * (longer ones are cut), paths as hashes of their first WIRE_WATCH_DEPTH components. Both can
 * only let too much pass, never too little: user space judges again.
 */
#define WIRE_NAME_LEN	 32
#define WIRE_WATCH_DEPTH 4

struct wire_name {
	__u64 w[WIRE_NAME_LEN / 8];
};

/*
 * The map "watch": hash -> value. Before it is asked, a bit for the hash must be set in the
 * filter: most names end there.
 */
#define WIRE_FILTER_WORDS  16u
#define WIRE_FILTER_BIT(h) ((h) % (WIRE_FILTER_WORDS * 64u))

#define WIRE_WATCH_READ	  1u
#define WIRE_WATCH_WRITE  2u
#define WIRE_WATCH_DEEPER 4u /* paths only: a longer pattern begins like this */
/* Paths only: nothing below matters to opens (after longer patterns). */
#define WIRE_WATCH_IGNORE  8u
#define WIRE_WATCH_URGENT  16u
#define WIRE_WATCH_CONNECT 32u
#define WIRE_WATCH_OUT	   64u	/* an IP socket's connect: of the peer */
#define WIRE_WATCH_IN	   128u /* bind, listen, accept: of its own address */
#define WIRE_WATCH_SEND	   256u /* a datagram sent with an address: of that */
#define WIRE_WATCH_CALL	   512u /* what a call of wire_prefilter.compared acts upon */

/* Seeds of the path hash, one for each scope (user/rules/filter/filter.h says what they mean). */
#define WIRE_SCOPE_PATH	    1u
#define WIRE_SCOPE_PROC	    2u
#define WIRE_SCOPE_SYSFS    3u
#define WIRE_SCOPE_CGROUP   4u
#define WIRE_SCOPE_KERNFS   5u
#define WIRE_SCOPE_HOST	    6u
#define WIRE_SCOPE_NAME	    7u /* the file's own name: one component */
#define WIRE_SCOPES	    8u
#define WIRE_SCOPE_SOCKET   8u	/* the last component of a listener's bound name */
#define WIRE_SCOPE_LISTENER 9u	/* the listener's command */
#define WIRE_SCOPE_PORT	    10u /* the server's port, as a number */
#define WIRE_SCOPE_FOLDER   11u /* the name of a folder on the way to a file: one component */

/* set: 0 or 1, the prefilter that it is for: both share the map "watch". */
static inline __u64 wire_hash_seed(__u32 set, __u32 scope)
{
	return 0x9e3779b97f4a7c15ull * (set * 16u + scope + 1u);
}

/* One component more. Not cryptographic: a collision lets an event pass that user space drops. */
static inline __u64 wire_hash_step(__u64 h, const struct wire_name *n)
{
	/* Independent products, which a CPU computes side by side, then one mix. */
	h = (h ^ n->w[0]) * 0xff51afd7ed558ccdull;
	h += n->w[1] * 0xc4ceb9fe1a85ec53ull + n->w[2] * 0x9fb21c651e98df25ull;
	h += n->w[3] * 0xd6e8feb86659fd93ull;
	h ^= h >> 29;
	h *= 0xbf58476d1ce4e5b9ull;
	return h ^ h >> 32;
}

#define WIRE_SUFFIXES_MAX 8

struct wire_suffix {
	__u64 value; /* the last 8 bytes of the name, as loaded from memory */
	__u64 mask;  /* which of them count */
	__u32 access;
	__u32 pad;
};

#define WIRE_NETWORKS_MAX 8

/* Addresses whose bits under the mask are those of value. */
struct wire_network {
	struct wire_address value, mask;
	__u32 access;
	__u32 pad;
};

/* The ports of a server that matter whatever its address is, beside those in the map. */
struct wire_ports {
	__u32 below; /* all that are less */
	__u32 from;  /* this one and all above; from 65536 on: none */
};

#define WIRE_ENDS 4u /* one to spare: an index is masked */
/* Of an access (WIRE_WATCH_OUT, _IN or _SEND) its place in wire_prefilter.ports. */
#define WIRE_END_OF(access) ((access) / 128u)

/* wire_prefilter.sockets */
#define WIRE_SOCKET_PACKET 1u
#define WIRE_SOCKET_RAW	   2u /* IP, of type SOCK_RAW */
#define WIRE_SOCKET_OTHER  4u /* IP, of another type */
/* A dup of an IP or Unix socket, or of something else, by whether its number is less than 3. */
#define WIRE_SOCKET_STDIO     3
#define WIRE_SOCKET_DUP_STDIO (8u | 16u | 32u)
#define WIRE_SOCKET_DUP_OTHER (64u | 128u | 256u)
#define WIRE_SOCKET_DUP_IP    (8u | 64u)
#define WIRE_SOCKET_DUP_UNIX  (16u | 128u)
#define WIRE_SOCKET_DUP_FILE  (32u | 256u)

#define WIRE_DEVICES_MAX 16

struct wire_device {
	__u32 rdev;   /* major << 20 | minor */
	__u32 access; /* 0: this one and all after it are unused */
};

/*
 * One whole prefilter. There are two: a new one is written beside the one in use, and a switch
 * makes it the one that is asked, so that no act is judged by half of it.
 */
struct wire_prefilter {
	__u64 filter[WIRE_FILTER_WORDS]; /* see WIRE_FILTER_BIT */
	__u64 suffix_ends[4];		 /* bit n: a suffix ends in byte n */
	__u64 folder_firsts[4];		 /* bit n: a folder's name begins with byte n */
	__u64 start;		 /* random: what was harmless to others is not to this one */
	struct wire_calls calls; /* those of WIRE_SYSCALL and WIRE_NET that are wanted */
	/* Those of them of which only what WIRE_WATCH_CALL matches is wanted, or was denied. */
	struct wire_calls compared;
	struct wire_suffix suffixes[WIRE_SUFFIXES_MAX];
	struct wire_device devices[WIRE_DEVICES_MAX];
	struct wire_network networks[WIRE_NETWORKS_MAX];
	struct wire_ports ports[WIRE_ENDS]; /* of WIRE_WATCH_OUT, _IN and _SEND */
	__u32 scope_access[WIRE_SCOPES];    /* the accesses that any pattern of the scope wants */
	__u32 scope_root[WIRE_SCOPES];	    /* WIRE_WATCH_* of the scope's pattern "" */
	__u32 suffixes_n;
	__u32 block_access; /* WIRE_WATCH_* of any block device */
	__u32 any;	    /* WIRE_WATCH_* that are wanted whatever the object is */
	__u32 networks_n;
	__u32 sockets;	     /* WIRE_SOCKET_* whose making is wanted */
	__u32 datagrams;     /* not 0: something wants WIRE_WATCH_SEND */
	__u32 denied;	     /* WIRE_WATCH_OUT, _IN and _SEND: whatever was denied is wanted */
	__u32 suid_access;   /* WIRE_WATCH_* of any regular file that has the SUID bit */
	__u32 folder_access; /* WIRE_WATCH_* that any folder's name wants */
	__u32 dull; /* wire_call_dull() of the calls that are wanted also when they are dull */
};

#endif /* ROOTWATCH_WIRE_PREFILTER_H */
