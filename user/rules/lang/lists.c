// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "rules/lang/lang.h"

struct collected {
	struct rule_value *p;
	size_t n, room;
};

static int add(struct lang *g, struct collected *c, const struct rule_value *values, size_t n)
{
	if (n == 0)
		return 0;
	if (!c->p || c->room - c->n < n) {
		size_t room = (c->n + n) * 2;
		struct rule_value *wide = ARENA_ARRAY(g->out, struct rule_value, room);

		if (!wide)
			return -ENOMEM;
		if (c->n)
			memcpy(wide, c->p, c->n * sizeof(*wide));
		c->p = wide;
		c->room = room;
	}
	memcpy(c->p + c->n, values, n * sizeof(*values));
	c->n += n;
	return 0;
}

static int resolve(struct lang *g, struct list_def *list, unsigned depth);

static int add_list(struct lang *g, struct collected *c, struct list_def *inner,
		    struct rule_pos pos, unsigned depth)
{
	int err;

	if (inner->state == STATE_BUSY) {
		log_error(g->log, pos, "the list %s holds itself: take it out of one of them",
			  SHOW(inner->name.p, inner->name.len));
		return -EINVAL;
	}
	if (depth == LIST_DEPTH_MAX) {
		log_error(g->log, pos, "more than %d lists inside each other", LIST_DEPTH_MAX);
		return -EINVAL;
	}
	err = resolve(g, inner, depth + 1);
	if (err)
		return err;
	g->values += inner->n;
	if (g->values > LIST_VALUES_MAX) {
		log_error(g->log, pos, "the lists hold more than %d values together",
			  LIST_VALUES_MAX);
		return -EINVAL;
	}
	return add(g, c, inner->values, inner->n);
}

static int add_item(struct lang *g, struct list_def *list, struct collected *c,
		    const struct yaml *item, unsigned depth)
{
	struct list_def *inner = dict_get(&g->lists, item->text.p, item->text.len);
	struct rule_value value;
	struct word word;
	char *copy;
	int err;

	if (inner && inner != list && inner->index < list->seen)
		return add_list(g, c, inner, text_pos(&item->text, 0), depth);
	err = syntax_item(&word, &g->tmp, &item->text, g->log);
	if (err)
		return err;
	copy = arena_copy(g->out, word.p, word.len);
	if (!copy)
		return -ENOMEM;
	value = (struct rule_value){copy, word.len};
	return add(g, c, &value, 1);
}

static int resolve(struct lang *g, struct list_def *list, unsigned depth)
{
	struct collected c = {0};
	bool bad = false;

	if (list->state == STATE_DONE)
		return 0;
	if (list->state == STATE_BAD)
		return -EINVAL;
	list->state = STATE_BUSY;
	for (const struct yaml_part *part = list->items.first; part; part = part->next)
		for (size_t i = 0; i < part->list->n; i++) {
			int err = add_item(g, list, &c, part->list->kids[i], depth);

			if (err == -ENOMEM)
				return err;
			bad = bad || err;
		}
	list->values = c.p;
	list->n = c.n;
	list->state = bad ? STATE_BAD : STATE_DONE;
	return bad ? -EINVAL : 0;
}

int lang_list(struct lang *g, struct list_def *list)
{
	return resolve(g, list, 0);
}
