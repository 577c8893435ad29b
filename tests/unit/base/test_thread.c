// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>

#include "base/thread.h"

struct seen {
	bool blocked;
	size_t stack;
};

static void *look(void *arg)
{
	struct seen *s = arg;
	pthread_attr_t attr;
	sigset_t mask;

	s->blocked = pthread_sigmask(SIG_BLOCK, NULL, &mask) == 0 && sigismember(&mask, SIGTERM) &&
		     sigismember(&mask, SIGUSR1);
	if (pthread_getattr_np(pthread_self(), &attr) == 0) {
		(void)pthread_attr_getstacksize(&attr, &s->stack);
		pthread_attr_destroy(&attr);
	}
	return arg;
}

static void test_a_thread(void **state)
{
	struct seen seen = {0};
	void *gave = NULL;
	pthread_t thread;
	sigset_t mask;

	(void)state;
	assert_int_equal(thread_start(&thread, look, &seen), 0);
	assert_int_equal(pthread_join(thread, &gave), 0);
	assert_ptr_equal(gave, &seen);
	assert_true(seen.blocked);
	/* By the megabyte they would count as the program's memory. */
	assert_true(seen.stack > 0 && seen.stack <= 256u << 10);
	/* The caller's are as they were. */
	assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
	assert_false(sigismember(&mask, SIGTERM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_thread),
	};

	return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
