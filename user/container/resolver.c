// SPDX-License-Identifier: Apache-2.0
#include "container/resolver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/helpers.h"
#include "base/mountinfo.h"
#include "base/procfs.h"
#include "container/host_mounts.h"
#include "container/magic_link.h"
#include "container/walker.h"
#include "container/witness.h"

/* Room for a directory and the name in it. */
#define RESOLVER_PATH_MAX (2 * PATH_MAX)

/* What looking for a mount in the list of all may cost: some thousands of lines. */
#define MOUNTS_NS 20000000

struct found {
	char path[RESOLVER_PATH_MAX];
	char rootpath[RESOLVER_PATH_MAX];
	char hostpath[HOST_PATH_MAX];
};

/* What a text led to: where it lies in the mount namespace, and by which mount (0: not known). */
struct spot {
	char text[RESOLVER_PATH_MAX];
	uint32_t flags; /* with which a link at its end was followed, or not */
	char path[PATH_MAX];
	uint32_t mount;
};

struct resolver {
	struct helpers *helpers; /* the caller's */
	struct witnesses *witnesses;
	struct host_mounts *host;
	int64_t stop_at; /* ms; 0: never */
	char own[32];	 /* "/proc/7": this process, as it stands in the host's /proc */
	char text[RESOLVER_PATH_MAX];
	struct spot spot; /* text "": none; a call's two paths often have one directory */
	struct found found[WIRE_SYSCALL_PATHS];
};

/* A mount, and that of the root directory: of one line of mountinfo each. */
struct mount_of {
	uint32_t id, root_id;
	bool found, root_found;
	int64_t until; /* ns of this thread's own time */
	uint32_t dev, root_dev;
	char root[PATH_MAX], point[PATH_MAX], root_root[PATH_MAX];
};

int resolver_new(struct resolver **out, const char *proc, struct host_mounts *host,
		 struct helpers *helpers)
{
	struct resolver *r = calloc(1, sizeof(*r));
	char pid[16];
	int err;

	if (!r)
		return -ENOMEM;
	err = witnesses_new(&r->witnesses, proc);
	if (err) {
		resolver_free(r);
		return err;
	}
	r->host = host;
	r->helpers = helpers;
	/* Not getpid(): a pid namespace of our own has another one. */
	procfs_link(pid, sizeof(pid), proc, "self");
	(void)snprintf(r->own, sizeof(r->own), "/proc/%s", pid[0] ? pid : "self");
	*out = r;
	return 0;
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	witnesses_free(r->witnesses);
	free(r);
}

void resolver_seen(struct resolver *r, const struct event_task *t)
{
	witnesses_add(r->witnesses, t->mnt_ns, t->pid, t->vpid);
}

/* What path is inside dir, "" or "/...", or p NULL when it lies elsewhere. dir "/" holds all. */
static struct str below(struct str path, const char *dir)
{
	uint32_t n = (uint32_t)strlen(dir);

	if (n == 1)
		n = 0;
	if (path.len < n || memcmp(path.p, dir, n) != 0 || (path.len > n && path.p[n] != '/'))
		return (struct str){NULL, 0, 0};
	return (struct str){path.p + n, path.len - n, path.len - n};
}

/* The path as the root that was found sees it, in r->text; false when it does not. */
static bool write_text(struct resolver *r, const struct event_call_path *path, const char *root)
{
	struct str base = STR_LIT("");
	const char *between = "";

	if (path->asked.full > path->asked.len)
		return false;
	if (!str_starts(path->asked, "/")) {
		if (path->base.len == 0 || path->base.full > path->base.len)
			return false;
		base = below(path->base, root);
		between = path->asked.len > 0 ? "/" : "";
	}
	/* A path of the system call ends at its first NUL anyway. */
	return base.p &&
	       (size_t)snprintf(r->text, sizeof(r->text), "%.*s%s%.*s", (int)base.len, base.p,
				between, (int)path->asked.len, path->asked.p) < PATH_MAX;
}

/* Cuts the last component off the text; NULL when it is none that could be made or removed. */
static const char *cut_last(char *text)
{
	size_t n = strlen(text);
	char *slash;

	while (n > 1 && text[n - 1] == '/')
		text[--n] = '\0';
	slash = strrchr(text, '/');
	if (!slash || strcmp(slash, "/") == 0 || strcmp(slash, "/.") == 0 ||
	    strcmp(slash, "/..") == 0)
		return NULL;
	*slash = '\0';
	return slash + 1;
}

/* Where fd lies in its mount namespace; false when it has no place any more. */
static bool read_place(const struct resolver *r, int fd, char path[static PATH_MAX])
{
	char link[32];
	struct str s;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH_MAX);
	if (n <= 0 || n >= PATH_MAX || path[0] != '/')
		return false;
	path[n] = '\0';
	s = str_from(path);
	/* /proc/self of the container was ours. */
	n = (ssize_t)strlen(r->own);
	return !str_ends(s, " (deleted)") &&
	       (strncmp(path, r->own, (size_t)n) != 0 || (path[n] && path[n] != '/'));
}

/*
 * The id of the mount that fd was reached by; 0: not known. Not by statx: some file systems ask
 * their server for it, which may be the container's own, and never answer.
 */
static uint32_t mount_id(int fd)
{
	static const char word[] = "mnt_id:";
	char name[40], text[256];
	const char *at;
	ssize_t n;
	int info;

	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
	info = open(name, O_RDONLY | O_CLOEXEC);
	if (info < 0)
		return 0;
	n = read(info, text, sizeof(text) - 1);
	close(info);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, word);
	return at ? (uint32_t)strtoul(at + sizeof(word) - 1, NULL, 10) : 0;
}

static bool keep(char to[static PATH_MAX], const char *from)
{
	size_t n = strlen(from);

	if (n >= PATH_MAX)
		return false;
	memcpy(to, from, n + 1);
	return true;
}

static int match_mount(const struct mountinfo *m, void *arg)
{
	struct mount_of *of = arg;

	if (m->id == of->id) {
		of->found = keep(of->root, m->root) && keep(of->point, m->point);
		of->dev = m->dev;
	}
	if (m->id == of->root_id) {
		of->root_found = keep(of->root_root, m->root);
		of->root_dev = m->dev;
	}
	if (of->found && of->root_found)
		return 1;
	return clock_ns(CLOCK_THREAD_CPUTIME_ID) > of->until ? -ETIMEDOUT : 0;
}

/* Of the witness, or of another one: it may have ended since, and most often is the caller itself. */
static FILE *open_mountinfo(struct resolver *r, const struct event *e, const struct witness *w)
{
	FILE *info = witness_mountinfo(w);
	struct witness other;

	if (info || witnesses_find(r->witnesses, e, &other) < 0)
		return info;
	info = witness_mountinfo(&other);
	witness_close(&other);
	return info;
}

/*
 * A container may have as many mounts as it likes (sysctl fs.mount-max), one upon the other, too:
 * their list then takes a minute to write. What it takes here is the container's own loss.
 */
static bool find_mount(struct resolver *r, uint32_t mnt_ns, FILE *info, struct mount_of *of)
{
	int64_t began = clock_ns(CLOCK_THREAD_CPUTIME_ID);

	if (!helpers_may(r->helpers, mnt_ns))
		return false;
	of->until = began + MOUNTS_NS;
	mountinfo_each(info, match_mount, of);
	helpers_took(r->helpers, mnt_ns, (uint64_t)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - began));
	return of->found && of->root_found;
}

/* Which file system and which part of it: then where that is in the container and on the host. */
static void place(struct resolver *r, const struct event *e, const struct witness *w,
		  uint32_t root_mount, struct found *f, struct event_call_path *path)
{
	struct mount_of of = {.id = r->spot.mount, .root_id = root_mount};
	struct str rest, inside;
	char *sbpath = f->rootpath;
	FILE *info = open_mountinfo(r, e, w);
	bool known;
	int n;

	if (!info)
		return;
	known = find_mount(r, e->task.mnt_ns, info, &of);
	fclose(info);
	if (!known)
		return;
	rest = below(path->path, of.point);
	if (!rest.p)
		return;
	n = snprintf(sbpath, sizeof(f->rootpath), "%s%.*s", of.root[1] ? of.root : "",
		     (int)rest.len, rest.p);
	if (n < 0 || (size_t)n >= PATH_MAX)
		return;
	inside = str_from(n > 0 ? sbpath : "/");
	rest = below(inside, of.root_root);
	if (of.dev == of.root_dev && rest.p)
		path->rootpath = rest.len > 0 ? rest : STR_LIT("/");
	else if (r->host)
		path->hostpath = host_mounts_path(r->host, of.dev, inside, f->hostpath);
}

/* Finds what r->text leads to and keeps it in r->spot. flags: of walker_open(). 0 or -errno. */
static int find_spot(struct resolver *r, const struct witness *w, uint32_t flags)
{
	/* (Behind the text's end may stand the name that was cut off.) */
	const char *text = r->text[0] ? r->text : "/";
	struct spot *spot = &r->spot;
	int fd, err = 0;

	if (strcmp(text, spot->text) == 0 && flags == spot->flags)
		return 0;
	spot->text[0] = '\0';
	fd = walker_open(r->helpers, w->mnt_ns, w->root, text, flags);
	if (fd < 0)
		return fd;
	spot->flags = flags;
	spot->mount = mount_id(fd);
	if (read_place(r, fd, spot->path))
		memcpy(spot->text, text, strlen(text) + 1);
	else
		err = -ESTALE;
	close(fd);
	return err;
}

/*
 * Is it the object itself that the path leads to, or else the name in a directory? gone: an object
 * that is not there (any more) goes by its name, too.
 */
static bool find_path(struct resolver *r, const struct witness *w, enum event_call_end end,
		      bool gone, struct found *f)
{
	const char *last = "";
	int err = -ENOENT;

	if (end != EVENT_CALL_NAME)
		err = find_spot(r, w, end == EVENT_CALL_OBJECT ? O_NOFOLLOW : 0);

	if (err == -ENOENT && (gone || end == EVENT_CALL_NAME)) {
		last = cut_last(r->text);
		err = find_spot(r, w, O_DIRECTORY);
	}
	if (err)
		return false;
	snprintf(f->path, sizeof(f->path), "%s%s%s", r->spot.path,
		 last && last[0] && r->spot.path[1] ? "/" : "", last ? last : "");
	return true;
}

/*
 * By the text, and where that leads over a magic link, which is not followed, or is not there for us
 * (/proc/self): behind it.
 */
static bool find(struct resolver *r, const struct event_syscall *call, const struct witness *w,
		 size_t i, struct found *f)
{
	const struct event_call_path *path = &call->paths[i];
	struct event_call_path behind = {.asked = path->magic.rest, .base = path->magic.base};
	enum event_call_end end = event_call_end(call, i);

	if (write_text(r, path, w->root_path) && find_path(r, w, end, !path->magic.base.p, f))
		return true;
	if (path->magic.base.p)
		return write_text(r, &behind, w->root_path) && find_path(r, w, end, true, f);
	return write_text(r, path, w->root_path) && magic_link_read(r->helpers, w, r->text) &&
	       find_path(r, w, end, true, f);
}

static void resolve(struct resolver *r, struct event *e, const struct witness *w, size_t i)
{
	struct event_call_path *path = &e->sys.paths[i];
	bool mounts = e->sys.call == WIRE_CALL_MOUNT || e->sys.call == WIRE_CALL_MOVE_MOUNT;
	struct found *f = &r->found[i];
	uint32_t root_mount;

	if (!find(r, &e->sys, w, i, f))
		return;
	path->path = str_from(f->path);
	path->resolved = true;
	/* What a mount has put there is not what lay there. */
	if (mounts || r->spot.mount == 0 || w->root_path[1])
		return;
	root_mount = mount_id(w->root);
	if (e->task.flags & WIRE_TASK_HOST_MNT)
		path->hostpath = path->path;
	else if (r->spot.mount == root_mount)
		path->rootpath = path->path;
	else if (path == event_call_target(&e->sys) || e->sys.call == WIRE_CALL_RENAMEAT2)
		place(r, e, w, root_mount, f, path);
}

/* Is it a path of which nobody has said yet where it led? */
static bool is_asked(const struct event_syscall *s, size_t i)
{
	return event_call_leads(s, i) && !s->paths[i].file.known;
}

void resolver_call(struct resolver *r, struct event *e)
{
	struct event_syscall *s = &e->sys;
	struct witness w;

	if (e->kind != EVENT_SYSCALL || !(is_asked(s, 0) || is_asked(s, 1)))
		return;
	if (r->stop_at && clock_ms() >= r->stop_at)
		return;
	if (witnesses_find(r->witnesses, e, &w) < 0)
		return;
	r->spot.text[0] = '\0';
	for (size_t i = 0; i < WIRE_SYSCALL_PATHS; i++)
		if (is_asked(s, i))
			resolve(r, e, &w, i);
	witness_close(&w);
}

/* What the file system has at hand: its server is not asked, which may be the container's own. */
static int64_t change_of(int fd)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_CTIME, &st) ||
	    !S_ISREG(st.stx_mode))
		return 0;
	return st.stx_ctime.tv_sec * 1000000000ll + st.stx_ctime.tv_nsec;
}

int64_t resolver_changed(struct resolver *r, const struct event *e, struct str path)
{
	struct event_call_path asked = {.asked = path};
	struct witness w;
	int64_t when = 0;
	int fd = -1;

	if (path.len == 0 || path.p[0] != '/' || (r->stop_at && clock_ms() >= r->stop_at) ||
	    witnesses_find(r->witnesses, e, &w) < 0)
		return 0;
	if (write_text(r, &asked, w.root_path))
		fd = walker_open(r->helpers, w.mnt_ns, w.root, r->text, 0);
	if (fd >= 0) {
		when = change_of(fd);
		close(fd);
	}
	witness_close(&w);
	return when;
}

void resolver_stop(struct resolver *r, unsigned int after_ms)
{
	r->stop_at = clock_ms() + after_ms;
}
