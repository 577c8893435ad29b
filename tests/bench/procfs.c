// SPDX-License-Identifier: Apache-2.0
#include "procfs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

bool procfs_field(const char *line, const char *key, uint64_t *out)
{
	char *end;
	uint64_t value;

	if (strncmp(line, key, strlen(key)) != 0)
		return false;
	line += strlen(key);
	value = strtoull(line, &end, 10);
	if (end == line)
		return false;
	*out = value;
	return true;
}

void procfs_memory(pid_t pid, struct procfs_memory *out)
{
	char path[64], line[256];
	FILE *f;

	memset(out, 0, sizeof(*out));
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		procfs_field(line, "VmRSS:", &out->rss_kb);
		procfs_field(line, "VmHWM:", &out->peak_kb);
	}
	if (f)
		fclose(f);
}

/* The first line of a file of a thread; false: it is gone. */
static bool first_line(int pid, int tid, const char *name, char *line, int size)
{
	char path[64];
	bool got;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
	f = fopen(path, "re");
	if (!f)
		return false;
	got = fgets(line, size, f) != NULL;
	fclose(f);
	return got;
}

static void add_thread(int pid, int tid, struct procfs_cpu *out)
{
	char path[64], line[512];
	uint64_t value;
	FILE *f;

	if (first_line(pid, tid, "schedstat", line, sizeof(line)) && procfs_field(line, "", &value))
		out->run_ns += value;

	if (first_line(pid, tid, "stat", line, sizeof(line))) {
		/* The name is in brackets and may hold anything: count from the last one. */
		char *at = strrchr(line, ')');

		/* utime and stime are fields 14 and 15; behind the bracket comes field 3. */
		for (int i = 2; at && i < 14; i++)
			at = strchr(at + 1, ' ');
		if (at) {
			uint64_t user = strtoull(at, &at, 10), system = strtoull(at, NULL, 10);

			out->ticks_ms += (user + system) * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
		}
	}

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", pid, tid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (procfs_field(line, "voluntary_ctxt_switches:", &value) ||
		    procfs_field(line, "nonvoluntary_ctxt_switches:", &value))
			out->switches += value;
	if (f)
		fclose(f);
}

void procfs_cpu(pid_t pid, struct procfs_cpu *out)
{
	char path[64];
	struct dirent *entry;
	DIR *dir;

	memset(out, 0, sizeof(*out));
	out->at = bench_now(CLOCK_MONOTONIC);
	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		int tid = (int)strtol(entry->d_name, NULL, 10);

		if (tid > 0)
			add_thread((int)pid, tid, out);
	}
	if (dir)
		closedir(dir);
}
