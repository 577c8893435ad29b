/* SPDX-License-Identifier: Apache-2.0 */
#include "source/kernel_types.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

#define NAMES_BYTES_MAX (1u << 20)

struct types {
	const struct btf *kernel;
	uint32_t n; /* ids, 0 (void) among them */
	struct dict names;
	struct arena arena;
	bool *kept;    /* by id */
	uint32_t last; /* of those kept */
};

static bool has_parts(const struct btf_type *t)
{
	return btf_is_composite(t) || btf_is_any_enum(t);
}

static size_t essential_len(const char *name)
{
	const char *flavour = strstr(name, "___");

	return flavour && flavour != name ? (size_t)(flavour - name) : strlen(name);
}

static int names_of(struct types *k, const struct btf *asked)
{
	uint32_t n = btf__type_cnt(asked);

	for (uint32_t id = 1; id < n; id++) {
		const struct btf_type *t = btf__type_by_id(asked, id);
		const char *name = btf__name_by_offset(asked, t->name_off);

		if (has_parts(t) && *name &&
		    !dict_put(&k->names, &k->arena, name, essential_len(name), k))
			return -ENOMEM;
	}
	return 0;
}

/* With all that lies inside of it; what pointers lead to does not. */
static void keep(struct types *k, uint32_t id)
{
	while (id > 0 && id < k->n && !k->kept[id]) {
		const struct btf_type *t = btf__type_by_id(k->kernel, id);

		k->kept[id] = true;
		if (id > k->last)
			k->last = id;
		for (uint16_t i = 0; btf_is_composite(t) && i < btf_vlen(t); i++)
			keep(k, btf_members(t)[i].type);
		if (btf_is_array(t))
			keep(k, btf_array(t)->index_type);
		id = btf_is_array(t)			? btf_array(t)->type :
		     btf_is_mod(t) || btf_is_typedef(t) ? t->type :
							  0;
	}
}

static void choose(struct types *k)
{
	for (uint32_t id = 1; id < k->n; id++) {
		const struct btf_type *t = btf__type_by_id(k->kernel, id);
		const char *name;

		if (!has_parts(t))
			continue;
		name = btf__name_by_offset(k->kernel, t->name_off);
		if (*name && dict_get(&k->names, name, essential_len(name)))
			keep(k, id);
	}
}

static int write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0)
			return -errno;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

/* In the place of a pointer, and of what is not kept: pointers to nothing, which have no name. */
static int copy(const struct types *k, struct btf *to)
{
	for (uint32_t id = 1; id <= k->last; id++) {
		const struct btf_type *t = btf__type_by_id(k->kernel, id);
		int got = k->kept[id] && !btf_is_ptr(t) ? btf__add_type(to, k->kernel, t) :
							  btf__add_ptr(to, 0);

		if (got < 0)
			return got;
	}
	return 0;
}

static int write_kept(const struct types *k, int fd)
{
	struct btf *to = btf__new_empty();
	const void *raw = NULL;
	uint32_t size;
	int err;

	if (!to)
		return -errno;
	err = copy(k, to);
	if (!err)
		raw = btf__raw_data(to, &size);
	if (!err)
		err = raw ? write_all(fd, raw, size) : -ENOMEM;
	btf__free(to);
	return err;
}

int kernel_types_write(int fd, const struct btf *kernel, const struct btf *asked)
{
	struct types k = {.kernel = kernel, .n = btf__type_cnt(kernel)};
	int err;

	arena_init(&k.arena, NAMES_BYTES_MAX);
	k.kept = calloc(k.n, sizeof(*k.kept));
	err = k.kept ? names_of(&k, asked) : -ENOMEM;
	if (!err) {
		choose(&k);
		err = write_kept(&k, fd);
	}
	free(k.kept);
	arena_free(&k.arena);
	return err;
}
