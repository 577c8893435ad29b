// SPDX-License-Identifier: Apache-2.0
/* Tests of what is no path: devices, sockets and who listens on them. */
#include <stdio.h>
#include <stdlib.h>

#include "rules/filter/clue.h"
#include "rules/filter/leaf.h"
#include "wire.h"

static bool is_literal(const struct node *test)
{
	return !test->right && test->left.n_transforms == 0 && test->n_values > 0 &&
	       (test->op == OP_EQ || test->op == OP_IN);
}

int leaf_types(struct reach *s, const struct node *test)
{
	size_t i;

	if (!is_literal(test)) {
		reach_any(s);
		return 0;
	}
	for (i = 0; i < test->n_values; i++) {
		if (!str_is(leaf_value(&test->values[i]), "block")) {
			reach_any(s);
			return 0;
		}
	}
	return reach_add(s, (struct pattern){.scope = FILTER_BLOCK, .text = STR_LIT("")});
}

int leaf_suid(struct reach *s, const struct node *test)
{
	if (!is_literal(test) || test->n_values != 1 ||
	    !str_is(leaf_value(&test->values[0]), "true")) {
		reach_any(s);
		return 0;
	}
	return reach_add(s, (struct pattern){.scope = FILTER_SUID, .text = STR_LIT("")});
}

/* "major:minor" as the kernel numbers devices, and written as it is printed. */
static bool is_device(struct str value)
{
	char text[24], again[24];
	unsigned int major, minor;

	if (value.len == 0 || value.len >= sizeof(text))
		return false;
	memcpy(text, value.p, value.len);
	text[value.len] = '\0';
	if (text[0] < '0' || text[0] > '9')
		return false;
	major = (unsigned int)strtoul(text, NULL, 10);
	minor = strchr(text, ':') ? (unsigned int)strtoul(strchr(text, ':') + 1, NULL, 10) : 0;
	(void)snprintf(again, sizeof(again), "%u:%u", major, minor);
	return major <= 0xfff && minor <= 0xfffff && str_is(value, again);
}

/* A number alone does not tell a block device from another. */
int leaf_devices(struct reach *s, const struct node *test)
{
	int err = 0;
	size_t i;

	if (!is_literal(test)) {
		reach_any(s);
		return 0;
	}
	err = reach_add(s, (struct pattern){.scope = FILTER_BLOCK, .text = STR_LIT("")});
	for (i = 0; i < test->n_values && !s->any && !err; i++) {
		struct str value = leaf_value(&test->values[i]);

		if (is_device(value))
			err = reach_add(s, (struct pattern){.scope = FILTER_CHAR, .text = value});
		else
			reach_any(s);
	}
	return err;
}

/* By the last component of its bound name; an abstract name has an '@' before it in fd.name. */
static int add_socket(struct reach *s, struct str value, bool whole)
{
	struct str name = clue_last(value);
	int err;

	if (!clue_is_name(name) || (!whole && name.len == value.len) || str_is(name, "@")) {
		reach_any(s);
		return 0;
	}
	err = reach_add(s, (struct pattern){.scope = FILTER_SOCKET, .text = name});
	if (!err && name.len == value.len && name.p[0] == '@') {
		name = (struct str){name.p + 1, name.len - 1, name.len - 1};
		err = reach_add(s, (struct pattern){.scope = FILTER_SOCKET, .text = name});
	}
	return err;
}

static int add_sockets(struct reach *s, const struct node *test)
{
	struct str head, tail;
	int err = 0;
	size_t i;

	if (test->right || test->left.n_transforms > 0 || test->n_values == 0) {
		reach_any(s);
		return 0;
	}
	for (i = 0; i < test->n_values && !s->any && !err; i++) {
		struct str value = leaf_value(&test->values[i]);

		if (test->op == OP_EQ || test->op == OP_IN)
			err = add_socket(s, value, true);
		else if (test->op == OP_ENDSWITH)
			err = add_socket(s, value, false);
		else if (test->op == OP_GLOB && !clue_wild(value, &head, &tail))
			err = add_socket(s, value, true);
		else if (test->op == OP_GLOB)
			err = add_socket(s, tail, false);
		else
			reach_any(s);
	}
	return err;
}

/* What the field has is the last component itself. */
static int add_socket_names(struct reach *s, const struct node *test, enum filter_scope scope)
{
	int err = 0;
	size_t i;

	if (!is_literal(test)) {
		reach_any(s);
		return 0;
	}
	for (i = 0; i < test->n_values && !s->any && !err; i++) {
		struct str value = leaf_value(&test->values[i]);

		if (!clue_is_name(value)) {
			reach_any(s);
			break;
		}
		/* No command is longer: such a value matches nothing. */
		if (scope == FILTER_LISTENER && value.len >= WIRE_COMM_LEN)
			value.len = WIRE_COMM_LEN - 1;
		err = reach_add(s, (struct pattern){.scope = scope, .text = value});
	}
	return err;
}

int leaf_sockets(struct reach *s, const struct node *test)
{
	switch (test->left.id) {
	case F_FD_NAME:
		return add_sockets(s, test);
	case F_SOCKET_NAME:
		return add_socket_names(s, test, FILTER_SOCKET);
	case F_PEER_COMM:
		return add_socket_names(s, test, FILTER_LISTENER);
	default:
		reach_any(s);
		return 0;
	}
}
