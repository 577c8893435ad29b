/* SPDX-License-Identifier: Apache-2.0 */
/* Events made of fields: what is left out, what is given, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "container/container.h"
#include "process/process.h"
#include "rules/test/build.h"

static struct arena arena;
static struct build *b;
static const char *field, *why;

static int start(void **state)
{
	(void)state;
	arena_init(&arena, 1u << 20);
	b = build_new(&arena);
	field = why = NULL;
	return b ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static int set_list(const char *name, const char *const *texts, size_t n, bool list)
{
	struct rule_value *values = ARENA_ARRAY(&arena, struct rule_value, n + 1);

	assert_non_null(values);
	for (size_t i = 0; i < n; i++)
		values[i] = (struct rule_value){texts[i], strlen(texts[i])};
	return build_set(b, name, strlen(name), values, n, list, &why);
}

static int set(const char *name, const char *text)
{
	return set_list(name, &text, text ? 1 : 0, false);
}

/* The event of pairs of names and values, which end with NULL. */
static const struct event *made(const char *const *pairs)
{
	const struct event *e = NULL;
	int err;

	for (size_t i = 0; pairs[i]; i += 2)
		assert_int_equal(set(pairs[i], pairs[i + 1]), 0);
	err = build_event(b, &e, &field, &why);
	if (err)
		fail_msg("%s: %s", field ? field : "-", why ? why : "-");
	return e;
}
#define MADE(...) made((const char *const[]){__VA_ARGS__, NULL})

/* What is said of pairs that do not make an event. */
static void refused(const char *at, const char *what, const char *const *pairs)
{
	const struct event *e = NULL;

	for (size_t i = 0; pairs[i]; i += 2)
		assert_int_equal(set(pairs[i], pairs[i + 1]), 0);
	assert_int_equal(build_event(b, &e, &field, &why), -EINVAL);
	assert_null(e);
	if (!strstr(why, what))
		fail_msg("\"%s\" does not say \"%s\"", why, what);
	if (at)
		assert_string_equal(field, at);
	else
		assert_null(field);
	stop(NULL);
	start(NULL);
}
#define REFUSED(at, what, ...) refused(at, what, (const char *const[]){__VA_ARGS__, NULL})

#define assert_str(s, text) assert_true(str_is(s, text))

static void test_defaults(void **state)
{
	const struct event *e = MADE("evt.type", "openat");

	(void)state;
	assert_int_equal(e->kind, EVENT_OPEN);
	assert_string_equal(event_type(e), "openat");
	assert_int_equal(e->creds.root, WIRE_ROOT_HOST);
	assert_int_equal(e->creds.euid, 0);
	assert_int_equal(e->ret, 3);
	assert_false(e->blocked);
	assert_false(e->open.write);
	assert_true(e->open.file.known);
	assert_true(S_ISREG(e->open.file.mode));
	assert_int_equal(e->open.file.flags, WIRE_FILE_ROOTFS | WIRE_FILE_LOWER);
	assert_str(e->open.file.fstype, "overlay");
	assert_true(str_eq(e->open.file.rootpath, e->open.file.path));
	assert_null(e->open.file.hostpath.p);
	assert_int_equal(e->container->ref.type, CONTAINER_DOCKER);
	assert_string_equal(e->container->short_id, "4f1c2d3e5a6b");
	assert_int_equal(e->process->tty.len, 0);
}

static void test_file(void **state)
{
	const struct event *e = MADE("evt.type", "creat", "fd.name", "/data/x",
				     "rootwatch.file.fstype", "ext4", "rootwatch.file.sbpath",
				     "/etc/x", "rootwatch.file.bind", "true", "rootwatch.host.path",
				     "/mnt/etc/x", "evt.arg.flags", "O_WRONLY|O_CREAT",
				     "rootwatch.file.created", "true", "rootwatch.file.deleted",
				     "true", "rootwatch.file.dev", "8:17");
	const struct event_file *f = &e->open.file;

	(void)state;
	assert_str(f->path, "/data/x");
	assert_str(f->sbpath, "/etc/x");
	assert_str(f->hostpath, "/mnt/etc/x");
	assert_null(f->rootpath.p);
	assert_int_equal(f->flags, WIRE_FILE_BIND | WIRE_FILE_BLOCKDEV | WIRE_FILE_DELETED |
					   WIRE_FILE_CREATED);
	assert_int_equal(f->fs_magic, 0xef53);
	assert_int_equal(f->dev, 8u << 20 | 17);
	assert_int_equal(e->open.oflags, O_WRONLY | O_CREAT);
	assert_true(e->open.write && e->open.created);
}

static void test_rootfs(void **state)
{
	const struct event *e = MADE("evt.type", "openat", "fd.name", "/tmp/x/file",
				     "rootwatch.file.sbpath", "/etc/x", "rootwatch.file.layer",
				     "upper");

	(void)state;
	assert_str(e->open.file.path, "/tmp/x/file");
	assert_str(e->open.file.rootpath, "/etc/x");
	assert_int_equal(e->open.file.flags, WIRE_FILE_ROOTFS | WIRE_FILE_UPPER);
}

static void test_device(void **state)
{
	const struct event *e = MADE("evt.type", "open", "rootwatch.file.type", "char",
				     "rootwatch.file.rdev", "1:4");

	(void)state;
	assert_true(S_ISCHR(e->open.file.mode));
	assert_int_equal(e->open.file.rdev, 1u << 20 | 4);
}

static void test_open_flags(void **state)
{
	(void)state;
	assert_int_equal(MADE("evt.type", "open", "evt.is_open_write", "true")->open.oflags,
			 O_WRONLY);
	stop(NULL);
	start(NULL);
	assert_int_equal(MADE("evt.type", "open", "evt.is_open_write", "true", "evt.is_open_read",
			      "true")
				 ->open.oflags,
			 O_RDWR);
	stop(NULL);
	start(NULL);
	assert_int_equal(MADE("evt.type", "open", "evt.is_open_read", "false")->open.oflags,
			 O_PATH);
}

static void test_denied(void **state)
{
	const struct event *e = MADE("evt.type", "openat", "fd.name", "/etc/x", "evt.res", "EROFS",
				     "user.uid", "1000", "rootwatch.file.asked", "../etc/x");

	(void)state;
	assert_true(e->blocked && e->open.unresolved);
	assert_int_equal(e->ret, -EROFS);
	assert_false(e->open.file.known);
	assert_int_equal(e->open.file.fs_magic, 0);
	assert_str(e->open.file.path, "/etc/x");
	assert_str(e->open.asked, "../etc/x");
	assert_int_equal(e->creds.root, WIRE_ROOT_NONE);
	stop(NULL);
	start(NULL);
	/* an error that is no denial */
	assert_false(MADE("evt.type", "openat", "evt.res", "ENOENT")->blocked);
}

static void test_exec(void **state)
{
	static const char *const args[] = {"-c", "curl x | sh", ""};
	const struct event *e;

	(void)state;
	assert_int_equal(set_list("proc.args", args, 3, true), 0);
	e = MADE("evt.type", "execve", "proc.exepath", "/bin/sh", "proc.tty", "pts0");
	assert_int_equal(e->kind, EVENT_EXEC);
	assert_int_equal(e->exec.argv.len, 19);
	assert_memory_equal(e->exec.argv.p, "sh\0-c\0curl x | sh\0", 19);
	assert_int_equal(e->exec.argv_len, 19);
	assert_str(e->task.comm, "sh");
	assert_str(e->exec.filename, "/bin/sh");
	assert_str(e->exec.tty, "pts0");
	assert_true(e->prev_known);
	stop(NULL);
	start(NULL);
	e = MADE("evt.type", "execveat", "proc.cmdline", " a  b c ", "proc.exepath",
		 "/opt/a-very-long-program-name", "rootwatch.exec.gain", "suid,fcaps");
	assert_memory_equal(e->exec.argv.p, "a\0b\0c\0", 6);
	assert_int_equal(e->exec.argv.len, 6);
	assert_string_equal(event_type(e), "execveat");
	assert_str(e->task.comm, "a-very-long-pro");
	assert_int_equal(e->exec.flags & (WIRE_EXEC_SUID | WIRE_EXEC_SGID | WIRE_EXEC_FCAPS),
			 WIRE_EXEC_SUID | WIRE_EXEC_FCAPS);
}

static void test_script(void **state)
{
	const struct event *e = MADE("evt.type", "execve", "proc.exepath", "/usr/bin/python3.11",
				     "rootwatch.exec.script", "true", "rootwatch.exec.filename",
				     "/usr/bin/pip", "rootwatch.exec.interp", "/usr/bin/python3",
				     "proc.args", "/usr/bin/pip install x");

	(void)state;
	assert_true(e->exec.script);
	assert_str(e->task.comm, "pip");
	assert_memory_equal(e->exec.argv.p, "/usr/bin/python3\0/usr/bin/pip\0install\0x\0", 40);
}

static void test_memfd(void **state)
{
	const struct event *e = MADE("evt.type", "execve", "proc.is_exe_from_memfd", "true",
				     "rootwatch.file.deleted", "true");

	(void)state;
	assert_int_equal(e->exec.exe.flags, WIRE_FILE_MEMFD | WIRE_FILE_DELETED);
}

static void test_connect(void **state)
{
	const struct event *e =
		MADE("evt.type", "connect", "fd.name", "/run/docker.sock", "rootwatch.peer.comm",
		     "dockerd", "rootwatch.peer.same_container", "true", "rootwatch.fd.asked", "x");

	(void)state;
	assert_str(e->connect.name, "/run/docker.sock");
	assert_str(e->connect.asked, "x");
	assert_int_equal(e->connect.flags,
			 WIRE_CONNECT_PEER | WIRE_CONNECT_PEER_CONTAINER | WIRE_CONNECT_PEER_SAME);
	stop(NULL);
	start(NULL);
	e = MADE("evt.type", "connect", "fd.name", "/run/x", "evt.res", "EACCES");
	assert_int_equal(e->connect.name.len, 0);
	assert_str(e->connect.asked, "/run/x");
	assert_int_equal(e->connect.flags, 0);
	stop(NULL);
	start(NULL);
	e = MADE("evt.type", "connect", "fd.name", "/run/x", "rootwatch.fd.unconnected", "true");
	assert_int_equal(e->connect.flags, WIRE_CONNECT_UNCONNECTED);
}

static void test_setid(void **state)
{
	const struct event *e = MADE("evt.type", "setresuid", "rootwatch.from.uid", "1000",
				     "rootwatch.to.suid", "33");

	(void)state;
	assert_int_equal(e->prev.euid, 1000);
	assert_int_equal(e->prev.egid, 1000);
	assert_int_equal(e->prev.root, WIRE_ROOT_NONE);
	assert_int_equal(e->creds.euid, 0);
	assert_int_equal(e->creds.suid, 33);
	stop(NULL);
	start(NULL);
	assert_false(MADE("evt.type", "setuid", "rootwatch.from.uid", NULL)->prev_known);
	stop(NULL);
	start(NULL);
	/* another user, by its host's number alone */
	e = MADE("evt.type", "setuid", "rootwatch.to.euid", "1000");
	assert_int_equal(e->creds.ns_euid, 1000);
	assert_int_equal(e->creds.root, WIRE_ROOT_NONE);
}

static void test_user_namespace(void **state)
{
	const struct event *e = MADE("evt.type", "setuid", "rootwatch.root", "userns",
				     "rootwatch.from.uid", "101000", "thread.cap_effective",
				     "CAP_CHOWN CAP_SYS_ADMIN");

	(void)state;
	assert_int_equal(e->creds.euid, 100000);
	assert_int_equal(e->creds.ns_euid, 0);
	assert_int_equal(e->creds.root, WIRE_ROOT_USERNS);
	assert_int_equal(e->prev.ns_uid, 1000);
	assert_true(e->creds.cap_effective == (1ull << 0 | 1ull << 21));
}

static void test_container(void **state)
{
	const struct event *e = MADE("evt.type", "procexit", "container.name", "db",
				     "container.image.repository", "postgres", "container.type",
				     "containerd", "k8s.ns.name", "prod", "rootwatch.exit.code",
				     "3");

	(void)state;
	assert_string_equal(e->container->name, "db");
	assert_string_equal(e->container->image, "postgres");
	assert_string_equal(e->container->k8s_ns, "prod");
	assert_int_equal(e->exit.code, 3 << 8);
}

static void test_no_such_field(void **state)
{
	static const char *const two[] = {"a", "b"};

	(void)state;
	assert_int_equal(set("fd.nome", "x"), -EINVAL);
	assert_non_null(strstr(why, "no such field"));
	assert_int_equal(set("rootwatch.file.paths", "x"), -EINVAL);
	assert_non_null(strstr(why, "worked out"));
	assert_int_equal(set("rootwatch.package", "act"), -EINVAL);
	assert_int_equal(set_list("fd.name", two, 2, true), -EINVAL);
	assert_non_null(strstr(why, "list"));
	assert_int_equal(set("fd.name", "x"), 0);
	assert_int_equal(set("fd.name", "y"), -EINVAL);
	assert_non_null(strstr(why, "twice"));
}

static void test_refused(void **state)
{
	(void)state;
	REFUSED(NULL, "evt.type", "fd.name", "/x");
	REFUSED("evt.type", "evt.type", "evt.type", "kill");
	REFUSED("evt.arg.mode", "cannot be S_WHAT", "evt.type", "chmod", "evt.arg.mode", "S_WHAT");
	REFUSED("evt.arg.flags", "cannot be given for chmod", "evt.type", "chmod", "evt.arg.flags",
		"0");
	REFUSED("evt.arg.request", "PTRACE_ATTACH", "evt.type", "ptrace", "evt.arg.request", "x");
	REFUSED("evt.res", "SUCCESS", "evt.type", "open", "evt.res", "EWHAT");
	REFUSED("user.uid", "number", "evt.type", "open", "user.uid", "root");
	REFUSED("user.uid", "number", "evt.type", "open", "user.uid", "99999999999999999999");
	REFUSED("rootwatch.file.bind", "true or false", "evt.type", "open", "rootwatch.file.bind",
		"yes");
	REFUSED("rootwatch.file.type", "one of", "evt.type", "open", "rootwatch.file.type", "blk");
	REFUSED("rootwatch.file.fstype", "overlay", "evt.type", "open", "rootwatch.file.fstype",
		"zfs");
	REFUSED("rootwatch.file.rdev", "8:1", "evt.type", "open", "rootwatch.file.rdev", "8");
	REFUSED("evt.arg.flags", "O_RDONLY", "evt.type", "open", "evt.arg.flags", "O_WRITE");
	REFUSED("evt.arg.flags", "either", "evt.type", "open", "evt.arg.flags", "O_RDWR",
		"evt.is_open_write", "true");
	REFUSED("proc.cmdline", "either", "evt.type", "execve", "proc.cmdline", "x", "proc.exe",
		"y");
	REFUSED("proc.name", "15 bytes", "evt.type", "open", "proc.name", "sixteen-letters-");
	REFUSED("rootwatch.cap_permitted", "hexadecimal", "evt.type", "setuid",
		"rootwatch.cap_permitted", "xyz");
	REFUSED("rootwatch.cap_permitted", "hexadecimal", "evt.type", "setuid",
		"rootwatch.cap_permitted", "-1");
	REFUSED("rootwatch.cap_permitted", "hexadecimal", "evt.type", "setuid",
		"rootwatch.cap_permitted", "10000000000000000");
	REFUSED("rootwatch.call.args", "hexadecimal", "evt.type", "chown", "rootwatch.call.args",
		"1 -1");
	REFUSED("rootwatch.to.groups", "such as 0,27", "evt.type", "setgroups",
		"rootwatch.to.groups", "wheel");
	REFUSED("rootwatch.to.groups", "such as 0,27", "evt.type", "setgroups",
		"rootwatch.to.groups", "0,27x");
	REFUSED("rootwatch.to.groups", "such as 0,27", "evt.type", "setgroups",
		"rootwatch.to.groups", "0,");
	REFUSED("rootwatch.to.groups", "such as 0,27", "evt.type", "setgroups",
		"rootwatch.to.groups", "-1");
	REFUSED("rootwatch.to.groups", "such as 0,27", "evt.type", "setgroups",
		"rootwatch.to.groups", "4294967295");
	REFUSED("rootwatch.to.groups", "up to 16", "evt.type", "setgroups", "rootwatch.to.groups",
		"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17");
	/* of another kind of event, or of one that was denied */
	REFUSED("fd.name", "cannot be given for execve", "evt.type", "execve", "fd.name", "/x");
	REFUSED("rootwatch.file.sbpath", "denied", "evt.type", "open", "evt.res", "EPERM",
		"rootwatch.file.sbpath", "/x");
	REFUSED("evt.num", "cannot be given", "evt.type", "open", "evt.num", "7");
}

static void test_long_arguments(void **state)
{
	static char text[WIRE_ARGV_MAX + 1];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	REFUSED("proc.args", "longer", "evt.type", "execve", "proc.args", text);
	REFUSED("container.name", "longer", "evt.type", "execve", "container.name", text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults),	   TEST(test_file),	     TEST(test_rootfs),
		TEST(test_device),	   TEST(test_open_flags),    TEST(test_denied),
		TEST(test_exec),	   TEST(test_script),	     TEST(test_memfd),
		TEST(test_connect),	   TEST(test_setid),	     TEST(test_user_namespace),
		TEST(test_container),	   TEST(test_no_such_field), TEST(test_refused),
		TEST(test_long_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
