// SPDX-License-Identifier: Apache-2.0
/* What is true of every event of one system call of wire_calls.h, and of its dull ones. */
#include <string.h>

#include "base/str.h"
#include "rules/filter/world.h"
#include "rules/value.h"

uint32_t world_call(enum world w)
{
	if (w < WORLD_CALL(WIRE_CALL_FIRST))
		return 0;
	return (uint32_t)(w - WORLD_CALL(0)) % WIRE_CALLS_MAX;
}

static bool is_dull(enum world w)
{
	return w >= WORLD_DULL(0) && !WORLD_IS_PLACED(w);
}

/* Can that call have the field? value_of_syscall() says what has what. */
static bool has(uint32_t call, enum field_id id)
{
	const struct event_call *row = event_call(call);

	switch (id) {
	case F_FD_NAME:
	case F_FILE_PATHS:
	case F_FILE_NAME:
	case F_HOST_PATH:
		return row->path[1] || row->fd || (row->path[0] && row->dir[0] != WIRE_CALL_A_NAME);
	case F_ARG_MODE:
		return row->mode;
	case F_ARG_FLAGS:
		return row->flags && call != WIRE_CALL_SETNS;
	case F_ARG_NSTYPE:
		return call == WIRE_CALL_SETNS;
	case F_ARG_REQUEST:
		return event_call_request_arg(call) != 0;
	case F_CALL_GAINED:
		return call == WIRE_CALL_CAPSET;
	case F_CALL_OWNER:
		return wire_call_is_chown(call);
	case F_CALL_FROM:
		return row->path[1] || row->dir[0] == WIRE_CALL_A_NAME;
	default:
		return true;
	}
}

static bool is_request(uint32_t call, const struct rule_value *v)
{
	const char *name;

	for (size_t i = 0; (name = event_call_request_name(call, i)); i++)
		if (strlen(name) == v->len && memcmp(name, v->text, v->len) == 0)
			return true;
	return false;
}

/* No dull ioctl is one of those that have names. */
static enum truth test_request(uint32_t call, const struct node *test)
{
	if (call != WIRE_CALL_IOCTL || (test->op != OP_EQ && test->op != OP_IN))
		return TRUTH_UNKNOWN;
	for (size_t i = 0; i < test->n_values; i++)
		if (!is_request(call, &test->values[i]))
			return TRUTH_UNKNOWN;
	return TRUTH_NO;
}

/* No dull clone makes namespaces, and none is put into a cgroup; no dull adjtimex has modes. */
static enum truth test_flags(uint32_t call, const struct node *test)
{
	static const char *const none[] = {"0"};

	if (call == WIRE_CALL_ADJTIMEX || call == WIRE_CALL_CLOCK_ADJTIME)
		return world_strings(test, none, 1, true);
	if (call == WIRE_CALL_IOCTL) /* only those with names have flags */
		return TRUTH_NO;
	if (test->op != OP_CONTAINS || test->n_values != 1)
		return TRUTH_UNKNOWN;
	if (strncmp(test->values[0].text, "CLONE_NEW", strlen("CLONE_NEW")) == 0 ||
	    strcmp(test->values[0].text, "CLONE_INTO_CGROUP") == 0)
		return TRUTH_NO;
	return TRUTH_UNKNOWN;
}

/* A dull chmod has none of these bits in its words; a dull chown gives a file to root, or nobody. */
static enum truth test_mode(const struct node *test)
{
	static const char *const told[] = {"S_ISUID", "S_ISGID", "S_IWGRP", "S_IROTH", "S_IWOTH"};

	if (test->op != OP_CONTAINS || test->n_values != 1)
		return TRUTH_UNKNOWN;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (strcmp(test->values[0].text, told[i]) == 0)
			return TRUTH_NO;
	return TRUTH_UNKNOWN;
}

static enum truth test_owner(const struct node *test)
{
	if (test->op != OP_GT || test->n_values != 1)
		return TRUTH_UNKNOWN;
	return strcmp(test->values[0].text, "0") == 0 ? TRUTH_NO : TRUTH_UNKNOWN;
}

/* It was done, and has a path. */
static enum truth test_placed(const struct node *test)
{
	static const char *const success[] = {"SUCCESS"};

	switch (test->left.id) {
	case F_FD_NAME:
		return test->op == OP_EXISTS ? TRUTH_YES : TRUTH_UNKNOWN;
	case F_BLOCKED:
	case F_FAILED:
		return world_bool(test, false);
	case F_RES:
	case F_ARG_RES:
		return world_strings(test, success, 1, true);
	default:
		return TRUTH_UNKNOWN;
	}
}

enum truth world_of_call(enum world w, const struct node *test)
{
	uint32_t call = world_call(w);
	enum field_id id = test->left.id;

	if (!has(call, id))
		return TRUTH_NO;
	if (test->right || test->left.n_transforms > 0)
		return TRUTH_UNKNOWN;
	if (WORLD_IS_PLACED(w))
		return test_placed(test);
	if (!is_dull(w))
		return TRUTH_UNKNOWN;
	switch (id) {
	case F_ARG_MODE:
		return test_mode(test);
	case F_CALL_OWNER:
		return test_owner(test);
	case F_ARG_REQUEST:
		return test_request(call, test);
	case F_ARG_FLAGS:
		return test_flags(call, test);
	case F_CALL_GAINED: /* nothing */
		return TRUTH_NO;
	default:
		return TRUTH_UNKNOWN;
	}
}
