// SPDX-License-Identifier: Apache-2.0
/* proc.* and thread.*: the process itself, its ancestors, its session. */
#include "process/process.h"

#include <stdio.h>

#include "rules/value/internal.h"

/* A chain of processes ends long before; pids that are used again could make it a circle. */
#define ANCESTORS_MAX 64

/* What is known of one process of the chain. */
struct kin {
	bool known;
	int64_t pid;
	struct str comm, exe, exepath, cmdline;
};

static struct str cmdline(const struct event *e, struct value_scratch *scratch)
{
	struct str line;
	char *buf;

	if (e->kind != EVENT_EXEC)
		return e->process ? e->process->cmdline : STR_LIT("");
	buf = scratch_take(scratch, EVENT_ARGV_SCRATCH);
	if (!buf)
		return STR_LIT("");
	line = event_argv(&e->exec, buf);
	scratch->used -= EVENT_ARGV_SCRATCH - line.len;
	return line;
}

static struct str argv0(const struct event *e)
{
	if (e->kind == EVENT_EXEC)
		return event_argv0(&e->exec);
	return e->process ? process_argv0(e->process) : STR_LIT("");
}

/* The arguments behind the first. */
static struct str arguments(const struct event *e, struct value_scratch *scratch)
{
	struct str all, first;
	uint32_t len;

	if (e->kind != EVENT_EXEC)
		return e->process ? process_arguments(e->process) : STR_LIT("");
	all = cmdline(e, scratch);
	first = event_argv0(&e->exec);
	if (all.len <= first.len)
		return STR_LIT("");
	len = all.len - first.len - 1;
	return (struct str){all.p + first.len + 1, len, len};
}

static struct str exepath(const struct event *e)
{
	if (e->kind == EVENT_EXEC)
		return e->exec.exe.path;
	return e->process ? e->process->exepath : STR_LIT("");
}

static struct kin kin_of(const struct process *p)
{
	if (!p)
		return (struct kin){.known = false};
	return (struct kin){true, p->pid, p->comm, process_argv0(p), p->exepath, p->cmdline};
}

/* The event itself says something of the parent, whether that was seen before or not. */
static struct kin parent_of(const struct event *e)
{
	struct kin k = kin_of(e->parent);

	k.known = k.known || e->task.ppid != 0 || e->task.pcomm.len > 0;
	k.pid = e->task.ppid;
	k.comm = e->task.pcomm;
	return k;
}

static const struct process *process_above(const struct event *e, const struct process *p)
{
	const struct process *up;

	if (!e->processes || !p || p->ppid == 0 || p->ppid == p->pid)
		return NULL;
	up = process_table_at(e->processes, p->ppid, p->start);
	return up == p ? NULL : up;
}

static bool set_kin(struct value *v, const struct kin *k, enum field_id id)
{
	if (!k->known)
		return set_missing(v);
	switch (id) {
	case F_PROC_ANAME:
		return set_str(v, k->comm);
	case F_PROC_AEXE:
		return set_str(v, k->exe);
	case F_PROC_AEXEPATH:
		return set_str(v, k->exepath);
	case F_PROC_ACMDLINE:
		return set_str(v, k->cmdline);
	default:
		return set_num(v, k->pid);
	}
}

static void add_kin(struct value *v, const struct kin *k, enum field_id id,
		    struct value_scratch *scratch)
{
	char number[24];
	struct value one = {.type = VALUE_MISSING};

	set_kin(&one, k, id);
	if (one.type == VALUE_NUMBER) {
		int n = snprintf(number, sizeof(number), "%lld", (long long)one.n);

		one.s = scratch_copy(scratch, number, (size_t)n);
	}
	if (one.type != VALUE_MISSING)
		add_str(v, one.s, scratch);
}

/* Without an index: of all ancestors, the process itself is none. */
static bool all_ancestors(struct value *v, const struct event *e, enum field_id id,
			  struct value_scratch *scratch)
{
	struct kin k = parent_of(e);
	const struct process *p = e->parent;

	for (unsigned i = 1; k.known && i < ANCESTORS_MAX; i++) {
		add_kin(v, &k, id, scratch);
		p = process_above(e, p);
		k = kin_of(p);
	}
	return true;
}

static bool ancestor(struct value *v, const struct event *e, const struct field_use *use,
		     struct value_scratch *scratch)
{
	const struct process *p = e->parent;
	struct kin k;

	if (!use->has_index)
		return all_ancestors(v, e, use->id, scratch);
	if (use->index >= ANCESTORS_MAX)
		return set_missing(v);
	if (use->index == 0) {
		k = (struct kin){true,	   e->task.pid, e->task.comm,
				 argv0(e), exepath(e),	STR_LIT("")};
		if (use->id == F_PROC_ACMDLINE)
			k.cmdline = cmdline(e, scratch);
		return set_kin(v, &k, use->id);
	}
	k = parent_of(e);
	for (unsigned i = 1; i < use->index; i++) {
		p = process_above(e, p);
		k = kin_of(p);
	}
	return set_kin(v, &k, use->id);
}

/* The process whose id the session has; it may have ended long ago. */
static struct kin session_leader(const struct event *e)
{
	if (e->task.sid == e->task.pid)
		return (struct kin){true,     e->task.pid, e->task.comm,
				    argv0(e), exepath(e),  STR_LIT("")};
	if (e->parent && e->parent->pid == e->task.sid)
		return kin_of(e->parent);
	if (!e->processes || e->task.sid == 0)
		return kin_of(NULL);
	return kin_of(process_table_at(e->processes, e->task.sid, e->task.start));
}

/*
 * Arguments behind the first, and their bytes without the NULs. Where some are missing, the number
 * is a lower bound, and all bytes of what is missing count.
 */
static void count_arguments(const struct event_exec *x, int64_t *n, int64_t *bytes)
{
	struct str parts[2] = {x->argv, x->argv_tail}, last = x->argv_tail;
	int64_t nuls = 0;

	for (int i = 0; i < 2; i++) {
		for (uint32_t j = 0; j < parts[i].len; j++)
			nuls += parts[i].p[j] == '\0';
	}
	if (last.len == 0)
		last = x->argv;
	*n = nuls - (last.p[last.len - 1] == '\0');
	*bytes = (int64_t)x->argv_len - event_argv0(x).len - nuls;
	if (*bytes < 0 || *n == 0)
		*bytes = 0;
}

static bool counted(struct value *v, const struct event *e, enum field_id id)
{
	int64_t n, bytes;

	if (e->exec.argv.len == 0)
		return set_missing(v);
	count_arguments(&e->exec, &n, &bytes);
	return set_num(v, id == F_PROC_CMDNARGS ? n : bytes);
}

static bool duration(struct value *v, const struct event *e)
{
	uint64_t start = e->task.start;

	return set_num_if(v, start > 0 && e->btime >= start, (int64_t)(e->btime - start));
}

/* The program, as the event itself says or as is remembered. */
static bool program(struct value *v, const struct event *e, enum field_id id)
{
	const struct process *p = e->process;
	bool exec = e->kind == EVENT_EXEC;
	bool known = exec ? e->exec.exe.known : p != NULL;
	uint32_t flags = exec ? e->exec.exe.flags : p ? p->exe_flags : 0;

	switch (id) {
	case F_PROC_EXEPATH:
		return set_str(v, exepath(e));
	case F_PROC_TTY:
		return set_str(v, exec ? e->exec.tty : p ? p->tty : STR_LIT(""));
	case F_PROC_UPPER: /* /proc does not say which layer a program lies in */
		return set_bool_if(v, known && (exec || !p->from_proc), flags & WIRE_FILE_UPPER);
	case F_PROC_MEMFD:
		return set_bool_if(v, known, flags & WIRE_FILE_MEMFD);
	case F_PROC_CWD:
		return set_str(v, e->cwd.len == 0 && p ? p->cwd : e->cwd);
	case F_PROC_LOWER:
		return set_bool_if(v, e->exec.exe.known, flags & WIRE_FILE_LOWER);
	case F_PROC_EXE_INO:
		return set_num_if(v, e->exec.exe.known, (int64_t)e->exec.exe.ino);
	default:
		return false;
	}
}

/* Those around it, and its arguments. */
static bool family(struct value *v, const struct event *e, const struct field_use *use,
		   struct value_scratch *scratch)
{
	struct kin k;

	switch (use->id) {
	case F_PROC_EXE:
		return set_str(v, argv0(e));
	case F_PROC_ARGS:
		return set_str(v, arguments(e, scratch));
	case F_PROC_CMDLINE:
	case F_PROC_EXELINE:
		return set_str(v, cmdline(e, scratch));
	case F_PROC_CMDNARGS:
	case F_PROC_CMDLENARGS:
		return counted(v, e, use->id);
	case F_PROC_PEXEPATH:
		return set_str(v, e->parent ? e->parent->exepath : STR_LIT(""));
	case F_PROC_PVPID:
		return e->parent && e->parent->vpid > 0 ? set_num(v, e->parent->vpid) :
							  set_missing(v);
	case F_PROC_PEXE:
		return set_str(v, e->parent ? process_argv0(e->parent) : STR_LIT(""));
	case F_PROC_PCMDLINE:
		return set_str(v, e->parent ? e->parent->cmdline : STR_LIT(""));
	case F_PROC_ANAME:
	case F_PROC_AEXE:
	case F_PROC_AEXEPATH:
	case F_PROC_ACMDLINE:
	case F_PROC_APID:
		return ancestor(v, e, use, scratch);
	case F_PROC_SNAME:
		k = session_leader(e);
		return set_str(v, k.known ? k.comm : STR_LIT(""));
	case F_PROC_SID_EXE:
		k = session_leader(e);
		return set_str(v, k.known ? k.exe : STR_LIT(""));
	case F_PROC_SID_EXEPATH:
		k = session_leader(e);
		return set_str(v, k.known ? k.exepath : STR_LIT(""));
	default:
		return false;
	}
}

bool value_of_process(struct value *v, const struct event *e, const struct field_use *use,
		      struct value_scratch *scratch)
{
	const struct event_task *t = &e->task;

	switch (use->id) {
	case F_PROC_NAME:
		return set_str(v, t->comm);
	case F_PROC_PNAME:
		return set_str(v, t->pcomm);
	case F_PROC_PID:
		return set_num(v, t->pid);
	case F_PROC_VPID:
		return set_num(v, t->vpid);
	case F_PROC_PPID:
		return set_num(v, t->ppid);
	case F_PROC_SID:
		return set_num(v, t->sid);
	case F_PROC_IS_SID_LEADER:
		return set_bool(v, t->sid == t->pid);
	case F_PROC_DURATION:
		return duration(v, e);
	case F_TID:
		return set_num(v, t->tid);
	case F_VTID:
		return set_num(v, t->vtid);
	case F_PID_NS:
		return set_num(v, t->pid_ns);
	default:
		return program(v, e, use->id) || family(v, e, use, scratch);
	}
}
