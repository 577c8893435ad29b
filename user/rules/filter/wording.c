// SPDX-License-Identifier: Apache-2.0
#include "rules/filter/wording.h"

#include "rules/filter/world.h"
#include "rules/lang/syntax.h"

#define VALUES_MAX   4
#define KIDS_MAX     3
#define DEPTH_MAX    3
#define VALUE_MAX    60
#define PATTERNS_MAX 12

static void put_text(FILE *out, struct str s)
{
	uint32_t i, n = s.len < VALUE_MAX ? s.len : VALUE_MAX;

	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c >= 0x7f)
			(void)fprintf(out, "\\x%02x", c);
		else
			(void)fputc(c, out);
	}
	(void)fputs(n < s.len ? "..." : "", out);
}

static void put_field(FILE *out, const struct field_use *f)
{
	size_t i;

	for (i = f->n_transforms; i > 0; i--)
		(void)fprintf(out, "%s(", transform_name(f->transforms[i - 1]));
	(void)fputs(field_name(f->id), out);
	if (f->has_index)
		(void)fprintf(out, "[%u]", f->index);
	else if (f->arg) {
		(void)fputc('[', out);
		put_text(out, str_from(f->arg));
		(void)fputc(']', out);
	}
	for (i = 0; i < f->n_transforms; i++)
		(void)fputc(')', out);
}

static void put_value(FILE *out, const struct rule_value *v)
{
	struct str s = {v->text, (uint32_t)v->len, (uint32_t)v->len};
	bool quoted = v->len == 0 || strpbrk(v->text, " ,()\"'");

	(void)fputs(quoted ? "\"" : "", out);
	put_text(out, s);
	(void)fputs(quoted ? "\"" : "", out);
}

static void put_test(FILE *out, const struct node *test)
{
	size_t i;

	put_field(out, &test->left);
	(void)fprintf(out, " %s", operator_name(test->op));
	if (test->op == OP_EXISTS)
		return;
	(void)fputc(' ', out);
	if (test->right) {
		(void)fputs("val(", out);
		put_field(out, test->right);
		(void)fputc(')', out);
		return;
	}
	(void)fputs(operator_takes_list(test->op) ? "(" : "", out);
	for (i = 0; i < test->n_values && i < VALUES_MAX; i++) {
		(void)fputs(i > 0 ? ", " : "", out);
		put_value(out, &test->values[i]);
	}
	(void)fputs(i < test->n_values ? ", ..." : "", out);
	(void)fputs(operator_takes_list(test->op) ? ")" : "", out);
}

static void put_node(FILE *out, const struct node *node, unsigned depth)
{
	size_t i;

	if (node->kind == NODE_TEST) {
		put_test(out, node);
		return;
	}
	if (depth == DEPTH_MAX) {
		(void)fputs("(...)", out);
		return;
	}
	if (node->kind == NODE_NOT) {
		(void)fputs("not ", out);
		put_node(out, node->kids[0], depth + 1);
		return;
	}
	(void)fputs(depth > 0 ? "(" : "", out);
	for (i = 0; i < node->n_kids && i < KIDS_MAX; i++) {
		if (i > 0)
			(void)fputs(node->kind == NODE_AND ? " and " : " or ", out);
		put_node(out, node->kids[i], depth + 1);
	}
	(void)fputs(i < node->n_kids ? " ..." : "", out);
	(void)fputs(depth > 0 ? ")" : "", out);
}

void wording_node(FILE *out, const struct node *node)
{
	put_node(out, node, 0);
}

/* Of one pattern, of several, of the pattern "". */
static const struct {
	const char *one, *many, *all;
} scopes[FILTER_SCOPE_END] = {
	[FILTER_PATH] = {"the path ", "the paths ", "any path"},
	[FILTER_PROC] = {"in procfs ", "in procfs ", "all of procfs"},
	[FILTER_SYSFS] = {"in sysfs ", "in sysfs ", "all of sysfs"},
	[FILTER_CGROUP] = {"in cgroup file systems ", "in cgroup file systems ",
			   "all of the cgroup file systems"},
	[FILTER_KERNFS] = {"in debugfs, tracefs and their like ",
			   "in debugfs, tracefs and their like ",
			   "all of debugfs, tracefs and their like"},
	[FILTER_HOST] = {"of the host's files ", "of the host's files ", "the host's files"},
	[FILTER_NAME] = {"the file's name ", "the file's names ", ""},
	[FILTER_SUFFIX] = {"the end of the file's name ", "the ends of files' names ", ""},
	[FILTER_FOLDER] = {"a folder called ", "a folder called ", ""},
	[FILTER_BLOCK] = {"", "", "block devices"},
	[FILTER_SUID] = {"", "", "files that have the SUID bit"},
	[FILTER_CHAR] = {"the device ", "the devices ", ""},
	[FILTER_SOCKET] = {"the socket's name ", "the sockets' names ", ""},
	[FILTER_PORT] = {"the server's port ", "the server's ports ", ""},
	[FILTER_PORT_FROM] = {"the server's ports from ", "the server's ports from ", ""},
	[FILTER_PORT_TO] = {"the server's ports up to ", "the server's ports up to ", ""},
	[FILTER_NETWORK] = {"the server's address ", "the server's addresses ", ""},
	[FILTER_DENIED] = {"", "", "what was denied"},
	[FILTER_LISTENER] = {"the listener's command ", "the listeners' commands ", ""},
};

/* "a, b and 7 more" */
struct list {
	FILE *out;
	size_t n;
};

static void list_add(struct list *l, struct str s)
{
	if (l->n > 0 && l->n < PATTERNS_MAX)
		(void)fputs(", ", l->out);
	if (l->n++ < PATTERNS_MAX)
		put_text(l->out, s);
}

static void list_end(const struct list *l)
{
	if (l->n > PATTERNS_MAX)
		(void)fprintf(l->out, " and %zu more", l->n - PATTERNS_MAX);
}

static bool put_scope(FILE *out, const struct reach *r, enum filter_scope scope, bool first)
{
	struct list list = {out, 0};
	bool all = false;
	size_t i, n = 0;

	for (i = 0; i < r->n; i++) {
		if (r->patterns[i].scope != scope || r->patterns[i].hint)
			continue;
		all |= r->patterns[i].text.len == 0;
		n++;
	}
	if (n == 0)
		return first;
	(void)fputs(first ? "" : "; ", out);
	if (all) {
		(void)fputs(scopes[scope].all, out);
		return false;
	}
	(void)fputs(n == 1 ? scopes[scope].one : scopes[scope].many, out);
	for (i = 0; i < r->n; i++)
		if (r->patterns[i].scope == scope && !r->patterns[i].hint)
			list_add(&list, r->patterns[i].text);
	list_end(&list);
	return false;
}

void wording_reach(FILE *out, const struct reach *r)
{
	struct list list = {out, 0};
	bool first = true;
	size_t i;
	int scope;

	for (scope = 0; scope < FILTER_SCOPE_END; scope++)
		first = put_scope(out, r, (enum filter_scope)scope, first);
	if (!r->host)
		return;
	(void)fprintf(out, "%s%s", first ? "" : "; ", scopes[FILTER_HOST].all);
	(void)fputs(r->n_ignores > 0 ? ", but for what lies in their file system below " : "", out);
	for (i = 0; i < r->n_ignores; i++)
		list_add(&list, r->ignores[i]);
	list_end(&list);
}
