/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens a file for writing again and again, and says how often that succeeded. With a time it
 * stops after so many seconds, or after N, whichever comes first. With --race another thread
 * takes the descriptor away as soon as there is one, often before the call that made it is over.
 */
#include "truth.h"

#include <pthread.h>
#include <time.h>

static const char usage[] = "act_storm [--race] [--seconds S] N PATH";

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void *take_away(void *arg)
{
	int fd = *(int *)arg, kept;

	for (;;) {
		kept = (int)syscall(SYS_dup, fd); /* whoever does this keeps the file */
		if (kept >= 0) {
			syscall(SYS_close, fd);
			syscall(SYS_close, kept);
		}
	}
	return NULL;
}

static void start_race(void)
{
	static int next;
	pthread_t t;

	next = open("/", O_RDONLY);
	close(next);
	if (pthread_create(&t, NULL, take_away, &next))
		truth_die("thread");
}

int main(int argc, char **argv)
{
	double start = now(), seconds = 0;
	long n, done = 0, failed = 0;
	int i = 1;

	if (argc > 1 && !strcmp(argv[1], "--race")) {
		start_race();
		argv++;
		argc--;
	}
	if (argc > 2 && !strcmp(argv[1], "--seconds")) {
		seconds = strtod(argv[2], NULL);
		i = 3;
	}
	if (argc - i != 2)
		truth_usage(usage);
	n = strtol(argv[i], NULL, 10);
	for (long k = 0; k < n; k++) {
		long fd = syscall(SYS_openat, AT_FDCWD, argv[i + 1], O_WRONLY | O_CREAT, 0644);

		if (fd < 0) {
			failed++;
		} else {
			done++;
			syscall(SYS_close, fd);
		}
		if (seconds > 0 && k % 256 == 0 && now() - start > seconds)
			break;
	}
	truth_begin("storm");
	truth_str("path", argv[i + 1]);
	truth_int("done", done);
	truth_int("failed", failed);
	truth_int("ms", (long long)((now() - start) * 1e3));
	truth_end();
	return failed ? 1 : 0;
}
