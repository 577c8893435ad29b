/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judge: events -> the rules that they match. Rules are compiled to flat lists of tests; each test,
 * and each field, is computed once for an event at most, however many rules ask for it.
 *
 * What a comparison means:
 * - Of a field that is missing every comparison is false, `!=` too; `exists` asks. `not x = y` is
 *   then true.
 * - Of a list (rootwatch.file.paths, or proc.aname without an index) one element is enough, for
 *   `!=` too. Only `in` of a field that is a list by its type wants all elements; `intersects`
 *   wants one.
 * - `pmatch` compares by whole components: the path itself and all below it match; doubled and
 *   trailing slashes do not count; components of a pattern may hold * ? [.
 * - `glob` knows * ? [ and \; a slash is a character like any other. `iglob`, `icontains` fold the
 *   case of ASCII letters.
 * - `regex` has to match all of the value. Its dot matches every byte, a newline too.
 * - `<` and its like compare strings byte by byte.
 * - val(field) on the right: false when that one is missing; of a list one element is enough.
 */
#ifndef ROOTWATCH_RULES_ENGINE_ENGINE_H
#define ROOTWATCH_RULES_ENGINE_ENGINE_H

#include "event/event.h"
#include "rules/lang/ast.h"
#include "rules/value.h"

struct engine;

/*
 * Compiles the rules that are enabled and not left out. Keeps pointers to the rules, which the
 * caller owns. 0; -ENOMEM; -EINVAL for what does not fit together (a number that is none, a regular
 * expression that does not compile, a condition nested deeper than ENGINE_DEPTH_MAX), and why then
 * says what is wrong with which rule.
 */
#define ENGINE_DEPTH_MAX 1000
#define ENGINE_WHY_MAX	 256
int engine_new(struct engine **out, const struct rule *rules, size_t n, char why[ENGINE_WHY_MAX]);
void engine_free(struct engine *g);

#define VERDICT_MAX 8

/* Most severe first, then by the order of definition; when there are more, the most severe ones. */
struct verdict {
	size_t n;
	const struct rule *hits[VERDICT_MAX];
};

/*
 * Judges one event; a context event matches nothing. Not for several threads at once: the engine
 * keeps the values of the event.
 */
void engine_judge(struct engine *g, const struct event *e, struct verdict *v);

struct engine_stats {
	size_t rules, steps, tests, fields; /* compiled */
	bool timed;	       /* some rule asks when, or for evt.num: no two events are alike */
	uint64_t regex_limits; /* matches that were given up: taken for what lets a rule match */
};
void engine_stats(const struct engine *g, struct engine_stats *s);

/*
 * A rule's output for an event: put gets the pieces one after the other. foreign: the piece comes
 * from the event, any byte may occur. A value that is missing is <NA>, a list (a,b).
 */
typedef void engine_put(void *arg, struct str piece, bool foreign);
void engine_output(const struct rule *r, const struct event *e, struct value_scratch *scratch,
		   engine_put *put, void *arg);

/* The same of one field: what stands for it in an output. */
void engine_output_field(const struct field_use *use, const struct event *e,
			 struct value_scratch *scratch, engine_put *put, void *arg);

/* True when the output says when, or which event: of the same act it differs each time. */
bool engine_output_timed(const struct rule *r);

#endif /* ROOTWATCH_RULES_ENGINE_ENGINE_H */
