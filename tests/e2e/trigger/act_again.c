/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens a file for writing again and again, and another one, and nothing else in between; then
 * their folder gets another name, and so on, to and fro.
 */
#include "truth.h"

static const char usage[] =
	"act_again DIR OTHER OPENS MOVES\n"
	"DIR has files x and yy; it is called OTHER after the first, third ... move";

static void open_often(const char *folder, const char *name, long opens)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	for (long i = 0; i < opens; i++) {
		int fd = open(path, O_WRONLY | O_CLOEXEC);

		if (fd < 0)
			truth_die(path);
		close(fd);
	}
}

int main(int argc, char **argv)
{
	long opens, moves;

	if (argc != 5)
		truth_usage(usage);
	opens = strtol(argv[3], NULL, 10);
	moves = strtol(argv[4], NULL, 10);
	for (long m = 0;; m++) {
		open_often(argv[1 + m % 2], "x", opens);
		open_often(argv[1 + m % 2], "yy", opens);
		if (m == moves)
			break;
		if (rename(argv[1 + m % 2], argv[1 + (m + 1) % 2]) < 0)
			truth_die("rename");
	}
	truth_begin("again");
	truth_end();
	return 0;
}
