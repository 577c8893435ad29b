/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the engine share. */
#ifndef ROOTWATCH_RULES_ENGINE_INTERNAL_H
#define ROOTWATCH_RULES_ENGINE_INTERNAL_H

#include "base/address.h"
#include "rules/engine/engine.h"
#include "rules/engine/grams.h"
#include "rules/engine/regex.h"
#include "rules/engine/set.h"

#define NONE UINT32_MAX

/* A field as some rule uses it, and its value for the event that is being judged. */
struct slot {
	struct field_use use;
	enum field_type type; /* behind the transformers */
	bool all;	      /* a list by its type: `in` wants all elements */
	bool ends;	      /* both ends of a connection: `!=` wants both */
	uint32_t plain;	      /* with transformers: the slot without them; else NONE */
	uint32_t stamp;	      /* v is the value for the event with this stamp */
	uint32_t hash_stamp;  /* and hash its hash */
	uint64_t hash;
	struct value v;
	uint32_t scratch; /* of its own, with transformers only */
	uint32_t n_parts; /* tests that search in it */
	uint32_t grams_stamp;
	struct grams *grams; /* NULL: not worth it */
};

/* One comparison, and its answer for the event that is being judged. */
struct test {
	uint32_t stamp;
	bool answer;
	bool given_up;		    /* a regex that took too long: the answer is a guess */
	uint8_t op;		    /* enum operator_kind */
	uint32_t left;		    /* slot */
	uint32_t right;		    /* slot of val(), or NONE */
	uint32_t next;		    /* of its bucket while compiling, + 1 */
	struct grams_of_part grams; /* of contains, icontains */
	union {
		struct str text;
		int64_t number;
		struct {
			int64_t *p; /* sorted */
			size_t n;
		} numbers;
		struct set *set;
		struct {
			struct network *p;
			size_t n;
		} networks;
		struct path_set *paths;
		struct regex *regex;
	};
	const struct node *node; /* where it stands first */
};

/* What the type of an event says of a condition, or a part of it. */
enum outcome { UNKNOWN, ALWAYS, NEVER };

/* A condition's nodes, each before its kids. */
struct flat {
	enum node_kind kind;
	uint32_t test;
	uint32_t end; /* behind the last node below */
	enum outcome outcome;
	uint32_t weight; /* clue.c */
};

/* What to do next: a step of the same rule, relative to its first, or one of the answers. */
#define GO_TRUE	 (-1)
#define GO_FALSE (-2)

struct step {
	uint32_t test;
	int32_t yes, no;
	/*
	 * Taken for yes when the test was given up (1), or for no (0): below `not` the latter is
	 * what lets the rule match.
	 */
	uint32_t given_up;
};

/* A rule for one type of event. */
struct candidate {
	const struct rule *rule;
	uint32_t start; /* step; NONE: the type of event alone fulfils the condition */
};

/* evt.type as a small number: rules are looked up by it. The last ones stand for odd events. */
#define TYPES_MAX (WIRE_CALL_END + 32)
_Static_assert(TYPES_MAX <= 256, "a type is a byte");

struct event_types {
	size_t n;
	struct {
		enum event_kind kind;
		uint32_t call, flags;
		bool odd; /* its evt.type is not one of the others' */
	} types[TYPES_MAX];
	uint8_t by_call[EVENT_KIND_END][WIRE_CALL_END];
	uint8_t fd_exec; /* execveat */
};

/* Without the test (or another one of the same candidate) being true it cannot match. */
struct clue {
	uint32_t candidate;
	uint32_t test; /* NONE: nothing is known, it is asked always */
};

struct clues {
	struct clue *p;
	size_t n, max;
};

struct candidates {
	struct candidate *p;
	size_t n, max;
	struct clues clues;
	struct lookup *lookup; /* NULL while there are none */
};

struct engine {
	struct slot *slots;
	size_t n_slots, max_slots;
	struct test *tests;
	size_t n_tests, max_tests;
	struct step *steps;
	size_t n_steps, max_steps;
	struct event_types types;
	struct candidates by_type[TYPES_MAX]; /* most severe first */
	size_t n_rules;
	uint32_t stamp;
	uint64_t regex_limits;
	struct value_scratch *scratches; /* of slots, made when all are known */
	size_t n_scratches;
	struct grams *grams; /* of slots, likewise */
	struct value_scratch scratch;
};

/* types.c */
void event_types_fill(struct event_types *t);
/* NONE: no rule is for such events. */
uint32_t event_types_of(const struct event_types *t, const struct event *e);
/* An event of that type, without anything else. */
void event_types_example(const struct event_types *t, size_t type, struct event *e);

/* test.c: a field's value for the event, and its hash when it is a string; kept for the next one. */
const struct value *slot_value(struct engine *g, uint32_t slot, const struct event *e);
uint64_t slot_hash(const struct engine *g, struct slot *s);

/* test.c: the answer for the event, from the cache when it is there. */
bool test_run(struct engine *g, struct test *t, const struct event *e);
/* Everything that was cached belongs to an event that is over. */
void test_forget(struct engine *g);

/* operand.c: fills the right side of t from its node. why gets what is wrong with it. */
int operand_new(const struct engine *g, struct test *t, char *why, size_t why_size);
void operand_free(const struct engine *g, struct test *t);

/* intern.c: the number of the test in g, made when it is not there yet. buckets: see intern.c. */
struct intern;
int intern_new(struct intern **out);
void intern_free(struct intern *in);
int intern_test(struct engine *g, struct intern *in, const struct node *node, uint32_t *test,
		char *why, size_t why_size);

/*
 * clue.c: the tests of which one has to be true for the flat condition to be, for candidate; or
 * that there are none that are quickly looked up. 0 or -ENOMEM.
 */
int clues_add(struct clues *c, const struct engine *g, struct flat *flat, size_t n,
	      uint32_t candidate);
/* The leading components of all paths that can match: a look-up for them may come instead. */
struct str clue_prefix(const struct test *t, const struct rule_value *v);

/*
 * lookup.c: which of n candidates an event can match at all, by the values that it has. The result
 * has a bit for each, and is valid until the next call.
 */
struct lookup;
int lookup_new(struct lookup **out, struct engine *g, const struct clues *clues, size_t n);
void lookup_free(struct lookup *l);
const uint64_t *lookup_find(struct lookup *l, struct engine *g, const struct event *e);

/* compile.c: all rules into g. */
int compile_rules(struct engine *g, const struct rule *rules, size_t n, char why[ENGINE_WHY_MAX]);

/* The array with room for one element more than n; NULL without memory: then it is as it was. */
void *engine_grown(void *array, size_t n, size_t *max, size_t size);

#endif /* ROOTWATCH_RULES_ENGINE_INTERNAL_H */
