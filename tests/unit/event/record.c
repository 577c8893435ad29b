// SPDX-License-Identifier: Apache-2.0
#include "record.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

static const size_t fixed[WIRE_KIND_END] = {
	[WIRE_CGROUP] = sizeof(struct wire_cgroup),   [WIRE_FORK] = sizeof(struct wire_fork),
	[WIRE_EXEC] = sizeof(struct wire_exec),	      [WIRE_EXIT] = sizeof(struct wire_exit),
	[WIRE_SETID] = sizeof(struct wire_setid),     [WIRE_OPEN] = sizeof(struct wire_open),
	[WIRE_CONNECT] = sizeof(struct wire_connect), [WIRE_SYSCALL] = sizeof(struct wire_syscall),
	[WIRE_NET] = sizeof(struct wire_net),
};

static void set_size(struct record *r, size_t size)
{
	struct wire_header *h = (struct wire_header *)r->data;

	assert_true(size <= sizeof(r->data));
	r->size = size;
	h->size = (uint32_t)size;
}

void *record_begin(struct record *r, uint32_t kind)
{
	struct wire_header *h = (struct wire_header *)r->data;

	assert_true(kind < WIRE_KIND_END && fixed[kind] > 0);
	memset(r, 0, sizeof(*r));
	h->kind = (uint16_t)kind;
	h->seq = 1;
	h->time = 1000;
	set_size(r, fixed[kind]);
	return r->data;
}

struct wire_blob record_blob(struct record *r, const void *p, size_t len)
{
	size_t off = r->size;

	set_size(r, off + len);
	memcpy(r->data + off, p, len);
	return (struct wire_blob){(uint16_t)off, (uint16_t)len, (uint32_t)len};
}

struct wire_blob record_str(struct record *r, const char *s)
{
	return record_blob(r, s, strlen(s));
}

void record_task(struct wire_task *t, uint32_t pid, uint64_t start, const char *comm)
{
	*t = (struct wire_task){
		.start = start,
		.cgroup = 77,
		.tid = pid,
		.pid = pid,
		.vtid = pid % 1000,
		.vpid = pid % 1000,
		.ppid = 1,
		.loginuid = UINT32_MAX,
		.pid_ns = 4026531836u,
		.mnt_ns = 4026531840u,
		.flags = WIRE_TASK_CGROUP_ID | WIRE_TASK_FOREIGN_NS,
	};
	snprintf(t->comm, sizeof(t->comm), "%s", comm);
	snprintf(t->pcomm, sizeof(t->pcomm), "init");
}

void record_file(struct record *r, struct wire_file *f, const char *path)
{
	*f = (struct wire_file){
		.ino = 4711,
		.dev = 8 << 20 | 1,
		.mode = S_IFREG | 0644,
		.nlink = 1,
		.fs_magic = 0x794c7630, /* OVERLAYFS_SUPER_MAGIC */
		.flags = WIRE_FILE_ROOTFS,
		.mnt_id = 30,
	};
	memcpy(f->fstype, "overlay", sizeof("overlay"));
	f->sbpath = record_str(r, path);
}

int record_decode(struct record *r, struct event *e)
{
	return event_decode(e, r->data, r->size, RECORD_REALTIME, r->scratch);
}

void record_must_decode(struct record *r, struct event *e)
{
	memset(e, 0xa5, sizeof(*e));
	assert_int_equal(record_decode(r, e), 0);
}

struct wire_open *record_open(struct record *r, const char *sbpath)
{
	struct wire_open *w = record_begin(r, WIRE_OPEN);

	record_task(&w->t, 100, 50, "sh");
	record_file(r, &w->f, sbpath);
	w->call = WIRE_CALL_OPENAT;
	return w;
}

struct wire_open *record_blocked(struct record *r, const char *base, const char *asked)
{
	struct wire_open *w = record_begin(r, WIRE_OPEN);

	w->h.flags = WIRE_F_BLOCKED;
	w->call = WIRE_CALL_OPENAT;
	w->ret = -EACCES;
	if (base)
		w->base = record_str(r, base);
	w->asked = record_str(r, asked);
	return w;
}

void record_expect(struct str got, const char *want, int line)
{
	if (!str_is(got, want))
		fail_msg("line %d: got \"%.*s\", want \"%s\"", line, (int)got.len,
			 got.p ? got.p : "", want);
}

void record_exec(struct record *r, struct event *e, uint32_t pid, uint64_t start, const char *path,
		 const char *const *argv)
{
	struct wire_exec *w = record_begin(r, WIRE_EXEC);
	const char *base = strrchr(path, '/');
	size_t first = 0, len = 0;

	record_task(&w->t, pid, start, base ? base + 1 : path);
	record_file(r, &w->exe, path);
	w->filename = record_str(r, path);
	w->cwd = record_str(r, "/work");
	w->tty = record_str(r, "pts0");
	w->c.root = WIRE_ROOT_HOST;
	for (; *argv; argv++) {
		struct wire_blob b = record_blob(r, *argv, strlen(*argv) + 1);

		if (len == 0)
			first = b.off;
		len += b.len;
	}
	w->argv = (struct wire_blob){(uint16_t)first, (uint16_t)len, (uint32_t)len};
	assert_int_equal(record_decode(r, e), 0);
}

void record_fork(struct record *r, struct event *e, uint32_t parent, uint64_t parent_start,
		 uint32_t child, uint64_t child_start)
{
	struct wire_fork *w = record_begin(r, WIRE_FORK);

	w->h.flags = WIRE_F_CONTEXT;
	w->parent_pid = parent;
	w->parent_start = parent_start;
	w->child_pid = child;
	w->child_vpid = child % 1000;
	w->child_start = child_start;
	w->cgroup = 77;
	assert_int_equal(record_decode(r, e), 0);
}

void record_exit(struct record *r, struct event *e, uint32_t pid, uint64_t start, uint32_t code)
{
	struct wire_exit *w = record_begin(r, WIRE_EXIT);

	record_task(&w->t, pid, start, "gone");
	w->code = code;
	assert_int_equal(record_decode(r, e), 0);
}
