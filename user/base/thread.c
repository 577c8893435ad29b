// SPDX-License-Identifier: Apache-2.0
#include "base/thread.h"

#include <signal.h>

/* Enough for libbpf and libc's calls; the kernel may give all of it at the first touch. */
#define STACK_BYTES (64u << 10)

int thread_start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int err = pthread_attr_init(&attr);

	if (err)
		return -err;
	/* Where pages are large it may be too small, and stays the usual one. */
	(void)pthread_attr_setstacksize(&attr, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(thread, &attr, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return -err;
}
