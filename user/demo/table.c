// SPDX-License-Identifier: Apache-2.0
#include "demo/table.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define LABEL_WIDTH 25
#define CELL_WIDTH  35
#define CELL_LINES  3

_Static_assert(LABEL_WIDTH + 2 * (CELL_WIDTH + 2) <= TABLE_WIDTH, "the table is too wide");

#define BOLD	"\033[1m"
#define DIM	"\033[2m"
#define RED	"\033[31m"
#define GREEN	"\033[32m"
#define YELLOW	"\033[33m"
#define CYAN	"\033[36m"
#define MAGENTA "\033[1;35m"
#define RESET	"\033[0m"

struct cell_line {
	const char *color;
	char text[CELL_WIDTH + 1];
};

struct cell {
	struct cell_line line[CELL_LINES];
};

__attribute__((format(printf, 4, 5))) static void cell_set(struct cell *c, size_t line,
							   const char *color, const char *format,
							   ...)
{
	struct cell_line *l = &c->line[line < CELL_LINES ? line : CELL_LINES - 1];
	va_list args;

	l->color = color;
	va_start(args, format);
	(void)vsnprintf(l->text, sizeof(l->text), format, args);
	va_end(args);
}

/* Of a path that is too long the end is worth more. */
static void cell_set_path(struct cell *c, size_t line, const char *color, const char *path)
{
	size_t len = strlen(path), room = CELL_WIDTH - 2;

	if (len <= room)
		cell_set(c, line, color, "  %s", path);
	else
		cell_set(c, line, color, "  ..%s", path + len - (room - 2));
}

static const char *priority_color(const char *priority)
{
	static const char *const red[] = {"Emergency", "Alert", "Critical", "Error"};

	for (size_t i = 0; i < sizeof(red) / sizeof(red[0]); i++) {
		if (strcmp(priority, red[i]) == 0)
			return BOLD RED;
	}
	return strcmp(priority, "Warning") == 0 ? BOLD YELLOW : BOLD;
}

static void cell_fill(struct cell *c, const struct attack_expect *e, const struct attack_result *r)
{
	char amiss[ATTACK_TEXT_MAX];
	bool well = attack_check(e, r, amiss), worked = !r->err && r->code == 0;
	size_t line = 1;

	memset(c, 0, sizeof(*c));
	cell_set(c, 0, worked ? RED : GREEN, worked ? "DONE     %s" : "DENIED   %s", r->said);
	for (size_t i = 0; worked && i < ATTACK_RULES; i++) {
		if (r->seen[i])
			cell_set(c, line++, priority_color(r->alerts[i].priority), "%-9.9s%s",
				 r->alerts[i].priority, e->rules[i]);
	}
	if (!worked && r->blocked_seen) {
		cell_set(c, 1, CYAN, "seen     blocked (%s)", r->blocked.result);
		cell_set_path(c, 2, CYAN, r->blocked.object);
	} else if (!worked && well) {
		cell_set(c, 1, DIM, "         no alert: nothing gained");
	}
	if (!well) {
		if (!worked && !e->denied)
			cell_set(c, 0, MAGENTA, "FAILED   %s", r->said);
		cell_set(c, 2, MAGENTA, "AMISS    %s", amiss);
	}
}

static void put(const struct table *t, const char *color, const char *text, int width)
{
	bool colored = t->color && color && *text;

	(void)fprintf(t->f, "%s%-*s%s", colored ? color : "", width, text, colored ? RESET : "");
}

static void put_cell_line(const struct table *t, const struct cell_line *l, bool last)
{
	(void)fputs("| ", t->f);
	put(t, l->color, l->text, last ? 0 : CELL_WIDTH);
}

static void rule(const struct table *t)
{
	for (int i = 0; i < LABEL_WIDTH + 2 * (CELL_WIDTH + 2); i++)
		(void)fputc(i == LABEL_WIDTH || i == LABEL_WIDTH + CELL_WIDTH + 2 ? '+' : '-',
			    t->f);
	(void)fputc('\n', t->f);
}

static void put_label(const struct table *t, const char *color, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void put_label(const struct table *t, const char *color, const char *format, ...)
{
	char label[LABEL_WIDTH];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(label, sizeof(label), format, args);
	va_end(args);
	put(t, color, label, LABEL_WIDTH);
}

/* Each row at once, for who looks on. The reason of a failure is known only here. */
static void flush(struct table *t)
{
	if (fflush(t->f) && !t->error)
		t->error = errno;
}

void table_head(struct table *t, const char *const ids[static SIDES])
{
	struct cell_line l = {.color = BOLD};

	put(t, BOLD, "rootwatch demo: the same attacks in two containers, side by side\n\n", 0);
	put_label(t, NULL, "%s", "");
	(void)snprintf(l.text, sizeof(l.text), "root (uid 0)     %.12s", ids[SIDE_ROOT]);
	put_cell_line(t, &l, false);
	(void)snprintf(l.text, sizeof(l.text), "uid %u         %.12s", ATTACK_UID, ids[SIDE_USER]);
	put_cell_line(t, &l, true);
	(void)fputc('\n', t->f);
	rule(t);
	flush(t);
}

static bool line_empty(const struct cell cells[static SIDES], size_t i)
{
	return !*cells[SIDE_ROOT].line[i].text && !*cells[SIDE_USER].line[i].text;
}

int table_row(struct table *t, size_t number, const struct attack *a,
	      const struct attack_variant *v, const struct attack_result r[static SIDES])
{
	char amiss[ATTACK_TEXT_MAX];
	struct cell cells[SIDES];
	int bad = 0;

	for (int side = 0; side < SIDES; side++) {
		if (v) {
			cell_fill(&cells[side], &a->expect[side], &r[side]);
			bad += !attack_check(&a->expect[side], &r[side], amiss);
		} else {
			memset(&cells[side], 0, sizeof(cells[side]));
			cell_set(&cells[side], 0, MAGENTA, "NOT SHOWN: no tool for it here");
			bad++;
		}
	}
	for (size_t i = 0; i < CELL_LINES; i++) {
		if (i == 0)
			put_label(t, BOLD, "%zu %s", number, a->title);
		else if (line_empty(cells, i) && (i == CELL_LINES - 1 || line_empty(cells, i + 1)))
			break;
		else
			put_label(t, DIM, "%s%s", i == 1 && v ? "  " : "",
				  i == 1 && v ? v->shown : "");
		put_cell_line(t, &cells[SIDE_ROOT].line[i], false);
		put_cell_line(t, &cells[SIDE_USER].line[i], true);
		(void)fputc('\n', t->f);
	}
	flush(t);
	return bad;
}

void table_foot(struct table *t, const struct table_totals *n)
{
	rule(t);
	(void)fprintf(t->f,
		      "root did %zu of %zu, under %zu alerts. uid %u did %zu of %zu; of the rest "
		      "%zu blocked attempts were seen.\n",
		      n->done[SIDE_ROOT], n->rows, n->alerts[SIDE_ROOT], ATTACK_UID,
		      n->done[SIDE_USER], n->rows, n->blocked[SIDE_USER]);
	(void)fprintf(t->f, "Do not run as root (USER, runAsNonRoot): the seat belt. SUID programs "
			    "are the door in it;\nno_new_privs (allowPrivilegeEscalation: false) "
			    "shuts it.\n");
	if (n->unexpected)
		(void)fprintf(t->f, "%zu alerts came that nothing here explains.\n", n->unexpected);
	if (n->amiss || n->unexpected)
		put(t, MAGENTA,
		    "Not all went as expected: see AMISS, FAILED and NOT SHOWN above.\n", 0);
	else
		put(t, GREEN,
		    "Every expected alert came. Both containers are gone; the host is as "
		    "it was.\n",
		    0);
	flush(t);
}
