/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random calls on random trees, the same ones for the same seed. One thread makes the calls, and
 * nothing else once it was told who it is; a second one, which shares its working directory and its
 * root, looks at what it is about to act on (with O_PATH); a third one, which has kept the first
 * root, says what the kernel says of that: one line for each call.
 */
#include "random.h"

static const char usage[] = "act_random SEED N [weak] FOLDER...";

static void keep_file(long fd)
{
	int *slot = &files[next(FILES)];

	if (fd < 0)
		return;
	shut(slot);
	*slot = (int)fd;
}

static int random_flags(void)
{
	static const int modes[] = {O_RDONLY, O_WRONLY, O_RDWR, O_WRONLY};
	static const int more[] = {O_CREAT,	O_CREAT,   O_CREAT | O_EXCL,
				   O_TRUNC,	O_APPEND,  O_NOFOLLOW,
				   O_DIRECTORY, O_TMPFILE, O_PATH,
				   0,		0,	   0};
	int flags = modes[next(4)] | O_NONBLOCK; /* of fifos */

	for (int i = 0; i < 2; i++)
		flags |= more[next(sizeof(more) / sizeof(more[0]))];
	return flags;
}

static void do_open(void)
{
	static const uint64_t resolves[] = {0,
					    0,
					    RESOLVE_BENEATH,
					    RESOLVE_IN_ROOT,
					    RESOLVE_NO_SYMLINKS,
					    RESOLVE_NO_MAGICLINKS,
					    RESOLVE_NO_XDEV};
	struct open_how how = {.flags = (uint64_t)random_flags()};
	int flags = (int)how.flags;
	uint64_t kind = next(4);
	struct target t;
	long fd;

	how.mode = flags & (O_CREAT | O_TMPFILE) & ~O_DIRECTORY ? 0644 : 0;
	how.resolve = kind == 0 ? resolves[next(7)] : 0;
	if (flags & O_PATH && kind == 0)
		how.flags &= O_PATH | O_NOFOLLOW | O_DIRECTORY;
	target_draw(&t, kind < 2,
		    !(flags & (O_NOFOLLOW | O_EXCL)) || ((flags & O_EXCL) && !(flags & O_CREAT)),
		    how.resolve, flags & O_CREAT && one_in(2) ? NEW : THERE, NULL);
	if (t.fd >= 0 && S_ISFIFO(t.st.st_mode) && (flags & O_ACCMODE) == O_WRONLY) {
		flags = (flags & ~O_ACCMODE) | O_RDWR; /* else it fails when nobody reads */
		how.flags = (uint64_t)flags;
	}
	if (kind == 0) {
		fd = CALL(openat2, t.dir, (long)t.path, (long)&how, sizeof(how));
	} else {
#ifdef SYS_open
		if (kind == 1)
			fd = CALL(openat, t.dir, (long)t.path, flags, 0644);
		else if (kind == 2)
			fd = CALL(open, (long)t.path, flags, 0644);
		else if (t.fd >= 0) /* it would block on a fifo */
			fd = CALL(openat, AT_FDCWD, (long)t.path, flags, 0644);
		else
			fd = CALL(creat, (long)t.path, 0644), flags = O_CREAT | O_WRONLY | O_TRUNC;
#else
		fd = CALL(openat, t.dir, (long)t.path, flags, 0644);
#endif
	}
	truth_int("flags", kind == 0 ? (int)how.flags : flags);
	truth_int("existed", t.fd >= 0);
	say_target("", &t);
	if (fd >= 0)
		say_file((int)fd);
	target_end(&t);
	keep_file(fd);
}

static void do_reopen(void)
{
	char link[64];
	int fd = files[next(FILES)];
	int flags = random_flags() & ~(O_CREAT | O_EXCL | O_TMPFILE | O_NOFOLLOW);
	struct stat st;
	long got;

	if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode))
		flags = (flags & ~O_ACCMODE) | O_RDWR;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	got = CALL(openat, AT_FDCWD, (long)link, flags, 0);
	truth_int("flags", flags);
	truth_int("existed", 1);
	truth_str("path", link);
	if (got >= 0)
		say_file((int)got);
	keep_file(got);
}

static void do_rename(void)
{
	static const unsigned flags_of[] = {
		0, 0, RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_EXCHANGE, RENAME_WHITEOUT};
	unsigned flags = flags_of[next(6)];
	uint64_t kind = next(3);
	struct target from, to;

	target_draw(&from, kind > 0, false, 0, THERE, NULL);
	target_draw(&to, kind > 0, false, 0, flags & RENAME_EXCHANGE || one_in(3) ? THERE : NEW,
		    &from);
#ifdef SYS_rename
	if (kind == 0)
		CALL(rename, (long)from.path, (long)to.path), flags = 0;
	else if (kind == 1)
		CALL(renameat, from.dir, (long)from.path, to.dir, (long)to.path), flags = 0;
	else
#endif
		CALL(renameat2, from.dir, (long)from.path, to.dir, (long)to.path, flags);
	truth_int("flags", flags);
	say_target("from_", &from);
	say_target("", &to);
	if (from.fd >= 0)
		say_file(from.fd); /* where it is now */
	target_end(&from);
	target_end(&to);
}

static void do_link(void)
{
	uint64_t kind = next(4);
	int flags = kind == 1 ? AT_SYMLINK_FOLLOW : kind == 2 ? AT_EMPTY_PATH : 0;
	struct target from = {.fd = NOTHING, .parent = NOTHING}, to;

	if (kind == 2) {
		from.dir = files[next(FILES)];
		from.path[0] = '\0';
	} else if (kind == 3) { /* what O_TMPFILE made gets its name so */
		flags = AT_SYMLINK_FOLLOW;
		from.dir = AT_FDCWD;
		snprintf(from.path, sizeof(from.path), "/proc/self/fd/%d", files[next(FILES)]);
	}
	if (kind == 2) {
		from.fd = from.dir >= 0 ? dup(from.dir) : NOTHING;
		from.parent = NOTHING;
		target_look(&from);
	} else if (kind == 3) {
		target_find(&from, true, 0);
	} else {
		target_draw(&from, kind > 0, flags & AT_SYMLINK_FOLLOW, 0, THERE, NULL);
	}
	target_draw(&to, kind > 0, false, 0, NEW, &from);
#ifdef SYS_link
	if (kind == 0)
		CALL(link, (long)from.path, (long)to.path);
	else
#endif
		CALL(linkat, from.dir, (long)from.path, to.dir, (long)to.path, flags);
	truth_int("flags", flags);
	say_target("from_", &from);
	say_target("", &to);
	target_end(&from);
	target_end(&to);
}

static void do_symlink(void)
{
	struct target t;
	char text[PATH_MAX];

	if (one_in(2))
		snprintf(text, sizeof(text), "%s/%s", random_place(), random_name());
	else
		snprintf(text, sizeof(text), "%s%s", one_in(2) ? "../" : "", random_name());
	target_draw(&t, true, false, 0, NEW, NULL);
	CALL(symlinkat, (long)text, t.dir, (long)t.path);
	truth_str("text", text);
	say_target("", &t);
	target_end(&t);
}

/* A call on one path whose last name is not followed. */
static void do_name(void)
{
	uint64_t kind = next(6);
	struct target t;

	target_draw(&t, kind < 4, false, 0, kind == 0 || kind >= 4 ? THERE : NEW, NULL);
	switch (kind) {
	case 0:
		CALL(unlinkat, t.dir, (long)t.path, one_in(4) ? AT_REMOVEDIR : 0);
		break;
	case 1:
		CALL(mknodat, t.dir, (long)t.path, one_in(2) ? S_IFIFO | 0600 : S_IFREG | 0640, 0);
		break;
#ifdef SYS_unlink
	case 4:
		CALL(unlink, (long)t.path);
		break;
	case 5:
		if (one_in(2))
			CALL(rmdir, (long)t.path);
		else
			CALL(mkdir, (long)t.path, 0755);
		break;
#endif
	default:
		CALL(mkdirat, t.dir, (long)t.path, 0755);
	}
	say_target("", &t);
	target_end(&t);
}

/* A call that changes what a path leads to. */
static void do_change(void)
{
	static const char value[] = "value";
	uint64_t kind = next(7);
	bool follow = kind != 1 && kind != 3;
	struct target t;

	target_draw(&t, kind < 2, follow, 0, THERE, NULL);
	switch (kind) {
	case 0:
		CALL(fchmodat, t.dir, (long)t.path,
		     (long)(0600 + next(64) + (one_in(5) ? 04000 : 0)));
		break;
	case 1:
		CALL(fchownat, t.dir, (long)t.path, (long)next(2) * 1000, (long)next(3),
		     AT_SYMLINK_NOFOLLOW);
		break;
	case 2:
		CALL(truncate, (long)t.path, (long)next(3));
		break;
	case 3:
		CALL(lsetxattr, (long)t.path, (long)"trusted.random", (long)value, sizeof(value),
		     0);
		break;
	case 4:
		CALL(setxattr, (long)t.path, (long)"user.random", (long)value, sizeof(value), 0);
		break;
	case 5:
		CALL(removexattr, (long)t.path, (long)"user.random");
		break;
	default:
#ifdef SYS_chmod
		if (one_in(2))
			CALL(chmod, (long)t.path, (long)(0600 + next(64)));
		else
			CALL(chown, (long)t.path, (long)next(2) * 1000, 0);
#else
		CALL(truncate, (long)t.path, 1);
#endif
	}
	say_target("", &t);
	target_end(&t);
}

/* And what a descriptor leads to. */
static void do_descriptor(void)
{
	static const char value[] = "value";
	int fd = files[next(FILES)];

	switch (next(5)) {
	case 0:
		CALL(fchmod, fd, (long)(0600 + next(64)));
		break;
	case 1:
		CALL(fchown, fd, (long)next(2) * 1000, 0);
		break;
	case 2:
		CALL(ftruncate, fd, (long)next(3));
		break;
	case 3:
		CALL(fsetxattr, fd, (long)"user.random", (long)value, sizeof(value), 0);
		break;
	default:
		CALL(fremovexattr, fd, (long)"user.random");
	}
	say_file(fd);
}

static void do_mount(void)
{
	struct target from, to;

	target_draw(&to, false, true, 0, THERE, NULL);
	if (mounts >= MOUNTS || one_in(3)) {
		/* What is taken away is the uppermost, also above a link of /proc. */
		shut(&to.fd);
		to.fd = open(to.where, O_PATH | O_CLOEXEC);
		target_look(&to);
		if (CALL(umount2, (long)to.path, MNT_DETACH) == 0)
			mounts--;
		say_target("", &to);
	} else {
		target_draw(&from, false, true, 0, THERE, NULL);
		if (CALL(mount, (long)from.path, (long)to.path, 0, MS_BIND, 0) == 0)
			mounts++;
		say_target("from_", &from);
		say_target("", &to);
		target_end(&from);
	}
	target_end(&to);
}

/* Where the next paths begin. */
static void do_move(void)
{
	struct target t;
	int *slot = &dirs[next(DIRS)];

	target_draw(&t, false, true, 0, THERE, NULL);
	if (one_in(3)) {
		CALL(chdir, (long)t.path);
	} else {
		long fd = CALL(openat, AT_FDCWD, (long)t.path, O_RDONLY | O_DIRECTORY, 0);

		truth_int("flags", O_RDONLY | O_DIRECTORY);
		truth_int("existed", 1);
		if (fd >= 0) {
			say_file((int)fd);
			shut(slot);
			*slot = (int)fd;
		}
	}
	say_target("", &t);
	target_end(&t);
}

static void do_one(void)
{
	static void (*const ways[])(void) = {
		do_open,       do_open,	  do_open,   do_open,  do_open,	  do_open,   do_reopen,
		do_rename,     do_rename, do_rename, do_link,  do_link,	  do_link,   do_symlink,
		do_name,       do_name,	  do_name,   do_name,  do_change, do_change, do_change,
		do_descriptor, do_move,	  do_move,   do_mount,
	};

	ways[next(sizeof(ways) / sizeof(ways[0]))]();
}

/* The actor may no longer do what any root may. */
static void weaken(void)
{
	uint32_t head[2] = {0x20080522, 0}, data[6] = {0};
	const uint32_t dropped = 1u << 1 | 1u << 2 |
				 1u << 3; /* DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER */

	if (syscall(SYS_capget, head, data))
		truth_die("capget");
	data[0] &= ~dropped;
	(void)hand_call(&actor, (struct call){.number = SYS_capset, ARGS((long)head, (long)data)});
}

int main(int argc, char **argv)
{
	long n;
	int i = 3;

	if (argc < 4)
		truth_usage(usage);
	random_start(strtoull(argv[1], NULL, 0));
	n = strtol(argv[2], NULL, 0);
	umask(022);
	hand_start(&actor);
	hand_start(&prober);
	if (unshare(CLONE_FS))
		truth_die("unshare");
	if (i < argc && !strcmp(argv[i], "weak")) {
		weaken();
		i++;
	}
	for (; i < argc && n_places < PLACES; i++)
		places[n_places++] = argv[i];
	for (int d = 0; d < DIRS; d++)
		dirs[d] = open(places[(size_t)d % n_places], O_RDONLY | O_DIRECTORY);
	for (int d = 0; d < FILES; d++)
		files[d] = NOTHING;
	truth_begin("start");
	truth_int("actor", actor.tid);
	truth_end();
	for (long k = 0; k < n; k++) {
		do_one();
		truth_end();
	}
	return 0;
}
