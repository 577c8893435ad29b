/* SPDX-License-Identifier: Apache-2.0 */
/* The commands: one file each. Each gives the exit code of the program. */
#ifndef ROOTWATCH_CMD_CMD_H
#define ROOTWATCH_CMD_CMD_H

enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_ERROR = 1,
	EXIT_CODE_USAGE = 2,
	EXIT_CODE_KERNEL = 3,	/* the kernel cannot */
	EXIT_CODE_PRIVILEGE = 4 /* the caller may not */
};

/* Of PROCFS_NESTED: what run and check say is lost by it, and what to do. */
#define CMD_NESTED                                                                                         \
	"it runs in a pid namespace of its own, in which it does not find the processes of "               \
	"containers: where the paths of calls led is looked up by text only, and names of containers and " \
	"what ran before its start can be missing. Give it the host's (docker run --pid=host, "            \
	"Kubernetes: hostPID)"

int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_rules(int argc, char **argv);

#endif /* ROOTWATCH_CMD_CMD_H */
