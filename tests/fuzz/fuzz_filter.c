// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes as rules and as what happens: whatever the engine matches, the filter lets pass. The
 * input is a rule's text, a NUL, and what the events are made of: strings, which a NUL ends. Where
 * there is no NUL, the rules' own values are the strings.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "rules/engine/engine.h"
#include "rules/filter/filter.h"
#include "rules/lang/rule_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STRINGS_MAX 24

struct strings {
	struct str list[STRINGS_MAX];
	size_t n;
};

static void add(struct strings *s, const char *p, size_t len)
{
	if (s->n < STRINGS_MAX && len > 0 && len < WIRE_PATH_MAX)
		s->list[s->n++] = (struct str){p, (uint32_t)len, (uint32_t)len};
}

static void learn(struct strings *s, const struct node *node, unsigned depth)
{
	size_t i;

	for (i = 0; i < node->n_values; i++)
		add(s, node->values[i].text, node->values[i].len);
	for (i = 0; i < node->n_kids && depth < 64; i++)
		learn(s, node->kids[i], depth + 1);
}

/* As the kernel makes them: "/", or names each behind one slash. */
static bool is_path(struct str s)
{
	uint32_t i, name = 0;

	if (s.p[0] != '/' || memchr(s.p, '\0', s.len))
		return false;
	for (i = 1; i <= s.len; i++) {
		if (i < s.len && s.p[i] != '/')
			continue;
		name = i - name - 1;
		if (s.len > 1 && (name == 0 || (name == 1 && s.p[i - 1] == '.') ||
				  (name == 2 && s.p[i - 1] == '.' && s.p[i - 2] == '.')))
			return false;
		name = i;
	}
	return true;
}

static bool below(struct str path, const char *dir)
{
	return str_starts(path, dir) && (path.len == strlen(dir) || path.p[strlen(dir)] == '/');
}

static bool names(const struct filter_entry *e, struct str name)
{
	return e->scope == FILTER_NAME ? str_is(name, e->pattern) : str_ends(name, e->pattern);
}

static bool has_folder(struct str path, const char *name)
{
	size_t len = strlen(name);
	uint32_t i;

	for (i = 0; i + len + 1 < path.len; i++)
		if (path.p[i] == '/' && path.p[i + 1 + len] == '/' &&
		    memcmp(path.p + i + 1, name, len) == 0)
			return true;
	return false;
}

static bool is_ignored(const struct filter *f, struct str sbpath)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->entries[i].ignore && below(sbpath, f->entries[i].pattern))
			return true;
	return false;
}

/* Of a file of procfs when proc, else one of the host's that is bound to path. */
static bool lets_pass(const struct filter *f, const struct event_file *file, uint32_t access)
{
	bool proc = file->fs_magic == 0x9fa0;
	size_t i;

	for (i = 0; i < f->n; i++) {
		const struct filter_entry *e = &f->entries[i];

		if (!(e->access & access))
			continue;
		if (e->scope == FILTER_PATH && below(file->path, e->pattern))
			return true;
		if (e->scope == FILTER_FOLDER && has_folder(file->path, e->pattern))
			return true;
		if (e->scope == FILTER_PROC && proc && below(file->sbpath, e->pattern))
			return true;
		if (e->scope == FILTER_HOST && !proc && !*e->pattern &&
		    !is_ignored(f, file->sbpath))
			return true;
		if ((e->scope == FILTER_NAME || e->scope == FILTER_SUFFIX) &&
		    (names(e, str_basename(file->path)) || names(e, str_basename(file->sbpath))))
			return true;
	}
	return f->any & access;
}

static void check_open(const struct filter *f, struct engine *engine, struct str path,
		       struct str sbpath, bool proc)
{
	static const uint32_t modes[] = {O_RDONLY, O_WRONLY, O_RDWR};
	struct event e = {.kind = EVENT_OPEN, .num = 1};
	struct event_file *file = &e.open.file;
	struct verdict v;
	uint32_t i;

	file->known = true;
	file->path = path;
	file->sbpath = sbpath;
	file->mode = S_IFREG | 0644;
	file->fs_magic = proc ? 0x9fa0 : 0xef53;
	file->flags = WIRE_FILE_BIND;
	file->fstype = STR_LIT("x");
	e.open.call = WIRE_CALL_OPENAT;
	for (i = 0; i < 3; i++) {
		e.open.oflags = modes[i];
		e.open.write = i > 0;
		engine_judge(engine, &e, &v);
		if (v.n > 0 && !lets_pass(f, file, 1 + i)) {
			fprintf(stderr, "%.*s (%.*s) for %u\n", (int)path.len, path.p,
				(int)sbpath.len, sbpath.p, 1 + i);
			abort();
		}
	}
}

static void check_connect(const struct filter *f, struct engine *engine, struct str name,
			  struct str comm)
{
	struct event e = {.kind = EVENT_CONNECT, .num = 1};
	struct verdict v;
	size_t i;

	if (name.len > WIRE_SUN_MAX)
		name.len = WIRE_SUN_MAX;
	if (comm.len >= WIRE_COMM_LEN)
		comm.len = WIRE_COMM_LEN - 1;
	e.connect.name = name;
	e.connect.peer_comm = comm;
	e.connect.flags = WIRE_CONNECT_PEER;
	engine_judge(engine, &e, &v);
	if (v.n == 0 || (f->any & FILTER_CONNECT))
		return;
	for (i = 0; i < f->n; i++) {
		const struct filter_entry *t = &f->entries[i];

		if ((t->scope == FILTER_SOCKET && str_is(str_basename(name), t->pattern)) ||
		    (t->scope == FILTER_LISTENER && str_is(comm, t->pattern)))
			return;
	}
	fprintf(stderr, "socket %.*s of %.*s\n", (int)name.len, name.p, (int)comm.len, comm.p);
	abort();
}

/* A dup of an IP or Unix socket, or of a file, to a number that is a standard one or not. */
static void check_dup(const struct filter *f, struct engine *engine, struct str path, uint32_t kind)
{
	static const uint16_t families[] = {AF_INET, AF_UNIX, 0};
	struct event e = {.kind = EVENT_NET, .num = 1, .ret = kind < 3 ? 1 : 7};
	struct verdict v;

	e.net.family = families[kind % 3];
	e.net.mode = kind % 3 == 2 ? S_IFREG : S_IFSOCK;
	e.net.flags = WIRE_NET_STDIO;
	e.net.path = kind % 3 == 2 ? path : STR_LIT("");
	e.net.client = e.net.server = (struct event_end){.known = kind % 3 == 0, .port = 80};
	for (e.net.call = WIRE_CALL_DUP; e.net.call <= WIRE_CALL_DUP3; e.net.call++) {
		engine_judge(engine, &e, &v);
		if (v.n == 0 || ((f->sockets & FILTER_STDIO_IP << kind) &&
				 wire_calls_has(&f->calls, e.net.call)))
			continue;
		fprintf(stderr, "dup of kind %u\n", kind);
		abort();
	}
}

static void check(const struct rule_list *rules, struct strings *s)
{
	char why[ENGINE_WHY_MAX];
	struct engine *engine;
	struct filter *f;
	size_t i, j;

	if (engine_new(&engine, rules->rules, rules->n, why) != 0)
		return;
	if (filter_derive(&f, rules->rules, rules->n) != 0)
		abort();
	for (i = 0; i < s->n; i++) {
		for (j = 0; j < 6; j++)
			check_dup(f, engine, s->list[i], (uint32_t)j);
		for (j = 0; j < s->n; j++) {
			check_connect(f, engine, s->list[i], s->list[j]);
			if (!is_path(s->list[i]) || !is_path(s->list[j]))
				continue;
			check_open(f, engine, s->list[i], s->list[j], false);
			check_open(f, engine, s->list[i], s->list[j], true);
		}
	}
	filter_free(f);
	engine_free(engine);
}

static void explain(const struct rule *rule)
{
	static FILE *null;

	if (!null)
		null = fopen("/dev/null", "we");
	if (!null || filter_explain(null, rule) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rule_log log;
	const char *nul = memchr(data, '\0', size), *p, *next;
	struct rule_text text = {"fuzz", (const char *)data,
				 nul ? (size_t)(nul - (const char *)data) : size};
	const char *end = (const char *)data + size;
	struct rule_list *rules = NULL;
	struct strings s = {.n = 0};
	size_t i;

	if (size > 4096 || rule_list_parse(&rules, &text, 1, &log) != 0)
		return 0;
	for (p = nul ? nul + 1 : end; p < end; p = next + 1) {
		next = memchr(p, '\0', (size_t)(end - p));
		next = next ? next : end;
		add(&s, p, (size_t)(next - p));
	}
	for (i = 0; i < rules->n; i++) {
		if (rules->rules[i].condition)
			learn(&s, rules->rules[i].condition, 0);
		explain(&rules->rules[i]);
	}
	check(rules, &s);
	rule_list_free(rules);
	return 0;
}
