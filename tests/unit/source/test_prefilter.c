// SPDX-License-Identifier: Apache-2.0
/* Watch lists as the kernel side reads them: what single entries let pass, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "source/lists.h"

static void test_merge(void **state)
{
	static const struct filter_entry list[] = {
		{FILTER_PATH, "/etc/x", FILTER_READ, false, false},
		{FILTER_PATH, "/etc/x/y", FILTER_WRITE, true, false},
		{FILTER_PATH, "/etc/x", FILTER_WRITE, false, false},
		{FILTER_NAME, "n", FILTER_READ, false, false},
		{FILTER_NAME, "n", FILTER_WRITE, false, false},
		{FILTER_CHAR, "5:1", FILTER_READ, false, false},
		{FILTER_CHAR, "5:1", FILTER_WRITE, false, false},
	};
	struct kernel_file f = files_on_root("/dev/x");

	(void)state;
	lists_load(list, LEN(list));
	/* /etc, /etc/x, /etc/x/y, n */
	assert_int_equal(lists_compiled.n_entries,
			 4 + 3); /* and the proof's names, and calls' /proc */
	lists_expect(true, files_on_root("/etc/x"), READ);
	lists_expect(true, files_on_root("/etc/x"), WRITE);
	lists_expect(true, files_on_root("/etc/x/z"), READ);
	lists_expect(true, files_on_root("/n"), READ);
	lists_expect(true, files_on_root("/n"), WRITE);
	lists_expect(false, files_on_root("/etc"), READ | WRITE);
	f.mode = S_IFCHR;
	f.rdev = 5 << 20 | 1;
	lists_expect(true, f, READ);
	lists_expect(true, f, WRITE);
}

static void test_ignore(void **state)
{
#define MANAGED(path)                                        \
	{                                                    \
		FILTER_HOST, path, FILTER_WRITE, false, true \
	}
	static const struct filter_entry list[] = {
		{FILTER_HOST, "", FILTER_WRITE, false, false},
		MANAGED("/run/box"),
		MANAGED("/run/both"),
		{FILTER_HOST, "/run/both", FILTER_READ, false, false},
		{FILTER_HOST, "/run/box/etc/shadow", FILTER_READ, false, false},
		MANAGED("/1/2/3/4/5"),
		MANAGED("/a-component-of-more-than-thirty-one-bytes"),
		MANAGED("/a-component-of-thirty-one-bytes"),
		{FILTER_PATH, "/in", FILTER_WRITE, false, false},
		{FILTER_NAME, "secret", FILTER_READ, false, false},
	};

	(void)state;
	assert_int_equal(strlen(list[7].pattern), 1 + 31);
	lists_load(list, LEN(list));
	lists_expect(true, files_bound("/mnt", "/run/boxes/f"), WRITE);
	lists_expect(true, files_bound("/mnt", "/run/f"), WRITE);
	lists_expect(false, files_bound("/mnt", "/run/box/f"), WRITE);
	/* What another pattern wants is not hidden, whatever it is. */
	lists_expect(true, files_bound("/mnt", "/run/both/f"), READ);
	lists_expect(true, files_bound("/mnt", "/run/box/etc/shadow"), READ);
	lists_expect(false, files_bound("/mnt", "/run/box/etc/shadow"), WRITE);
	lists_expect(true, files_bound("/in", "/run/box/f"), WRITE);
	lists_expect(true, files_bound("/mnt", "/run/box/secret"), READ);
	/* Nor what only looks like it to the kernel side, which sees the beginning. */
	lists_expect(true, files_bound("/mnt", "/1/2/3/4/6"), WRITE);
	lists_expect(true, files_bound("/mnt", "/a-component-of-more-than-thirty-ones/f"), WRITE);
	lists_expect(true, files_bound("/mnt", "/a-component-of-thirty-one-bytes-x/f"), WRITE);
}

static void test_sockets(void **state)
{
	static const struct filter_entry list[] = {
		{FILTER_SOCKET, "a.sock", FILTER_CONNECT, true, false},
		{FILTER_SOCKET, "thirty-one-bytes-are-in-a-name-and-one", FILTER_CONNECT, true,
		 false},
		{FILTER_LISTENER, "fifteen-letters", FILTER_CONNECT, true, false},
	};
	static const struct {
		const char *name;
		bool pass;
	} names[] = {
		{"a.sock", true},
		{"/a.sock", true},
		{"/run/a.sock", true},
		{"/run//a.sock", true},
		{"/run/a.sock/", false},
		{"/run/a.socks", false},
		{"/run/a.soc", false},
		{"/run/ba.sock", false},
		{"/", false},
		{"/run/thirty-one-bytes-are-in-a-name-and-one", true},
	};
	char longest[WIRE_SUN_MAX + 1] = "";
	size_t i;

	(void)state;
	lists_load(list, LEN(list));
	for (i = 0; i < LEN(names); i++)
		if ((kernel_connects(names[i].name, "") != 0) != names[i].pass)
			fail_msg("%s", names[i].name);
	memset(longest, '/', WIRE_SUN_MAX);
	memcpy(longest + WIRE_SUN_MAX - 6, "a.sock", 6);
	assert_true(kernel_connects(longest, "") & WIRE_WATCH_URGENT);
	assert_true(kernel_connects("x", "fifteen-letters") & WIRE_WATCH_CONNECT);
	assert_false(kernel_connects("x", "fifteen-letter"));
	assert_false(kernel_connects("x", "a.sock"));
}

static void expect_error(int error, const struct filter_entry *list, size_t n)
{
	static const struct prefilter empty;
	struct prefilter p;

	memset(&p, 0x5a, sizeof(p));
	if (lists_compile(&p, list, n) != error)
		fail_msg("scope %d, \"%s\": not %s", list[n - 1].scope, list[n - 1].pattern,
			 strerror(-error));
	assert_memory_equal(&p, &empty, sizeof(p));
}

static struct wire_address address(const char *text)
{
	struct wire_address a;
	struct network n;

	assert_int_equal(network_parse(&n, text, strlen(text)), 0);
	memcpy(&a, &n.base, sizeof(a));
	return a;
}

/* What is compared of the server's end, and of what is asked for beside. */
static void test_ends(void **state)
{
	static struct filter_entry entries[] = {
		{FILTER_PORT, "0x947", FILTER_OUT, false, false},
		{FILTER_PORT, "70000", FILTER_OUT | FILTER_IN, false, false},
		{FILTER_PORT_TO, "1023", FILTER_IN, false, false},
		{FILTER_PORT_FROM, "60000", FILTER_SEND, false, false},
		{FILTER_NETWORK, "10.0.0.0/8", FILTER_OUT, false, false},
		{FILTER_NETWORK, "fd00::/16", FILTER_OUT, false, false},
		{FILTER_DENIED, "", FILTER_IN, false, false},
	};
	static struct filter_entry bad[] = {{FILTER_PORT, "x", FILTER_OUT, false, false},
					    {FILTER_NETWORK, "x", FILTER_OUT, false, false}};
	const struct filter f = {.entries = entries,
				 .n = sizeof(entries) / sizeof(entries[0]),
				 .sockets = FILTER_SOCKET_RAW};
	const struct wire_address ten = address("10.255.0.1"), other = address("11.0.0.1");
	const struct wire_address six = address("fd00::1"), no_six = address("fd01::1");
	struct prefilter p;

	(void)state;
	assert_int_equal(prefilter_compile(&p, &f, 1), 0);
	kernel_load(&p);
	assert_true(kernel_ends(WIRE_WATCH_OUT, &other, 2375, 0));
	assert_false(kernel_ends(WIRE_WATCH_OUT, &other, 2376, 0));
	assert_false(kernel_ends(WIRE_WATCH_IN, &other, 2375, 0));
	assert_true(kernel_ends(WIRE_WATCH_OUT, &ten, 1, 0));
	assert_false(kernel_ends(WIRE_WATCH_SEND, &ten, 1, 0));
	assert_true(kernel_ends(WIRE_WATCH_OUT, &six, 1, 0));
	assert_false(kernel_ends(WIRE_WATCH_OUT, &no_six, 1, 0));
	assert_true(kernel_ends(WIRE_WATCH_IN, &other, 1023, 0));
	assert_false(kernel_ends(WIRE_WATCH_IN, &other, 1024, 0));
	assert_true(kernel_ends(WIRE_WATCH_SEND, &other, 60000, 0));
	assert_false(kernel_ends(WIRE_WATCH_SEND, &other, 59999, 0));
	assert_true(kernel_ends(WIRE_WATCH_IN, &other, 2375, -EACCES));
	assert_false(kernel_ends(WIRE_WATCH_OUT, &other, 2376, -EACCES));
	assert_true(kernel_makes(WIRE_SOCKET_RAW));
	assert_false(kernel_makes(WIRE_SOCKET_PACKET | WIRE_SOCKET_OTHER));
	prefilter_free(&p);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(prefilter_compile(&p, &(struct filter){.entries = &bad[i], .n = 1},
						   0),
				 -EINVAL);
}

static void test_too_many(void **state)
{
	struct filter_entry list[WIRE_SUFFIXES_MAX + WIRE_DEVICES_MAX + 2];
	char text[LEN(list)][8];
	size_t i;

	(void)state;
	for (i = 0; i <= WIRE_SUFFIXES_MAX; i++) {
		snprintf(text[i], sizeof(text[i]), ".%zu", i);
		list[i] = (struct filter_entry){FILTER_SUFFIX, text[i], FILTER_READ, false, false};
	}
	lists_load(list, WIRE_SUFFIXES_MAX);
	expect_error(-E2BIG, list, WIRE_SUFFIXES_MAX + 1);
	for (i = 0; i <= WIRE_DEVICES_MAX; i++) {
		snprintf(text[i], sizeof(text[i]), "1:%zu", i);
		list[i] = (struct filter_entry){FILTER_CHAR, text[i], FILTER_READ, false, false};
	}
	lists_load(list, WIRE_DEVICES_MAX);
	expect_error(-E2BIG, list, WIRE_DEVICES_MAX + 1);
	lists_load(NULL, 0);
	lists_expect(false, files_on_root("/etc/passwd"), READ | WRITE);
}

/* A pattern that could never match would make the filter too narrow without a word. */
static void test_bad_patterns(void **state)
{
	static const struct {
		enum filter_scope scope;
		const char *pattern;
	} bad[] = {
		{FILTER_PATH, "etc"},
		{FILTER_PATH, "/"},
		{FILTER_PATH, "/etc/"},
		{FILTER_PATH, "/etc//x"},
		{FILTER_PATH, "//etc"},
		{FILTER_HOST, "/a/b/c/d/"},
		{FILTER_PROC, "sys"},
		{FILTER_PATH, "/a/b/c/d/e//f"},
		{FILTER_NAME, ""},
		{FILTER_NAME, "a/b"},
		{FILTER_SOCKET, ""},
		{FILTER_SOCKET, "/a.sock"},
		{FILTER_LISTENER, ""},
		{FILTER_SUFFIX, ""},
		{FILTER_LISTENER, "sixteen-letters-"},
		{FILTER_SUFFIX, "123456789"},
		{FILTER_SUFFIX, "/.key"},
		{FILTER_CHAR, ""},
		{FILTER_CHAR, "1"},
		{FILTER_CHAR, "1:"},
		{FILTER_CHAR, ":1"},
		{FILTER_CHAR, "x:1"},
		{FILTER_CHAR, "1:2x"},
		{FILTER_CHAR, "1:-2"},
		{FILTER_CHAR, "-1:2"},
		{FILTER_CHAR, "4096:0"},
		{FILTER_CHAR, "0:1048576"},
		{FILTER_BLOCK, "8:0"},
		{FILTER_SUID, "4755"},
		{FILTER_SCOPE_END, "/etc"},
	};
	struct filter_entry list[] = {{FILTER_PATH, "/etc", FILTER_WRITE, false, false},
				      {FILTER_PATH, "", FILTER_READ, false, false}};
	size_t i;

	(void)state;
	for (i = 0; i < LEN(bad); i++) {
		list[1].scope = bad[i].scope;
		list[1].pattern = bad[i].pattern;
		expect_error(-EINVAL, list, LEN(list));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_merge, lists_forget),
		cmocka_unit_test_teardown(test_ignore, lists_forget),
		cmocka_unit_test_teardown(test_sockets, lists_forget),
		cmocka_unit_test_teardown(test_ends, lists_forget),
		cmocka_unit_test_teardown(test_too_many, lists_forget),
		cmocka_unit_test_teardown(test_bad_patterns, lists_forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
