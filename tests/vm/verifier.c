/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verifier of the running kernel has to do for each program: "cost PROGRAM INSTRUCTIONS
 * MICROSECONDS" a line. When it refuses one, the end of what it said about it.
 */
#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/object.h"
#include "wire.h"

#include "rootwatch.skel.h"

#define STATS	     4 /* BPF_LOG_STATS: the summary only */
#define PROGRAMS_MAX 64
#define LOG_SIZE     65536
#define LOG_SHOWN    4000

struct log {
	const char *program;
	char text[LOG_SIZE];
};

static struct log logs[PROGRAMS_MAX];

static unsigned long number_after(const char *text, const char *word)
{
	const char *at = strstr(text, word);

	return at ? strtoul(at + strlen(word), NULL, 10) : 0;
}

static size_t ask_for_logs(struct bpf_object *obj)
{
	struct bpf_program *prog;
	size_t n = 0;

	bpf_object__for_each_program(prog, obj) {
		if (n == PROGRAMS_MAX)
			break;
		if (!bpf_program__autoload(prog))
			continue;
		logs[n].program = bpf_program__name(prog);
		if (bpf_program__set_log_level(prog, STATS) ||
		    bpf_program__set_log_buf(prog, logs[n].text, LOG_SIZE))
			break;
		n++;
	}
	return n;
}

static void print_cost(const struct log *log)
{
	printf("cost %s %lu %lu\n", log->program, number_after(log->text, "processed "),
	       number_after(log->text, "verification time "));
}

/* What it said of the last program that it looked at is what counts. */
static void print_words(const struct log *log)
{
	size_t len = strlen(log->text);

	if (len)
		printf("%s: %s\n", log->program,
		       log->text + (len > LOG_SHOWN ? len - LOG_SHOWN : 0));
}

/* Programs that only some kernels have hooks for, and the tier under which they do most. */
static const struct other {
	const char *program;
	__u32 tier;
	/* Functions of the kernel without which nobody asks for the program, and its own one. */
	const char *needs[2];
	const char *target; /* where that is not what its section says */
} others[] = {
	{"rootwatch_opened", WIRE_TIER_FENTRY, {NULL}, NULL},
	{"rootwatch_opened_lsm", WIRE_TIER_LSM, {NULL}, NULL},
	{"rootwatch_received", WIRE_TIER_FENTRY, {NULL}, NULL},
	{"rootwatch_mapped", WIRE_TIER_FENTRY, {NULL}, NULL},
	{"rootwatch_datagram", WIRE_TIER_FENTRY, {"security_unix_may_send"}, NULL},
	{"rootwatch_calls", WIRE_TIER_FENTRY, {NULL}, NULL},
	{"rootwatch_uring_begun", WIRE_TIER_FENTRY, {"io_renameat"}, NULL},
	{"rootwatch_uring_done", WIRE_TIER_FENTRY, {"io_renameat"}, NULL},
	{"rootwatch_uring_connect", WIRE_TIER_FENTRY, {"io_renameat"}, NULL},
	{"rootwatch_uring_bind", WIRE_TIER_FENTRY, {"io_renameat", "io_bind"}, NULL},
	{"rootwatch_uring_listen", WIRE_TIER_FENTRY, {"io_renameat", "io_listen"}, NULL},
	{"rootwatch_uring_accept", WIRE_TIER_FENTRY, {"io_renameat", "do_accept"}, NULL},
	{"rootwatch_uring_socket", WIRE_TIER_FENTRY, {"io_renameat", "__sys_socket_file"}, NULL},
	{"rootwatch_uring_send", WIRE_TIER_FENTRY, {"io_renameat", "io_send"}, NULL},
	{"rootwatch_uring_sendmsg", WIRE_TIER_FENTRY, {"io_renameat", "io_sendmsg"}, NULL},
	{"rootwatch_uring_send_zc", WIRE_TIER_FENTRY, {"io_renameat", "io_send_zc"}, NULL},
	{"rootwatch_uring_sendmsg_zc", WIRE_TIER_FENTRY, {"io_renameat", "io_sendmsg_zc"}, NULL},
	{"rootwatch_act_rename", WIRE_TIER_FENTRY, {"security_path_rename"}, NULL},
	{"rootwatch_act_link", WIRE_TIER_FENTRY, {"security_path_link"}, NULL},
	{"rootwatch_act_unlink", WIRE_TIER_FENTRY, {"security_path_unlink"}, NULL},
	{"rootwatch_act_rmdir", WIRE_TIER_FENTRY, {"security_path_rmdir"}, NULL},
	{"rootwatch_act_symlink", WIRE_TIER_FENTRY, {"security_path_symlink"}, NULL},
	{"rootwatch_act_mkdir", WIRE_TIER_FENTRY, {"security_path_mkdir"}, NULL},
	{"rootwatch_act_mknod", WIRE_TIER_FENTRY, {"security_path_mknod"}, NULL},
	{"rootwatch_act_truncate", WIRE_TIER_FENTRY, {"security_path_truncate"}, NULL},
	{"rootwatch_act_chmod", WIRE_TIER_FENTRY, {"security_path_chmod"}, NULL},
	{"rootwatch_act_chown", WIRE_TIER_FENTRY, {"bpf_rdonly_cast"}, NULL}, /* since 6.1 */
	{"rootwatch_act_chown_old", WIRE_TIER_FENTRY, {"chown_common"}, NULL},
	{"rootwatch_act_chroot", WIRE_TIER_FENTRY, {"security_path_chroot"}, NULL},
	{"rootwatch_act_mount", WIRE_TIER_FENTRY, {"bpf_loop", "security_sb_mount"}, NULL},
	{"rootwatch_act_move_mount", WIRE_TIER_FENTRY, {"bpf_loop", "security_move_mount"}, NULL},
	{"rootwatch_act_umount", WIRE_TIER_FENTRY, {"bpf_loop", "security_sb_umount"}, NULL},
	{"rootwatch_act_pivot", WIRE_TIER_FENTRY, {"bpf_loop", "security_sb_pivotroot"}, NULL},
	{"rootwatch_act_ftruncate", WIRE_TIER_FENTRY, {"bpf_loop", "security_file_truncate"}, NULL},
	{"rootwatch_act_setxattr", WIRE_TIER_FENTRY, {"bpf_loop", "security_inode_setxattr"}, NULL},
	{"rootwatch_act_removexattr",
	 WIRE_TIER_FENTRY,
	 {"bpf_loop", "security_inode_removexattr"},
	 NULL},
	{"rootwatch_act_set_acl", WIRE_TIER_FENTRY, {"bpf_loop", "security_inode_set_acl"}, NULL},
	{"rootwatch_act_remove_acl",
	 WIRE_TIER_FENTRY,
	 {"bpf_loop", "security_inode_remove_acl"},
	 NULL},
	{"rootwatch_act_changed", WIRE_TIER_FENTRY, {"bpf_loop", "mnt_drop_write"}, NULL},
	{"rootwatch_act_changed_fd", WIRE_TIER_FENTRY, {"bpf_loop", "mnt_drop_write_file"}, NULL},
	{"rootwatch_refused", WIRE_TIER_FENTRY, {"bpf_loop", "__secure_computing"}, NULL},
	{"rootwatch_refused",
	 WIRE_TIER_FENTRY,
	 {"__seccomp_permit_syscall"},
	 "__seccomp_permit_syscall"},
};
#define OTHERS_N (sizeof(others) / sizeof(others[0]))

static bool is_other(const char *program)
{
	for (size_t i = 0; i < OTHERS_N; i++)
		if (strcmp(others[i].program, program) == 0)
			return true;
	return false;
}

/* Loads one of the others, or all but these (NULL), and says what that cost. */
static int load(const struct other *other)
{
	int types;
	struct rootwatch_bpf *skel = object_open(NULL, &types);
	struct bpf_program *prog;
	size_t n, i;
	int err;

	if (!skel) {
		perror("cannot open the BPF object");
		return 1;
	}
	skel->rodata->knob_open_tier = other ? other->tier : WIRE_TIER_TRACEPOINT;
	skel->rodata->knob_acts = other;
	bpf_object__for_each_program(prog, skel->obj) {
		const char *name = bpf_program__name(prog);

		if (other && other->target && strcmp(name, other->program) == 0)
			(void)bpf_program__set_attach_target(prog, 0, other->target);
		(void)bpf_program__set_autoload(prog, other ? strcmp(name, other->program) == 0 :
							      !is_other(name));
	}
	memset(logs, 0, sizeof(logs));
	n = ask_for_logs(skel->obj);
	err = rootwatch_bpf__load(skel);
	if (err)
		printf("the kernel refuses to load%s%s: %s\n", other ? " " : "",
		       other ? other->program : "", strerror(-err));
	for (i = 0; i < n; i++) {
		if (err)
			print_words(&logs[i]);
		else if (logs[i].text[0])
			print_cost(&logs[i]);
	}
	rootwatch_bpf__destroy(skel);
	return err ? 1 : 0;
}

/* A kernel may have no hook of that kind (then it says nothing), but not refuse its program. */
static int load_other(const struct other *other)
{
	int err;

	for (size_t i = 0; i < 2 && other->needs[i]; i++)
		if (libbpf_find_vmlinux_btf_id(other->needs[i], BPF_TRACE_FEXIT) <= 0)
			return 0;
	err = load(other);
	return err && logs[0].text[0] ? 1 : 0;
}

int main(void)
{
	int failed = load(NULL);

	for (size_t i = 0; i < OTHERS_N; i++)
		failed |= load_other(&others[i]);
	return failed;
}
