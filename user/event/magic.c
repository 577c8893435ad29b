// SPDX-License-Identifier: Apache-2.0
/*
 * Paths over the magic links of a process to what is its own (proc_pid_fd(5), proc_pid_cwd(5)): by
 * the letter, as nobody can follow them when it has ended.
 */
#include "event/event.h"

/* The next component of an absolute path, and what is left behind it; "": there is none. */
static struct str next(struct str *s)
{
	struct str name;
	uint32_t i, n;

	do {
		for (i = 0; i < s->len && s->p[i] == '/'; i++)
			;
		for (n = i; n < s->len && s->p[n] != '/'; n++)
			;
		name = (struct str){s->p + i, n - i, n - i};
		*s = (struct str){s->p + n, s->len - n, s->len - n};
	} while (str_is(name, "."));
	return name;
}

/* In decimal digits; -1: it is none. */
static int64_t number(struct str s)
{
	int64_t n = 0;

	if (s.len == 0 || s.len > 9)
		return -1;
	for (uint32_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		n = n * 10 + (s.p[i] - '0');
	}
	return n;
}

/* Is it what procfs calls the task, in the pid namespace that it is in? t NULL: any by its number. */
static bool is_self(struct str name, const struct event_task *t)
{
	int64_t n = number(name);

	if (!t)
		return n > 0;
	return str_is(name, "self") || str_is(name, "thread-self") || n == t->vpid || n == t->vtid;
}

/*
 * Which of the task's own things the path begins with ("cwd", "fd", "stdin"), and in *s what is
 * left behind its name; "": none. t as in is_self().
 */
static struct str own(struct str *s, const struct event_task *t)
{
	struct str top = next(s), name = next(s);

	if (str_is(top, "dev"))
		return str_is(name, "cwd") ? STR_LIT("") : name;
	if (!str_is(top, "proc") || !is_self(name, t))
		return STR_LIT("");
	name = next(s);
	if (!str_is(name, "task"))
		return name;
	return number(next(s)) > 0 ? next(s) : STR_LIT("");
}

/* Does that name a descriptor, by what is behind it if it takes that? */
static bool is_descriptor(struct str name, struct str *s)
{
	if (str_is(name, "fd"))
		return number(next(s)) >= 0;
	return str_is(name, "stdin") || str_is(name, "stdout") || str_is(name, "stderr");
}

static struct str without_slashes(struct str s)
{
	while (s.len > 0 && s.p[0] == '/')
		s = (struct str){s.p + 1, s.len - 1, s.len - 1};
	return s;
}

bool event_magic(struct event_magic *m, const struct event_task *t, struct str asked,
		 struct str cwd, struct str base, uint32_t found)
{
	struct str s = asked, name;
	struct event_magic got = {0};

	if (asked.full > asked.len || !str_starts(asked, "/"))
		return false;
	name = own(&s, t);
	if (str_is(name, "cwd"))
		got.base = cwd;
	else if (is_descriptor(name, &s) && found == asked.len - s.len)
		got.base = base;
	if (got.base.len == 0 || got.base.full > got.base.len)
		return false;
	got.rest = without_slashes(s);
	*m = got;
	return true;
}

uint32_t event_magic_link(struct str path, uint32_t *pid)
{
	struct str s = path, pid_ends = path, name;

	if (!str_starts(path, "/"))
		return 0;
	(void)next(&pid_ends);
	(void)next(&pid_ends);
	if (!str_is(next(&s), "proc"))
		return 0;
	s = path;
	name = own(&s, NULL);
	if (!str_is(name, "cwd") && !str_is(name, "root") &&
	    !(str_is(name, "fd") && number(next(&s)) >= 0))
		return 0;
	*pid = path.len - pid_ends.len;
	return path.len - s.len;
}
