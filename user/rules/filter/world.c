// SPDX-License-Identifier: Apache-2.0
#include "rules/filter/world.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "rules/value.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

uint32_t world_kind(enum world w)
{
	static const uint32_t kinds[WORLD_END] = {
		[WORLD_READ] = EVENT_OPEN,	  [WORLD_WRITE] = EVENT_OPEN,
		[WORLD_BOTH] = EVENT_OPEN,	  [WORLD_CONNECT] = EVENT_CONNECT,
		[WORLD_OPEN_DENIED] = EVENT_OPEN, [WORLD_CONNECT_DENIED] = EVENT_CONNECT,
		[WORLD_EXEC] = EVENT_EXEC,	  [WORLD_EXIT] = EVENT_EXIT,
		[WORLD_SETID] = EVENT_SETID,	  [WORLD_HANDLE] = EVENT_OPEN,
		[WORLD_MMAP] = EVENT_OPEN,	  [WORLD_SETGID] = EVENT_SETID,
	};

	if (world_is_net(w))
		return EVENT_NET;
	return w < WORLD_SYSCALL ? kinds[w] : EVENT_SYSCALL;
}

/* Whether a value that is known is one that the test wants. */
static enum truth test_string(const struct node *test, const char *s)
{
	struct str value = str_from(s);
	size_t i;

	if (test->op == OP_EXISTS)
		return TRUTH_YES;
	for (i = 0; i < test->n_values; i++) {
		const struct rule_value *v = &test->values[i];
		bool is = v->len == value.len && memcmp(v->text, value.p, value.len) == 0;
		bool starts = v->len <= value.len && memcmp(v->text, value.p, v->len) == 0;

		switch (test->op) {
		case OP_EQ:
		case OP_IN:
			if (is)
				return TRUTH_YES;
			break;
		case OP_NE:
			return is ? TRUTH_NO : TRUTH_YES;
		case OP_STARTSWITH:
			return starts ? TRUTH_YES : TRUTH_NO;
		case OP_CONTAINS:
			return memmem(value.p, value.len, v->text, v->len) ? TRUTH_YES : TRUTH_NO;
		default:
			return TRUTH_UNKNOWN;
		}
	}
	return test->op == OP_EQ || test->op == OP_IN ? TRUTH_NO : TRUTH_UNKNOWN;
}

/* The field has one of these values; certain: it is never missing. */
enum truth world_strings(const struct node *test, const char *const *values, size_t n, bool certain)
{
	enum truth all = TRUTH_UNKNOWN;
	size_t i;

	for (i = 0; i < n; i++) {
		enum truth one = test_string(test, values[i]);

		if (one == TRUTH_UNKNOWN || (i > 0 && one != all))
			return TRUTH_UNKNOWN;
		all = one;
	}
	return all == TRUTH_YES && !certain ? TRUTH_UNKNOWN : all;
}

enum truth world_bool(const struct node *test, bool value)
{
	static const char *const words[][2] = {{"false", "0"}, {"true", "1"}};
	bool is = false, is_not = false;
	size_t i;

	if (test->op == OP_EXISTS)
		return TRUTH_YES;
	if ((test->op != OP_EQ && test->op != OP_NE) || test->n_values != 1)
		return TRUTH_UNKNOWN;
	for (i = 0; i < COUNT(words[0]); i++) {
		is |= strcmp(test->values[0].text, words[value][i]) == 0;
		is_not |= strcmp(test->values[0].text, words[!value][i]) == 0;
	}
	if (!is && !is_not)
		return TRUTH_UNKNOWN;
	return is == (test->op == OP_EQ) ? TRUTH_YES : TRUTH_NO;
}

/* A result that is not negative. */
static enum truth test_success(const struct node *test)
{
	long long v;
	char *end;

	if (test->n_values != 1 || test->values[0].len == 0)
		return TRUTH_UNKNOWN;
	v = strtoll(test->values[0].text, &end, 10);
	if (*end != '\0' || v > 0)
		return TRUTH_UNKNOWN;
	switch (test->op) {
	case OP_LT:
		return TRUTH_NO;
	case OP_GE:
		return TRUTH_YES;
	case OP_LE:
	case OP_EQ:
		return v < 0 ? TRUTH_NO : TRUTH_UNKNOWN;
	case OP_GT:
	case OP_NE:
		return v < 0 ? TRUTH_YES : TRUTH_UNKNOWN;
	default:
		return TRUTH_UNKNOWN;
	}
}

static enum truth test_type(enum world w, const struct node *test)
{
	static const char *const opens[] = {"open",    "openat", "openat2",	     "creat",
					    "recvmsg", "mmap",	 "open_by_handle_at"};
	static const char *const connects[] = {"connect"};
	static const char *const execs[] = {"execve", "execveat"};
	static const char *const exits[] = {"procexit"};
	static const char *const calls[] = {
#define ROW(id, name, ...) #name,
		WIRE_CALLS(ROW)
#undef ROW
	};
	static const char *const setids[] = {"setuid", "setreuid", "setresuid", "setfsuid",
					     "credrise"};
	static const char *const setgids[] = {"setgid", "setregid", "setresgid", "setfsgid",
					      "setgroups"};

	switch (world_kind(w)) {
	case EVENT_OPEN: /* the last one is WORLD_HANDLE's; mmap is for writing only */
		if (w == WORLD_HANDLE)
			return world_strings(test, &opens[COUNT(opens) - 1], 1, true);
		if (w == WORLD_MMAP)
			return world_strings(test, &opens[COUNT(opens) - 2], 1, true);
		return world_strings(test, opens, COUNT(opens) - (w == WORLD_WRITE ? 1 : 2), true);
	case EVENT_CONNECT:
		return world_strings(test, connects, COUNT(connects), true);
	case EVENT_EXEC:
		return world_strings(test, execs, COUNT(execs), true);
	case EVENT_EXIT:
		return world_strings(test, exits, COUNT(exits), true);
	case EVENT_SYSCALL:
		if (world_call(w))
			return world_strings(test, &calls[world_call(w) - WIRE_CALL_FIRST], 1,
					     true);
		return world_strings(test, calls, COUNT(calls), true);
	default:
		if (w == WORLD_SETGID)
			return world_strings(test, setgids, COUNT(setgids), true);
		return world_strings(test, setids, COUNT(setids), true);
	}
}

/* What was denied is sent whatever it is: the worlds that are filtered are those of success. */
static enum truth test_result(enum world w, const struct node *test)
{
	static const char *const success[] = {"SUCCESS"};
	bool denied = w == WORLD_OPEN_DENIED || w == WORLD_CONNECT_DENIED;

	if (!denied && w >= WORLD_FILTERED && w != WORLD_MMAP)
		return TRUTH_UNKNOWN;
	switch (test->left.id) {
	case F_BLOCKED:
	case F_FAILED:
		return world_bool(test, denied);
	case F_RES:
	case F_ARG_RES:
		return denied ? TRUTH_UNKNOWN : world_strings(test, success, 1, true);
	case F_RAWRES:
		return denied ? TRUTH_UNKNOWN : test_success(test);
	default:
		return TRUTH_UNKNOWN;
	}
}

static enum truth test_access(enum world w, const struct node *test)
{
	if (w == WORLD_MMAP) {
		if (test->left.id == F_FILE_CREATED || test->left.id == F_IS_OPEN_EXEC)
			return world_bool(test, false);
		w = WORLD_WRITE;
	}
	switch (test->left.id) {
	case F_IS_OPEN_READ:
		return world_bool(test, w != WORLD_WRITE);
	case F_IS_OPEN_WRITE:
		return world_bool(test, w != WORLD_READ);
	case F_IS_OPEN_EXEC:
	case F_FILE_CREATED: /* counts as writing */
		return w == WORLD_READ ? world_bool(test, false) : TRUTH_UNKNOWN;
	case F_FD_NUM:
		return test_success(test);
	case F_FILE_UNRESOLVED: /* missing */
	case F_FILE_ASKED:
		return TRUTH_NO;
	default:
		return TRUTH_UNKNOWN;
	}
}

static enum truth test_open(enum world w, const struct node *test)
{
	static const char *const chars[] = {"f", "d", "p"};
	static const char *const types[] = {"file", "directory", "pipe"};

	switch (test->left.id) {
	case F_MAPPED: /* those are for writing only */
		return w == WORLD_WRITE ? TRUTH_UNKNOWN : world_bool(test, w == WORLD_MMAP);
	case F_FD_TYPECHAR:
		return world_strings(test, chars, COUNT(chars), false);
	case F_FD_TYPE:
		return world_strings(test, types, COUNT(types), false);
	default:
		return w >= WORLD_FILTERED && w != WORLD_MMAP ? TRUTH_UNKNOWN :
								test_access(w, test);
	}
}

static enum truth test_connect(const struct node *test)
{
	static const char *const chars[] = {"u"};
	static const char *const types[] = {"unix"};

	switch (test->left.id) {
	case F_FD_TYPECHAR:
		return world_strings(test, chars, 1, false);
	case F_FD_TYPE:
		return world_strings(test, types, 1, false);
	default:
		return TRUTH_UNKNOWN;
	}
}

enum truth world_truth(enum world w, const struct node *test)
{
	static const char *const dir[] = {"<"};
	enum field_id id = test->left.id;
	enum truth t;

	/* What a comparison with a missing value gives, whatever is done to it. */
	if (!(value_kinds(id) & (1u << world_kind(w))))
		return TRUTH_NO;
	if (world_call(w)) {
		t = world_of_call(w, test);
		if (t != TRUTH_UNKNOWN)
			return t;
	}
	if (test->right || test->left.n_transforms > 0)
		return TRUTH_UNKNOWN;
	if (id == F_TYPE && !world_is_net(w))
		return test_type(w, test);
	if (world_is_net(w))
		return id == F_DIR ? world_strings(test, dir, 1, true) : world_net(w, test);
	if (id == F_DIR)
		return world_strings(test, dir, 1, true);
	t = test_result(w, test);
	if (t == TRUTH_UNKNOWN && world_kind(w) == EVENT_OPEN)
		t = test_open(w, test);
	if (t == TRUTH_UNKNOWN && world_kind(w) == EVENT_CONNECT)
		t = test_connect(test);
	return t;
}
