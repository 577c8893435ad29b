/* SPDX-License-Identifier: Apache-2.0 */
/* The functions by which a kernel enters its system calls: pure. */
#ifndef ROOTWATCH_SOURCE_CALLEE_H
#define ROOTWATCH_SOURCE_CALLEE_H

#include <stdint.h>

/*
 * The WIRE_CALL_* that a function of the kernel does ("__x64_sys_setuid", "__ia32_sys_setuid16",
 * "__arm64_compat_sys_truncate64"), for calls that are told at their end; WIRE_CALL_NONE for any
 * other function, those of opens among them (but for open_by_handle_at, whose denials are told so).
 */
uint32_t callee_call(const char *function);

#endif /* ROOTWATCH_SOURCE_CALLEE_H */
