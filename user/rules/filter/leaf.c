// SPDX-License-Identifier: Apache-2.0
/*
 * A pattern says less than its test, never more. What the kernel compares is a path from its
 * root down, or a name; of each value the better one of both is taken. A value that says neither
 * gives what is left: that the field is there at all, which for a file of procfs is something
 * ("" of that scope), for any file it is nothing.
 *
 * Names may be compared although fd.name of a memfd, or a path whose head is missing, may hold
 * slashes where no directory is: the kernel sends whatever has no place.
 */
#include "rules/filter/leaf.h"

#include "rules/filter/clue.h"

#define SUFFIX_MAX 8

/* What a field is a path of. */
enum shape {
	SHAPE_NONE,   /* nothing that is compared */
	SHAPE_WHOLE,  /* all of a path */
	SHAPE_DIR,    /* up to the last '/' */
	SHAPE_NAME,   /* behind the last '/' */
	SHAPE_INSIDE, /* of a path inside a superblock: its last component is the file's own name */
};

struct subject {
	enum shape shape;
	enum filter_scope scope;
	bool needs_scope; /* only what is of that scope has the field */
};

static struct subject subject_of(const struct field_use *use)
{
	struct subject s = {SHAPE_NONE, FILTER_PATH, false};

	switch (use->id) {
	case F_FD_NAME:
	case F_FILE_PATHS:
	case F_CALL_FROM: /* of a call of two paths, which both are compared */
		s.shape = SHAPE_WHOLE;
		break;
	case F_FD_DIRECTORY:
		s.shape = SHAPE_DIR;
		break;
	case F_FD_FILENAME:
	case F_FILE_NAME:
		s.shape = SHAPE_NAME;
		break;
	case F_FILE_SBPATH:
		s.shape = SHAPE_INSIDE;
		break;
	case F_PROCFS_PATH:
		s = (struct subject){SHAPE_WHOLE, FILTER_PROC, true};
		break;
	case F_SYSFS_PATH:
		s = (struct subject){SHAPE_WHOLE, FILTER_SYSFS, true};
		break;
	case F_CGROUPFS_PATH:
		s = (struct subject){SHAPE_WHOLE, FILTER_CGROUP, true};
		break;
	case F_KERNELFS_PATH:
		s = (struct subject){SHAPE_WHOLE, FILTER_KERNFS, true};
		break;
	default:
		return s;
	}
	if (use->n_transforms == 1 && use->transforms[0] == TRANSFORM_BASENAME &&
	    s.shape != SHAPE_DIR)
		s.shape = SHAPE_NAME;
	else if (use->n_transforms > 0)
		s.shape = SHAPE_NONE;
	return s;
}

/* One value's pattern; better() keeps the narrower one. */
struct choice {
	bool found;
	bool root; /* it can only be "/" itself */
	struct pattern best;
};

static void better(struct choice *c, enum filter_scope scope, struct str text, bool exact)
{
	struct pattern p = {.scope = scope, .text = text, .exact = exact};

	if (scope == FILTER_PATH && text.len == 0) {
		c->root = exact;
		return; /* every file */
	}
	if (c->found && pattern_breadth(&c->best) <= pattern_breadth(&p))
		return;
	c->found = true;
	c->best = p;
}

static void better_directory(struct choice *c, const struct subject *s, struct str value,
			     bool exact)
{
	struct str dir;

	if (s->shape != SHAPE_INSIDE && s->shape != SHAPE_NAME && clue_directory(value, &dir))
		better(c, s->scope, dir, exact);
}

static void better_head(struct choice *c, const struct subject *s, struct str head)
{
	struct str dir;

	/* "/etc/ssh" may go on as "/etc/sshfoo"; "/" stays the root */
	if (clue_cut(head, &dir))
		better_directory(c, s, dir.len > 0 ? dir : STR_LIT("/"), false);
}

/* The field ends like that: with a whole last component when that begins behind a '/'. */
static void better_tail(struct choice *c, const struct subject *s, struct str tail)
{
	struct str name = clue_last(tail);

	if (!clue_is_name(name))
		return;
	if (s->shape == SHAPE_DIR) {
		if (s->scope == FILTER_PATH && name.len < tail.len)
			better(c, FILTER_FOLDER, name, false);
		return;
	}
	if (name.len < tail.len) {
		if (s->shape != SHAPE_NAME)
			better(c, FILTER_NAME, name, true);
		return;
	}
	if (name.len > SUFFIX_MAX)
		name = (struct str){name.p + name.len - SUFFIX_MAX, SUFFIX_MAX, SUFFIX_MAX};
	better(c, FILTER_SUFFIX, name, true);
}

static void better_literal(struct choice *c, const struct subject *s, struct str value)
{
	struct str dir;

	if (s->shape == SHAPE_NAME) {
		if (clue_is_name(value))
			better(c, FILTER_NAME, value, true);
		return;
	}
	better_directory(c, s, value, s->shape == SHAPE_WHOLE);
	/* "/" has no name, and what ends in '/' is no path that could be equal. */
	if (s->shape != SHAPE_DIR && clue_directory(value, &dir) && dir.len == value.len)
		better_tail(c, s, value);
}

/*
 * Each component of value from character `at` on that has another one behind it, of a pattern that
 * has to have all of them.
 */
static void better_folders(struct choice *c, const struct subject *s, struct str value, uint32_t at)
{
	struct str name;

	if (s->scope != FILTER_PATH || (s->shape != SHAPE_WHOLE && s->shape != SHAPE_DIR))
		return;
	while (clue_folder(value, &at, &name))
		if (clue_is_name(name))
			better(c, FILTER_FOLDER, name, false);
}

static void better_glob(struct choice *c, const struct subject *s, struct str value)
{
	struct str head, tail;

	if (!clue_wild(value, &head, &tail)) {
		better_literal(c, s, value);
		return;
	}
	if (s->shape != SHAPE_NAME)
		better_head(c, s, head);
	/* (What an absolute head says of folders is less than it says itself.) */
	better_folders(c, s, value, head.len);
	better_tail(c, s, tail);
}

/* Each component may hold wildcards. */
static void better_prefix(struct choice *c, const struct subject *s, struct str value)
{
	struct str head, tail;

	if (s->shape == SHAPE_NAME) {
		if (!clue_wild(value, &head, &tail))
			better_literal(c, s, value);
	} else if (clue_wild(value, &head, &tail)) {
		better_head(c, s, head);
	} else {
		better_directory(c, s, value, false);
	}
}

static struct choice choose(const struct subject *s, enum operator_kind op, struct str value)
{
	struct choice c = {.found = false};

	switch (op) {
	case OP_EQ:
	case OP_IN:
	case OP_INTERSECTS:
		better_literal(&c, s, value);
		break;
	case OP_PMATCH:
		better_prefix(&c, s, value);
		break;
	case OP_STARTSWITH:
	case OP_BSTARTSWITH:
		better_head(&c, s, value);
		break;
	case OP_ENDSWITH:
		better_tail(&c, s, value);
		break;
	case OP_CONTAINS:
		better_folders(&c, s, value, 0);
		break;
	case OP_GLOB:
		better_glob(&c, s, value);
		break;
	default:
		break;
	}
	return c;
}

/* All that is known is that the field is there. */
static int add_rest(struct reach *s, const struct subject *subject)
{
	if (!subject->needs_scope) {
		reach_any(s);
		return 0;
	}
	return reach_add(s, (struct pattern){.scope = subject->scope, .text = STR_LIT("")});
}

static int add_paths(struct reach *s, enum world w, const struct subject *subject,
		     const struct node *test)
{
	int err = 0;
	size_t i;

	if (subject->shape == SHAPE_NONE || test->right || test->n_values == 0)
		return add_rest(s, subject);
	for (i = 0; i < test->n_values && !s->any && !err; i++) {
		struct choice c = choose(subject, test->op, leaf_value(&test->values[i]));

		if (c.found)
			err = reach_add(s, c.best);
		else if (!c.root || !WORLD_IS_PLACED(w)) /* of calls, the root is not compared */
			err = add_rest(s, subject);
	}
	return err;
}

/*
 * The kernel compares a path inside a superblock, the evaluator one on the host, which is another
 * where the host mounts that superblock elsewhere than on "/". Every file of the host's passes
 * therefore; the patterns only say which of them are urgent.
 */
static int add_host(struct reach *s, const struct node *test)
{
	const struct subject subject = {SHAPE_DIR, FILTER_HOST, true};
	int err = 0;
	size_t i;

	s->host = true;
	if (test->right || test->left.n_transforms > 0)
		return 0;
	for (i = 0; i < test->n_values && !s->any && !err; i++) {
		struct choice c = choose(&subject, test->op, leaf_value(&test->values[i]));

		if (!c.found || c.best.text.len == 0)
			continue;
		c.best.hint = true;
		err = reach_add(s, c.best);
	}
	return err;
}

/* What a call acted upon. (The target of a symbolic link is a text, and no path of its own.) */
static int call_patterns(struct reach *s, enum world w, const struct node *test)
{
	const struct event_call *row = event_call(world_call(w));
	struct subject subject = subject_of(&test->left);

	if (test->left.id == F_HOST_PATH)
		return add_host(s, test);
	if (test->left.id == F_CALL_FROM && row->dir[0] == WIRE_CALL_A_NAME)
		subject.shape = SHAPE_NONE;
	return add_paths(s, w, &subject, test);
}

static int open_patterns(struct reach *s, enum world w, const struct node *test)
{
	struct subject subject = subject_of(&test->left);

	switch (test->left.id) {
	case F_HOST_PATH:
		return add_host(s, test);
	case F_FILE_TYPE:
		return leaf_types(s, test);
	case F_FILE_SUID:
		return leaf_suid(s, test);
	case F_FILE_RDEV:
		return leaf_devices(s, test);
	default:
		return add_paths(s, w, &subject, test);
	}
}

int leaf_patterns(struct reach *s, enum world w, const struct node *test)
{
	if (w == WORLD_CONNECT)
		return leaf_sockets(s, test);
	if (w < WORLD_FILTERED && world_is_net(w))
		return leaf_ends(s, w, test);
	if (w < WORLD_FILTERED)
		return open_patterns(s, w, test);
	if (WORLD_IS_PLACED(w))
		return call_patterns(s, w, test);
	reach_any(s);
	return 0;
}

bool leaf_excludes(const struct node *test)
{
	return test->left.id == F_FILE_SBPATH && test->left.n_transforms == 0 && !test->right &&
	       test->op == OP_PMATCH;
}

/* True for a path that the kernel compares whole. */
static bool is_short(struct str dir)
{
	uint32_t i, depth = 0;

	for (i = 0; i < dir.len; i++)
		depth += dir.p[i] == '/';
	return depth > 0 && depth <= WIRE_WATCH_DEPTH;
}

int leaf_exclude(struct reach *s, const struct node *test)
{
	int err = 0;
	size_t i;

	for (i = 0; i < test->n_values && !err; i++) {
		struct str value = leaf_value(&test->values[i]), dir, head, tail;

		if (!clue_wild(value, &head, &tail) && clue_directory(value, &dir) &&
		    dir.len == value.len && is_short(dir))
			err = reach_ignore(s, dir);
	}
	return err;
}
