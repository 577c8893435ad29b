// SPDX-License-Identifier: Apache-2.0
/* Any bytes: no crash, and every string of a decoded event lies in the record or the scratch. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/event.h"

static const uint8_t *record;
static size_t record_size;
static char scratch[EVENT_SCRATCH];

static bool within(const char *p, size_t len, const void *area, size_t size)
{
	uintptr_t a = (uintptr_t)area, s = (uintptr_t)p;

	return s >= a && s - a <= size && len <= size - (s - a);
}

static void check(struct str s, const char *what)
{
	if (s.full < s.len) {
		fprintf(stderr, "%s: full %u < len %u\n", what, s.full, s.len);
		abort();
	}
	/* The only strings of the decoder's own. */
	if (s.len == 0 || str_is(s, "/") || str_is(s, "memfd:"))
		return;
	if (!within(s.p, s.len, record, record_size) &&
	    !within(s.p, s.len, scratch, EVENT_SCRATCH)) {
		fprintf(stderr, "%s: %u bytes outside record and scratch\n", what, s.len);
		abort();
	}
}

static void check_file(const struct event_file *f)
{
	check(f->path, "path");
	check(f->rootpath, "rootpath");
	check(f->sbpath, "sbpath");
	check(f->fstype, "fstype");
}

static void check_event(const struct event *e)
{
	check(e->task.comm, "comm");
	check(e->task.pcomm, "pcomm");
	check(e->cwd, "cwd");
	check(e->cgroup_path, "cgroup_path");
	switch (e->kind) {
	case EVENT_EXEC:
		check_file(&e->exec.exe);
		check(e->exec.filename, "filename");
		check(e->exec.interp, "interp");
		check(e->exec.argv, "argv");
		check(e->exec.argv_tail, "argv_tail");
		check(e->exec.tty, "tty");
		break;
	case EVENT_OPEN:
		check_file(&e->open.file);
		check(e->open.asked, "asked");
		break;
	case EVENT_CONNECT:
		check(e->connect.name, "name");
		check(e->connect.path, "socket path");
		check(e->connect.asked, "asked");
		check(e->connect.peer_comm, "peer_comm");
		break;
	case EVENT_SYSCALL:
		for (size_t i = 0; i < WIRE_SYSCALL_PATHS; i++) {
			check(e->sys.paths[i].asked, "asked");
			check(e->sys.paths[i].path, "path");
		}
		break;
	case EVENT_NET: {
		char name[EVENT_NET_TEXT];
		struct str ends = event_net_name(&e->net, name);

		if (!within(ends.p, ends.len, name, sizeof(name)))
			check(ends, "ends"); /* a file's path */
		break;
	}
	case EVENT_CGROUP:
	case EVENT_FORK:
	case EVENT_EXIT:
	case EVENT_SETID:
		break;
	default:
		abort(); /* decoded to no kind at all */
	}
	if (event_type(e)[0] == '\0')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	union {
		struct event e;
		unsigned char bytes[sizeof(struct event)];
	} now, before;
	int err;

	/* Most inputs would stop at the size; a second try with the right one gets further. */
	for (int fixed = 0; fixed < 2; fixed++) {
		uint8_t *copy = malloc(size ? size : 1);
		uint32_t right = (uint32_t)size;

		if (!copy)
			return 0;
		memcpy(copy, data, size);
		if (fixed && size >= sizeof(struct wire_header))
			memcpy(copy, &right, sizeof(right));
		record = copy;
		record_size = size;
		memset(now.bytes, 0xee, sizeof(now.bytes));
		memset(before.bytes, 0xee, sizeof(before.bytes));
		err = event_decode(&now.e, copy, size, 0, scratch);
		if (err == 0)
			check_event(&now.e);
		else if ((err != -EPROTO && err != -ENOTSUP) ||
			 memcmp(before.bytes, now.bytes, sizeof(now.bytes)) != 0)
			abort();
		free(copy);
	}
	return 0;
}
