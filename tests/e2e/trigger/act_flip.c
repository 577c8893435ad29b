// SPDX-License-Identifier: Apache-2.0
/*
 * Acts on paths, again and again, while a second thread changes what their path leads to: one of
 * two folders, in which the same names lie. Which folder each act was done in is found out behind
 * it, by what lies where; says so, a letter for each act.
 */
#include "truth.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/xattr.h>

static const char usage[] =
	"act_flip text|link|parent|fd ACT A B N\n"
	"A, B: the folders, made here, of one length. text: the path is rewritten in memory; link: a\n"
	"symbolic link in it leads now to the one, now to the other; parent: the folders change places;\n"
	"fd: a descriptor is that of the file in the one, or in the other\n"
	"ACT: chmod, chown, truncate, unlink, rename-from, rename-to, link-from, link-to, symlink, mkdir,\n"
	"mknod, mount, umount, move-from, move-to, pivot, setxattr, removexattr, set-acl; of fd: ftruncate,\n"
	"fsetxattr";

#define LINK	  "/tmp/flip-link"
#define OUT	  "/tmp/flip-out"
#define THERE	  "f"	       /* in both folders */
#define FRESH	  "g"	       /* in none, until it is made */
#define ROOT	  "r"	       /* in both: the root of a mount */
#define MOVED	  OUT "/moved" /* where a mount is moved from, or to */
#define ATTRIBUTE "trusted.flip"

static atomic_bool over;
static atomic_uint flips;
static char path[256]; /* what the acts are passed */
static const char *name;
static const char *folders[2];
static int dirs[2], out; /* the folders, whatever they are called by now */
static int files[2];	 /* THERE in them */

static void need(long ret, const char *what)
{
	if (ret < 0)
		truth_die(what);
}

/* In any thread: no other one is waited for. */
static void must(long ret, const char *what)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "trigger: %s: %s\n", what, strerror(errno));
	_exit(99);
}

static void *flip_text(void *arg)
{
	size_t n = strlen(folders[0]);

	(void)arg;
	for (unsigned i = 0; !atomic_load(&over); i++) {
		for (size_t k = 0; k < n; k++)
			((volatile char *)path)[k] = folders[i % 2][k];
		atomic_fetch_add(&flips, 1);
	}
	return NULL;
}

static void *flip_link(void *arg)
{
	(void)arg;
	for (unsigned i = 0; !atomic_load(&over); i++) {
		(void)unlink(LINK ".new");
		must(symlink(folders[i % 2], LINK ".new"), "symlink");
		must(rename(LINK ".new", LINK), "rename");
		atomic_fetch_add(&flips, 1);
	}
	return NULL;
}

#define EXCHANGE 2 /* RENAME_EXCHANGE */

static void *flip_parent(void *arg)
{
	(void)arg;
	while (!atomic_load(&over)) {
		must(syscall(SYS_renameat2, AT_FDCWD, folders[0], AT_FDCWD, folders[1], EXCHANGE),
		     "exchange");
		atomic_fetch_add(&flips, 1);
	}
	return NULL;
}

static int changing = -1; /* a descriptor: of one of the two files */

static void *flip_fd(void *arg)
{
	(void)arg;
	for (unsigned i = 0; !atomic_load(&over); i++) {
		must(dup3(files[i % 2], changing, O_CLOEXEC), "dup");
		atomic_fetch_add(&flips, 1);
	}
	return NULL;
}

static bool has(int dir, const char *what, struct stat *st)
{
	return fstatat(dir, what, st, AT_SYMLINK_NOFOLLOW) == 0;
}

static unsigned step; /* of the acts, so that each leaves another mark */

static long act_chmod(void)
{
	return syscall(SYS_fchmodat, AT_FDCWD, path, 0600 | (step & 077));
}

static long act_chown(void)
{
	return syscall(SYS_fchownat, AT_FDCWD, path, 1000 + step, -1, 0);
}

static long act_truncate(void)
{
	return syscall(SYS_truncate, path, step);
}

static long act_unlink(void)
{
	return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

static long act_rename_from(void)
{
	return syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, OUT "/" FRESH, 0);
}

static long act_rename_to(void)
{
	return syscall(SYS_renameat2, AT_FDCWD, OUT "/" THERE, AT_FDCWD, path, 0);
}

static long act_link_from(void)
{
	return syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, OUT "/" FRESH, 0);
}

static long act_link_to(void)
{
	return syscall(SYS_linkat, AT_FDCWD, OUT "/" THERE, AT_FDCWD, path, 0);
}

static long act_symlink(void)
{
	return syscall(SYS_symlinkat, "nowhere", AT_FDCWD, path);
}

static long act_mkdir(void)
{
	return syscall(SYS_mkdirat, AT_FDCWD, path, 0700);
}

static long act_mknod(void)
{
	return syscall(SYS_mknodat, AT_FDCWD, path, S_IFIFO | 0600, 0);
}

static long act_mount(void)
{
	return syscall(SYS_mount, OUT "/" THERE, path, NULL, MS_BIND, NULL);
}

static bool mounted(int i)
{
	struct stat one, other;

	return has(out, THERE, &one) && has(dirs[i], THERE, &other) && one.st_ino == other.st_ino;
}

static void unmount(int i)
{
	char file[64];

	(void)snprintf(file, sizeof(file), "%s/" THERE, folders[i]);
	must(umount2(file, MNT_DETACH), "umount");
}

/* Of two mounts one. */
static long act_umount(void)
{
	return syscall(SYS_umount2, path, MNT_DETACH);
}

static bool unmounted(int i)
{
	return !mounted(i);
}

static void mount_again(int i)
{
	char file[64];

	(void)snprintf(file, sizeof(file), "%s/" THERE, folders[i]);
	must(mount(OUT "/" THERE, file, NULL, MS_BIND, NULL), "mount");
}

static void unmount_there(const char *file)
{
	must(umount2(file, MNT_DETACH), "umount");
}

static void mount_on(const char *file)
{
	must(mount(OUT "/" THERE, file, NULL, MS_BIND, NULL), "mount");
}

static long act_move_to(void)
{
	return syscall(SYS_move_mount, AT_FDCWD, MOVED, AT_FDCWD, path, 0);
}

static void move_anew(int i)
{
	unmount(i);
	mount_on(MOVED);
}

/* Of two mounts one. */
static long act_move_from(void)
{
	return syscall(SYS_move_mount, AT_FDCWD, path, AT_FDCWD, MOVED, 0);
}

static void move_away(int i)
{
	unmount_there(MOVED);
	mount_again(i);
}

static int root = -1; /* the one before it is changed */

/* The old root comes to lie upon the new one. */
static long act_pivot(void)
{
	return syscall(SYS_pivot_root, path, path);
}

static bool pivoted(int i)
{
	struct stat now, there;

	return has(dirs[i], ROOT, &there) && stat("/", &now) == 0 && now.st_ino == there.st_ino;
}

static void pivot_back(int i)
{
	char file[64];

	(void)snprintf(file, sizeof(file), "%s/" ROOT, folders[i] + 1);
	must(fchdir(root), "fchdir");
	must(syscall(SYS_pivot_root, ".", file), "pivot back");
	must(chdir("/"), "chdir");
}

static long act_setxattr(void)
{
	char value = (char)step;

	return setxattr(path, ATTRIBUTE, &value, 1, 0);
}

static long act_fsetxattr(void)
{
	char value = (char)step;

	return fsetxattr(changing, ATTRIBUTE, &value, 1, 0);
}

static bool has_value(int i)
{
	char value = 0;

	return fgetxattr(files[i], ATTRIBUTE, &value, 1) == 1 && value == (char)step;
}

static void take_value(int i)
{
	must(fremovexattr(files[i], ATTRIBUTE), "remove attribute");
}

static long act_removexattr(void)
{
	return removexattr(path, ATTRIBUTE);
}

static bool has_none(int i)
{
	char value;

	return fgetxattr(files[i], ATTRIBUTE, &value, 1) < 0;
}

static void give_value(int i)
{
	must(fsetxattr(files[i], ATTRIBUTE, "x", 1, 0), "give attribute");
}

/* One that says what a mode could: the file has that, then. */
static long act_set_acl(void)
{
	const struct {
		uint32_t version;
		struct {
			uint16_t tag, rights;
			uint32_t id;
		} entry[3];
	} acl = {2, {{1, 7, ~0u}, {4, (uint16_t)(step >> 3), ~0u}, {0x20, step & 7, ~0u}}};

	return setxattr(path, "system.posix_acl_access", &acl, sizeof(acl), 0);
}

static long act_ftruncate(void)
{
	return ftruncate(changing, step);
}

static bool marked(int i)
{
	struct stat st;

	return has(dirs[i], THERE, &st) &&
	       (st.st_size == step || (st.st_mode & 077) == step || st.st_uid == 1000 + step);
}

/* Both marks are others than this step's. */
static void unmark(int i)
{
	must(fchmod(files[i], 0700), "unmark");
	must(fchown(files[i], 0, (gid_t)-1), "unmark");
	must(ftruncate(files[i], 0), "unmark");
}

/* By another call than what is told apart. */
static void make_empty(int i)
{
	char file[64];

	(void)snprintf(file, sizeof(file), "%s/" THERE, folders[i]);
	must(truncate(file, 0), "make empty");
}

static bool gone(int i)
{
	struct stat st;

	return !has(dirs[i], THERE, &st);
}

static void link_again(int i)
{
	must(linkat(dirs[i], "kept", dirs[i], THERE, 0), "link again");
}

static void move_back(int i)
{
	must(renameat(out, FRESH, dirs[i], THERE), "move back");
}

static bool made(int i)
{
	struct stat st;

	return has(dirs[i], FRESH, &st);
}

static void move_out(int i)
{
	must(renameat(dirs[i], FRESH, out, THERE), "move out");
}

static void remove_fresh(int i)
{
	if (unlinkat(dirs[i], FRESH, 0))
		must(unlinkat(dirs[i], FRESH, AT_REMOVEDIR), "remove");
}

/* It is one of the two files: which, says its inode. */
static bool linked(int i)
{
	struct stat one, other;

	return has(out, FRESH, &one) && has(dirs[i], THERE, &other) && one.st_ino == other.st_ino;
}

static void unlink_out(int i)
{
	(void)i;
	must(unlinkat(out, FRESH, 0), "unlink");
}

static void make_file(int dir, const char *file)
{
	int fd = openat(dir, file, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);

	need(fd, file);
	(void)close(fd);
}

static const struct act {
	const char *name, *file;
	long (*act)(void);
	bool (*in)(int i); /* was it done in that folder? */
	void (*undo)(int i);
} acts[] = {
	{"chmod", THERE, act_chmod, marked, unmark},
	{"chown", THERE, act_chown, marked, unmark},
	{"truncate", THERE, act_truncate, marked, unmark},
	{"unlink", THERE, act_unlink, gone, link_again},
	{"rename-from", THERE, act_rename_from, gone, move_back},
	{"rename-to", FRESH, act_rename_to, made, move_out},
	{"link-from", THERE, act_link_from, linked, unlink_out},
	{"link-to", FRESH, act_link_to, made, remove_fresh},
	{"symlink", FRESH, act_symlink, made, remove_fresh},
	{"mkdir", FRESH, act_mkdir, made, remove_fresh},
	{"mknod", FRESH, act_mknod, made, remove_fresh},
	{"mount", THERE, act_mount, mounted, unmount},
	{"umount", THERE, act_umount, unmounted, mount_again},
	{"move-to", THERE, act_move_to, mounted, move_anew},
	{"move-from", THERE, act_move_from, unmounted, move_away},
	{"pivot", ROOT, act_pivot, pivoted, pivot_back},
	{"setxattr", THERE, act_setxattr, has_value, take_value},
	{"removexattr", THERE, act_removexattr, has_none, give_value},
	{"set-acl", THERE, act_set_acl, marked, unmark},
	{"ftruncate", THERE, act_ftruncate, marked, make_empty},
	{"fsetxattr", THERE, act_fsetxattr, has_value, take_value},
};

/* What the acts need beside the files in the folders; and at the end it is taken away. */
static void prepare(const struct act *a)
{
	char file[64];

	if (a->act == act_move_to || a->act == act_move_from)
		make_file(out, "moved");
	if (a->act == act_move_to)
		mount_on(MOVED);
	changing = dup(files[0]);
	must(changing, "dup");
	root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(root, "root");
	for (int i = 0; i < 2; i++) {
		if (a->undo == mount_again || a->undo == move_away)
			mount_again(i);
		if (a->undo == give_value)
			give_value(i);
		if (a->act != act_pivot)
			continue;
		(void)snprintf(file, sizeof(file), "%s/" ROOT, folders[i]);
		must(mkdir(file, 0755), file);
		must(mount(file, file, NULL, MS_BIND, NULL), "mount");
	}
}

static void clean_up(const struct act *a)
{
	char file[64];

	if (a->act == act_move_to)
		unmount_there(MOVED);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(file, sizeof(file), "%s/%s", folders[i], a->file);
		if (a->undo == mount_again || a->undo == move_away || a->act == act_pivot)
			unmount_there(file);
	}
}

static int make_folder(const char *folder)
{
	int fd;

	need(mkdir(folder, 0755), folder);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	need(fd, folder);
	make_file(fd, THERE);
	need(linkat(fd, THERE, fd, "kept", 0), "kept");
	return fd;
}

static void say_inode(const char *key, int dir)
{
	struct stat st;

	need(fstatat(dir, "kept", &st, 0), "kept");
	truth_int(key, (long long)st.st_ino);
}

/* On a busy processor the other thread may not have run for long: it shall. */
static void let_flip(void)
{
	unsigned seen = atomic_load(&flips);

	while (atomic_load(&flips) == seen)
		sched_yield();
}

static void run(const struct act *a, void *(*flip)(void *), size_t n)
{
	char *where = calloc(1, n + 1);
	pthread_t thread;
	size_t done = 0;

	if (!where || pthread_create(&thread, NULL, flip, NULL))
		truth_die("thread");
	for (size_t i = 0; done < n && i < 1000 * n; i++) {
		step = 1 + done % 63;
		if (i % 16 == 0)
			let_flip();
		if (a->act())
			continue;
		for (int k = 0; k < 2; k++)
			if (a->in(k))
				where[done] = where[done] ? '?' : (char)('a' + k);
		if (where[done] != 'a' && where[done] != 'b')
			must(-1, "neither or both");
		a->undo(where[done] - 'a');
		done++;
	}
	atomic_store(&over, true);
	pthread_join(thread, NULL);
	truth_str("where", where);
	say_inode("a", dirs[0]);
	say_inode("b", dirs[1]);
	say_inode("out", out);
	free(where);
}

int main(int argc, char **argv)
{
	void *(*flip)(void *) = NULL;
	const struct act *a = NULL;

	if (argc != 6 || strlen(argv[3]) != strlen(argv[4]))
		truth_usage(usage);
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (!strcmp(argv[2], acts[i].name))
			a = &acts[i];
	if (!strcmp(argv[1], "text"))
		flip = flip_text;
	else if (!strcmp(argv[1], "link"))
		flip = flip_link;
	else if (!strcmp(argv[1], "parent"))
		flip = flip_parent;
	else if (!strcmp(argv[1], "fd"))
		flip = flip_fd;
	if (!a || !flip)
		truth_usage(usage);
	folders[0] = argv[3];
	folders[1] = argv[4];
	dirs[0] = make_folder(folders[0]);
	dirs[1] = make_folder(folders[1]);
	for (int i = 0; i < 2; i++) {
		files[i] = openat(dirs[i], THERE, O_WRONLY | O_CLOEXEC);
		need(files[i], THERE);
	}
	out = make_folder(OUT);
	(void)unlink(LINK);
	need(symlink(folders[0], LINK), LINK);
	name = a->file;
	prepare(a);
	if (snprintf(path, sizeof(path), "%s/%s", flip == flip_link ? LINK : folders[0], name) >=
	    (int)sizeof(path))
		truth_die("too long");
	truth_begin("flip");
	run(a, flip, strtoul(argv[5], NULL, 10));
	clean_up(a);
	truth_end();
	return 0;
}
