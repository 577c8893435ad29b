// SPDX-License-Identifier: Apache-2.0
#include "base/procfs.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HOST_PID_NS "pid:[4026531836]" /* PROC_PID_INIT_INO, include/linux/proc_ns.h */

void procfs_link(char *text, size_t size, const char *proc, const char *name)
{
	char path[PATH_MAX];
	ssize_t n = -1;

	if (snprintf(path, sizeof(path), "%s/%s", proc, name) < (int)sizeof(path))
		n = readlink(path, text, size);
	text[n > 0 && (size_t)n < size ? n : 0] = '\0';
}

enum procfs_view procfs_view(const char *proc)
{
	char ns[32];

	procfs_link(ns, sizeof(ns), proc, "self/ns/pid");
	if (!ns[0])
		return PROCFS_NONE;
	return strcmp(ns, HOST_PID_NS) == 0 ? PROCFS_HOST : PROCFS_NESTED;
}
