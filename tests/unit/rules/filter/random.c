// SPDX-License-Identifier: Apache-2.0
#include "rules/filter/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "event/record.h"
#include "rules/build.h"
#include "rules/filter/condition.h"
#include "rules/value.h"
#include "source/files.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const words[] = {
	"a", "B", "etc", "x.key", "a-name-that-is-longer-than-thirty-one-bytes.key",
};
static const char *const paths[] = {
	"/etc/a", "/etc/B/x.key", "/a",		"/a/B",	     "/B/a/B",	     "/a/B/etc/B",
	"/etc",	  "/a/B/etc/B/a", "/etc/x.key", "/etc/ab/B", "/B/etc/x.key",
};

static bool one_in(uint32_t n)
{
	return files_random(n) == 0;
}

static const char *pick(const char *const *from, size_t n)
{
	return from[files_random((uint32_t)n)];
}

/* A path, a part of one, or something that is none. */
static const char *random_path(void)
{
	static const char *const odd[] = {
		"/",	  "",	     "etc", "/etc/",   "/etc//a",   "//etc/a",	"/etc/./a",
		"/../a",  "memfd:a", "...", ".../a",   "/...",	    "@a",	"@/etc/a",
		"@etc/a", "@",	     "a/",  "/etc/a/", "memfd:a/b", "\\/etc/a", ".",
	};
	const char *path = pick(paths, COUNT(paths));
	size_t len = strlen(path);

	if (one_in(6))
		return pick(odd, COUNT(odd));
	switch (files_random(4)) {
	case 0:
		return condition_keep(path, files_random((uint32_t)len + 1));
	case 1:
		path += files_random((uint32_t)len + 1);
		return condition_keep(path, strlen(path));
	default:
		return path;
	}
}

/* A text with a wildcard in it, which it still matches, or does not. */
static const char *random_glob(const char *path)
{
	static const char *const wild[] = {"*", "?",	"[ab]",	 "\\",	"[",
					   "]", "[!x]", "(a|b)", "+(a)"};
	size_t len = strlen(path), at = files_random((uint32_t)len + 1), n = len - at;
	char text[512], one[8] = "*";

	switch (files_random(5)) {
	case 0: /* the same letter, by a set, or escaped */
		n = n > 0;
		snprintf(one, sizeof(one), one_in(2) ? "[%.*s]" : "\\%.*s", (int)n, path + at);
		break;
	case 1:
		n = n > 0;
		one[0] = '?';
		break;
	case 2:
		n = files_random((uint32_t)n + 1);
		snprintf(one, sizeof(one), "%s", pick(wild, COUNT(wild)));
		break;
	default:
		n = files_random((uint32_t)n + 1);
		break;
	}
	snprintf(text, sizeof(text), "%.*s%s%s", (int)at, path, one, path + at + n);
	return condition_keep(text, strlen(text));
}

static const char *random_word(void)
{
	const char *word = pick(words, COUNT(words));

	switch (files_random(4)) {
	case 0:
		return random_path();
	case 1: /* the end of a name */
		word += files_random((uint32_t)strlen(word) + 1);
		return condition_keep(word, strlen(word));
	default:
		return word;
	}
}

static const char *random_socket(void)
{
	static const char *const sockets[] = {
		"x.sock",  "@x.sock", "dockerd", "/run/x.sock",
		"/x.sock", "sock",    "@",	 "fifteen-letters",
		"a",	   "@/a/b",   "@a/b",	 "fifteen-letters-and"};

	return one_in(5) ? random_word() : pick(sockets, COUNT(sockets));
}

/* What such a field can be, among other things. */
static const char *random_words(enum field_id id)
{
	static const char *const types[] = {
		"open",	   "openat", "openat2", "creat",   "open_by_handle_at",
		"connect", "execve", "setuid",	"procexit"};
	static const char *const chars[] = {"f", "d", "p", "u"};
	static const char *const kinds[] = {"block", "char", "regular", "directory",
					    "fifo",  "file", "unix"};
	static const char *const devices[] = {"1:1", "1:2", "8:1", "01:1", "2:1"};
	static const char *const others[] = {"<",    ">",    "SUCCESS", "EACCES",
					     "root", "host", "overlay", "sh"};

	switch (id) {
	case F_TYPE:
		return pick(types, COUNT(types));
	case F_FD_TYPECHAR:
		return pick(chars, COUNT(chars));
	case F_FILE_TYPE:
	case F_FD_TYPE:
		return pick(kinds, COUNT(kinds));
	case F_FILE_RDEV:
		return pick(devices, COUNT(devices));
	case F_SOCKET_NAME:
	case F_PEER_COMM:
		return random_socket();
	case F_FD_NAME:
		return one_in(4) ? random_socket() : random_path();
	case F_FILE_PATHS:
	case F_FD_DIRECTORY:
	case F_FILE_SBPATH:
	case F_PROCFS_PATH:
	case F_SYSFS_PATH:
	case F_CGROUPFS_PATH:
	case F_KERNELFS_PATH:
	case F_HOST_PATH:
		return one_in(5) ? random_word() : random_path();
	case F_FD_FILENAME:
	case F_FILE_NAME:
		return random_word();
	default:
		return one_in(2) ? pick(others, COUNT(others)) : random_word();
	}
}

/* The event that the conditions being made should match. */
static const struct event *aim;
static struct value_scratch scratch;

/* What the field is in that event; now and then a part of it. NULL: it has none. */
static const char *value_aimed_at(enum field_id id)
{
	const struct field_use use = {.id = id};
	struct value v;
	struct str s;
	uint32_t at;

	scratch.used = 0;
	value_of(&v, aim, &use, &scratch);
	if (v.type == VALUE_LIST)
		s = v.list[files_random((uint32_t)v.n_list)];
	else if (v.type == VALUE_STRING)
		s = v.s;
	else
		return NULL;
	if (s.len > 200)
		return NULL;
	at = files_random(s.len + 1);
	switch (files_random(8)) {
	case 0:
		s = (struct str){s.p + at, s.len - at, s.len - at};
		break;
	case 1:
		s.len = at;
		break;
	case 2:
		s = str_basename(s);
		break;
	case 3:
		s.len -= str_basename(s).len;
		break;
	default:
		break;
	}
	return condition_keep(s.p, s.len);
}

static const char *random_value(enum field_id id)
{
	const char *value = one_in(4) ? NULL : value_aimed_at(id);

	return value ? value : random_words(id);
}

static enum field_id random_field(void)
{
	/* Those that say most of what the kernel can compare, so that they come often. */
	static const enum field_id usual[] = {
		F_FD_NAME,	 F_FD_NAME,	F_FILE_PATHS,  F_FD_DIRECTORY, F_FD_FILENAME,
		F_FILE_NAME,	 F_FILE_SBPATH, F_PROCFS_PATH, F_SYSFS_PATH,   F_CGROUPFS_PATH,
		F_KERNELFS_PATH, F_HOST_PATH,	F_HOST_PATH,   F_FILE_SBPATH,  F_FILE_TYPE,
		F_FILE_RDEV,	 F_SOCKET_NAME, F_PEER_COMM,   F_IS_OPEN_READ, F_IS_OPEN_WRITE,
		F_IS_OPEN_WRITE, F_TYPE,	F_FD_TYPECHAR, F_BLOCKED,
	};

	if (one_in(5))
		return (enum field_id)files_random(F_RULE_END);
	return usual[files_random(COUNT(usual))];
}

static const char *lower(const char *text)
{
	char *copy = (char *)condition_keep(text, strlen(text));
	size_t i;

	for (i = 0; copy[i]; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	return copy;
}

static struct node *random_text_test(enum field_id id)
{
	static const enum operator_kind usual[] = {OP_EQ,	  OP_IN,       OP_PMATCH,
						   OP_STARTSWITH, OP_ENDSWITH, OP_GLOB};
	enum operator_kind op = one_in(4) ? (enum operator_kind)files_random(OP_END) :
					    usual[files_random(COUNT(usual))];
	bool many = op == OP_IN || op == OP_INTERSECTS || op == OP_PMATCH;
	size_t n = op == OP_EXISTS ? 0 : many ? files_random(4) : 1, i;
	const char *values[4];

	if (op == OP_REGEX)
		values[0] = one_in(2) ? ".*" : "/ETC.*";
	for (i = 0; i < n && op != OP_REGEX; i++) {
		if (op == OP_GLOB || op == OP_IGLOB || (op == OP_PMATCH && one_in(3)))
			values[i] = random_glob(random_value(id));
		else
			values[i] = random_value(id);
		if (one_in(op == OP_IGLOB || op == OP_ICONTAINS ? 2 : 8))
			values[i] = lower(values[i]);
	}
	return condition_test(id, op, values, n);
}

static struct node *random_number_test(enum field_id id)
{
	static const char *const numbers[] = {"0", "-1", "1", "3", "-13", "1000"};
	static const enum operator_kind ops[] = {OP_EQ, OP_NE, OP_LT, OP_LE,
						 OP_GT, OP_GE, OP_IN, OP_EXISTS};
	enum operator_kind op = ops[files_random(COUNT(ops))];
	const char *values[2] = {pick(numbers, COUNT(numbers)), pick(numbers, COUNT(numbers))};

	return condition_test(id, op, values, op == OP_EXISTS ? 0 : op == OP_IN ? 2 : 1);
}

static struct node *random_bool_test(enum field_id id)
{
	static const char *const bools[] = {"true", "false", "1", "0"};
	static const enum operator_kind ops[] = {OP_EQ, OP_EQ, OP_NE, OP_IN, OP_EXISTS};
	enum operator_kind op = ops[files_random(COUNT(ops))];
	const char *value = pick(bools, COUNT(bools));

	return condition_test(id, op, &value, op == OP_EXISTS ? 0 : 1);
}

static struct node *random_test(void)
{
	static const struct field_use name = {.id = F_FD_NAME}, sbpath = {.id = F_FILE_SBPATH};
	enum field_id id = random_field();
	enum field_type type = value_field_type(id);
	struct node *test;

	if (type == FIELD_NUMBER)
		return random_number_test(id);
	if (type == FIELD_BOOL)
		return random_bool_test(id);
	test = random_text_test(id);
	if (one_in(20))
		condition_transform(test, TRANSFORM_TOLOWER);
	if (one_in(12))
		condition_transform(test, TRANSFORM_BASENAME);
	if (one_in(20) && test->op == OP_EQ) {
		test->right = one_in(2) ? &name : &sbpath;
		test->n_values = 0;
	}
	return test;
}

static struct node *random_node(uint32_t depth)
{
	struct node *kids[3];
	size_t n, i;

	if (depth == 0 || one_in(4))
		return random_test();
	if (one_in(4)) {
		kids[0] = random_node(depth - 1);
		return condition_join(NODE_NOT, kids, 1);
	}
	n = 2 + files_random(2);
	for (i = 0; i < n; i++)
		kids[i] = random_node(depth - 1);
	return condition_join(one_in(2) ? NODE_OR : NODE_AND, kids, n);
}

/* Not below those directories, and something more; often by what is no such exclusion. */
static struct node *random_excluded(void)
{
	enum field_id id = one_in(4) ? F_HOST_PATH : F_FILE_SBPATH;
	const char *value = random_value(F_FILE_SBPATH);
	struct node *kids[2], *both;
	char text[512];

	snprintf(text, sizeof(text), "%s/", value);
	value = one_in(4) ? text : value;
	kids[0] = condition_test(id, one_in(4) ? OP_STARTSWITH : OP_PMATCH, &value, 1);
	if (one_in(2))
		return condition_join(NODE_NOT, kids, 1);
	kids[1] = random_test();
	both = condition_join(one_in(2) ? NODE_OR : NODE_AND, kids, 2);
	return condition_join(NODE_NOT, &both, 1);
}

/* A test of something that the event has, if possible. */
static struct node *random_apt_test(void)
{
	static const enum field_id ids[] = {F_FD_NAME,	   F_FILE_PATHS,    F_FD_DIRECTORY,
					    F_FD_FILENAME, F_FILE_NAME,	    F_FILE_SBPATH,
					    F_PROCFS_PATH, F_CGROUPFS_PATH, F_KERNELFS_PATH,
					    F_SYSFS_PATH,  F_SOCKET_NAME,   F_PEER_COMM,
					    F_FILE_TYPE,   F_FILE_RDEV,	    F_HOST_PATH,
					    F_FD_TYPECHAR, F_FD_TYPE};
	enum field_id id;
	int tries = 5;

	do
		id = ids[files_random(COUNT(ids))];
	while (!value_aimed_at(id) && --tries > 0);
	return random_text_test(id);
}

/* As people write rules: these files, opened so, and something more; or several of those. */
static struct node *random_usual(uint32_t depth)
{
	struct node *kids[3];
	size_t i;

	if (depth > 0 && one_in(3)) {
		for (i = 0; i < COUNT(kids); i++)
			kids[i] = random_usual(depth - 1);
		return condition_join(NODE_OR, kids, COUNT(kids));
	}
	if (one_in(5)) {
		kids[0] = random_text_test(F_HOST_PATH);
		kids[1] = random_excluded();
	} else {
		kids[0] = random_apt_test();
		kids[1] = one_in(2) ? random_bool_test(F_IS_OPEN_WRITE) : random_node(2);
	}
	kids[2] = one_in(2) ? random_test() : random_bool_test(F_IS_OPEN_READ);
	return condition_join(NODE_AND, kids, 2 + files_random(2));
}

struct node *random_condition(const struct event *e)
{
	aim = e;
	return one_in(8) ? random_node(files_random(5)) : random_usual(1);
}

/* ---- events ---------------------------------------------------------------------------------- */

static struct record record;

/* Where the host's mounts show it: at any place, and any part of its path is cut off. */
static void place_on_host(struct random_event *r)
{
	static char text[8192];
	struct event_file *f = &r->e.open.file;
	struct str rest = f->sbpath;

	if (r->file.host_task) {
		f->hostpath = f->path;
		return;
	}
	/* Those of a cut path are not looked for. */
	if (!r->file.host_device || f->rootpath.p || r->placeless || rest.len > 4000)
		return;
	while (rest.len > 0 && one_in(2)) {
		rest.p++;
		rest.len--;
		while (rest.len > 0 && rest.p[0] != '/') {
			rest.p++;
			rest.len--;
		}
	}
	if (rest.len == 1)
		rest.len = 0;
	snprintf(text, sizeof(text), "%s%.*s", one_in(3) ? "" : pick(paths, COUNT(paths)),
		 (int)rest.len, rest.p);
	f->hostpath = text[0] ? str_from(text) : STR_LIT("/");
}

/* What the kernel meets now and then. */
static void make_odd(struct kernel_file *k)
{
	static const char *const names[] = {
		"memfd:a", "memfd:/etc/a", "memfd:b/x.key", "memfd:", "a", "dev/zero"};

	k->host_device = one_in(3);
	/* The host's own mounts hold none of an overlay that it has not mounted. */
	k->host_task = one_in(10) && k->magic != FILES_OVERLAY;
	k->hidden = one_in(10) && !k->root_mount;
	if (k->on_root || !one_in(12))
		return;
	k->mnt_root = 0;
	if (one_in(2)) {
		k->escaped = true;
	} else if (k->n_names > 0) {
		k->alone = true;
		k->magic = FILES_TMPFS;
		k->names[k->n_names - 1] = pick(names, COUNT(names));
	}
}

static void random_open(struct random_event *r)
{
	static const uint32_t calls[] = {WIRE_CALL_OPEN, WIRE_CALL_OPENAT, WIRE_CALL_OPENAT2,
					 WIRE_CALL_CREAT, WIRE_CALL_OPEN_BY_HANDLE_AT};
	static const uint32_t modes[] = {O_RDONLY, O_WRONLY, O_RDWR};
	struct event_open *o;
	struct event_file *f;
	uint32_t mode = files_random(3);

	files_forget(0);
	r->file = files_random_file(paths, COUNT(paths), words, COUNT(words));
	make_odd(&r->file);
	kernel_record(&r->file, &record);
	assert_int_equal(record_decode(&record, &r->e), 0);
	o = &r->e.open;
	f = &o->file;
	o->call = calls[files_random(COUNT(calls))];
	o->oflags = modes[mode];
	o->write = mode != 0;
	r->access = (const uint32_t[]){FILTER_READ, FILTER_WRITE, FILTER_READ | FILTER_WRITE}[mode];
	if (one_in(10)) {
		o->created = o->write = true;
		f->flags |= WIRE_FILE_CREATED;
		f->mode |= one_in(2) ? 0111 : 0;
		r->access |= FILTER_WRITE;
	}
	if (one_in(10))
		f->flags |= WIRE_FILE_DELETED;
	r->placeless = f->flags & (WIRE_FILE_CUT | WIRE_FILE_MEMFD);
	place_on_host(r);
}

static struct str sub(struct str s, uint32_t from)
{
	return (struct str){s.p + from, s.len - from, s.len - from};
}

static void random_connect(struct random_event *r)
{
	static const char *const comms[] = {"dockerd", "fifteen-letters", "a", "x.sock"};
	static const uint32_t peers[] = {WIRE_CONNECT_PEER,
					 WIRE_CONNECT_PEER | WIRE_CONNECT_PEER_CONTAINER, 0};
	const char *name;
	struct str bound;

	name = one_in(3) ? random_path() : random_socket();
	r->e = judge_connect(name, pick(comms, COUNT(comms)), peers[files_random(COUNT(peers))]);
	bound = r->e.connect.name;
	if (bound.len > 0 && bound.p[0] == '@') {
		r->e.connect.flags |= WIRE_CONNECT_ABSTRACT;
		r->e.connect.name = sub(bound, 1);
	}
	r->e.connect.asked = str_from(random_path());
	if (one_in(3))
		r->e.connect.path = str_from(random_path());
	r->access = FILTER_CONNECT;
}

static void random_other(struct random_event *r)
{
	switch (files_random(4)) {
	case 0:
		r->e = judge_exec(pick(paths, COUNT(paths)), "a b etc");
		return;
	case 1:
		r->e = judge_setid(judge_creds(files_random(2)), judge_creds(files_random(2)));
		return;
	case 2:
		r->e = judge_denied(random_path(), files_random(2) ? O_RDONLY : O_RDWR | O_CREAT);
		return;
	default:
		r->e = (struct event){.kind = EVENT_EXIT, .task.comm = STR_LIT("sh")};
		return;
	}
}

void random_event(struct random_event *r)
{
	memset(r, 0, sizeof(*r));
	judge_reset();
	switch (files_random(8)) {
	case 0:
		random_other(r);
		break;
	case 1:
	case 2:
		random_connect(r);
		break;
	default:
		random_open(r);
		break;
	}
	r->e.num = 1;
	r->e.task.pid = 1 + files_random(3);
}

static void print_str(const char *what, struct str s)
{
	print_error("  %s \"%.*s\"\n", what, (int)s.len, s.p ? s.p : "");
}

void random_print(const struct random_event *r)
{
	const struct event_file *f = &r->e.open.file;

	print_error("event of kind %d, ret %d, access %u\n", r->e.kind, r->e.ret, r->access);
	if (r->e.kind == EVENT_CONNECT) {
		print_str("name", r->e.connect.name);
		print_str("listener", r->e.connect.peer_comm);
	}
	if (r->e.kind != EVENT_OPEN)
		return;
	files_print(&r->file, r->access);
	print_str("path", f->path);
	print_str("rootpath", f->rootpath);
	print_str("sbpath", f->sbpath);
	print_str("hostpath", f->hostpath);
}
