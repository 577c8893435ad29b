/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/pipeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/clock.h"
#include "base/helpers.h"
#include "cmd/memo.h"
#include "cmd/walltime.h"
#include "container/container.h"
#include "container/host_paths.h"
#include "container/resolver.h"
#include "event/event.h"
#include "process/pipes.h"
#include "process/process.h"
#include "rules/engine/engine.h"
#include "rules/program.h"

/* The container's and process' caches: enough for a large node, small in memory. */
#define CONTAINERS_MAX 1024
#define PROCESSES_MAX  16384
#define CPUS_MAX       1024

/* Ids of rules that outlive their rules: a process is reported by one long after. */
struct name {
	struct name *next;
	char id[];
};

struct pipeline {
	struct pipeline_options o;
	struct output_options out;
	const struct source *source;
	struct sink *sink;
	struct container_cache *containers;
	struct process_table *processes;
	struct pipes *pipes;
	struct resolver *resolver;
	struct helpers *helpers;
	struct engine *engines[2]; /* by event.set */
	bool timed[2];		   /* its verdicts change with the time */
	struct memo memo;
	struct name *reported;
	struct pipeline_stats st;
	uint64_t num;
	uint64_t self_ino;  /* of this program's file; 0: unknown */
	uint32_t self_dev;  /* as the kernel encodes it */
	uint64_t *last_seq; /* by CPU */
	uint64_t gaps;	    /* records missing between those that came */
	struct walltime walltime;
	char scratch[EVENT_SCRATCH];
	struct host_paths host_paths;
	char line[OUTPUT_LINE_MAX];
};

static const char *name_kept(struct name **first, const char *id)
{
	size_t size = strlen(id) + 1;
	struct name *n;

	for (n = *first; n; n = n->next)
		if (strcmp(n->id, id) == 0)
			return n->id;
	n = malloc(sizeof(*n) + size);
	if (!n)
		return NULL;
	memcpy(n->id, id, size);
	n->next = *first;
	*first = n;
	return n->id;
}

static void self_find(struct pipeline *p)
{
	struct stat st;

	if (stat("/proc/self/exe", &st))
		return;
	p->self_ino = st.st_ino;
	p->self_dev = major(st.st_dev) << 20 | minor(st.st_dev);
}

int pipeline_new(struct pipeline **out, const struct pipeline_options *o,
		 const struct source *source, struct sink *sink)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	int err = -ENOMEM;

	if (!p)
		return -ENOMEM;
	p->o = *o;
	p->out = (struct output_options){.hostname = o->hostname, .color = o->color};
	p->source = source;
	p->sink = sink;
	memo_forget(&p->memo);
	self_find(p);
	p->last_seq = calloc(CPUS_MAX, sizeof(*p->last_seq));
	if (p->last_seq)
		err = container_cache_new(&p->containers, container_host_root("/proc"),
					  CONTAINERS_MAX);
	if (!err)
		err = helpers_new(&p->helpers);
	if (!err)
		err = process_table_new(&p->processes, PROCESSES_MAX, p->helpers);
	if (!err)
		err = pipes_new(&p->pipes);
	if (!err)
		err = resolver_new(&p->resolver, "/proc", o->host, p->helpers);
	if (err) {
		pipeline_free(p);
		return err;
	}
	*out = p;
	return 0;
}

void pipeline_free(struct pipeline *p)
{
	if (!p)
		return;
	if (p->containers)
		container_cache_free(p->containers);
	if (p->processes)
		process_table_free(p->processes);
	pipes_free(p->pipes);
	resolver_free(p->resolver);
	helpers_free(p->helpers);
	while (p->reported) {
		struct name *next = p->reported->next;

		free(p->reported);
		p->reported = next;
	}
	free(p->last_seq);
	free(p);
}

void pipeline_rules(struct pipeline *p, uint32_t set, struct engine *engine)
{
	struct engine_stats st;

	engine_stats(engine, &st);
	p->engines[set & 1] = engine;
	p->timed[set & 1] = st.timed;
	memo_forget(&p->memo);
}

static int write_line(struct pipeline *p, size_t len)
{
	p->st.lines++;
	return sink_write(p->sink, p->line, len);
}

static int tell_lost_of(struct pipeline *p, uint64_t lost, uint64_t time, const struct container *c)
{
	size_t len;

	p->st.lost_seen += lost;
	len = (p->o.json ? output_lost_json : output_lost_text)(p->line, lost, p->st.lost_seen,
								time, c, &p->out);
	return write_line(p, len);
}

static void know_cgroup(struct pipeline *p, uint64_t cgroup, uint32_t hier)
{
	char path[512];
	int len;

	if (!p->source || container_cache_knows(p->containers, cgroup, hier))
		return;
	len = source_cgroup_path(p->source, cgroup, hier, path, sizeof(path));
	if (len > 0)
		container_cache_add_cgroup(p->containers, cgroup, hier, path, (size_t)len);
}

/* By container, as far as the ring had no room; then what else was lost. */
static int tell_lost(struct pipeline *p, uint64_t lost, uint64_t time)
{
	struct source_loss loss;
	int err = 0;

	while (!err && p->o.loss && lost > 0 && p->o.loss(p->o.loss_arg, lost, &loss)) {
		know_cgroup(p, loss.cgroup, loss.hier);
		lost -= loss.lost;
		err = tell_lost_of(p, loss.lost, time,
				   container_cache_find(p->containers, loss.cgroup, loss.hier,
							false, 0,
							(uint64_t)clock_ns(CLOCK_BOOTTIME)));
	}
	return err || lost == 0 ? err : tell_lost_of(p, lost, time, NULL);
}

int pipeline_start(struct pipeline *p, const char *tier, const char *hooks)
{
	size_t len;

	if (!p->o.json)
		return 0;
	len = output_start_json(p->line, tier, hooks, (uint64_t)clock_ns(CLOCK_REALTIME), &p->out);
	return sink_write(p->sink, p->line, len);
}

int pipeline_tell_stats(struct pipeline *p, const struct output_counter *counters, size_t n)
{
	size_t len;

	if (!p->o.json)
		return 0;
	len = output_stats_json(p->line, counters, n, (uint64_t)clock_ns(CLOCK_REALTIME), &p->out);
	return sink_write(p->sink, p->line, len);
}

/*
 * Each CPU numbers its records without gaps: where one is missing, it was lost, and that is said at
 * once; or it is late, as its task lost the processor between number and ring (on a preemptible
 * kernel). Which of the two, the source's count tells.
 */
static int account(struct pipeline *p, const struct event *e)
{
	uint64_t lost;

	if (e->cpu >= CPUS_MAX)
		return 0;
	if (e->seq > p->last_seq[e->cpu]) {
		p->gaps += e->seq - p->last_seq[e->cpu] - 1;
		p->last_seq[e->cpu] = e->seq;
	} else if (p->gaps > 0) {
		p->gaps--;
	}
	/* A gap that pipeline_settle told already is not told again. */
	if (p->gaps <= p->st.lost_seen)
		return 0;
	lost = p->gaps;
	if (p->o.lost)
		(void)p->o.lost(p->o.loss_arg, &lost);
	return lost > p->st.lost_seen ? tell_lost(p, lost - p->st.lost_seen, e->time) : 0;
}

int pipeline_settle(struct pipeline *p, uint64_t lost)
{
	if (lost <= p->st.lost_seen)
		return 0;
	return tell_lost(p, lost - p->st.lost_seen, (uint64_t)clock_ns(CLOCK_REALTIME));
}

static void identify(struct pipeline *p, struct event *e)
{
	const struct event_task *t = &e->task;

	know_cgroup(p, t->cgroup, t->cgroup_hier);
	e->container = container_cache_find(p->containers, t->cgroup, t->cgroup_hier,
					    t->flags & WIRE_TASK_FOREIGN_NS, t->pid_ns, e->btime);
}

/* Another rootwatch on this host proves its hooks: its acts are no container's. */
static bool is_other_canary(const struct pipeline *p, const struct event *e)
{
	return p->self_ino && e->container->ref.type == CONTAINER_UNKNOWN && e->process &&
	       e->process->exe_ino == p->self_ino && e->process->exe_dev == p->self_dev;
}

static bool wants_exit_line(const struct verdict *v)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		if (v->hits[i]->report_exit)
			return true;
	return false;
}

/* kept: of an act that came before; NULL: none. */
static int show(struct pipeline *p, const struct event *e, const struct verdict *v,
		struct output_kept *kept)
{
	size_t len = 0;
	char *room;
	int err;

	if (!p->o.json)
		return write_line(p, output_text(p->line, e, v, &p->out));
	room = sink_room(p->sink, &err);
	if (!room)
		return err;
	if (kept && kept->len > 0)
		len = output_json_again(room, kept, e);
	if (len == 0 && kept)
		len = output_json_keep(room, e, v, &p->out, kept);
	else if (len == 0)
		len = output_json(room, e, v, &p->out);
	sink_add(p->sink, len);
	p->st.lines++;
	return 0;
}

static bool ends_reported(const struct event *e)
{
	return e->kind == EVENT_EXIT && e->process && e->process->alert_rule;
}

/*
 * What the rules say of the event, which was decoded from the record. Gives the same act when it
 * came before, else NULL.
 */
static struct memo_act *ask(struct pipeline *p, const struct event *e, const void *record,
			    size_t size, struct verdict *v)
{
	bool may = memo_may(e, size) && !p->timed[e->set];
	struct memo_act *act = may ? memo_recall(&p->memo, e, record, size) : NULL;

	if (act)
		*v = act->v;
	else if (p->engines[e->set])
		engine_judge(p->engines[e->set], e, v);
	if (may && !act)
		memo_keep(&p->memo, e, record, size, v);
	return act;
}

static int judge(struct pipeline *p, struct event *e, const void *record, size_t size)
{
	struct verdict v = {0};
	struct memo_act *act;

	p->st.events++;
	act = ask(p, e, record, size, &v);
	if (v.n > 0) {
		p->st.alerts++;
		if (e->kind == EVENT_EXEC && wants_exit_line(&v))
			process_table_alerted(p->processes, e,
					      name_kept(&p->reported, v.hits[0]->id));
	} else if (!ends_reported(e) && (!p->o.all || e->context)) {
		return 0;
	}
	return show(p, e, &v, act ? &act->line : NULL);
}

static bool is_context(const struct event *e)
{
	return e->kind == EVENT_FORK || (e->context && e->kind != EVENT_EXIT);
}

static void see_exec(struct pipeline *p, struct event *e)
{
	char loaded[PROGRAM_LOADED_MAX];

	resolver_seen(p->resolver, &e->task);
	e->exec.loaded_ctime = resolver_changed(p->resolver, e, program_loaded(e, loaded));
}

int pipeline_record(void *pipeline, const void *data, size_t size)
{
	struct pipeline *p = pipeline;
	char name[PROGRAM_NAME_MAX];
	struct event e;
	int err;

	err = event_decode(&e, data, size, walltime_offset(&p->walltime, data, size), p->scratch);
	if (err) {
		p->st.malformed++;
		return 0;
	}
	err = account(p, &e);
	if (err)
		return err;
	if (e.kind == EVENT_CGROUP) {
		memo_forget(&p->memo);
		p->st.context++;
		container_cache_add_cgroup(p->containers, e.cgroup.cgroup, e.cgroup.cgroup_hier,
					   e.cgroup_path.p, e.cgroup_path.len);
		return 0;
	}
	if (e.kind != EVENT_FORK) {
		if (p->o.hidden_pid_ns && e.task.pid_ns == *p->o.hidden_pid_ns)
			return 0;
		identify(p, &e);
		if (!e.container) {
			p->st.not_container++;
			return 0;
		}
	}
	if (!memo_may(&e, size))
		memo_forget(&p->memo);
	host_paths_find(&p->host_paths, p->o.host, &e);
	if (e.kind == EVENT_SYSCALL)
		resolver_call(p->resolver, &e);
	else if (e.kind == EVENT_EXEC)
		see_exec(p, &e);
	if (!is_context(&e))
		e.num = ++p->num;
	process_table_apply(p->processes, &e);
	if (e.kind == EVENT_EXEC && (e.exec.pipe_in || e.exec.pipe_out))
		pipes_apply(p->pipes, &e, str_from(e.container->ref.id), program_piped(&e, name));
	if (is_context(&e))
		p->st.context++;
	else if (is_other_canary(p, &e))
		p->st.filtered++;
	else if (p->o.container && !container_matches(e.container, p->o.container))
		p->st.filtered++;
	else
		err = judge(p, &e, data, size);
	if (e.kind == EVENT_EXIT)
		process_table_end(p->processes, &e);
	return err;
}

void pipeline_hurry(struct pipeline *p, unsigned int after_ms)
{
	resolver_stop(p->resolver, after_ms);
}

void pipeline_stats(const struct pipeline *p, struct pipeline_stats *st)
{
	*st = p->st;
}
