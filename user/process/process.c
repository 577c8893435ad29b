// SPDX-License-Identifier: Apache-2.0
/*
 * The table: a hash by pid with as many buckets as processes may be kept, so it never grows. A pid
 * that is used again has an entry for each start, as records of different CPUs can overtake each
 * other.
 */
#include "process/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#define MAX_FLOOR   8u
#define BYTES_FLOOR (64u * 1024u)
#define BYTES_EACH  384u

struct entry {
	struct process p;
	struct image *image;
	struct entry *chain;	   /* of the bucket */
	struct entry *prev, *next; /* by last use, latest first; the first's prev is the last */
};

struct process_table {
	struct entry **buckets;
	size_t mask;
	struct entry *used;
	size_t count, max;
	size_t bytes, max_bytes;
	uint64_t serial;
	uint64_t reads;
	const char *proc;
	struct helpers *helpers;
	struct proc_buffer buf;
};

int process_table_new(struct process_table **t, size_t max, struct helpers *helpers)
{
	struct process_table *n = calloc(1, sizeof(*n));

	if (!n)
		return -ENOMEM;
	n->max = max > MAX_FLOOR ? max : MAX_FLOOR;
	n->mask = 1;
	while (n->mask < n->max)
		n->mask *= 2;
	n->buckets = calloc(n->mask, sizeof(struct entry *));
	if (!n->buckets) {
		free(n);
		return -ENOMEM;
	}
	n->mask--;
	n->max_bytes = n->max * BYTES_EACH > BYTES_FLOOR ? n->max * BYTES_EACH : BYTES_FLOOR;
	n->proc = "/proc";
	n->helpers = helpers;
	*t = n;
	return 0;
}

void process_table_set_proc(struct process_table *t, const char *root)
{
	t->proc = root;
}

uint64_t process_table_reads(const struct process_table *t)
{
	return t->reads;
}

size_t process_table_count(const struct process_table *t)
{
	return t->count;
}

size_t process_table_bytes(const struct process_table *t)
{
	return t->bytes;
}

static struct entry **bucket(const struct process_table *t, uint32_t pid)
{
	return &t->buckets[pid & t->mask]; /* the kernel hands pids out one after the other */
}

static struct entry *find(struct process_table *t, uint32_t pid, uint64_t start)
{
	struct entry *e = *bucket(t, pid);

	while (e && (e->p.pid != pid || e->p.start != start))
		e = e->chain;
	return e;
}

static void touch(struct process_table *t, struct entry *e)
{
	if (t->used == e)
		return;
	DL_DELETE(t->used, e);
	DL_PREPEND(t->used, e);
}

static void drop(struct process_table *t, struct entry *e)
{
	struct entry **at = bucket(t, e->p.pid);

	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	DL_DELETE(t->used, e);
	t->count--;
	t->bytes -= image_put(e->image);
	free(e);
}

void process_table_free(struct process_table *t)
{
	if (!t)
		return;
	while (t->used)
		drop(t, t->used);
	free(t->buckets);
	free(t);
}

/* Before anything is handed out: one event adds two processes at most. */
static void make_room(struct process_table *t)
{
	while (t->count > 0 && (t->count + 2 > t->max || t->bytes > t->max_bytes))
		drop(t, t->used->prev);
}

/* A new, empty entry; NULL without memory. */
static struct entry *add(struct process_table *t, uint32_t pid, uint64_t start)
{
	struct entry **at = bucket(t, pid);
	struct entry *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->p.pid = pid;
	e->p.start = start;
	e->chain = *at;
	*at = e;
	DL_PREPEND(t->used, e);
	t->count++;
	return e;
}

/* Gives the entry the strings that its process points at, wherever they lie now. */
static void keep_strings(struct process_table *t, struct entry *e)
{
	t->bytes -= image_put(e->image);
	e->image = image_new(&e->p);
	t->bytes += e->image ? e->image->size : 0;
	e->p.serial = ++t->serial;
}

/* From /proc; NULL when the process is not there. */
static struct entry *add_from_proc(struct process_table *t, uint32_t pid, uint64_t start,
				   uint64_t cgroup)
{
	struct process p;
	struct entry *e;

	t->reads++;
	if (proc_read(&p, t->proc, pid, start, t->helpers, (uint32_t)cgroup, &t->buf) < 0)
		return NULL;
	e = add(t, pid, start);
	if (e) {
		e->p = p;
		keep_strings(t, e);
	}
	return e;
}

/* What the event itself says, so that /proc is not asked again for every event. */
static struct entry *add_from_event(struct process_table *t, const struct event *ev)
{
	struct entry *e = add(t, ev->task.pid, ev->task.start);

	if (e) {
		e->p.ppid = ev->task.ppid;
		e->p.vpid = ev->task.vpid;
		e->p.comm = ev->task.comm;
		e->p.cwd = ev->cwd;
		e->p.from_proc = true;
		keep_strings(t, e);
	}
	return e;
}

static struct entry *learn_exec(struct process_table *t, const struct event *ev)
{
	const struct event_exec *x = &ev->exec;
	struct entry *e = find(t, ev->task.pid, ev->task.start);
	struct image *old;

	if (!e)
		e = add(t, ev->task.pid, ev->task.start);
	if (!e)
		return NULL;
	old = e->image;
	e->p = (struct process){
		.pid = ev->task.pid,
		.start = ev->task.start,
		.exec_time = ev->time,
		.exec_num = ev->num,
		.comm = ev->task.comm,
		.exepath = x->exe.path,
		.sbpath = x->exe.sbpath,
		.cmdline = process_cmdline(t->buf.cmdline, x->argv, x->argv_tail, x->argv_len),
		.cwd = ev->cwd,
		.tty = x->tty,
		.filename = x->script ? x->filename : x->exe.path,
		.exe_ino = x->exe.ino,
		.exe_dev = x->exe.dev,
		.exe_flags = x->exe.flags,
		.exec_flags = x->flags,
	};
	e->p.cmdline_full = e->p.cmdline.full;
	e->p.argv0_len = process_argv0_len(x->argv);
	e->image = old;
	keep_strings(t, e);
	return e;
}

/* The child begins as its parent is; *parent gets that one's entry, NULL when it is gone. */
static struct entry *learn_fork(struct process_table *t, const struct event *ev,
				struct entry **parent)
{
	const struct wire_fork *f = &ev->fork;
	struct entry *from = find(t, f->parent_pid, f->parent_start);
	struct entry *e;

	if (!from)
		from = add_from_proc(t, f->parent_pid, f->parent_start, f->cgroup);
	*parent = from;
	/* Its exec may have overtaken this record, and knows better. */
	e = find(t, f->child_pid, f->child_start);
	if (e || !from)
		return e;
	e = add(t, f->child_pid, f->child_start);
	if (!e)
		return NULL;
	e->p = from->p;
	e->p.pid = f->child_pid;
	e->p.start = f->child_start;
	e->p.ppid = f->parent_pid;
	e->p.vpid = f->child_vpid;
	e->p.exec_time = e->p.exec_num = 0;
	e->p.alert_num = e->p.alert_time = 0;
	e->p.alert_rule = NULL;
	e->p.serial = ++t->serial;
	e->image = image_get(from->image);
	return e;
}

static struct entry *latest(const struct process_table *t, uint32_t pid, uint64_t start_max)
{
	struct entry *best = NULL;

	for (struct entry *e = *bucket(t, pid); e; e = e->chain) {
		if (e->p.pid == pid && e->p.start <= start_max &&
		    (!best || e->p.start > best->p.start))
			best = e;
	}
	return best;
}

const struct process *process_table_at(const struct process_table *t, uint32_t pid,
				       uint64_t start_max)
{
	const struct entry *e = latest(t, pid, start_max);

	return e ? &e->p : NULL;
}

/* Credentials are carried to the exit record, which has no room for them. */
static void exchange_creds(struct process *p, struct event *ev)
{
	if (ev->kind != EVENT_EXIT) {
		p->creds = ev->creds;
		p->creds_known = true;
	} else if (p->creds_known && p->creds.euid == ev->creds.euid) {
		ev->creds = p->creds;
	}
}

void process_table_apply(struct process_table *t, struct event *e)
{
	struct entry *self, *parent = NULL;

	e->process = e->parent = NULL;
	e->processes = t;
	if (e->kind == EVENT_NONE || e->kind == EVENT_CGROUP)
		return;
	make_room(t);
	if (e->kind == EVENT_EXEC)
		self = learn_exec(t, e);
	else if (e->kind == EVENT_FORK)
		self = learn_fork(t, e, &parent);
	else
		self = find(t, e->task.pid, e->task.start);
	/* An exiting process has given up its memory already: /proc has nothing to tell. */
	if (!self && e->kind != EVENT_FORK && e->kind != EVENT_EXIT) {
		self = add_from_proc(t, e->task.pid, e->task.start, e->task.cgroup);
		if (!self)
			self = add_from_event(t, e);
	}
	if (self && e->kind != EVENT_FORK) {
		self->p.ppid = e->task.ppid;
		self->p.vpid = e->task.vpid;
		exchange_creds(&self->p, e);
	}
	if (e->kind != EVENT_FORK)
		parent = latest(t, e->task.ppid, e->task.start);
	if (parent)
		touch(t, parent);
	if (self)
		touch(t, self);
	e->process = self ? &self->p : NULL;
	e->parent = parent ? &parent->p : NULL;
}

void process_table_end(struct process_table *t, const struct event *e)
{
	struct entry *entry;

	if (e->kind != EVENT_EXIT)
		return;
	entry = find(t, e->task.pid, e->task.start);
	if (entry)
		drop(t, entry);
}

void process_table_alerted(struct process_table *t, const struct event *e, const char *rule)
{
	struct entry *entry;

	if (e->kind != EVENT_EXEC)
		return;
	entry = find(t, e->task.pid, e->task.start);
	if (!entry)
		return;
	entry->p.alert_num = e->num;
	entry->p.alert_rule = rule;
	entry->p.alert_time = e->time;
}
