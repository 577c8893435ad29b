// SPDX-License-Identifier: Apache-2.0
#include "rules/filter/wishes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/filter/filter.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

int wishes_add(struct wishes *all, const struct wish *w)
{
	if (all->n == all->room) {
		size_t room = all->room ? all->room * 2 : 256;
		struct wish *list = reallocarray(all->list, room, sizeof(*list));

		if (!list)
			return -ENOMEM;
		all->list = list;
		all->room = room;
	}
	all->list[all->n++] = *w;
	return 0;
}

static int compare_wishes(const void *one, const void *other)
{
	const struct pattern *a = &((const struct wish *)one)->p;
	const struct pattern *b = &((const struct wish *)other)->p;
	uint32_t len = a->text.len < b->text.len ? a->text.len : b->text.len;
	int order;

	if (a->scope != b->scope)
		return a->scope < b->scope ? -1 : 1;
	order = len > 0 ? memcmp(a->text.p, b->text.p, len) : 0;
	return order ? order : (a->text.len > b->text.len) - (a->text.len < b->text.len);
}

void wishes_merge(struct wishes *all)
{
	size_t i, kept = 0;

	if (all->n == 0)
		return;
	qsort(all->list, all->n, sizeof(all->list[0]), compare_wishes);
	for (i = 1; i < all->n; i++) {
		if (compare_wishes(&all->list[kept], &all->list[i]) == 0) {
			all->list[kept].worlds |= all->list[i].worlds;
			all->list[kept].urgent |= all->list[i].urgent;
		} else {
			all->list[++kept] = all->list[i];
		}
	}
	all->n = kept + 1;
}

typedef bool (*wish_test)(const struct wish *w);

static bool is_suffix(const struct wish *w)
{
	return w->p.scope == FILTER_SUFFIX;
}

static bool is_device(const struct wish *w)
{
	return w->p.scope == FILTER_CHAR;
}

static bool is_network(const struct wish *w)
{
	return w->p.scope == FILTER_NETWORK;
}

static bool is_of_connect(const struct wish *w)
{
	return w->worlds & BIT(WORLD_CONNECT);
}

static bool is_of_open(const struct wish *w)
{
	return w->worlds & (BIT(WORLD_READ) | BIT(WORLD_WRITE) | BIT(WORLD_BOTH));
}

static bool is_of_net(const struct wish *w)
{
	return !is_of_connect(w) && !is_of_open(w);
}

static size_t count(const struct wishes *all, wish_test test)
{
	size_t i, n = 0;

	for (i = 0; i < all->n; i++)
		n += test(&all->list[i]);
	return n;
}

/* All of these accesses pass from now on, and need none of the tested patterns. */
static void widen(struct wishes *all, wish_test test, uint32_t worlds)
{
	size_t i, kept = 0;

	for (i = 0; i < all->n; i++) {
		struct wish *w = &all->list[i];

		if (test(w)) {
			all->any |= w->worlds & worlds;
			w->worlds &= ~worlds;
		}
		if (w->worlds)
			all->list[kept++] = *w;
	}
	all->n = kept;
}

static size_t count_beyond(const struct wishes *all, wish_test test, uint32_t worlds)
{
	size_t i, n = 0;

	for (i = 0; i < all->n; i++)
		n += test(&all->list[i]) && (all->list[i].worlds & ~worlds);
	return n;
}

/* Where there is room for few of a kind, writes give way first: they are fewer. */
static void fit(struct wishes *all, wish_test test, size_t max)
{
	const uint32_t written = BIT(WORLD_WRITE) | BIT(WORLD_BOTH);
	const uint32_t opens = written | BIT(WORLD_READ);

	if (count(all, test) > max) /* calls are fewest of all */
		widen(all, test, BIT(WORLD_SYSCALL));
	if (count(all, test) <= max)
		return;
	if (count_beyond(all, test, written) <= max)
		widen(all, test, written);
	else if (count_beyond(all, test, BIT(WORLD_READ) | BIT(WORLD_BOTH)) <= max)
		widen(all, test, BIT(WORLD_READ) | BIT(WORLD_BOTH));
	else
		widen(all, test, opens);
}

void wishes_fit(struct wishes *all)
{
	static const wish_test groups[] = {is_of_open, is_of_connect, is_of_net};
	size_t host = (all->host != 0 || all->host_calls) + all->n_ignores;

	if (count(all, is_network) > WIRE_NETWORKS_MAX)
		widen(all, is_network, UINT32_MAX);
	fit(all, is_suffix, WIRE_SUFFIXES_MAX);
	fit(all, is_device, WIRE_DEVICES_MAX);
	while (all->n + host > FILTER_ENTRIES_MAX) {
		wish_test most = groups[0];

		for (size_t i = 1; i < COUNT(groups); i++)
			if (count(all, groups[i]) > count(all, most))
				most = groups[i];
		if (count(all, most) == 0)
			return;
		widen(all, most, UINT32_MAX);
	}
}

void wishes_free(struct wishes *all)
{
	free(all->list);
	free(all->ignores);
}
