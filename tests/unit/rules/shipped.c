// SPDX-License-Identifier: Apache-2.0
#include "rules/shipped.h"

#include <stdio.h>
#include <stdlib.h>

#include "rules/engine/engine.h"
#include "rules/lang/rule_file.h"

static struct rule_list *list;
static struct engine *engine;

static char *read_rules(size_t *len)
{
	FILE *f = fopen(SHIPPED_RULES, "r");
	char *bytes = f ? malloc(RULE_TEXT_MAX) : NULL;

	*len = bytes ? fread(bytes, 1, RULE_TEXT_MAX, f) : 0;
	if (f)
		(void)fclose(f);
	return bytes;
}

int shipped_load(void **state)
{
	static struct rule_log log;
	char why[ENGINE_WHY_MAX] = "cannot be read";
	struct rule_text text = {.name = SHIPPED_RULES};
	char *bytes = read_rules(&text.len);
	int err;

	(void)state;
	text.bytes = bytes;
	err = bytes ? rule_list_parse(&list, &text, 1, &log) : -1;
	free(bytes);
	if (!err)
		err = engine_new(&engine, list->rules, list->n, why);
	if (err)
		(void)fprintf(stderr, "%s: %s\n", SHIPPED_RULES,
			      log.n ? log.messages[0].text : why);
	return err;
}

int shipped_free(void **state)
{
	(void)state;
	engine_free(engine);
	rule_list_free(list);
	return 0;
}

void shipped_judge(const struct event *e, struct raised *r)
{
	struct verdict v;

	engine_judge(engine, e, &v);
	r->n = v.n;
	for (size_t i = 0; i < v.n; i++)
		r->ids[i] = v.hits[i]->id;
}

const struct rule *shipped_rules(size_t *n)
{
	*n = list->n;
	return list->rules;
}

struct engine *shipped_engine(void)
{
	return engine;
}
