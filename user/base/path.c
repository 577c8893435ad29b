// SPDX-License-Identifier: Apache-2.0
#include "base/path.h"

/* A path being built: what is there, and up to where ".." must not remove anything. */
struct builder {
	char *p;
	size_t len, cap;
	size_t floor;
	bool rooted; /* ".." at the floor is dropped; else it is kept */
};

static void add(struct builder *b, const char *name, size_t len)
{
	size_t slash = b->len > 0 || b->rooted ? 1 : 0;

	if (b->cap - b->len < slash)
		return;
	if (len > b->cap - b->len - slash)
		len = b->cap - b->len - slash;
	if (slash)
		b->p[b->len++] = '/';
	memcpy(b->p + b->len, name, len);
	b->len += len;
}

static void add_up(struct builder *b)
{
	if (b->len > b->floor) {
		while (b->len > b->floor && b->p[b->len - 1] != '/')
			b->len--;
		if (b->len > b->floor)
			b->len--; /* the slash before the name */
	} else if (!b->rooted) {
		add(b, "..", 2);
		b->floor = b->len;
	}
}

static void add_path(struct builder *b, struct str path)
{
	uint32_t i = 0;

	while (i < path.len) {
		const char *name = path.p + i;
		const char *end = memchr(name, '/', path.len - i);
		size_t len = end ? (size_t)(end - name) : path.len - i;

		if (len == 2 && name[0] == '.' && name[1] == '.')
			add_up(b);
		else if (len > 0 && !(len == 1 && name[0] == '.'))
			add(b, name, len);
		i += (uint32_t)len + 1;
	}
}

size_t path_resolve(char *dst, size_t cap, struct str base, struct str asked)
{
	struct builder b = {.p = dst, .cap = cap};

	if (str_starts(asked, "/")) {
		b.rooted = true;
	} else if (base.full > base.len) {
		add(&b, PATH_CUT, sizeof(PATH_CUT) - 1);
		b.floor = b.len;
		b.rooted = true;
		add_path(&b, base);
	} else {
		b.rooted = str_starts(base, "/");
		add_path(&b, base);
	}
	add_path(&b, asked);
	if (b.len == 0 && cap > 0)
		dst[b.len++] = b.rooted ? '/' : '.';
	return b.len;
}
