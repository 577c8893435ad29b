/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an opened file is, wherever it was mounted and whatever it was called. Pure; the strings
 * point into the event's.
 */
#ifndef ROOTWATCH_RULES_VALUE_FILE_H
#define ROOTWATCH_RULES_VALUE_FILE_H

#include "event/event.h"

/* The kernel's own file systems. */
enum file_fs {
	FILE_FS_OTHER,
	FILE_FS_PROC,
	FILE_FS_SYSFS,
	FILE_FS_CGROUP, /* v1 or v2 */
	FILE_FS_KERNEL, /* debugfs, tracefs, securityfs, binfmt_misc, bpf, configfs, pstore */
};

/* The file's own name, not that of a mount point it was bound to; "" when nothing is known. */
struct str file_name(const struct event_file *f);

/*
 * The path from the container's own root, p NULL when the file is not on it. On an overlay that is
 * the path inside it, when the kernel could not tell (the task has pivoted away, or sees its old
 * root by a mount): an overlay's own root is an image's root.
 */
struct str file_rootpath(const struct event_file *f);

/* True for a file that was not opened: all that is known of it is the path asked for. */
bool file_asked_only(const struct event_file *f);

/* That path, without the detours through /proc/<pid>/root that lead to the same. */
struct str file_asked_path(const struct event_file *f);

/*
 * Which of the kernel's own file systems it lies on; *path is then its path inside ("/" for the
 * root). What could not be opened is recognised by where they usually are mounted.
 */
enum file_fs file_fs(const struct event_file *f, struct str *path);

/*
 * True for a file of the host: one that the host's own mounts show (hostpath), that was bound in
 * from somewhere, or that lies on a disk which the host does not mount: then the container mounted
 * it. A volume on a disk of its own is mounted by the host, too, where volumes are. Only regular
 * files, directories and links: nodes of /dev, pipes and sockets come in by mounts all the time and
 * store nothing. *path is its path on the host, or else inside its file system.
 */
bool file_host_path(const struct event_file *f, struct str *path);

#endif /* ROOTWATCH_RULES_VALUE_FILE_H */
