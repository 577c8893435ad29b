/* SPDX-License-Identifier: Apache-2.0 */
/* rootwatch run: stream alerts. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/tier.h"
#include "cmd/canary.h"
#include "cmd/cmd.h"
#include "cmd/judges.h"
#include "cmd/options.h"
#include "cmd/pipeline.h"
#include "cmd/run_options.h"
#include "container/host_mounts.h"
#include "output/output.h"
#include "source/source.h"

#define HOSTNAME_MAX 256
#define PROOF_MS     400
/* After the first signal to end: how long a reader may take nothing. */
#define READER_MS 5000
/* After it, for how long what paths led to is still looked up: that is most of the work. */
#define HURRY_MS 1000
/* Between two looks whether somebody reads the FIFO. */
#define FIFO_MS 100

#define HOOKS_TEXT_MAX 1024

static void print_stats(const struct source *s, const struct pipeline *p)
{
	struct source_stats st;
	struct pipeline_stats ps;

	if (source_stats(s, &st))
		return;
	pipeline_stats(p, &ps);
	fprintf(stderr,
		"stats: produced=%" PRIu64 " delivered=%" PRIu64 " lost_ring=%" PRIu64
		" lost_busy=%" PRIu64 " lost_read=%" PRIu64 " lost_recursion=%" PRIu64
		" bytes=%" PRIu64 " unknown_creds=%" PRIu64 " events=%" PRIu64 " lines=%" PRIu64
		" alerts=%" PRIu64 " context=%" PRIu64 " not_container=%" PRIu64
		" filtered=%" PRIu64 " malformed=%" PRIu64 " lost_seen=%" PRIu64 "\n",
		st.produced, st.delivered, st.lost_ring, st.lost_busy, st.lost_read,
		st.lost_recursion, st.bytes, st.unknown_creds, ps.events, ps.lines, ps.alerts,
		ps.context, ps.not_container, ps.filtered, ps.malformed, ps.lost_seen);
}

struct run {
	struct source *source;
	struct pipeline *pipeline;
	struct sink *sink;
	struct host_mounts *host;
	struct canary_proof proof;
	struct judges judges;
	const char *output; /* NULL: stdout */
	int signals;	    /* signalfd */
	unsigned int stops; /* signals to end that came */
	bool reload;
};

static void read_signals(struct run *r)
{
	struct signalfd_siginfo si;

	while (read(r->signals, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGUSR1 && r->pipeline)
			print_stats(r->source, r->pipeline);
		else if (si.ssi_signo == SIGHUP)
			r->reload = true;
		else if (si.ssi_signo != SIGUSR1)
			r->stops++;
	}
}

/* While the reader takes nothing: the first signal ends the waiting soon, the second at once. */
static int reader_patience(void *run)
{
	struct run *r = run;

	read_signals(r);
	if (r->stops == 0)
		return -1;
	return r->stops == 1 ? READER_MS : 0;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int deliver(struct run *r, int timeout_ms)
{
	int n = source_poll(r->source, timeout_ms, pipeline_record, r->pipeline);

	if (n > 0) {
		int err = sink_flush(r->sink);

		if (err)
			return err;
	}
	return n;
}

/* Losses behind the last record that came leave no gap yet: tell them from the counters. */
static int settle(struct run *r)
{
	struct source_stats st;
	int err;

	if (source_stats(r->source, &st))
		return 0;
	err = pipeline_settle(r->pipeline, st.lost_ring + st.lost_busy + st.lost_read);
	return err ? err : sink_flush(r->sink);
}

/* SIGHUP: the rules may have changed, and the file may have been renamed. */
static int begin_anew(struct run *r)
{
	int err = sink_flush(r->sink);

	if (err)
		return err;
	if (r->output) {
		err = sink_reopen(r->sink, r->output);
		if (err)
			fprintf(stderr,
				"rootwatch: %s cannot be opened again, the old file stays in use: %s\n",
				r->output, strerror(-err));
	}
	return judges_reload(&r->judges, r->source, r->pipeline);
}

static int stream(struct run *r, unsigned int duration)
{
	int64_t end = duration ? clock_ms() + duration * 1000ll : 0;
	bool settled = true;
	int n = 0;

	while (r->stops == 0 && n >= 0) {
		int64_t left = end ? end - clock_ms() : -1;

		if (end && left <= 0)
			break;
		n = deliver(r, (int)left);
		if (n == 0 && !settled) /* quiet for the first time since */
			n = settle(r);
		settled = n == 0;
		read_signals(r);
		if (r->reload && n >= 0) {
			int err = begin_anew(r);

			n = err ? err : n;
		}
		r->reload = false;
	}
	/* No more of them, then all that there are. */
	source_stop(r->source);
	pipeline_hurry(r->pipeline, HURRY_MS);
	while (n >= 0) {
		n = deliver(r, 0);
		if (n == 0)
			break;
	}
	if (n == 0)
		n = settle(r);
	return n < 0 ? n : 0;
}

static void say_ready(int fd)
{
	if (fd < 0)
		return;
	if (write(fd, "\n", 1) != 1)
		fprintf(stderr, "rootwatch: cannot write to --ready-fd %d: %s\n", fd,
			strerror(errno));
	close(fd);
}

static int source_exit_code(int err)
{
	if (err == -ENOTSUP)
		return EXIT_CODE_KERNEL;
	return err == -EPERM || err == -EACCES ? EXIT_CODE_PRIVILEGE : EXIT_CODE_ERROR;
}

/* Attached is not yet working: an act of our own must come back. What does not is said. */
static void prove(struct run *r)
{
	const struct source_hook *hooks;
	char why[CANARY_WHY_MAX];
	size_t n, i;
	int err;

	err = canary_prove(r->source, PROOF_MS, pipeline_record, r->pipeline, &r->proof, why);
	if (err) {
		fprintf(stderr, "rootwatch: hooks are attached but not proven: %s\n", why);
		return;
	}
	hooks = source_hooks(r->source, &n);
	for (i = 0; i < n; i++)
		if (canary_tries(&r->proof, &hooks[i]) && !canary_proves(&r->proof, &hooks[i]))
			fprintf(stderr,
				"rootwatch: %s is attached, but an act of our own did not come back "
				"through it; `rootwatch check` says more\n",
				hooks[i].hook);
}

/* Says through what it watches, first of all. */
static int announce(struct run *r)
{
	char hooks[HOOKS_TEXT_MAX] = "";
	const struct source_hook *list;
	size_t n, used = 0;
	int err;

	list = source_hooks(r->source, &n);
	for (size_t i = 0; i < n; i++) {
		int len = list[i].error ? 0 :
					  snprintf(hooks + used, sizeof(hooks) - used, "%s%s",
						   used ? "," : "", list[i].hook);

		if (len > 0 && used + (size_t)len < sizeof(hooks))
			used += (size_t)len;
	}
	err = pipeline_start(r->pipeline, tier_name(source_tier(r->source)), hooks);
	return err ? err : sink_flush(r->sink);
}

#define HOST_DEVICES_MAX 1024

/* The host's mounts, for what a container reaches of them. Without them a little less is told. */
static void open_host(struct run *r)
{
	uint32_t devs[HOST_DEVICES_MAX];
	int err = host_mounts_new(&r->host, "/proc/1/mountinfo");

	if (err)
		err = host_mounts_new(&r->host, "/proc/self/mountinfo");
	if (err) {
		fprintf(stderr, "rootwatch: the host's mounts cannot be read: %s\n",
			strerror(-err));
		return;
	}
	source_host_devices(r->source, devs, host_mounts_devices(r->host, devs, HOST_DEVICES_MAX));
}

/* Standard error may be the same full pipe. */
static bool stderr_takes(void)
{
	struct pollfd pfd = {.fd = STDERR_FILENO, .events = POLLOUT};

	return poll(&pfd, 1, 0) == 1;
}

static void say_given_up(const struct run *r)
{
	struct source_stats st;
	uint64_t left = 0;

	if (!source_stats(r->source, &st))
		left = st.produced - st.delivered - st.lost_ring - st.lost_busy - st.lost_read;
	if (stderr_takes())
		fprintf(stderr,
			"rootwatch: the output was not taken: %zu lines are lost, and %" PRIu64
			" records that were to be looked at\n",
			sink_pending(r->sink), left);
}

static bool is_fifo(const char *path)
{
	struct stat st;

	return path && lstat(path, &st) == 0 && S_ISFIFO(st.st_mode);
}

/* Of a FIFO a reader is waited for, or a signal to end: then the sink stays NULL. */
static int open_sink(struct run *r)
{
	struct pollfd pfd = {.fd = r->signals, .events = POLLIN};
	int err = sink_open(&r->sink, r->output);

	if (err == -ENXIO && is_fifo(r->output))
		fprintf(stderr, "rootwatch: waiting for a reader of %s\n", r->output);
	while (err == -ENXIO && is_fifo(r->output)) {
		(void)poll(&pfd, 1, FIFO_MS);
		read_signals(r);
		if (r->stops > 0)
			return 0;
		err = sink_open(&r->sink, r->output);
	}
	return err;
}

static bool loss_of(void *source, uint64_t max, struct source_loss *loss)
{
	return source_loss(source, max, loss);
}

static int run_with(struct run *r, const struct run_options *o)
{
	char host[HOSTNAME_MAX] = "", why[SOURCE_WHY_MAX];
	struct pipeline_options po = {.json = o->json, .all = o->all, .container = o->container};
	struct source_options so = {
		.all = o->all, .blocked = o->blocked, .tier = o->tier, .wake_fd = r->signals};
	int err;

	gethostname(host, sizeof(host) - 1);
	po.hostname = host;
	po.hidden_pid_ns = &r->proof.pid_ns;
	po.color = !o->output && options_color(STDOUT_FILENO);
	so.ring_bytes = o->ring_mib << 20;
	if (judges_load(&r->judges, &o->rules))
		return EXIT_CODE_USAGE;
	so.filter = judges_filter(&r->judges);

	r->output = o->output;
	err = open_sink(r);
	if (err) {
		fprintf(stderr, "rootwatch: cannot write to %s: %s\n",
			o->output ? o->output : "stdout", strerror(-err));
		return EXIT_CODE_ERROR;
	}
	if (!r->sink)
		return EXIT_CODE_OK;
	sink_patience(r->sink, r->signals, reader_patience, r);
	err = source_open(&r->source, &so, why);
	if (err) {
		fprintf(stderr, "rootwatch: %s\n", why);
		return source_exit_code(err);
	}
	open_host(r);
	po.host = r->host;
	po.loss = loss_of;
	po.loss_arg = r->source;
	err = pipeline_new(&r->pipeline, &po, r->source, r->sink);
	if (err) {
		fprintf(stderr, "rootwatch: %s\n", strerror(-err));
		return EXIT_CODE_ERROR;
	}
	judges_begin(&r->judges, r->source, r->pipeline);
	err = announce(r);
	prove(r);
	/* Who read has left meanwhile? */
	if (!err)
		err = sink_flush(r->sink);
	fprintf(stderr,
		"rootwatch: watching what root does in containers (opens by %s); Ctrl-C ends it\n",
		tier_name(source_tier(r->source)));
	memory_trim();
	say_ready(o->ready_fd);
	if (!err)
		err = stream(r, o->duration);
	if (o->stats && (err != -ECANCELED || stderr_takes()))
		print_stats(r->source, r->pipeline);
	if (err == -ECANCELED) {
		say_given_up(r);
		return EXIT_CODE_ERROR;
	}
	/* A reader that has seen enough (head, a closed pager) is no error. */
	if (err && err != -EPIPE) {
		fprintf(stderr, "rootwatch: cannot go on writing to %s: %s\n",
			o->output ? o->output : "stdout", strerror(-err));
		return EXIT_CODE_ERROR;
	}
	return EXIT_CODE_OK;
}

/* What does not depend on the options. */
static int prepare(struct run *r)
{
	if (geteuid() != 0) {
		fprintf(stderr, "rootwatch: run needs root (it loads BPF programs): use sudo\n");
		return EXIT_CODE_PRIVILEGE;
	}
	r->signals = open_signals();
	if (r->signals < 0) {
		fprintf(stderr, "rootwatch: signals: %s\n", strerror(-r->signals));
		return EXIT_CODE_ERROR;
	}
	return EXIT_CODE_OK;
}

int cmd_run(int argc, char **argv)
{
	struct run_options o = RUN_OPTIONS_INIT;
	struct run r = {.signals = -1, .proof.pid_ns_fd = -1};
	int code, err = 0;

	options_parse("rootwatch run", &run_options_argp, argc, argv, &o);
	if (!o.json && !o.text) {
		o.text = !o.output && isatty(STDOUT_FILENO);
		o.json = !o.text;
	}
	code = prepare(&r);
	if (code == EXIT_CODE_OK)
		code = run_with(&r, &o);
	canary_release(&r.proof);
	pipeline_free(r.pipeline);
	judges_free(&r.judges);
	rule_options_free(&o.rules);
	host_mounts_free(r.host);
	source_close(r.source);
	if (r.sink)
		err = sink_close(r.sink);
	if (err && err != -EPIPE && code == EXIT_CODE_OK) {
		fprintf(stderr, "rootwatch: last lines could not be written: %s\n", strerror(-err));
		code = EXIT_CODE_ERROR;
	}
	if (r.signals >= 0)
		close(r.signals);
	return code;
}
