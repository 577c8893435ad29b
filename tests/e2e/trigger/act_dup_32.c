/* SPDX-License-Identifier: Apache-2.0 */
/* The same as a 32-bit program: other system call numbers. */
#include "act_dup.c"
