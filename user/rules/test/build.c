// SPDX-License-Identifier: Apache-2.0
#include "rules/test/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/names.h"
#include "base/nearest.h"
#include "base/tier.h"
#include "rules/lang/log.h"
#include "rules/test/parts.h"

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
	    id != F_HANDLE_AT && id != F_EXEC_INPUT && id != F_EXEC_LOADED_NEW &&
	    id != F_EXEC_PIPED_FROM && id != F_EXEC_PIPED_TO) {
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
	if (input_bool(&b->in, F_FD_UNCONNECTED, false))
		c->flags |= WIRE_CONNECT_UNCONNECTED;
	c->peer_comm = build_comm(b, F_PEER_COMM, STR_LIT(""));
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

static void no_such_type(struct build *b, struct str type)
{
	struct nearest near = {0};

	if (type.len == 0) {
		input_fail(&b->in, F_TYPE, "an event needs evt.type, such as openat");
		return;
	}
	for (size_t i = 0; i < TYPES && type.len <= NEAREST_WORD_MAX; i++)
		nearest_try(&near, type.p, types[i].name);
	input_fail(&b->in, F_TYPE, "no case can have evt.type %s%s%s%s", SHOW(type.p, type.len),
		   near.word ? "; did you mean " : "", near.word ? near.word : "",
		   near.word ? "?" : "");
}

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
		while (++i < TYPES && types[i].call != WIRE_CALL_BIND_FILE)
			;
	if (i == TYPES)
		no_such_type(b, type);
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
