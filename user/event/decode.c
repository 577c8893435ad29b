// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes -> struct event. The record is not believed: a blob must lie behind the fixed part and
 * inside the record, an offset inside its blob. The result is built aside and handed over whole,
 * so that a malformed record leaves nothing half done.
 */
#include "event/event.h"

#include <errno.h>
#include <fcntl.h>

#include "base/path.h"
#include "event/reader.h"

static void fill_task(const struct reader *r, struct event_task *t, const struct wire_task *w)
{
	/* Every record with a task has it right behind the header. */
	const size_t off = sizeof(struct wire_header);

	t->start = w->start;
	t->cgroup = w->cgroup;
	t->cgroup_hier = w->cgroup_hier;
	t->tid = w->tid;
	t->pid = w->pid;
	t->vtid = w->vtid;
	t->vpid = w->vpid;
	t->ppid = w->ppid;
	t->loginuid = w->loginuid;
	t->sid = w->sid;
	t->pid_ns = w->pid_ns;
	t->mnt_ns = w->mnt_ns;
	t->flags = w->flags;
	t->comm = reader_text(r, off + offsetof(struct wire_task, comm), WIRE_COMM_LEN);
	t->pcomm = reader_text(r, off + offsetof(struct wire_task, pcomm), WIRE_COMM_LEN);
}

#define TASK_BEHIND_HEADER(type) \
	_Static_assert(offsetof(type, t) == sizeof(struct wire_header), #type ": task comes first")
TASK_BEHIND_HEADER(struct wire_exec);
TASK_BEHIND_HEADER(struct wire_exit);
TASK_BEHIND_HEADER(struct wire_setid);
TASK_BEHIND_HEADER(struct wire_open);
TASK_BEHIND_HEADER(struct wire_connect);
TASK_BEHIND_HEADER(struct wire_syscall);
TASK_BEHIND_HEADER(struct wire_net);

static void decode_cgroup(struct reader *r, struct event *e)
{
	memcpy(&e->cgroup, r->head, sizeof(e->cgroup));
	e->kind = EVENT_CGROUP;
	e->task.cgroup = e->cgroup.cgroup;
	e->task.cgroup_hier = e->cgroup.cgroup_hier;
	e->task.flags = e->cgroup.flags;
	e->cgroup_path = reader_take(r, e->cgroup.path, WIRE_RECORD_MAX);
	e->task.comm = e->task.pcomm = e->cwd = STR_LIT("");
}

static void decode_fork(struct reader *r, struct event *e)
{
	memcpy(&e->fork, r->head, sizeof(e->fork));
	e->kind = EVENT_FORK;
	e->task.start = e->fork.child_start;
	e->task.pid = e->task.tid = e->fork.child_pid;
	e->task.vpid = e->task.vtid = e->fork.child_vpid;
	e->task.ppid = e->fork.parent_pid;
	e->task.cgroup = e->fork.cgroup;
	e->task.cgroup_hier = e->fork.cgroup_hier;
	e->task.loginuid = UINT32_MAX;
	e->task.comm = e->task.pcomm = e->cwd = STR_LIT("");
}

static void decode_exec(struct reader *r, struct event *e)
{
	const struct wire_exec *w = r->head;

	e->kind = EVENT_EXEC;
	fill_task(r, &e->task, &w->t);
	e->creds = w->c;
	e->prev = w->prev;
	e->prev_known = w->flags & WIRE_EXEC_PREV;
	reader_file(r, &e->exec.exe, &w->exe, offsetof(struct wire_exec, exe));
	e->exec.flags = w->flags;
	e->exec.script = w->flags & WIRE_EXEC_SCRIPT;
	e->exec.filename = reader_take(r, w->filename, WIRE_PATH_MAX);
	e->exec.interp = reader_take(r, w->interp, WIRE_PATH_MAX);
	e->exec.argv = reader_take(r, w->argv, WIRE_ARGV_MAX);
	e->exec.argv_tail = reader_take(r, w->argv_tail, WIRE_ARGV_MAX);
	e->exec.argv_len = w->argv.full;
	e->exec.hashed = w->flags & WIRE_EXEC_HASH;
	e->exec.argv_hash = w->argv_hash;
	e->exec.exe_ctime = w->exe_ctime;
	e->exec.exe_mtime = w->exe_mtime;
	e->exec.init_start = w->init_start;
	e->exec.pipe_in = w->pipe_in;
	e->exec.pipe_out = w->pipe_out;
	e->exec.tty = reader_take(r, w->tty, WIRE_TTY_LEN);
	e->exec.input = w->flags & WIRE_EXEC_INMEM ? STR_LIT("memfd:") :
						     reader_take(r, w->input, WIRE_PATH_MAX);
	e->cwd = reader_or_root(reader_take(r, w->cwd, WIRE_PATH_MAX));
}

static void decode_exit(struct reader *r, struct event *e)
{
	const struct wire_exit *w = r->head;

	e->kind = EVENT_EXIT;
	fill_task(r, &e->task, &w->t);
	/* The record says only this one; "unset" for the others, not a false 0. */
	memset(&e->creds, 0, sizeof(e->creds));
	e->creds.uid = e->creds.suid = e->creds.fsuid = UINT32_MAX;
	e->creds.gid = e->creds.egid = e->creds.sgid = e->creds.fsgid = UINT32_MAX;
	e->creds.ns_uid = e->creds.ns_euid = UINT32_MAX;
	e->creds.ns_gid = e->creds.ns_egid = UINT32_MAX;
	e->creds.euid = w->euid;
	e->exit.code = w->code;
	e->cwd = STR_LIT("");
}

static void decode_setid(struct reader *r, struct event *e)
{
	const struct wire_setid *w = r->head;

	e->kind = EVENT_SETID;
	fill_task(r, &e->task, &w->t);
	e->creds = w->c;
	e->prev = w->prev;
	e->prev_known = w->flags & WIRE_SETID_PREV;
	e->setid.call = w->call;
	e->setid.risen = w->flags & WIRE_SETID_RISEN;
	e->setid.group = w->flags & WIRE_SETID_GROUP;
	e->setid.groups_n = w->groups_n;
	memcpy(e->setid.groups, w->groups, sizeof(e->setid.groups));
	e->cwd = reader_take(r, w->cwd, WIRE_PATH_MAX);
	if (w->call != WIRE_CALL_NONE) /* else it is not told, and what is remembered counts */
		e->cwd = reader_or_root(e->cwd);
}

/*
 * O_CREAT of a file that was there already writes nothing: the kernel side's CREATED counts. In a
 * blocked call it is a wish to write. O_PATH opens nothing, whatever stands beside it.
 */
static bool opens_for_writing(const struct event *e)
{
	uint32_t oflags = e->open.oflags;

	if (oflags & O_PATH)
		return false;
	return (oflags & (O_WRONLY | O_RDWR | O_TRUNC)) || e->open.created ||
	       (e->blocked && (oflags & O_CREAT));
}

/* A directory that a path starts at; "": there is none. */
static struct str base_of(struct reader *r, struct wire_blob b)
{
	struct str base = reader_take(r, b, WIRE_PATH_MAX);

	return b.off ? reader_or_root(base) : base;
}

/* asked made absolute by the letter; the descriptor's path when there is nothing else. */
static struct str resolve(struct reader *r, struct str base, struct str asked)
{
	char *p = r->scratch + r->used;
	size_t n;

	if (base.len == 0 && asked.len == 0)
		return STR_LIT("");
	n = path_resolve(p, EVENT_SCRATCH - r->used, base, asked);
	r->used += n;
	return (struct str){p, (uint32_t)n, (uint32_t)n};
}

static void decode_open(struct reader *r, struct event *e)
{
	const struct wire_open *w = r->head;
	struct event_magic magic;
	struct str base;

	e->kind = EVENT_OPEN;
	fill_task(r, &e->task, &w->t);
	e->creds = w->c;
	e->ret = w->ret;
	reader_file(r, &e->open.file, &w->f, offsetof(struct wire_open, f));
	e->open.call = w->call;
	e->open.oflags = w->oflags;
	e->open.prot = w->prot;
	e->open.mapping = w->mapping;
	e->open.created = w->f.flags & WIRE_FILE_CREATED;
	e->open.no_fd = w->flags & WIRE_OPEN_NO_FD;
	e->open.asked = reader_take(r, w->asked, WIRE_PATH_MAX);
	e->cwd = reader_or_root(reader_take(r, w->cwd, WIRE_PATH_MAX));
	base = base_of(r, w->base);
	e->open.write = opens_for_writing(e);
	if (r->bad || !e->blocked || e->open.file.known)
		return;
	e->open.unresolved = true;
	if (w->flags & WIRE_OPEN_HANDLE) {
		e->open.handle = e->open.asked;
		e->open.handle_at = base; /* none: not known */
		e->open.asked = STR_LIT("");
		return;
	}
	/* "" is not refused but not found: what was asked for could not be read. */
	if (e->open.asked.len == 0)
		return;
	if (event_magic(&magic, &e->task, e->open.asked, e->cwd, base, w->magic))
		e->open.file.path = resolve(r, magic.base, magic.rest);
	else
		e->open.file.path = resolve(r, base, e->open.asked);
}

static void decode_connect(struct reader *r, struct event *e)
{
	const struct wire_connect *w = r->head;

	e->kind = EVENT_CONNECT;
	fill_task(r, &e->task, &w->t);
	e->creds = w->c;
	e->ret = w->ret;
	e->connect.flags = w->flags;
	e->connect.ino = w->ino;
	e->connect.dev = w->dev;
	e->connect.peer_pid = w->peer_pid;
	e->connect.peer_pid_ns = w->peer_pid_ns;
	e->connect.peer_comm =
		reader_text(r, offsetof(struct wire_connect, peer_comm), WIRE_COMM_LEN);
	e->connect.name = reader_take(r, w->name, WIRE_SUN_MAX);
	e->connect.path = reader_take(r, w->path, WIRE_PATH_MAX);
	e->connect.asked = reader_take(r, w->asked, WIRE_SUN_MAX);
	e->cwd = reader_or_root(reader_take(r, w->cwd, WIRE_PATH_MAX));
}

/* What the kernel side noted before the act, in place of what the text could lead to. */
static bool fill_object(struct reader *r, struct event_call_path *path, const struct wire_file *w,
			size_t off)
{
	reader_file(r, &path->file, w, off);
	if (r->bad || !path->file.known)
		return false;
	path->named = path->path = path->file.path;
	path->rootpath = path->file.rootpath;
	path->resolved = true;
	return true;
}

static void decode_syscall(struct reader *r, struct event *e)
{
	const struct wire_syscall *w = r->head;
	const struct event_call *row = event_call(w->call);

	e->kind = EVENT_SYSCALL;
	fill_task(r, &e->task, &w->t);
	e->creds = w->c;
	e->ret = w->ret;
	e->sys.call = w->call;
	memcpy(e->sys.args, w->args, sizeof(e->sys.args));
	e->cwd = reader_or_root(reader_take(r, w->cwd, WIRE_PATH_MAX));
	for (size_t i = 0; i < WIRE_SYSCALL_PATHS; i++) {
		struct event_call_path *path = &e->sys.paths[i];

		path->base = base_of(r, w->base[i]);
		path->asked = reader_take(r, w->asked[i], WIRE_PATH_MAX);
		if (fill_object(r, path, &w->f[i], offsetof(struct wire_syscall, f[i])))
			continue;
		if (r->bad)
			return;
		/* What is only a name, and the file of a descriptor, are what they are. */
		if (!row || row->dir[i] == WIRE_CALL_A_NAME) {
			path->path = path->named = path->asked;
			continue;
		}
		path->path = path->named = resolve(r, path->base, path->asked);
		if (event_magic(&path->magic, &e->task, path->asked, e->cwd, path->base,
				w->magic[i]))
			path->path = resolve(r, path->magic.base, path->magic.rest);
	}
}

static void fill_end(struct event_end *end, const struct wire_address *a, uint16_t port)
{
	_Static_assert(sizeof(end->address) == sizeof(*a), "an address is as it was sent");
	memcpy(&end->address, a, sizeof(*a));
	end->port = port;
	end->known = port != 0 || !address_is_zero(&end->address);
}

static void decode_net(struct reader *r, struct event *e)
{
	const struct wire_net *w = r->head;
	bool serves;

	e->kind = EVENT_NET;
	fill_task(r, &e->task, &w->t);
	e->creds = w->c;
	e->ret = w->ret;
	e->net.call = w->call;
	e->net.flags = w->flags;
	e->net.net_ns = w->net_ns;
	e->net.family = w->family;
	e->net.type = w->type;
	e->net.protocol = w->protocol;
	e->net.mode = w->mode;
	e->net.oldfd = w->oldfd;
	e->net.path = reader_take(r, w->path, WIRE_PATH_MAX);
	serves = event_net_serves(&e->net);
	fill_end(serves ? &e->net.server : &e->net.client, &w->local, w->local_port);
	fill_end(serves ? &e->net.client : &e->net.server, &w->remote, w->remote_port);
	e->cwd = reader_or_root(reader_take(r, w->cwd, WIRE_PATH_MAX));
}

static const struct {
	size_t fixed;
	void (*decode)(struct reader *r, struct event *e);
} kinds[] = {
	[WIRE_CGROUP] = {sizeof(struct wire_cgroup), decode_cgroup},
	[WIRE_FORK] = {sizeof(struct wire_fork), decode_fork},
	[WIRE_EXEC] = {sizeof(struct wire_exec), decode_exec},
	[WIRE_EXIT] = {sizeof(struct wire_exit), decode_exit},
	[WIRE_SETID] = {sizeof(struct wire_setid), decode_setid},
	[WIRE_OPEN] = {sizeof(struct wire_open), decode_open},
	[WIRE_CONNECT] = {sizeof(struct wire_connect), decode_connect},
	[WIRE_SYSCALL] = {sizeof(struct wire_syscall), decode_syscall},
	[WIRE_NET] = {sizeof(struct wire_net), decode_net},
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == WIRE_KIND_END, "every WIRE_* kind is decoded");

union fixed {
	struct wire_cgroup cgroup;
	struct wire_fork fork;
	struct wire_exec exec;
	struct wire_exit exit;
	struct wire_setid setid;
	struct wire_open open;
	struct wire_connect connect;
	struct wire_syscall syscall;
	struct wire_net net;
};

int event_decode(struct event *e, const void *data, size_t size, int64_t realtime_offset,
		 char scratch[static EVENT_SCRATCH])
{
	struct reader r = {.data = data, .head = data, .size = size};
	union fixed aligned;
	struct event out = {.kind = EVENT_NONE};
	struct wire_header h;

	if (size < sizeof(h) || size > WIRE_RECORD_MAX)
		return -EPROTO;
	memcpy(&h, data, sizeof(h));
	if (h.size != size)
		return -EPROTO;
	if (h.kind >= WIRE_KIND_END || !kinds[h.kind].decode)
		return -ENOTSUP;
	r.fixed = kinds[h.kind].fixed;
	if (size < r.fixed)
		return -EPROTO;
	r.scratch = scratch;
	/* The ring aligns its records, a recording need not. */
	if ((uintptr_t)data % _Alignof(union fixed)) {
		memcpy(&aligned, data, r.fixed);
		r.head = &aligned;
	}

	out.btime = h.time;
	out.time = h.time + (uint64_t)realtime_offset;
	out.seq = h.seq;
	out.cpu = h.cpu;
	out.context = h.flags & WIRE_F_CONTEXT;
	out.blocked = h.flags & WIRE_F_BLOCKED;
	out.watched = h.flags & WIRE_F_WATCHED;
	out.compat = h.flags & WIRE_F_COMPAT;
	out.io_uring = h.flags & WIRE_F_IO_URING;
	out.tier = WIRE_F_TIER_OF(h.flags);
	out.set = h.flags & WIRE_F_SET ? 1 : 0;
	kinds[h.kind].decode(&r, &out);
	if (r.bad)
		return -EPROTO;
	out.truncated = r.cut || (h.flags & WIRE_F_TRUNC);
	*e = out;
	return 0;
}
