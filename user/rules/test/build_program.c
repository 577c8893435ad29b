// SPDX-License-Identifier: Apache-2.0
/* The process that acts, and the program that it executes. */
#include <string.h>

#include "rules/test/parts.h"

#define PID  4242
#define VPID 7
#define PPID 4200

/* ---- the process ------------------------------------------------------------------------------ */

#define COMM_MAX (WIRE_COMM_LEN - 1)

static struct str comm_of(struct str path)
{
	struct str name = str_basename(path);

	if (name.len > COMM_MAX)
		name.len = name.full = COMM_MAX;
	return name;
}

struct str build_comm(struct build *b, enum field_id id, struct str otherwise)
{
	struct str s = input_str(&b->in, id, otherwise);

	if (s.len > COMM_MAX)
		input_fail(&b->in, id, "%s has 15 bytes at most: the kernel cuts it",
			   field_name(id));
	return s;
}

/* Of a process that is remembered: its command line begins with its first argument. */
static void build_arguments(struct build *b, struct process *p, enum field_id line,
			    enum field_id first)
{
	struct str argv0 = input_str(&b->in, first, STR_LIT(""));
	const char *blank;

	p->cmdline = input_str(&b->in, line, input_given(&b->in, first) ? argv0 : p->comm);
	p->cmdline_full = p->cmdline.len;
	blank = memchr(p->cmdline.p, ' ', p->cmdline.len);
	p->argv0_len = blank ? (uint32_t)(blank - p->cmdline.p) : p->cmdline.len;
	if (!input_given(&b->in, first))
		return;
	if (p->cmdline.len < argv0.len || memcmp(p->cmdline.p, argv0.p, argv0.len) != 0 ||
	    (p->cmdline.len > argv0.len && p->cmdline.p[argv0.len] != ' '))
		input_fail(&b->in, line, "%s begins with %s", field_name(line), field_name(first));
	p->argv0_len = argv0.len;
}

void build_task(struct build *b)
{
	struct event_task *t = &b->event.task;

	t->pid = input_id(&b->in, F_PROC_PID, PID);
	t->tid = input_id(&b->in, F_TID, t->pid);
	t->vpid = input_id(&b->in, F_PROC_VPID, VPID);
	t->vtid = input_id(&b->in, F_VTID, t->vpid);
	t->ppid = input_id(&b->in, F_PROC_PPID, PPID);
	t->sid = input_id(&b->in, F_PROC_SID, PPID);
	t->loginuid = input_id(&b->in, F_USER_LOGINUID, UINT32_MAX);
	t->pid_ns = input_id(&b->in, F_PID_NS, 0xf0000001u);
	t->mnt_ns = 0xf0000002u;
	t->flags = WIRE_TASK_CGROUP_ID | WIRE_TASK_FOREIGN_NS;
	t->start = BTIME - SECOND;
	t->pcomm = build_comm(b, F_PROC_PNAME, STR_LIT("app"));
	b->event.cwd = input_str(&b->in, F_PROC_CWD, STR_LIT("/"));
	b->parent.pid = t->ppid;
	b->parent.vpid = input_id(&b->in, F_PROC_PVPID, 1);
	b->parent.comm = t->pcomm;
	b->parent.exepath = input_str(&b->in, F_PROC_PEXEPATH, STR_LIT("/usr/bin/app"));
	build_arguments(b, &b->parent, F_PROC_PCMDLINE, F_PROC_PEXE);
	b->event.parent = &b->parent;
}

void build_process(struct build *b)
{
	struct process *p = &b->process;
	struct event *e = &b->event;

	p->pid = e->task.pid;
	p->start = e->task.start;
	p->ppid = e->task.ppid;
	p->exepath = input_str(&b->in, F_PROC_EXEPATH, STR_LIT("/usr/bin/program"));
	e->task.comm = build_comm(b, F_PROC_NAME, comm_of(p->exepath));
	p->comm = e->task.comm;
	build_arguments(b, p, F_PROC_CMDLINE, F_PROC_EXE);
	p->cwd = e->cwd;
	p->tty = input_str(&b->in, F_PROC_TTY, STR_LIT(""));
	p->exe_flags = WIRE_FILE_ROOTFS;
	if (input_bool(&b->in, F_PROC_UPPER, false))
		p->exe_flags |= WIRE_FILE_UPPER;
	else
		p->exe_flags |= WIRE_FILE_LOWER;
	if (input_bool(&b->in, F_PROC_MEMFD, false))
		p->exe_flags |= WIRE_FILE_MEMFD;
	e->process = p;
}

/* ---- exec ------------------------------------------------------------------------------------- */

/* Words with blanks between, or the values of a list, NUL-separated, behind to. */
static size_t put_args(char *to, const struct input_field *f)
{
	size_t len = 0;

	for (size_t i = 0; i < f->n; i++) {
		const char *p = f->values[i].text, *end = p + f->values[i].len;

		if (f->list) {
			memcpy(to + len, p, f->values[i].len);
			len += f->values[i].len;
			to[len++] = '\0';
			continue;
		}
		while (p < end) {
			while (p < end && *p == ' ')
				p++;
			while (p < end && *p != ' ')
				to[len++] = *p++;
			if (len > 0 && to[len - 1])
				to[len++] = '\0';
		}
	}
	return len;
}

static void build_argv(struct build *b, struct str argv0)
{
	struct event_exec *x = &b->event.exec;
	bool line = input_given(&b->in, F_PROC_CMDLINE);
	bool exe = input_given(&b->in, F_PROC_EXE), args = input_given(&b->in, F_PROC_ARGS);
	bool words = exe || args;
	const struct input_field *f = &b->in.fields[line ? F_PROC_CMDLINE : F_PROC_ARGS];
	size_t room = argv0.len + 2, len = 0;
	char *argv;

	if (line && words) {
		input_fail(&b->in, F_PROC_CMDLINE,
			   "give either proc.cmdline or proc.exe and proc.args");
		return;
	}
	argv0 = input_str(&b->in, F_PROC_EXE, argv0);
	room += argv0.len;
	for (size_t i = 0; i < f->n; i++)
		room += f->values[i].len + 1;
	argv = room < WIRE_ARGV_MAX ? arena_new(b->in.arena, room, 1) : NULL;
	if (!argv) {
		input_fail(&b->in, line ? F_PROC_CMDLINE : F_PROC_ARGS,
			   "the arguments are longer than %u bytes", WIRE_ARGV_MAX);
		return;
	}
	if (!line) {
		memcpy(argv, argv0.p, argv0.len);
		len = argv0.len + 1;
	}
	if (f->given)
		len += put_args(argv + len, f);
	x->argv = (struct str){argv, (uint32_t)len, (uint32_t)len};
	x->argv_len = (uint32_t)len;
}

/* Who is at the other end of a pipe; NULL: it is none. */
static const struct event_piped *build_piped(struct build *b, enum field_id id)
{
	const struct input_field *f = &b->in.fields[id];
	struct event_piped *list;

	if (!input_given(&b->in, id))
		return NULL;
	list = ARENA_NEW(b->in.arena, struct event_piped);
	if (!list || f->n > EVENT_PIPED_MAX) {
		input_fail(&b->in, id, "more than %d names", EVENT_PIPED_MAX);
		return NULL;
	}
	for (list->n = 0; list->n < f->n; list->n++)
		list->names[list->n] =
			input_copy(&b->in, f->values[list->n].text, f->values[list->n].len);
	return list;
}

/* The program was changed so long after its container had started; 0: before. */
static void build_change(struct build *b, struct event_exec *x)
{
	uint64_t later = input_number(&b->in, F_PIDNS_DURATION, 1000 * SECOND, 0);

	if (later == 0)
		return;
	x->init_start = BTIME - 2000 * SECOND;
	x->exe_ctime = (int64_t)(TIME - BTIME + x->init_start + later);
}

void build_exec(struct build *b, uint32_t flags)
{
	static const char *const gains[] = {"suid", "sgid", "fcaps", NULL};
	static const uint32_t bits[] = {WIRE_EXEC_SUID, WIRE_EXEC_SGID, WIRE_EXEC_FCAPS};
	struct event_exec *x = &b->event.exec;
	struct str path = input_str(&b->in, F_PROC_EXEPATH, STR_LIT("/usr/bin/program"));
	bool script = input_bool(&b->in, F_EXEC_SCRIPT, false);
	bool net = input_bool(&b->in, F_EXEC_STDIO_NET, false);
	uint64_t gain;

	build_file(b, &x->exe, path, false);
	if (input_bool(&b->in, F_PROC_UPPER, x->exe.flags & WIRE_FILE_UPPER)) {
		x->exe.flags |= WIRE_FILE_UPPER;
		x->exe.flags &= ~WIRE_FILE_LOWER;
	}
	if (!input_bool(&b->in, F_PROC_LOWER, x->exe.flags & WIRE_FILE_LOWER))
		x->exe.flags &= ~WIRE_FILE_LOWER;
	if (input_bool(&b->in, F_PROC_MEMFD, false))
		x->exe.flags = (x->exe.flags & WIRE_FILE_DELETED) | WIRE_FILE_MEMFD;
	x->exe.ino = input_number(&b->in, F_PROC_EXE_INO, INT64_MAX, 131332);
	build_change(b, x);
	x->script = script;
	x->flags = flags | WIRE_EXEC_PREV | (script ? WIRE_EXEC_SCRIPT : 0) |
		   (net ? WIRE_EXEC_NET : 0);
	x->from = build_piped(b, F_EXEC_PIPED_FROM);
	x->to = build_piped(b, F_EXEC_PIPED_TO);
	gain = input_words(&b->in, F_EXEC_GAIN, gains, ',', 0);
	for (size_t i = 0; gains[i]; i++)
		x->flags |= gain >> i & 1 ? bits[i] : 0;
	x->filename = input_str(&b->in, F_EXEC_FILENAME, path);
	x->interp = input_str(&b->in, F_EXEC_INTERP, path);
	x->tty = input_str(&b->in, F_PROC_TTY, STR_LIT(""));
	if (input_bool(&b->in, F_EXEC_LOADED_NEW, false)) {
		x->init_start = BTIME - 2000 * SECOND;
		x->loaded_ctime = (int64_t)TIME;
	}
	x->input = input_str(&b->in, F_EXEC_INPUT, STR_LIT(""));
	build_argv(b, script ? x->interp : str_basename(path));
	b->event.task.comm = build_comm(b, F_PROC_NAME, comm_of(script ? x->filename : path));
}
