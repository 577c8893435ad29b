// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The floor of the design: programs on the detector's hooks that do nothing. What they cost is
 * the kernel's price of being there at all.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sys_exit")
int empty_sys_exit(void *ctx)
{
	(void)ctx;
	return 0;
}

SEC("tp_btf/sched_process_exec")
int empty_exec(void *ctx)
{
	(void)ctx;
	return 0;
}

SEC("tp_btf/task_rename")
int empty_rename(void *ctx)
{
	(void)ctx;
	return 0;
}

SEC("tp_btf/sched_process_fork")
int empty_fork(void *ctx)
{
	(void)ctx;
	return 0;
}

SEC("tp_btf/sched_process_exit")
int empty_exit(void *ctx)
{
	(void)ctx;
	return 0;
}

/* Not loaded unless asked for (start_empty): many a kernel refuses them. */
SEC("?fentry/security_file_open")
int empty_fentry(void *ctx)
{
	(void)ctx;
	return 0;
}

SEC("?lsm/file_open")
int empty_lsm(void *ctx)
{
	(void)ctx;
	return 0;
}
