/* SPDX-License-Identifier: Apache-2.0 */
/* The same as a 32-bit program: other system call numbers, the same acts. */
#include "act_datagram.c"
