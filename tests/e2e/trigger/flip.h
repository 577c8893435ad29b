/* SPDX-License-Identifier: Apache-2.0 */
/* Two folders with the same names in them, and what acts on them and finds out which it was. */
#ifndef ROOTWATCH_TESTS_FLIP_H
#define ROOTWATCH_TESTS_FLIP_H

#include "truth.h"

#include <sys/stat.h>

#define OUT	  "/tmp/flip-out"
#define THERE	  "f"	       /* in both folders */
#define FRESH	  "g"	       /* in none, until it is made */
#define ROOT	  "r"	       /* in both: the root of a mount */
#define MOVED	  OUT "/moved" /* where a mount is moved from, or to */
#define ATTRIBUTE "trusted.flip"

static char path[256]; /* what the acts are passed */
static const char *folders[2];
static int dirs[2], out;  /* the folders, whatever they are called by now */
static int files[2];	  /* THERE in them */
static int changing = -1; /* a descriptor: of one of the two files */
static unsigned step;	  /* of the acts, so that each leaves another mark */

static void need(long ret, const char *what)
{
	if (ret < 0)
		truth_die(what);
}

/* In any thread: no other one is waited for. */
static void must(long ret, const char *what)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "trigger: %s: %s\n", what, strerror(errno));
	_exit(99);
}

static bool has(int dir, const char *what, struct stat *st)
{
	return fstatat(dir, what, st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void make_file(int dir, const char *file)
{
	int fd = openat(dir, file, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);

	need(fd, file);
	(void)close(fd);
}

#endif /* ROOTWATCH_TESTS_FLIP_H */
