// SPDX-License-Identifier: Apache-2.0
#include "progs.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "procfs.h"

static void progs_add(struct progs *progs, uint32_t id)
{
	for (size_t i = 0; i < progs->n; i++)
		if (progs->v[i].id == id)
			return;
	if (progs->n < PROGS_MAX)
		progs->v[progs->n++] = (struct prog){.id = id};
}

int progs_of(pid_t pid, struct progs *out)
{
	char path[400], line[200];
	struct dirent *entry;
	DIR *dir;

	memset(out, 0, sizeof(*out));
	snprintf(path, sizeof(path), "/proc/%d/fdinfo", (int)pid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		uint64_t id;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", (int)pid, entry->d_name);
		f = fopen(path, "re");
		while (f && fgets(line, sizeof(line), f))
			if (procfs_field(line, "prog_id:", &id))
				progs_add(out, (uint32_t)id);
		if (f)
			fclose(f);
	}
	closedir(dir);
	return progs_read(out);
}

static int info_of(uint32_t id, struct bpf_prog_info *info)
{
	uint32_t len = sizeof(*info);
	int err, fd = bpf_prog_get_fd_by_id(id);

	memset(info, 0, sizeof(*info));
	if (fd < 0)
		return -errno;
	err = bpf_obj_get_info_by_fd(fd, info, &len) ? -errno : 0;
	close(fd);
	return err;
}

int progs_read(struct progs *progs)
{
	for (size_t i = 0; i < progs->n; i++) {
		struct bpf_prog_info info = {0};
		int err = info_of(progs->v[i].id, &info);

		if (err)
			return err;
		memcpy(progs->v[i].name, info.name, sizeof(progs->v[i].name));
		progs->v[i].name[sizeof(progs->v[i].name) - 1] = '\0';
		progs->v[i].ns = info.run_time_ns;
		progs->v[i].runs = info.run_cnt;
	}
	return 0;
}

int progs_count(void)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);

	return fd < 0 ? -errno : fd;
}

static bool is_tracing(uint32_t type)
{
	switch (type) {
	case BPF_PROG_TYPE_KPROBE:
	case BPF_PROG_TYPE_TRACEPOINT:
	case BPF_PROG_TYPE_PERF_EVENT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
	case BPF_PROG_TYPE_TRACING:
	case BPF_PROG_TYPE_LSM:
		return true;
	default:
		return false;
	}
}

static bool has(const struct progs *list, uint32_t id)
{
	for (size_t i = 0; list && i < list->n; i++)
		if (list->v[i].id == id)
			return true;
	return false;
}

void progs_foreign(const struct progs *mine, const struct progs *known, struct progs *out)
{
	uint32_t id = 0;

	memset(out, 0, sizeof(*out));
	while (!bpf_prog_get_next_id(id, &id)) {
		struct bpf_prog_info info = {0};

		if (!has(mine, id) && !has(known, id) && !info_of(id, &info) &&
		    is_tracing(info.type))
			progs_add(out, id);
	}
}

void progs_keep_loaded(struct progs *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct bpf_prog_info info = {0};

		if (!info_of(list->v[i].id, &info))
			list->v[n++] = list->v[i];
	}
	list->n = n;
}
