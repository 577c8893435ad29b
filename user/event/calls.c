// SPDX-License-Identifier: Apache-2.0
/* System calls that are told as they are: what their arguments are called and mean. */
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <linux/fcntl.h>

#include "event/event.h"

#define CALL_UMOUNT_NOFOLLOW 8 /* <sys/mount.h>, which does not go with <linux/mount.h> */
#define COUNT(a)	     (sizeof(a) / sizeof((a)[0]))

/* clang-format off */
#define ROW(id, name, x86, i386, arm64, arm, path, dir, path2, dir2, fd, mode, flags, names, n1, n2) \
	[WIRE_CALL_##id] = {#name, {path, path2}, {dir, dir2}, fd, mode, flags, \
			    WIRE_CALL_FLAGS_##names, {n1, n2}},
/* clang-format on */
static const struct event_call rows[WIRE_CALL_END] = {WIRE_CALLS(ROW)};

const struct event_call *event_call(uint32_t call)
{
	return call < WIRE_CALL_END && rows[call].name ? &rows[call] : NULL;
}

uint64_t event_call_arg(const struct event_syscall *s, unsigned n)
{
	return n > 0 && n <= WIRE_SYSCALL_ARGS ? s->args[n - 1] : 0;
}

static bool has_two(const struct event_syscall *s)
{
	const struct event_call *row = event_call(s->call);

	return row && row->path[1] && !row->fd;
}

/* Of a path that is only a name, nothing changes there. */
const struct event_call_path *event_call_target(const struct event_syscall *s)
{
	const struct event_call *row = event_call(s->call);
	size_t i = has_two(s);

	if (!row || row->dir[i] == WIRE_CALL_A_NAME)
		return NULL;
	return &s->paths[i];
}

struct str event_call_changed(const struct event_syscall *s)
{
	const struct event_call_path *path = event_call_target(s);

	return path ? path->path : STR_LIT("");
}

struct str event_call_from(const struct event_syscall *s)
{
	const struct event_call *row = event_call(s->call);

	if (!row || (!row->path[1] && row->dir[0] != WIRE_CALL_A_NAME))
		return STR_LIT("");
	return s->paths[row->fd ? 1 : 0].path;
}

/* What is only a name, or asked by a descriptor, leads nowhere. */
bool event_call_unresolved(const struct event_syscall *s)
{
	const struct event_call *row = event_call(s->call);

	return row && row->path[0] && row->dir[has_two(s)] != WIRE_CALL_A_NAME &&
	       !s->paths[has_two(s)].resolved;
}

bool event_call_leads(const struct event_syscall *s, size_t i)
{
	const struct event_call *row = event_call(s->call);

	/* After these two, the same path starts at another root. */
	if (!row || s->call == WIRE_CALL_CHROOT || s->call == WIRE_CALL_PIVOT_ROOT)
		return false;
	return row->path[i] && row->dir[i] != WIRE_CALL_A_NAME && s->paths[i].asked.len > 0;
}

bool event_call_follows(const struct event_syscall *s)
{
	switch (s->call) {
	case WIRE_CALL_CHMOD:
	case WIRE_CALL_FCHMODAT:
	case WIRE_CALL_CHOWN:
	case WIRE_CALL_TRUNCATE:
	case WIRE_CALL_MOUNT:
	case WIRE_CALL_UMOUNT:
	case WIRE_CALL_OPEN_TREE:
	case WIRE_CALL_SETXATTR:
		return true;
	case WIRE_CALL_FCHMODAT2:
		return !(s->args[3] & AT_SYMLINK_NOFOLLOW);
	case WIRE_CALL_FCHOWNAT:
		return !(s->args[4] & AT_SYMLINK_NOFOLLOW);
	case WIRE_CALL_UMOUNT2:
		return !(s->args[1] & CALL_UMOUNT_NOFOLLOW);
	default:
		return false;
	}
}

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
	{8, "CALL_UMOUNT_NOFOLLOW"},
};

static const struct flag clone_flags[] = {
	FLAG(CLONE_NEWNS),   FLAG(CLONE_NEWCGROUP), FLAG(CLONE_NEWUTS), FLAG(CLONE_NEWIPC),
	FLAG(CLONE_NEWUSER), FLAG(CLONE_NEWPID),    FLAG(CLONE_NEWNET), FLAG(CLONE_NEWTIME),
	FLAG(CLONE_FS),	     FLAG(CLONE_FILES),	    FLAG(CLONE_VM),	FLAG(CLONE_SYSVSEM),
};

static const struct flag mode_flags[] = {
	FLAG(S_ISUID), FLAG(S_ISGID), FLAG(S_ISVTX), FLAG(S_IRUSR), FLAG(S_IWUSR), FLAG(S_IXUSR),
	FLAG(S_IRGRP), FLAG(S_IWGRP), FLAG(S_IXGRP), FLAG(S_IROTH), FLAG(S_IWOTH), FLAG(S_IXOTH),
};

struct str event_call_flags(const struct event_syscall *s, char buf[static EVENT_CALL_TEXT])
{
	const struct event_call *row = event_call(s->call);
	uint64_t flags = (uint32_t)event_call_arg(s, row ? row->flags : 0);

	if (!row || !row->flags)
		return STR_LIT("");
	switch (row->flag_names) {
	case WIRE_CALL_FLAGS_AT:
		return flags_text(at_flags, COUNT(at_flags), flags, buf);
	case WIRE_CALL_FLAGS_RENAME:
		return flags_text(rename_flags, COUNT(rename_flags), flags, buf);
	case WIRE_CALL_FLAGS_MOUNT:
		return flags_text(mount_flags, COUNT(mount_flags), flags, buf);
	case WIRE_CALL_FLAGS_UMOUNT:
		return flags_text(umount_flags, COUNT(umount_flags), flags, buf);
	case WIRE_CALL_FLAGS_CLONE:
		return flags_text(clone_flags, COUNT(clone_flags), flags, buf);
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

	if (!row || !row->mode)
		return STR_LIT("");
	type = node_type(mode);
	flags_text(mode_flags, COUNT(mode_flags), mode & 07777, bits);
	(void)snprintf(buf, EVENT_CALL_TEXT, "%.*s%.400s", (int)type.len, type.p, bits);
	return str_from(buf);
}

struct str event_call_request(const struct event_syscall *s, char buf[static EVENT_CALL_TEXT])
{
	static const struct {
		uint64_t number;
		const char *name;
	} requests[] = {
		{0, "PTRACE_TRACEME"},	      {1, "PTRACE_PEEKTEXT"},
		{2, "PTRACE_PEEKDATA"},	      {3, "PTRACE_PEEKUSR"},
		{4, "PTRACE_POKETEXT"},	      {5, "PTRACE_POKEDATA"},
		{6, "PTRACE_POKEUSR"},	      {7, "PTRACE_CONT"},
		{8, "PTRACE_KILL"},	      {9, "PTRACE_SINGLESTEP"},
		{12, "PTRACE_GETREGS"},	      {13, "PTRACE_SETREGS"},
		{16, "PTRACE_ATTACH"},	      {17, "PTRACE_DETACH"},
		{24, "PTRACE_SYSCALL"},	      {0x4200, "PTRACE_SETOPTIONS"},
		{0x4204, "PTRACE_GETREGSET"}, {0x4205, "PTRACE_SETREGSET"},
		{0x4206, "PTRACE_SEIZE"},     {0x4207, "PTRACE_INTERRUPT"},
		{0x4208, "PTRACE_LISTEN"},
	};

	if (s->call != WIRE_CALL_PTRACE)
		return STR_LIT("");
	for (size_t i = 0; i < COUNT(requests); i++)
		if (requests[i].number == s->args[0])
			return str_from(requests[i].name);
	(void)snprintf(buf, EVENT_CALL_TEXT, "%#llx", (unsigned long long)s->args[0]);
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
