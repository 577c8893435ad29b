/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one list of fields: what output_fields holds, and what rules can ask for besides. The
 * formatter can only print what stands in FIELD_LIST, the tests check that it prints all of it, and
 * `rootwatch rules fields` shows both.
 *
 * A field that does not apply to a kind of event is absent; one that applies but whose value is
 * not known, or does not exist for this event, is null, never "".
 */
#ifndef ROOTWATCH_EVENT_FIELDS_H
#define ROOTWATCH_EVENT_FIELDS_H

#include <stdbool.h>

#include "event/event.h"

enum field_type {
	FIELD_STRING,
	FIELD_NUMBER,
	FIELD_BOOL,
	FIELD_STRINGS, /* rules only */
	FIELD_ADDRESS, /* of the Internet: a string in a line, compared as an address or a network */
};

/* What stands in the brackets behind it. */
enum field_argument {
	FIELD_ARG_NONE,
	FIELD_ARG_INDEX,
	FIELD_ARG_INDEX_OPTIONAL,
	FIELD_ARG_KEY,
	FIELD_ARG_VERB, /* "opened|open": what was done, and what was tried */
};

/* A condition beside the kind of event. */
enum field_when {
	FIELD_ALWAYS,
	FIELD_ALERT,   /* a rule matched */
	FIELD_BLOCKED, /* the act was denied */
	FIELD_CUT,     /* the arguments are not complete */
	FIELD_STACKED, /* the file lies on an overlay that is not the container's own */
};

/* Which lines carry it: one letter for each kind of event. */
#define FIELD_EXEC    (1u << EVENT_EXEC)
#define FIELD_EXIT    (1u << EVENT_EXIT)
#define FIELD_SETID   (1u << EVENT_SETID)
#define FIELD_OPEN    (1u << EVENT_OPEN)
#define FIELD_CONNECT (1u << EVENT_CONNECT)
#define FIELD_SYSCALL (1u << EVENT_SYSCALL)
#define FIELD_NET     (1u << EVENT_NET)
#define FIELD_LOST    (1u << EVENT_KIND_END) /* the line about lost events */
#define FIELD_START   (2u << EVENT_KIND_END) /* the first line */
#define FIELD_STATS   (4u << EVENT_KIND_END) /* a line of counters */

struct field {
	const char *name;
	enum field_type type;
	bool null; /* may be null */
	enum field_when when;
	unsigned kinds; /* FIELD_* bits */
	const char *meaning;
	const char *example; /* as JSON */
};

/* clang-format off */
#define FIELD_E     FIELD_EXEC
#define FIELD_S     FIELD_SETID
#define FIELD_O     FIELD_OPEN
#define FIELD_C     FIELD_CONNECT
#define FIELD_K     FIELD_SYSCALL
#define FIELD_N     FIELD_NET
#define FIELD_ES    (FIELD_E | FIELD_S)
#define FIELD_EO    (FIELD_E | FIELD_O)
#define FIELD_OC    (FIELD_O | FIELD_C)
#define FIELD_OCK   (FIELD_OC | FIELD_K)
#define FIELD_CN    (FIELD_C | FIELD_N)
#define FIELD_OCN   (FIELD_OC | FIELD_N)
#define FIELD_OK    (FIELD_O | FIELD_K)
#define FIELD_ON    (FIELD_O | FIELD_N)
#define FIELD_OKN   (FIELD_OK | FIELD_N)
#define FIELD_OCKN  (FIELD_OC | FIELD_K | FIELD_N)
#define FIELD_SOC   (FIELD_S | FIELD_OC)
#define FIELD_ACTS  (FIELD_E | FIELD_SOC | FIELD_K | FIELD_N) /* all but exit */
#define FIELD_EVENT (FIELD_ACTS | FIELD_EXIT)
#define FIELD_ALL   (FIELD_EVENT | FIELD_LOST | FIELD_START | FIELD_STATS)
#define FIELD_OWNED (FIELD_EVENT | FIELD_LOST)
#define FIELD_TOLD  (FIELD_EVENT | FIELD_START)

/* X(identifier, name, type, may be null, when, kinds, meaning, example) */
#define FIELD_LIST(X) \
X(SCHEMA, "rootwatch.schema", NUMBER, false, ALWAYS, ALL, \
  "version of this list; grows when a field changes or goes", "1") \
X(TIME, "evt.time", NUMBER, false, ALWAYS, ALL, \
  "when it happened, ns since 1970", "1795309323123456789") \
X(TYPE, "evt.type", STRING, false, ALWAYS, EVENT, \
  "the system call, or procexit", "\"openat\"") \
X(NUM, "evt.num", NUMBER, false, ALWAYS, EVENT, \
  "number of the event in this stream", "42") \
X(DIR, "evt.dir", STRING, false, ALWAYS, EVENT, \
  "always <: seen when the call returned", "\"<\"") \
X(RES, "evt.res", STRING, false, ALWAYS, ACTS, \
  "SUCCESS, or the error's name", "\"EACCES\"") \
X(RAWRES, "evt.rawres", NUMBER, true, ALWAYS, ACTS, \
  "what the call returned; negative: an error; null (to rules 0): done, by a hook that cannot tell the descriptor", "-13") \
X(IS_OPEN_WRITE, "evt.is_open_write", BOOL, false, ALWAYS, O, \
  "opened for writing, created or emptied", "true") \
X(IS_OPEN_READ, "evt.is_open_read", BOOL, false, ALWAYS, O, \
  "opened for reading", "false") \
X(ARG_FLAGS, "evt.arg.flags", STRING, true, ALWAYS, OK, \
  "flags of the open, or of the call; null: it has none", "\"O_WRONLY|O_CREAT\"") \
X(ARG_MODE, "evt.arg.mode", STRING, true, ALWAYS, K, \
  "the mode that was asked for; of an ACL the nearest: who is named in it is one of the others; " \
  "null: there is none", "\"S_ISUID|S_IRUSR|S_IXUSR\"") \
X(CALL_ARGS, "rootwatch.call.args", STRING, false, ALWAYS, K, \
  "the first five arguments as they were passed, in hexadecimal", "\"10 1092 0 0 0\"") \
X(PROC_NAME, "proc.name", STRING, true, ALWAYS, EVENT, \
  "the process's command name (comm)", "\"apt-get\"") \
X(PROC_EXEPATH, "proc.exepath", STRING, true, ALWAYS, EVENT, \
  "path of its program; of a script the interpreter", "\"/usr/bin/apt-get\"") \
X(PROC_EXE, "proc.exe", STRING, true, ALWAYS, E, \
  "first argument (argv[0]); rules know it of every event", "\"apt-get\"") \
X(PROC_ARGS, "proc.args", STRING, true, ALWAYS, E, \
  "the other arguments, with blanks between; likewise", "\"install -y curl\"") \
X(PROC_CMDLINE, "proc.cmdline", STRING, true, ALWAYS, EVENT, \
  "all arguments, with blanks between", "\"apt-get install -y curl\"") \
X(PROC_PID, "proc.pid", NUMBER, false, ALWAYS, EVENT, \
  "process id on the host", "4242") \
X(PROC_VPID, "proc.vpid", NUMBER, false, ALWAYS, EVENT, \
  "process id in the container", "7") \
X(PROC_PPID, "proc.ppid", NUMBER, false, ALWAYS, EVENT, \
  "the parent's process id on the host", "4200") \
X(PROC_PNAME, "proc.pname", STRING, true, ALWAYS, EVENT, \
  "the parent's command name", "\"sh\"") \
X(PROC_PEXEPATH, "proc.pexepath", STRING, true, ALWAYS, E, \
  "path of the parent's program; likewise", "\"/usr/bin/dash\"") \
X(PROC_CWD, "proc.cwd", STRING, true, ALWAYS, EVENT, \
  "working directory", "\"/root\"") \
X(PROC_TTY, "proc.tty", STRING, true, ALWAYS, EVENT, \
  "controlling terminal; null: none", "\"pts0\"") \
X(PROC_SID, "proc.sid", NUMBER, false, ALWAYS, EVENT, \
  "session id on the host", "4200") \
X(PROC_UPPER, "proc.is_exe_upper_layer", BOOL, true, ALWAYS, EVENT, \
  "the program lies in the container's writable layer", "false") \
X(PROC_LOWER, "proc.is_exe_lower_layer", BOOL, true, ALWAYS, E, \
  "the program lies in a read-only image layer", "true") \
X(PROC_MEMFD, "proc.is_exe_from_memfd", BOOL, true, ALWAYS, EVENT, \
  "the program lies in a memfd: it has no file", "false") \
X(PROC_EXE_INO, "proc.exe_ino", NUMBER, true, ALWAYS, E, \
  "inode number of the program", "131332") \
X(TID, "thread.tid", NUMBER, false, ALWAYS, EVENT, \
  "thread id on the host", "4242") \
X(VTID, "thread.vtid", NUMBER, false, ALWAYS, EVENT, \
  "thread id in the container", "7") \
X(CAP_EFFECTIVE, "thread.cap_effective", STRING, true, ALWAYS, ACTS, \
  "effective capabilities; null: none", "\"CAP_CHOWN CAP_KILL\"") \
X(CAP_PERMITTED, "rootwatch.cap_permitted", STRING, false, ALWAYS, ES, \
  "permitted capabilities as in /proc/PID/status", "\"00000000a80425fb\"") \
X(CAP_INHERITABLE, "rootwatch.cap_inheritable", STRING, false, ALWAYS, ES, \
  "inheritable capabilities likewise", "\"0000000000000000\"") \
X(USER_UID, "user.uid", NUMBER, true, ALWAYS, ACTS, \
  "effective uid as the container sees it; null: unmapped", "0") \
X(USER_LOGINUID, "user.loginuid", NUMBER, false, ALWAYS, EVENT, \
  "login uid on the host; -1: unset", "-1") \
X(GROUP_GID, "group.gid", NUMBER, true, ALWAYS, ACTS, \
  "effective gid as the container sees it; null: unmapped", "0") \
X(ROOT, "rootwatch.root", STRING, false, ALWAYS, ACTS, \
  "host: root here is root there; userns: only here; none", "\"host\"") \
X(UID_HOST, "rootwatch.uid.host", NUMBER, true, ALWAYS, EVENT, \
  "effective uid as the host sees it", "0") \
X(UID_CONTAINER, "rootwatch.uid.container", NUMBER, true, ALWAYS, ACTS, \
  "effective uid as the container sees it", "0") \
X(RUID_HOST, "rootwatch.ruid.host", NUMBER, true, ALWAYS, ES, \
  "real uid as the host sees it", "0") \
X(RUID_CONTAINER, "rootwatch.ruid.container", NUMBER, true, ALWAYS, ES, \
  "real uid as the container sees it", "0") \
X(FROM_UID, "rootwatch.from.uid", NUMBER, true, ALWAYS, ES, \
  "real uid before, as the host sees it", "1000") \
X(FROM_EUID, "rootwatch.from.euid", NUMBER, true, ALWAYS, ES, \
  "effective uid before", "1000") \
X(FROM_SUID, "rootwatch.from.suid", NUMBER, true, ALWAYS, ES, \
  "saved uid before", "1000") \
X(FROM_FSUID, "rootwatch.from.fsuid", NUMBER, true, ALWAYS, ES, \
  "file system uid before", "1000") \
X(TO_UID, "rootwatch.to.uid", NUMBER, true, ALWAYS, S, \
  "real uid after, as the host sees it", "0") \
X(TO_EUID, "rootwatch.to.euid", NUMBER, true, ALWAYS, S, \
  "effective uid after", "0") \
X(TO_SUID, "rootwatch.to.suid", NUMBER, true, ALWAYS, S, \
  "saved uid after", "0") \
X(TO_FSUID, "rootwatch.to.fsuid", NUMBER, true, ALWAYS, S, \
  "file system uid after", "0") \
X(FROM_GID, "rootwatch.from.gid", NUMBER, true, ALWAYS, S, \
  "real gid before, as the host sees it", "1000") \
X(FROM_EGID, "rootwatch.from.egid", NUMBER, true, ALWAYS, S, \
  "effective gid before", "1000") \
X(FROM_SGID, "rootwatch.from.sgid", NUMBER, true, ALWAYS, S, \
  "saved gid before", "1000") \
X(FROM_FSGID, "rootwatch.from.fsgid", NUMBER, true, ALWAYS, S, \
  "file system gid before", "1000") \
X(TO_GID, "rootwatch.to.gid", NUMBER, true, ALWAYS, S, \
  "real gid after, as the host sees it", "0") \
X(TO_EGID, "rootwatch.to.egid", NUMBER, true, ALWAYS, S, \
  "effective gid after", "0") \
X(TO_SGID, "rootwatch.to.sgid", NUMBER, true, ALWAYS, S, \
  "saved gid after", "0") \
X(TO_FSGID, "rootwatch.to.fsgid", NUMBER, true, ALWAYS, S, \
  "file system gid after", "0") \
X(TO_GROUPS, "rootwatch.to.groups", STRING, true, ALWAYS, S, \
  "of setgid, setgroups and the like: the supplementary groups after, as the host sees them, with commas", \
  "\"0,27\"") \
X(FD_NAME, "fd.name", STRING, true, ALWAYS, OCKN, \
  "path of what was opened; of a Unix socket the listener's bound name, @ first when abstract; of a " \
  "connection both ends, 10.0.0.2:40000->10.0.0.1:2375; of other calls the path at which something changes", \
  "\"/etc/passwd\"") \
X(FD_DIRECTORY, "fd.directory", STRING, true, ALWAYS, O, \
  "fd.name up to its last /", "\"/etc\"") \
X(FD_FILENAME, "fd.filename", STRING, true, ALWAYS, O, \
  "fd.name behind its last /", "\"passwd\"") \
X(FD_DEV, "fd.dev", NUMBER, true, ALWAYS, OCK, \
  "device that holds it, as stat(2) gives it", "2049") \
X(FD_INO, "fd.ino", NUMBER, true, ALWAYS, OCK, \
  "its inode number (from 2^63 on: minus 2^64); of a rename or a link that of the file moved or linked; null " \
  "when it was not noted before the act", "131332") \
X(FD_TYPECHAR, "fd.typechar", STRING, true, ALWAYS, OCN, \
  "f file or device, d directory, p pipe, u Unix socket, 4 or 6 a socket of IPv4 or IPv6; null: another", "\"f\"") \
X(FD_L4PROTO, "fd.l4proto", STRING, true, ALWAYS, N, \
  "tcp, udp, icmp or raw", "\"tcp\"") \
X(FD_CIP, "fd.cip", ADDRESS, true, ALWAYS, N, \
  "the client's address; ::ffff:10.0.0.2 is 10.0.0.2", "\"10.0.0.2\"") \
X(FD_CPORT, "fd.cport", NUMBER, true, ALWAYS, N, "the client's port", "40000") \
X(FD_SIP, "fd.sip", ADDRESS, true, ALWAYS, N, \
  "the server's address: of a connect the peer's, of bind, listen and accept its own", "\"10.0.0.1\"") \
X(FD_SPORT, "fd.sport", NUMBER, true, ALWAYS, N, "the server's port", "2375") \
X(FD_CONNECTED, "fd.connected", BOOL, false, ALWAYS, N, \
  "the connection was there when the call returned", "true") \
X(NET_ASKED, "rootwatch.net.asked", BOOL, false, ALWAYS, N, \
  "the server's address is what was passed, not what the socket says: it failed, or is a datagram", "false") \
X(NET_HOST, "rootwatch.net.host", BOOL, false, ALWAYS, N, \
  "the socket is in the host's network namespace", "false") \
X(ARG_DOMAIN, "evt.arg.domain", STRING, true, ALWAYS, N, \
  "of socket: its family", "\"AF_PACKET\"") \
X(ARG_TYPE, "evt.arg.type", NUMBER, true, ALWAYS, N, \
  "of socket: its type; 1 stream, 2 datagrams, 3 raw", "3") \
X(ARG_PROTO, "evt.arg.proto", NUMBER, true, ALWAYS, N, "of socket: its protocol", "768") \
X(FD_ASKED, "rootwatch.fd.asked", STRING, true, ALWAYS, C, \
  "the socket as the client spelt it", "\"../run/docker.sock\"") \
X(FD_ABSTRACT, "rootwatch.fd.abstract", BOOL, false, ALWAYS, C, \
  "the socket has an abstract name, no file", "false") \
X(FD_UNCONNECTED, "rootwatch.fd.unconnected", BOOL, false, ALWAYS, C, \
  "a datagram was sent there by its address (sendto, sendmsg, sendmmsg), without a connect", "false") \
X(PEER_PID, "rootwatch.peer.pid", NUMBER, true, ALWAYS, C, \
  "process id of the listener on the host", "812") \
X(PEER_COMM, "rootwatch.peer.comm", STRING, true, ALWAYS, C, \
  "its command name", "\"dockerd\"") \
X(PEER_PATH, "rootwatch.peer.path", STRING, true, ALWAYS, C, \
  "its socket file, in its own mount namespace", "\"/run/docker.sock\"") \
X(PEER_CONTAINER, "rootwatch.peer.container", BOOL, true, ALWAYS, C, \
  "it runs in a container", "false") \
X(PEER_SAME, "rootwatch.peer.same_container", BOOL, true, ALWAYS, C, \
  "it runs in the client's own container", "false") \
X(CALL_FROM, "rootwatch.call.from", STRING, true, ALWAYS, K, \
  "of a rename, link or mount: where it came from; of a symbolic link what it says; of setxattr the " \
  "attribute's name; of fsconfig what something is set to; of add_key the key's type", \
  "\"/tmp/passwd\"") \
X(CALL_UNRESOLVED, "rootwatch.call.unresolved", BOOL, false, ALWAYS, K, \
  "fd.name is as asked for: where links in it led was not looked up in time", "false") \
X(CALL_ASKED, "rootwatch.call.asked", STRING, true, ALWAYS, K, \
  "fd.name as passed", "\"../link/passwd\"") \
X(FILE_SBPATH, "rootwatch.file.sbpath", STRING, true, ALWAYS, EO, \
  "path of the file or program inside its own file system; of one on an overlay that is not the " \
  "container's own root, of the file behind it", "\"/etc/passwd\"") \
X(FILE_DEV, "rootwatch.file.dev", STRING, true, ALWAYS, EO, \
  "device that holds it (likewise), major:minor", "\"8:1\"") \
X(FILE_INO, "rootwatch.file.ino", NUMBER, true, STACKED, EO, \
  "inode number there of the file behind such an overlay", "131332") \
X(FILE_FSTYPE, "rootwatch.file.fstype", STRING, true, ALWAYS, EO, \
  "type of its file system", "\"overlay\"") \
X(FILE_ROOTFS, "rootwatch.file.rootfs", BOOL, true, ALWAYS, EO, \
  "lies on the container's own root file system", "true") \
X(FILE_LAYER, "rootwatch.file.layer", STRING, true, ALWAYS, EO, \
  "overlay: upper (writable) or lower (image)", "\"upper\"") \
X(FILE_BIND, "rootwatch.file.bind", BOOL, true, ALWAYS, EO, \
  "came in by a mount of a part of a file system, or by an overlay that is not the container's own " \
  "root", "false") \
X(FILE_DELETED, "rootwatch.file.deleted", BOOL, true, ALWAYS, EO, \
  "no name leads to it any more", "false") \
X(FILE_CREATED, "rootwatch.file.created", BOOL, false, ALWAYS, O, \
  "this very call made it", "false") \
X(RECEIVED, "rootwatch.received", BOOL, false, ALWAYS, O, \
  "not opened by this process, but received over a Unix socket as an open file; evt.type is recvmsg then", "false") \
X(IO_URING, "rootwatch.io_uring", BOOL, false, ALWAYS, OCKN, \
  "asked for through io_uring; evt.type is the call that would have done it", "false") \
X(FILE_UNRESOLVED, "rootwatch.file.unresolved", BOOL, false, BLOCKED, O, \
  "fd.name is what was asked for, not what it led to", "true") \
X(FILE_ASKED, "rootwatch.file.asked", STRING, true, BLOCKED, O, \
  "the path as passed", "\"../etc/passwd\"") \
X(EXEC_FILENAME, "rootwatch.exec.filename", STRING, true, ALWAYS, E, \
  "what was asked to be run; the script, when it is one", "\"/entrypoint.sh\"") \
X(EXEC_SCRIPT, "rootwatch.exec.script", BOOL, false, ALWAYS, E, \
  "it is a script (#!)", "true") \
X(EXEC_INTERP, "rootwatch.exec.interp", STRING, true, ALWAYS, E, \
  "the interpreter that the script names", "\"/bin/sh\"") \
X(EXEC_ARGV_LEN, "rootwatch.exec.argv_len", NUMBER, false, ALWAYS, E, \
  "bytes of all arguments with their NULs", "25") \
X(EXEC_TRUNCATED, "rootwatch.exec.truncated", BOOL, false, ALWAYS, E, \
  "the arguments are not complete: \" ... \" stands for what is missing", "false") \
X(EXEC_ARGV_HASH, "rootwatch.exec.argv_hash", STRING, true, CUT, E, \
  "FNV-1a hash, 64 bits, of all arguments with their NULs; null over 2 MiB or before Linux 5.17", \
  "\"cbf29ce484222325\"") \
X(EXEC_GAIN, "rootwatch.exec.gain", STRING, true, ALWAYS, E, \
  "privilege gained: suid, sgid, fcaps, with commas", "\"suid\"") \
X(EXIT_CODE, "rootwatch.exit.code", NUMBER, true, ALWAYS, EXIT, \
  "exit code; null: killed by a signal", "0") \
X(EXIT_SIGNAL, "rootwatch.exit.signal", NUMBER, true, ALWAYS, EXIT, \
  "number of the signal that killed it", "9") \
X(EXIT_DURATION, "rootwatch.exit.duration_ms", NUMBER, true, ALWAYS, EXIT, \
  "since its program was started", "1834") \
X(EXIT_RULE, "rootwatch.exit.rule", STRING, true, ALWAYS, EXIT, \
  "the rule that its start had raised", "\"package-manager\"") \
X(EXIT_EVT_NUM, "rootwatch.exit.evt_num", NUMBER, true, ALWAYS, EXIT, \
  "evt.num of that alert", "17") \
X(CONTAINER_ID, "container.id", STRING, true, ALWAYS, OWNED, \
  "first 12 characters of the container's id; unknown: its cgroup names none", \
  "\"4f1c2d3e5a6b\"") \
X(CONTAINER_FULL_ID, "container.full_id", STRING, true, ALWAYS, OWNED, \
  "the container's id", "\"4f1c2d3e5a6b...\"") \
X(CONTAINER_NAME, "container.name", STRING, true, ALWAYS, OWNED, \
  "its name, as the runtime's files say", "\"web\"") \
X(CONTAINER_TYPE, "container.type", STRING, false, ALWAYS, EVENT, \
  "its runtime", "\"docker\"") \
X(CONTAINER_IMAGE, "container.image", STRING, true, ALWAYS, E, \
  "repository:tag of its image", "\"docker.io/library/nginx:1.25\"") \
X(CONTAINER_REPOSITORY, "container.image.repository", STRING, true, ALWAYS, EVENT, \
  "its image", "\"docker.io/library/nginx\"") \
X(CONTAINER_TAG, "container.image.tag", STRING, true, ALWAYS, EVENT, \
  "its image's tag", "\"1.25\"") \
X(CONTAINER_DIGEST, "container.image.digest", STRING, true, ALWAYS, E, \
  "its image's digest", "\"sha256:9ee2...\"") \
X(CONTAINER_PRIVILEGED, "container.privileged", BOOL, true, ALWAYS, EVENT, \
  "it was started as privileged", "false") \
X(K8S_NS, "k8s.ns.name", STRING, true, ALWAYS, EVENT, \
  "Kubernetes namespace", "\"default\"") \
X(K8S_POD, "k8s.pod.name", STRING, true, ALWAYS, EVENT, \
  "Kubernetes pod", "\"web-0\"") \
X(K8S_POD_UID, "k8s.pod.uid", STRING, true, ALWAYS, EVENT, \
  "its uid", "\"0c5a7a9e-...\"") \
X(CGROUP, "rootwatch.cgroup", STRING, true, ALWAYS, E, \
  "the container's cgroup", "\"/docker/4f1c2d...\"") \
X(PID_NS, "rootwatch.pid_ns", NUMBER, false, ALWAYS, EVENT, \
  "inode number of the pid namespace", "4026532301") \
X(TIER, "rootwatch.tier", STRING, false, ALWAYS, TOLD, \
  "the kind of hook that saw it: tracepoint, fentry, lsm or kprobe; of the first line: that sees opens", "\"fentry\"") \
X(HOOKS, "rootwatch.hooks", STRING, false, ALWAYS, START, \
  "all hooks that are attached, with commas", "\"tp_btf/task_rename,fexit/path_openat\"") \
X(BLOCKED, "rootwatch.blocked", BOOL, false, ALWAYS, ACTS, \
  "the act was denied: evt.res says why", "false") \
X(COMPAT, "rootwatch.compat", BOOL, false, ALWAYS, ACTS, \
  "by a 32-bit system call", "false") \
X(RULE_ID, "rootwatch.rule.id", STRING, false, ALERT, EVENT, \
  "the rule, by its stable name", "\"etc-write\"") \
X(RULES, "rootwatch.rules", STRING, false, ALERT, EVENT, \
  "all rules that matched, with commas", "\"passwd-write,etc-write\"") \
X(ADVICE, "rootwatch.advice", STRING, true, ALERT, EVENT, \
  "what to do about it", "\"Mount /etc read-only.\"") \
X(LOST, "rootwatch.lost", NUMBER, false, ALWAYS, LOST, \
  "events lost since the last such line", "12") \
X(LOST_TOTAL, "rootwatch.lost_total", NUMBER, false, ALWAYS, LOST, \
  "events lost since the start", "12") \
X(ST_UPTIME, "rootwatch.stats.uptime", NUMBER, false, ALWAYS, STATS, \
  "seconds since the hooks were attached", "3600") \
X(ST_RULES, "rootwatch.stats.rules", NUMBER, false, ALWAYS, STATS, \
  "active rules", "109") \
X(ST_RELOADS, "rootwatch.stats.reloads", NUMBER, false, ALWAYS, STATS, \
  "times that SIGHUP put the rules in force again", "0") \
X(ST_REFUSED, "rootwatch.stats.reloads_failed", NUMBER, false, ALWAYS, STATS, \
  "times that it did not, and the old ones stayed", "0") \
X(ST_PRODUCED, "rootwatch.stats.produced", NUMBER, false, ALWAYS, STATS, \
  "records that the kernel side numbered; but for those still in the buffer: delivered + lost_ring + lost_busy + lost_read", "1041") \
X(ST_DELIVERED, "rootwatch.stats.delivered", NUMBER, false, ALWAYS, STATS, \
  "of these, read", "1041") \
X(ST_LOST_RING, "rootwatch.stats.lost_ring", NUMBER, false, ALWAYS, STATS, \
  "lost: the buffer was full", "0") \
X(ST_LOST_BUSY, "rootwatch.stats.lost_busy", NUMBER, false, ALWAYS, STATS, \
  "lost: a program was interrupted by itself, or had no room", "0") \
X(ST_LOST_READ, "rootwatch.stats.lost_read", NUMBER, false, ALWAYS, STATS, \
  "lost: the object was gone before it could be described", "0") \
X(ST_LOST_RECURSION, "rootwatch.stats.lost_recursion", NUMBER, false, ALWAYS, STATS, \
  "runs of programs that the kernel skipped: acts can be unseen, and have no number", "0") \
X(ST_BYTES, "rootwatch.stats.bytes", NUMBER, false, ALWAYS, STATS, \
  "of the records", "312450") \
X(ST_UNKNOWN_CREDS, "rootwatch.stats.unknown_creds", NUMBER, false, ALWAYS, STATS, \
  "times that the earlier credentials of a task were not known", "0") \
X(ST_EVENTS, "rootwatch.stats.events", NUMBER, false, ALWAYS, STATS, \
  "events that were judged", "212") \
X(ST_LINES, "rootwatch.stats.lines", NUMBER, false, ALWAYS, STATS, \
  "lines written, but for Watching and Statistics", "17") \
X(ST_ALERTS, "rootwatch.stats.alerts", NUMBER, false, ALWAYS, STATS, \
  "events that a rule matched", "15") \
X(ST_CONTEXT, "rootwatch.stats.context", NUMBER, false, ALWAYS, STATS, \
  "records that only explain others", "820") \
X(ST_NOT_CONTAINER, "rootwatch.stats.not_container", NUMBER, false, ALWAYS, STATS, \
  "records of what turned out to be no container", "0") \
X(ST_FILTERED, "rootwatch.stats.filtered", NUMBER, false, ALWAYS, STATS, \
  "events of other containers than that of --container", "0") \
X(ST_MALFORMED, "rootwatch.stats.malformed", NUMBER, false, ALWAYS, STATS, \
  "records that could not be decoded", "0") \
X(ST_LOST_SEEN, "rootwatch.stats.lost_seen", NUMBER, false, ALWAYS, STATS, \
  "lost records that the stream has told of", "0") \
X(TRUNCATED, "rootwatch.truncated", BOOL, false, ALWAYS, EVENT, \
  "some string was too long: ... stands in its middle, or it was cut in the kernel", "false")

/*
 * For rules and their outputs only; a rule's output that names one adds it to output_fields.
 * X(identifier, name, type, argument, kinds, meaning, example)
 */
#define FIELD_RULE_LIST(X) \
X(IS_OPEN_EXEC, "evt.is_open_exec", BOOL, NONE, O, \
  "a file with an execute bit was created", "true") \
X(ARG, "evt.arg", STRING, INDEX, EVENT, \
  "an argument by its number from 0, counted as Falco does when the call returns (res, or the " \
  "descriptor it gave, is 0; of socket: domain, type, proto); missing where it is not known", "\"AF_PACKET\"") \
X(ARGS, "evt.args", STRING, NONE, EVENT, \
  "all arguments that are known", "\"res=SUCCESS oldpath=/tmp/x newpath=/etc/passwd\"") \
X(INFO, "evt.info", STRING, NONE, EVENT, "as evt.args", "\"res=SUCCESS path=/tmp/x\"") \
X(MAPPED, "rootwatch.mapped", BOOL, NONE, O, \
  "mapped into memory, shared, by a descriptor that can write and that another opened; evt.type is mmap then", "false") \
X(HANDLE, "rootwatch.handle", STRING, NONE, O, \
  "of an open_by_handle_at that was denied: the handle, its type and its bytes", "\"1:e8030000a1b2c3d4\"") \
X(HANDLE_AT, "rootwatch.handle.at", STRING, NONE, O, \
  "and where it was to be looked for: a file of that file system", "\"/etc/hostname\"") \
X(ARG_PROT, "evt.arg.prot", STRING, NONE, O, "of mmap: what the memory is for", "\"PROT_READ|PROT_WRITE\"") \
X(ARG_FD, "evt.arg.fd", NUMBER, NONE, OKN, \
  "the descriptor: of opens, socket and accept the new one, of dup, fchmod and the like what was passed", "3") \
X(ARG_OLDFD, "evt.arg.oldfd", NUMBER, NONE, N, "of dup, dup2 and dup3: the descriptor that was copied", "3") \
X(ARG_NEWFD, "evt.arg.newfd", NUMBER, NONE, N, "of dup2 and dup3: the one that is its copy", "0") \
X(DUP_STDIO, "rootwatch.dup.stdio_net", BOOL, NONE, N, \
  "of dup, dup2 and dup3: standard input, and output or error output, are network connections now", "true") \
X(ARG_REQUEST, "evt.arg.request", STRING, NONE, K, \
  "what a ptrace, ioctl, keyctl, syslog or fsconfig asks for", "\"PTRACE_ATTACH\"") \
X(CALL_GAINED, "rootwatch.call.gained", STRING, NONE, K, \
  "of capset: capabilities that it made effective or inheritable, and that were not when the program began", "\"CAP_SYS_ADMIN\"") \
X(ARG_NSTYPE, "evt.arg.nstype", STRING, NONE, K, \
  "of setns: the kinds of namespaces that it would accept; 0: any", "\"CLONE_NEWNS\"") \
X(ARG_PATH, "evt.arg.path", STRING, NONE, K, "the path, of calls where Falco calls it so", "\"/tmp/x\"") \
X(ARG_PATHNAME, "evt.arg.pathname", STRING, NONE, K, "likewise", "\"/tmp/x\"") \
X(ARG_NAME, "evt.arg.name", STRING, NONE, OK, "likewise, of umount and unlinkat; and of opens", "\"/tmp/x\"") \
X(ARG_FILENAME, "evt.arg.filename", STRING, NONE, K, "likewise, of chmod", "\"/tmp/x\"") \
X(ARG_OLDPATH, "evt.arg.oldpath", STRING, NONE, K, "of a rename or link: the old path", "\"/tmp/x\"") \
X(ARG_NEWPATH, "evt.arg.newpath", STRING, NONE, K, "and the new one", "\"/etc/passwd\"") \
X(ARG_TARGET, "evt.arg.target", STRING, NONE, K, "what a symbolic link says", "\"/etc/passwd\"") \
X(ARG_LINKPATH, "evt.arg.linkpath", STRING, NONE, K, "where it is", "\"/tmp/x\"") \
X(ARG_DEV, "evt.arg.dev", STRING, NONE, K, "of mount: what was mounted", "\"/dev/sda1\"") \
X(ARG_DIR, "evt.arg.dir", STRING, NONE, K, "and where", "\"/mnt\"") \
X(ARG_KEY, "evt.arg.key", STRING, NONE, K, "of fsconfig: what is set", "\"source\"") \
X(ARG_VALUE, "evt.arg.value_charbuf", STRING, NONE, K, "and to what", "\"/dev/sda1\"") \
X(ACT, "rootwatch.act", STRING, NONE, EVENT, \
  "evt.type; of a rename with what was renamed, which need not be what fd.name says", "\"rename of /etc/passwd\"") \
X(FS_NAME, "fs.path.name", STRING, NONE, OK, \
  "the path that a call with one path works on", "\"/etc/passwd\"") \
X(FS_NAMERAW, "fs.path.nameraw", STRING, NONE, OK, "that, as passed", "\"../etc/passwd\"") \
X(FS_SOURCE, "fs.path.source", STRING, NONE, K, \
  "of a rename the old path, of a link the new one, of mount what was mounted", "\"/tmp/x\"") \
X(FS_SOURCERAW, "fs.path.sourceraw", STRING, NONE, K, "that, as passed", "\"x\"") \
X(FS_TARGET, "fs.path.target", STRING, NONE, K, \
  "of a rename the new path, of a link the old one, of mount where", "\"/etc/passwd\"") \
X(FS_TARGETRAW, "fs.path.targetraw", STRING, NONE, K, "that, as passed", "\"passwd\"") \
X(FAILED, "evt.failed", BOOL, NONE, ACTS, "the call returned an error", "false") \
X(DID, "rootwatch.did", STRING, VERB, ACTS, \
  "a verb for outputs, which is not added to output_fields: of [opened|open] opened, or, where evt.failed, tried to open", \
  "\"tried to open\"") \
X(CATEGORY, "evt.category", STRING, NONE, EVENT, "file, process, net or user", "\"file\"") \
X(HOSTNAME, "evt.hostname", STRING, NONE, EVENT, "name of the host", "\"node-1\"") \
X(CALL_OWNER, "rootwatch.call.owner", NUMBER, NONE, K, \
  "the uid that chown and its like give a file; missing: it keeps the one it has", "1000") \
X(ARG_UID, "evt.arg.uid", STRING, NONE, S, \
  "of setuid: the user that was asked for: root, others by uid", "\"root\"") \
X(ARG_RES, "evt.arg.res", STRING, NONE, ACTS, "as evt.res", "\"SUCCESS\"") \
X(FD_NUM, "fd.num", NUMBER, NONE, ON, "the descriptor that an open, dup, accept or socket gave; negative: an error", "3") \
X(FD_NAMERAW, "fd.nameraw", STRING, NONE, OC, "the path as passed; of an open only where it was denied", "\"../etc/passwd\"") \
X(FD_TYPE, "fd.type", STRING, NONE, OCN, "file, directory, pipe, unix, ipv4 or ipv6", "\"file\"") \
X(FD_SOCKFAMILY, "fd.sockfamily", STRING, NONE, CN, "ip or unix", "\"ip\"") \
X(FD_IS_SERVER, "fd.is_server", BOOL, NONE, N, "the process is the server: bind, listen, accept", "false") \
X(FD_NAME_CHANGED, "fd.name_changed", BOOL, NONE, N, "each connect, and each address of a datagram, is new", "true") \
X(FD_LIP, "fd.lip", ADDRESS, NONE, N, "the process's own address", "\"10.0.0.2\"") \
X(FD_LPORT, "fd.lport", NUMBER, NONE, N, "its port", "40000") \
X(FD_RIP, "fd.rip", ADDRESS, NONE, N, "the other end's address", "\"10.0.0.1\"") \
X(FD_RPORT, "fd.rport", NUMBER, NONE, N, "its port", "2375") \
X(FD_IP, "fd.ip", ADDRESS, NONE, N, \
  "either end's address; fd.ip != x and fd.net != x: neither is", "\"10.0.0.1\"") \
X(FD_PORT, "fd.port", NUMBER, NONE, N, "either end's port; fd.port != x: neither is", "2375") \
X(FD_CNET, "fd.cnet", ADDRESS, NONE, N, "as fd.cip: both take addresses and networks", "\"10.0.0.2\"") \
X(FD_SNET, "fd.snet", ADDRESS, NONE, N, "as fd.sip", "\"10.0.0.1\"") \
X(FD_LNET, "fd.lnet", ADDRESS, NONE, N, "as fd.lip", "\"10.0.0.2\"") \
X(FD_RNET, "fd.rnet", ADDRESS, NONE, N, "as fd.rip", "\"10.0.0.1\"") \
X(FD_NET, "fd.net", ADDRESS, NONE, N, "as fd.ip", "\"10.0.0.1\"") \
X(PROC_ANAME, "proc.aname", STRING, INDEX_OPTIONAL, EVENT, \
  "an ancestor's command name; without index: of any", "\"bash\"") \
X(PROC_AEXE, "proc.aexe", STRING, INDEX_OPTIONAL, EVENT, "an ancestor's first argument", "\"bash\"") \
X(PROC_AEXEPATH, "proc.aexepath", STRING, INDEX_OPTIONAL, EVENT, "path of an ancestor's program", "\"/bin/bash\"") \
X(PROC_ACMDLINE, "proc.acmdline", STRING, INDEX_OPTIONAL, EVENT, "an ancestor's arguments", "\"bash -i\"") \
X(PROC_APID, "proc.apid", NUMBER, INDEX_OPTIONAL, EVENT, "an ancestor's process id on the host", "4200") \
X(PROC_PVPID, "proc.pvpid", NUMBER, NONE, EVENT, "the parent's process id in its pid namespace, if known", "6") \
X(PROC_PEXE, "proc.pexe", STRING, NONE, EVENT, "the parent's first argument (argv[0])", "\"sh\"") \
X(PROC_PCMDLINE, "proc.pcmdline", STRING, NONE, EVENT, "the parent's arguments", "\"sh -c x\"") \
X(PROC_SNAME, "proc.sname", STRING, NONE, EVENT, "command name of the session leader", "\"bash\"") \
X(PROC_SID_EXE, "proc.sid.exe", STRING, NONE, EVENT, "first argument of the session leader", "\"-bash\"") \
X(PROC_SID_EXEPATH, "proc.sid.exepath", STRING, NONE, EVENT, "path of the session leader's program", "\"/bin/bash\"") \
X(PROC_IS_SID_LEADER, "proc.is_sid_leader", BOOL, NONE, EVENT, "it leads its session", "false") \
X(PROC_CMDNARGS, "proc.cmdnargs", NUMBER, NONE, E, "number of arguments, without the first", "3") \
X(PROC_CMDLENARGS, "proc.cmdlenargs", NUMBER, NONE, E, "their bytes, without blanks between", "17") \
X(PROC_EXELINE, "proc.exeline", STRING, NONE, E, "as proc.cmdline", "\"sh -c x\"") \
X(PROC_PID_TS, "proc.pid.ts", NUMBER, NONE, EVENT, "when the process was started, ns since 1970", \
  "1795309323123456789") \
X(PROC_EXE_CTIME, "proc.exe_ino.ctime", NUMBER, NONE, E, \
  "when the program's inode last changed, ns since 1970", "1795309323123456789") \
X(PROC_EXE_MTIME, "proc.exe_ino.mtime", NUMBER, NONE, E, \
  "when the program's content last changed", "1795309323123456789") \
X(PROC_CTIME_DURATION, "proc.exe_ino.ctime_duration_proc_start", NUMBER, NONE, E, \
  "ns from the last change of the program's inode to the start of the process", "5000000000") \
X(PIDNS_START, "proc.pidns_init_start_ts", NUMBER, NONE, E, \
  "when process 1 of the pid namespace was started, ns since 1970", "1795309323123456789") \
X(PIDNS_DURATION, "proc.exe_ino.ctime_duration_pidns_start", NUMBER, NONE, E, \
  "ns from that to the last change of the program's inode, if that was later", "5000000000") \
X(CONTAINER_START, "container.start_ts", NUMBER, NONE, E, \
  "when the container was started: as proc.pidns_init_start_ts; missing in the host's pid namespace", "1795309323123456789") \
X(PROC_DURATION, "proc.duration", NUMBER, NONE, EVENT, "ns since the process was started", "1200000") \
X(USER_NAME, "user.name", STRING, NONE, ACTS, "root for uid 0; other names are not known", "\"root\"") \
X(USER_LOGINNAME, "user.loginname", STRING, NONE, EVENT, \
  "root for login uid 0; other names are not known", "\"root\"") \
X(THREAD_CAP_PERMITTED, "thread.cap_permitted", STRING, NONE, ACTS, \
  "permitted capabilities by name", "\"CAP_CHOWN CAP_KILL\"") \
X(THREAD_CAP_INHERITABLE, "thread.cap_inheritable", STRING, NONE, ACTS, \
  "inheritable capabilities by name", "\"CAP_CHOWN\"") \
X(GROUP_NAME, "group.name", STRING, NONE, ACTS, "root for gid 0; other names are not known", "\"root\"") \
X(IMAGE_ID, "container.image.id", STRING, NONE, EVENT, "id of the image, where the runtime's files say", "\"9ee2...\"") \
X(MOUNTS, "container.mounts", STRING, NONE, EVENT, \
  "what was mounted from the host, as the runtime's files say: source:dest:mode:rdwr:propagation, with commas", \
  "\"/srv:/data::true:rprivate\"") \
X(MOUNT, "container.mount", STRING, KEY, EVENT, \
  "one of these, by its number from 0 or its source, which may be a glob; so with the fields below", "\"/srv:/data::true:rprivate\"") \
X(MOUNT_SOURCE, "container.mount.source", STRING, KEY, EVENT, "its source, by number or by dest", "\"/srv\"") \
X(MOUNT_DEST, "container.mount.dest", STRING, KEY, EVENT, "where it is in the container", "\"/data\"") \
X(MOUNT_MODE, "container.mount.mode", STRING, KEY, EVENT, "its mode, of Docker", "\"z\"") \
X(MOUNT_RDWR, "container.mount.rdwr", STRING, KEY, EVENT, "true or false", "\"true\"") \
X(MOUNT_PROPAGATION, "container.mount.propagation", STRING, KEY, EVENT, "how mounts spread", "\"rprivate\"") \
X(FILE_PATHS, "rootwatch.file.paths", STRINGS, NONE, OK, \
  "every path of the file in its container: in the task's mounts and from the container's root; of " \
  "other calls where something changes, of a rename both ends", "\"/etc/passwd\"") \
X(FILE_NAME, "rootwatch.file.name", STRING, NONE, OK, \
  "the file's own name, not that of a mount point it was bound to", "\"passwd\"") \
X(FILE_TYPE, "rootwatch.file.type", STRING, NONE, O, \
  "regular, directory, link, block, char, fifo or socket", "\"block\"") \
X(FILE_SUID, "rootwatch.file.suid", BOOL, NONE, O, "a regular file that has the SUID bit", "true") \
X(FILE_RDEV, "rootwatch.file.rdev", STRING, NONE, O, "of a device its own number, major:minor", "\"1:1\"") \
X(PROCFS_PATH, "rootwatch.procfs.path", STRING, NONE, O, \
  "path inside procfs, wherever that is mounted", "\"/sys/kernel/core_pattern\"") \
X(PROCFS_PID, "rootwatch.procfs.pid", NUMBER, NONE, O, \
  "of a file of procfs: the process that it is about, by its id there", "7") \
X(SYSFS_PATH, "rootwatch.sysfs.path", STRING, NONE, O, "path inside sysfs likewise", "\"/kernel/uevent_helper\"") \
X(CGROUPFS_PATH, "rootwatch.cgroupfs.path", STRING, NONE, O, "path inside cgroup v1 or v2 likewise", "\"/release_agent\"") \
X(KERNELFS_PATH, "rootwatch.kernelfs.path", STRING, NONE, O, \
  "path inside debugfs, tracefs, securityfs, binfmt_misc, bpf, configfs or pstore", "\"/register\"") \
X(HOST_PATH, "rootwatch.host.path", STRING, NONE, OK, \
  "of a file of the host: its path there", "\"/etc/shadow\"") \
X(SOCKET_NAME, "rootwatch.socket.name", STRING, NONE, C, \
  "last component of the listener's bound name", "\"docker.sock\"") \
X(PROGRAM_NAME, "rootwatch.program.name", STRING, NONE, E, \
  "the program behind interpreters, loaders and multi-call programs", "\"adduser\"") \
X(PROGRAM_ARGS, "rootwatch.program.args", STRING, NONE, E, "the arguments behind that name", "\"-D eve\"") \
X(PROGRAM_INPUT, "rootwatch.program.runs_input", BOOL, NONE, E, \
  "an interpreter that was given neither a script nor code: it runs what its standard input says", "true") \
X(PACKAGE, "rootwatch.package", STRING, NONE, E, \
  "of a package manager: act when it changes something, query when it only asks", "\"act\"") \
X(EXEC_PATHS, "rootwatch.exec.paths", STRINGS, NONE, E, \
  "every path of the program: real, from the container's root, of the script, of what a loader runs", \
  "\"/tmp/x\"") \
X(EXEC_STDIO_NET, "rootwatch.exec.stdio_net", BOOL, NONE, E, \
  "its standard input or output is a network connection", "true") \
X(EXEC_LOADED_NEW, "rootwatch.exec.loaded_new", BOOL, NONE, E, \
  "a script, or what a dynamic loader was told to run, was made or changed after the container's start", "true") \
X(EXEC_INPUT, "rootwatch.exec.input", STRING, NONE, E, \
  "the file that is its standard input, if it is one; memfd: of one in memory", "\"/tmp/x\"") \
X(EXEC_PIPED_FROM, "rootwatch.exec.piped_from", STRINGS, NONE, E, \
  "names of the programs that write into its standard input by a pipe, also through others; with \" -c\" " \
  "behind that of an interpreter that was given its code", "\"curl\"") \
X(EXEC_PIPED_TO, "rootwatch.exec.piped_to", STRINGS, NONE, E, \
  "likewise of those that read its standard output", "\"sh\"") \
X(EXEC_GAINED, "rootwatch.exec.gained", STRINGS, NONE, E, \
  "what the gain is worth, all that is true of: root, group, major or minor (capabilities)", \
  "\"root\"") \
X(FROM_CAP_PERMITTED, "rootwatch.from.cap_permitted", STRING, NONE, ES, \
  "permitted capabilities before, by name", "\"CAP_CHOWN CAP_KILL\"") \
X(CAP_GAINED, "rootwatch.cap_gained", STRING, NONE, ES, \
  "permitted capabilities that were not there before", "\"CAP_SYS_ADMIN\"") \
X(SETID_GAIN, "rootwatch.setid.gain", STRING, NONE, S, \
  "raised: root was gained; regained: root that had set its uid aside took it back; group: root's " \
  "group was gained by a process none of whose groups it was; risen: root or " \
  "capabilities are there that nothing legal gave (evt.type credrise: noticed at another act)", "\"raised\"")
/* clang-format on */

enum field_id {
#define FIELD_ID(id, name, type, null, when, kinds, meaning, example) F_##id,
	FIELD_LIST(FIELD_ID)
#undef FIELD_ID
		F_END, /* of output_fields; those of FIELD_RULE_LIST count on from here */
	F_OUTPUT_LAST = F_END - 1,
#define FIELD_ID(id, name, type, argument, kinds, meaning, example) F_##id,
	FIELD_RULE_LIST(FIELD_ID)
#undef FIELD_ID
		F_RULE_END
};

/* By enum field_id. */
extern const struct field field_table[F_END];

struct rule_field {
	const char *name;
	enum field_type type;
	enum field_argument argument;
	unsigned kinds; /* FIELD_* bits */
	const char *meaning;
	const char *example; /* as JSON */
};

/* FIELD_RULE_LIST; that of field_id i is [i - F_END]. */
extern const struct rule_field field_rule_table[F_RULE_END - F_END];

/* The field of that name, of either list; F_RULE_END when there is none. */
enum field_id field_lookup(const char *name, size_t len);

/* Of any field of either list. */
const char *field_name(enum field_id id);
enum field_type field_type(enum field_id id);
enum field_argument field_argument(enum field_id id);
#endif /* ROOTWATCH_EVENT_FIELDS_H */
