/* SPDX-License-Identifier: Apache-2.0 */
/* The same as a 32-bit program: mmap2, and the call that was there before. */
#include "act_map.c"
