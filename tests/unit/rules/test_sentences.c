// SPDX-License-Identifier: Apache-2.0
/* What the shipped rules say of an act: that it was done, or that it was tried. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rules/build.h"
#include "rules/engine/engine.h"
#include "rules/shipped.h"

struct text {
	char bytes[2048];
	size_t len;
};

static void collect(void *arg, struct str piece, bool foreign)
{
	struct text *t = arg;

	(void)foreign;
	assert_true(t->len + piece.len < sizeof(t->bytes));
	memcpy(t->bytes + t->len, piece.p, piece.len);
	t->len += piece.len;
	t->bytes[t->len] = '\0';
}

/* In the alert of e by the rule id. */
static void says(const char *id, const struct event *e, const char *words)
{
	static struct value_scratch scratch;
	struct text t = {.len = 0};
	struct verdict v;

	scratch.used = 0;
	engine_judge(shipped_engine(), e, &v);
	assert_true(v.n > 0);
	assert_string_equal(v.hits[0]->id, id);
	engine_output(v.hits[0], e, &scratch, collect, &t);
	if (!strstr(t.bytes, words))
		fail_msg("'%s' is not in: %s", words, t.bytes);
}

static void opens(void **state)
{
	struct event e = judge_open(judge_file("/etc/passwd"), O_WRONLY);

	(void)state;
	says("passwd-written", &e, ") changed the account database /etc/passwd (");
	says("passwd-written", &e, "): SUCCESS, command ");
	e = judge_denied("/etc/passwd", O_WRONLY);
	says("passwd-written", &e, ") tried to change the account database /etc/passwd (");
	says("passwd-written", &e, "): EACCES, command ");
}

static void connects(void **state)
{
	struct event e = judge_connect("/run/docker.sock", "dockerd", 0);

	(void)state;
	says("runtime-socket", &e, ") connected to the runtime's socket /run/docker.sock of ");
	e = judge_connect("/run/docker.sock", NULL, 0);
	e.ret = -EACCES;
	e.blocked = true;
	says("runtime-socket", &e,
	     ") tried to connect to the runtime's socket /run/docker.sock of ");
	says("runtime-socket", &e, ": EACCES, command ");
}

/* Words that claim nothing: true of an act that was denied, too. */
static bool claims_nothing(const char *id)
{
	static const char *const ids[] = {"kernel-module", "proc-root-asked", "kernel-log-read",
					  "cluster-port-tried", "metadata-service"};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (strcmp(id, ids[i]) == 0)
			return true;
	return false;
}

static bool names(const struct rule *r, enum field_id id)
{
	for (size_t i = 0; i < r->n_output; i++)
		if (r->output[i].has_field && r->output[i].field.id == id)
			return true;
	return false;
}

/* An output that ends in what became of the act does not say before that it was done. */
static void no_rule_claims_what_failed(void **state)
{
	size_t n, told = 0;
	const struct rule *rules = shipped_rules(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		if (!names(&rules[i], F_RES))
			continue;
		if (names(&rules[i], F_DID) == claims_nothing(rules[i].id))
			fail_msg("%s: its output has to say rootwatch.did[...], once", rules[i].id);
		told++;
	}
	assert_true(told > 60);
}

static int reset(void **state)
{
	(void)state;
	judge_reset();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(opens, reset),
		cmocka_unit_test_setup(connects, reset),
		cmocka_unit_test(no_rule_claims_what_failed),
	};

	return cmocka_run_group_tests(tests, shipped_load, shipped_free);
}
