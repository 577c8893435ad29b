/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Throw-away containers of our own making: no runtime, no network, no image. The root is an
 * overlay with a tmpfs upper over the host's root, so what runs inside sees the host's programs
 * and changes nothing of the host's files.
 *
 * A sandbox has its own mount, pid, network, ipc, uts and cgroup namespaces and a cgroup
 * "/rootwatch/<64 hex digits>" in the cgroup v2 hierarchy and in the v1 hierarchies that there
 * are. Two processes of ours belong to it: the keeper, on the host's side, and pid 1. When the
 * process that opened the sandbox closes it or dies, even by SIGKILL, the keeper ends pid 1 (and
 * the kernel everything below it) and removes the cgroups. All mounts live in the sandbox's own
 * mount namespace and go with it.
 */
#ifndef ROOTWATCH_SANDBOX_SANDBOX_H
#define ROOTWATCH_SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SANDBOX_ID_LEN	64
#define SANDBOX_WHY_MAX 256

/* A file or directory of the host that appears inside, at target (made when missing). */
struct sandbox_bind {
	const char *source;
	const char *target;
	bool read_only;
};

/*
 * A file of the "image": a layer of its own above the host's root and below the writable one.
 * Root owns it. Directories on the way are made 0755. Exactly one of source (a host file that is
 * copied) and text is set.
 */
struct sandbox_file {
	const char *path;
	mode_t mode;
	const char *source;
	const char *text;
};

enum sandbox_root {
	SANDBOX_ROOT_OVERLAY,
	/*
	 * The light one: a private copy of the host's mounts, with a /proc of its own and empty
	 * tmpfs over the directories named. Whatever is not covered are the host's own files.
	 */
	SANDBOX_ROOT_HOST
};

struct sandbox_options {
	const char *name; /* host name inside, at most 64 bytes */
	uid_t uid;	  /* also the gid; of pid 1 and, unless they ask otherwise, of commands */
	enum sandbox_root root;
	bool no_cgroup; /* stay in the caller's cgroups: a container without an id */
	const struct sandbox_bind *binds;
	size_t n_binds;
	const struct sandbox_file *image; /* SANDBOX_ROOT_OVERLAY only */
	size_t n_image;
	const char *const *tmpfs; /* SANDBOX_ROOT_HOST only: directories to cover, NULL-ended */
};

struct sandbox;

/*
 * Makes a sandbox and returns when its pid 1 is up. Needs a process with one thread. Removes
 * cgroups that sandboxes left whose opener and keeper were killed. Gives 0 or -errno, with
 * the reason and what to do about it in why; then nothing is left behind.
 */
int sandbox_open(struct sandbox **sb, const struct sandbox_options *o,
		 char why[static SANDBOX_WHY_MAX]);

/* Ends all that runs inside and waits until nothing is left. NULL is fine. */
void sandbox_close(struct sandbox *sb);

/* The 64 hex digits; "" with no_cgroup. */
const char *sandbox_id(const struct sandbox *sb);

/*
 * What the ids of all sandboxes that this process opens end in, and those of no other process's:
 * to tell in a stream of events which are about them, even before they are open.
 */
#define SANDBOX_MARK_LEN 24
void sandbox_mark(char mark[static SANDBOX_MARK_LEN + 1]);

/* pid 1 by its name in /proc, also where that is another pid namespace's; 0 when it is not there. */
pid_t sandbox_pid(const struct sandbox *sb);

/*
 * A command inside, started as container runtimes start one: in all of its namespaces and
 * cgroups, with Docker's default capabilities in the bounding set, in a session of its own, with
 * /dev/null as stdin, and only then execve.
 */
struct sandbox_command {
	const char *const *argv; /* argv[0] is a path inside, or is looked up in PATH */
	bool as_uid;		 /* run as uid (and gid) below, which pid 1 need not be */
	uid_t uid;
	bool no_new_privs;
};

/* 128 + the signal's number, when a signal ended the command. */
#define SANDBOX_EXIT_SIGNAL 128
/* The command could not be started; output says why. Shells and setpriv have 126 and 127. */
#define SANDBOX_EXIT_EXEC 125

/*
 * Runs a command to its end: *code is its exit code (or as above), out the first out_size - 1 bytes
 * that it wrote, NUL-terminated. Gives 0, -ETIMEDOUT when it was killed after timeout_ms, -EINTR
 * when a signal came (it was killed), or another -errno.
 */
int sandbox_run(const struct sandbox *sb, const struct sandbox_command *c, int timeout_ms,
		char *out, size_t out_size, int *code);

/*
 * A directory that nobody else sees and that cannot be left behind: moves the calling process
 * (one thread) to a mount namespace of its own with an empty tmpfs over a directory that every
 * system has. Sandboxes opened later can bind from it. Gives its path, or NULL with errno set.
 */
const char *sandbox_scratch(void);

#endif /* ROOTWATCH_SANDBOX_SANDBOX_H */
