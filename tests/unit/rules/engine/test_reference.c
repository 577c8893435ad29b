// SPDX-License-Identifier: Apache-2.0
/*
 * The compiled rules and a naive evaluator that walks the tree agree, over random conditions and
 * random events. SEED=... repeats a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "container/container.h"
#include "process/process.h"
#include "rules/build.h"
#include "base/address.h"
#include "rules/engine/engine.h"
#include "rules/engine/regex.h"
#include "rules/engine/tree.h"

#define ROUNDS 400
#define RULES  12
#define EVENTS 40

static unsigned seed;
static struct value_scratch scratch;

static size_t below(size_t n)
{
	return (size_t)rand_r(&seed) % n;
}

/* ---- the naive evaluator -------------------------------------------------------------------- */

static bool is_below(struct str path, const struct rule_value *dir)
{
	char a[256], b[256];
	int n;

	/* Both with one slash behind each component, and none doubled: a prefix then. */
	struct {
		struct str s;
		char *out;
	} sides[2] = {{{dir->text, (uint32_t)dir->len, 0}, a}, {path, b}};

	for (int i = 0; i < 2; i++) {
		n = 0;
		sides[i].out[n++] = '/';
		for (uint32_t j = 0; j < sides[i].s.len; j++) {
			if (sides[i].s.p[j] != '/' || sides[i].out[n - 1] != '/')
				sides[i].out[n++] = sides[i].s.p[j];
		}
		if (sides[i].out[n - 1] != '/')
			sides[i].out[n++] = '/';
		sides[i].out[n] = '\0';
	}
	return strncmp(a, b, strlen(a)) == 0;
}

static bool fits(const char *pattern, const char *text, int flags)
{
	return fnmatch(pattern, text, flags) == 0;
}

static bool regex_fits(const char *pattern, struct str text)
{
	struct regex *r;
	char why[64];
	bool is;

	assert_int_equal(regex_new(&r, str_from(pattern), why, sizeof(why), NULL), 0);
	is = regex_match(r, text) != 0;
	regex_free(r);
	return is;
}

/* Bit by bit. */
static bool address_holds(enum operator_kind op, struct str s, const struct rule_value *v)
{
	struct network one, all;
	bool same = true;

	assert_int_equal(network_parse(&one, s.p, s.len), 0);
	assert_int_equal(network_parse(&all, v->text, v->len), 0);
	for (unsigned i = 0; i < all.bits; i++)
		same &= (one.base.bytes[i / 8] >> (7 - i % 8) & 1) ==
			(all.base.bytes[i / 8] >> (7 - i % 8) & 1);
	return same != (op == OP_NE);
}

static bool text_holds(enum operator_kind op, struct str s, const struct rule_value *v)
{
	char a[256];

	snprintf(a, sizeof(a), "%.*s", (int)s.len, s.p);
	switch (op) {
	case OP_EQ:
	case OP_IN:
	case OP_INTERSECTS:
		return strcmp(a, v->text) == 0;
	case OP_NE:
		return strcmp(a, v->text) != 0;
	case OP_LT:
		return strcmp(a, v->text) < 0;
	case OP_LE:
		return strcmp(a, v->text) <= 0;
	case OP_GT:
		return strcmp(a, v->text) > 0;
	case OP_GE:
		return strcmp(a, v->text) >= 0;
	case OP_CONTAINS:
	case OP_BCONTAINS:
		return strstr(a, v->text);
	case OP_ICONTAINS:
		return strcasestr(a, v->text);
	case OP_STARTSWITH:
	case OP_BSTARTSWITH:
		return strncmp(a, v->text, v->len) == 0;
	case OP_ENDSWITH:
		return s.len >= v->len && strcmp(a + s.len - v->len, v->text) == 0;
	case OP_GLOB:
		return fits(v->text, a, 0);
	case OP_IGLOB:
		return fits(v->text, a, FNM_CASEFOLD);
	case OP_REGEX:
		return regex_fits(v->text, s);
	case OP_PMATCH:
		return is_below(s, v);
	default:
		fail_msg("operator %d", (int)op);
		return false;
	}
}

static bool number_holds(enum operator_kind op, int64_t a, int64_t b)
{
	switch (op) {
	case OP_EQ:
	case OP_IN:
	case OP_INTERSECTS:
		return a == b;
	case OP_NE:
		return a != b;
	case OP_LT:
		return a < b;
	case OP_LE:
		return a <= b;
	case OP_GT:
		return a > b;
	default:
		return a >= b;
	}
}

static int64_t number_of(const struct rule_value *v)
{
	if (strcmp(v->text, "true") == 0)
		return 1;
	return strtoll(v->text, NULL, 10);
}

/* One element of the left side with the values of the right. */
static bool element_holds(const struct node *n, const struct value *v, size_t i)
{
	for (size_t j = 0; j < n->n_values; j++) {
		if (v->type == VALUE_NUMBER || v->type == VALUE_BOOL) {
			if (number_holds(n->op, v->n, number_of(&n->values[j])))
				return true;
		} else if (value_field_type(n->left.id) == FIELD_NUMBER) { /* a list of them */
			char text[24];

			snprintf(text, sizeof(text), "%.*s", (int)v->list[i].len, v->list[i].p);
			if (number_holds(n->op, atoi(text), number_of(&n->values[j])))
				return true;
		} else if (value_field_type(n->left.id) == FIELD_ADDRESS) {
			if (address_holds(n->op, v->type == VALUE_LIST ? v->list[i] : v->s,
					  &n->values[j]))
				return true;
		} else if (text_holds(n->op, v->type == VALUE_LIST ? v->list[i] : v->s,
				      &n->values[j])) {
			return true;
		}
	}
	return false;
}

static bool field_holds(const struct node *n, const struct value *v, size_t i,
			const struct value *right)
{
	struct str a = v->type == VALUE_LIST ? v->list[i] : v->s;
	char text[256];

	if (right->type == VALUE_NUMBER)
		return number_holds(n->op, v->n, right->n);
	for (size_t j = 0; j < (right->type == VALUE_LIST ? right->n_list : 1); j++) {
		struct str b = right->type == VALUE_LIST ? right->list[j] : right->s;
		struct rule_value value = {text, b.len};

		snprintf(text, sizeof(text), "%.*s", (int)b.len, b.p);
		if (text_holds(n->op, a, &value))
			return true;
	}
	return false;
}

static bool test_holds(const struct node *n, const struct event *e)
{
	bool ends = n->left.id == F_FD_IP || n->left.id == F_FD_NET || n->left.id == F_FD_PORT;
	bool all = (n->op == OP_IN && value_field_type(n->left.id) == FIELD_STRINGS) ||
		   (n->op == OP_NE && ends);
	struct value v, right = {.type = VALUE_MISSING};
	size_t count, holding = 0;

	scratch.used = 0;
	value_of(&v, e, &n->left, &scratch);
	value_transform(&v, &n->left, &scratch);
	if (v.type == VALUE_MISSING)
		return false;
	if (n->op == OP_EXISTS)
		return true;
	if (n->right) {
		value_of(&right, e, n->right, &scratch);
		value_transform(&right, n->right, &scratch);
		if (right.type == VALUE_MISSING)
			return false;
	}
	count = v.type == VALUE_LIST ? v.n_list : 1;
	for (size_t i = 0; i < count; i++)
		holding += n->right ? field_holds(n, &v, i, &right) : element_holds(n, &v, i);
	return all ? holding == count : holding > 0;
}

static bool holds(const struct node *n, const struct event *e)
{
	size_t holding = 0;

	switch (n->kind) {
	case NODE_NOT:
		return !holds(n->kids[0], e);
	case NODE_TEST:
		return test_holds(n, e);
	default:
		for (size_t i = 0; i < n->n_kids; i++)
			holding += holds(n->kids[i], e);
		return n->kind == NODE_AND ? holding == n->n_kids : holding > 0;
	}
}

static void naive_judge(const struct rule *rules, size_t n, const struct event *e,
			struct verdict *v)
{
	v->n = 0;
	for (int p = 0; p < PRIORITY_END && !e->context; p++) {
		for (size_t i = 0; i < n && v->n < VERDICT_MAX; i++) {
			if (rules[i].enabled && !rules[i].left_out &&
			    rules[i].priority == (enum priority)p && holds(rules[i].condition, e))
				v->hits[v->n++] = &rules[i];
		}
	}
}

/* ---- chance --------------------------------------------------------------------------------- */

/* Few words, so that they meet. */
static const char *const words[] = {"a",      "b",	"ab",	    "A",	"/a",	 "/a/b",
				    "/a/b/c", "/b",	"/ab",	    "/etc/x",	"open",	 "openat",
				    "execve", "setuid", "connect",  "procexit", "sh",	 "/bin/sh",
				    "<",      "file",	"O_RDONLY", "SUCCESS",	"EACCES"};
static const char *const globs[] = {"*", "a*", "/*/b", "?", "/a?b", "[a-b]*", "*b*"};
static const char *const regexes[] = {".*", "a+", "/a(/b)?", "[/a-c]*", "open(at)?"};
static const char *const numbers[] = {"0", "1", "2", "-1", "-13", "3", "1000"};

#define PICK(list) ((list)[below(sizeof(list) / sizeof((list)[0]))])

static const char *random_list(const char *const *list, size_t n)
{
	char *text = tree_alloc(512);
	size_t used = 0, count = below(5) ? 1 + below(4) : 12;

	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, 512 - used, "%s%s", i ? "|" : "",
					 list[below(n)]);
	return text;
}

static struct node *random_text_test(struct field_use use)
{
	static const enum field_id others[] = {F_PROC_NAME, F_PROC_PNAME, F_FD_NAME, F_EXEC_PATHS,
					       F_CONTAINER_NAME};
	enum operator_kind op = (enum operator_kind)below(OP_END);
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
		if (below(6))
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
	struct field_use use = {.id = (enum field_id)below(F_RULE_END)};

	if (below(2))
		use.id = PICK(favourites);
	if (use.id == F_END)
		use.id = F_TYPE;
	if (use.id == F_PROC_APID || ((use.id == F_PROC_ANAME) && below(2))) {
		use.has_index = true;
		use.index = (uint32_t)below(3);
	}
	switch (value_field_type(use.id)) {
	case FIELD_NUMBER:
		return random_number_test(use);
	case FIELD_BOOL:
		return tree_use(use, PICK(bools), below(2) ? "true" : "false");
	case FIELD_ADDRESS:
		return random_address_test(use);
	default:
		while (use.n_transforms < FIELD_TRANSFORMS_MAX && below(4) == 0)
			use.transforms[use.n_transforms++] =
				(enum transform)below(TRANSFORM_BASENAME + 1);
		if (below(8) == 0 && use.n_transforms < FIELD_TRANSFORMS_MAX) {
			use.transforms[use.n_transforms++] = TRANSFORM_LEN;
			return random_number_test(use);
		}
		return random_text_test(use);
	}
}

static struct node *random_tree(unsigned depth)
{
	struct node *kids[4];
	size_t n = 2 + below(3);

	if (depth == 0 || below(4) == 0)
		return random_test();
	if (below(4) == 0)
		return tree_not(random_tree(depth - 1));
	for (size_t i = 0; i < n; i++)
		kids[i] = random_tree(depth - 1);
	return tree_join(below(2) ? NODE_AND : NODE_OR, n, kids);
}

static struct str random_word(void)
{
	return below(4) ? str_from(PICK(words)) : STR_LIT("");
}

static struct event_file random_file(void)
{
	static const uint32_t magics[] = {0, FS_OVERLAY, FS_EXT4, FS_PROC, FS_SYSFS, FS_CGROUP};
	static const uint32_t modes[] = {S_IFREG, S_IFDIR, S_IFCHR, S_IFBLK, S_IFIFO};
	struct event_file f = {.known = below(4) > 0,
			       .mode = PICK(modes) | 0755,
			       .fs_magic = PICK(magics),
			       .flags = (uint32_t)below(256),
			       .path = random_word(),
			       .sbpath = random_word()};

	if (below(2))
		f.rootpath = random_word();
	if (below(4) == 0)
		f.hostpath = random_word();
	return f;
}

static struct event_end random_end(void)
{
	static const char *const texts[] = {"10.0.0.1", "10.2.3.4", "::1", "192.168.0.1",
					    "fd00::1"};
	struct event_end end = {.known = below(5) > 0, .port = (uint16_t)below(4)};
	const char *text = PICK(texts);
	struct network n;

	assert_int_equal(network_parse(&n, text, strlen(text)), 0);
	end.address = n.base;
	return end;
}

static void random_event(struct event *e, struct container *c, struct process *p)
{
	static const uint32_t calls[] = {WIRE_CALL_OPEN, WIRE_CALL_OPENAT, WIRE_CALL_SETUID,
					 WIRE_CALL_NONE};
	static const uint32_t net_calls[] = {WIRE_CALL_CONNECT, WIRE_CALL_BIND, WIRE_CALL_SOCKET,
					     WIRE_CALL_ACCEPT4, WIRE_CALL_SENDMSG};

	*e = (struct event){.kind = (enum event_kind)(EVENT_EXEC + below(7)),
			    .num = 1 + below(3),
			    .context = below(20) == 0,
			    .blocked = below(3) == 0,
			    .ret = below(2) ? 0 : -13,
			    .creds = judge_creds((uint32_t)below(2)),
			    .prev = judge_creds((uint32_t)below(2)),
			    .prev_known = below(2),
			    .cwd = random_word()};
	e->task.comm = random_word();
	e->task.pcomm = random_word();
	e->task.pid = (uint32_t)below(3);
	e->task.ppid = (uint32_t)below(3);
	snprintf(c->name, sizeof(c->name), "%s", PICK(words));
	e->container = below(3) ? c : NULL;
	p->comm = p->exepath = random_word();
	p->cmdline = random_word();
	e->process = below(2) ? p : NULL;
	e->parent = below(2) ? p : NULL;
	switch (e->kind) {
	case EVENT_EXEC:
		e->exec.exe = random_file();
		e->exec.flags = (uint32_t)below(128);
		e->exec.script = below(2);
		e->exec.filename = random_word();
		e->exec.argv = random_word();
		break;
	case EVENT_SETID:
		e->setid.call = PICK(calls);
		break;
	case EVENT_OPEN:
		e->open.file = random_file();
		e->open.call = PICK(calls);
		e->open.write = below(2);
		e->open.asked = random_word();
		break;
	case EVENT_CONNECT:
		e->connect.name = random_word();
		e->connect.path = random_word();
		e->connect.flags = (uint32_t)below(32);
		break;
	case EVENT_SYSCALL:
		e->sys.call = WIRE_CALL_FIRST + (uint32_t)below(WIRE_CALL_END - WIRE_CALL_FIRST);
		e->sys.paths[0].path = e->sys.paths[0].asked = random_word();
		e->sys.paths[1].path = e->sys.paths[1].asked = random_word();
		break;
	case EVENT_NET:
		e->net.call = PICK(net_calls);
		e->net.family = below(2) ? 2 : 10;
		e->net.type = (uint16_t)(1 + below(3));
		e->net.protocol = below(2) ? 6 : 17;
		e->net.flags = (uint32_t)below(16);
		e->net.server = random_end();
		e->net.client = random_end();
		break;
	default:
		e->exit.code = (uint32_t)below(300);
		break;
	}
}

static size_t compare(struct engine *g, const struct rule *rules)
{
	static struct container c;
	struct process p = {.pid = 2};
	struct verdict want, got;
	struct event e;
	size_t hits = 0;

	for (size_t i = 0; i < EVENTS; i++) {
		random_event(&e, &c, &p);
		naive_judge(rules, RULES, &e, &want);
		engine_judge(g, &e, &got);
		if (want.n != got.n)
			fail_msg("%zu rules match, not %zu", got.n, want.n);
		for (size_t j = 0; j < want.n; j++)
			assert_ptr_equal(want.hits[j], got.hits[j]);
		hits += want.n;
	}
	return hits;
}

static void compiled_rules_are_the_tree(void **state)
{
	struct rule rules[RULES];
	char why[ENGINE_WHY_MAX];
	struct engine *g;
	size_t hits = 0;

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		tree_reset();
		for (size_t i = 0; i < RULES; i++) {
			rules[i] = tree_rule("r", (enum priority)below(PRIORITY_END),
					     random_tree(1 + (unsigned)below(4)));
			rules[i].enabled = below(10) > 0;
			rules[i].left_out = below(10) ? NULL : "left out";
		}
		if (engine_new(&g, rules, RULES, why))
			fail_msg("%s", why);
		hits += compare(g, rules);
		engine_free(g);
	}
	tree_reset();
	/* It says nothing when almost everything, or almost nothing, matches. */
	assert_in_range(hits, ROUNDS * EVENTS, ROUNDS * EVENTS * 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(compiled_rules_are_the_tree)};
	const char *given = getenv("SEED");

	seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	print_message("SEED=%u\n", seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
