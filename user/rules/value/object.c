// SPDX-License-Identifier: Apache-2.0
/* What was acted upon: fd.*, sockets and their listeners, what an exit left behind. */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "process/process.h"
#include "rules/value/internal.h"

#define NS_PER_MS 1000000ull

/* A socket's name; abstract ones as in /proc/net/unix. */
static bool set_socket(struct value *v, struct str name, bool abstract,
		       struct value_scratch *scratch)
{
	char *at;

	if (!abstract || name.len == 0)
		return set_str(v, name);
	at = scratch_take(scratch, name.len + 1u);
	if (!at)
		return set_str(v, name);
	at[0] = '@';
	memcpy(at + 1, name.p, name.len);
	return set_str(v, (struct str){at, name.len + 1, name.len + 1});
}

static bool of_peer(struct value *v, const struct event_connect *c, enum field_id id)
{
	bool peer = c->flags & WIRE_CONNECT_PEER, abstract;

	switch (id) {
	case F_FD_ABSTRACT:
		event_socket(c, &abstract);
		return set_bool(v, abstract);
	case F_FD_UNCONNECTED:
		return set_bool(v, c->flags & WIRE_CONNECT_UNCONNECTED);
	case F_PEER_PID:
		return set_num_if(v, c->peer_pid != 0, c->peer_pid);
	case F_PEER_COMM:
		return set_str(v, c->peer_comm);
	case F_PEER_PATH:
		return set_str(v, c->path);
	case F_PEER_CONTAINER:
		return set_bool_if(v, peer, c->flags & WIRE_CONNECT_PEER_CONTAINER);
	case F_PEER_SAME:
		return set_bool_if(v, peer, c->flags & WIRE_CONNECT_PEER_SAME);
	case F_SOCKET_NAME: /* the client's spelling only when nothing else is known */
		return set_str(v, str_basename(event_socket(c, &abstract)));
	default:
		return false;
	}
}

static bool of_connect(struct value *v, const struct event_connect *c, enum field_id id,
		       struct value_scratch *scratch)
{
	struct str name;
	bool abstract;

	switch (id) {
	case F_FD_NAME:
		name = event_socket(c, &abstract);
		return set_socket(v, name, abstract, scratch);
	case F_FD_DEV:
		return set_num_if(v, c->ino != 0, event_stat_dev(c->dev));
	case F_FD_INO:
		return set_num_if(v, c->ino != 0, (int64_t)c->ino);
	case F_FD_TYPECHAR:
		return set_str(v, STR_LIT("u"));
	case F_FD_TYPE:
	case F_FD_SOCKFAMILY:
		return set_str(v, STR_LIT("unix"));
	case F_FD_ASKED:
	case F_FD_NAMERAW:
		return set_socket(v, c->asked, c->flags & WIRE_CONNECT_ASKED_ABSTRACT, scratch);
	default:
		return of_peer(v, c, id);
	}
}

static struct str directory(struct str path)
{
	/* Without its last slash, unless that is all of it. */
	uint32_t len = path.len - str_basename(path).len;

	if (len > 1)
		len--;
	return (struct str){path.p, len, len};
}

static bool of_open(struct value *v, const struct event *e, enum field_id id)
{
	const struct event_file *f = &e->open.file;
	bool dir = S_ISDIR(f->mode), pipe = S_ISFIFO(f->mode);

	switch (id) {
	case F_FD_NUM:
		return set_num(v, e->ret);
	case F_FD_NAME:
		return set_str(v, f->path);
	case F_FS_NAME:
	case F_ARG_NAME:
		return set_str(v, f->path);
	case F_FD_NAMERAW:
	case F_FS_NAMERAW:
		return set_str(v, e->open.asked);
	case F_FD_DIRECTORY:
		return set_str(v, directory(f->path));
	case F_FD_FILENAME:
		return set_str(v, str_basename(f->path));
	case F_FD_DEV:
		return set_num_if(v, f->known, event_stat_dev(f->dev));
	case F_FD_INO:
		return set_num_if(v, f->known, (int64_t)f->ino);
	case F_FD_TYPECHAR:
		if (!f->known)
			return set_missing(v);
		return set_str(v, dir ? STR_LIT("d") : pipe ? STR_LIT("p") : STR_LIT("f"));
	case F_FD_TYPE:
		if (!f->known)
			return set_missing(v);
		return set_str(v, dir  ? STR_LIT("directory") :
				  pipe ? STR_LIT("pipe") :
					 STR_LIT("file"));
	default:
		return false;
	}
}

static bool of_exit(struct value *v, const struct event *e, enum field_id id)
{
	const struct process *p = e->process;
	int status = (int)e->exit.code;
	bool killed = WIFSIGNALED(status);

	switch (id) {
	case F_EXIT_CODE:
		return set_num_if(v, !killed, WEXITSTATUS(status));
	case F_EXIT_SIGNAL:
		return set_num_if(v, killed, WTERMSIG(status));
	case F_EXIT_DURATION:
		if (!p || p->exec_time == 0 || p->exec_time > e->time)
			return set_missing(v);
		return set_num(v, (int64_t)((e->time - p->exec_time) / NS_PER_MS));
	case F_EXIT_RULE:
		return set_str(v, str_from(p ? p->alert_rule : NULL));
	case F_EXIT_EVT_NUM:
		return set_num_if(v, p && p->alert_num > 0, p ? (int64_t)p->alert_num : 0);
	default:
		return false;
	}
}

bool value_of_object(struct value *v, const struct event *e, const struct field_use *use,
		     struct value_scratch *scratch)
{
	enum field_id id = use->id;
	switch (e->kind) {
	case EVENT_OPEN:
		return of_open(v, e, id);
	case EVENT_CONNECT:
		return of_connect(v, &e->connect, id, scratch);
	case EVENT_EXIT:
		return of_exit(v, e, id);
	default:
		return false;
	}
}
