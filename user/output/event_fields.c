// SPDX-License-Identifier: Apache-2.0
#include "output/event_fields.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "container/container.h"
#include "output/fields.h"
#include "output/names.h"
#include "output/sentence.h"
#include "process/process.h"

#define NS_PER_MS 1000000ull

/* Rules' own words are short; longer than that they are not ours. */
#define ID_CAP	     40
#define ADVICE_CAP   300
#define DEV_MAJOR(d) ((d) >> 20)
#define DEV_MINOR(d) ((d)&0xfffff)

static inline void put_null(struct line *l, enum field_id id)
{
	json_put_key(l, &field_keys[id]);
	json_put_null(l);
}

static inline void put_str(struct line *l, enum field_id id, struct str s)
{
	json_put_key(l, &field_keys[id]);
	json_put_string(l, s);
}

/* A string that the limit of the line never cuts; "" becomes null. */
static void put_whole(struct line *l, enum field_id id, struct str s, size_t cap)
{
	json_put_key(l, &field_keys[id]);
	if (s.len == 0) {
		json_put_null(l);
		return;
	}
	line_literal(l, "\"");
	line_capped(l, s, cap);
	line_literal(l, "\"");
}

/* A string of ours that needs no escapes; "" becomes null. */
static inline void put_own(struct line *l, enum field_id id, struct str s)
{
	json_put_key(l, &field_keys[id]);
	if (s.len == 0)
		json_put_null(l);
	else
		json_put_raw(l, s.p, s.len);
}

static inline void put_num(struct line *l, enum field_id id, int64_t v)
{
	json_put_key(l, &field_keys[id]);
	line_i64(l, v);
}

static inline void put_num_if(struct line *l, enum field_id id, bool known, int64_t v)
{
	json_put_key(l, &field_keys[id]);
	if (known)
		line_i64(l, v);
	else
		json_put_null(l);
}

static inline void put_bool(struct line *l, enum field_id id, bool v)
{
	json_put_key(l, &field_keys[id]);
	json_put_bool(l, v);
}

static inline void put_bool_if(struct line *l, enum field_id id, bool known, bool v)
{
	json_put_key(l, &field_keys[id]);
	if (known)
		json_put_bool(l, v);
	else
		json_put_null(l);
}

/* A uid or gid; (u32)-1 is none. */
static inline void put_id(struct line *l, enum field_id id, uint32_t v)
{
	put_num_if(l, id, v != UINT32_MAX, v);
}

static inline void put_hex(struct line *l, enum field_id id, uint64_t v)
{
	json_put_key(l, &field_keys[id]);
	line_literal(l, "\"");
	line_hex64(l, v);
	line_literal(l, "\"");
}

static void put_result(struct line *l, const struct event *e)
{
	if (e->ret >= 0)
		put_own(l, F_RES, STR_LIT("SUCCESS"));
	else
		put_own(l, F_RES, names_errno(e->ret == INT32_MIN ? INT32_MAX : -e->ret));
	put_num(l, F_RAWRES, e->ret);
}

/* The program: of an exec what the kernel said just now, else what is remembered. */
static void put_program(struct line *l, const struct event *e)
{
	const struct process *p = e->process;
	struct str exepath = p ? p->exepath : STR_LIT("");
	struct str tty = p ? p->tty : STR_LIT("");
	uint32_t flags = p ? p->exe_flags : 0;
	bool known = p, layered;

	if (e->kind == EVENT_EXEC) {
		exepath = e->exec.exe.path;
		tty = e->exec.tty;
		known = e->exec.exe.known;
		flags = e->exec.exe.flags;
	}
	/* /proc does not say which layer a program lies in. */
	layered = known && (e->kind == EVENT_EXEC || !p->from_proc);
	put_str(l, F_PROC_EXEPATH, exepath);
	put_str(l, F_PROC_TTY, tty);
	put_bool_if(l, F_PROC_UPPER, layered, flags & WIRE_FILE_UPPER);
	put_bool_if(l, F_PROC_MEMFD, known, flags & WIRE_FILE_MEMFD);
}

static void put_process(struct line *l, const struct event *e)
{
	const struct event_task *t = &e->task;
	char scratch[SENTENCE_SCRATCH];
	struct str cwd = e->cwd;

	if (cwd.len == 0 && e->process)
		cwd = e->process->cwd;
	put_str(l, F_PROC_NAME, t->comm);
	put_program(l, e);
	put_str(l, F_PROC_CMDLINE, sentence_cmdline(e, scratch));
	put_num(l, F_PROC_PID, t->pid);
	put_num(l, F_PROC_VPID, t->vpid);
	put_num(l, F_PROC_PPID, t->ppid);
	put_str(l, F_PROC_PNAME, t->pcomm);
	put_str(l, F_PROC_CWD, cwd);
	put_num(l, F_PROC_SID, t->sid);
	put_num(l, F_TID, t->tid);
	put_num(l, F_VTID, t->vtid);
	put_num(l, F_USER_LOGINUID, t->loginuid == UINT32_MAX ? -1 : (int64_t)t->loginuid);
	put_num(l, F_PID_NS, t->pid_ns);
	put_id(l, F_UID_HOST, e->creds.euid);
}

static void put_creds(struct line *l, const struct event *e)
{
	static const struct str roots[] = {[WIRE_ROOT_NONE] = STR_LIT("none"),
					   [WIRE_ROOT_USERNS] = STR_LIT("userns"),
					   [WIRE_ROOT_HOST] = STR_LIT("host")};
	const struct wire_creds *c = &e->creds;

	put_id(l, F_USER_UID, c->ns_euid);
	put_id(l, F_GROUP_GID, c->ns_egid);
	put_own(l, F_ROOT, roots[c->root <= WIRE_ROOT_HOST ? c->root : WIRE_ROOT_NONE]);
	put_id(l, F_UID_CONTAINER, c->ns_euid);
	put_str(l, F_CAP_EFFECTIVE, names_capabilities(c->cap_effective));
}

/* What matters where credentials may have changed. */
static void put_creds_more(struct line *l, const struct event *e)
{
	const struct wire_creds *c = &e->creds;
	bool known = e->prev_known;

	put_hex(l, F_CAP_PERMITTED, c->cap_permitted);
	put_hex(l, F_CAP_INHERITABLE, c->cap_inheritable);
	put_id(l, F_RUID_HOST, c->uid);
	put_id(l, F_RUID_CONTAINER, c->ns_uid);
	put_num_if(l, F_FROM_UID, known, e->prev.uid);
	put_num_if(l, F_FROM_EUID, known, e->prev.euid);
	put_num_if(l, F_FROM_SUID, known, e->prev.suid);
	put_num_if(l, F_FROM_FSUID, known, e->prev.fsuid);
}

static void put_container(struct line *l, const struct event *e)
{
	static const struct container none;
	const struct container *c = e->container ? e->container : &none;
	const char *type = container_type_name(c->ref.type);

	put_whole(l, F_CONTAINER_ID, str_from(c->short_id), CONTAINER_ID_MAX);
	put_whole(l, F_CONTAINER_FULL_ID, str_from(c->ref.id), CONTAINER_ID_MAX);
	put_str(l, F_CONTAINER_NAME, str_from(c->name));
	put_own(l, F_CONTAINER_TYPE, str_from(type));
	put_str(l, F_CONTAINER_REPOSITORY, str_from(c->image));
	put_str(l, F_CONTAINER_TAG, str_from(c->image_tag));
	put_bool_if(l, F_CONTAINER_PRIVILEGED, c->privileged_known, c->privileged);
	put_str(l, F_K8S_NS, str_from(c->k8s_ns));
	put_str(l, F_K8S_POD, str_from(c->k8s_pod));
	put_whole(l, F_K8S_POD_UID, str_from(c->ref.pod_uid), CONTAINER_POD_UID_LEN);
}

static void put_container_more(struct line *l, const struct container *c)
{
	char image[2 * CONTAINER_NAME_MAX];
	struct str repository, tag;
	size_t len;

	if (!c) {
		put_null(l, F_CONTAINER_IMAGE);
		put_null(l, F_CONTAINER_DIGEST);
		put_null(l, F_CGROUP);
		return;
	}
	repository = str_from(c->image);
	tag = str_from(c->image_tag);
	len = repository.len;
	memcpy(image, repository.p, len);
	if (len > 0 && tag.len > 0) {
		image[len++] = ':';
		memcpy(image + len, tag.p, tag.len);
		len += tag.len;
	}
	put_str(l, F_CONTAINER_IMAGE, (struct str){image, (uint32_t)len, (uint32_t)len});
	put_str(l, F_CONTAINER_DIGEST, str_from(c->image_digest));
	put_str(l, F_CGROUP, str_from(c->cgroup_path));
}

static void put_file(struct line *l, const struct event_file *f)
{
	struct str layer = STR_LIT("");

	put_str(l, F_FILE_SBPATH, f->known ? f->sbpath : STR_LIT(""));
	json_put_key(l, &field_keys[F_FILE_DEV]);
	if (f->known) {
		line_literal(l, "\"");
		line_i64(l, DEV_MAJOR(f->dev));
		line_literal(l, ":");
		line_i64(l, DEV_MINOR(f->dev));
		line_literal(l, "\"");
	} else {
		json_put_null(l);
	}
	if (f->known && f->flags & WIRE_FILE_UPPER)
		layer = STR_LIT("upper");
	else if (f->known && f->flags & WIRE_FILE_LOWER)
		layer = STR_LIT("lower");
	put_str(l, F_FILE_FSTYPE, f->known ? f->fstype : STR_LIT(""));
	put_bool_if(l, F_FILE_ROOTFS, f->known, f->flags & WIRE_FILE_ROOTFS);
	put_own(l, F_FILE_LAYER, layer);
	put_bool_if(l, F_FILE_BIND, f->known, f->flags & WIRE_FILE_BIND);
	put_bool_if(l, F_FILE_DELETED, f->known, f->flags & WIRE_FILE_DELETED);
}

/* stat(2)'s encoding of a device number, which is what others compare fd.dev with. */
static int64_t stat_dev(uint32_t dev)
{
	uint32_t major = DEV_MAJOR(dev), minor = DEV_MINOR(dev);

	return (minor & 0xff) | major << 8 | (int64_t)(minor & ~0xffu) << 12;
}

static void put_identity(struct line *l, bool known, uint32_t dev, uint64_t ino)
{
	put_num_if(l, F_FD_DEV, known, stat_dev(dev));
	/* Signed: a file system may give any 64 bits, and many parsers stop at 2^63. */
	put_num_if(l, F_FD_INO, known, (int64_t)ino);
}

static void put_open(struct line *l, const struct event *e)
{
	const struct event_open *o = &e->open;
	const struct event_file *f = &o->file;
	struct str base = str_basename(f->path), typechar = STR_LIT("f");
	/* Without its last slash, unless that is all of it. */
	uint32_t dir_len = f->path.len - base.len;
	unsigned mode = o->oflags & O_ACCMODE;

	if (dir_len > 1)
		dir_len--;
	put_bool(l, F_IS_OPEN_WRITE, o->write);
	put_bool(l, F_IS_OPEN_READ, (mode == O_RDONLY || mode == O_RDWR) && !(o->oflags & O_PATH));
	put_own(l, F_ARG_FLAGS, names_open_flags(o->oflags));
	put_str(l, F_FD_NAME, f->path);
	put_str(l, F_FD_DIRECTORY, (struct str){f->path.p, dir_len, dir_len});
	put_str(l, F_FD_FILENAME, base);
	put_identity(l, f->known, f->dev, f->ino);
	if (!f->known)
		typechar = STR_LIT("");
	else if (S_ISDIR(f->mode))
		typechar = STR_LIT("d");
	else if (S_ISFIFO(f->mode))
		typechar = STR_LIT("p");
	put_own(l, F_FD_TYPECHAR, typechar);
	put_file(l, f);
	put_bool(l, F_FILE_CREATED, o->created);
	if (e->blocked) {
		put_bool(l, F_FILE_UNRESOLVED, o->unresolved);
		put_str(l, F_FILE_ASKED, o->asked);
	}
}

/* A socket's name; abstract ones as in /proc/net/unix. */
static void put_socket(struct line *l, enum field_id id, struct str name, bool abstract)
{
	char at[WIRE_PATH_MAX + 1];

	if (abstract && name.len > 0) {
		size_t n = name.len < WIRE_PATH_MAX ? name.len : WIRE_PATH_MAX;

		at[0] = '@';
		memcpy(at + 1, name.p, n);
		name = (struct str){at, (uint32_t)n + 1, (uint32_t)n + 1};
	}
	put_str(l, id, name);
}

static void put_connect(struct line *l, const struct event *e)
{
	const struct event_connect *c = &e->connect;
	bool peer = c->flags & WIRE_CONNECT_PEER, abstract;
	struct str name = sentence_socket(e, &abstract);

	put_socket(l, F_FD_NAME, name, abstract);
	put_identity(l, c->ino != 0, c->dev, c->ino);
	put_own(l, F_FD_TYPECHAR, STR_LIT("u"));
	put_socket(l, F_FD_ASKED, c->asked, c->flags & WIRE_CONNECT_ASKED_ABSTRACT);
	put_bool(l, F_FD_ABSTRACT, abstract);
	put_num_if(l, F_PEER_PID, c->peer_pid != 0, c->peer_pid);
	put_str(l, F_PEER_COMM, c->peer_comm);
	put_str(l, F_PEER_PATH, c->path);
	put_bool_if(l, F_PEER_CONTAINER, peer, c->flags & WIRE_CONNECT_PEER_CONTAINER);
	put_bool_if(l, F_PEER_SAME, peer, c->flags & WIRE_CONNECT_PEER_SAME);
}

static void put_exec(struct line *l, const struct event *e)
{
	static const struct str gains[] = {
		STR_LIT(""),	       STR_LIT("suid"),
		STR_LIT("sgid"),       STR_LIT("suid,sgid"),
		STR_LIT("fcaps"),      STR_LIT("suid,fcaps"),
		STR_LIT("sgid,fcaps"), STR_LIT("suid,sgid,fcaps"),
	};
	const struct event_exec *x = &e->exec;
	char scratch[SENTENCE_SCRATCH];
	struct str all = sentence_cmdline(e, scratch), exe = x->argv, args;
	unsigned gain = (x->flags & WIRE_EXEC_SUID ? 1u : 0) |
			(x->flags & WIRE_EXEC_SGID ? 2u : 0) |
			(x->flags & WIRE_EXEC_FCAPS ? 4u : 0);

	if (exe.len > 0)
		exe.len = (uint32_t)strnlen(exe.p, exe.len);
	args = all;
	if (all.len > exe.len)
		args = (struct str){all.p + exe.len + 1, all.len - exe.len - 1, 0};
	else
		args.len = 0;
	put_str(l, F_PROC_EXE, exe);
	put_str(l, F_PROC_ARGS, args);
	put_str(l, F_PROC_PEXEPATH, e->parent ? e->parent->exepath : STR_LIT(""));
	put_bool_if(l, F_PROC_LOWER, x->exe.known, x->exe.flags & WIRE_FILE_LOWER);
	put_num_if(l, F_PROC_EXE_INO, x->exe.known, (int64_t)x->exe.ino);
	put_file(l, &x->exe);
	put_str(l, F_EXEC_FILENAME, x->filename);
	put_bool(l, F_EXEC_SCRIPT, x->script);
	put_str(l, F_EXEC_INTERP, x->script ? x->interp : STR_LIT(""));
	put_num(l, F_EXEC_ARGV_LEN, x->argv_len);
	put_bool(l, F_EXEC_TRUNCATED, x->argv_tail.len > 0 || x->argv.full > x->argv.len);
	put_own(l, F_EXEC_GAIN, gains[gain]);
}

static void put_exit(struct line *l, const struct event *e)
{
	const struct process *p = e->process;
	int status = (int)e->exit.code;
	bool killed = WIFSIGNALED(status);

	put_num_if(l, F_EXIT_CODE, !killed, WEXITSTATUS(status));
	put_num_if(l, F_EXIT_SIGNAL, killed, WTERMSIG(status));
	put_num_if(l, F_EXIT_DURATION, p && p->exec_time > 0 && p->exec_time <= e->time,
		   p ? (int64_t)((e->time - p->exec_time) / NS_PER_MS) : 0);
	put_whole(l, F_EXIT_RULE, str_from(p ? p->alert_rule : NULL), ID_CAP);
	put_num_if(l, F_EXIT_EVT_NUM, p && p->alert_num > 0, p ? (int64_t)p->alert_num : 0);
}

/* Which rules matched. Never cut by the limit of the line. */
static void put_verdict(struct line *l, const struct verdict *v)
{
	if (v->n == 0)
		return;
	put_whole(l, F_RULE_ID, str_from(v->hits[0]->id), ID_CAP);
	json_put_key(l, &field_keys[F_RULES]);
	line_literal(l, "\"");
	for (size_t i = 0; i < v->n; i++) {
		if (i > 0)
			line_literal(l, ",");
		line_capped(l, str_from(v->hits[i]->id), ID_CAP);
	}
	line_literal(l, "\"");
	put_whole(l, F_ADVICE, str_from(v->hits[0]->advice), ADVICE_CAP);
}

static void put_schema(struct line *l)
{
	/* The first one: without its comma. */
	line_raw(l, field_keys[F_SCHEMA].text + 1, field_keys[F_SCHEMA].len - 1u);
	line_literal(l, "1");
}

void event_fields_write(struct line *l, const struct event *e, const struct verdict *v)
{
	put_schema(l);
	put_num(l, F_TIME, (int64_t)e->time);
	put_num(l, F_NUM, (int64_t)e->num);
	put_own(l, F_TYPE, str_from(event_type(e)));
	put_own(l, F_DIR, STR_LIT("<"));
	put_verdict(l, v);
	put_container(l, e);
	put_process(l, e);
	if (e->kind != EVENT_EXIT) {
		put_result(l, e);
		put_bool(l, F_BLOCKED, e->blocked);
		put_bool(l, F_COMPAT, e->compat);
		put_creds(l, e);
	}
	switch (e->kind) {
	case EVENT_EXEC:
		put_creds_more(l, e);
		put_exec(l, e);
		put_container_more(l, e->container);
		break;
	case EVENT_EXIT:
		put_exit(l, e);
		break;
	case EVENT_SETID:
		put_creds_more(l, e);
		put_id(l, F_TO_UID, e->creds.uid);
		put_id(l, F_TO_EUID, e->creds.euid);
		put_id(l, F_TO_SUID, e->creds.suid);
		put_id(l, F_TO_FSUID, e->creds.fsuid);
		break;
	case EVENT_OPEN:
		put_open(l, e);
		break;
	case EVENT_CONNECT:
		put_connect(l, e);
		break;
	case EVENT_NONE:
	case EVENT_CGROUP:
	case EVENT_FORK:
	case EVENT_KIND_END:
		break; /* never printed */
	}
	put_bool(l, F_TRUNCATED, e->truncated || l->cut);
}

void event_fields_write_lost(struct line *l, uint64_t lost, uint64_t total, uint64_t time_ns)
{
	put_schema(l);
	put_num(l, F_TIME, (int64_t)time_ns);
	put_num(l, F_LOST, (int64_t)lost);
	put_num(l, F_LOST_TOTAL, (int64_t)total);
}
