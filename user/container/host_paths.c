/* SPDX-License-Identifier: Apache-2.0 */
#include "container/host_paths.h"

static void place(struct host_mounts *m, const struct event *e, struct event_file *f,
		  char room[static HOST_PATH_MAX])
{
	/* A runtime's own work, which the kernel side has not seen it do: the host mounts it too. */
	if (event_file_stacked(f) && f->rootpath.p && m && host_mounts_has(m, f->dev))
		f->flags &= ~WIRE_FILE_STACKED;
	if (e->task.flags & WIRE_TASK_HOST_MNT)
		f->hostpath = f->path;
	else if (m && event_file_stacked(f))
		f->hostpath = host_mounts_path(m, f->real_dev, f->realpath, room);
	else if (m && !f->rootpath.p)
		f->hostpath = host_mounts_path(m, f->dev, f->sbpath, room);
}

void host_paths_find(struct host_paths *room, struct host_mounts *m, struct event *e)
{
	if (e->kind == EVENT_OPEN && e->open.file.known)
		place(m, e, &e->open.file, room->path[0]);
	for (size_t i = 0; e->kind == EVENT_SYSCALL && i < WIRE_SYSCALL_PATHS; i++) {
		struct event_call_path *path = &e->sys.paths[i];

		if (!path->file.known)
			continue;
		place(m, e, &path->file, room->path[i]);
		path->hostpath = path->file.hostpath;
	}
}
