// SPDX-License-Identifier: Apache-2.0
#include "demo/sighting.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

/* Of a file or socket its name; of a socket without one the client's spelling; else the program. */
static const char *object_of(const json_t *fields)
{
	static const char *const keys[] = {"fd.name", "rootwatch.fd.asked", "proc.exepath"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *value = text(fields, keys[i]);

		if (*value)
			return value;
	}
	return "";
}

int sighting_parse(struct sighting *s, const char *line, size_t len)
{
	json_t *root = json_loadb(line, len, JSON_ALLOW_NUL, NULL);
	const json_t *fields = json_object_get(root, "output_fields");
	struct sighting got = {0};

	if (!json_is_object(fields)) {
		json_decref(root);
		return -EPROTO;
	}
	got.time = json_integer_value(json_object_get(fields, "evt.time"));
	got.blocked = json_is_true(json_object_get(fields, "rootwatch.blocked"));
	(void)snprintf(got.container, sizeof(got.container), "%s",
		       text(fields, "container.full_id"));
	(void)snprintf(got.priority, sizeof(got.priority), "%s", text(root, "priority"));
	(void)snprintf(got.rules, sizeof(got.rules), "%s", text(fields, "rootwatch.rules"));
	(void)snprintf(got.result, sizeof(got.result), "%s", text(fields, "evt.res"));
	(void)snprintf(got.object, sizeof(got.object), "%s", object_of(fields));
	json_decref(root);
	*s = got;
	return 0;
}

bool sighting_has_rule(const struct sighting *s, const char *id)
{
	size_t len = strlen(id);

	for (const char *p = s->rules; *p; p += strspn(p, ",")) {
		size_t n = strcspn(p, ",");

		if (n == len && memcmp(p, id, len) == 0)
			return true;
		p += n;
	}
	return false;
}

bool sighting_matches(const struct sighting *s, const struct wanted *w)
{
	if (strcmp(s->container, w->container) != 0 || s->blocked != w->blocked)
		return false;
	if (s->time < w->from || s->time > w->to)
		return false;
	if (w->rule && !sighting_has_rule(s, w->rule))
		return false;
	return !w->object || strncmp(s->object, w->object, strlen(w->object)) == 0;
}
