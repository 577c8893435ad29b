/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every byte that crosses from the kernel side to user space, and nothing else.
 *
 * Rules of this header: fixed-width types only, explicit pads (user space compiles it under
 * -Wpadded as an error), no enum, bool, pointer or size_t on the wire. A record is one fixed
 * struct that starts with struct wire_header, followed by its blobs. A blob is named by a struct
 * wire_blob inside the fixed part; its offset counts from the start of the record. The decoder
 * trusts none of these numbers.
 */
#ifndef ROOTWATCH_WIRE_H
#define ROOTWATCH_WIRE_H

#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#endif

#include "wire_calls.h"

/* Of all programs: what the kernel goes by (license_is_gpl_compatible()). */
#define WIRE_LICENSE "Dual BSD/GPL"

#define WIRE_COMM_LEN	16   /* TASK_COMM_LEN */
#define WIRE_FSTYPE_LEN 16   /* longest in-tree name in use is "binfmt_misc" */
#define WIRE_PATH_MAX	4096 /* PATH_MAX; longer paths lose their head and are marked */
#define WIRE_ARGV_MAX	4096 /* argv is cut to head and tail of half of it each */
#define WIRE_SUN_MAX	108  /* UNIX_PATH_MAX */
#define WIRE_TTY_LEN	64   /* struct tty_struct.name */

enum wire_kind {
	WIRE_CGROUP = 1, /* struct wire_cgroup: first sight of a cgroup; context, never an event */
	WIRE_FORK,	 /* struct wire_fork: a process (not a thread) in a container; context */
	WIRE_EXEC,	 /* struct wire_exec */
	WIRE_EXIT,	 /* struct wire_exit: of a thread group leader's process */
	WIRE_SETID,   /* struct wire_setid: credentials changed by the setuid family, or by nothing
			 legal */
	WIRE_OPEN,    /* struct wire_open */
	WIRE_CONNECT, /* struct wire_connect: AF_UNIX */
	WIRE_SYSCALL, /* struct wire_syscall: any other system call, see wire_calls.h */
	WIRE_NET,     /* struct wire_net: an IP, raw or packet socket */
	WIRE_KIND_END
};

/* wire_header.flags */
#define WIRE_F_CONTEXT	      1u  /* only sent so that later events can be explained */
#define WIRE_F_BLOCKED	      2u  /* the act was denied; wire ret says by which errno */
#define WIRE_F_WATCHED	      4u  /* the kernel's prefilter matched (else: sent because of --all) */
#define WIRE_F_COMPAT	      8u  /* by a 32-bit system call */
#define WIRE_F_TRUNC	      16u /* some blob was cut; the blob itself says how long it was */
#define WIRE_F_SET	      32u /* which of the two prefilters was asked: that of the rules that judge */
#define WIRE_F_TIER(tier)     ((tier) << 6) /* by which kind of hook it was seen: WIRE_TIER_* */
#define WIRE_F_TIER_OF(flags) ((flags) >> 6 & 3u)
#define WIRE_F_IO_URING	      256u /* through io_uring; the call is what would have done it */

#define WIRE_TIER_TRACEPOINT 0u
#define WIRE_TIER_FENTRY     1u
#define WIRE_TIER_LSM	     2u
#define WIRE_TIER_KPROBE     3u

#define WIRE_SHARES_LOG 10
#define WIRE_SHARES	(1u << WIRE_SHARES_LOG)

/* What the kernel side counts of a container's share of the ring. */
struct wire_share {
	__u64 in;     /* bytes put into the ring */
	__u64 lost;   /* records that were not, for want of room */
	__u64 cgroup; /* whose the last of those was */
	__u64 hier;
};

/*
 * What the reader does, so that it is woken only when it sleeps and must know: RUNNING needs no
 * wake-up; BATCH sleeps for some ms and wants one for urgent records and a filling ring; IDLE
 * wants one for anything. The kernel side sets it back to RUNNING when it has woken the reader.
 */
#define WIRE_READER_RUNNING 0u
#define WIRE_READER_BATCH   1u
#define WIRE_READER_IDLE    2u

/* Key and value of the map "cgroup_names": the name chain, for who missed the record about it. */
struct wire_cgroup_key {
	__u64 cgroup;
	__u64 hier;
};

#define WIRE_CGROUP_PATH_MAX 512
struct wire_cgroup_name {
	__u32 len; /* as wire_blob.full and the path behind it lie in struct wire_cgroup */
	char path[WIRE_CGROUP_PATH_MAX];
};

struct wire_blob {
	__u16 off;  /* from the start of the record */
	__u16 len;  /* bytes present, no terminating NUL */
	__u32 full; /* bytes that there were; more than len: cut */
};

struct wire_header {
	__u32 size; /* of the whole record */
	__u16 kind; /* enum wire_kind */
	__u16 flags;
	__u32 cpu;
	__u32 share; /* which share of the ring it counts to: less than WIRE_SHARES */
	__u64 seq;   /* per cpu, from 1, without gaps as produced: a gap is a loss */
	__u64 time;  /* CLOCK_BOOTTIME, ns */
};

/* wire_creds.root: judged on the effective and on the file system uid. */
#define WIRE_ROOT_NONE	 0u
#define WIRE_ROOT_USERNS 1u /* root of its own user namespace, another uid on the host */
#define WIRE_ROOT_HOST	 2u /* uid 0 here is uid 0 on the host */

struct wire_creds {
	__u32 uid, euid, suid, fsuid; /* as the initial user namespace (the host) sees them */
	__u32 gid, egid, sgid, fsgid;
	__u32 ns_uid, ns_euid; /* as the task's own user namespace sees them; (u32)-1: unmapped */
	__u32 ns_gid, ns_egid;
	__u64 cap_effective, cap_permitted, cap_inheritable, cap_bset;
	__u32 user_ns; /* inode number of the user namespace */
	__u32 root;    /* WIRE_ROOT_* */
};

struct wire_task {
	__u64 start;	   /* of the process (thread group leader), CLOCK_BOOTTIME ns */
	__u64 cgroup;	   /* kernfs id of the cgroup that names it; with cgroup_hier the key */
	__u32 cgroup_hier; /* 0: cgroup v2, else the v1 hierarchy's id */
	__u32 tid, pid;	   /* as the initial pid namespace sees them; pid is the thread group */
	__u32 vtid, vpid;  /* in the task's own pid namespace */
	__u32 ppid;	   /* real parent's thread group, initial pid namespace */
	__u32 loginuid;	   /* (u32)-1: unset */
	__u32 sid;	   /* session, initial pid namespace */
	__u32 pid_ns, mnt_ns;
	__u32 flags; /* WIRE_TASK_* */
	__u32 pad;
	char comm[WIRE_COMM_LEN];
	char pcomm[WIRE_COMM_LEN]; /* real parent's */
};

#define WIRE_TASK_CGROUP_ID    1u /* the cgroup chain holds a 64-hex container id */
#define WIRE_TASK_FOREIGN_NS   2u /* pid and mount namespaces are not the host's */
#define WIRE_TASK_NO_NEW_PRIVS 4u
#define WIRE_TASK_SECCOMP      8u  /* seccomp mode is not 0 */
#define WIRE_TASK_HOST_MNT     16u /* sees the host's mounts: its mount namespace is the host's */

/*
 * A file by its three identities. The blob sbpath is the path inside its own superblock. Seen
 * from the mount it was reached through, the path starts at sbpath + mnt_off, and mnt_off is
 * preceded by where the mount lies: path in the mount namespace = mntpath + sbpath[mnt_off..].
 * If the file lies on the container's own root filesystem, sbpath[root_off..] is its path from
 * the container's root, whatever mount it was reached through.
 */
struct wire_file {
	__u64 ino;
	__u32 dev; /* kernel encoding: major << 20 | minor */
	__u32 rdev;
	__u32 mode;	/* umode_t of the inode */
	__u32 uid, gid; /* owner, host view */
	__u32 nlink;
	__u32 fs_magic;
	__u32 flags; /* WIRE_FILE_* */
	__u32 mnt_id;
	__u16 mnt_off;
	__u16 root_off;
	struct wire_blob sbpath;
	struct wire_blob mntpath; /* "" when the mount is the root of the mount namespace */
	/* WIRE_FILE_STACKED: the file behind it, and its path inside its own superblock. */
	__u64 real_ino;
	__u32 real_dev;
	__u32 real_flags; /* WIRE_FILE_BLOCKDEV */
	struct wire_blob real;
	char fstype[WIRE_FSTYPE_LEN]; /* up to its NUL; what lies behind that is of no meaning */
};

#define WIRE_FILE_ROOTFS   1u /* on the container's own root filesystem: root_off is valid */
#define WIRE_FILE_BIND	   2u /* the mount shows only a part of its superblock (bind mount) */
#define WIRE_FILE_BLOCKDEV 4u /* the superblock lies on a block device */
#define WIRE_FILE_DELETED  8u /* unlinked: no name leads to it any more */
#define WIRE_FILE_MEMFD	   16u
#define WIRE_FILE_UPPER	   32u	/* overlay: in the writable layer */
#define WIRE_FILE_LOWER	   64u	/* overlay: in a read-only image layer */
#define WIRE_FILE_DETACHED 128u /* its mount is not attached to the task's mount namespace */
#define WIRE_FILE_CREATED  256u /* this very call made the file */
#define WIRE_FILE_CUT	   512u /* path too deep or too long: its head is missing */
/* On an overlay that is not the container's own: what it does is done to another file. */
#define WIRE_FILE_STACKED 1024u
#define WIRE_FILE_WHOLE	  2048u /* with CUT: all that lies below the mount is there */

struct wire_cgroup {
	struct wire_header h;
	__u64 cgroup;
	__u32 cgroup_hier;
	__u32 flags;	       /* WIRE_TASK_CGROUP_ID */
	struct wire_blob path; /* from the hierarchy's root, with leading '/' */
};

struct wire_fork {
	struct wire_header h;
	__u64 parent_start, child_start;
	__u64 cgroup;
	__u32 cgroup_hier;
	__u32 parent_pid, child_pid, child_vpid;
};

struct wire_exec {
	struct wire_header h;
	struct wire_task t;
	struct wire_creds c;
	struct wire_creds prev;
	struct wire_file exe; /* mm->exe_file: for a script the interpreter */
	__u32 flags;	      /* WIRE_EXEC_* */
	__u32 pad;
	__u64 argv_hash;	    /* WIRE_EXEC_HASH: FNV-1a (64 bits) of all the arguments */
	__s64 exe_ctime, exe_mtime; /* of the inode of exe, CLOCK_REALTIME ns */
	__u64 init_start; /* of process 1 of the task's pid namespace, CLOCK_BOOTTIME ns; 0: it is
			     the host's */
	/* Standard input and output where they are pipes: which pipes; 0: they are none. */
	__u64 pipe_in, pipe_out;
	struct wire_blob filename; /* what execve was asked for: for a script, the script */
	struct wire_blob interp;   /* bprm->interp; differs from filename for a script */
	struct wire_blob argv;	   /* NUL-separated, head when cut */
	struct wire_blob argv_tail;
	struct wire_blob cwd;
	struct wire_blob tty;	/* empty: none */
	struct wire_blob input; /* the path of a regular file that is its standard input */
};

#define WIRE_EXEC_PREV	 1u /* prev is known */
#define WIRE_EXEC_SCRIPT 2u /* filename is a script, exe its interpreter */
#define WIRE_EXEC_SUID	 4u /* euid changed by the SUID bit, and was not the real uid */
#define WIRE_EXEC_SGID	 8u
#define WIRE_EXEC_FCAPS	 16u  /* permitted capabilities grew though the uid did not rise */
#define WIRE_EXEC_SECURE 32u  /* the kernel set AT_SECURE */
#define WIRE_EXEC_NET	 128u /* its standard input or output is a network connection */
#define WIRE_EXEC_HASH	 256u /* argv was cut, and argv_hash is that of the whole */
#define WIRE_EXEC_FDPATH 64u  /* execveat with an empty path: filename is /dev/fd/N */
#define WIRE_EXEC_INMEM	 512u /* its standard input is a memfd */

struct wire_exit {
	struct wire_header h;
	struct wire_task t;
	__u32 code; /* wait status, as waitpid gives it */
	__u32 euid; /* host view */
};

#define WIRE_SETID_GROUPS 16

struct wire_setid {
	struct wire_header h;
	struct wire_task t;
	struct wire_creds c;
	struct wire_creds prev;
	__u32 call;  /* WIRE_CALL_*; NONE: noticed at another act */
	__u32 flags; /* WIRE_SETID_* */
	struct wire_blob cwd;
	__u32 groups_n; /* of setgid and its like: the supplementary groups that it has now */
	__u32 groups[WIRE_SETID_GROUPS]; /* the first of them, in order */
	__u32 pad;
};

#define WIRE_SETID_PREV	 1u /* prev is known */
#define WIRE_SETID_RISEN 2u /* no call and no exec can have led from prev to c */
#define WIRE_SETID_GROUP 4u /* one of its groups is root's now, and none was */

/* Which system call, whatever its number on this architecture. */
#define WIRE_CALL_NONE		    0u
#define WIRE_CALL_OPEN		    1u
#define WIRE_CALL_OPENAT	    2u
#define WIRE_CALL_OPENAT2	    3u
#define WIRE_CALL_CREAT		    4u
#define WIRE_CALL_OPEN_BY_HANDLE_AT 5u
#define WIRE_CALL_RECVMSG	    6u /* of what it received: an open file */
#define WIRE_CALL_MMAP		    7u /* of a file that can be written through it */
#define WIRE_CALL_SETUID	    8u
#define WIRE_CALL_SETREUID	    9u
#define WIRE_CALL_SETRESUID	    10u
#define WIRE_CALL_SETFSUID	    11u
#define WIRE_CALL_SETGID	    12u
#define WIRE_CALL_SETREGID	    13u
#define WIRE_CALL_SETRESGID	    14u
#define WIRE_CALL_SETFSGID	    15u
#define WIRE_CALL_SETGROUPS	    16u
#define WIRE_CALL_CONNECT	    17u
#define WIRE_CALL_BIND		    18u
#define WIRE_CALL_LISTEN	    19u
#define WIRE_CALL_ACCEPT	    20u
#define WIRE_CALL_ACCEPT4	    21u
#define WIRE_CALL_SENDTO	    22u
#define WIRE_CALL_SENDMSG	    23u
#define WIRE_CALL_SENDMMSG	    24u
#define WIRE_CALL_SOCKET	    25u
#define WIRE_CALL_DUP		    26u
#define WIRE_CALL_DUP2		    27u
#define WIRE_CALL_DUP3		    28u
/* Those of wire_calls.h follow. */
enum wire_call {
	WIRE_CALL_BEFORE = WIRE_CALL_DUP3,
#define WIRE_CALL_ROW(id, ...) WIRE_CALL_##id,
	WIRE_CALLS(WIRE_CALL_ROW)
#undef WIRE_CALL_ROW
		WIRE_CALL_END
};
#define WIRE_CALL_FIRST (WIRE_CALL_BEFORE + 1) /* of a WIRE_SYSCALL */
#define WIRE_CALLS_MAX	256
_Static_assert(WIRE_CALL_END <= WIRE_CALLS_MAX, "a call is a byte");

/* A set of calls. */
struct wire_calls {
	__u64 w[WIRE_CALLS_MAX / 64];
};

static inline int wire_calls_has(const struct wire_calls *s, __u32 call)
{
	return s->w[call % WIRE_CALLS_MAX / 64] >> call % 64 & 1;
}

static inline void wire_calls_add(struct wire_calls *s, __u32 call)
{
	s->w[call % WIRE_CALLS_MAX / 64] |= 1ull << call % 64;
}

/* setgid and its like. */
static inline int wire_call_is_setgid(__u32 call)
{
	return call - WIRE_CALL_SETGID <= WIRE_CALL_SETGROUPS - WIRE_CALL_SETGID;
}

#define WIRE_HANDLE_MAX 136 /* struct file_handle with its MAX_HANDLE_SZ bytes */

/* Opens, changes of uids, connects: sent whatever the rules say, or filtered by other means. */
static inline int wire_call_always(__u32 call)
{
	return call != WIRE_CALL_NONE && call <= WIRE_CALL_CONNECT && call != WIRE_CALL_MMAP &&
	       !wire_call_is_setgid(call);
}

static inline int wire_call_is_open(__u32 call)
{
	return call - WIRE_CALL_OPEN <= WIRE_CALL_MMAP - WIRE_CALL_OPEN;
}

/* A bit of wire_prefilter.dull; 0: the call never is. */
static inline __u32 wire_call_dull(__u32 call)
{
	__u32 n = call - WIRE_CALL_DULL_FIRST, modes = call - WIRE_CALL_CHMOD;

	if (n <= WIRE_CALL_DULL_LAST - WIRE_CALL_DULL_FIRST)
		return 1u << n;
	return modes <= WIRE_CALL_FCHOWNAT - WIRE_CALL_CHMOD ? 1u << (16 + modes) : 0;
}

/* The four chmod and the four chown. */
static inline int wire_call_is_chmod(__u32 call)
{
	return call - WIRE_CALL_CHMOD <= WIRE_CALL_FCHMODAT2 - WIRE_CALL_CHMOD;
}

static inline int wire_call_is_chown(__u32 call)
{
	return call - WIRE_CALL_CHOWN <= WIRE_CALL_FCHOWNAT - WIRE_CALL_CHOWN;
}

/* A mode that lets nobody but the owner do more than before, nor anybody run it as another. */
#define WIRE_MODE_TOLD 06026u /* S_ISUID, S_ISGID, S_IWGRP, S_IROTH, S_IWOTH */

/* An owner that is no news: root, or the one it has. */
static inline int wire_owner_is_dull(__u32 uid)
{
	return uid + 1 <= 1;
}

/*
 * Calls on files, by a path or a descriptor, that are only sent when a pattern matches what they
 * act upon, as of an open (wire_prefilter.compared), where the kernel side knows what that is.
 */
static inline int wire_call_placed(__u32 call)
{
	return call - WIRE_CALL_RENAME <= WIRE_CALL_MKNODAT - WIRE_CALL_RENAME ||
	       call - WIRE_CALL_FTRUNCATE <= WIRE_CALL_MKDIRAT - WIRE_CALL_FTRUNCATE;
}

struct wire_open {
	struct wire_header h;
	struct wire_task t;
	struct wire_creds c;
	struct wire_file f; /* all zero when blocked: nothing was opened */
	__u32 call;	    /* WIRE_CALL_* */
	__u32 oflags; /* f_flags of the file and what was asked for beside; blocked: asked for */
	__s32 ret;    /* descriptor, or -errno */
	__u32 flags;  /* WIRE_OPEN_* */
	__u32 prot, mapping; /* of mmap: PROT_* and MAP_*, as passed */
	struct wire_blob cwd;
	struct wire_blob asked; /* blocked only: the path as passed */
	/* Blocked and relative: path of the directory it starts at; by a handle: of the mount. */
	struct wire_blob base;
	__u32 magic; /* blocked and absolute: as in struct wire_syscall */
	__u32 pad;
};

#define WIRE_OPEN_NO_FD	 1u /* it succeeded, and which descriptor it got was not known yet */
#define WIRE_OPEN_HANDLE 2u /* blocked, by a handle: asked is the struct file_handle */

struct wire_connect {
	struct wire_header h;
	struct wire_task t;
	struct wire_creds c;
	__s32 ret;
	__u32 flags; /* WIRE_CONNECT_* */
	__u64 ino;   /* of the bound socket file; 0: abstract or unnamed */
	__u32 dev;
	__u32 peer_pid;	   /* initial pid namespace; 0: unknown */
	__u32 peer_pid_ns; /* of the listening process */
	__u32 peer_cgroup_hier;
	__u64 peer_cgroup;
	char peer_comm[WIRE_COMM_LEN];
	struct wire_blob name;	/* the listener's bound sun_path; abstract: without its NUL */
	struct wire_blob path;	/* the listener's socket file, path in its own mount */
	struct wire_blob asked; /* the client's own spelling */
	struct wire_blob cwd;
};

#define WIRE_CONNECT_ABSTRACT	    1u
#define WIRE_CONNECT_PEER	    2u /* the listener is known */
#define WIRE_CONNECT_PEER_CONTAINER 4u /* and runs in a container */
#define WIRE_CONNECT_PEER_SAME	    8u /* and in the very container of the client */
#define WIRE_CONNECT_ASKED_ABSTRACT 16u
#define WIRE_CONNECT_UNCONNECTED    32u /* by a datagram with its address, not by a connect */

/* An address of the Internet: 16 bytes as in IPv6; one of IPv4 as ::ffff:a.b.c.d. */
struct wire_address {
	__u64 w[2];
};

/*
 * What became of a socket. Family, type and protocol are those of the socket, not those that were
 * asked for; so are the addresses, but for WIRE_NET_ASKED. A field is 0 when there is no such.
 */
struct wire_net {
	struct wire_header h;
	struct wire_task t;
	struct wire_creds c;
	struct wire_address local, remote;
	__u32 call; /* WIRE_CALL_CONNECT, ... */
	__s32 ret;
	__u32 flags; /* WIRE_NET_* */
	__u32 net_ns;
	__u16 local_port, remote_port;
	__u16 family, type, protocol;
	__u16 mode;  /* of a dup, whose descriptor may be no socket: of its inode */
	__s32 oldfd; /* and which descriptor it was made from */
	struct wire_blob cwd;
	struct wire_blob path; /* of a dup: of a file's descriptor where it lies */
};

#define WIRE_NET_ASKED	   1u /* the server's address is the one that was passed */
#define WIRE_NET_HOST	   2u /* in the network namespace of the host */
#define WIRE_NET_FASTOPEN  4u /* sendto and the like: it opens a connection (MSG_FASTOPEN) */
#define WIRE_NET_CONNECTED 8u /* TCP: established when the call returned */
/* Of a dup: standard input, and standard output or error, are IP sockets now. */
#define WIRE_NET_STDIO 16u

#define WIRE_SYSCALL_ARGS  5
#define WIRE_SYSCALL_WORDS 3 /* WIRE_CALL_WORD */
#define WIRE_SYSCALL_ALL   (WIRE_SYSCALL_ARGS + WIRE_SYSCALL_WORDS)
#define WIRE_SYSCALL_PATHS 2

/*
 * A system call as it was made. What its paths really are where a hook has noted it before the act
 * (f, and no base then); else they were not looked up, and can name something else by now.
 */
struct wire_syscall {
	struct wire_header h;
	struct wire_task t;
	struct wire_creds c;
	__u64 args[WIRE_SYSCALL_ALL]; /* as passed, then the words */
	__u32 call;		      /* WIRE_CALL_FIRST and up */
	__s32 ret;
	struct wire_blob cwd;
	struct wire_blob asked[WIRE_SYSCALL_PATHS]; /* as passed */
	/*
	 * Where it starts when it is relative; of a descriptor the path of its file. Of an absolute
	 * one where the descriptor lies that its first magic[] bytes would lead to if they named
	 * the task's own ones (/proc/self/fd/3); 0: they do not.
	 */
	struct wire_blob base[WIRE_SYSCALL_PATHS];
	__u32 magic[WIRE_SYSCALL_PATHS];
	/* What is made by the call has a path and no inode. All zero: not known. */
	struct wire_file f[WIRE_SYSCALL_PATHS];
};

/* Largest record: exec, with its blobs (argv counts once: head and tail share WIRE_ARGV_MAX). */
#define WIRE_RECORD_MAX (24u * 1024u)

/* Counters, one array entry per CPU each (map "counters"). */
enum wire_counter {
	WIRE_C_PRODUCED,  /* records numbered; delivered + all lost ones */
	WIRE_C_LOST_RING, /* ring full */
	WIRE_C_LOST_BUSY, /* no room: for a record (a program was interrupted by itself), or for one
			     more call of io_uring's under way */
	WIRE_C_LOST_READ, /* the object was gone or unreadable before it could be described */
	WIRE_C_BYTES,	  /* submitted */
	WIRE_C_EVICTED,	  /* a task's earlier credentials were not known when needed */
	WIRE_C_END
};

/* Copies of programs, as both sides see them: bpf/turn.bpf.h, user/source/turns.c. */

/* On a processor beyond these the first alone works. */
#define WIRE_TURN_CPUS 1024

/* The programs that there may be copies of. */
enum wire_turn {
	WIRE_TURN_SYSCALL,
	WIRE_TURN_OPENED,
	WIRE_TURN_RECEIVED,
	WIRE_TURN_MAPPED,
	WIRE_TURN_END
};

/* Of one processor: a line of its cache. */
struct wire_turns {
	__u32 seen[WIRE_TURN_END]; /* the thread whose act the copy before this one saw */
	__u32 pad[16 - WIRE_TURN_END];
};
_Static_assert(sizeof(struct wire_turns) == 64, "a cache line");

#include "wire_prefilter.h"

#endif /* ROOTWATCH_WIRE_H */
