/* SPDX-License-Identifier: Apache-2.0 */
#include "source/preempt.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

/* Is the word that follows `key` in text (up to what ends it) one of the two that never preempt? */
static bool is_calm(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	if (!at)
		return false;
	at += strlen(key);
	return strncmp(at, "none", 4) == 0 || strncmp(at, "voluntary", 9) == 0;
}

struct preempt preempt_of(const char *release, const char *version, const char *sched,
			  const char *cmdline)
{
	bool may = strstr(version, " PREEMPT") != NULL;
	unsigned int major = 0;

	/* Only one that is built for all of it has such a choice: "none voluntary (full)". */
	if (may && strstr(version, "PREEMPT_DYNAMIC")) {
		if (sched && strchr(sched, '('))
			may = !is_calm(sched, "(");
		else if (cmdline)
			may = !is_calm(cmdline, "preempt=");
	}
	/* Since 7.0 tracepoints do not switch preemption off for their programs (SRCU-fast). */
	if (sscanf(release, "%u.", &major) != 1)
		major = 0;
	return (struct preempt){.trampolines = may, .tracepoints = may && major >= 7};
}

/* The first line, without its end; NULL: there is none. */
static const char *read_line(const char *path, char *line, size_t size)
{
	FILE *f = fopen(path, "re");
	char *got = f ? fgets(line, (int)size, f) : NULL;

	if (f)
		(void)fclose(f);
	return got;
}

struct preempt preempt_here(void)
{
	char sched[128], cmdline[4096];
	struct utsname u;

	if (uname(&u))
		return (struct preempt){false, false};
	return preempt_of(u.release, u.version,
			  read_line("/sys/kernel/debug/sched/preempt", sched, sizeof(sched)),
			  read_line("/proc/cmdline", cmdline, sizeof(cmdline)));
}
