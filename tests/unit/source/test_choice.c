// SPDX-License-Identifier: Apache-2.0
/* Which hooks are chosen of those that a kernel has. */
#include "source/choice.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "base/tier.h"
#include "wire.h"

static const struct choice_have all = {0};
static const struct choice_have refused = {.fentry = -EPERM,
					   .lsm = -EPERM,
					   .lsm_inactive = true,
					   .probes = -EPERM,
					   .received = -EPERM,
					   .mapped = -EPERM,
					   .acts = -EPERM,
					   .refused = -EPERM,
					   .urings = -EPERM};

static void chooses(struct choice_have have, uint32_t forced, uint32_t open, bool probes,
		    const char *why)
{
	char text[CHOICE_WHY_MAX];
	struct choice c;

	assert_int_equal(choice_make(&have, forced, &c, text), 0);
	assert_string_equal(tier_name(c.open), tier_name(open));
	assert_int_equal(c.probes, probes);
	assert_string_equal(text, why);
}

static void cannot(struct choice_have have, uint32_t forced, const char *why)
{
	struct choice c = {.open = 77, .probes = true}, kept = c;
	char text[CHOICE_WHY_MAX];

	assert_int_equal(choice_make(&have, forced, &c, text), -ENOTSUP);
	assert_string_equal(text, why);
	assert_int_equal(c.open, kept.open);
	assert_true(c.probes);
}

static void the_best_that_there_is(void **state)
{
	struct choice_have h = all;

	(void)state;
	chooses(h, CHOICE_AUTO, WIRE_TIER_FENTRY, true, "");
	h.probes = -EOPNOTSUPP;
	chooses(h, CHOICE_AUTO, WIRE_TIER_FENTRY, false, "");
	h.lsm = -EINVAL;
	chooses(h, CHOICE_AUTO, WIRE_TIER_FENTRY, false, "");
}

static void without_fentry_there_is_no_object(void **state)
{
	struct choice_have h = all;

	(void)state;
	h.fentry = -ENOENT;
	chooses(h, CHOICE_AUTO, WIRE_TIER_TRACEPOINT, false,
		"fentry: the kernel refuses such programs (No such file or directory); "
		"lsm: the kernel refuses such programs (No such file or directory)");
	h.lsm_inactive = true;
	chooses(h, CHOICE_AUTO, WIRE_TIER_TRACEPOINT, false,
		"fentry: the kernel refuses such programs (No such file or directory); "
		"lsm: bpf is not among /sys/kernel/security/lsm");
	chooses(refused, CHOICE_AUTO, WIRE_TIER_TRACEPOINT, false,
		"fentry: the kernel refuses such programs (Operation not permitted); "
		"lsm: the kernel refuses such programs (Operation not permitted)");
}

static void forced(void **state)
{
	struct choice_have h = all;

	(void)state;
	chooses(h, WIRE_TIER_FENTRY, WIRE_TIER_FENTRY, true, "");
	chooses(h, WIRE_TIER_LSM, WIRE_TIER_LSM, true, "");
	/* Its hook is at the end of all calls: no need for probes beside it. */
	chooses(h, WIRE_TIER_TRACEPOINT, WIRE_TIER_TRACEPOINT, false, "");
	chooses(refused, WIRE_TIER_TRACEPOINT, WIRE_TIER_TRACEPOINT, false, "");
	cannot(refused, WIRE_TIER_FENTRY,
	       "fentry: the kernel refuses such programs (Operation not permitted)");
	cannot(refused, WIRE_TIER_LSM,
	       "lsm: the kernel refuses such programs (Operation not permitted)");
	h.lsm_inactive = true;
	cannot(h, WIRE_TIER_LSM, "lsm: bpf is not among /sys/kernel/security/lsm");
}

static bool sees_urings(struct choice_have have, uint32_t tier)
{
	char why[CHOICE_WHY_MAX];
	struct choice c;

	assert_int_equal(choice_make(&have, tier, &c, why), 0);
	return c.urings;
}

static void io_uring(void **state)
{
	struct choice_have h = all;

	(void)state;
	assert_true(sees_urings(h, CHOICE_AUTO));
	assert_true(sees_urings(h, WIRE_TIER_LSM));
	assert_false(sees_urings(h, WIRE_TIER_TRACEPOINT));
	h.urings = -EOPNOTSUPP;
	assert_false(sees_urings(h, CHOICE_AUTO));
	assert_false(sees_urings(refused, CHOICE_AUTO));
}

static bool sees_refused(struct choice_have have, uint32_t tier)
{
	char why[CHOICE_WHY_MAX];
	struct choice c;

	assert_int_equal(choice_make(&have, tier, &c, why), 0);
	assert_int_equal(c.permits, have.permits);
	return c.refused;
}

static void refused_calls(void **state)
{
	struct choice_have h = all;

	(void)state;
	assert_true(sees_refused(h, CHOICE_AUTO));
	assert_true(sees_refused(h, WIRE_TIER_LSM));
	assert_false(sees_refused(h, WIRE_TIER_TRACEPOINT));
	h.permits = true;
	assert_true(sees_refused(h, CHOICE_AUTO));
	h.refused = -ENOENT;
	assert_false(sees_refused(h, CHOICE_AUTO));
	h.refused = 0;
	h.probes = -EOPNOTSUPP; /* the end of all calls sees them */
	assert_false(sees_refused(h, CHOICE_AUTO));
}

static void functions_that_not_all_have(void **state)
{
	struct choice_have h = all;
	char why[CHOICE_WHY_MAX];
	struct choice c;

	(void)state;
	assert_int_equal(choice_extra("path_openat"), -1);
	assert_int_equal(choice_extra(""), -1);
	assert_true(choice_extra("io_bind") >= 0 && choice_extra("security_sb_mount") < 32);
	assert_int_not_equal(choice_extra("io_bind"), choice_extra("bpf_loop"));
	h.extras = 1u << choice_extra("io_bind");
	assert_int_equal(choice_make(&h, CHOICE_AUTO, &c, why), 0);
	assert_int_equal(c.extras, h.extras);
}

static bool notes_acts(struct choice_have have, uint32_t tier)
{
	char why[CHOICE_WHY_MAX];
	struct choice c;

	assert_int_equal(choice_make(&have, tier, &c, why), 0);
	return c.acts;
}

static void acts(void **state)
{
	struct choice_have h = all;

	(void)state;
	assert_true(notes_acts(h, CHOICE_AUTO));
	assert_true(notes_acts(h, WIRE_TIER_LSM));
	assert_false(notes_acts(h, WIRE_TIER_TRACEPOINT));
	h.chown = -EINVAL;
	assert_true(notes_acts(h, CHOICE_AUTO));
	h.acts = -ENOENT;
	assert_false(notes_acts(h, CHOICE_AUTO));
	assert_false(notes_acts(refused, CHOICE_AUTO));
}

/* The optional programs go before what others hang on, one kind at a time. */
static void less_and_less(void **state)
{
	char why[CHOICE_WHY_MAX] = "";
	struct choice_have h = all;
	struct choice c;

	(void)state;
	h.extras = 1u << choice_extra("io_bind");
	assert_int_equal(choice_make(&h, CHOICE_AUTO, &c, why), 0);
	assert_true(choice_degrade(&c, why));
	assert_int_equal(c.extras, 0);
	assert_true(c.acts && c.chown && c.refused && c.urings && c.probes);
	assert_true(choice_degrade(&c, why));
	assert_false(c.acts || c.chown);
	assert_true(c.refused && c.urings && c.probes);
	assert_true(choice_degrade(&c, why));
	assert_false(c.refused);
	assert_true(c.urings && c.probes);
	assert_true(choice_degrade(&c, why));
	assert_false(c.urings);
	assert_true(c.probes);
	assert_true(choice_degrade(&c, why));
	assert_false(c.probes);
	assert_int_equal(c.open, WIRE_TIER_FENTRY);
	assert_string_equal(why, "");
	assert_true(choice_degrade(&c, why));
	assert_int_equal(c.open, WIRE_TIER_TRACEPOINT);
	assert_false(c.received || c.mapped);
	assert_string_equal(why, "the kernel refuses the programs of the others");
	assert_false(choice_degrade(&c, why));
}

static void datagrams(void **state)
{
	char why[CHOICE_WHY_MAX] = "";
	struct choice_have h = all;
	struct choice c;

	(void)state;
	assert_int_equal(choice_make(&h, CHOICE_AUTO, &c, why), 0);
	assert_false(c.datagrams);
	h.extras = 1u << choice_extra(CHOICE_MAY_SEND);
	assert_int_equal(choice_make(&h, WIRE_TIER_TRACEPOINT, &c, why), 0);
	assert_false(c.datagrams);
	assert_int_equal(choice_make(&h, CHOICE_AUTO, &c, why), 0);
	assert_true(c.datagrams);
	assert_true(choice_degrade(&c, why)); /* what goes first is another's */
	assert_true(c.datagrams && c.acts);
	assert_true(choice_degrade(&c, why));
	assert_true(!c.datagrams && c.acts);
}

/* Functions whose programs are not used anyway are no reason to try once more. */
static void extras_of_nothing(void **state)
{
	char why[CHOICE_WHY_MAX] = "";
	struct choice_have h = all;
	struct choice c;

	(void)state;
	h.extras = 1u << choice_extra("io_bind");
	h.acts = h.urings = -EOPNOTSUPP;
	assert_int_equal(choice_make(&h, CHOICE_AUTO, &c, why), 0);
	assert_true(choice_degrade(&c, why));
	assert_false(c.refused);
}

static void names(void **state)
{
	uint32_t tier = 77;

	(void)state;
	for (uint32_t i = WIRE_TIER_TRACEPOINT; i <= WIRE_TIER_LSM; i++) {
		assert_int_equal(tier_of_name(tier_name(i), &tier), 0);
		assert_int_equal(tier, i);
	}
	assert_string_equal(tier_name(WIRE_TIER_KPROBE), "kprobe");
	assert_string_equal(tier_name(99), "unknown");
	/* No tier for opens. */
	assert_int_equal(tier_of_name("kprobe", &tier), -EINVAL);
	assert_int_equal(tier_of_name("", &tier), -EINVAL);
	assert_int_equal(tier, WIRE_TIER_LSM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_best_that_there_is),
		cmocka_unit_test(without_fentry_there_is_no_object),
		cmocka_unit_test(forced),
		cmocka_unit_test(io_uring),
		cmocka_unit_test(refused_calls),
		cmocka_unit_test(functions_that_not_all_have),
		cmocka_unit_test(acts),
		cmocka_unit_test(datagrams),
		cmocka_unit_test(less_and_less),
		cmocka_unit_test(extras_of_nothing),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
