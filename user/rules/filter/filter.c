// SPDX-License-Identifier: Apache-2.0
/*
 * What all rules need, put together. Each rule is asked in each world; a pattern then carries the
 * accesses of the worlds that want it. An open for both reading and writing passes by an entry for
 * either, so that what only such opens need is watched for writing, which is rarer.
 */
#include "rules/filter/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/filter/walk.h"
#include "rules/filter/wishes.h"

static uint32_t access_of(uint32_t worlds)
{
	uint32_t access = 0;

	if (worlds & BIT(WORLD_READ))
		access |= FILTER_READ;
	if (worlds & (BIT(WORLD_WRITE)))
		access |= FILTER_WRITE;
	if (worlds & BIT(WORLD_CONNECT))
		access |= FILTER_CONNECT;
	if (worlds & (BIT(WORLD_OUT) | BIT(WORLD_FASTOPEN)))
		access |= FILTER_OUT;
	if (worlds & (BIT(WORLD_BIND) | BIT(WORLD_ACCEPT)))
		access |= FILTER_IN;
	if (worlds & BIT(WORLD_SEND))
		access |= FILTER_SEND;
	if (worlds & BIT(WORLD_SYSCALL))
		access |= FILTER_CALL;
	if ((worlds & BIT(WORLD_BOTH)) && !(access & (FILTER_READ | FILTER_WRITE)))
		access |= FILTER_WRITE;
	return access;
}

/* Only what no rule wants of the host's files may be left out. */
static int wish_for_host(struct wishes *all, struct reach *s, enum world w, bool urgent)
{
	bool first = !all->host;

	if (w == WORLD_SYSCALL) {
		all->host_calls = true;
		return 0;
	}
	all->host |= BIT(w);
	all->host_urgent |= urgent;
	if (!first)
		return reach_ignores_meet(&all->ignores, &all->n_ignores, s->ignores, s->n_ignores);
	all->ignores = s->ignores;
	all->n_ignores = s->n_ignores;
	s->ignores = NULL;
	s->n_ignores = 0;
	return 0;
}

static int add_set(struct wishes *all, struct reach *s, enum world w, bool urgent)
{
	bool hints = false;
	int err = 0;
	size_t i;

	if (s->any)
		all->any |= BIT(w);
	for (i = 0; i < s->n && !err; i++) {
		hints |= s->patterns[i].hint;
		/* Without urgency it says no more than that it is the host's. */
		if (s->patterns[i].hint && !urgent)
			continue;
		err = wishes_add(all, &(struct wish){s->patterns[i], BIT(w), urgent});
	}
	if (s->host && !err)
		err = wish_for_host(all, s, w, urgent && !hints);
	return err;
}

static int can_match(const struct rule *rule, enum world w, bool *can)
{
	struct reach s = {.any = false};
	int err = walk(&s, w, rule->condition, false, 0);

	*can = !reach_is_empty(&s);
	reach_free(&s);
	return err;
}

/* What a call must have acted upon for the rule to match it. */
static int add_placed(struct wishes *all, const struct rule *rule, uint32_t call)
{
	struct reach s = {.any = false};
	int err = walk(&s, WORLD_PLACED(call), rule->condition, false, 0);

	if (s.any)
		wire_calls_add(&all->whole, call);
	else if (!err)
		err = add_set(all, &s, WORLD_SYSCALL, false);
	reach_free(&s);
	return err;
}

/* Which system calls the rule can match, when it can match any. */
static int add_calls(struct wishes *all, const struct rule *rule)
{
	uint32_t call;
	int err = 0;

	for (call = WIRE_CALL_FIRST; call < WIRE_CALL_END && !err; call++) {
		bool can = false;

		err = can_match(rule, WORLD_CALL(call), &can);
		if (can)
			wire_calls_add(&all->calls, call);
		if (can && wire_call_placed(call) && !err)
			err = add_placed(all, rule, call);
		if (can && call == WIRE_CALL_BIND_FILE)
			wire_calls_add(&all->calls, WIRE_CALL_BIND);
		if (!can || err || !wire_call_dull(call))
			continue;
		err = can_match(rule, WORLD_DULL(call), &can);
		if (can)
			all->dull |= wire_call_dull(call);
	}
	return err;
}

static void add_net(struct wishes *all, enum world w)
{
	switch (w) {
	case WORLD_OUT:
		wire_calls_add(&all->calls, WIRE_CALL_CONNECT);
		break;
	case WORLD_MMAP:
		wire_calls_add(&all->calls, WIRE_CALL_MMAP);
		break;
	case WORLD_SETGID:
		for (uint32_t call = WIRE_CALL_SETGID; call <= WIRE_CALL_SETGROUPS; call++)
			wire_calls_add(&all->calls, call);
		break;
	case WORLD_FASTOPEN:
	case WORLD_SEND:
		for (uint32_t call = WIRE_CALL_SENDTO; call <= WIRE_CALL_SENDMMSG; call++)
			wire_calls_add(&all->calls, call);
		break;
	case WORLD_BIND:
		wire_calls_add(&all->calls, WIRE_CALL_BIND);
		wire_calls_add(&all->calls, WIRE_CALL_LISTEN);
		break;
	case WORLD_ACCEPT:
		wire_calls_add(&all->calls, WIRE_CALL_ACCEPT);
		wire_calls_add(&all->calls, WIRE_CALL_ACCEPT4);
		break;
	case WORLD_SOCKET_PACKET:
	case WORLD_SOCKET_RAW:
	case WORLD_SOCKET_OTHER:
		wire_calls_add(&all->calls, WIRE_CALL_SOCKET);
		all->sockets |= FILTER_SOCKET_PACKET << (w - WORLD_SOCKET_PACKET);
		break;
	case WORLD_STDIO_IP:
	case WORLD_STDIO_UNIX:
	case WORLD_STDIO_FILE:
	case WORLD_DUP_IP:
	case WORLD_DUP_UNIX:
	case WORLD_DUP_FILE:
		for (uint32_t call = WIRE_CALL_DUP; call <= WIRE_CALL_DUP3; call++)
			wire_calls_add(&all->calls, call);
		all->sockets |= FILTER_STDIO_IP << (w - WORLD_STDIO_IP);
		break;
	default:
		break;
	}
}

static int add_rule(struct wishes *all, const struct rule *rule)
{
	bool urgent = rule->priority <= PRIORITY_CRITICAL;
	int err = 0;
	int w;

	for (w = 0; w < WORLD_END && !err; w++) {
		struct reach s = {.any = false};

		err = walk(&s, (enum world)w, rule->condition, false, 0);
		if (!err && !reach_is_empty(&s)) {
			all->kinds |= 1u << world_kind((enum world)w);
			add_net(all, (enum world)w);
			if (w < WORLD_FILTERED)
				err = add_set(all, &s, (enum world)w, urgent);
			else if (w == WORLD_SYSCALL)
				err = add_calls(all, rule);
		}
		reach_free(&s);
	}
	return err;
}

/* Entries and their texts, in one piece each. */
struct builder {
	struct filter *f;
	char *text;
};

static void build(struct builder *b, enum filter_scope scope, struct str text, uint32_t access,
		  bool urgent, bool ignore)
{
	b->f->entries[b->f->n++] = (struct filter_entry){scope, b->text, access, urgent, ignore};
	if (text.len > 0)
		memcpy(b->text, text.p, text.len);
	b->text += text.len;
	*b->text++ = '\0';
}

static int finish(struct filter **out, const struct wishes *all)
{
	uint32_t host = access_of(all->host) | (all->host_calls ? FILTER_CALL : 0);
	size_t n = all->n + (host != 0) + all->n_ignores, bytes = 1, i;
	struct builder b = {.f = calloc(1, sizeof(*b.f))};

	if (!b.f)
		return -ENOMEM;
	for (i = 0; i < all->n; i++)
		bytes += all->list[i].p.text.len + 1u;
	for (i = 0; i < all->n_ignores; i++)
		bytes += all->ignores[i].len + 1u;
	b.f->entries = calloc(n ? n : 1, sizeof(b.f->entries[0]));
	b.f->arena = b.text = malloc(bytes);
	if (!b.f->entries || !b.text) {
		filter_free(b.f);
		return -ENOMEM;
	}
	for (i = 0; i < all->n; i++) {
		const struct wish *w = &all->list[i];

		build(&b, w->p.scope, w->p.text, access_of(w->worlds), w->urgent, false);
	}
	if (host)
		build(&b, FILTER_HOST, STR_LIT(""), host, all->host_urgent, false);
	for (i = 0; i < all->n_ignores; i++)
		build(&b, FILTER_HOST, all->ignores[i], access_of(all->host), false, true);
	b.f->any = access_of(all->any) & ~FILTER_CALL;
	b.f->kinds = all->kinds;
	b.f->calls = all->calls;
	for (uint32_t call = WIRE_CALL_FIRST;
	     call < WIRE_CALL_END && !(all->any & BIT(WORLD_SYSCALL)); call++)
		if (wire_call_placed(call) && wire_calls_has(&all->calls, call) &&
		    !wire_calls_has(&all->whole, call))
			wire_calls_add(&b.f->compared, call);
	b.f->sockets = all->sockets;
	b.f->dull = all->dull;
	*out = b.f;
	return 0;
}

int filter_derive(struct filter **out, const struct rule *rules, size_t n)
{
	struct wishes all = {.n = 0};
	size_t full = REACH_PATTERNS_MAX, i;
	int err = 0;

	for (i = 0; i < n && !err; i++) {
		if (rules[i].enabled && !rules[i].left_out && rules[i].condition)
			err = add_rule(&all, &rules[i]);
		if (!err && all.n > full) {
			wishes_merge(&all);
			full = REACH_PATTERNS_MAX + 2 * all.n;
		}
	}
	if (!err) {
		wishes_merge(&all);
		wishes_fit(&all);
		err = finish(out, &all);
	}
	wishes_free(&all);
	return err;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	free(f->entries);
	free(f->arena);
	free(f);
}
