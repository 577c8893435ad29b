// SPDX-License-Identifier: Apache-2.0
#include "detected.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <fcntl.h>

#include "rules/build.h"
#include "rules/shipped.h"

static bool hit(const struct raised *r, const char *id)
{
	for (size_t i = 0; i < r->n; i++) {
		if (strcmp(r->ids[i], id) == 0)
			return true;
	}
	return false;
}

static void print_raised(const struct raised *r)
{
	for (size_t i = 0; i < r->n; i++)
		print_error("  raised %s\n", r->ids[i]);
}

static void check_id(const char *id)
{
	size_t n, i = 0;
	const struct rule *rules = shipped_rules(&n);

	while (i < n && strcmp(rules[i].id, id) != 0)
		i++;
	if (i == n)
		fail_msg("no rule is called %s", id);
}

void detected_expect(int line, const char *id, bool raised, bool first, struct event e)
{
	struct raised r;

	check_id(id);
	shipped_judge(&e, &r);
	if (hit(&r, id) != raised || (first && strcmp(r.ids[0], id) != 0)) {
		print_raised(&r);
		fail_msg("line %d: %s%s expected", line, id, raised ? "" : " not");
	}
}

void detected_nothing(int line, struct event e)
{
	struct raised r;

	shipped_judge(&e, &r);
	if (r.n > 0) {
		print_raised(&r);
		fail_msg("line %d: nothing expected", line);
	}
}

int detected_reset(void **state)
{
	(void)state;
	judge_reset();
	return 0;
}

struct event judge_writes(const char *path)
{
	return judge_open(judge_file(path), WRITE);
}

struct event judge_reads(const char *path)
{
	return judge_open(judge_file(path), O_RDONLY);
}

struct event_file judge_moved(const char *path, const char *rootpath)
{
	struct event_file f = judge_file(rootpath);

	f.flags |= WIRE_FILE_BIND;
	f.path = judge_file(path).path;
	return f;
}
