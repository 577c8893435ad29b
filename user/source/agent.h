/* SPDX-License-Identifier: Apache-2.0 */
/* rootwatch itself, as the kernel side sees it. */
#ifndef ROOTWATCH_SOURCE_AGENT_H
#define ROOTWATCH_SOURCE_AGENT_H

#include <stdint.h>

/*
 * The pid of this process in the host's pid namespace, whichever it is in itself. The kernel is
 * asked by a BPF program that it runs in the caller, which takes the privilege to load one; where
 * that cannot be, what getpid() says.
 */
uint32_t agent_pid(void);

#endif /* ROOTWATCH_SOURCE_AGENT_H */
