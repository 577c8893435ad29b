// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)64 * 1024)
#define ALIGN _Alignof(max_align_t)

struct arena_block {
	struct arena_block *next;
	max_align_t bytes[];
};

void arena_init(struct arena *a, size_t max)
{
	memset(a, 0, sizeof(*a));
	a->max = max;
}

void arena_free(struct arena *a)
{
	struct arena_block *b = a->blocks;

	while (b) {
		struct arena_block *next = b->next;

		free(b);
		b = next;
	}
	arena_init(a, a->max);
}

static bool grow(struct arena *a, size_t want)
{
	size_t size = want > BLOCK ? want : BLOCK;
	struct arena_block *b;

	if (size > a->max - a->used) {
		a->full = true;
		return false;
	}
	b = calloc(1, sizeof(*b) + size);
	if (!b)
		return false;
	a->used += size;
	b->next = a->blocks;
	a->blocks = b;
	a->next = (char *)b->bytes;
	a->end = a->next + size;
	return true;
}

void *arena_new(struct arena *a, size_t n, size_t size)
{
	size_t want;
	char *p;

	if (__builtin_mul_overflow(n, size, &want) || want > a->max) {
		a->full = a->failed = true;
		return NULL;
	}
	want = want ? (want + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
	if (want > (size_t)(a->end - a->next) && !grow(a, want)) {
		a->failed = true;
		return NULL;
	}
	p = a->next;
	a->next += want;
	return p;
}

char *arena_copy(struct arena *a, const char *p, size_t len)
{
	char *copy = arena_new(a, len + 1, 1);

	if (copy && len)
		memcpy(copy, p, len);
	return copy;
}

void *arena_room(struct arena *a, void *p, size_t n, size_t *room, size_t size)
{
	size_t want = *room ? *room * 2 : 4;
	void *wide;

	if (n < *room)
		return p;
	wide = arena_new(a, want, size);
	if (!wide)
		return NULL;
	if (n)
		memcpy(wide, p, n * size);
	*room = want;
	return wide;
}

static uint32_t hash_of(const char *p, size_t len)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)p[i]) * 16777619u;
	return h;
}

/* The slot that holds the name, or the free one where it belongs. */
static struct dict_slot *find(const struct dict *d, const char *name, size_t len, uint32_t hash)
{
	size_t i = hash & (d->size - 1);

	while (d->slots[i].thing) {
		const struct dict_slot *s = &d->slots[i];

		if (s->hash == hash && s->len == len && memcmp(s->name, name, len) == 0)
			break;
		i = (i + 1) & (d->size - 1);
	}
	return &d->slots[i];
}

void *dict_get(const struct dict *d, const char *name, size_t len)
{
	return d->size ? find(d, name, len, hash_of(name, len))->thing : NULL;
}

static bool widen(struct dict *d, struct arena *a)
{
	struct dict wide = {.size = d->size ? d->size * 2 : 16, .n = d->n};

	wide.slots = ARENA_ARRAY(a, struct dict_slot, wide.size);
	if (!wide.slots)
		return false;
	for (size_t i = 0; i < d->size; i++)
		if (d->slots[i].thing)
			*find(&wide, d->slots[i].name, d->slots[i].len, d->slots[i].hash) =
				d->slots[i];
	*d = wide;
	return true;
}

bool dict_put(struct dict *d, struct arena *a, const char *name, size_t len, void *thing)
{
	uint32_t hash = hash_of(name, len);
	struct dict_slot *s;

	if (d->n * 2 >= d->size && !widen(d, a))
		return false;
	s = find(d, name, len, hash);
	if (!s->thing)
		d->n++;
	*s = (struct dict_slot){name, len, hash, thing};
	return true;
}
