// SPDX-License-Identifier: Apache-2.0
#include "detector.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "empty.skel.h"
#include "say.h"

#define READY_MS 20000
#define STOP_MS	 60000

const char *const variant_names[VARIANTS] = {"none", "empty", "rootwatch"};

/* Everywhere but on the workload's CPU, as long as there is another one. */
static void stay_away(int cpu)
{
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		return;
	CPU_ZERO(&cpus);
	for (int i = 0; i < (int)sysconf(_SC_NPROCESSORS_ONLN); i++)
		if (i != cpu)
			CPU_SET(i, &cpus);
	if (CPU_COUNT(&cpus))
		sched_setaffinity(0, sizeof(cpus), &cpus);
}

static void __attribute__((noreturn))
exec_rootwatch(const struct detector *d, const struct detector_setup *setup, int out, int ready)
{
	char fd[16];
	const char *argv[12] = {setup->program, "run", "-o", "json", "--stats", "--ready-fd", fd};
	int n = 7;
	int err = open(d->talk, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* A terminal's ^C is for the bench, which ends its detector in order. */
	setpgid(0, 0);
	stay_away(setup->cpu);
	snprintf(fd, sizeof(fd), "%d", ready);
	if (setup->tier) {
		argv[n++] = "--tier";
		argv[n++] = setup->tier;
	}
	if (out < 0) {
		argv[n++] = "--output";
		argv[n++] = d->lines;
	} else {
		dup2(out, STDOUT_FILENO);
	}
	if (err < 0 || dup2(err, STDERR_FILENO) < 0 || fcntl(ready, F_SETFD, 0))
		_exit(126);
	execv(setup->program, (char *const *)argv);
	_exit(127);
}

static void show_talk(const struct detector *d)
{
	char line[512];
	FILE *f = fopen(d->talk, "re");

	for (int i = 0; f && i < 10 && fgets(line, sizeof(line), f); i++)
		fprintf(stderr, "  %s", line);
	if (f)
		fclose(f);
}

static int start_rootwatch(struct detector *d, const struct detector_setup *setup, bool piped,
			   int *ready)
{
	int said[2], out[2] = {-1, -1};

	snprintf(d->lines, sizeof(d->lines), "%s/lines", setup->scratch);
	snprintf(d->talk, sizeof(d->talk), "%s/talk", setup->scratch);
	unlink(d->lines);
	if (pipe2(said, O_CLOEXEC))
		return bench_fail(errno, "pipe");
	if (piped && pipe2(out, O_CLOEXEC | O_NONBLOCK)) {
		close(said[0]);
		close(said[1]);
		return bench_fail(errno, "pipe");
	}
	if (piped) /* Only our end is to be non-blocking. */
		fcntl(out[1], F_SETFL, 0);
	d->started = bench_now(CLOCK_MONOTONIC);
	d->pid = fork();
	if (d->pid == 0)
		exec_rootwatch(d, setup, out[1], said[1]);
	close(said[1]);
	if (out[1] >= 0)
		close(out[1]);
	d->out = out[0];
	*ready = said[0];
	return d->pid < 0 ? bench_fail(errno, "fork") : 0;
}

static int start_empty(struct detector *d, const struct detector_setup *setup)
{
	bool fentry = setup->tier && !strcmp(setup->tier, "fentry");
	bool lsm = setup->tier && !strcmp(setup->tier, "lsm");
	int err = -1;

	d->empty = empty_bpf__open();
	if (d->empty) {
		bpf_program__set_autoload(d->empty->progs.empty_sys_exit, !fentry && !lsm);
		bpf_program__set_autoload(d->empty->progs.empty_fentry, fentry);
		bpf_program__set_autoload(d->empty->progs.empty_lsm, lsm);
		err = empty_bpf__load(d->empty);
	}
	if (err) {
		err = bench_fail(errno, "loading the empty programs");
		empty_bpf__destroy(d->empty);
		d->empty = NULL;
		return err;
	}
	err = empty_bpf__attach(d->empty);
	if (err) {
		empty_bpf__destroy(d->empty);
		d->empty = NULL;
		return bench_fail(-err, "attaching the empty programs");
	}
	return progs_of(getpid(), &d->mine);
}

static int ready_fd = -1;

int detector_start(struct detector *d, enum variant kind, const struct detector_setup *setup,
		   bool piped)
{
	int err = 0;

	memset(d, 0, sizeof(*d));
	d->kind = kind;
	d->out = -1;
	if (kind == VARIANT_EMPTY)
		return start_empty(d, setup);
	if (kind == VARIANT_NONE)
		return 0;
	err = start_rootwatch(d, setup, piped, &ready_fd);
	if (!err && !piped)
		err = detector_ready(d);
	if (err)
		detector_stop(d, NULL);
	return err;
}

int detector_ready(struct detector *d)
{
	struct pollfd p = {.fd = ready_fd, .events = POLLIN};
	char byte;
	int n = poll(&p, 1, READY_MS);

	if (n > 0)
		n = (int)read(ready_fd, &byte, 1);
	d->ready = bench_now(CLOCK_MONOTONIC);
	close(ready_fd);
	ready_fd = -1;
	if (bench_stop)
		return -EINTR;
	if (n != 1) {
		bench_say("rootwatch run did not get ready:");
		show_talk(d);
		return -EIO;
	}
	return progs_of(d->pid, &d->mine);
}

static uint64_t value_of(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static void read_stats(const struct detector *d, struct detector_stats *stats)
{
	char line[512];
	FILE *f = fopen(d->talk, "re");

	memset(stats, 0, sizeof(*stats));
	while (f && fgets(line, sizeof(line), f)) {
		if (!strstr(line, "produced="))
			continue;
		line[strcspn(line, "\n")] = '\0';
		memcpy(stats->line, line, sizeof(line));
		stats->known = true;
		stats->produced = value_of(line, "produced=");
		stats->delivered = value_of(line, "delivered=");
		stats->lost_ring = value_of(line, "lost_ring=");
	}
	if (f)
		fclose(f);
}

static int wait_end(pid_t pid, int *status)
{
	struct timespec moment = {.tv_nsec = 2000000};

	for (int i = 0; i < STOP_MS / 2; i++) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return 0;
		nanosleep(&moment, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, status, 0);
	return -ETIMEDOUT;
}

int detector_stop(struct detector *d, struct detector_stats *stats)
{
	int err = 0, status = 0;

	if (d->empty)
		empty_bpf__destroy(d->empty);
	if (ready_fd >= 0)
		close(ready_fd);
	ready_fd = -1;
	if (d->pid > 0) {
		kill(d->pid, SIGTERM);
		/* Its last lines must not find a full pipe that nobody reads. */
		if (d->out >= 0)
			close(d->out);
		err = wait_end(d->pid, &status);
		if (err)
			bench_say("rootwatch did not end within %d s of SIGTERM", STOP_MS / 1000);
		else if (WIFSIGNALED(status))
			bench_say("rootwatch was killed by signal %d", WTERMSIG(status));
		/* In a pipe that was closed in its face it may well say that it failed. */
		else if (WEXITSTATUS(status) && d->out < 0)
			bench_say("rootwatch ended with exit code %d", WEXITSTATUS(status));
		if (stats)
			read_stats(d, stats);
		unlink(d->lines);
		unlink(d->talk);
	}
	memset(d, 0, sizeof(*d));
	d->out = -1;
	return err;
}

int detector_settle(const struct detector *d, unsigned int ms, uint64_t *grown)
{
	uint64_t last = bench_now(CLOCK_REALTIME);
	off_t size = -1;

	if (d->kind != VARIANT_ROOTWATCH || d->out >= 0)
		return 0;
	while (bench_now(CLOCK_REALTIME) - last < (uint64_t)ms * 1000000) {
		struct stat st;

		if (!stat(d->lines, &st) && st.st_size != size) {
			size = st.st_size;
			last = bench_now(CLOCK_REALTIME);
		}
		if (bench_nap(2))
			return -EINTR;
	}
	if (grown)
		*grown = last;
	return 0;
}
