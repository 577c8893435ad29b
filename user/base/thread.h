/* SPDX-License-Identifier: Apache-2.0 */
/* Threads beside the main one, which do little. */
#ifndef ROOTWATCH_BASE_THREAD_H
#define ROOTWATCH_BASE_THREAD_H

#include <pthread.h>

/*
 * Starts run(arg) with all signals blocked, as they are for the main thread, and with a small
 * stack: what libc keeps of those of ended threads stays small then, however many there were.
 * Gives 0 or -errno; the caller joins it.
 */
int thread_start(pthread_t *thread, void *(*run)(void *), void *arg);

#endif /* ROOTWATCH_BASE_THREAD_H */
