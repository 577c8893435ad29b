// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "event/record.h"
#include "rules/build.h"
#include "rules/filter/random.h"
#include "rules/filter/words.h"
#include "source/files.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct record record;

/* Where the host's mounts show it: at any place, and any part of its path is cut off. */
static void place_on_host(struct random_event *r)
{
	static char text[8192];
	struct event_file *f = &r->e.open.file;
	struct str rest = f->sbpath;

	if (r->file.host_task) {
		f->hostpath = f->path;
		return;
	}
	/* Those of a cut path are not looked for. */
	if (!r->file.host_device || f->rootpath.p || r->placeless || rest.len > 4000)
		return;
	while (rest.len > 0 && words_one_in(2)) {
		rest.p++;
		rest.len--;
		while (rest.len > 0 && rest.p[0] != '/') {
			rest.p++;
			rest.len--;
		}
	}
	if (rest.len == 1)
		rest.len = 0;
	snprintf(text, sizeof(text), "%s%.*s",
		 words_one_in(3) ? "" : words_pick(words_paths, WORDS_PATHS), (int)rest.len,
		 rest.p);
	f->hostpath = text[0] ? str_from(text) : STR_LIT("/");
}

/* What the kernel meets now and then. */
static void make_odd(struct kernel_file *k)
{
	static const char *const names[] = {
		"memfd:a", "memfd:/etc/a", "memfd:b/x.key", "memfd:", "a", "dev/zero"};

	k->host_device = words_one_in(3);
	/* The host's own mounts hold none of an overlay that it has not mounted. */
	k->host_task = words_one_in(10) && k->magic != FILES_OVERLAY;
	k->hidden = words_one_in(10) && !k->root_mount;
	/*
	 * (The root of a file system, reached by ".." through a mount of a part of it: fd.name is
	 * then the mount point's. The kernel side does not look for that.)
	 */
	if (k->on_root || k->n_names == 0 || !words_one_in(12))
		return;
	k->mnt_root = 0;
	if (words_one_in(2)) {
		k->escaped = true;
	} else {
		k->alone = true;
		k->magic = FILES_TMPFS;
		k->names[k->n_names - 1] = words_pick(names, COUNT(names));
	}
}

static void random_open(struct random_event *r)
{
	static const uint32_t calls[] = {WIRE_CALL_OPEN, WIRE_CALL_OPENAT, WIRE_CALL_OPENAT2,
					 WIRE_CALL_CREAT, WIRE_CALL_OPEN_BY_HANDLE_AT};
	static const uint32_t modes[] = {O_RDONLY, O_WRONLY, O_RDWR};
	struct event_open *o;
	struct event_file *f;
	uint32_t mode = files_random(3);

	files_forget(0);
	r->file = files_random_file(words_paths, WORDS_PATHS, words_names, WORDS_NAMES);
	make_odd(&r->file);
	kernel_record(&r->file, &record);
	assert_int_equal(record_decode(&record, &r->e), 0);
	o = &r->e.open;
	f = &o->file;
	o->call = calls[files_random(COUNT(calls))];
	o->oflags = modes[mode];
	o->write = mode != 0;
	r->access = (const uint32_t[]){FILTER_READ, FILTER_WRITE, FILTER_READ | FILTER_WRITE}[mode];
	if (words_one_in(10)) {
		o->created = o->write = true;
		f->flags |= WIRE_FILE_CREATED;
		f->mode |= words_one_in(2) ? 0111 : 0;
		f->mode |= words_one_in(3) ? S_ISUID : 0;
		r->file.mode = f->mode; /* the kernel's file is the same */
		r->access |= FILTER_WRITE;
	}
	if (words_one_in(10))
		f->flags |= WIRE_FILE_DELETED;
	r->placeless = f->flags & (WIRE_FILE_CUT | WIRE_FILE_MEMFD);
	place_on_host(r);
}

static struct str sub(struct str s, uint32_t from)
{
	return (struct str){s.p + from, s.len - from, s.len - from};
}

static void random_connect(struct random_event *r)
{
	static const char *const comms[] = {"dockerd", "fifteen-letters", "a", "x.sock"};
	static const uint32_t peers[] = {WIRE_CONNECT_PEER,
					 WIRE_CONNECT_PEER | WIRE_CONNECT_PEER_CONTAINER, 0};
	const char *name;
	struct str bound;

	name = words_one_in(3) ? words_path() : words_socket();
	r->e = judge_connect(name, words_pick(comms, COUNT(comms)),
			     peers[files_random(COUNT(peers))]);
	bound = r->e.connect.name;
	if (bound.len > 0 && bound.p[0] == '@') {
		r->e.connect.flags |= WIRE_CONNECT_ABSTRACT;
		r->e.connect.name = sub(bound, 1);
	}
	r->e.connect.asked = str_from(words_path());
	if (words_one_in(3))
		r->e.connect.path = str_from(words_path());
	r->access = FILTER_CONNECT;
}

static struct wire_address random_address(uint16_t *family)
{
	static const char *const texts[] = {"127.0.0.1",       "10.0.0.1", "10.1.2.3",
					    "169.254.169.254", "0.0.0.0",  "::1",
					    "fd00::1",	       "::",	   "fd00:ec2::254"};
	const char *text = words_pick(texts, COUNT(texts));
	struct wire_address a;
	struct network n;

	assert_int_equal(network_parse(&n, text, strlen(text)), 0);
	/* Of IPv4 on a socket of IPv6, too. */
	*family = address_is_v4(&n.base) && !words_one_in(3) ? AF_INET : AF_INET6;
	memcpy(&a, &n.base, sizeof(a));
	return a;
}

static uint32_t access_of(const struct event_net *n)
{
	switch (n->call) {
	case WIRE_CALL_CONNECT:
		return FILTER_OUT;
	case WIRE_CALL_SENDTO:
	case WIRE_CALL_SENDMSG:
	case WIRE_CALL_SENDMMSG:
		return n->flags & WIRE_NET_FASTOPEN ? FILTER_OUT : FILTER_SEND;
	case WIRE_CALL_SOCKET:
	case WIRE_CALL_DUP:
	case WIRE_CALL_DUP2:
	case WIRE_CALL_DUP3:
		return 0;
	default:
		return FILTER_IN;
	}
}

/* Of an IP socket, which has two ends, or of what is none. */
static void random_dup(struct random_event *r, struct wire_net *w)
{
	static const uint16_t modes[] = {S_IFREG, S_IFCHR, S_IFDIR, S_IFIFO, S_IFSOCK, S_IFSOCK};
	uint32_t what = files_random(3);

	w->ret = (int32_t)files_random(6);
	w->oldfd = (int32_t)files_random(6);
	if (words_one_in(2))
		w->flags |= WIRE_NET_STDIO;
	if (what == 0)
		w->mode = S_IFSOCK;
	else if (what == 1)
		w->mode = S_IFSOCK, w->family = AF_UNIX;
	else
		w->mode = modes[files_random(COUNT(modes))], w->family = 0;
	if (what == 2 && w->mode != S_IFSOCK && w->mode != S_IFIFO)
		w->path = record_str(&record, words_path());
	r->makes = FILTER_STDIO_IP << (what + (w->ret < WIRE_SOCKET_STDIO ? 0 : 3));
}

static void random_net(struct random_event *r)
{
	static const uint32_t calls[] = {WIRE_CALL_CONNECT,  WIRE_CALL_CONNECT, WIRE_CALL_BIND,
					 WIRE_CALL_LISTEN,   WIRE_CALL_ACCEPT,	WIRE_CALL_ACCEPT4,
					 WIRE_CALL_SENDTO,   WIRE_CALL_SENDMSG, WIRE_CALL_SOCKET,
					 WIRE_CALL_SENDMMSG, WIRE_CALL_DUP,	WIRE_CALL_DUP2,
					 WIRE_CALL_DUP3};
	static const uint16_t ports[] = {0, 22, 80, 443, 1023, 1024, 1025, 2375, 40000, 65535};
	static const uint16_t types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW};
	static const uint16_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP};
	static const int32_t results[] = {0, 0, 0, -115, -111, -13, -1};
	struct wire_net *w = record_begin(&record, WIRE_NET);
	uint32_t type = files_random(COUNT(types));
	struct event_net *n = &r->e.net;

	w->call = calls[files_random(COUNT(calls))];
	w->type = types[type];
	w->protocol = protocols[type];
	w->ret = results[files_random(COUNT(results))];
	w->flags = files_random(16) & ~WIRE_NET_FASTOPEN;
	if (w->ret == -EACCES || w->ret == -EPERM)
		w->h.flags |= WIRE_F_BLOCKED;
	/* What sends on a stream opens it. */
	if (w->call >= WIRE_CALL_SENDTO && w->call <= WIRE_CALL_SENDMMSG && w->type == SOCK_STREAM)
		w->flags |= WIRE_NET_FASTOPEN;
	w->family = AF_INET;
	if (w->call == WIRE_CALL_SOCKET) {
		w->family =
			(const uint16_t[]){AF_INET, AF_INET6, AF_PACKET, AF_XDP}[files_random(4)];
		r->makes = w->family == AF_PACKET || w->family == AF_XDP ? FILTER_SOCKET_PACKET :
			   w->type == SOCK_RAW				 ? FILTER_SOCKET_RAW :
									   FILTER_SOCKET_OTHER;
	} else {
		uint16_t family;

		w->local = random_address(&family);
		w->local_port = ports[files_random(COUNT(ports))];
		if (w->call != WIRE_CALL_BIND && w->call != WIRE_CALL_LISTEN) {
			w->remote = random_address(&w->family);
			w->remote_port = ports[files_random(COUNT(ports))];
		}
	}
	if (w->call >= WIRE_CALL_DUP) {
		random_dup(r, w);
		w->h.flags &= ~(uint16_t)WIRE_F_BLOCKED;
	}
	if (w->call >= WIRE_CALL_DUP && w->family != AF_INET && w->family != AF_INET6) {
		memset(&w->local, 0, sizeof(w->local));
		memset(&w->remote, 0, sizeof(w->remote));
		w->local_port = w->remote_port = 0;
	}
	assert_int_equal(record_decode(&record, &r->e), 0);
	r->server = event_net_serves(n) ? w->local : w->remote;
	r->access = access_of(n);
}

static void random_call(struct random_event *r)
{
	struct wire_syscall *w = record_begin(&record, WIRE_SYSCALL);
	const struct event_call *row;

	w->call = WIRE_CALL_FIRST + files_random(WIRE_CALL_END - WIRE_CALL_FIRST);
	w->args[0] = files_random(5);
	w->args[1] = words_one_in(4) ? WIRE_IOCTL_TIOCSTI : files_random(0xffff);
	w->args[WIRE_SYSCALL_ARGS] = words_one_in(2) ? 0x10000001 : 0;
	w->ret = words_one_in(4) ? -EACCES : 0;
	if (w->ret < 0)
		w->h.flags |= WIRE_F_BLOCKED;
	if (words_one_in(2)) /* those that are compared by what they act upon */
		w->call = WIRE_CALL_RENAME + files_random(WIRE_CALL_MKNODAT - WIRE_CALL_RENAME + 1);
	if (wire_call_placed(w->call)) {
		w->args[1] = words_one_in(2) ? 0 : files_random(07777);
		w->args[2] = words_one_in(2) ? 0 : files_random(07777);
	}
	row = event_call(w->call);
	for (size_t i = 0; i < WIRE_SYSCALL_PATHS; i++)
		if (row->path[i])
			w->asked[i] = record_str(&record, words_path());
	if (row->path[0] || row->fd)
		w->base[0] = record_str(&record, "/etc");
	assert_int_equal(record_decode(&record, &r->e), 0);
}

static void random_other(struct random_event *r)
{
	switch (files_random(4)) {
	case 0:
		r->e = judge_exec(words_pick(words_paths, WORDS_PATHS), "a b etc");
		return;
	case 1:
		r->e = judge_setid(judge_creds(files_random(2)), judge_creds(files_random(2)));
		return;
	case 2:
		r->e = judge_denied(words_path(), files_random(2) ? O_RDONLY : O_RDWR | O_CREAT);
		return;
	default:
		r->e = (struct event){.kind = EVENT_EXIT, .task.comm = STR_LIT("sh")};
		return;
	}
}

void random_event(struct random_event *r)
{
	memset(r, 0, sizeof(*r));
	judge_reset();
	switch (files_random(12)) {
	case 0:
		random_other(r);
		break;
	case 3:
	case 4:
	case 5:
		random_net(r);
		break;
	case 6:
		random_call(r);
		break;
	case 1:
	case 2:
		random_connect(r);
		break;
	default:
		random_open(r);
		break;
	}
	r->e.num = 1;
	r->e.task.pid = 1 + files_random(3);
}

static void print_str(const char *what, struct str s)
{
	print_error("  %s \"%.*s\"\n", what, (int)s.len, s.p ? s.p : "");
}

void random_print(const struct random_event *r)
{
	const struct event_file *f = &r->e.open.file;

	print_error("event of kind %d, ret %d, access %u\n", r->e.kind, r->e.ret, r->access);
	if (r->e.kind == EVENT_NET) {
		char name[EVENT_NET_TEXT];

		print_error("  %s, family %u, type %u\n", event_type(&r->e), r->e.net.family,
			    r->e.net.type);
		print_str("name", event_net_name(&r->e.net, name));
	}
	if (r->e.kind == EVENT_SYSCALL)
		print_error("  %s\n", event_type(&r->e));
	if (r->e.kind == EVENT_CONNECT) {
		print_str("name", r->e.connect.name);
		print_str("listener", r->e.connect.peer_comm);
	}
	if (r->e.kind != EVENT_OPEN)
		return;
	print_error("  %s\n", event_type(&r->e));
	files_print(&r->file, r->access);
	print_str("path", f->path);
	print_str("rootpath", f->rootpath);
	print_str("sbpath", f->sbpath);
	print_str("hostpath", f->hostpath);
}
