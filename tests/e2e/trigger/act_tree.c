/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes folders in one by its descriptor, gives them to another user and takes them away again, as
 * tools that walk whole trees do. Says of how many all of that succeeded.
 */
#include "truth.h"

#include <sys/stat.h>

static const char usage[] = "act_tree DIR UID N";

int main(int argc, char **argv)
{
	long n, done = 0;
	char name[32];
	uid_t uid;
	int dir;

	if (argc != 4)
		truth_usage(usage);
	dir = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (dir < 0)
		truth_die(argv[1]);
	uid = (uid_t)strtoul(argv[2], NULL, 10);
	n = strtol(argv[3], NULL, 10);
	for (long i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "d%ld", i);
		done += mkdirat(dir, name, 0700) == 0 &&
			fchownat(dir, name, uid, uid, AT_SYMLINK_NOFOLLOW) == 0 &&
			unlinkat(dir, name, AT_REMOVEDIR) == 0;
	}
	truth_begin("tree");
	truth_int("done", done);
	truth_end();
	return 0;
}
