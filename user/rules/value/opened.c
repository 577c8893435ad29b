// SPDX-License-Identifier: Apache-2.0
/* rootwatch.file.* and the file's paths in the kernel's file systems and on the host. */
#include <stdio.h>
#include <sys/stat.h>

#include "rules/value/file.h"
#include "rules/value/internal.h"

static bool set_dev(struct value *v, uint32_t dev, struct value_scratch *scratch)
{
	char number[32];
	int n = snprintf(number, sizeof(number), "%u:%u", dev >> 20, dev & 0xfffff);

	return set_str(v, scratch_copy(scratch, number, (size_t)n));
}

/* Of a program as well as of a file. */
static bool identity(struct value *v, const struct event_file *f, enum field_id id,
		     struct value_scratch *scratch)
{
	switch (id) {
	case F_FILE_SBPATH:
		return set_str(v, !f->known		? STR_LIT("") :
				  event_file_stacked(f) ? f->realpath :
							  f->sbpath);
	case F_FILE_DEV:
		if (!f->known)
			return set_missing(v);
		return set_dev(v, event_file_stacked(f) ? f->real_dev : f->dev, scratch);
	case F_FILE_INO:
		return set_num_if(v, event_file_stacked(f), (int64_t)f->real_ino);
	case F_FILE_FSTYPE:
		return set_str(v, f->known ? f->fstype : STR_LIT(""));
	case F_FILE_ROOTFS:
		return set_bool_if(v, f->known, f->flags & WIRE_FILE_ROOTFS);
	case F_FILE_LAYER:
		if (!f->known || !(f->flags & (WIRE_FILE_UPPER | WIRE_FILE_LOWER)))
			return set_missing(v);
		return set_str(v, f->flags & WIRE_FILE_UPPER ? STR_LIT("upper") : STR_LIT("lower"));
	case F_FILE_BIND:
		return set_bool_if(v, f->known, f->flags & (WIRE_FILE_BIND | WIRE_FILE_STACKED));
	case F_FILE_DELETED:
		return set_bool_if(v, f->known, f->flags & WIRE_FILE_DELETED);
	default:
		return false;
	}
}

static struct str type_of(const struct event_file *f)
{
	if (!f->known)
		return STR_LIT("");
	switch (f->mode & S_IFMT) {
	case S_IFREG:
		return STR_LIT("regular");
	case S_IFDIR:
		return STR_LIT("directory");
	case S_IFLNK:
		return STR_LIT("link");
	case S_IFBLK:
		return STR_LIT("block");
	case S_IFCHR:
		return STR_LIT("char");
	case S_IFIFO:
		return STR_LIT("fifo");
	case S_IFSOCK:
		return STR_LIT("socket");
	default:
		return STR_LIT("");
	}
}

static bool set_paths(struct value *v, const struct event_file *f, struct value_scratch *scratch)
{
	add_str(v, f->path, scratch);
	/* Through a bind mount of its own, /etc is still /etc. */
	add_str(v, file_asked_only(f) ? file_asked_path(f) : file_rootpath(f), scratch);
	return true;
}

static bool set_inside(struct value *v, const struct event_file *f, enum file_fs fs)
{
	struct str path;

	if (file_fs(f, &path) != fs)
		return set_missing(v);
	return set_str(v, path);
}

/* "/7/environ": 7. */
static bool set_procfs_pid(struct value *v, const struct event_file *f)
{
	struct str path;
	int64_t pid = 0;
	uint32_t i;

	if (file_fs(f, &path) != FILE_FS_PROC)
		return set_missing(v);
	for (i = 1; i < path.len && i < 12 && path.p[i] >= '0' && path.p[i] <= '9'; i++)
		pid = pid * 10 + (path.p[i] - '0');
	return set_num_if(v, i > 1 && (i == path.len || path.p[i] == '/'), pid);
}

static bool set_host(struct value *v, const struct event_file *f)
{
	struct str path;

	/* What the kernel makes up lies nowhere on the host. */
	if (file_asked_only(f) || file_fs(f, &path) != FILE_FS_OTHER || !file_host_path(f, &path))
		return set_missing(v);
	return set_str(v, path);
}

static bool of_open(struct value *v, const struct event *e, enum field_id id,
		    struct value_scratch *scratch)
{
	const struct event_open *o = &e->open;
	const struct event_file *f = &o->file;

	switch (id) {
	case F_FILE_CREATED:
		return set_bool(v, o->created);
	case F_RECEIVED:
		return set_bool(v, o->call == WIRE_CALL_RECVMSG);
	case F_FILE_UNRESOLVED:
		return set_bool_if(v, e->blocked, o->unresolved);
	case F_FILE_ASKED:
		return set_str(v, e->blocked ? o->asked : STR_LIT(""));
	case F_FILE_PATHS:
		return set_paths(v, f, scratch);
	case F_FILE_NAME:
		return set_str(v, file_name(f));
	case F_FILE_TYPE:
		return set_str(v, type_of(f));
	case F_FILE_SUID:
		return set_bool_if(v, f->known, S_ISREG(f->mode) && (f->mode & S_ISUID));
	case F_FILE_RDEV:
		if (!f->known || !(S_ISBLK(f->mode) || S_ISCHR(f->mode)))
			return set_missing(v);
		return set_dev(v, f->rdev, scratch);
	case F_PROCFS_PATH:
		return set_inside(v, f, FILE_FS_PROC);
	case F_PROCFS_PID:
		return set_procfs_pid(v, f);
	case F_SYSFS_PATH:
		return set_inside(v, f, FILE_FS_SYSFS);
	case F_CGROUPFS_PATH:
		return set_inside(v, f, FILE_FS_CGROUP);
	case F_KERNELFS_PATH:
		return set_inside(v, f, FILE_FS_KERNEL);
	case F_HOST_PATH:
		return set_host(v, f);
	default:
		return identity(v, f, id, scratch);
	}
}

bool value_of_file(struct value *v, const struct event *e, const struct field_use *use,
		   struct value_scratch *scratch)
{
	enum field_id id = use->id;
	if (e->kind == EVENT_OPEN)
		return of_open(v, e, id, scratch);
	return e->kind == EVENT_EXEC && identity(v, &e->exec.exe, id, scratch);
}
