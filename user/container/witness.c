// SPDX-License-Identifier: Apache-2.0
#include "container/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "container/container.h"

/* As many mount namespaces are remembered; two that share a place push each other out. */
#define KNOWN_MAX 1024u

/* Of a cgroup no more are tried: those that live longest come first, mostly. */
#define TRIED_MAX 4

/* In a mount namespace where nobody was found it is not looked again for so long, unless somebody
 * is seen there: the search costs as much as some ten events. */
#define NONE_MS 100

struct known {
	uint32_t mnt_ns, pid, vpid;
	int64_t none_until; /* ms; pid is 0 then */
};

struct witnesses {
	const char *proc;
	struct known known[KNOWN_MAX];
};

int witnesses_new(struct witnesses **out, const char *proc)
{
	struct witnesses *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->proc = proc;
	*out = w;
	return 0;
}

void witnesses_free(struct witnesses *w)
{
	free(w);
}

static struct known *find_known(struct witnesses *w, uint32_t mnt_ns)
{
	return &w->known[mnt_ns % KNOWN_MAX];
}

void witnesses_add(struct witnesses *w, uint32_t mnt_ns, uint32_t pid, uint32_t vpid)
{
	struct known *k = find_known(w, mnt_ns);

	if (k->mnt_ns != mnt_ns || k->pid == 0 || vpid < k->vpid)
		*k = (struct known){mnt_ns, pid, vpid, 0};
}

/* "mnt:[4026531841]" */
static bool sees(int dir, uint32_t mnt_ns)
{
	static const char head[] = "mnt:[";
	char text[32];
	ssize_t n = readlinkat(dir, "ns/mnt", text, sizeof(text) - 1);

	if (n <= 0)
		return false;
	text[n] = '\0';
	return strncmp(text, head, sizeof(head) - 1) == 0 &&
	       strtoul(text + sizeof(head) - 1, NULL, 10) == mnt_ns;
}

/* All through one descriptor of its directory: when the process ends, that says so. */
static int try_pid(const struct witnesses *w, uint32_t pid, uint32_t mnt_ns, bool own_root,
		   struct witness *out)
{
	char path[64];
	ssize_t n;

	if (pid == 0)
		return -ESRCH;
	snprintf(path, sizeof(path), "%s/%u", w->proc, pid);
	out->mnt_ns = mnt_ns;
	out->dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (out->dir < 0)
		return -ESRCH;
	out->root = openat(out->dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	n = readlinkat(out->dir, "root", out->root_path, sizeof(out->root_path) - 1);
	out->root_path[n > 0 ? n : 0] = '\0';
	if (out->root >= 0 && sees(out->dir, mnt_ns) && out->root_path[0] == '/' &&
	    (own_root || !out->root_path[1]))
		return 0;
	witness_close(out);
	return -ESRCH;
}

/* By the processes of the container's cgroup, wherever cgroups are mounted on the host. */
static int try_cgroup(struct witnesses *w, const struct event *e, struct witness *out)
{
	static const char *const tops[] = {"", "/unified", "/systemd", "/pids", "/memory"};
	uint32_t pid, mnt_ns = e->task.mnt_ns;
	char path[1024];
	FILE *f = NULL;
	int err = -ESRCH;

	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]) && !f; i++) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup%s%s/cgroup.procs", tops[i],
			 e->container->cgroup_path);
		f = fopen(path, "re");
	}
	if (!f)
		return -ESRCH;
	for (int i = 0; i < TRIED_MAX && err && fscanf(f, "%u", &pid) == 1; i++)
		err = try_pid(w, pid, mnt_ns, false, out);
	fclose(f);
	if (!err)
		*find_known(w, mnt_ns) = (struct known){mnt_ns, pid, 1, 0};
	return err;
}

int witnesses_find(struct witnesses *w, const struct event *e, struct witness *out)
{
	uint32_t mnt_ns = e->task.mnt_ns;
	struct known *k = find_known(w, mnt_ns);
	int err = try_pid(w, e->task.pid, mnt_ns, true, out);

	if (err)
		err = try_pid(w, e->task.ppid, mnt_ns, false, out);
	if (err && k->mnt_ns == mnt_ns && k->pid != e->task.pid) {
		err = try_pid(w, k->pid, mnt_ns, false, out);
		if (err)
			k->pid = 0;
	}
	if (!err || !e->container || e->container->cgroup_path[0] != '/')
		return err;
	if (k->mnt_ns == mnt_ns && k->pid == 0 && clock_ms() < k->none_until)
		return err;
	err = try_cgroup(w, e, out);
	if (err)
		*k = (struct known){mnt_ns, 0, 0, clock_ms() + NONE_MS};
	return err;
}

void witness_close(struct witness *w)
{
	if (w->root >= 0)
		close(w->root);
	if (w->dir >= 0)
		close(w->dir);
	w->root = w->dir = -1;
}

FILE *witness_mountinfo(const struct witness *w)
{
	int fd = openat(w->dir, "mountinfo", O_RDONLY | O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !f)
		close(fd);
	return f;
}
