// SPDX-License-Identifier: Apache-2.0
#include "chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/address.h"
#include "container/container.h"
#include "process/process.h"
#include "rules/build.h"
#include "rules/engine/tree.h"
#include "rules/value.h"

/* The same trees and events in each run: a change is tested and not the day. SEED=N for others. */
#define USUAL_SEED 20261123u

static unsigned seed;

void chance_begin(void)
{
	const char *given = getenv("SEED");

	seed = given ? (unsigned)strtoul(given, NULL, 10) : USUAL_SEED;
	print_message("SEED=%u\n", seed);
}

size_t chance_below(size_t n)
{
	return (size_t)rand_r(&seed) % n;
}

/* Few words, so that they meet. */
static const char *const words[] = {"a",      "b",	"ab",	    "A",	"/a",	 "/a/b",
				    "/a/b/c", "/b",	"/ab",	    "/etc/x",	"open",	 "openat",
				    "execve", "setuid", "connect",  "procexit", "sh",	 "/bin/sh",
				    "<",      "file",	"O_RDONLY", "SUCCESS",	"EACCES"};
static const char *const globs[] = {"*", "a*", "/*/b", "?", "/a?b", "[a-b]*", "*b*"};
static const char *const regexes[] = {".*", "a+", "/a(/b)?", "[/a-c]*", "open(at)?"};
static const char *const numbers[] = {"0", "1", "2", "-1", "-13", "3", "1000"};

#define PICK(list) ((list)[chance_below(sizeof(list) / sizeof((list)[0]))])

static const char *random_list(const char *const *list, size_t n)
{
	char *text = tree_alloc(512);
	size_t used = 0, count = chance_below(5) ? 1 + chance_below(4) : 12;

	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, 512 - used, "%s%s", i ? "|" : "",
					 list[chance_below(n)]);
	return text;
}

static struct node *random_text_test(struct field_use use)
{
	static const enum field_id others[] = {F_PROC_NAME, F_PROC_PNAME, F_FD_NAME, F_EXEC_PATHS,
					       F_CONTAINER_NAME};
	enum operator_kind op = (enum operator_kind)chance_below(OP_END);
	struct node *n;

	switch (op) {
	case OP_EXISTS:
		return tree_use(use, op, NULL);
	case OP_IN:
	case OP_INTERSECTS:
	case OP_PMATCH:
		return tree_use(use, op, random_list(words, sizeof(words) / sizeof(words[0])));
	case OP_GLOB:
	case OP_IGLOB:
		return tree_use(use, op, PICK(globs));
	case OP_REGEX:
		return tree_use(use, op, PICK(regexes));
	default:
		if (chance_below(6))
			return tree_use(use, op, PICK(words));
		n = tree_fields(use.id, op, PICK(others));
		n->left = use;
		return n;
	}
}

static struct node *random_number_test(struct field_use use)
{
	static const enum operator_kind ops[] = {OP_EQ, OP_NE, OP_LT,	      OP_LE,	OP_GT,
						 OP_GE, OP_IN, OP_INTERSECTS, OP_EXISTS};
	enum operator_kind op = PICK(ops);

	if (op == OP_EXISTS)
		return tree_use(use, op, NULL);
	if (op == OP_IN || op == OP_INTERSECTS)
		return tree_use(use, op,
				random_list(numbers, sizeof(numbers) / sizeof(numbers[0])));
	return tree_use(use, op, PICK(numbers));
}

static const char *const networks[] = {"10.0.0.0/8", "10.0.0.1", "::1", "0.0.0.0/0", "fd00::/8"};

static struct node *random_address_test(struct field_use use)
{
	static const enum operator_kind ops[] = {OP_EQ, OP_NE, OP_IN, OP_INTERSECTS, OP_EXISTS};
	enum operator_kind op = PICK(ops);

	if (op == OP_EXISTS)
		return tree_use(use, op, NULL);
	if (op == OP_IN || op == OP_INTERSECTS)
		return tree_use(use, op,
				random_list(networks, sizeof(networks) / sizeof(networks[0])));
	return tree_use(use, op, PICK(networks));
}

static struct node *random_test(void)
{
	static const enum field_id favourites[] = {F_TYPE,	   F_DIR,	 F_CATEGORY,
						   F_FD_NAME,	   F_FILE_PATHS, F_EXEC_PATHS,
						   F_PROC_NAME,	   F_PROC_ANAME, F_PACKAGE,
						   F_IS_OPEN_WRITE};
	static const enum operator_kind bools[] = {OP_EQ, OP_NE, OP_IN};
	struct field_use use = {.id = (enum field_id)chance_below(F_RULE_END)};

	if (chance_below(2))
		use.id = PICK(favourites);
	if (use.id == F_END)
		use.id = F_TYPE;
	if (use.id == F_PROC_APID || ((use.id == F_PROC_ANAME) && chance_below(2))) {
		use.has_index = true;
		use.index = (uint32_t)chance_below(3);
	}
	switch (value_field_type(use.id)) {
	case FIELD_NUMBER:
		return random_number_test(use);
	case FIELD_BOOL:
		return tree_use(use, PICK(bools), chance_below(2) ? "true" : "false");
	case FIELD_ADDRESS:
		return random_address_test(use);
	default:
		while (use.n_transforms < FIELD_TRANSFORMS_MAX && chance_below(4) == 0)
			use.transforms[use.n_transforms++] =
				(enum transform)chance_below(TRANSFORM_BASENAME + 1);
		if (chance_below(8) == 0 && use.n_transforms < FIELD_TRANSFORMS_MAX) {
			use.transforms[use.n_transforms++] = TRANSFORM_LEN;
			return random_number_test(use);
		}
		return random_text_test(use);
	}
}

struct node *chance_tree(unsigned depth)
{
	struct node *kids[4];
	size_t n = 2 + chance_below(3);

	if (depth == 0 || chance_below(4) == 0)
		return random_test();
	if (chance_below(4) == 0)
		return tree_not(chance_tree(depth - 1));
	for (size_t i = 0; i < n; i++)
		kids[i] = chance_tree(depth - 1);
	return tree_join(chance_below(2) ? NODE_AND : NODE_OR, n, kids);
}

static struct str random_word(void)
{
	return chance_below(4) ? str_from(PICK(words)) : STR_LIT("");
}

static struct event_file random_file(void)
{
	static const uint32_t magics[] = {0, FS_OVERLAY, FS_EXT4, FS_PROC, FS_SYSFS, FS_CGROUP};
	static const uint32_t modes[] = {S_IFREG, S_IFDIR, S_IFCHR, S_IFBLK, S_IFIFO};
	struct event_file f = {.known = chance_below(4) > 0,
			       .mode = PICK(modes) | 0755,
			       .fs_magic = PICK(magics),
			       .flags = (uint32_t)chance_below(256),
			       .path = random_word(),
			       .sbpath = random_word()};

	if (chance_below(2))
		f.rootpath = random_word();
	if (chance_below(4) == 0)
		f.hostpath = random_word();
	return f;
}

static struct event_end random_end(void)
{
	static const char *const texts[] = {"10.0.0.1", "10.2.3.4", "::1", "192.168.0.1",
					    "fd00::1"};
	struct event_end end = {.known = chance_below(5) > 0, .port = (uint16_t)chance_below(4)};
	const char *text = PICK(texts);
	struct network n;

	assert_int_equal(network_parse(&n, text, strlen(text)), 0);
	end.address = n.base;
	return end;
}

void chance_event(struct event *e, struct container *c, struct process *p)
{
	static const uint32_t calls[] = {WIRE_CALL_OPEN, WIRE_CALL_OPENAT, WIRE_CALL_SETUID,
					 WIRE_CALL_NONE};
	static const uint32_t net_calls[] = {WIRE_CALL_CONNECT, WIRE_CALL_BIND, WIRE_CALL_SOCKET,
					     WIRE_CALL_ACCEPT4, WIRE_CALL_SENDMSG};

	*e = (struct event){.kind = (enum event_kind)(EVENT_EXEC + chance_below(7)),
			    .num = 1 + chance_below(3),
			    .context = chance_below(20) == 0,
			    .blocked = chance_below(3) == 0,
			    .ret = chance_below(2) ? 0 : -13,
			    .creds = judge_creds((uint32_t)chance_below(2)),
			    .prev = judge_creds((uint32_t)chance_below(2)),
			    .prev_known = chance_below(2),
			    .cwd = random_word()};
	e->task.comm = random_word();
	e->task.pcomm = random_word();
	e->task.pid = (uint32_t)chance_below(3);
	e->task.ppid = (uint32_t)chance_below(3);
	snprintf(c->name, sizeof(c->name), "%s", PICK(words));
	e->container = chance_below(3) ? c : NULL;
	p->comm = p->exepath = random_word();
	p->cmdline = random_word();
	e->process = chance_below(2) ? p : NULL;
	e->parent = chance_below(2) ? p : NULL;
	switch (e->kind) {
	case EVENT_EXEC:
		e->exec.exe = random_file();
		e->exec.flags = (uint32_t)chance_below(128);
		e->exec.script = chance_below(2);
		e->exec.filename = random_word();
		e->exec.argv = random_word();
		break;
	case EVENT_SETID:
		e->setid.call = PICK(calls);
		break;
	case EVENT_OPEN:
		e->open.file = random_file();
		e->open.call = PICK(calls);
		e->open.write = chance_below(2);
		e->open.asked = random_word();
		break;
	case EVENT_CONNECT:
		e->connect.name = random_word();
		e->connect.path = random_word();
		e->connect.flags = (uint32_t)chance_below(32);
		break;
	case EVENT_SYSCALL:
		e->sys.call =
			WIRE_CALL_FIRST + (uint32_t)chance_below(WIRE_CALL_END - WIRE_CALL_FIRST);
		e->sys.paths[0].path = e->sys.paths[0].asked = random_word();
		e->sys.paths[1].path = e->sys.paths[1].asked = random_word();
		break;
	case EVENT_NET:
		e->net.call = PICK(net_calls);
		e->net.family = chance_below(2) ? 2 : 10;
		e->net.type = (uint16_t)(1 + chance_below(3));
		e->net.protocol = chance_below(2) ? 6 : 17;
		e->net.flags = (uint32_t)chance_below(16);
		e->net.server = random_end();
		e->net.client = random_end();
		break;
	default:
		e->exit.code = (uint32_t)chance_below(300);
		break;
	}
}
