// SPDX-License-Identifier: Apache-2.0
#include "output/object_fields.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/names.h"
#include "output/put.h"
#include "output/sentence.h"
#include "process/process.h"

#define NS_PER_MS 1000000ull

#define DEV_MAJOR(d) ((d) >> 20)
#define DEV_MINOR(d) ((d)&0xfffff)

/* Is it how path ends? */
static bool ends(struct str path, struct str end)
{
	if (end.len == 0) /* p may be NULL, to which nothing may be added, not even 0 */
		return true;
	return path.len >= end.len && memcmp(path.p + path.len - end.len, end.p, end.len) == 0;
}

static void put_file(struct line *l, const struct event_file *f)
{
	bool stacked = event_file_stacked(f);
	struct str path = stacked ? f->realpath : f->sbpath, layer = STR_LIT("");
	uint32_t dev = stacked ? f->real_dev : f->dev;

	if (!f->known)
		put_null(l, F_FILE_SBPATH);
	else if (ends(f->path, path))
		put_copy(l, F_FILE_SBPATH, path);
	else
		put_str(l, F_FILE_SBPATH, path);
	json_put_key(l, &field_keys[F_FILE_DEV]);
	if (f->known) {
		line_literal(l, "\"");
		line_i64(l, DEV_MAJOR(dev));
		line_literal(l, ":");
		line_i64(l, DEV_MINOR(dev));
		line_literal(l, "\"");
	} else {
		json_put_null(l);
	}
	if (stacked)
		put_num_if(l, F_FILE_INO, true, (int64_t)f->real_ino);
	if (f->known && f->flags & WIRE_FILE_UPPER)
		layer = STR_LIT("upper");
	else if (f->known && f->flags & WIRE_FILE_LOWER)
		layer = STR_LIT("lower");
	put_str(l, F_FILE_FSTYPE, f->known ? f->fstype : STR_LIT(""));
	put_bool_if(l, F_FILE_ROOTFS, f->known, f->flags & WIRE_FILE_ROOTFS);
	put_own(l, F_FILE_LAYER, layer);
	put_bool_if(l, F_FILE_BIND, f->known, f->flags & (WIRE_FILE_BIND | WIRE_FILE_STACKED));
	put_bool_if(l, F_FILE_DELETED, f->known, f->flags & WIRE_FILE_DELETED);
}

static void put_identity(struct line *l, bool known, uint32_t dev, uint64_t ino)
{
	put_num_if(l, F_FD_DEV, known, event_stat_dev(dev));
	/* Signed: a file system may give any 64 bits, and many parsers stop at 2^63. */
	put_num_if(l, F_FD_INO, known, (int64_t)ino);
}

void object_fields_write_open(struct line *l, const struct event *e)
{
	const struct event_open *o = &e->open;
	const struct event_file *f = &o->file;
	struct str base = str_basename(f->path), typechar = STR_LIT("f");
	/* Without its last slash, unless that is all of it. */
	uint32_t dir_len = f->path.len - base.len;
	unsigned mode = o->oflags & O_ACCMODE;
	char buf[EVENT_CALL_TEXT];

	if (dir_len > 1)
		dir_len--;
	put_bool(l, F_IS_OPEN_WRITE, o->write);
	put_bool(l, F_IS_OPEN_READ, (mode == O_RDONLY || mode == O_RDWR) && !(o->oflags & O_PATH));
	put_own(l, F_ARG_FLAGS,
		o->call == WIRE_CALL_MMAP ? event_mapping_flags(o, buf) :
					    names_open_flags(o->oflags));
	put_str(l, F_FD_NAME, f->path);
	put_copy(l, F_FD_DIRECTORY, (struct str){f->path.p, dir_len, dir_len});
	put_copy(l, F_FD_FILENAME, base);
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
	put_bool(l, F_RECEIVED, o->call == WIRE_CALL_RECVMSG);
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

void object_fields_write_connect(struct line *l, const struct event *e)
{
	const struct event_connect *c = &e->connect;
	bool peer = c->flags & WIRE_CONNECT_PEER, abstract;
	struct str name = event_socket(c, &abstract);

	put_socket(l, F_FD_NAME, name, abstract);
	put_identity(l, c->ino != 0, c->dev, c->ino);
	put_own(l, F_FD_TYPECHAR, STR_LIT("u"));
	put_socket(l, F_FD_ASKED, c->asked, c->flags & WIRE_CONNECT_ASKED_ABSTRACT);
	put_bool(l, F_FD_ABSTRACT, abstract);
	put_bool(l, F_FD_UNCONNECTED, c->flags & WIRE_CONNECT_UNCONNECTED);
	put_num_if(l, F_PEER_PID, c->peer_pid != 0, c->peer_pid);
	put_str(l, F_PEER_COMM, c->peer_comm);
	put_str(l, F_PEER_PATH, c->path);
	put_bool_if(l, F_PEER_CONTAINER, peer, c->flags & WIRE_CONNECT_PEER_CONTAINER);
	put_bool_if(l, F_PEER_SAME, peer, c->flags & WIRE_CONNECT_PEER_SAME);
}

void object_fields_write_syscall(struct line *l, const struct event *e)
{
	const struct event_syscall *s = &e->sys;
	const struct event_call_path *target = event_call_target(s);
	const struct event_file *file = event_call_file(s);
	char buf[EVENT_CALL_TEXT];
	struct str flags = event_call_flags(s, buf);

	put_own(l, F_ARG_FLAGS, s->call == WIRE_CALL_SETNS ? STR_LIT("") : flags);
	put_own(l, F_ARG_MODE, event_call_mode(s, buf));
	put_own(l, F_CALL_ARGS, event_call_args(s, buf));
	put_str(l, F_FD_NAME, event_call_changed(s));
	put_identity(l, file, file ? file->dev : 0, file ? file->ino : 0);
	put_str(l, F_CALL_FROM, event_call_from(s));
	put_bool(l, F_CALL_UNRESOLVED, event_call_unresolved(s));
	put_str(l, F_CALL_ASKED, target ? target->asked : STR_LIT(""));
}

static void put_end(struct line *l, enum field_id ip, enum field_id port,
		    const struct event_end *end)
{
	char text[ADDRESS_TEXT];
	size_t n = end->known ? address_text(&end->address, text) : 0;

	put_own(l, ip, (struct str){text, (uint32_t)n, (uint32_t)n});
	put_num_if(l, port, end->known, end->port);
}

void object_fields_write_net(struct line *l, const struct event *e)
{
	const struct event_net *n = &e->net;
	bool made = n->call == WIRE_CALL_SOCKET;
	char buf[EVENT_NET_TEXT], type = event_net_typechar(n);

	if (n->path.len > 0) /* a foreign string */
		put_str(l, F_FD_NAME, n->path);
	else
		put_own(l, F_FD_NAME, event_net_name(n, buf));
	put_own(l, F_FD_TYPECHAR, (struct str){&type, type ? 1 : 0, type ? 1 : 0});
	put_own(l, F_FD_L4PROTO, event_net_l4proto(n));
	put_end(l, F_FD_CIP, F_FD_CPORT, &n->client);
	put_end(l, F_FD_SIP, F_FD_SPORT, &n->server);
	put_bool(l, F_FD_CONNECTED, n->flags & WIRE_NET_CONNECTED);
	put_bool(l, F_NET_ASKED, n->flags & WIRE_NET_ASKED);
	put_bool(l, F_NET_HOST, n->flags & WIRE_NET_HOST);
	put_own(l, F_ARG_DOMAIN, made ? event_net_family(n) : STR_LIT(""));
	put_num_if(l, F_ARG_TYPE, made, n->type);
	put_num_if(l, F_ARG_PROTO, made, n->protocol);
}

void object_fields_write_exec(struct line *l, const struct event *e)
{
	static const struct str gains[] = {
		STR_LIT(""),	       STR_LIT("suid"),
		STR_LIT("sgid"),       STR_LIT("suid,sgid"),
		STR_LIT("fcaps"),      STR_LIT("suid,fcaps"),
		STR_LIT("sgid,fcaps"), STR_LIT("suid,sgid,fcaps"),
	};
	const struct event_exec *x = &e->exec;
	char scratch[SENTENCE_SCRATCH], hash[EVENT_HASH_TEXT];
	struct str all = sentence_cmdline(e, scratch), exe = event_argv0(x), args;
	unsigned gain = (x->flags & WIRE_EXEC_SUID ? 1u : 0) |
			(x->flags & WIRE_EXEC_SGID ? 2u : 0) |
			(x->flags & WIRE_EXEC_FCAPS ? 4u : 0);

	args = all;
	if (all.len > exe.len)
		args = (struct str){all.p + exe.len + 1, all.len - exe.len - 1, 0};
	else
		args.len = 0;
	put_copy(l, F_PROC_EXE, exe);
	put_copy(l, F_PROC_ARGS, args);
	put_str(l, F_PROC_PEXEPATH, e->parent ? e->parent->exepath : STR_LIT(""));
	put_bool_if(l, F_PROC_LOWER, x->exe.known, x->exe.flags & WIRE_FILE_LOWER);
	put_num_if(l, F_PROC_EXE_INO, x->exe.known, (int64_t)x->exe.ino);
	put_file(l, &x->exe);
	put_str(l, F_EXEC_FILENAME, x->filename);
	put_bool(l, F_EXEC_SCRIPT, x->script);
	put_str(l, F_EXEC_INTERP, x->script ? x->interp : STR_LIT(""));
	put_num(l, F_EXEC_ARGV_LEN, x->argv_len);
	put_bool(l, F_EXEC_TRUNCATED, event_argv_cut(x));
	if (event_argv_cut(x))
		put_own(l, F_EXEC_ARGV_HASH, event_argv_hash(x, hash));
	put_own(l, F_EXEC_GAIN, gains[gain]);
}

void object_fields_write_exit(struct line *l, const struct event *e)
{
	const struct process *p = e->process;
	int status = (int)e->exit.code;
	bool killed = WIFSIGNALED(status);

	put_num_if(l, F_EXIT_CODE, !killed, WEXITSTATUS(status));
	put_num_if(l, F_EXIT_SIGNAL, killed, WTERMSIG(status));
	put_num_if(l, F_EXIT_DURATION, p && p->exec_time > 0 && p->exec_time <= e->time,
		   p ? (int64_t)((e->time - p->exec_time) / NS_PER_MS) : 0);
	put_whole(l, F_EXIT_RULE, str_from(p ? p->alert_rule : NULL), PUT_ID_CAP);
	put_num_if(l, F_EXIT_EVT_NUM, p && p->alert_num > 0, p ? (int64_t)p->alert_num : 0);
}
