// SPDX-License-Identifier: Apache-2.0
/* The object: which file, on which file system, and how it came into the container. */
#include <sys/stat.h>

#include "rules/test/parts.h"

/* The file systems that a case can name; disk: they lie on a block device. */
static const struct {
	const char *name;
	uint32_t magic;
	bool disk;
} systems[] = {
	{"overlay", 0x794c7630u, false},
	{"ext4", 0xef53u, true},
	{"xfs", 0x58465342u, true},
	{"btrfs", 0x9123683eu, true},
	{"vfat", 0x4d44u, true},
	{"tmpfs", 0x01021994u, false},
	{"devtmpfs", 0x01021994u, false},
	{"ramfs", 0x858458f6u, false},
	{"proc", 0x9fa0u, false},
	{"sysfs", 0x62656572u, false},
	{"cgroup", 0x27e0ebu, false},
	{"cgroup2", 0x63677270u, false},
	{"debugfs", 0x64626720u, false},
	{"tracefs", 0x74726163u, false},
	{"securityfs", 0x73636673u, false},
	{"bpf", 0xcafe4a11u, false},
	{"binfmt_misc", 0x42494e4du, false},
	{"configfs", 0x62656570u, false},
	{"pstore", 0x6165676cu, false},
	{"devpts", 0x1cd1u, false},
	{"mqueue", 0x19800202u, false},
	{"hugetlbfs", 0x958458f6u, false},
	{"nfs", 0x6969u, false},
	{"fuse", 0x65735546u, false},
	{"9p", 0x01021997u, false},
};
#define SYSTEMS (sizeof(systems) / sizeof(systems[0]))
#define OVERLAY 0

static size_t build_system(struct input *in)
{
	const char *names[SYSTEMS + 1];

	for (size_t i = 0; i < SYSTEMS; i++)
		names[i] = systems[i].name;
	names[SYSTEMS] = NULL;
	return input_word(in, F_FILE_FSTYPE, names, OVERLAY);
}

static uint32_t build_mode(struct input *in, enum event_kind kind)
{
	static const char *const names[] = {"regular", "directory", "link",   "block",
					    "char",    "fifo",	    "socket", NULL};
	static const uint32_t modes[] = {S_IFREG, S_IFDIR, S_IFLNK, S_IFBLK,
					 S_IFCHR, S_IFIFO, S_IFSOCK};

	/* One of the fields that rules have and lines have not; a program is a regular file. */
	if (kind != EVENT_OPEN)
		return S_IFREG | 0755;
	return modes[input_word(in, F_FILE_TYPE, names, 0)] | 0644 |
	       (input_bool(in, F_FILE_SUID, false) ? S_ISUID : 0);
}

static void build_flags(struct build *b, struct event_file *f, size_t system)
{
	static const char *const layers[] = {"upper", "lower", NULL};
	struct input *in = &b->in;
	bool own = input_bool(in, F_FILE_ROOTFS, system == OVERLAY);
	unsigned layer = input_word(in, F_FILE_LAYER, layers, system == OVERLAY ? 1 : 2);

	if (input_null(in, F_FILE_LAYER))
		layer = 2;
	f->flags |= own ? WIRE_FILE_ROOTFS : 0;
	f->flags |= layer == 0 ? WIRE_FILE_UPPER : layer == 1 ? WIRE_FILE_LOWER : 0;
	f->flags |= input_bool(in, F_FILE_BIND, false) ? WIRE_FILE_BIND : 0;
	f->flags |= systems[system].disk ? WIRE_FILE_BLOCKDEV : 0;
	if (input_bool(in, F_FILE_DELETED, false)) {
		f->flags |= WIRE_FILE_DELETED;
		f->nlink = 0;
	}
}

void build_file(struct build *b, struct event_file *f, struct str path, bool blocked)
{
	struct input *in = &b->in;
	size_t system;

	f->path = path;
	if (blocked)
		return;
	system = build_system(in);
	f->known = true;
	f->ino = 131332;
	f->nlink = 1;
	f->fs_magic = systems[system].magic;
	f->fstype = str_from(systems[system].name);
	f->dev = input_device(in, F_FILE_DEV, system == OVERLAY ? 45 : 8u << 20 | 1);
	f->mode = build_mode(in, b->event.kind);
	build_flags(b, f, system);
	f->sbpath = input_str(in, F_FILE_SBPATH, path);
	/* What lies on the container's root is found there by the path inside its file system. */
	if (f->flags & WIRE_FILE_ROOTFS)
		f->rootpath = f->sbpath;
	if (b->event.kind == EVENT_OPEN) {
		f->rdev = input_device(in, F_FILE_RDEV, 0);
		f->hostpath = input_str(in, F_HOST_PATH, (struct str){NULL, 0, 0});
	}
}
