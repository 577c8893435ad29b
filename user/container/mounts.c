// SPDX-License-Identifier: Apache-2.0
#include "container/mounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

/* Where the strings of one mount begin in the text. */
struct row {
	uint16_t source, dest, mode, propagation;
	bool rdwr;
};
_Static_assert(CONTAINER_MOUNTS_TEXT <= UINT16_MAX, "a place in the text fits");

struct container_mounts {
	size_t n, len;
	struct row rows[CONTAINER_MOUNTS_MAX];
	char text[];
};

struct draft {
	size_t n, len;
	struct row rows[CONTAINER_MOUNTS_MAX];
	char text[CONTAINER_MOUNTS_TEXT];
};

static uint16_t put(struct draft *d, const char *s)
{
	size_t at = d->len, len = s ? strlen(s) : 0;

	memcpy(d->text + at, s ? s : "", len);
	d->text[at + len] = '\0';
	d->len += len + 1;
	return (uint16_t)at;
}

static size_t length(const char *s)
{
	return s ? strlen(s) : 0;
}

static void add(struct draft *d, const struct container_mount *m)
{
	size_t need =
		length(m->source) + length(m->dest) + length(m->mode) + length(m->propagation) + 4;

	if (d->n == CONTAINER_MOUNTS_MAX || need > sizeof(d->text) - d->len)
		return;
	d->rows[d->n++] = (struct row){.source = put(d, m->source),
				       .dest = put(d, m->dest),
				       .mode = put(d, m->mode),
				       .propagation = put(d, m->propagation),
				       .rdwr = m->rdwr};
}

static struct container_mounts *finished(const struct draft *d)
{
	struct container_mounts *m = calloc(1, sizeof(*m) + d->len);

	if (!m)
		return NULL;
	m->n = d->n;
	m->len = d->len;
	memcpy(m->rows, d->rows, d->n * sizeof(d->rows[0]));
	memcpy(m->text, d->text, d->len);
	return m;
}

static const char *get(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

struct container_mounts *container_mounts_docker(const json_t *config)
{
	json_t *points = json_object_get(config, "MountPoints"), *v;
	struct draft d = {.n = 0};
	const char *key;

	if (!json_is_object(points))
		return NULL;
	json_object_foreach(points, key, v) {
		const char *source = get(v, "Source"), *dest = get(v, "Destination");

		/* Of a named volume the file has the name only. */
		if (!source || !*source)
			source = get(v, "Name");
		add(&d, &(struct container_mount){.source = source,
						  .dest = dest ? dest : key,
						  .mode = get(v, "Relabel"),
						  .propagation = get(v, "Propagation"),
						  .rdwr = json_is_true(json_object_get(v, "RW"))});
	}
	return finished(&d);
}

struct container_mounts *container_mounts_oci(const json_t *config)
{
	static const char *const kinds[] = {"private", "rprivate", "shared",	 "rshared",
					    "slave",   "rslave",   "unbindable", "runbindable"};
	const json_t *mounts = json_object_get(config, "mounts");
	struct draft d = {.n = 0};
	size_t i, j;
	json_t *v, *o;

	if (!json_is_array(mounts))
		return NULL;
	json_array_foreach(mounts, i, v) {
		const char *type = get(v, "type");
		struct container_mount m = {
			.source = get(v, "source"), .dest = get(v, "destination"), .rdwr = true};
		bool bind = type && strcmp(type, "bind") == 0;

		json_array_foreach(json_object_get(v, "options"), j, o) {
			const char *word = json_is_string(o) ? json_string_value(o) : "";

			bind |= strcmp(word, "bind") == 0 || strcmp(word, "rbind") == 0;
			if (strcmp(word, "ro") == 0)
				m.rdwr = false;
			for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
				if (strcmp(word, kinds[k]) == 0)
					m.propagation = kinds[k];
		}
		if (bind)
			add(&d, &m);
	}
	return finished(&d);
}

/* libcontainer's own: mount(2)'s flags as numbers. */
struct container_mounts *container_mounts_runc(const json_t *state)
{
	static const struct {
		unsigned long flag;
		const char *private, *recursive;
	} kinds[] = {{MS_PRIVATE, "private", "rprivate"},
		     {MS_SHARED, "shared", "rshared"},
		     {MS_SLAVE, "slave", "rslave"}};
	const json_t *mounts = json_object_get(json_object_get(state, "config"), "mounts");
	struct draft d = {.n = 0};
	size_t i, j;
	json_t *v, *p;

	if (!json_is_array(mounts))
		return NULL;
	json_array_foreach(mounts, i, v) {
		json_int_t flags = json_integer_value(json_object_get(v, "flags"));
		struct container_mount m = {.source = get(v, "source"),
					    .dest = get(v, "destination"),
					    .rdwr = !(flags & MS_RDONLY)};

		json_array_foreach(json_object_get(v, "propagation_flags"), j, p) {
			json_int_t said = json_integer_value(p);

			for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
				if (said & (json_int_t)kinds[k].flag)
					m.propagation = said & MS_REC ? kinds[k].recursive :
									kinds[k].private;
		}
		if (flags & MS_BIND)
			add(&d, &m);
	}
	return finished(&d);
}

/* The word up to the separator, which becomes its end; NULL when there is none. */
static char *word(char **rest, char separator)
{
	char *s = *rest, *end = s ? strchr(s, separator) : NULL;

	if (!end)
		return NULL;
	*end = '\0';
	*rest = end + 1;
	return s;
}

struct container_mounts *container_mounts_parse(const char *text)
{
	struct draft d = {.n = 0};
	char *copy = NULL, *rest, *one;
	bool good = asprintf(&copy, "%s%s", text, *text ? "," : "") >= 0;

	if (!good)
		return NULL;
	rest = copy;
	while (good && (one = word(&rest, ',')) != NULL) {
		char *source = word(&one, ':'), *dest = word(&one, ':'), *mode = word(&one, ':');
		char *rdwr = word(&one, ':');

		good = rdwr && (strcmp(rdwr, "true") == 0 || strcmp(rdwr, "false") == 0);
		if (good)
			add(&d, &(struct container_mount){source, dest, mode, one, rdwr[0] == 't'});
	}
	free(copy);
	return good ? finished(&d) : NULL;
}

size_t container_mounts_size(const struct container_mounts *m)
{
	return sizeof(*m) + m->len;
}

bool container_mounts_same(const struct container_mounts *a, const struct container_mounts *b)
{
	if (!a || !b)
		return a == b;
	if (a->n != b->n || a->len != b->len || memcmp(a->text, b->text, a->len) != 0)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->rows[i].rdwr != b->rows[i].rdwr)
			return false;
	return true;
}

bool container_mount_at(const struct container_mounts *m, size_t i, struct container_mount *out)
{
	const struct row *r;

	if (!m || i >= m->n)
		return false;
	r = &m->rows[i];
	*out = (struct container_mount){.source = m->text + r->source,
					.dest = m->text + r->dest,
					.mode = m->text + r->mode,
					.propagation = m->text + r->propagation,
					.rdwr = r->rdwr};
	return true;
}
