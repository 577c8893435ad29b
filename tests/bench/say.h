/* SPDX-License-Identifier: Apache-2.0 */
/* Talk, time and interruption: what every part of the bench needs. */
#ifndef BENCH_SAY_H
#define BENCH_SAY_H

#include <signal.h>
#include <stdint.h>
#include <time.h>

/* Set by SIGINT and SIGTERM: whatever waits gives up with -EINTR, and everything is cleaned up. */
extern volatile sig_atomic_t bench_stop;

/* "bench: ..." on stderr. */
void bench_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same with strerror(err); gives -err, so that a caller can log and return in one line. */
int bench_fail(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

uint64_t bench_now(clockid_t clock); /* ns */

/* Sleeps; 0, or -EINTR when the bench is to stop. */
int bench_nap(unsigned int ms);

#endif
