// SPDX-License-Identifier: Apache-2.0
/* Where paths of calls led: by this very process, which sees its own mounts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/helpers.h"
#include "container/resolver.h"
#include "container/walker.h"
#include "container/witness.h"

static struct helpers *helpers;
static struct resolver *resolver;
static struct event e;
static char top[256], other[256];
static uint32_t own_ns;

static void make(const char *name, const char *target)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	if (target)
		assert_int_equal(symlink(target, path), 0);
	else
		assert_int_equal(mkdir(path, 0755), 0);
}

static int set_up(void **state)
{
	char made[] = "/tmp/resolver-XXXXXX", file[300];
	struct stat st;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(made));
	assert_non_null(realpath(made, top));
	make("etc", NULL);
	make("etc/cron.d", NULL);
	make("elsewhere", NULL);
	make("link", "etc");
	make("twice", "link/cron.d");
	make("magic", "/proc/self/cwd");
	make("round", "round");
	make("dangling", "/proc/self/no-such-thing");
	make("name", "etc/passwd");
	snprintf(file, sizeof(file), "%s/etc/passwd", top);
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(stat("/proc/self/ns/mnt", &st), 0);
	own_ns = (uint32_t)st.st_ino;
	assert_int_equal(helpers_new(&helpers), 0);
	return resolver_new(&resolver, "/proc", NULL, helpers);
}

static int tear_down(void **state)
{
	char command[300];

	(void)state;
	resolver_free(resolver);
	helpers_free(helpers);
	helpers_free(NULL);
	snprintf(command, sizeof(command), "rm -rf '%s'", top);
	return system(command);
}

static void begin(uint32_t call)
{
	e = (struct event){
		.kind = EVENT_SYSCALL,
		.task = {.pid = (uint32_t)getpid(), .mnt_ns = own_ns},
		.sys.call = call,
	};
}

/* An absolute path when it begins with a slash: below the top directory. */
static void ask(size_t i, const char *base, const char *asked)
{
	static char bases[2][512], texts[2][512];
	struct event_call_path *p = &e.sys.paths[i];

	snprintf(bases[i], sizeof(bases[i]), "%s%s", top, base);
	snprintf(texts[i], sizeof(texts[i]), "%s%s", asked[0] == '/' ? top : "", asked);
	p->base = str_from(bases[i]);
	p->asked = p->named = p->path = str_from(texts[i]);
}

static void led(size_t i, const char *want)
{
	const struct event_call_path *p = &e.sys.paths[i];
	char text[512];

	resolver_call(resolver, &e);
	assert_int_equal(p->resolved, want != NULL);
	if (!want) {
		assert_ptr_equal(p->path.p, p->named.p);
		assert_null(p->rootpath.p);
		return;
	}
	snprintf(text, sizeof(text), "%s%s", top, want);
	other[0] = '\0';
	snprintf(other, sizeof(other), "%.*s", (int)p->path.len, p->path.p);
	assert_string_equal(other, text);
	assert_null(p->hostpath.p);
}

static void a_path(uint32_t call, const char *base, const char *asked, const char *want)
{
	size_t i;

	begin(call);
	i = event_call(call)->path[1] ? 1 : 0;
	if (i == 1)
		ask(0, "", "/etc/x");
	ask(i, base, asked);
	led(i, want);
}

static void links_are_followed(void **state)
{
	(void)state;
	a_path(WIRE_CALL_RENAME, "", "/etc/new", "/etc/new");
	a_path(WIRE_CALL_RENAME, "", "/link/new", "/etc/new");
	a_path(WIRE_CALL_RENAME, "", "/twice/new", "/etc/cron.d/new");
	a_path(WIRE_CALL_RENAME, "", "/twice/../new", "/etc/new");
	a_path(WIRE_CALL_RENAME, "", "/twice/../..//elsewhere/./new", "/elsewhere/new");
	a_path(WIRE_CALL_RENAME, "", "/link/new//", "/etc/new");
	a_path(WIRE_CALL_RENAMEAT, "/elsewhere", "../link/new", "/etc/new");
	a_path(WIRE_CALL_LINKAT, "/etc", "new", "/etc/new");
	a_path(WIRE_CALL_SYMLINK, "", "/link/new", "/etc/new");
	a_path(WIRE_CALL_UNLINK, "", "/link/passwd", "/etc/passwd");
	a_path(WIRE_CALL_RMDIR, "", "/link/cron.d/..", "/etc");
}

/* A chmod of a path that is a magic link to base. */
static void chmod_over(const char *asked, const char *base, const char *want)
{
	begin(WIRE_CALL_CHMOD);
	ask(0, "", asked);
	e.sys.paths[0].magic = (struct event_magic){str_from(base), STR_LIT("")};
	led(0, want);
}

/* Over a magic link nobody goes: what is behind it counts, but where the text leads by itself. */
static void magic(void **state)
{
	char base[300];

	(void)state;
	snprintf(base, sizeof(base), "%s/link", top);
	begin(WIRE_CALL_RENAME);
	ask(0, "", "/etc/x");
	ask(1, "", "/magic/new");
	e.sys.paths[1].magic = (struct event_magic){str_from(base), STR_LIT("cron.d/new")};
	led(1, "/etc/cron.d/new");
	chmod_over("/magic", base, "/etc");
	chmod_over("/name", base, "/etc/passwd");
	/* A link like /dev/stdin, which leads to nothing that we see. */
	chmod_over("/dangling", base, "/etc");
}

static void over(const char *link, const char *rest, const char *want)
{
	static char text[300];

	snprintf(text, sizeof(text), "%s%s", link, rest);
	begin(WIRE_CALL_RENAME);
	ask(0, "", "/etc/x");
	e.sys.paths[1].asked = e.sys.paths[1].named = e.sys.paths[1].path = str_from(text);
	led(1, want);
}

/* Of a process that lives, and has the same mounts, it is read where it leads to. */
static void magic_of_another(void **state)
{
	char dir[300], link[64], root[300];
	int status, fd, stop[2];
	pid_t child;

	(void)state;
	snprintf(dir, sizeof(dir), "%s/etc", top);
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pipe(stop), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char end;

		close(stop[1]);
		_exit(read(stop[0], &end, 1) != 0);
	}
	close(stop[0]);
	snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)child, fd);
	over(link, "/new", "/etc/new");
	over(link, "//cron.d/../../link/new", "/etc/new");
	snprintf(root, sizeof(root), "/proc/./%d//root%s/link", (int)child, top);
	over(root, "/new", "/etc/new");
	over(link, "0000/new", NULL);
	close(fd);
	close(stop[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	over(link, "/new", NULL);
}

/* The directory of such a name is the root itself. */
static void a_name_at_the_top(void **state)
{
	static const uint32_t calls[] = {WIRE_CALL_UNLINK, WIRE_CALL_RENAME, WIRE_CALL_MOVE_MOUNT};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const struct event_call_path *p;

		begin(calls[i]);
		e.sys.paths[0].asked = e.sys.paths[0].path = STR_LIT("/no-such-name-here");
		e.sys.paths[1] = e.sys.paths[0];
		resolver_call(resolver, &e);
		p = event_call_target(&e.sys);
		assert_true(p->resolved);
		assert_true(str_is(p->path, "/no-such-name-here"));
	}
}

static void when_it_was_changed(void **state)
{
	char path[300], link[300];
	struct stat st;

	(void)state;
	begin(WIRE_CALL_NONE);
	snprintf(path, sizeof(path), "%s/etc/passwd", top);
	snprintf(link, sizeof(link), "%s/name", top);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(resolver_changed(resolver, &e, str_from(path)),
			 st.st_ctim.tv_sec * 1000000000ll + st.st_ctim.tv_nsec);
	assert_int_equal(resolver_changed(resolver, &e, str_from(link)),
			 resolver_changed(resolver, &e, str_from(path)));
	assert_int_equal(resolver_changed(resolver, &e, str_from(top)), 0); /* a directory */
	assert_int_equal(resolver_changed(resolver, &e, str_from("/no/such/file")), 0);
	assert_int_equal(resolver_changed(resolver, &e, str_from("relative")), 0);
	assert_int_equal(resolver_changed(resolver, &e, STR_LIT("")), 0);
}

/* Some calls act on what a link at the end leads to, others on the link. */
static void last_link(void **state)
{
	(void)state;
	a_path(WIRE_CALL_TRUNCATE, "", "/name", "/etc/passwd");
	a_path(WIRE_CALL_CHMOD, "", "/name", "/etc/passwd");
	a_path(WIRE_CALL_UNLINK, "", "/name", "/name");
	a_path(WIRE_CALL_RENAME, "", "/name", "/name");
	a_path(WIRE_CALL_LCHOWN, "", "/name", "/name");
	a_path(WIRE_CALL_CHMOD, "", "/link/gone", "/etc/gone");
	begin(WIRE_CALL_FCHMODAT2);
	e.sys.args[3] = AT_SYMLINK_NOFOLLOW;
	ask(0, "", "/name");
	led(0, "/name");
}

/* Of what is linked a link at the end may be followed, of the new name none is. */
static void what_is_linked(void **state)
{
	static const struct {
		uint64_t flags;
		const char *from, *to, *want_from, *want_to;
	} links[] = {
		{0, "/name", "/elsewhere/new", "/name", "/elsewhere/new"},
		{AT_SYMLINK_FOLLOW, "/name", "/elsewhere/new", "/etc/passwd", "/elsewhere/new"},
		{AT_SYMLINK_FOLLOW, "/elsewhere", "/name", "/elsewhere", "/name"},
		/* The same text twice: once the link itself, once the directory that it leads to. */
		{0, "/link", "/link/new", "/link", "/etc/new"},
		{AT_SYMLINK_FOLLOW, "/link", "/link/new", "/etc", "/etc/new"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		begin(WIRE_CALL_LINKAT);
		e.sys.args[4] = links[i].flags;
		ask(0, "", links[i].from);
		ask(1, "", links[i].to);
		led(0, links[i].want_from);
		ask(0, "", links[i].from);
		ask(1, "", links[i].to);
		led(1, links[i].want_to);
	}
}

static void where_it_is_not_known(void **state)
{
	(void)state;
	a_path(WIRE_CALL_RENAME, "", "/gone/new", NULL);
	a_path(WIRE_CALL_RENAME, "", "/round/new", NULL);
	a_path(WIRE_CALL_RENAME, "", "/magic/new", NULL);
	a_path(WIRE_CALL_RENAME, "", "/name/new", NULL); /* no directory */
	/* Afterwards the root is another one. */
	a_path(WIRE_CALL_CHROOT, "", "/link", NULL);
	a_path(WIRE_CALL_PIVOT_ROOT, "", "/link", NULL);
	begin(WIRE_CALL_RENAME);
	ask(1, "", "new"); /* relative to what is not known */
	e.sys.paths[1].base.full++;
	led(1, NULL);
	e.sys.paths[1].base = STR_LIT("");
	led(1, NULL);
	begin(WIRE_CALL_RENAME);
	ask(1, "", "/link/new"); /* cut */
	e.sys.paths[1].asked.full++;
	led(1, NULL);
	/* The target of a link is a text. */
	begin(WIRE_CALL_SYMLINK);
	ask(0, "", "/link/new");
	led(0, NULL);
	begin(WIRE_CALL_FCHMOD);
	led(0, NULL);
}

/* Another process of the namespace speaks for one that has ended. */
static void witnesses(void **state)
{
	pid_t gone = fork();

	(void)state;
	if (gone == 0)
		_exit(0);
	waitpid(gone, NULL, 0);
	begin(WIRE_CALL_RENAME);
	e.task.pid = (uint32_t)gone;
	ask(1, "", "/link/new");
	led(1, NULL);
	e.task.ppid = (uint32_t)getpid();
	led(1, "/etc/new");
	e.sys.paths[1] = (struct event_call_path){.resolved = false};
	ask(1, "", "/link/new");
	e.task.ppid = 0;
	resolver_seen(resolver,
		      &(struct event_task){.pid = (uint32_t)getpid(), .vpid = 1, .mnt_ns = own_ns});
	led(1, "/etc/new");
	/* One of other mounts does not. */
	begin(WIRE_CALL_RENAME);
	e.task.mnt_ns = own_ns + 1;
	ask(1, "", "/link/new");
	led(1, NULL);
}

/* A mount of its own shows a part of another file system. */
static void mounts(void **state)
{
	begin(WIRE_CALL_RENAME);
	(void)state;
	if (access("/dev/shm", W_OK)) {
		print_message("skip: no /dev/shm here\n");
		skip();
	}
	e.sys.paths[1].asked = e.sys.paths[1].named = STR_LIT("/dev/shm/x");
	resolver_call(resolver, &e);
	assert_true(e.sys.paths[1].resolved);
	assert_true(str_is(e.sys.paths[1].path, "/dev/shm/x"));
	e.task.flags = WIRE_TASK_HOST_MNT;
	resolver_call(resolver, &e);
	assert_true(str_is(e.sys.paths[1].hostpath, "/dev/shm/x"));
}

/* When time is short. */
static void stopped(void **state)
{
	(void)state;
	a_path(WIRE_CALL_RENAME, "", "/link/new", "/etc/new");
	resolver_stop(resolver, 0);
	a_path(WIRE_CALL_RENAME, "", "/link/new", NULL);
}

/* The thread's way, which links on an overlay take. */
static void walker(void **state)
{
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), fd;
	char path[512];

	(void)state;
	snprintf(path, sizeof(path), "%s/link/../link/cron.d", top);
	for (int i = 0; i < 3; i++) {
		fd = walker_open(helpers, own_ns, root, path, O_DIRECTORY);
		assert_true(fd >= 0);
		close(fd);
	}
	assert_int_equal(walker_open(helpers, own_ns, root, "/proc/self/root/", O_DIRECTORY),
			 -ELOOP);
	assert_int_equal(walker_open(helpers, own_ns, root, "/gone/x", false), -ENOENT);
	close(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_are_followed),
		cmocka_unit_test(magic),
		cmocka_unit_test(magic_of_another),
		cmocka_unit_test(a_name_at_the_top),
		cmocka_unit_test(when_it_was_changed),
		cmocka_unit_test(last_link),
		cmocka_unit_test(what_is_linked),
		cmocka_unit_test(where_it_is_not_known),
		cmocka_unit_test(witnesses),
		cmocka_unit_test(mounts),
		cmocka_unit_test(walker),
		cmocka_unit_test(stopped), /* the last one */
	};

	return cmocka_run_group_tests_name("resolver", tests, set_up, tear_down);
}
