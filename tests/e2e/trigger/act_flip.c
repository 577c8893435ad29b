// SPDX-License-Identifier: Apache-2.0
/*
 * Acts on paths, again and again, while a second thread changes what their path leads to: one of
 * two folders, in which the same names lie. Which folder each act was done in is found out behind
 * it, by what lies where; says so, a letter for each act. What is done is in flip_files.h and
 * flip_mounts.h; how its path is changed, and in which turns, here.
 */
#include "flip.h"
#include "flip_files.h"
#include "flip_mounts.h"
#include "flip_ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

static const char usage[] =
	"act_flip text|link|parent|fd ACT A B N\n"
	"A, B: the folders, made here, of one length. text: the path is rewritten in memory; link: a\n"
	"symbolic link in it leads now to the one, now to the other; parent: the folders change places;\n"
	"fd: a descriptor is that of the file in the one, or in the other\n"
	"ACT: chmod, chown, truncate, unlink, rename-from, rename-to, link-from, link-to, symlink, mkdir,\n"
	"mknod, mount, umount, move-from, move-to, pivot, setxattr, removexattr, set-acl, ring-unlink,\n"
	"ring-setxattr (through io_uring); of fd: ftruncate, fsetxattr";

#define LINK "/tmp/flip-link"

static atomic_bool over;
static atomic_uint flips;

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

static void *flip_fd(void *arg)
{
	(void)arg;
	for (unsigned i = 0; !atomic_load(&over); i++) {
		must(dup3(files[i % 2], changing, O_CLOEXEC), "dup");
		atomic_fetch_add(&flips, 1);
	}
	return NULL;
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
	{"ring-setxattr", THERE, act_ring_setxattr, has_value, take_value},
	{"ring-unlink", THERE, act_ring_unlink, gone, link_again},
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
	prepare(a);
	if (snprintf(path, sizeof(path), "%s/%s", flip == flip_link ? LINK : folders[0], a->file) >=
	    (int)sizeof(path))
		truth_die("too long");
	truth_begin("flip");
	run(a, flip, strtoul(argv[5], NULL, 10));
	clean_up(a);
	truth_end();
	return 0;
}
