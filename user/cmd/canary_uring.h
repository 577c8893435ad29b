/* SPDX-License-Identifier: Apache-2.0 */
/* Acts through io_uring, each in a ring of its own: to prove that they are seen. */
#ifndef ROOTWATCH_CMD_CANARY_URING_H
#define ROOTWATCH_CMD_CANARY_URING_H

#include <stdbool.h>
#include <sys/socket.h>

/* May this process and, with fewer capabilities, its children use io_uring? */
bool canary_uring_works(void);

/* As connect(2) and unlink(2): 0 or -errno. */
int canary_uring_connect(int fd, const struct sockaddr *addr, socklen_t len);
int canary_uring_unlink(const char *path);

/*
 * Has a ring do with sockets what it can: make one, bind it, have it listen, accept from listener
 * (where a connection waits), send. Kernels that know less do less.
 */
void canary_uring_sockets(int listener);

#endif /* ROOTWATCH_CMD_CANARY_URING_H */
