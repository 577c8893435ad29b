// SPDX-License-Identifier: Apache-2.0
#include "event/reader.h"

#include <string.h>

#include "base/path.h"

/*
 * One path may need mount path, "/", and path, and two more without their heads; blocked opens base,
 * "/" and what was asked, and other system calls one of the two twice.
 */
_Static_assert(EVENT_SCRATCH >= 8 * WIRE_PATH_MAX + 64, "all paths fit into the scratch");

struct str reader_take(struct reader *r, struct wire_blob b, uint32_t max)
{
	if (b.full < b.len || b.len > max ||
	    (b.len > 0 && (b.off < r->fixed || b.off > r->size || b.len > r->size - b.off))) {
		r->bad = true;
		return STR_LIT("");
	}
	r->cut |= b.full > b.len;
	if (b.len == 0)
		return (struct str){"", 0, b.full};
	return (struct str){r->data + b.off, b.len, b.full};
}

struct str reader_text(const struct reader *r, size_t off, size_t cap)
{
	const char *p = r->data + off;
	uint32_t len = (uint32_t)strnlen(p, cap);

	return (struct str){p, len, len};
}

/*
 * head + "/" + tail with exactly one slash between them, in the scratch. PATH_CUT before it
 * when the head of the whole is missing.
 */
static struct str join(struct reader *r, bool cut, struct str head, struct str tail)
{
	static const char mark[] = PATH_CUT;
	size_t mark_len = cut ? sizeof(mark) - 1 : 0;
	char *p = r->scratch + r->used;
	size_t n = 0;

	while (head.len > 0 && head.p[head.len - 1] == '/')
		head.len--;
	while (tail.len > 0 && tail.p[0] == '/') {
		tail.p++;
		tail.len--;
	}
	if (mark_len + head.len + tail.len + 2 > EVENT_SCRATCH - r->used) {
		r->bad = true;
		return STR_LIT("");
	}
	memcpy(p, mark, mark_len);
	n += mark_len;
	if (cut && head.len > 0 && head.p[0] != '/')
		p[n++] = '/';
	memcpy(p + n, head.p, head.len);
	n += head.len;
	if (tail.len > 0 || n == 0) {
		p[n++] = '/';
		memcpy(p + n, tail.p, tail.len);
		n += tail.len;
	}
	r->used += n;
	return (struct str){p, (uint32_t)n, (uint32_t)n + (cut ? 1 : 0)};
}

static struct str skip(struct str s, uint32_t n)
{
	return (struct str){s.p + n, s.len - n, s.full - n};
}

/* The end of a path of which only the head is missing. */
static struct str whole_of(struct str s)
{
	return (struct str){s.p, s.len, s.len};
}

struct str reader_or_root(struct str s)
{
	return s.full > 0 ? s : STR_LIT("/");
}

/*
 * A path whose head is missing. Of the two that make one up only one may be short of it: then the
 * rest is as it should be.
 */
static void fill_cut(struct reader *r, struct event_file *f, const struct wire_file *w,
		     struct str sb, struct str mnt)
{
	bool mnt_cut = mnt.full > mnt.len;
	bool sb_cut = sb.full > sb.len || !mnt_cut;
	bool whole = !sb_cut || (w->flags & WIRE_FILE_WHOLE);
	struct str below = whole_of(skip(sb, w->mnt_off));

	r->cut = true;
	f->sbpath = sb_cut ? join(r, true, STR_LIT(""), sb) : reader_or_root(sb);
	f->path = whole ? join(r, mnt_cut, mnt, below) : f->sbpath;
	if (w->flags & WIRE_FILE_ROOTFS)
		f->rootpath = whole ? reader_or_root(whole_of(skip(sb, w->root_off))) : f->sbpath;
}

void reader_file(struct reader *r, struct event_file *f, const struct wire_file *w, size_t off)
{
	struct str sb = reader_take(r, w->sbpath, WIRE_PATH_MAX);
	struct str mnt = reader_take(r, w->mntpath, WIRE_PATH_MAX);
	struct str real = reader_take(r, w->real, WIRE_PATH_MAX);
	bool rootfs = w->flags & WIRE_FILE_ROOTFS;

	f->path = f->sbpath = f->fstype = f->realpath = STR_LIT("");
	if (w->mnt_off > sb.len || (rootfs && w->root_off > sb.len))
		r->bad = true;
	if (r->bad)
		return;
	/* Every superblock has a magic number; a struct of zeros is no file. */
	if (!w->ino && !w->dev && !w->fs_magic && !w->flags && !sb.len)
		return;

	f->known = true;
	f->ino = w->ino;
	f->dev = w->dev;
	f->rdev = w->rdev;
	f->mode = w->mode;
	f->uid = w->uid;
	f->gid = w->gid;
	f->nlink = w->nlink;
	f->fs_magic = w->fs_magic;
	f->flags = w->flags;
	f->mnt_id = w->mnt_id;
	f->fstype = reader_text(r, off + offsetof(struct wire_file, fstype), WIRE_FSTYPE_LEN);

	if (w->flags & WIRE_FILE_STACKED) {
		f->real_ino = w->real_ino;
		f->real_dev = w->real_dev;
		f->real_flags = w->real_flags;
		f->realpath = real.full > real.len ? join(r, true, STR_LIT(""), real) :
						     reader_or_root(real);
	}
	if (w->flags & WIRE_FILE_MEMFD) { /* lies nowhere: "memfd:NAME" is a name, not a path */
		if (str_starts(sb, "/"))
			sb = skip(sb, 1);
		f->sbpath = sb.len > 0 ? sb : STR_LIT("memfd:");
		f->path = f->sbpath;
		return;
	}
	if ((w->flags & WIRE_FILE_CUT) || sb.full > sb.len || mnt.full > mnt.len) {
		fill_cut(r, f, w, sb, mnt);
		return;
	}
	f->sbpath = reader_or_root(sb);
	if (rootfs)
		f->rootpath = reader_or_root(skip(sb, w->root_off));
	if (mnt.len == 0 || str_is(mnt, "/"))
		f->path = reader_or_root(skip(sb, w->mnt_off));
	else
		f->path = join(r, false, mnt, skip(sb, w->mnt_off));
}
