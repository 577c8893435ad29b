// SPDX-License-Identifier: Apache-2.0
#include "output/sentence.h"

#include <sys/wait.h>

#include "container/container.h"
#include "base/names.h"
#include "process/process.h"

#define NAME_CAP 48

struct headline sentence_headline(const struct event *e, const struct verdict *v)
{
	if (v->n > 0)
		return (struct headline){str_from(v->hits[0]->name), v->hits[0]->priority,
					 v->hits[0]};
	if (e->kind == EVENT_EXIT && e->process && e->process->alert_rule)
		return (struct headline){STR_LIT("Reported process ended"), PRIORITY_INFORMATIONAL,
					 NULL};
	if (e->blocked && e->creds.root == WIRE_ROOT_NONE)
		return (struct headline){STR_LIT("Attempt denied"), PRIORITY_DEBUG, NULL};
	return (struct headline){STR_LIT("Root activity"), PRIORITY_DEBUG, NULL};
}

struct str sentence_cmdline(const struct event *e, char scratch[static SENTENCE_SCRATCH])
{
	if (e->kind == EVENT_EXEC)
		return event_argv(&e->exec, scratch);
	return e->process ? e->process->cmdline : STR_LIT("");
}

/* A foreign string, or a word for its absence. */
static void foreign(struct line *l, struct str s, size_t cap)
{
	if (s.len == 0)
		line_literal(l, "(unknown)");
	else
		line_capped(l, s, cap);
}

/* "pid 4242, uid 0" and, where it differs, "host uid 100000" */
static void write_ids(struct line *l, const struct event *e)
{
	line_literal(l, "pid ");
	line_i64(l, e->task.pid);
	if (e->creds.ns_euid != UINT32_MAX) {
		line_literal(l, ", uid ");
		line_i64(l, e->creds.ns_euid);
	}
	if (e->creds.euid != UINT32_MAX && e->creds.euid != e->creds.ns_euid) {
		line_literal(l, ", host uid ");
		line_i64(l, e->creds.euid);
	}
}

static void write_who(struct line *l, const struct event *e)
{
	foreign(l, e->task.comm, NAME_CAP);
	line_literal(l, " (");
	write_ids(l, e);
	line_literal(l, ")");
}

/* What became of it; verb stands in the form that follows "failed to". */
static void write_tried(struct line *l, const struct event *e)
{
	if (e->blocked)
		line_literal(l, " was denied to ");
	else
		line_literal(l, " failed to ");
}

static void write_error(struct line *l, const struct event *e)
{
	struct str name;

	if (e->ret >= 0 || e->ret == INT32_MIN)
		return;
	name = names_errno(-e->ret);
	line_literal(l, ": ");
	line_raw(l, name.p, name.len);
}

static void write_exec(struct line *l, const struct event *e, size_t cap)
{
	char scratch[SENTENCE_SCRATCH];
	struct str cmdline = sentence_cmdline(e, scratch);

	foreign(l, cmdline.len > 0 ? cmdline : e->exec.filename, cap);
	line_literal(l, " (");
	write_ids(l, e);
	line_literal(l, ") was started by ");
	foreign(l, e->task.pcomm, NAME_CAP);
	if (e->exec.exe.known && e->exec.exe.flags & WIRE_FILE_MEMFD)
		line_literal(l, " from memory");
	if (e->exec.flags & (WIRE_EXEC_SUID | WIRE_EXEC_SGID | WIRE_EXEC_FCAPS) && e->prev_known &&
	    e->prev.euid != e->creds.euid) {
		line_literal(l, ", uid before: ");
		line_i64(l, e->prev.euid);
	}
}

/* The first of the uids or gids that changed: the container's view where the task has one. */
static void write_setid(struct line *l, const struct event *e)
{
	const struct wire_creds *a = &e->prev, *b = &e->creds;
	bool mapped = a->ns_euid != UINT32_MAX && b->ns_euid != UINT32_MAX;
	bool gids = a->ns_egid != UINT32_MAX && b->ns_egid != UINT32_MAX;
	char buf[EVENT_GROUPS_TEXT];
	struct str groups;
	const char *call = event_call_name(e->setid.call);
	struct {
		struct str what;
		uint32_t from, to;
	} ids[] = {
		{STR_LIT(": euid "), mapped ? a->ns_euid : a->euid, mapped ? b->ns_euid : b->euid},
		{STR_LIT(": real uid "), a->uid, b->uid},
		{STR_LIT(": saved uid "), a->suid, b->suid},
		{STR_LIT(": file system uid "), a->fsuid, b->fsuid},
		{STR_LIT(": egid "), gids ? a->ns_egid : a->egid, gids ? b->ns_egid : b->egid},
		{STR_LIT(": real gid "), a->gid, b->gid},
		{STR_LIT(": saved gid "), a->sgid, b->sgid},
		{STR_LIT(": file system gid "), a->fsgid, b->fsgid},
	};

	write_who(l, e);
	if (call[0]) {
		line_literal(l, " called ");
		line_raw(l, call, strlen(call));
	} else {
		line_literal(l, " has become more than it was");
	}
	if (!e->prev_known)
		return;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (ids[i].from == ids[i].to)
			continue;
		line_raw(l, ids[i].what.p, ids[i].what.len);
		line_i64(l, ids[i].from);
		line_literal(l, " -> ");
		line_i64(l, ids[i].to);
		return;
	}
	groups = event_groups(&e->setid, buf);
	if (groups.len > 0) {
		line_literal(l, ": groups ");
		line_raw(l, groups.p, groups.len);
	}
}

static void write_open(struct line *l, const struct event *e, size_t cap)
{
	write_who(l, e);
	if (e->ret < 0) {
		write_tried(l, e);
		line_literal(l, "open ");
	} else if (e->open.created) {
		line_literal(l, " created ");
	} else if (e->open.call == WIRE_CALL_RECVMSG) {
		line_literal(l, " received ");
	} else if (e->open.call == WIRE_CALL_MMAP) {
		line_literal(l, " mapped ");
	} else {
		line_literal(l, " opened ");
	}
	foreign(l, e->open.file.path, cap);
	if (e->open.write)
		line_literal(l, " for writing");
	else
		line_literal(l, " for reading");
	write_error(l, e);
}

static void write_connect(struct line *l, const struct event *e, size_t cap)
{
	bool abstract, sent = e->connect.flags & WIRE_CONNECT_UNCONNECTED;
	struct str name = event_socket(&e->connect, &abstract);

	write_who(l, e);
	if (e->ret < 0)
		write_tried(l, e);
	if (e->ret < 0 && sent)
		line_literal(l, "send to ");
	else if (e->ret < 0)
		line_literal(l, "connect to ");
	else if (sent)
		line_literal(l, " sent to ");
	else
		line_literal(l, " connected to ");
	if (abstract)
		line_literal(l, "@");
	foreign(l, name, cap);
	if (e->connect.peer_comm.len > 0) {
		line_literal(l, " of ");
		line_capped(l, e->connect.peer_comm, NAME_CAP);
		line_literal(l, " (pid ");
		line_i64(l, e->connect.peer_pid);
		line_literal(l, ")");
	}
	write_error(l, e);
}

/* Who called what, or tried to. */
static void write_called(struct line *l, const struct event *e)
{
	const char *call = event_type(e);

	write_who(l, e);
	if (e->ret < 0) {
		write_tried(l, e);
		line_literal(l, "call ");
	} else {
		line_literal(l, " called ");
	}
	line_raw(l, call, strlen(call));
}

static void write_syscall(struct line *l, const struct event *e, size_t cap)
{
	struct str changed = event_call_changed(&e->sys), from = event_call_from(&e->sys);

	write_called(l, e);
	if (changed.len > 0) {
		line_literal(l, " on ");
		line_capped(l, changed, cap);
	}
	if (from.len > 0) {
		line_literal(l, " with ");
		line_capped(l, from, cap);
	}
	write_error(l, e);
}

static void write_net(struct line *l, const struct event *e, size_t cap)
{
	struct str proto = event_net_l4proto(&e->net), family = event_net_family(&e->net);
	char buf[EVENT_NET_TEXT];
	struct str name = event_net_name(&e->net, buf);

	write_called(l, e);
	if (e->net.call == WIRE_CALL_SOCKET && family.len > 0) {
		line_literal(l, " for ");
		line_raw(l, family.p, family.len);
	}
	if (proto.len > 0) {
		line_literal(l, ", ");
		line_raw(l, proto.p, proto.len);
	}
	if (name.len > 0) {
		line_literal(l, ", ");
		line_capped(l, name, cap);
	}
	write_error(l, e);
}

static void write_exit(struct line *l, const struct event *e)
{
	int status = (int)e->exit.code;

	write_who(l, e);
	if (WIFSIGNALED(status)) {
		line_literal(l, " was killed by signal ");
		line_i64(l, WTERMSIG(status));
	} else {
		line_literal(l, " ended with exit code ");
		line_i64(l, WEXITSTATUS(status));
	}
	if (e->process && e->process->alert_rule) {
		line_literal(l, ", reported by ");
		line_capped(l, str_from(e->process->alert_rule), NAME_CAP);
	}
}

static void write_where(struct line *l, const struct container *c)
{
	if (!c)
		return;
	line_literal(l, " in ");
	if (c->name[0]) {
		line_capped(l, str_from(c->name), NAME_CAP);
		line_literal(l, " (");
		line_capped(l, str_from(c->short_id), NAME_CAP);
		line_literal(l, ")");
	} else {
		line_literal(l, "container ");
		line_capped(l, str_from(c->short_id), NAME_CAP);
	}
}

struct rendering {
	struct line *l;
	size_t cap, left;
};

static void put_piece(void *arg, struct str piece, bool foreign_piece)
{
	struct rendering *r = arg;
	size_t cap = foreign_piece && r->cap < r->left ? r->cap : r->left;

	if (r->left > 0)
		r->left -= line_capped(r->l, piece, cap);
}

static void write_output(struct line *l, const struct event *e, const struct rule *hit, size_t cap,
			 size_t all)
{
	static _Thread_local struct value_scratch scratch;
	struct rendering r = {l, cap, all};

	scratch.used = 0;
	engine_output(hit, e, &scratch, put_piece, &r);
}

void sentence_write(struct line *l, const struct event *e, const struct rule *hit, size_t cap,
		    size_t all)
{
	if (hit && hit->n_output > 0) {
		write_output(l, e, hit, cap, all);
		return;
	}
	switch (e->kind) {
	case EVENT_EXEC:
		write_exec(l, e, cap);
		break;
	case EVENT_EXIT:
		write_exit(l, e);
		break;
	case EVENT_SETID:
		write_setid(l, e);
		break;
	case EVENT_OPEN:
		write_open(l, e, cap);
		break;
	case EVENT_CONNECT:
		write_connect(l, e, cap);
		break;
	case EVENT_SYSCALL:
		write_syscall(l, e, cap);
		break;
	case EVENT_NET:
		write_net(l, e, cap);
		break;
	case EVENT_NONE:
	case EVENT_CGROUP:
	case EVENT_FORK:
	case EVENT_KIND_END:
		write_who(l, e);
		break;
	}
	write_where(l, e->container);
}

void sentence_lost(struct line *l, uint64_t lost, uint64_t total, const struct container *c)
{
	line_i64(l, (int64_t)lost);
	line_literal(l, " events");
	if (c) {
		line_literal(l, " of ");
		line_string(l, str_from(c->short_id));
	}
	line_literal(l, " were lost (");
	line_i64(l, (int64_t)total);
	line_literal(l, " since the start)");
}
