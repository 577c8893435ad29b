/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The watch list: every path and name that a detection can care about, written once. The
 * detections classify files by it, and the live source compiles the kernel's prefilter from it.
 */
#ifndef ROOTWATCH_RULES_WATCH_H
#define ROOTWATCH_RULES_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "rules/filter/filter.h"

#define WATCH_READ    1u
#define WATCH_WRITE   2u /* opened for writing, created or truncated */
#define WATCH_CONNECT 4u

enum watch_scope {
	WATCH_PATH,	/* a path as the container sees it: event_file.rootpath, and .path */
	WATCH_PROC,	/* path inside a proc superblock, wherever it is mounted: "/sys" */
	WATCH_SYSFS,	/* path inside sysfs */
	WATCH_CGROUP,	/* path inside cgroup v1 or v2 */
	WATCH_KERNFS,	/* debugfs, tracefs, securityfs, binfmt_misc, bpf, configfs, pstore */
	WATCH_HOST,	/* a path as the host sees it: event_file.hostpath */
	WATCH_NAME,	/* the file's own name, anywhere */
	WATCH_SUFFIX,	/* the end of the file's own name, at most 8 bytes, anywhere */
	WATCH_BLOCK,	/* any block device (pattern "") */
	WATCH_CHAR,	/* a character device by "major:minor" */
	WATCH_SOCKET,	/* the last component of a Unix listener's bound name */
	WATCH_LISTENER, /* the listening process' command, at most 15 bytes */
	WATCH_SCOPE_END
};

/* What kind of thing a watched file is: one detection (or a few) per class. */
enum watch_class {
	WATCH_C_NONE,
	WATCH_C_ETC,
	WATCH_C_PASSWD, /* passwd, group */
	WATCH_C_SHADOW, /* shadow, gshadow */
	WATCH_C_SUDOERS,
	WATCH_C_CRON,
	WATCH_C_PRELOAD, /* ld.so.preload */
	WATCH_C_SSH,
	WATCH_C_PROFILE,
	WATCH_C_SYSTEMD,
	WATCH_C_PKGDB,
	WATCH_C_KERNEL_ESCAPE, /* core_pattern, modprobe, uevent_helper, release_agent, ... */
	WATCH_C_KERNEL,	       /* the rest of /proc/sys and /sys */
	WATCH_C_SYSRQ,
	WATCH_C_BLOCK,
	WATCH_C_MEM,
	WATCH_C_PRIVATE_KEY,
	WATCH_C_TOKEN, /* service-account and cloud tokens */
	WATCH_C_DOTENV,
	WATCH_C_HOST,	       /* host file by a mount */
	WATCH_C_HOST_TAKEOVER, /* and one by which the host itself is taken over */
	WATCH_C_HOST_MANAGED,  /* the runtime's own volumes and files: not "the host's" */
	WATCH_C_RUNTIME,       /* a container runtime's API */
	WATCH_C_END
};

struct watch {
	enum watch_scope scope;
	/*
	 * WATCH_PATH to WATCH_HOST: an absolute path without trailing '/', it and everything below
	 * match ("" : everything in that scope). WATCH_NAME: the whole last component.
	 */
	const char *pattern;
	uint32_t access; /* WATCH_READ | WATCH_WRITE: which opens matter */
	enum watch_class class;
	uint32_t urgent; /* 1: wake the reader at once (critical) */
};

/*
 * The list; *n gets its length, at most 512. The most specific entry need not come first.
 * Entries of WATCH_C_HOST_MANAGED take away from those of WATCH_HOST: what matches one of them
 * need not be sent for the sake of a WATCH_HOST entry. They have at most WIRE_WATCH_DEPTH
 * components, since a cut one would take away too much.
 */
const struct watch *watch_table(size_t *n);

/*
 * Classes of a file for an access (WATCH_READ, WATCH_WRITE or both): bit mask of 1u << class.
 * By all its identities; pure. A file without fs_magic is one that was not opened (the act was
 * blocked): all that is known of it is the path asked for, so that proc, sysfs, cgroup and the
 * usual disks are then recognised by their usual places.
 *
 * Narrower than the list in some cases, never wider: names of cgroup knobs count in cgroup file
 * systems only, /dev/sda as a path only when it could not be opened (else the device number
 * tells), WATCH_HOST means regular files, directories and links, and what is public beside a secret
 * (ca.crt beside a token) or a mere lock beside a database is left out.
 *
 * Where the host's path is not known, the path inside the superblock stands for it if the file
 * came in by a bind mount or lies on a disk; otherwise the file is not one of the host's. Where it
 * is known, it counts for any file, also for one on the container's own root.
 */
uint32_t watch_classify(const struct event_file *f, uint32_t access);

/* The file's own name, not that of a mount point it was bound to; "" when nothing is known. */
struct str watch_name(const struct event_file *f);

/*
 * The path from the container's own root, p NULL when the file is not on it. On an overlay that is
 * the path inside it, when the kernel could not tell (the task has pivoted away, or sees its old
 * root by a mount): an overlay's own root is an image's root.
 */
struct str watch_rootpath(const struct event_file *f);

/* The list as the kernel's filter; static, not to be freed. */
const struct filter *watch_filter(void);

/* True when the list has the word in a scope that compares whole words (sockets, listeners). */
bool watch_has(enum watch_scope scope, struct str word);

#endif /* ROOTWATCH_RULES_WATCH_H */
