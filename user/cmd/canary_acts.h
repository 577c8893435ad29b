/* SPDX-License-Identifier: Apache-2.0 */
/* What the canary does inside its sandbox, and what it is told to do. */
#ifndef ROOTWATCH_CMD_CANARY_ACTS_H
#define ROOTWATCH_CMD_CANARY_ACTS_H

/* A directory that every system with BTF has; in the sandbox an empty tmpfs covers it. */
#define CANARY_PLACE "/sys"
/* Ask the canary to act through io_uring as well, and on paths. */
#define CANARY_URING "uring"
#define CANARY_PATHS "acts"

/* The hidden command "canary". Gives the exit code. */
int cmd_canary(int argc, char **argv);

#endif /* ROOTWATCH_CMD_CANARY_ACTS_H */
