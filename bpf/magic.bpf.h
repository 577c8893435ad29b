/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A path that leads over a descriptor of the task's own (/proc/self/fd/3/x, /dev/fd/3, /dev/stdin):
 * one of the kernel's magic links, which nobody can follow any more when the task has ended. Here
 * it is found by the letter alone, and where that descriptor lies is told; whether the text before
 * it names the task's own descriptors, user space says.
 */
#ifndef ROOTWATCH_MAGIC_BPF_H
#define ROOTWATCH_MAGIC_BPF_H

#include "compat.bpf.h"
#include "emit.bpf.h"
#include "task.bpf.h"
#include "who.bpf.h"

/* Of a path so many bytes are looked at (a power of two): /proc/thread-self/fd/1048575 has 29. */
#define MAGIC_TEXT_MAX 64

struct magic_walk {
	union {
		char text[MAGIC_TEXT_MAX];
		__u64 words[MAGIC_TEXT_MAX / 8];
	};
	__u32 last; /* the four bytes before */
	__u32 fd;
	__u32 found; /* in the number */
	__u32 end;   /* of it; 0: not come to */
};

#define MAGIC_FOLDER ('/' << 24 | 'f' << 16 | 'd' << 8 | '/')

static long magic_step(__u32 i, struct magic_walk *w)
{
	char c = w->text[i & (MAGIC_TEXT_MAX - 1)];

	if (c >= '0' && c <= '9' && (w->found || w->last == MAGIC_FOLDER)) {
		w->fd = w->fd * 10 + (c - '0');
		w->found = 1;
		return 0;
	}
	if (w->found && (c == '/' || !c)) {
		w->end = i;
		return 1;
	}
	w->found = 0;
	w->fd = 0;
	if (c != '/' || (w->last & 0xff) != '/') /* "//" is "/" */
		w->last = w->last << 8 | (__u8)c;
	return !c;
}

/* (Little-endian, as all kernels here are.) */
#define MAGIC_DEV_STD 0x6474732f7665642full /* "/dev/std" */
#define MAGIC_IN      0x6e69ull
#define MAGIC_OUT     0x74756full
#define MAGIC_ERR     0x727265ull

/* The links of /dev to the descriptors 0, 1 and 2: their lengths, or 0. */
static __always_inline __u32 magic_standard(struct magic_walk *w)
{
	if (w->words[0] != MAGIC_DEV_STD)
		return 0;
	w->fd = w->words[1] == MAGIC_OUT ? 1 : w->words[1] == MAGIC_ERR ? 2 : 0;
	return w->words[1] == MAGIC_IN ? 10 : w->fd ? 11 : 0;
}

/*
 * The text at that place of the record, of len bytes: how many of them lead to a descriptor, which
 * is put into s->found; 0: none do.
 */
__noinline int magic_find(__u32 slot, __u64 at, __u64 len)
{
	struct scratch *s = emit_scratch(slot);
	struct magic_walk w = {};

	w.last = w.fd = w.found = w.end = OPAQUE(0);
	if (!s || at > WIRE_RECORD_MAX)
		return 0;
	if (len >= MAGIC_TEXT_MAX)
		len = MAGIC_TEXT_MAX - 1;
	bpf_probe_read_kernel(w.text, len & (MAGIC_TEXT_MAX - 1),
			      AT(s->record, at, WIRE_RECORD_MAX));
	w.end = magic_standard(&w);
	if (!w.end)
		LOOP(MAGIC_TEXT_MAX, magic_step, &w);
	s->found = w.fd;
	return w.end;
}

/*
 * Fills the base of an absolute path with where its descriptor lies, if it has one; gives how many
 * bytes of the path that stands for, or 0.
 */
static __always_inline __u32 magic_base(struct scratch *s, const struct wire_blob *asked,
					struct wire_blob *base)
{
	__u32 end = magic_find(s->slot, asked->off, asked->len), fd = s->found;
	const void *f;

	if (!end)
		return 0;
	f = task_file(compat_current(), fd);
	if (!f || (__u64)LOAD(struct mount, path_mount(LOAD(struct file, f, f_path.mnt)), mnt_ns) ==
			  MNT_NS_INTERNAL_)
		return 0; /* closed since; or a pipe, a socket, a memfd: it lies nowhere */
	who_dir(s, base, fd);
	return end;
}

#endif /* ROOTWATCH_MAGIC_BPF_H */
