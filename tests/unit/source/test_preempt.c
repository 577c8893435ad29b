// SPDX-License-Identifier: Apache-2.0
/* What is known of a kernel's preemption from what it says of itself. */
#include "source/preempt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define DYNAMIC "#1 SMP PREEMPT_DYNAMIC Debian 6.12.107-1 (2026-08-29)"
#define FULL	"#1 SMP PREEMPT Thu Aug 20 10:00:00 UTC 2026"
#define RT	"#1 SMP PREEMPT_RT Debian 6.12.107-1 (2026-08-29)"
#define CALM	"#1 SMP Debian 5.10.218-1 (2024-06-01)"

static void says(struct preempt p, bool trampolines, bool tracepoints)
{
	assert_int_equal(p.trampolines, trampolines);
	assert_int_equal(p.tracepoints, tracepoints);
}

static void built_with_one_model(void **state)
{
	(void)state;
	says(preempt_of("5.10.0-32-amd64", CALM, NULL, "quiet"), false, false);
	says(preempt_of("7.3.4", CALM, NULL, "preempt=full"), false, false);
	says(preempt_of("5.15.0", FULL, NULL, "preempt=none"), true, false);
	says(preempt_of("7.3.4", FULL, NULL, NULL), true, true);
	says(preempt_of("6.12.107-rt", RT, NULL, "preempt=voluntary"), true, false);
}

static void chosen_at_boot(void **state)
{
	(void)state;
	says(preempt_of("6.12.0", DYNAMIC, NULL, "ro preempt=none quiet"), false, false);
	says(preempt_of("6.12.0", DYNAMIC, NULL, "preempt=voluntary"), false, false);
	says(preempt_of("6.12.0", DYNAMIC, NULL, "ro preempt=full"), true, false);
	says(preempt_of("7.0.1", DYNAMIC, NULL, "preempt=lazy"), true, true);
	says(preempt_of("10.0.0", DYNAMIC, NULL, "preempt=lazy"), true, true);
}

static void changed_since(void **state)
{
	(void)state;
	says(preempt_of("6.12.0", DYNAMIC, "none (voluntary) full \n", "preempt=full"), false,
	     false);
	says(preempt_of("6.12.0", DYNAMIC, "(none) voluntary full \n", NULL), false, false);
	says(preempt_of("6.12.0", DYNAMIC, "none voluntary (full) \n", "preempt=none"), true,
	     false);
	says(preempt_of("7.3.4", DYNAMIC, "full (lazy) \n", "preempt=none"), true, true);
}

/* It costs some; what is not seen costs more. */
static void not_known(void **state)
{
	(void)state;
	says(preempt_of("6.18.0", DYNAMIC, NULL, NULL), true, false);
	says(preempt_of("6.18.0", DYNAMIC, "", "quiet"), true, false);
	says(preempt_of("7.3.4", DYNAMIC, NULL, "quiet"), true, true);
	says(preempt_of("none", DYNAMIC, NULL, NULL), true, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_with_one_model),
		cmocka_unit_test(chosen_at_boot),
		cmocka_unit_test(changed_since),
		cmocka_unit_test(not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
