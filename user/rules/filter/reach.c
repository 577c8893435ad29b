// SPDX-License-Identifier: Apache-2.0
#include "rules/filter/reach.h"

#include <errno.h>
#include <stdlib.h>

#include "wire.h"

/* Guesses at how much a pattern lets pass; only their order counts. */
#define BREADTH_NODE   1u /* devices, sockets */
#define BREADTH_FILE   2u
#define BREADTH_NAME   4u
#define BREADTH_DEEP   4u
#define BREADTH_HIDDEN 6u /* a folder called .ssh */
#define BREADTH_THIRD  8u
#define BREADTH_SECOND 16u
#define BREADTH_FOLDER 32u
#define BREADTH_TOP    64u
#define BREADTH_SUFFIX 128u /* of which there is room for a few only */
#define BREADTH_SCOPE  512u
#define BREADTH_HOST   768u

#define COST_PATTERNS 16384u

void reach_free(struct reach *s)
{
	free(s->patterns);
	free(s->ignores);
	memset(s, 0, sizeof(*s));
}

bool reach_is_empty(const struct reach *s)
{
	return !s->any && !s->host && s->n == 0;
}

void reach_any(struct reach *s)
{
	reach_free(s);
	s->any = true;
}

static int compare_text(struct str a, struct str b)
{
	uint32_t len = a.len < b.len ? a.len : b.len;
	int order = len > 0 ? memcmp(a.p, b.p, len) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_patterns(const void *one, const void *other)
{
	const struct pattern *a = one, *b = other;

	if (a->scope != b->scope)
		return a->scope < b->scope ? -1 : 1;
	return compare_text(a->text, b->text);
}

void reach_compact(struct reach *s)
{
	size_t i, kept = 0;

	if (s->n == 0)
		return;
	qsort(s->patterns, s->n, sizeof(s->patterns[0]), compare_patterns);
	for (i = 1; i < s->n; i++)
		if (compare_patterns(&s->patterns[kept], &s->patterns[i]) != 0)
			s->patterns[++kept] = s->patterns[i];
	s->n = kept + 1;
}

static int make_room(struct reach *s, size_t more)
{
	size_t room = s->room ? s->room * 2 : 8;
	struct pattern *p;

	if (more <= s->room - s->n)
		return 0;
	if (room < s->n + more)
		room = s->n + more;
	p = reallocarray(s->patterns, room, sizeof(*p));
	if (!p)
		return -ENOMEM;
	s->patterns = p;
	s->room = room;
	return 0;
}

static int add_all(struct reach *s, const struct pattern *p, size_t n)
{
	int err;

	if (n > REACH_PATTERNS_MAX - s->n)
		reach_compact(s);
	if (n > REACH_PATTERNS_MAX - s->n) {
		reach_any(s);
		return 0;
	}
	err = make_room(s, n);
	if (err)
		return err;
	if (n > 0)
		memcpy(s->patterns + s->n, p, n * sizeof(*p));
	s->n += n;
	return 0;
}

int reach_add(struct reach *s, struct pattern p)
{
	return s->any ? 0 : add_all(s, &p, 1);
}

/* Is path dir, or does it lie below it? */
static bool is_below(struct str path, struct str dir)
{
	if (path.len < dir.len || (dir.len > 0 && memcmp(path.p, dir.p, dir.len) != 0))
		return false;
	return path.len == dir.len || path.p[dir.len] == '/';
}

static bool below_one(struct str path, const struct str *dirs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (is_below(path, dirs[i]))
			return true;
	return false;
}

int reach_ignores_meet(struct str **list, size_t *n, const struct str *other, size_t n_other)
{
	struct str *both;
	size_t i, got = 0;

	if (*n == 0 || n_other == 0) {
		free(*list);
		*list = NULL;
		*n = 0;
		return 0;
	}
	both = calloc(*n + n_other, sizeof(*both));
	if (!both)
		return -ENOMEM;
	for (i = 0; i < *n; i++)
		if (below_one((*list)[i], other, n_other))
			both[got++] = (*list)[i];
	for (i = 0; i < n_other; i++)
		if (below_one(other[i], *list, *n) && !below_one(other[i], both, got))
			both[got++] = other[i];
	free(*list);
	*list = both;
	*n = got;
	return 0;
}

int reach_ignore(struct reach *s, struct str dir)
{
	struct str *list;

	if (!s->host || s->n_ignores == REACH_IGNORES_MAX ||
	    below_one(dir, s->ignores, s->n_ignores))
		return 0;
	list = reallocarray(s->ignores, s->n_ignores + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	s->ignores = list;
	list[s->n_ignores++] = dir;
	return 0;
}

static int join_host(struct reach *s, struct reach *from)
{
	if (!from->host)
		return 0;
	if (s->host)
		return reach_ignores_meet(&s->ignores, &s->n_ignores, from->ignores,
					  from->n_ignores);
	s->host = true;
	free(s->ignores);
	s->ignores = from->ignores;
	s->n_ignores = from->n_ignores;
	from->ignores = NULL;
	return 0;
}

int reach_join(struct reach *s, struct reach *from)
{
	int err = 0;

	if (from->any)
		reach_any(s);
	if (!s->any)
		err = join_host(s, from);
	if (!s->any && !err)
		err = add_all(s, from->patterns, from->n);
	reach_free(from);
	return err;
}

/* Components of a path, counted as far as it matters. */
static uint32_t depth_of(struct str path)
{
	uint32_t i, depth = 0;

	for (i = 0; i < path.len && depth < WIRE_WATCH_DEPTH; i++)
		depth += path.p[i] == '/';
	return depth;
}

static uint32_t path_breadth(const struct pattern *p)
{
	switch (depth_of(p->text)) {
	case 0:
		return BREADTH_SCOPE;
	case 1:
		if (p->scope == FILTER_PATH)
			return BREADTH_TOP; /* what lies below it, too */
		return p->exact ? BREADTH_FILE : BREADTH_THIRD;
	case 2:
		return p->exact ? BREADTH_FILE : BREADTH_SECOND;
	case 3:
		return p->exact ? BREADTH_FILE : BREADTH_THIRD;
	default:
		return BREADTH_DEEP;
	}
}

uint32_t pattern_breadth(const struct pattern *p)
{
	switch (p->scope) {
	case FILTER_PATH:
	case FILTER_PROC:
	case FILTER_SYSFS:
	case FILTER_CGROUP:
	case FILTER_KERNFS:
		return path_breadth(p);
	case FILTER_HOST:
		return p->hint ? 0 : BREADTH_HOST;
	case FILTER_NAME:
		return BREADTH_NAME;
	case FILTER_SUFFIX:
		return BREADTH_SUFFIX;
	case FILTER_FOLDER:
		return p->text.p[0] == '.' ? BREADTH_HIDDEN : BREADTH_FOLDER;
	case FILTER_NETWORK:
		return memchr(p->text.p, '/', p->text.len) ? BREADTH_TOP : BREADTH_NODE;
	case FILTER_PORT_TO:
		return BREADTH_SUFFIX;
	case FILTER_PORT_FROM:
		return BREADTH_SCOPE;
	case FILTER_BLOCK:
	case FILTER_SUID:
	case FILTER_CHAR:
	case FILTER_SOCKET:
	case FILTER_LISTENER:
	case FILTER_PORT:
	case FILTER_DENIED:
	case FILTER_SCOPE_END:
		break;
	}
	return BREADTH_NODE;
}

/* The broadest pattern decides: how many there are hardly matters to the kernel side. */
uint64_t reach_cost(const struct reach *s)
{
	uint32_t broadest = s->host ? BREADTH_HOST : 0, breadth;
	size_t i;

	if (s->any)
		return UINT64_MAX;
	for (i = 0; i < s->n; i++) {
		breadth = pattern_breadth(&s->patterns[i]);
		if (breadth > broadest)
			broadest = breadth;
	}
	return (uint64_t)broadest * COST_PATTERNS * 2 + s->n;
}
