/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/facts.h"
#include "rules/rules.h"

static bool matches(const struct detection *d, const struct facts *f)
{
	if (!(d->kinds & (1u << f->e->kind)))
		return false;
	if (!f->root && !d->any_user)
		return false;
	return (d->wrote & f->wrote) || (d->read & f->read) || (d->match && d->match(f));
}

void rules_judge(const struct event *e, struct verdict *v)
{
	struct facts f;
	size_t n;
	const struct detection *table = detection_table(&n);

	v->n = 0;
	if (e->context)
		return;
	facts_find(&f, e);
	for (size_t i = 0; i < n && v->n < VERDICT_MAX; i++) {
		if (matches(&table[i], &f))
			v->hits[v->n++] = &table[i];
	}
}
