/* SPDX-License-Identifier: Apache-2.0 */
/* rootwatch run: stream alerts. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/procfs.h"
#include "base/tier.h"
#include "cmd/canary.h"
#include "cmd/cmd.h"
#include "cmd/judges.h"
#include "cmd/options.h"
#include "cmd/pipeline.h"
#include "cmd/print.h"
#include "cmd/run_options.h"
#include "cmd/stream.h"
#include "container/container.h"
#include "container/host_mounts.h"
#include "output/output.h"
#include "source/source.h"

#define HOSTNAME_MAX 256
#define PROOF_MS     400

struct run {
	struct stream stream;
	struct host_mounts *host;
	struct canary_proof proof;
};

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

	err = canary_prove(r->stream.source, PROOF_MS, pipeline_record, r->stream.pipeline,
			   &r->proof, why);
	if (err) {
		fprintf(stderr, "rootwatch: hooks are attached but not proven: %s\n", why);
		return;
	}
	hooks = source_hooks(r->stream.source, &n);
	for (i = 0; i < n; i++)
		if (canary_tries(&r->proof, &hooks[i]) && !canary_proves(&r->proof, &hooks[i]))
			fprintf(stderr,
				"rootwatch: %s is attached, but an act of our own did not come back "
				"through it; `rootwatch check` says more\n",
				hooks[i].hook);
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
	source_host_devices(r->stream.source, devs,
			    host_mounts_devices(r->host, devs, HOST_DEVICES_MAX));
}

/* The output ended before the events did: why, and how much of them that costs. */
static void say_given_up(const struct run *r, const char *why)
{
	struct source_stats st;
	size_t lines = sink_pending(r->stream.sink);
	uint64_t left = 0;

	if (!source_stats(r->stream.source, &st))
		left = st.produced - st.delivered - source_lost(&st);
	if (stream_may_talk())
		fprintf(stderr,
			"rootwatch: %s; lost: %zu line%s, and %" PRIu64
			" record%s not yet looked at\n",
			why, lines, PRINT_S(lines), left, PRINT_S(left));
}

/* What is typed wrong is as silent as a container that does nothing. */
static void say_chosen(const struct run *r, const char *container)
{
	struct pipeline_stats st;

	pipeline_stats(r->stream.pipeline, &st);
	if (st.events == 0)
		fprintf(stderr,
			"rootwatch: no event came of a container with the name or id %s, %" PRIu64
			" of others\n",
			container, st.filtered);
}

static bool loss_of(void *source, uint64_t max, struct source_loss *loss)
{
	return source_loss(source, max, loss);
}

static bool lost_of(void *source, uint64_t *lost)
{
	struct source_stats st;

	if (source_stats(source, &st))
		return false;
	*lost = source_lost(&st);
	return true;
}

static int run_with(struct run *r, const struct run_options *o)
{
	char host[HOSTNAME_MAX] = "", why[SOURCE_WHY_MAX];
	struct pipeline_options po = {.json = o->json, .all = o->all, .container = o->container};
	struct source_options so = {.all = o->all, .blocked = o->blocked, .tier = o->tier};
	int err;

	gethostname(host, sizeof(host) - 1);
	po.hostname = host;
	po.hidden_pid_ns = &r->proof.pid_ns;
	po.color = !o->output && options_color(STDOUT_FILENO);
	so.ring_bytes = o->ring_mib << 20;
	if (judges_load(&r->stream.judges, &o->rules))
		return EXIT_CODE_USAGE;
	so.filter = judges_filter(&r->stream.judges);

	r->stream.output = o->output;
	err = stream_open(&r->stream);
	if (err) {
		fprintf(stderr, "rootwatch: cannot write to %s: %s\n",
			o->output ? o->output : "stdout", sink_error(err));
		return EXIT_CODE_ERROR;
	}
	if (!r->stream.sink)
		return EXIT_CODE_OK;
	so.wake_fd = r->stream.wake;
	err = source_open(&r->stream.source, &so, why);
	if (err) {
		fprintf(stderr, "rootwatch: %s\n", why);
		return source_exit_code(err);
	}
	if (procfs_view("/proc") == PROCFS_NESTED)
		fprintf(stderr, "rootwatch: %s\n", CMD_NESTED);
	open_host(r);
	po.host = r->host;
	po.lost = lost_of;
	po.loss = loss_of;
	po.loss_arg = r->stream.source;
	err = pipeline_new(&r->stream.pipeline, &po, r->stream.source, r->stream.sink);
	if (err) {
		fprintf(stderr, "rootwatch: %s\n", strerror(-err));
		return EXIT_CODE_ERROR;
	}
	judges_begin(&r->stream.judges, r->stream.source, r->stream.pipeline);
	r->stream.text = o->text;
	r->stream.stats = o->stats;
	r->stream.stats_every = o->stats_every;
	r->stream.began = clock_ms();
	err = stream_announce(&r->stream);
	prove(r);
	/* Who read has left meanwhile? */
	if (!err)
		err = sink_flush(r->stream.sink);
	fprintf(stderr,
		"rootwatch: watching what root does in containers (opens by %s); Ctrl-C ends it\n",
		tier_name(source_tier(r->stream.source)));
	memory_trim();
	say_ready(o->ready_fd);
	if (!err)
		err = stream_run(&r->stream, o->duration);
	if (o->container && !err)
		say_chosen(r, o->container);
	if (o->stats && (err != -ECANCELED || stream_may_talk()))
		stream_stats(&r->stream);
	/* A reader that has seen enough (head, a closed pager) is no error. */
	if (!err || err == -EPIPE)
		return EXIT_CODE_OK;
	if (err == -ECANCELED)
		snprintf(why, sizeof(why), "the output was not taken");
	else
		snprintf(why, sizeof(why), "cannot go on writing to %s: %s",
			 o->output ? o->output : "stdout", strerror(-err));
	say_given_up(r, why);
	return EXIT_CODE_ERROR;
}

/* What does not depend on the options. */
static int prepare(struct run *r)
{
	int err;

	if (geteuid() != 0) {
		fprintf(stderr, "rootwatch: run needs root (it loads BPF programs): use sudo\n");
		return EXIT_CODE_PRIVILEGE;
	}
	err = stream_signals(&r->stream);
	if (err) {
		fprintf(stderr, "rootwatch: signals: %s\n", strerror(-err));
		return EXIT_CODE_ERROR;
	}
	return EXIT_CODE_OK;
}

int cmd_run(int argc, char **argv)
{
	struct run_options o = RUN_OPTIONS_INIT;
	struct run r = {.stream.signals = -1, .stream.wake = -1, .proof.pid_ns_fd = -1};
	int code, err = 0;

	options_parse("rootwatch run", &run_options_argp, argc, argv, &o);
	if (!o.json && !o.text) {
		o.text = !o.output && isatty(STDOUT_FILENO);
		o.json = !o.text;
	}
	if (o.container && container_prefix_short(o.container))
		fprintf(stderr,
			"rootwatch: --container %s is taken for a name or a whole id: the beginning "
			"of an id takes %d digits\n",
			o.container, CONTAINER_PREFIX_MIN);
	code = prepare(&r);
	if (code == EXIT_CODE_OK)
		code = run_with(&r, &o);
	canary_release(&r.proof);
	pipeline_free(r.stream.pipeline);
	judges_free(&r.stream.judges);
	rule_options_free(&o.rules);
	host_mounts_free(r.host);
	source_close(r.stream.source);
	if (r.stream.sink)
		err = sink_close(r.stream.sink);
	if (err && err != -EPIPE && code == EXIT_CODE_OK) {
		fprintf(stderr, "rootwatch: last lines could not be written: %s\n", strerror(-err));
		code = EXIT_CODE_ERROR;
	}
	stream_close(&r.stream);
	return code;
}
