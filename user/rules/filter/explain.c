// SPDX-License-Identifier: Apache-2.0
/* What of a rule the kernel compares, in words. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/filter/blame.h"
#include "rules/filter/walk.h"
#include "rules/filter/wording.h"

#define INDENT	  12
#define WIDTH	  96
#define TESTS_MAX 6

static const char *const labels[WORLD_FILTERED] = {
	[WORLD_READ] = "reads",	      [WORLD_WRITE] = "writes",	   [WORLD_BOTH] = "both",
	[WORLD_CONNECT] = "connects", [WORLD_OUT] = "connects IP", [WORLD_FASTOPEN] = "fast open",
	[WORLD_SEND] = "datagrams",   [WORLD_BIND] = "binds",	   [WORLD_ACCEPT] = "accepts",
};

static const char *const costs[WORLD_FILTERED] = {
	[WORLD_READ] = "each open for reading by root in a container is sent to user space: about "
		       "3 microseconds each, and programs read many files",
	[WORLD_WRITE] = "each open for writing by root in a container is sent to user space: about "
			"3 microseconds each; there are fewer of them than for reading",
	[WORLD_BOTH] = "each open for writing by root in a container is sent to user space: about "
		       "3 microseconds each; there are fewer of them than for reading",
	[WORLD_CONNECT] = "each connect of root in a container to a Unix socket is sent to user "
			  "space: about 3 microseconds each",
	[WORLD_OUT] =
		"each connect of root in a container to an address of the Internet is sent to "
		"user space: about 3 microseconds each",
	[WORLD_FASTOPEN] = "each connection that root in a container opens by sending is sent to "
			   "user space: about 3 microseconds each",
	[WORLD_SEND] = "each datagram that root in a container sends with an address is sent to "
		       "user space: about 3 microseconds each",
	[WORLD_BIND] = "each bind and listen of root in a container is sent to user space: about 3 "
		       "microseconds each",
	[WORLD_ACCEPT] = "each connection that root in a container accepts is sent to user space: "
			 "about 3 microseconds each",
};

/* Wrapped at blanks. */
static void put_wrapped(FILE *out, const char *label, const char *text)
{
	int column = fprintf(out, "%-*s", INDENT, label);

	while (*text) {
		int len = (int)strcspn(text, " ");

		if (column > INDENT && column + 1 + len > WIDTH)
			column = fprintf(out, "\n%*s", INDENT, "") - 1;
		else if (column > INDENT)
			column += fprintf(out, " ");
		column += fprintf(out, "%.*s", len, text);
		text += len;
		text += *text == ' ';
	}
	(void)fputc('\n', out);
}

/* The tests that are left to user space, each text once. */
struct tests {
	FILE *out;
	size_t n;
	char *seen[TESTS_MAX];
	int err;
};

static void add_test(void *arg, const struct node *test)
{
	struct tests *t = arg;
	size_t size, i;
	char *text;
	FILE *m = open_memstream(&text, &size);

	if (!m) {
		t->err = -ENOMEM;
		return;
	}
	wording_node(m, test);
	if (fclose(m) != 0) {
		t->err = -ENOMEM;
		return;
	}
	for (i = 0; i < t->n && i < TESTS_MAX; i++) {
		if (strcmp(t->seen[i], text) == 0) {
			free(text);
			return;
		}
	}
	if (t->n++ < TESTS_MAX) {
		(void)fprintf(t->out, "%s%s", t->n > 1 ? "; " : "", text);
		t->seen[t->n - 1] = text;
	} else {
		free(text);
	}
}

static int put_tests(FILE *out, enum world w, const struct node *condition)
{
	struct tests t = {.out = out};
	size_t i;
	int err;

	(void)fputs(". In user space: ", out);
	err = blame_each(w, condition, add_test, &t);
	if (t.n == 0)
		(void)fputs("the same once more, by the letter", out);
	if (t.n > TESTS_MAX)
		(void)fputs("; and more", out);
	for (i = 0; i < t.n && i < TESTS_MAX; i++)
		free(t.seen[i]);
	return err ? err : t.err;
}

static int put_blame(FILE *out, enum world w, const struct node *condition)
{
	struct blame b;
	int err = blame_find(&b, w, condition);

	if (err)
		return err;
	(void)fputs("nothing can be compared in the kernel because of `", out);
	(void)fputs(b.negated ? "not " : "", out);
	if (b.negated && b.node->kind != NODE_TEST)
		(void)fputc('(', out);
	wording_node(out, b.node);
	if (b.negated && b.node->kind != NODE_TEST)
		(void)fputc(')', out);
	(void)fprintf(out, "' (%s:%u:%u): %s. So ", b.node->pos.file ? b.node->pos.file : "?",
		      b.node->pos.line, b.node->pos.column, b.reason);
	(void)fputs(costs[w], out);
	return 0;
}

/* What one world comes to; *text is "" when its events are not needed. The caller frees it. */
static int paragraph(char **text, enum world w, const struct node *condition)
{
	struct reach r = {.any = false};
	size_t size;
	FILE *out = open_memstream(text, &size);
	int err;

	if (!out)
		return -ENOMEM;
	err = walk(&r, w, condition, false, 0);
	if (!err && r.any) {
		err = put_blame(out, w, condition);
	} else if (!err && !reach_is_empty(&r)) {
		(void)fputs("compared in the kernel: ", out);
		reach_compact(&r);
		wording_reach(out, &r);
		err = put_tests(out, w, condition);
	}
	reach_free(&r);
	if (fclose(out) != 0 && !err)
		err = -ENOMEM;
	if (err) {
		free(*text);
		*text = NULL;
	}
	return err;
}

/* Kinds of which all are sent, whatever the rules say. */
static int put_others(FILE *out, const struct node *condition)
{
	static const struct {
		enum world w;
		const char *name;
	} kinds[] = {
		{WORLD_EXEC, "programs started"},
		{WORLD_EXIT, "processes' ends"},
		{WORLD_SETID, "changes of credentials"},
		{WORLD_OPEN_DENIED, "opens that were denied"},
		{WORLD_CONNECT_DENIED, "connects that were denied"},
		{WORLD_SOCKET_PACKET, "packet sockets made"},
		{WORLD_SOCKET_RAW, "raw sockets made"},
		{WORLD_SOCKET_OTHER, "IP sockets made"},
		{WORLD_STDIO_IP, "IP sockets made standard input or output"},
		{WORLD_STDIO_UNIX, "Unix sockets made so"},
		{WORLD_STDIO_FILE, "files made so"},
		{WORLD_DUP_IP, "other copies of IP sockets"},
		{WORLD_DUP_UNIX, "of Unix sockets"},
		{WORLD_DUP_FILE, "of files"},
		{WORLD_SYSCALL, "other system calls, of the types asked for"},
	};
	char text[512] = "";
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct reach r = {.any = false};
		int err = walk(&r, kinds[i].w, condition, false, 0);
		bool needed = !reach_is_empty(&r);
		size_t used = strlen(text);

		reach_free(&r);
		if (err)
			return err;
		if (needed)
			(void)snprintf(text + used, sizeof(text) - used, "%s%s", used ? ", " : "",
				       kinds[i].name);
	}
	if (text[0]) {
		strncat(text, ": sent in any case, and judged in user space",
			sizeof(text) - strlen(text) - 1);
		put_wrapped(out, "others", text);
	}
	return 0;
}

/* Opens that both read and write pass by what is watched for either. */
static bool is_covered(char *const *texts)
{
	return texts[WORLD_READ][0] || texts[WORLD_WRITE][0] || !texts[WORLD_BOTH][0];
}

static void put_opens(FILE *out, char *const *texts)
{
	if (!is_covered(texts)) {
		put_wrapped(out, labels[WORLD_BOTH], texts[WORLD_BOTH]);
		return;
	}
	if (texts[WORLD_READ][0] && strcmp(texts[WORLD_READ], texts[WORLD_WRITE]) == 0) {
		put_wrapped(out, "opens", texts[WORLD_READ]);
		return;
	}
	if (texts[WORLD_READ][0])
		put_wrapped(out, labels[WORLD_READ], texts[WORLD_READ]);
	if (texts[WORLD_WRITE][0])
		put_wrapped(out, labels[WORLD_WRITE], texts[WORLD_WRITE]);
}

int filter_explain(FILE *out, const struct rule *rule)
{
	char *texts[WORLD_FILTERED] = {NULL};
	int err = 0, n;

	if (!rule->condition)
		return 0;
	for (n = 0; n < WORLD_FILTERED && !err; n++)
		err = paragraph(&texts[n], (enum world)n, rule->condition);
	if (!err) {
		put_opens(out, texts);
		for (int w = WORLD_CONNECT; w < WORLD_FILTERED; w++)
			if (texts[w][0])
				put_wrapped(out, labels[w], texts[w]);
		err = put_others(out, rule->condition);
	}
	while (n > 0)
		free(texts[--n]);
	return err || ferror(out) ? -EIO : 0;
}
