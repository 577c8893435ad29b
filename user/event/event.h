/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one thing that all stages share: an event as it happened, decoded from the wire, and what
 * identify and enrich added. Strings point into the record (or into the container, the process);
 * they are valid until the event has left the pipeline.
 */
#ifndef ROOTWATCH_EVENT_EVENT_H
#define ROOTWATCH_EVENT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/str.h"
#include "wire.h"

struct container; /* container/container.h */
struct process;	  /* process/process.h */
struct process_table;

enum event_kind {
	EVENT_NONE,
	EVENT_CGROUP, /* context: never printed */
	EVENT_FORK,   /* context: never printed */
	EVENT_EXEC,
	EVENT_EXIT,
	EVENT_SETID,
	EVENT_OPEN,
	EVENT_CONNECT,
	EVENT_SYSCALL, /* any other system call */
	EVENT_NET,     /* an IP, raw or packet socket */
	EVENT_KIND_END
};

struct event_task {
	uint64_t start; /* of the process, CLOCK_BOOTTIME ns: (pid, start) names a process */
	uint64_t cgroup;
	uint32_t cgroup_hier;
	uint32_t tid, pid, vtid, vpid, ppid;
	uint32_t loginuid; /* UINT32_MAX: unset */
	uint32_t sid;
	uint32_t pid_ns, mnt_ns;
	uint32_t flags; /* WIRE_TASK_* */
	struct str comm, pcomm;
};

/*
 * A file by its three identities; see struct wire_file. A path whose head is missing (too deep,
 * too long) begins with PATH_CUT of base/path.h, so that it is not taken for an absolute one.
 */
struct event_file {
	bool known; /* false: no file; all below is empty, but for path when open.unresolved */
	uint64_t ino;
	uint32_t dev, rdev; /* major << 20 | minor */
	uint32_t mode, uid, gid, nlink, fs_magic;
	uint32_t flags; /* WIRE_FILE_* */
	uint32_t mnt_id;
	struct str path;     /* in the task's mount namespace */
	struct str rootpath; /* from the container's own root; p is NULL when it came by a mount */
	struct str sbpath;   /* inside its own superblock; of a stacked one the overlay's */
	/* WIRE_FILE_STACKED only: the file behind it. hostpath is that one's. */
	uint64_t real_ino;
	uint32_t real_dev, real_flags;
	struct str realpath; /* inside its superblock */
	struct str hostpath; /* where the host's own mounts show it; p NULL: nowhere, or unknown */
	struct str fstype;
};

/* The programs at the other end of a pipe, and through their pipes further on; nearest first. */
#define EVENT_PIPED_MAX 32
struct event_piped {
	uint32_t n;
	struct str names[EVENT_PIPED_MAX];
};

struct event_exec {
	struct event_file exe;
	uint32_t flags; /* WIRE_EXEC_* */
	bool script;
	struct str filename, interp;
	struct str argv, argv_tail; /* NUL-separated; the tail only when cut */
	uint32_t argv_len;	    /* of all arguments, bytes */
	bool hashed;		    /* they were cut, and argv_hash is of all of them */
	uint64_t argv_hash;
	int64_t exe_ctime, exe_mtime; /* of the program's inode, CLOCK_REALTIME ns; 0: not known */
	uint64_t init_start; /* of process 1 of the pid namespace, CLOCK_BOOTTIME ns; 0: the host's */
	/* Added by enrich: the same of a script, or of what a loader was told to run; 0: not known.
	 */
	int64_t loaded_ctime;
	struct str tty;
	uint64_t pipe_in, pipe_out; /* which pipes standard input and output are; 0: none */
	struct str input;	    /* the file that is its standard input, "memfd:"; "": none */
	/* Added by enrich, and its own: who writes into the one, who reads the other; or NULL. */
	const struct event_piped *from, *to;
};

struct event_exit {
	uint32_t code; /* wait status */
};

struct event_setid {
	uint32_t call;	   /* WIRE_CALL_*; NONE: no call did it, it was noticed at another act */
	bool risen;	   /* no call and no exec can have led from prev to creds */
	bool group;	   /* one of its groups is root's now, and none was */
	uint32_t groups_n; /* supplementary ones, of setgid and its like; the first of them: */
	uint32_t groups[WIRE_SETID_GROUPS];
};

struct event_open {
	struct event_file file;
	uint32_t call, oflags;
	uint32_t prot, mapping; /* of mmap: PROT_* and MAP_* */
	bool write;		/* opened for writing, created or truncated */
	bool created;
	bool no_fd;	  /* done, and which descriptor it got is not known */
	bool unresolved;  /* blocked: file.path is what was asked for, made absolute lexically */
	struct str asked; /* blocked: as passed */
	/* Blocked, by a handle: struct file_handle, and the path of a file on its file system. */
	struct str handle, handle_at;
};

struct event_connect {
	struct str name;  /* the listener's bound name */
	struct str path;  /* its socket file's path, in the listener's own mount */
	struct str asked; /* the client's spelling */
	uint64_t ino;
	uint32_t dev;
	uint32_t flags; /* WIRE_CONNECT_* */
	uint32_t peer_pid, peer_pid_ns;
	struct str peer_comm;
};

/*
 * Of a path over a magic link of the task to what is its own (/proc/self/fd/3/x, /proc/self/cwd/x):
 * where that lies, and what is left of the path behind it. base.p NULL: it is none.
 */
struct event_magic {
	struct str base, rest;
};

/*
 * A path of a system call. named is made absolute by the letter, with what was known of where it
 * starts: links in it were not followed. "" where there is none, or not known.
 */
struct event_call_path {
	struct str asked; /* as passed */
	struct str base;  /* where it starts when it is relative; full > len: its head is missing */
	struct event_magic magic;
	struct str named;
	struct str
		path; /* where it led soon after the call (resolved), or by magic, or else named */
	bool resolved;
	struct str rootpath; /* as of an event_file; p NULL: not there, or not known */
	struct str hostpath;
	/*
	 * Known: noted by the kernel side before the act, and path is its own (links followed).
	 * What the call makes has no inode yet.
	 */
	struct event_file file;
};

struct event_syscall {
	uint32_t call;			 /* WIRE_CALL_*, of those of wire_calls.h */
	uint64_t args[WIRE_SYSCALL_ALL]; /* as passed, then WIRE_CALL_WORD */
	struct event_call_path paths[WIRE_SYSCALL_PATHS];
};

/* One end of a connection: what listens is the server, also when it is this process. */
struct event_end {
	bool known;
	struct address address;
	uint16_t port;
};

struct event_net {
	uint32_t call;	/* WIRE_CALL_CONNECT, ... */
	uint32_t flags; /* WIRE_NET_* */
	uint32_t net_ns;
	uint16_t family, type, protocol;
	struct event_end client, server;
	/* Of a dup, which may be of any file. */
	uint16_t mode;
	int32_t oldfd;
	struct str path; /* of a file: where it lies; "": not known */
};

struct event {
	enum event_kind kind;
	uint64_t num;	/* of this stream, from 1; 0 for context */
	uint64_t time;	/* CLOCK_REALTIME, ns */
	uint64_t btime; /* CLOCK_BOOTTIME, ns */
	uint64_t seq;
	uint32_t cpu;
	bool context, blocked, watched, compat, truncated;
	bool io_uring; /* asked for through io_uring, not by a system call of its own */
	uint32_t tier; /* WIRE_TIER_*: by which kind of hook it was seen */
	uint32_t set;  /* which of the two filters let it pass: source_filter() */
	int32_t ret;   /* result: >= 0, or -errno */
	struct event_task task;
	struct wire_creds creds; /* of an EVENT_EXIT: euid only, until enrich added the others */
	struct wire_creds prev;
	bool prev_known;
	struct str cwd;
	union {
		struct wire_cgroup cgroup;
		struct wire_fork fork;
		struct event_exec exec;
		struct event_exit exit;
		struct event_setid setid;
		struct event_open open;
		struct event_connect connect;
		struct event_syscall sys;
		struct event_net net;
	};
	struct str cgroup_path; /* EVENT_CGROUP only */

	/* Added by identify and enrich; owned by their caches. */
	const struct container *container; /* NULL: not in a container */
	const struct process *process;	   /* NULL: never seen; task still says the basics */
	const struct process *parent;
	const struct process_table *processes; /* for further ancestors; NULL: not known */
};

/* Lies on an overlay that is not the container's own: another file is behind it. */
static inline bool event_file_stacked(const struct event_file *f)
{
	return f->flags & WIRE_FILE_STACKED;
}

/* WIRE_CALL_* of what has one: an open, a change of ids, a call, a call on a socket; else _NONE. */
uint32_t event_call_id(const struct event *e);

/* As which kinds of events a call (not WIRE_CALL_NONE) is told: bits 1u << EVENT_*. */
unsigned event_call_kinds(uint32_t call);

/* Falco's evt.type of an event: "execve", "openat", ... never NULL. */
const char *event_type(const struct event *e);

/* A handle's type and bytes: "1:e8030000a1b2c3d4"; "" when it could not be read. */
#define EVENT_HANDLE_TEXT (2 * WIRE_HANDLE_MAX + 16)
struct str event_handle(struct str handle, char buf[static EVENT_HANDLE_TEXT]);

/* The supplementary groups that a call of setgid's family left, as the host numbers them: "0,27". */
#define EVENT_GROUPS_TEXT (WIRE_SETID_GROUPS * 11 + 4)
struct str event_groups(const struct event_setid *s, char buf[static EVENT_GROUPS_TEXT]);

/* The system call's name for WIRE_CALL_*, "" for none. */
const char *event_call_name(uint32_t call);

/* What is known of a system call of an EVENT_SYSCALL: its row of wire_calls.h. */
struct event_call {
	const char *name;
	uint8_t path[WIRE_SYSCALL_PATHS]; /* numbers of arguments, from 1; 0: none */
	uint8_t dir[WIRE_SYSCALL_PATHS];
	uint8_t fd, mode, flags;
	uint8_t flag_names;			   /* WIRE_CALL_FLAGS_* */
	const char *path_name[WIRE_SYSCALL_PATHS]; /* in evt.arg.*; "" for none */
};

/* NULL: the call is none of those. */
const struct event_call *event_call(uint32_t call);

/* Argument n of an EVENT_SYSCALL, counted from 1; 0 when there is no such. */
uint64_t event_call_arg(const struct event_syscall *s, unsigned n);

/* The path at which something appears or changes, and the other one, where it came from. */
struct str event_call_changed(const struct event_syscall *s);
struct str event_call_from(const struct event_syscall *s);
/* rename and its kin: two paths at which something changes. */
bool event_call_renames(const struct event_syscall *s);

/* All of the first of them; NULL: there is none. */
const struct event_call_path *event_call_target(const struct event_syscall *s);

/*
 * The file that the call changes, makes another name of, moves or removes; NULL: it was not noted
 * before the act, or is made by it.
 */
const struct event_file *event_call_file(const struct event_syscall *s);

/* It is as asked for: nobody looked where links in it led. */
bool event_call_unresolved(const struct event_syscall *s);

/* Where that path leads can be found out: it is one, and the call has not changed what it means. */
bool event_call_leads(const struct event_syscall *s, size_t i);

/* Is its second path no other file, but the name of something that the first one has? */
bool event_call_of_attribute(const struct event_syscall *s);

/* Of chown and its like: the uid that the file gets; UINT32_MAX: it keeps the one it has. */
uint32_t event_call_owner(const struct event_syscall *s);

/* What a call means by the end of a path. */
enum event_call_end {
	EVENT_CALL_NAME,    /* a name in a directory: what is made, removed or renamed */
	EVENT_CALL_OBJECT,  /* what is there, be it a link or what was mounted on the name */
	EVENT_CALL_FOLLOWS, /* and where a link leads to */
};

/* Of its path i. */
enum event_call_end event_call_end(const struct event_syscall *s, size_t i);

/*
 * In words, in buf; "" when the call has none: flags ("MS_BIND|MS_REC"), the mode
 * ("S_ISUID|S_IXUSR"), and what a ptrace, an ioctl or the like asks for ("PTRACE_ATTACH"). Then its
 * arguments as numbers.
 */
#define EVENT_CALL_TEXT 512
struct str event_call_flags(const struct event_syscall *s, char buf[static EVENT_CALL_TEXT]);
struct str event_call_mode(const struct event_syscall *s, char buf[static EVENT_CALL_TEXT]);
struct str event_call_request(const struct event_syscall *s, char buf[static EVENT_CALL_TEXT]);
struct str event_call_args(const struct event_syscall *s, char buf[static EVENT_CALL_TEXT]);

/* Of an mmap, likewise: "PROT_READ|PROT_WRITE", "MAP_SHARED". */
struct str event_mapping_prot(const struct event_open *o, char buf[static EVENT_CALL_TEXT]);
struct str event_mapping_flags(const struct event_open *o, char buf[static EVENT_CALL_TEXT]);

/*
 * Which argument of a call, from 1, says what it asks for (0: none does); the name of request n of
 * those that are known, NULL behind the last one, and its number.
 */
unsigned event_call_request_arg(uint32_t call);
const char *event_call_request_name(uint32_t call, size_t n);
uint64_t event_call_request_number(uint32_t call, size_t n);

/*
 * The arguments of an exec with blanks between them, in scratch; "" when there are none. Where they
 * were cut, " ... " stands for what is missing.
 */
#define EVENT_ARGV_SCRATCH (2 * WIRE_ARGV_MAX + 8)
struct str event_argv(const struct event_exec *x, char scratch[static EVENT_ARGV_SCRATCH]);

/* Are arguments missing from argv and argv_tail? */
static inline bool event_argv_cut(const struct event_exec *x)
{
	return x->argv_tail.len > 0 || x->argv.full > x->argv.len;
}

/* The hash of the arguments in 16 hex digits; "" when there is none. */
#define EVENT_HASH_TEXT 17
struct str event_argv_hash(const struct event_exec *x, char buf[static EVENT_HASH_TEXT]);

/* argv[0]; "" when there is none. */
struct str event_argv0(const struct event_exec *x);

/* The name of a socket by what is known best of it. *abstract: it is no path. */
struct str event_socket(const struct event_connect *c, bool *abstract);

/* True when the process is the server: it was bound, listens or accepted. */
bool event_net_serves(const struct event_net *n);
/* Is it a dup, dup2 or dup3? */
static inline bool event_net_dup(const struct event_net *n)
{
	return n->call >= WIRE_CALL_DUP && n->call <= WIRE_CALL_DUP3;
}
/* Of an IP socket: '4', '6' or, of another family, 0. Of a dup of something else: 'f', 'd', 'p',
 * 'u'. An address of IPv4 on a socket of IPv6 is one of IPv4. */
char event_net_typechar(const struct event_net *n);
/* "tcp", "udp", "icmp" or "raw"; "" for others. */
struct str event_net_l4proto(const struct event_net *n);
/* "AF_INET" and the like. */
struct str event_net_family(const struct event_net *n);
/* "client:port->server:port", or the server only, in buf, or a file's path; "" when none is known. */
#define EVENT_NET_TEXT (2 * ADDRESS_TEXT + 16)
struct str event_net_name(const struct event_net *n, char buf[static EVENT_NET_TEXT]);

/*
 * Is the absolute path asked one over a magic link of task t to what is its own? Fills *m then.
 * cwd: of the task. base: of the descriptor that the path's first `found` bytes lead to, if they
 * name one of t's (struct wire_syscall); found 0: of none.
 */
bool event_magic(struct event_magic *m, const struct event_task *t, struct str asked,
		 struct str cwd, struct str base, uint32_t found);

/*
 * How many bytes of an absolute path are a magic link of any process by its number (/proc/7/fd/3,
 * /proc/7/cwd, /proc/7/root), and how many of them, in *pid, its folder; 0: it begins with none.
 */
uint32_t event_magic_link(struct str path, uint32_t *pid);

/* A device number in stat(2)'s encoding, which is what others compare with. */
int64_t event_stat_dev(uint32_t dev);

/*
 * Decodes one record of size bytes at data. The event's strings point into data and scratch.
 * Every length and offset is checked. realtime_offset: ns to add to CLOCK_BOOTTIME.
 * Gives 0, -EPROTO for a malformed record, -ENOTSUP for a kind it does not know; *e is then
 * untouched.
 */
#define EVENT_SCRATCH (10 * WIRE_PATH_MAX)
int event_decode(struct event *e, const void *data, size_t size, int64_t realtime_offset,
		 char scratch[static EVENT_SCRATCH]);

#endif /* ROOTWATCH_EVENT_EVENT_H */
