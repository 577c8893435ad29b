/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is given back all at once, with an upper bound; and a table of names in it. */
#ifndef ROOTWATCH_BASE_ARENA_H
#define ROOTWATCH_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena_block;

struct arena {
	struct arena_block *blocks;
	char *next, *end;
	size_t used, max; /* bytes asked of the system */
	bool full;	  /* an allocation failed because of max */
	bool failed;	  /* an allocation failed, for whatever reason */
};

/* Owns nothing yet; no more than max bytes will be taken. */
void arena_init(struct arena *a, size_t max);
void arena_free(struct arena *a);

/* Zeroed, aligned for anything; NULL: see arena.full. n * size is checked. */
void *arena_new(struct arena *a, size_t n, size_t size);

/* A copy with a NUL behind it. */
char *arena_copy(struct arena *a, const char *p, size_t len);

#define ARENA_NEW(a, type)	((type *)arena_new((a), 1, sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_new((a), (n), sizeof(type)))

/*
 * Room for one more element behind the n of p (NULL: none yet) that are in use: p, or a copy that
 * is longer; *room is how many fit. NULL: no memory, and all is as it was.
 */
void *arena_room(struct arena *a, void *p, size_t n, size_t *room, size_t size);

/* Names to things. The names are not copied. */
struct dict_slot {
	const char *name;
	size_t len;
	uint32_t hash;
	void *thing;
};

struct dict {
	struct dict_slot *slots;
	size_t n, size; /* size: a power of two, or 0 */
};

void *dict_get(const struct dict *d, const char *name, size_t len);
/* thing must not be NULL; a name that is there already gets the new thing. False: no memory. */
bool dict_put(struct dict *d, struct arena *a, const char *name, size_t len, void *thing);

#endif /* ROOTWATCH_BASE_ARENA_H */
