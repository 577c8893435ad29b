// SPDX-License-Identifier: Apache-2.0
/* System calls that are told as they are: which of their arguments is what. */
#include <linux/fcntl.h>

#include "event/event.h"

#define CALL_UMOUNT_NOFOLLOW 8 /* <sys/mount.h>, which does not go with <linux/mount.h> */
#define CALL_FSPICK_NOFOLLOW 2 /* FSPICK_SYMLINK_NOFOLLOW of it */

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
	return n > 0 && n <= WIRE_SYSCALL_ALL ? s->args[n - 1] : 0;
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

bool event_call_renames(const struct event_syscall *s)
{
	return s->call == WIRE_CALL_RENAME || s->call == WIRE_CALL_RENAMEAT ||
	       s->call == WIRE_CALL_RENAMEAT2;
}

const struct event_file *event_call_file(const struct event_syscall *s)
{
	const struct event_call *row = event_call(s->call);
	/* What lies at the second path after it lay at the first one, but for a link's text. */
	size_t i = row && row->dir[0] == WIRE_CALL_A_NAME;
	const struct event_file *f = &s->paths[i].file;

	return f->known && f->ino ? f : NULL;
}

/*
 * Without a text there is nothing that could have led elsewhere: no path was passed (acct(NULL)),
 * or "" and a descriptor (AT_EMPTY_PATH). A text that could not be read is another thing: it has no
 * path.
 */
static bool text_leads(const struct event_syscall *s, const struct event_call *row, size_t i)
{
	const struct event_call_path *path = &s->paths[i];

	if (path->asked.len > 0)
		return true;
	return path->path.len == 0 && event_call_arg(s, row->path[i]) != 0;
}

/* What is only a name, or asked by a descriptor, leads nowhere. */
bool event_call_unresolved(const struct event_syscall *s)
{
	const struct event_call *row = event_call(s->call);
	size_t i = has_two(s);

	return row && row->path[0] && row->dir[i] != WIRE_CALL_A_NAME && !s->paths[i].resolved &&
	       text_leads(s, row, i);
}

bool event_call_of_attribute(const struct event_syscall *s)
{
	switch (s->call) {
	case WIRE_CALL_SETXATTR:
	case WIRE_CALL_LSETXATTR:
	case WIRE_CALL_FSETXATTR:
	case WIRE_CALL_SETXATTRAT:
	case WIRE_CALL_REMOVEXATTR:
	case WIRE_CALL_LREMOVEXATTR:
	case WIRE_CALL_FREMOVEXATTR:
	case WIRE_CALL_REMOVEXATTRAT:
		return true;
	default:
		return false;
	}
}

bool event_call_leads(const struct event_syscall *s, size_t i)
{
	const struct event_call *row = event_call(s->call);

	/* After these two, the same path starts at another root. */
	if (!row || s->call == WIRE_CALL_CHROOT || s->call == WIRE_CALL_PIVOT_ROOT)
		return false;
	return row->path[i] && row->dir[i] != WIRE_CALL_A_NAME && s->paths[i].asked.len > 0;
}

uint32_t event_call_owner(const struct event_syscall *s)
{
	if (!wire_call_is_chown(s->call))
		return UINT32_MAX;
	return (uint32_t)event_call_arg(s, s->call == WIRE_CALL_FCHOWNAT ? 3 : 2);
}

static enum event_call_end followed(bool follows)
{
	return follows ? EVENT_CALL_FOLLOWS : EVENT_CALL_OBJECT;
}

enum event_call_end event_call_end(const struct event_syscall *s, size_t i)
{
	switch (s->call) {
	case WIRE_CALL_LINKAT:
		return i == 0 && (s->args[4] & AT_SYMLINK_FOLLOW) ? EVENT_CALL_FOLLOWS :
								    EVENT_CALL_NAME;
	case WIRE_CALL_CHMOD:
	case WIRE_CALL_FCHMODAT:
	case WIRE_CALL_CHOWN:
	case WIRE_CALL_TRUNCATE:
	case WIRE_CALL_MOUNT:
	case WIRE_CALL_UMOUNT:
	case WIRE_CALL_OPEN_TREE:
	case WIRE_CALL_SETXATTR:
	case WIRE_CALL_REMOVEXATTR:
	case WIRE_CALL_SWAPON:
	case WIRE_CALL_SWAPOFF:
	case WIRE_CALL_ACCT:
		return EVENT_CALL_FOLLOWS;
	case WIRE_CALL_LCHOWN:
	case WIRE_CALL_LSETXATTR:
	case WIRE_CALL_LREMOVEXATTR:
		return EVENT_CALL_OBJECT;
	case WIRE_CALL_SETXATTRAT:
	case WIRE_CALL_REMOVEXATTRAT:
	case WIRE_CALL_MOUNT_SETATTR:
	case WIRE_CALL_OPEN_TREE_ATTR:
		return followed(!(s->args[2] & AT_SYMLINK_NOFOLLOW));
	case WIRE_CALL_FILE_SETATTR:
		return followed(!(s->args[4] & AT_SYMLINK_NOFOLLOW));
	case WIRE_CALL_NAME_TO_HANDLE_AT:
		return followed(s->args[4] & AT_SYMLINK_FOLLOW);
	case WIRE_CALL_FSPICK:
		return followed(!(s->args[2] & CALL_FSPICK_NOFOLLOW));
	case WIRE_CALL_FCHMODAT2:
		return followed(!(s->args[3] & AT_SYMLINK_NOFOLLOW));
	case WIRE_CALL_FCHOWNAT:
		return followed(!(s->args[4] & AT_SYMLINK_NOFOLLOW));
	case WIRE_CALL_UMOUNT2:
		return followed(!(s->args[1] & CALL_UMOUNT_NOFOLLOW));
	default:
		return EVENT_CALL_NAME;
	}
}
