/* SPDX-License-Identifier: Apache-2.0 */
/* The live source: the BPF programs of this build, loaded into the running kernel. */
#include "source/source.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/procfs.h"
#include "source/counters.h"
#include "source/hooks.h"
#include "source/knobs.h"
#include "source/moves.h"
#include "source/object.h"
#include "source/poller.h"
#include "source/programs.h"
#include "source/ring.h"
#include "source/shares.h"
#include "source/swap.h"
#include "wire.h"

#include "rootwatch.skel.h"

struct source {
	struct btf *kernel; /* its types, until the programs are loaded */
	struct rootwatch_bpf *skel;
	struct poller poller;
	struct swap swap;
	struct shares shares;
	struct hooks hooks;
	bool all;
	uint64_t delivered;
	source_fn fn;
	void *arg;
};

__attribute__((format(printf, 2, 0))) static int libbpf_quiet(enum libbpf_print_level level,
							      const char *format, va_list args)
{
	if (level == LIBBPF_WARN && getenv("ROOTWATCH_LIBBPF"))
		return vfprintf(stderr, format, args);
	return 0;
}

static int record_in(void *ctx, const void *data, size_t size)
{
	struct source *s = ctx;

	s->delivered++;
	shares_taken(&s->shares, data, size);
	return s->fn(s->arg, data, size);
}

/* Not the kernel lacks something, but this process. */
static bool is_want(int err)
{
	return err == -ENOMEM || err == -EMFILE || err == -ENFILE;
}

/* Whatever the verifier or the relocation says: this kernel cannot. */
static int load_error(int err)
{
	return err && err != -EPERM && !is_want(err) ? -ENOTSUP : err;
}

static void say_load(char why[static SOURCE_WHY_MAX], int err)
{
	const char *text = strerror(-err);

	if (is_want(err))
		(void)snprintf(why, SOURCE_WHY_MAX, "cannot load the BPF programs: %s", text);
	else if (err == -EPERM)
		(void)snprintf(
			why, SOURCE_WHY_MAX,
			"the BPF programs may not be loaded: %s. That takes CAP_SYS_ADMIN, or CAP_BPF with "
			"CAP_PERFMON (a container: docker run --privileged), and neither a seccomp filter "
			"nor the kernel's lockdown in the way",
			text);
	else
		(void)snprintf(
			why, SOURCE_WHY_MAX,
			"the kernel refuses the BPF programs: %s (ROOTWATCH_LIBBPF=1 shows its "
			"reasons)",
			text);
}

/* Some 150 are open with all hooks, twice as many programs while they are loaded. */
#define FILES_MIN 1024

/* A shell's or a unit's limit may be lower; who may not raise it is told when it is not enough. */
static void raise_files_limit(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) || l.rlim_cur >= FILES_MIN)
		return;
	l.rlim_cur = FILES_MIN;
	if (l.rlim_max < FILES_MIN)
		l.rlim_max = FILES_MIN;
	(void)setrlimit(RLIMIT_NOFILE, &l);
}

/* Tells the kernel side about the tasks that run already. A miss only costs a "from" uid. */
static int seed(struct source *s)
{
	struct bpf_link *link = bpf_program__attach_iter(s->skel->progs.rootwatch_seed, NULL);
	char buf[64];
	int fd;

	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd >= 0) {
		while (read(fd, buf, sizeof(buf)) > 0)
			;
		close(fd);
	}
	bpf_link__destroy(link);
	return fd < 0 ? fd : 0;
}

/* Unix sockets are sent to where all calls are looked at anyway, unless a hook sees that. */
static bool sends_are_seen(const struct hooks *h, uint32_t call)
{
	return call >= WIRE_CALL_SENDTO && call <= WIRE_CALL_SENDMMSG && !h->choice.datagrams &&
	       !h->choice.probes;
}

/*
 * Those to be seen at the end of a call: all, or those that the filter wants and those that are
 * told without being asked for; opens only if nothing else sees them.
 */
static struct wire_calls wanted_calls(const struct source *s, const struct filter *f)
{
	struct wire_calls wanted = {{0}};

	for (uint32_t call = WIRE_CALL_NONE + 1; call < WIRE_CALL_END; call++) {
		bool asked = s->all || wire_call_always(call) || sends_are_seen(&s->hooks, call) ||
			     wire_calls_has(&f->calls, call);

		/* (Of opens by a handle, what was denied is seen at the call's end only.) */
		if (asked && (!wire_call_is_open(call) || call == WIRE_CALL_OPEN_BY_HANDLE_AT ||
			      s->hooks.choice.open == WIRE_TIER_TRACEPOINT))
			wire_calls_add(&wanted, call);
	}
	return wanted;
}

/* types: to be closed after the load; -1: none. */
static int open_object(struct source *s, int *types)
{
	int err;

	if (!s->kernel)
		s->kernel = btf__load_vmlinux_btf(); /* NULL: slower */
	err = programs_prepare();
	if (!err) {
		s->skel = object_open(s->kernel, types);
		if (!s->skel)
			err = errno ? -errno : -EINVAL;
	}
	btf__free(s->kernel);
	s->kernel = NULL;
	return err;
}

static int load(struct source *s, const struct source_options *o, char *why)
{
	struct wire_calls calls = wanted_calls(s, o->filter);
	uint32_t number;
	int types = -1, err;

	err = open_object(s, &types);
	if (err) {
		snprintf(why, SOURCE_WHY_MAX, "cannot open the BPF object: %s", strerror(-err));
		return err;
	}
	knobs_set(s->skel, o);
	hooks_prepare(&s->hooks, s->skel);
	err = bpf_map__set_max_entries(s->skel->maps.ring, o->ring_bytes);
	if (!err)
		err = load_error(
			programs_load(s->skel->skeleton, s->hooks.turns.copies, s->hooks.turns.n));
	if (types >= 0)
		close(types);
	if (err) {
		say_load(why, err);
		return err;
	}
	shares_begin(&s->shares, s->skel, o->ring_bytes);
	err = swap_filter(&s->swap, s->skel, o->filter, &calls, &number);
	if (err)
		snprintf(why, SOURCE_WHY_MAX, "the kernel refuses the rules' filter: %s",
			 strerror(-err));
	return err;
}

static int start(struct source *s, const struct source_options *o, char *why)
{
	struct wire_calls calls = wanted_calls(s, o->filter);
	int err = load(s, o, why);

	if (!err)
		err = poller_open(&s->poller, bpf_map__fd(s->skel->maps.ring), o->ring_bytes,
				  o->wake_fd, &s->skel->data->reader_state);
	if (!err)
		err = load_error(hooks_attach(&s->hooks, &calls, why));
	if (!err)
		err = seed(s);
	return err;
}

/* What start() made. */
static void unload(struct source *s)
{
	hooks_detach(&s->hooks);
	poller_close(&s->poller);
	rootwatch_bpf__destroy(s->skel);
	s->skel = NULL;
	swap_free(&s->swap);
	memset(&s->swap, 0, sizeof(s->swap));
}

/* What cannot be told from what the kernel lacks when it is asked to load programs. */
static int look_around(char why[static SOURCE_WHY_MAX])
{
	const char *lacks = NULL;

	if (procfs_view("/proc") == PROCFS_NONE)
		lacks = SOURCE_WHY_NO_PROC;
	else if (access("/sys/kernel", X_OK))
		lacks = SOURCE_WHY_NO_SYS;
	else if (access("/sys/kernel/btf/vmlinux", R_OK))
		lacks = "this kernel has no BTF (/sys/kernel/btf/vmlinux): rootwatch needs 5.10 or "
			"later, built with CONFIG_DEBUG_INFO_BTF";
	if (!lacks)
		return 0;
	(void)snprintf(why, SOURCE_WHY_MAX, "%s", lacks);
	return -ENOTSUP;
}

int source_open(struct source **out, const struct source_options *opts,
		char why[static SOURCE_WHY_MAX])
{
	struct source_options o = *opts;
	struct source *s;
	int err;

	why[0] = '\0';
	if (o.ring_bytes == 0)
		o.ring_bytes = SOURCE_RING_DEFAULT;
	libbpf_set_print(libbpf_quiet);
	err = look_around(why);
	if (err)
		return err;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	raise_files_limit();
	s->poller = (struct poller)POLLER_INIT;
	s->all = o.all;
	s->kernel = btf__load_vmlinux_btf();
	err = s->kernel ? hooks_choose(&s->hooks, o.tier, s->kernel, why) : -errno;
	if (!err)
		err = start(s, &o, why);
	while (err && !is_want(err) && o.tier == SOURCE_TIER_AUTO && hooks_degrade(&s->hooks)) {
		unload(s);
		err = start(s, &o, why);
	}
	if (err) {
		if (!why[0])
			snprintf(why, SOURCE_WHY_MAX, "cannot start watching: %s", strerror(-err));
		source_close(s);
		return err;
	}
	why[0] = '\0';
	*out = s;
	return 0;
}

int source_poll(struct source *s, int timeout_ms, source_fn fn, void *arg)
{
	s->fn = fn;
	s->arg = arg;
	return poller_poll(&s->poller, timeout_ms, record_in, s);
}

void source_stop(struct source *s)
{
	hooks_detach(&s->hooks);
}

bool source_prove_moves(struct source *s)
{
	moves_make();
	return __atomic_load_n(&s->skel->bss->gate_moves, __ATOMIC_SEQ_CST) > 0;
}

uint32_t source_prove_urings(struct source *s, bool on)
{
	__atomic_store_n(&s->skel->bss->uring_proof, on, __ATOMIC_SEQ_CST);
	return knobs_proven(s->skel->bss->uring_proven);
}

uint32_t source_prove_acts(struct source *s, bool on)
{
	__atomic_store_n(&s->skel->bss->acts_proof, on, __ATOMIC_SEQ_CST);
	return knobs_proven(s->skel->bss->acts_proven);
}

bool source_acts(const struct source *s)
{
	return s->hooks.choice.acts;
}

int source_filter(struct source *s, const struct filter *f, uint32_t *number, source_fn fn,
		  void *arg)
{
	struct wire_calls calls = wanted_calls(s, f);
	int err;

	swap_wait();
	s->fn = fn;
	s->arg = arg;
	err = ring_catch_up(s->poller.ring, record_in, s);
	if (!err)
		err = hooks_follow(&s->hooks, &calls);
	if (err)
		return err;
	return swap_filter(&s->swap, s->skel, f, &calls, number);
}

uint32_t source_filter_number(const struct source *s)
{
	return s->swap.active;
}

int source_host_devices(struct source *s, const uint32_t *devs, size_t n)
{
	int map = bpf_map__fd(s->skel->maps.host_devices);
	const uint8_t yes = 1;
	int err = 0;
	bool fresh = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (bpf_map_update_elem(map, &devs[i], &yes, BPF_NOEXIST) == 0)
			fresh = true;
		else if (errno != EEXIST)
			err = -errno;
	}
	if (fresh)
		swap_forget(&s->swap, s->skel);
	return err;
}

int source_stats(const struct source *s, struct source_stats *st)
{
	int err = counters_read(bpf_map__fd(s->skel->maps.counters), st);

	if (err)
		return err;
	st->delivered = s->delivered;
	st->lost_recursion = hooks_missed(&s->hooks);
	return 0;
}

bool source_loss(struct source *s, uint64_t max, struct source_loss *loss)
{
	return shares_loss(&s->shares, max, loss);
}

const struct source_hook *source_hooks(const struct source *s, size_t *n)
{
	*n = s->hooks.n;
	return s->hooks.list;
}

int source_cgroup_path(const struct source *s, uint64_t cgroup, uint32_t hier, char *path,
		       size_t size)
{
	const struct wire_cgroup_key key = {cgroup, hier};
	struct wire_cgroup_name value;

	if (bpf_map_lookup_elem(bpf_map__fd(s->skel->maps.cgroup_names), &key, &value))
		return -ENOENT;
	if (value.len > sizeof(value.path) || value.len > size)
		return -ENOENT;
	memcpy(path, value.path, value.len);
	return (int)value.len;
}

uint32_t source_tier(const struct source *s)
{
	return s->hooks.choice.open;
}

bool source_refused(const struct source *s)
{
	return s->hooks.choice.refused || s->hooks.choice.open == WIRE_TIER_TRACEPOINT;
}

int source_urings(const struct source *s)
{
	if (s->hooks.choice.urings)
		return 0;
	return s->hooks.probe.have.urings ? s->hooks.probe.have.urings : -EPERM;
}

bool source_slows_calls(const struct source *s)
{
	return s->hooks.choice.open == WIRE_TIER_TRACEPOINT || !s->hooks.choice.probes;
}

const char *source_why_tier(const struct source *s)
{
	return s->hooks.why;
}

void source_close(struct source *s)
{
	if (!s)
		return;
	unload(s);
	hooks_free(&s->hooks);
	btf__free(s->kernel);
	free(s);
}
