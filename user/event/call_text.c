// SPDX-License-Identifier: Apache-2.0
/* System calls that are told as they are: their arguments in words. */
#include <linux/fs.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <linux/fcntl.h>

#include "event/event.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct flag {
	uint64_t bits;
	const char *name;
};

/* Those that are known with '|' between them, and what is left as a number. */
static struct str flags_text(const struct flag *f, size_t n, uint64_t flags, char *buf)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if ((flags & f[i].bits) != f[i].bits)
			continue;
		flags &= ~f[i].bits;
		len += (size_t)snprintf(buf + len, EVENT_CALL_TEXT - len, "%s%s",
					len > 0 ? "|" : "", f[i].name);
	}
	if (flags || len == 0)
		(void)snprintf(buf + len, EVENT_CALL_TEXT - len, "%s%#llx", len > 0 ? "|" : "",
			       (unsigned long long)flags);
	return str_from(buf);
}

#define FLAG(name)          \
	{                   \
		name, #name \
	}

static const struct flag at_flags[] = {
	FLAG(AT_SYMLINK_NOFOLLOW), {0x200, "AT_REMOVEDIR"}, FLAG(AT_SYMLINK_FOLLOW),
	FLAG(AT_NO_AUTOMOUNT),	   FLAG(AT_EMPTY_PATH),
};

static const struct flag rename_flags[] = {
	FLAG(RENAME_NOREPLACE),
	FLAG(RENAME_EXCHANGE),
	FLAG(RENAME_WHITEOUT),
};

static const struct flag mount_flags[] = {
	FLAG(MS_RDONLY),  FLAG(MS_NOSUID),     FLAG(MS_NODEV),	     FLAG(MS_NOEXEC),
	FLAG(MS_REMOUNT), FLAG(MS_NOATIME),    FLAG(MS_BIND),	     FLAG(MS_MOVE),
	FLAG(MS_REC),	  FLAG(MS_UNBINDABLE), FLAG(MS_PRIVATE),     FLAG(MS_SLAVE),
	FLAG(MS_SHARED),  FLAG(MS_RELATIME),   FLAG(MS_SYNCHRONOUS), FLAG(MS_SILENT),
};

static const struct flag umount_flags[] = {
	{1, "MNT_FORCE"},
	{2, "MNT_DETACH"},
	{4, "MNT_EXPIRE"},
	{8, "UMOUNT_NOFOLLOW"},
};

static const struct flag clone_flags[] = {
	FLAG(CLONE_NEWNS),
	FLAG(CLONE_NEWCGROUP),
	FLAG(CLONE_NEWUTS),
	FLAG(CLONE_NEWIPC),
	FLAG(CLONE_NEWUSER),
	FLAG(CLONE_NEWPID),
	FLAG(CLONE_NEWNET),
	FLAG(CLONE_NEWTIME),
	FLAG(CLONE_FS),
	FLAG(CLONE_FILES),
	FLAG(CLONE_VM),
	FLAG(CLONE_SYSVSEM),
	{0x200000000, "CLONE_INTO_CGROUP"},
};

/* Not all in the headers of the distributions that there are. */
static const struct flag attr_flags[] = {
	{0x1, "MOUNT_ATTR_RDONLY"},	  {0x2, "MOUNT_ATTR_NOSUID"},
	{0x4, "MOUNT_ATTR_NODEV"},	  {0x8, "MOUNT_ATTR_NOEXEC"},
	{0x70, "MOUNT_ATTR__ATIME"},	  {0x10, "MOUNT_ATTR_NOATIME"},
	{0x20, "MOUNT_ATTR_STRICTATIME"}, {0x80, "MOUNT_ATTR_NODIRATIME"},
	{0x100000, "MOUNT_ATTR_IDMAP"},	  {0x200000, "MOUNT_ATTR_NOSYMFOLLOW"},
};

static const struct flag xflag_flags[] = {
	FLAG(FS_XFLAG_REALTIME),   FLAG(FS_XFLAG_PREALLOC),   FLAG(FS_XFLAG_IMMUTABLE),
	FLAG(FS_XFLAG_APPEND),	   FLAG(FS_XFLAG_SYNC),	      FLAG(FS_XFLAG_NOATIME),
	FLAG(FS_XFLAG_NODUMP),	   FLAG(FS_XFLAG_RTINHERIT),  FLAG(FS_XFLAG_PROJINHERIT),
	FLAG(FS_XFLAG_NOSYMLINKS), FLAG(FS_XFLAG_EXTSIZE),    FLAG(FS_XFLAG_EXTSZINHERIT),
	FLAG(FS_XFLAG_NODEFRAG),   FLAG(FS_XFLAG_FILESTREAM), FLAG(FS_XFLAG_DAX),
	FLAG(FS_XFLAG_COWEXTSIZE),
};

static const struct flag inode_flags[] = {
	FLAG(FS_SECRM_FL),	 FLAG(FS_UNRM_FL),     FLAG(FS_COMPR_FL),  FLAG(FS_SYNC_FL),
	FLAG(FS_IMMUTABLE_FL),	 FLAG(FS_APPEND_FL),   FLAG(FS_NODUMP_FL), FLAG(FS_NOATIME_FL),
	FLAG(FS_NOCOMP_FL),	 FLAG(FS_ENCRYPT_FL),  FLAG(FS_INDEX_FL),  FLAG(FS_JOURNAL_DATA_FL),
	FLAG(FS_NOTAIL_FL),	 FLAG(FS_DIRSYNC_FL),  FLAG(FS_TOPDIR_FL), FLAG(FS_EXTENT_FL),
	FLAG(FS_VERITY_FL),	 FLAG(FS_NOCOW_FL),    FLAG(FS_DAX_FL),	   FLAG(FS_INLINE_DATA_FL),
	FLAG(FS_PROJINHERIT_FL), FLAG(FS_CASEFOLD_FL),
};

/* <sys/timex.h>, which has them as ADJ_* and as MOD_*. */
static const struct flag adj_flags[] = {
	{0x8001, "ADJ_OFFSET_SINGLESHOT"},
	{0x1, "ADJ_OFFSET"},
	{0x2, "ADJ_FREQUENCY"},
	{0x4, "ADJ_MAXERROR"},
	{0x8, "ADJ_ESTERROR"},
	{0x10, "ADJ_STATUS"},
	{0x20, "ADJ_TIMECONST"},
	{0x80, "ADJ_TAI"},
	{0x100, "ADJ_SETOFFSET"},
	{0x1000, "ADJ_MICRO"},
	{0x2000, "ADJ_NANO"},
	{0x4000, "ADJ_TICK"},
};

static const struct flag memfd_flags[] = {
	{1, "MFD_CLOEXEC"},	{2, "MFD_ALLOW_SEALING"}, {4, "MFD_HUGETLB"},
	{8, "MFD_NOEXEC_SEAL"}, {16, "MFD_EXEC"},
};

static const struct flag prot_flags[] = {
	{1, "PROT_READ"},
	{2, "PROT_WRITE"},
	{4, "PROT_EXEC"},
};

/* <sys/mman.h>: the types first. */
static const struct flag map_flags[] = {
	{3, "MAP_SHARED_VALIDATE"}, {1, "MAP_SHARED"},	    {2, "MAP_PRIVATE"},
	{0x10, "MAP_FIXED"},	    {0x2000, "MAP_LOCKED"}, {0x4000, "MAP_NORESERVE"},
	{0x8000, "MAP_POPULATE"},   {0x80000, "MAP_SYNC"},
};

static const struct flag mode_flags[] = {
	FLAG(S_ISUID), FLAG(S_ISGID), FLAG(S_ISVTX), FLAG(S_IRUSR), FLAG(S_IWUSR), FLAG(S_IXUSR),
	FLAG(S_IRGRP), FLAG(S_IWGRP), FLAG(S_IXGRP), FLAG(S_IROTH), FLAG(S_IWOTH), FLAG(S_IXOTH),
};

/* What a mount gets and, with - before it, what is taken from it. */
static struct str attr_text(uint64_t set, uint64_t taken, char *buf)
{
	char names[EVENT_CALL_TEXT];
	size_t len = 0;

	if (!taken)
		return flags_text(attr_flags, COUNT(attr_flags), set, buf);
	buf[0] = '\0';
	if (set)
		len = flags_text(attr_flags, COUNT(attr_flags), set, buf).len;
	for (size_t i = 0; i < COUNT(attr_flags); i++) {
		if ((taken & attr_flags[i].bits) != attr_flags[i].bits)
			continue;
		taken &= ~attr_flags[i].bits;
		len += (size_t)snprintf(buf + len, EVENT_CALL_TEXT - len, "%s-%s",
					len > 0 ? "|" : "", attr_flags[i].name);
	}
	if (taken) {
		flags_text(NULL, 0, taken, names);
		(void)snprintf(buf + len, EVENT_CALL_TEXT - len, "%s-%.32s", len > 0 ? "|" : "",
			       names);
	}
	return str_from(buf);
}

/* Each request has flags of its own, or none. */
static struct str ioctl_text(const struct event_syscall *s, char *buf)
{
	uint64_t flags = event_call_arg(s, WIRE_CALL_WORD(0));

	switch ((uint32_t)s->args[1]) {
	case WIRE_IOCTL_SETFLAGS:
	case WIRE_IOCTL_SETFLAGS_32:
		return flags_text(inode_flags, COUNT(inode_flags), flags, buf);
	case WIRE_IOCTL_FSSETXATTR:
		return flags_text(xflag_flags, COUNT(xflag_flags), flags, buf);
	default:
		return STR_LIT("");
	}
}

struct str event_mapping_prot(const struct event_open *o, char buf[static EVENT_CALL_TEXT])
{
	if (!o->prot)
		return STR_LIT("PROT_NONE");
	return flags_text(prot_flags, COUNT(prot_flags), o->prot, buf);
}

struct str event_mapping_flags(const struct event_open *o, char buf[static EVENT_CALL_TEXT])
{
	return flags_text(map_flags, COUNT(map_flags), o->mapping, buf);
}

/* Older programs, and any, may pass a magic number with them, which the kernel takes off
 * (path_mount()). */
static uint64_t mount_flags_of(uint64_t passed)
{
	return (passed & MS_MGC_MSK) == MS_MGC_VAL ? passed & ~(uint64_t)MS_MGC_MSK : passed;
}

struct str event_call_flags(const struct event_syscall *s, char buf[static EVENT_CALL_TEXT])
{
	const struct event_call *row = event_call(s->call);
	uint64_t flags = event_call_arg(s, row ? row->flags : 0);

	if (!row || !row->flags)
		return STR_LIT("");
	if (row->flags <= WIRE_SYSCALL_ARGS) /* what was passed is an int */
		flags = (uint32_t)flags;
	switch (row->flag_names) {
	case WIRE_CALL_FLAGS_AT:
		return flags_text(at_flags, COUNT(at_flags), flags, buf);
	case WIRE_CALL_FLAGS_RENAME:
		return flags_text(rename_flags, COUNT(rename_flags), flags, buf);
	case WIRE_CALL_FLAGS_MOUNT:
		return flags_text(mount_flags, COUNT(mount_flags), mount_flags_of(flags), buf);
	case WIRE_CALL_FLAGS_UMOUNT:
		return flags_text(umount_flags, COUNT(umount_flags), flags, buf);
	case WIRE_CALL_FLAGS_CLONE:
		return flags_text(clone_flags, COUNT(clone_flags), flags, buf);
	case WIRE_CALL_FLAGS_ATTR:
		return attr_text(
			flags,
			row->flags == WIRE_CALL_WORD(0) ? event_call_arg(s, WIRE_CALL_WORD(1)) : 0,
			buf);
	case WIRE_CALL_FLAGS_XFLAG:
		return flags_text(xflag_flags, COUNT(xflag_flags), flags, buf);
	case WIRE_CALL_FLAGS_IOCTL:
		return ioctl_text(s, buf);
	case WIRE_CALL_FLAGS_ADJ:
		return flags_text(adj_flags, COUNT(adj_flags), flags, buf);
	case WIRE_CALL_FLAGS_MEMFD:
		return flags_text(memfd_flags, COUNT(memfd_flags), flags, buf);
	default:
		return flags_text(NULL, 0, flags, buf);
	}
}

static struct str node_type(uint64_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFBLK:
		return STR_LIT("S_IFBLK|");
	case S_IFCHR:
		return STR_LIT("S_IFCHR|");
	case S_IFIFO:
		return STR_LIT("S_IFIFO|");
	case S_IFSOCK:
		return STR_LIT("S_IFSOCK|");
	case S_IFREG:
		return STR_LIT("S_IFREG|");
	default:
		return STR_LIT("");
	}
}

struct str event_call_mode(const struct event_syscall *s, char buf[static EVENT_CALL_TEXT])
{
	const struct event_call *row = event_call(s->call);
	uint64_t mode = (uint16_t)event_call_arg(s, row ? row->mode : 0);
	char bits[EVENT_CALL_TEXT];
	struct str type;

	/* (Of an extended attribute: no ACL.) */
	if (!row || !row->mode || (row->mode > WIRE_SYSCALL_ARGS && !mode))
		return STR_LIT("");
	type = node_type(mode);
	flags_text(mode_flags, COUNT(mode_flags), mode & 07777, bits);
	(void)snprintf(buf, EVENT_CALL_TEXT, "%.*s%.400s", (int)type.len, type.p, bits);
	return str_from(buf);
}

struct request {
	uint64_t number;
	const char *name;
};

static const struct request ptrace_requests[] = {
	{0, "PTRACE_TRACEME"},	       {1, "PTRACE_PEEKTEXT"},	     {2, "PTRACE_PEEKDATA"},
	{3, "PTRACE_PEEKUSR"},	       {4, "PTRACE_POKETEXT"},	     {5, "PTRACE_POKEDATA"},
	{6, "PTRACE_POKEUSR"},	       {7, "PTRACE_CONT"},	     {8, "PTRACE_KILL"},
	{9, "PTRACE_SINGLESTEP"},      {12, "PTRACE_GETREGS"},	     {13, "PTRACE_SETREGS"},
	{16, "PTRACE_ATTACH"},	       {17, "PTRACE_DETACH"},	     {24, "PTRACE_SYSCALL"},
	{0x4200, "PTRACE_SETOPTIONS"}, {0x4204, "PTRACE_GETREGSET"}, {0x4205, "PTRACE_SETREGSET"},
	{0x4206, "PTRACE_SEIZE"},      {0x4207, "PTRACE_INTERRUPT"}, {0x4208, "PTRACE_LISTEN"},
};

static const struct request ioctl_requests[] = {
	{WIRE_IOCTL_TIOCSTI, "TIOCSTI"},
	{WIRE_IOCTL_TIOCLINUX, "TIOCLINUX"},
	{WIRE_IOCTL_SETFLAGS, "FS_IOC_SETFLAGS"},
	{WIRE_IOCTL_SETFLAGS_32, "FS_IOC_SETFLAGS"},
	{WIRE_IOCTL_FSSETXATTR, "FS_IOC_FSSETXATTR"},
};

static const struct request keyctl_requests[] = {
	{KEYCTL_GET_KEYRING_ID, "KEYCTL_GET_KEYRING_ID"},
	{KEYCTL_JOIN_SESSION_KEYRING, "KEYCTL_JOIN_SESSION_KEYRING"},
	{KEYCTL_UPDATE, "KEYCTL_UPDATE"},
	{KEYCTL_REVOKE, "KEYCTL_REVOKE"},
	{KEYCTL_CHOWN, "KEYCTL_CHOWN"},
	{KEYCTL_SETPERM, "KEYCTL_SETPERM"},
	{KEYCTL_DESCRIBE, "KEYCTL_DESCRIBE"},
	{KEYCTL_CLEAR, "KEYCTL_CLEAR"},
	{KEYCTL_LINK, "KEYCTL_LINK"},
	{KEYCTL_UNLINK, "KEYCTL_UNLINK"},
	{KEYCTL_SEARCH, "KEYCTL_SEARCH"},
	{KEYCTL_READ, "KEYCTL_READ"},
	{KEYCTL_INSTANTIATE, "KEYCTL_INSTANTIATE"},
	{KEYCTL_GET_PERSISTENT, "KEYCTL_GET_PERSISTENT"},
};

/* Of include/linux/syslog.h, which is not for user space. */
static const struct request syslog_requests[] = {
	{0, "SYSLOG_ACTION_CLOSE"},	    {1, "SYSLOG_ACTION_OPEN"},
	{2, "SYSLOG_ACTION_READ"},	    {3, "SYSLOG_ACTION_READ_ALL"},
	{4, "SYSLOG_ACTION_READ_CLEAR"},    {5, "SYSLOG_ACTION_CLEAR"},
	{6, "SYSLOG_ACTION_CONSOLE_OFF"},   {7, "SYSLOG_ACTION_CONSOLE_ON"},
	{8, "SYSLOG_ACTION_CONSOLE_LEVEL"}, {9, "SYSLOG_ACTION_SIZE_UNREAD"},
	{10, "SYSLOG_ACTION_SIZE_BUFFER"},
};

/* enum fsconfig_command of <linux/mount.h>, since 5.2 */
static const struct request fsconfig_requests[] = {
	{0, "FSCONFIG_SET_FLAG"},	 {1, "FSCONFIG_SET_STRING"},
	{2, "FSCONFIG_SET_BINARY"},	 {3, "FSCONFIG_SET_PATH"},
	{4, "FSCONFIG_SET_PATH_EMPTY"},	 {5, "FSCONFIG_SET_FD"},
	{6, "FSCONFIG_CMD_CREATE"},	 {7, "FSCONFIG_CMD_RECONFIGURE"},
	{8, "FSCONFIG_CMD_CREATE_EXCL"},
};

#define REQUESTS(call, nr, of)                                            \
	{                                                                 \
		WIRE_CALL_##call, nr, of##_requests, COUNT(of##_requests) \
	}
static const struct {
	uint32_t call;
	unsigned arg; /* from 1 */
	const struct request *list;
	size_t n;
} requests[] = {
	REQUESTS(PTRACE, 1, ptrace), REQUESTS(IOCTL, 2, ioctl),	      REQUESTS(KEYCTL, 1, keyctl),
	REQUESTS(SYSLOG, 1, syslog), REQUESTS(FSCONFIG, 2, fsconfig),
};

unsigned event_call_request_arg(uint32_t call)
{
	for (size_t i = 0; i < COUNT(requests); i++)
		if (requests[i].call == call)
			return requests[i].arg;
	return 0;
}

const char *event_call_request_name(uint32_t call, size_t n)
{
	for (size_t i = 0; i < COUNT(requests); i++)
		if (requests[i].call == call)
			return n < requests[i].n ? requests[i].list[n].name : NULL;
	return NULL;
}

uint64_t event_call_request_number(uint32_t call, size_t n)
{
	for (size_t i = 0; i < COUNT(requests); i++)
		if (requests[i].call == call && n < requests[i].n)
			return requests[i].list[n].number;
	return 0;
}

struct str event_call_request(const struct event_syscall *s, char buf[static EVENT_CALL_TEXT])
{
	unsigned arg = event_call_request_arg(s->call);
	uint64_t request = (uint32_t)event_call_arg(s, arg);
	const char *name;

	if (!arg)
		return STR_LIT("");
	for (size_t i = 0; (name = event_call_request_name(s->call, i)); i++)
		if (event_call_request_number(s->call, i) == request)
			return str_from(name);
	(void)snprintf(buf, EVENT_CALL_TEXT, "%#llx", (unsigned long long)request);
	return str_from(buf);
}

struct str event_call_args(const struct event_syscall *s, char buf[static EVENT_CALL_TEXT])
{
	size_t len = 0;

	for (size_t i = 0; i < WIRE_SYSCALL_ARGS; i++)
		len += (size_t)snprintf(buf + len, EVENT_CALL_TEXT - len, "%s%llx", i ? " " : "",
					(unsigned long long)s->args[i]);
	return str_from(buf);
}
