// SPDX-License-Identifier: Apache-2.0
/* Tests of where a connection leads to: the server's port, or its address. */
#include "rules/filter/leaf.h"

/* The kernel compares the server's end only. */
static bool is_server_port(enum world w, enum field_id id)
{
	bool in = w == WORLD_BIND || w == WORLD_ACCEPT;

	return id == F_FD_SPORT || id == (in ? F_FD_LPORT : F_FD_RPORT) ||
	       (w == WORLD_BIND && id == F_FD_PORT);
}

static bool is_server_address(enum world w, enum field_id id)
{
	bool in = w == WORLD_BIND || w == WORLD_ACCEPT;

	return id == F_FD_SIP || id == F_FD_SNET || id == (in ? F_FD_LIP : F_FD_RIP) ||
	       id == (in ? F_FD_LNET : F_FD_RNET) ||
	       (w == WORLD_BIND && (id == F_FD_IP || id == F_FD_NET));
}

/* FILTER_SCOPE_END: not compared. */
static enum filter_scope port_scope(enum operator_kind op)
{
	switch (op) {
	case OP_EQ:
	case OP_IN:
	case OP_INTERSECTS:
		return FILTER_PORT;
	case OP_GE:
	case OP_GT: /* one port too many */
		return FILTER_PORT_FROM;
	case OP_LE:
	case OP_LT:
		return FILTER_PORT_TO;
	default:
		return FILTER_SCOPE_END;
	}
}

static enum filter_scope address_scope(enum operator_kind op)
{
	return op == OP_EQ || op == OP_IN || op == OP_INTERSECTS ? FILTER_NETWORK :
								   FILTER_SCOPE_END;
}

/* Can only what was denied fulfil it? */
static bool is_denied(const struct node *test)
{
	size_t i;

	if (test->right || test->left.n_transforms > 0)
		return false;
	if (test->left.id == F_BLOCKED)
		return world_bool(test, true) == TRUTH_YES && world_bool(test, false) == TRUTH_NO;
	if ((test->left.id != F_RES && test->left.id != F_ARG_RES) ||
	    (test->op != OP_EQ && test->op != OP_IN))
		return false;
	for (i = 0; i < test->n_values; i++)
		if (!str_is(leaf_value(&test->values[i]), "EACCES") &&
		    !str_is(leaf_value(&test->values[i]), "EPERM"))
			return false;
	return true;
}

int leaf_ends(struct reach *s, enum world w, const struct node *test)
{
	enum filter_scope scope = FILTER_SCOPE_END;
	int err = 0;
	size_t i;

	if (is_denied(test))
		return reach_add(s, (struct pattern){.scope = FILTER_DENIED, .text = STR_LIT("")});
	if (!test->right && test->left.n_transforms == 0 && test->n_values > 0) {
		if (is_server_port(w, test->left.id))
			scope = port_scope(test->op);
		else if (is_server_address(w, test->left.id))
			scope = address_scope(test->op);
	}
	if (scope == FILTER_SCOPE_END) {
		reach_any(s);
		return 0;
	}
	for (i = 0; i < test->n_values && !s->any && !err; i++)
		err = reach_add(s, (struct pattern){.scope = scope,
						    .text = leaf_value(&test->values[i])});
	return err;
}
