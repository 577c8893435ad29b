// SPDX-License-Identifier: Apache-2.0
/*
 * The property that matters: whatever the engine matches, the kernel sends. Random rules, random
 * events, a model of the kernel's side and its own code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/engine/engine.h"
#include "rules/filter/condition.h"
#include "rules/filter/random.h"
#include "source/files.h"

#define SEED	  0x66696c746572ull
#define SETS	  20000
#define RULES_MAX 3
#define EVENTS	  4

/* How much there was to see. */
static struct {
	size_t opens, matched, compared, all, sent, ignored;
	size_t ends, ends_matched, ends_sent, makes, calls, calls_sent, calls_matched;
	size_t compared_calls, compared_sent, compared_matched;
} seen;

static size_t random_rules(struct rule *rules, const struct event *aim)
{
	size_t n = files_random(3) ? 1 : 1 + files_random(RULES_MAX), i;

	for (i = 0; i < n; i++) {
		rules[i] = condition_rule(random_condition(aim));
		rules[i].priority = (enum priority)files_random(PRIORITY_END);
	}
	return n;
}

/* dull_by_args() by what it would tell of such a call. */
static bool is_dull(const struct event_syscall *s)
{
	char buf[EVENT_CALL_TEXT];
	uint32_t owner = event_call_owner(s);
	struct str request;

	if (wire_call_is_chown(s->call))
		return owner == 0 || owner == UINT32_MAX;
	if (wire_call_is_chmod(s->call))
		return !(event_call_arg(s, event_call(s->call)->mode) & WIRE_MODE_TOLD);
	if (!wire_call_dull(s->call))
		return false;
	request = event_call_request(s, buf);
	return request.len > 0 ? str_starts(request, "0x") : s->args[WIRE_SYSCALL_ARGS] == 0;
}

/* The file of a path that was passed, as one on the container's own root; false: the root itself. */
static bool on_root(struct kernel_file *k, struct str path)
{
	static char text[WIRE_PATH_MAX + 1];
	char *rest = text, *name;

	*k = (struct kernel_file){.on_root = true, .root_mount = true, .magic = FILES_EXT4};
	snprintf(text, sizeof(text), "%.*s", (int)path.len, path.p);
	while ((name = strtok_r(rest, "/", &rest)))
		k->names[k->n_names++] = name;
	return k->n_names > 0;
}

/*
 * What a call that was done acted upon; by the model, or by the kernel's own code (f: NULL). One
 * without a path is taken for a call whose objects nobody knows.
 */
static bool acts_match(const struct filter *f, const struct event_syscall *s)
{
	const struct event_call *row = event_call(s->call);
	struct kernel_file k;
	size_t known = 0;

	for (size_t i = 0; i < WIRE_SYSCALL_PATHS; i++) {
		if (row->dir[i] == WIRE_CALL_A_NAME || s->paths[i].named.len == 0)
			continue;
		known++;
		if (!on_root(&k, s->paths[i].named) || (f ? model_opens(f, &k, false, FILTER_CALL) :
							    kernel_watched(&k, WIRE_WATCH_CALL)))
			return true;
	}
	return known == 0;
}

static bool call_sent(const struct filter *f, const struct event *e)
{
	if (!wire_calls_has(&f->calls, e->sys.call) ||
	    (is_dull(&e->sys) && !(f->dull & wire_call_dull(e->sys.call))))
		return false;
	return e->ret < 0 || !wire_calls_has(&f->compared, e->sys.call) || acts_match(f, &e->sys);
}

static bool sent(const struct filter *f, const struct random_event *r)
{
	if (!(f->kinds & (1u << r->e.kind)))
		return false;
	if (r->e.kind == EVENT_SYSCALL)
		return call_sent(f, &r->e);
	if (r->e.kind == EVENT_OPEN && r->e.open.call == WIRE_CALL_OPEN_BY_HANDLE_AT)
		return true;
	if (r->e.kind == EVENT_NET && !wire_calls_has(&f->calls, r->e.net.call))
		return false;
	if (r->makes)
		return model_makes(f, r->makes);
	if (r->e.kind == EVENT_NET)
		return model_ends(f, &r->e, r->access);
	if (r->access == 0)
		return true;
	if (r->e.kind == EVENT_CONNECT)
		return model_connects(f, r->e.connect.name, r->e.connect.peer_comm);
	return model_opens(f, &r->file, r->placeless, r->access);
}

/* The same by the kernel's own code. */
static bool sent_by_kernel(const struct random_event *r)
{
	char name[WIRE_SUN_MAX + 1], comm[WIRE_COMM_LEN];

	if (r->e.kind == EVENT_SYSCALL)
		return kernel_wants(r->e.sys.call) &&
		       (r->e.ret < 0 || !kernel_compares(r->e.sys.call) ||
			acts_match(NULL, &r->e.sys));
	if (r->e.kind == EVENT_NET && r->e.net.call != WIRE_CALL_CONNECT &&
	    !kernel_wants(r->e.net.call))
		return false;
	if (r->makes)
		return kernel_makes(r->makes);
	if (r->access == 0)
		return true;
	if (r->e.kind == EVENT_NET)
		return kernel_ends(r->access == FILTER_OUT ? WIRE_WATCH_OUT :
				   r->access == FILTER_IN  ? WIRE_WATCH_IN :
							     WIRE_WATCH_SEND,
				   &r->server, r->e.net.server.port, r->e.ret);
	if (r->e.kind == EVENT_OPEN && r->e.open.call == WIRE_CALL_OPEN_BY_HANDLE_AT)
		return true;
	if (r->e.kind == EVENT_OPEN)
		return kernel_watched(&r->file, r->access);
	snprintf(name, sizeof(name), "%.*s", (int)r->e.connect.name.len, r->e.connect.name.p);
	snprintf(comm, sizeof(comm), "%.*s", (int)r->e.connect.peer_comm.len,
		 r->e.connect.peer_comm.p);
	return kernel_connects(name, comm) & WIRE_WATCH_CONNECT;
}

static void check(const struct filter *f, struct engine *engine, const struct random_event *r)
{
	struct verdict v;
	bool passes = sent(f, r);

	engine_judge(engine, &r->e, &v);
	if (v.n > 0 && (!passes || !sent_by_kernel(r))) {
		random_print(r);
		fail_msg("%s drops it; filter: %s", passes ? "the kernel's code" : "the model",
			 condition_filter(f));
	}
	if (r->e.kind == EVENT_NET && r->access) {
		seen.ends++;
		seen.ends_matched += v.n > 0;
		seen.ends_sent += passes;
	}
	seen.makes += r->makes && v.n > 0;
	if (r->e.kind == EVENT_SYSCALL) {
		seen.calls++;
		seen.calls_matched += v.n > 0;
		seen.calls_sent += passes;
		if (r->e.ret >= 0 && wire_calls_has(&f->compared, r->e.sys.call)) {
			seen.compared_calls++;
			seen.compared_sent += passes;
			seen.compared_matched += v.n > 0;
		}
	}
	if (r->e.kind != EVENT_OPEN || r->access == 0)
		return;
	seen.opens++;
	seen.matched += v.n > 0;
	seen.sent += passes;
	seen.all += (f->any & r->access) != 0;
	seen.compared += v.n > 0 && !(f->any & r->access);
}

static void check_set(void)
{
	struct rule rules[RULES_MAX];
	struct random_event r;
	char why[ENGINE_WHY_MAX];
	struct prefilter compiled;
	struct engine *engine;
	struct filter *f;
	size_t n, i;

	random_event(&r);
	n = random_rules(rules, &r.e);
	if (engine_new(&engine, rules, n, why) != 0)
		return;
	assert_int_equal(filter_derive(&f, rules, n), 0);
	assert_int_equal(prefilter_compile(&compiled, f, files_random(2)), 0);
	kernel_load(&compiled);
	for (i = 0; i < f->n; i++)
		seen.ignored += f->entries[i].ignore;
	check(f, engine, &r);
	for (i = 0; i < EVENTS; i++) {
		random_event(&r);
		check(f, engine, &r);
	}
	prefilter_free(&compiled);
	filter_free(f);
	engine_free(engine);
}

static void test_never_too_narrow(void **state)
{
	const char *given = getenv("FILTER_SEED"), *sets = getenv("FILTER_SETS");
	uint64_t seed = given ? strtoull(given, NULL, 0) : SEED;
	size_t n = sets ? strtoul(sets, NULL, 0) : SETS, i;

	(void)state;
	print_message("seed %#llx, %zu sets of rules\n", (unsigned long long)seed, n);
	files_seed(seed);
	for (i = 0; i < n; i++) {
		check_set();
		condition_reset();
	}
	print_message("%zu opens; %zu matched, %zu of them compared; %zu sent, %zu as any; %zu "
		      "directories ignored\n",
		      seen.opens, seen.matched, seen.compared, seen.sent, seen.all, seen.ignored);
	print_message(
		"%zu ends; %zu matched, %zu sent; %zu sockets matched; %zu calls; %zu matched, %zu "
		"sent\n",
		seen.ends, seen.ends_matched, seen.ends_sent, seen.makes, seen.calls,
		seen.calls_matched, seen.calls_sent);
	assert_true(seen.ends_matched > seen.ends / 20);
	assert_true(seen.ends_sent < seen.ends * 3 / 4);
	assert_true(seen.makes > 0 && seen.calls_matched > 0);
	assert_true(seen.calls_sent < seen.calls);
	print_message("%zu calls compared; %zu matched, %zu sent\n", seen.compared_calls,
		      seen.compared_matched, seen.compared_sent);
	assert_true(seen.compared_matched > 0 && seen.compared_sent < seen.compared_calls * 3 / 4);
	/* It was of use: events matched, and by far not all were sent. */
	assert_true(seen.compared > seen.opens / 100);
	assert_true(seen.all < seen.opens * 3 / 5);
	assert_true(seen.sent < seen.opens * 3 / 4);
	assert_true(seen.ignored > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_never_too_narrow)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
