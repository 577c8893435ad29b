/* SPDX-License-Identifier: Apache-2.0 */
#include "source/programs.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire.h"

#define PROGRAMS_MAX 80
/* More would hardly help: on the tier tracepoint one program takes most of the time by itself. */
#define THREADS_MAX 4

/* What libbpf was about to load. It may let go of what opts points to: copies, of one allocation. */
struct job {
	const struct bpf_program *prog;
	struct bpf_prog_load_opts opts;
	struct bpf_insn *insns;
	size_t insns_n;
	bool loaded;		    /* by libbpf: it is here to be copied */
	struct programs_copy *copy; /* it is one; NULL: it is not */
	int fd;			    /* or -errno */
};

/* libbpf's callbacks have no place for it but a number for each section: one load at a time. */
static struct {
	bool on;
	bool beside; /* off: by libbpf itself, one after the other */
	struct programs_copy *copies;
	size_t copies_n;
	struct job jobs[PROGRAMS_MAX];
	size_t n;
	atomic_size_t next;
} loading;

/* What libbpf loads in the place of one that is loaded beside it, and that gives it a descriptor. */
static const struct bpf_insn nothing[] = {
	{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
	{.code = BPF_JMP | BPF_EXIT},
};
#define NOTHING_N (sizeof(nothing) / sizeof(nothing[0]))

static int job_copy(struct job *j, const struct bpf_program *prog, const struct bpf_insn *from,
		    size_t n, const struct bpf_prog_load_opts *o)
{
	size_t insns = n * sizeof(*from);
	size_t funcs = (size_t)o->func_info_cnt * o->func_info_rec_size;
	size_t lines = (size_t)o->line_info_cnt * o->line_info_rec_size;
	char *all = malloc(insns + funcs + lines);

	if (!all)
		return -ENOMEM;
	*j = (struct job){.prog = prog, .opts = *o, .fd = -ECANCELED};
	j->insns = (struct bpf_insn *)(void *)all;
	j->insns_n = n;
	memcpy(all, from, insns);
	if (funcs > 0)
		j->opts.func_info = memcpy(all + insns, o->func_info, funcs);
	if (lines > 0)
		j->opts.line_info = memcpy(all + insns + funcs, o->line_info, lines);
	return 0;
}

/* The longest first: it decides how long the whole takes. */
static int longer_first(const void *a, const void *b)
{
	size_t x = ((const struct job *)a)->insns_n, y = ((const struct job *)b)->insns_n;

	return x < y ? 1 : x > y ? -1 : 0;
}

static bool is_copied(const struct bpf_program *prog)
{
	for (size_t i = 0; i < loading.copies_n; i++)
		if (strcmp(loading.copies[i].program, bpf_program__name(prog)) == 0)
			return true;
	return false;
}

/* Called by libbpf when it would load a program. */
static int take_over(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	struct job *j = &loading.jobs[loading.n];
	int err;

	(void)cookie;
	if (!loading.on || loading.n == PROGRAMS_MAX || (!loading.beside && !is_copied(prog)))
		return 0;
	err = job_copy(j, prog, bpf_program__insns(prog), bpf_program__insn_cnt(prog), opts);
	if (err)
		return err;
	loading.n++;
	j->loaded = !loading.beside;
	if (j->loaded)
		return 0;
	opts->func_info_cnt = opts->line_info_cnt = 0;
	return bpf_program__set_insns(prog, (struct bpf_insn *)nothing, NOTHING_N);
}

/* As libbpf would by itself: who registers a section has to say how its programs are attached. */
static int attach(const struct bpf_program *prog, long cookie, struct bpf_link **link)
{
	(void)cookie;
	*link = bpf_program__type(prog) == BPF_PROG_TYPE_LSM ? bpf_program__attach_lsm(prog) :
							       bpf_program__attach_trace(prog);
	return *link ? 0 : -errno;
}

/* The sections of the programs that take the verifier long. */
static const struct {
	const char *section;
	enum bpf_prog_type type;
	enum bpf_attach_type attach_type;
	libbpf_prog_attach_fn_t attach; /* NULL: attached by other means */
} sections[] = {
	{"tp_btf+", BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, attach},
	{"fentry+", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, attach},
	{"fexit+", BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, attach},
	{"lsm+", BPF_PROG_TYPE_LSM, BPF_LSM_MAC, attach},
	{"kretprobe.multi+", BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, NULL},
};

int programs_prepare(void)
{
	static bool done; /* as objects refer to what was registered before them */

	if (done)
		return 0;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		struct libbpf_prog_handler_opts o = {.sz = sizeof(o),
						     .prog_prepare_load_fn = take_over,
						     .prog_attach_fn = sections[i].attach};
		int id = libbpf_register_prog_handler(sections[i].section, sections[i].type,
						      sections[i].attach_type, &o);

		if (id < 0)
			return id;
	}
	done = true;
	return 0;
}

static void *work(void *arg)
{
	size_t i;

	(void)arg;
	while ((i = atomic_fetch_add(&loading.next, 1)) < loading.n) {
		struct job *j = &loading.jobs[i];
		int fd;

		if (j->loaded)
			continue;
		fd = bpf_prog_load(bpf_program__type(j->prog), bpf_program__name(j->prog),
				   WIRE_LICENSE, j->insns, j->insns_n, &j->opts);
		j->fd = fd < 0 ? -errno : fd;
	}
	return NULL;
}

/* Threads beside this one; what cannot be started is done by those that can. */
static void work_all(void)
{
	pthread_t threads[THREADS_MAX - 1];
	cpu_set_t cpus;
	int n = 0, most = 1;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0)
		most = CPU_COUNT(&cpus) < THREADS_MAX ? CPU_COUNT(&cpus) : THREADS_MAX;
	while (n < most - 1 && !pthread_create(&threads[n], NULL, work, NULL))
		n++;
	work(NULL);
	while (n > 0)
		pthread_join(threads[--n], NULL);
}

/* Under the descriptor that libbpf has, or as the caller's. */
static int put_in_place(struct job *j)
{
	if (j->loaded)
		return 0;
	if (j->copy) {
		j->copy->fd = j->fd;
		j->fd = -ECANCELED;
		return 0;
	}
	if (j->fd < 0)
		return j->fd;
	return dup3(j->fd, bpf_program__fd(j->prog), O_CLOEXEC) < 0 ? -errno : 0;
}

static const struct job *job_of(const struct programs_copy *c)
{
	for (size_t i = 0; i < loading.n; i++)
		if (!loading.jobs[i].copy &&
		    strcmp(bpf_program__name(loading.jobs[i].prog), c->program) == 0)
			return &loading.jobs[i];
	return NULL;
}

/* What is read of the one map is read of the other. */
static void change_map(struct job *j, int from, int to)
{
	for (size_t i = 0; i < j->insns_n; i++)
		if (j->insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) &&
		    j->insns[i].src_reg == BPF_PSEUDO_MAP_VALUE && j->insns[i].imm == from)
			j->insns[i].imm = to;
}

static void add_copy(struct programs_copy *c)
{
	const struct job *first = job_of(c);
	struct job *j = &loading.jobs[loading.n];

	c->fd = -ENOENT;
	if (!first || loading.n == PROGRAMS_MAX)
		return;
	c->fd = job_copy(j, first->prog, first->insns, first->insns_n, &first->opts);
	if (c->fd)
		return;
	c->fd = -ECANCELED; /* until it is loaded: 0 would be somebody's standard input */
	loading.n++;
	j->copy = c;
	change_map(j, bpf_map__fd(c->from), c->to);
}

static int load_all(void)
{
	int err = 0;

	for (size_t i = 0; i < loading.copies_n; i++)
		add_copy(&loading.copies[i]);
	qsort(loading.jobs, loading.n, sizeof(loading.jobs[0]), longer_first);
	atomic_store(&loading.next, 0);
	work_all();
	for (size_t i = 0; i < loading.n && !err; i++)
		err = put_in_place(&loading.jobs[i]);
	return err;
}

int programs_load(struct bpf_object_skeleton *skeleton, struct programs_copy *copies, size_t n)
{
	int err;

	loading.on = true;
	/* (libbpf tells the verifier's reasons of what it loads itself.) */
	loading.beside = !getenv("ROOTWATCH_LIBBPF");
	loading.copies = copies;
	loading.copies_n = n;
	loading.n = 0;
	err = bpf_object__load_skeleton(skeleton);
	if (!err)
		err = load_all();
	for (size_t i = 0; i < loading.n; i++) {
		if (loading.jobs[i].fd >= 0)
			close(loading.jobs[i].fd);
		free(loading.jobs[i].insns);
	}
	loading.n = 0;
	loading.on = false;
	return err;
}
