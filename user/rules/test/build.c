// SPDX-License-Identifier: Apache-2.0
#include "rules/test/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/names.h"
#include "base/tier.h"
#include "rules/test/parts.h"

#define PID  4242
#define VPID 7
#define PPID 4200
/* CLOCK_BOOTTIME and CLOCK_REALTIME of the act; the process is a second old. */
#define BTIME	  1000000000000ull
#define TIME	  1795309323123456789ull
#define SECOND	  1000000000ull
#define ERRNO_MAX 133

static const struct {
	const char *name;
	enum event_kind kind;
	uint32_t call; /* of an exec: WIRE_EXEC_FDPATH */
} types[] = {{"execve", EVENT_EXEC, 0},
	     {"execveat", EVENT_EXEC, WIRE_EXEC_FDPATH},
	     {"procexit", EVENT_EXIT, 0},
	     {"open", EVENT_OPEN, WIRE_CALL_OPEN},
	     {"openat", EVENT_OPEN, WIRE_CALL_OPENAT},
	     {"openat2", EVENT_OPEN, WIRE_CALL_OPENAT2},
	     {"creat", EVENT_OPEN, WIRE_CALL_CREAT},
	     {"open_by_handle_at", EVENT_OPEN, WIRE_CALL_OPEN_BY_HANDLE_AT},
	     {"mmap", EVENT_OPEN, WIRE_CALL_MMAP},
	     {"setuid", EVENT_SETID, WIRE_CALL_SETUID},
	     {"setreuid", EVENT_SETID, WIRE_CALL_SETREUID},
	     {"setresuid", EVENT_SETID, WIRE_CALL_SETRESUID},
	     {"setfsuid", EVENT_SETID, WIRE_CALL_SETFSUID},
	     {"setgid", EVENT_SETID, WIRE_CALL_SETGID},
	     {"setregid", EVENT_SETID, WIRE_CALL_SETREGID},
	     {"setresgid", EVENT_SETID, WIRE_CALL_SETRESGID},
	     {"setfsgid", EVENT_SETID, WIRE_CALL_SETFSGID},
	     {"setgroups", EVENT_SETID, WIRE_CALL_SETGROUPS},
	     {"credrise", EVENT_SETID, WIRE_CALL_NONE},
	     {"bind", EVENT_NET, WIRE_CALL_BIND},
	     {"listen", EVENT_NET, WIRE_CALL_LISTEN},
	     {"accept", EVENT_NET, WIRE_CALL_ACCEPT},
	     {"accept4", EVENT_NET, WIRE_CALL_ACCEPT4},
	     {"sendto", EVENT_NET, WIRE_CALL_SENDTO},
	     {"sendmsg", EVENT_NET, WIRE_CALL_SENDMSG},
	     {"sendmmsg", EVENT_NET, WIRE_CALL_SENDMMSG},
	     {"socket", EVENT_NET, WIRE_CALL_SOCKET},
	     {"dup", EVENT_NET, WIRE_CALL_DUP},
	     {"dup2", EVENT_NET, WIRE_CALL_DUP2},
	     {"dup3", EVENT_NET, WIRE_CALL_DUP3},
	     {"connect", EVENT_CONNECT, WIRE_CALL_CONNECT},
	     {"connect", EVENT_NET, WIRE_CALL_CONNECT}, /* see find_type() */
#define ROW(id, name, ...) {#name, EVENT_SYSCALL, WIRE_CALL_##id},
	     WIRE_CALLS(ROW)
#undef ROW
};
#define TYPES (sizeof(types) / sizeof(types[0]))

struct build *build_new(struct arena *arena)
{
	struct build *b = ARENA_NEW(arena, struct build);

	if (b)
		b->in.arena = arena;
	return b;
}

int build_set(struct build *b, const char *name, size_t len, const struct rule_value *values,
	      size_t n, bool list, const char **why)
{
	enum field_id id = field_lookup(name, len);
	struct input_field *f;

	if (id == F_RULE_END) {
		*why = "there is no such field: `rootwatch rules fields` lists them";
		return -EINVAL;
	}
	if (id >= F_END && id != F_HOST_PATH && id != F_FILE_TYPE && id != F_FILE_SUID &&
	    id != F_FILE_RDEV && id != F_MOUNTS && id != F_PROC_PCMDLINE && id != F_PROC_PEXE &&
	    id != F_PROC_PVPID && id != F_ARG_REQUEST && id != F_CALL_GAINED && id != F_ARG_KEY &&
	    id != F_ARG_VALUE && id != F_ARG_NSTYPE && id != F_EXEC_STDIO_NET && id != F_FD_NUM &&
	    id != F_DUP_STDIO && id != F_PIDNS_DURATION && id != F_ARG_PROT && id != F_SETID_GAIN &&
	    id != F_HANDLE_AT && id != F_EXEC_PIPED_FROM && id != F_EXEC_PIPED_TO) {
		*why = "this is worked out from what the event is made of (fd.name, "
		       "rootwatch.file.*, proc.exepath, ...) and cannot be given";
		return -EINVAL;
	}
	if (list && id != F_PROC_ARGS && id != F_EXEC_PIPED_FROM && id != F_EXEC_PIPED_TO) {
		*why = "only proc.args and rootwatch.exec.piped_* can be lists";
		return -EINVAL;
	}
	f = &b->in.fields[id];
	if (f->given) {
		*why = "given twice";
		return -EINVAL;
	}
	*f = (struct input_field){values, n, list, true, false};
	return 0;
}

/* ---- what became of it ------------------------------------------------------------------------ */

static bool is_denial(int err)
{
	return err == EACCES || err == EPERM || err == EROFS;
}

static void build_result(struct build *b)
{
	struct event *e = &b->event;
	struct str res = input_str(&b->in, F_RES, STR_LIT("SUCCESS")), tier;
	int err = 0;

	if (!str_is(res, "SUCCESS")) {
		for (err = 1; err < ERRNO_MAX && !str_eq(names_errno(err), res); err++)
			;
		if (err == ERRNO_MAX)
			input_fail(&b->in, F_RES, "evt.res is SUCCESS or an error such as EACCES");
	}
	if (err)
		e->ret = -err;
	else
		e->ret = e->kind == EVENT_OPEN ? 3 : 0;
	e->blocked = input_bool(&b->in, F_BLOCKED, is_denial(err));
	if (e->blocked && !err)
		e->ret = -EACCES;
	e->compat = input_bool(&b->in, F_COMPAT, false);
	if (e->kind != EVENT_EXEC && e->kind != EVENT_SETID)
		e->io_uring = input_bool(&b->in, F_IO_URING, false);
	e->truncated = input_bool(&b->in, F_TRUNCATED, false);
	tier = input_str(&b->in, F_TIER, STR_LIT("tracepoint"));
	for (e->tier = WIRE_TIER_TRACEPOINT; e->tier <= WIRE_TIER_KPROBE; e->tier++)
		if (str_is(tier, tier_name(e->tier)))
			return;
	input_fail(&b->in, F_TIER, "rootwatch.tier is tracepoint, fentry, lsm or kprobe");
}

/* ---- the process ------------------------------------------------------------------------------ */

#define COMM_MAX (WIRE_COMM_LEN - 1)

static struct str comm_of(struct str path)
{
	struct str name = str_basename(path);

	if (name.len > COMM_MAX)
		name.len = name.full = COMM_MAX;
	return name;
}

static struct str comm(struct build *b, enum field_id id, struct str otherwise)
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

static void build_task(struct build *b)
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
	t->pcomm = comm(b, F_PROC_PNAME, STR_LIT("app"));
	b->event.cwd = input_str(&b->in, F_PROC_CWD, STR_LIT("/"));
	b->parent.pid = t->ppid;
	b->parent.vpid = input_id(&b->in, F_PROC_PVPID, 1);
	b->parent.comm = t->pcomm;
	b->parent.exepath = input_str(&b->in, F_PROC_PEXEPATH, STR_LIT("/usr/bin/app"));
	build_arguments(b, &b->parent, F_PROC_PCMDLINE, F_PROC_PEXE);
	b->event.parent = &b->parent;
}

/* What is remembered of the process when it does something else than exec. */
static void build_process(struct build *b)
{
	struct process *p = &b->process;
	struct event *e = &b->event;

	p->pid = e->task.pid;
	p->start = e->task.start;
	p->ppid = e->task.ppid;
	p->exepath = input_str(&b->in, F_PROC_EXEPATH, STR_LIT("/usr/bin/program"));
	e->task.comm = comm(b, F_PROC_NAME, comm_of(p->exepath));
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

static void build_exec(struct build *b, uint32_t flags)
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
	build_argv(b, script ? x->interp : str_basename(path));
	b->event.task.comm = comm(b, F_PROC_NAME, comm_of(script ? x->filename : path));
}

/* ---- the other kinds -------------------------------------------------------------------------- */

static uint32_t open_flags(struct build *b)
{
	static const char *const names[] = {"O_RDONLY",	  "O_WRONLY",	"O_RDWR",   "O_CREAT",
					    "O_EXCL",	  "O_TRUNC",	"O_APPEND", "O_PATH",
					    "O_NOFOLLOW", "O_CLOEXEC",	"O_NOCTTY", "O_DIRECTORY",
					    "O_DIRECT",	  "O_NONBLOCK", NULL};
	static const uint32_t flags[] = {O_RDONLY, O_WRONLY,	O_RDWR,	  O_CREAT,    O_EXCL,
					 O_TRUNC,  O_APPEND,	O_PATH,	  O_NOFOLLOW, O_CLOEXEC,
					 O_NOCTTY, O_DIRECTORY, O_DIRECT, O_NONBLOCK};
	bool given = input_given(&b->in, F_ARG_FLAGS);
	bool write = input_bool(&b->in, F_IS_OPEN_WRITE, false);
	bool read = input_bool(&b->in, F_IS_OPEN_READ, !write);
	uint64_t words = input_words(&b->in, F_ARG_FLAGS, names, '|', 1);
	uint32_t oflags = 0;

	if (given &&
	    (input_given(&b->in, F_IS_OPEN_WRITE) || input_given(&b->in, F_IS_OPEN_READ))) {
		input_fail(&b->in, F_ARG_FLAGS,
			   "give either evt.arg.flags or evt.is_open_write and evt.is_open_read");
		return 0;
	}
	if (!given && !read && !write)
		return O_PATH;
	if (!given)
		return !write ? O_RDONLY : read ? O_RDWR : O_WRONLY;
	for (size_t i = 0; names[i]; i++)
		oflags |= words >> i & 1 ? flags[i] : 0;
	return oflags;
}

/* Its file was opened for writing, by whomever. */
static void build_mapping(struct build *b, struct event_open *o)
{
	static const char *const prots[] = {"PROT_READ", "PROT_WRITE", "PROT_EXEC", NULL};
	static const char *const kinds[] = {"MAP_SHARED", "MAP_SHARED_VALIDATE", NULL};

	o->oflags = O_WRONLY;
	o->no_fd = true;
	o->prot = (uint32_t)input_words(&b->in, F_ARG_PROT, prots, '|', 3);
	o->mapping = input_word(&b->in, F_ARG_FLAGS, kinds, 0) ? 3 : 1;
}

/* That was denied: nobody knows of which file it is. */
static void build_handle(struct build *b, struct event_open *o)
{
	static const char bytes[] = "\4\0\0\0\1\0\0\0\2\0\0";

	o->file.path = STR_LIT("");
	o->handle = (struct str){bytes, sizeof(bytes), sizeof(bytes)};
	o->handle_at = input_str(&b->in, F_HANDLE_AT, STR_LIT("/"));
}

static void build_open(struct build *b, uint32_t call)
{
	struct event *e = &b->event;
	struct event_open *o = &e->open;
	struct str path = input_str(&b->in, F_FD_NAME, STR_LIT("/data/file"));

	build_file(b, &o->file, path, e->blocked);
	o->call = call;
	if (call == WIRE_CALL_MMAP)
		build_mapping(b, o);
	else
		o->oflags = open_flags(b);
	o->write = (o->oflags & O_ACCMODE) != O_RDONLY || (o->oflags & (O_CREAT | O_TRUNC));
	o->created = input_bool(&b->in, F_FILE_CREATED, false);
	if (o->created)
		o->file.flags |= WIRE_FILE_CREATED;
	if (input_bool(&b->in, F_RECEIVED, false))
		o->call = WIRE_CALL_RECVMSG;
	o->unresolved = e->blocked;
	if (e->blocked && call == WIRE_CALL_OPEN_BY_HANDLE_AT)
		build_handle(b, o);
	if (e->blocked)
		o->asked = input_str(&b->in, F_FILE_ASKED, path);
}

static void build_connect(struct build *b)
{
	struct event *e = &b->event;
	struct event_connect *c = &e->connect;
	struct str name = input_str(&b->in, F_FD_NAME, STR_LIT("/run/app.sock"));
	bool abstract = input_bool(&b->in, F_FD_ABSTRACT, false);
	bool peer = input_given(&b->in, F_PEER_COMM) || input_given(&b->in, F_PEER_CONTAINER) ||
		    input_given(&b->in, F_PEER_SAME) || input_given(&b->in, F_PEER_PID);

	c->flags = peer ? WIRE_CONNECT_PEER : 0;
	c->asked = input_str(&b->in, F_FD_ASKED, name);
	if (!e->blocked) { /* nobody answered: the name asked for is all there is */
		c->name = name;
		c->path = input_str(&b->in, F_PEER_PATH, abstract ? STR_LIT("") : name);
		c->flags |= abstract ? WIRE_CONNECT_ABSTRACT : 0;
	}
	c->flags |= abstract ? WIRE_CONNECT_ASKED_ABSTRACT : 0;
	c->peer_comm = comm(b, F_PEER_COMM, STR_LIT(""));
	c->peer_pid = input_id(&b->in, F_PEER_PID, peer ? 812 : 0);
	if (input_bool(&b->in, F_PEER_SAME, false))
		c->flags |= WIRE_CONNECT_PEER_SAME | WIRE_CONNECT_PEER_CONTAINER;
	if (input_bool(&b->in, F_PEER_CONTAINER, false))
		c->flags |= WIRE_CONNECT_PEER_CONTAINER;
}

static void build_exit(struct build *b)
{
	uint64_t code = input_number(&b->in, F_EXIT_CODE, 255, 0);
	uint64_t signal = input_number(&b->in, F_EXIT_SIGNAL, 64, 0);

	b->event.exit.code = (uint32_t)(signal ? signal : code << 8);
}

/* ---- all of it -------------------------------------------------------------------------------- */

/* The row of types for evt.type; TYPES when it is missing or none. */
static size_t find_type(struct build *b)
{
	struct str type = input_str(&b->in, F_TYPE, STR_LIT(""));
	size_t i = 0;

	while (i < TYPES && !str_is(type, types[i].name))
		i++;
	if (i < TYPES && types[i].kind == EVENT_CONNECT && build_is_net(b))
		i++;
	/* A bind of a path is one of a Unix socket, which is the later row. */
	if (i < TYPES && types[i].kind == EVENT_NET && types[i].call == WIRE_CALL_BIND &&
	    !build_is_net(b) && b->in.fields[F_FD_NAME].given)
		while (types[++i].call != WIRE_CALL_BIND_FILE)
			;
	if (i == TYPES)
		input_fail(
			&b->in, F_TYPE,
			"evt.type has to be execve, execveat, open, openat, openat2, creat, "
			"open_by_handle_at, mmap, connect, bind, socket, setuid, setreuid, setresuid, setfsuid or "
			"procexit");
	return i;
}

static void build_kind(struct build *b, size_t type)
{
	struct event *e = &b->event;

	if (e->kind != EVENT_EXIT)
		build_result(b);
	if (e->kind != EVENT_EXEC)
		build_process(b);
	switch (e->kind) {
	case EVENT_EXEC:
		build_exec(b, types[type].call);
		break;
	case EVENT_OPEN:
		build_open(b, types[type].call);
		break;
	case EVENT_CONNECT:
		build_connect(b);
		break;
	case EVENT_SYSCALL:
		build_syscall(b, types[type].call);
		break;
	case EVENT_NET:
		build_net(b, types[type].call);
		break;
	case EVENT_EXIT:
		build_exit(b);
		break;
	default:
		e->setid.call = types[type].call;
		e->setid.risen = e->setid.call == WIRE_CALL_NONE;
		break;
	}
}

/* Whatever nobody took means nothing to this kind of event. */
static void check_taken(struct build *b, const char *type)
{
	for (enum field_id id = 0; id < F_RULE_END; id++) {
		if (b->in.fields[id].given && !b->in.fields[id].taken)
			input_fail(&b->in, id, "%s cannot be given for %s%s", field_name(id), type,
				   b->event.blocked ? " that was denied" : "");
	}
}

int build_event(struct build *b, const struct event **e, const char **field, const char **why)
{
	size_t type = find_type(b);

	if (type < TYPES) {
		b->event = (struct event){.kind = types[type].kind,
					  .num = 1,
					  .time = TIME,
					  .btime = BTIME,
					  .watched = true};
		build_task(b);
		build_container(b);
		build_creds(b);
		build_kind(b, type);
		check_taken(b, types[type].name);
	}
	if (b->in.arena->failed)
		return -ENOMEM;
	if (b->in.failed) {
		bool given = b->in.wrong < F_RULE_END && b->in.fields[b->in.wrong].given;

		*field = given ? field_name(b->in.wrong) : NULL;
		*why = b->in.why;
		return -EINVAL;
	}
	*e = &b->event;
	return 0;
}
