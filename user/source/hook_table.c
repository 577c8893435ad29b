/* SPDX-License-Identifier: Apache-2.0 */
#include "source/hook_table.h"

#include <string.h>

#include "source/hooks.h"
#include "wire.h"

const struct hook_row hook_rows[] = {
	{HOOK_ALWAYS,
	 {"rootwatch_rename", "tp_btf/task_rename",
	  "credentials before an exec: SUID, SGID and file-capability gains", 0, false,
	  SOURCE_PROOF_RENAME, WIRE_TIER_TRACEPOINT, 0}},
	{HOOK_ALWAYS,
	 {"rootwatch_exec", "tp_btf/sched_process_exec", "programs started", 0, false,
	  SOURCE_PROOF_EXEC, WIRE_TIER_TRACEPOINT, 0}},
	{HOOK_ALWAYS,
	 {"rootwatch_fork", "tp_btf/sched_process_fork",
	  "children: who started whom, and their credentials before a change", 0, false,
	  SOURCE_PROOF_FORK, WIRE_TIER_TRACEPOINT, 0}},
	{HOOK_ALWAYS,
	 {"rootwatch_exit", "tp_btf/sched_process_exit", "exit codes and durations", 0, false,
	  SOURCE_PROOF_EXIT, WIRE_TIER_TRACEPOINT, 0}},
	{HOOK_ALWAYS,
	 {"rootwatch_moved", "tp_btf/cgroup_attach_task",
	  "moves between cgroups: without them each act costs a look-up more, nothing is lost", 0,
	  true, SOURCE_PROOF_MOVED, WIRE_TIER_TRACEPOINT, 0}},
	{HOOK_OPEN_FENTRY,
	 {"rootwatch_opened", "fexit/path_openat", "files opened, and opens that were denied", 0,
	  false, SOURCE_PROOF_OPENS, WIRE_TIER_FENTRY, 0}},
	{HOOK_OPEN_LSM,
	 {"rootwatch_opened_lsm", "lsm/file_open", "files opened", 0, false, SOURCE_PROOF_OPEN,
	  WIRE_TIER_LSM, 0}},
	{HOOK_OPEN_LSM,
	 {"rootwatch_opened", "fexit/path_openat", "opens that were denied", 0, false,
	  SOURCE_PROOF_DENIED, WIRE_TIER_FENTRY, 0}},
	{HOOK_RECEIVED,
	 {"rootwatch_received", "fexit/security_file_receive",
	  "open files that come over Unix sockets", 0, true, SOURCE_PROOF_RECEIVED,
	  WIRE_TIER_FENTRY, 0}},
	{HOOK_URINGS,
	 {"rootwatch_uring_done", "fexit/io_wq_submit_work",
	  "what io_uring renamed, linked, removed, made", 0, true, SOURCE_PROOF_URING,
	  WIRE_TIER_FENTRY, 0}},
	{HOOK_URINGS,
	 {"rootwatch_uring_begun", "fentry/io_wq_submit_work",
	  "the paths of what io_uring is asked to rename, link, remove, make", 0, true,
	  SOURCE_PROOF_URING, WIRE_TIER_FENTRY, 0}},
	{HOOK_URINGS,
	 {"rootwatch_uring_connect", "fexit/io_connect", "sockets connected through io_uring", 0,
	  true, SOURCE_PROOF_URING_CONNECT, WIRE_TIER_FENTRY, 0}},
	{HOOK_URING_NET,
	 {"rootwatch_uring_bind", "fexit/io_bind", "sockets bound through io_uring", 0, true,
	  SOURCE_PROOF_URING_NET, WIRE_TIER_FENTRY, WIRE_BIT(WIRE_URING_BIND)}},
	{HOOK_URING_NET,
	 {"rootwatch_uring_listen", "fexit/io_listen", "and those that listen", 0, true,
	  SOURCE_PROOF_URING_NET, WIRE_TIER_FENTRY, WIRE_BIT(WIRE_URING_LISTEN)}},
	{HOOK_URING_NET,
	 {"rootwatch_uring_accept", "fexit/do_accept", "connections accepted through io_uring", 0,
	  true, SOURCE_PROOF_URING_NET, WIRE_TIER_FENTRY, WIRE_BIT(WIRE_URING_ACCEPT)}},
	{HOOK_URING_NET,
	 {"rootwatch_uring_socket", "fexit/__sys_socket_file", "sockets made through io_uring", 0,
	  true, SOURCE_PROOF_URING_NET, WIRE_TIER_FENTRY, WIRE_BIT(WIRE_URING_SOCKET)}},
	{HOOK_URING_NET,
	 {"rootwatch_uring_send", "fexit/io_send",
	  "datagrams sent, and connections opened by a send, through io_uring", 0, true,
	  SOURCE_PROOF_URING_NET, WIRE_TIER_FENTRY, WIRE_BIT(WIRE_URING_SEND)}},
	{HOOK_URING_NET,
	 {"rootwatch_uring_sendmsg", "fexit/io_sendmsg", "the same by sendmsg", 0, true,
	  SOURCE_PROOF_URING_NET, WIRE_TIER_FENTRY, WIRE_BIT(WIRE_URING_SENDMSG)}},
	{HOOK_URING_NET,
	 {"rootwatch_uring_send_zc", "fexit/io_send_zc", "the same without a copy", 0, true,
	  SOURCE_PROOF_URING_NET, WIRE_TIER_FENTRY, WIRE_BIT(WIRE_URING_SEND_ZC)}},
	{HOOK_URING_NET,
	 {"rootwatch_uring_sendmsg_zc", "fexit/io_sendmsg_zc", "the same by sendmsg without a copy",
	  0, true, SOURCE_PROOF_URING_NET, WIRE_TIER_FENTRY, WIRE_BIT(WIRE_URING_SENDMSG_ZC)}},
	{HOOK_MAPPED,
	 {"rootwatch_mapped", "fexit/security_mmap_file",
	  "files mapped for writing by descriptors that others opened", 0, true,
	  SOURCE_PROOF_MAPPED, WIRE_TIER_FENTRY, 0}},
	{HOOK_DATAGRAMS,
	 {"rootwatch_datagram", "fexit/" CHOICE_MAY_SEND,
	  "datagrams sent to Unix sockets by their address", 0, true, SOURCE_PROOF_DATAGRAM,
	  WIRE_TIER_FENTRY, 0}},
	{HOOK_ACTS,
	 {"rootwatch_act_rename", "fentry/security_path_rename",
	  "what is renamed, and to where, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_RENAME)}},
	{HOOK_ACTS,
	 {"rootwatch_act_link", "fentry/security_path_link",
	  "what is linked, and to where, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_LINK)}},
	{HOOK_ACTS,
	 {"rootwatch_act_unlink", "fentry/security_path_unlink",
	  "what is unlinked, before it is done", 0, true, SOURCE_PROOF_ACT, WIRE_TIER_FENTRY,
	  WIRE_BIT(WIRE_ACT_UNLINK)}},
	{HOOK_ACTS,
	 {"rootwatch_act_rmdir", "fentry/security_path_rmdir",
	  "which folder is removed, before it is done", 0, true, SOURCE_PROOF_ACT, WIRE_TIER_FENTRY,
	  WIRE_BIT(WIRE_ACT_RMDIR)}},
	{HOOK_ACTS,
	 {"rootwatch_act_symlink", "fentry/security_path_symlink",
	  "where a symbolic link is made, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_SYMLINK)}},
	{HOOK_ACTS,
	 {"rootwatch_act_mkdir", "fentry/security_path_mkdir",
	  "where a folder is made, before it is done", 0, true, SOURCE_PROOF_ACT, WIRE_TIER_FENTRY,
	  WIRE_BIT(WIRE_ACT_MKDIR)}},
	{HOOK_ACTS,
	 {"rootwatch_act_mknod", "fentry/security_path_mknod",
	  "where a node is made, before it is done", 0, true, SOURCE_PROOF_ACT, WIRE_TIER_FENTRY,
	  WIRE_BIT(WIRE_ACT_MKNOD)}},
	{HOOK_ACTS,
	 {"rootwatch_act_truncate", "fentry/security_path_truncate",
	  "which file is truncated, before it is done", 0, true, SOURCE_PROOF_ACT, WIRE_TIER_FENTRY,
	  WIRE_BIT(WIRE_ACT_TRUNCATE)}},
	{HOOK_ACTS,
	 {"rootwatch_act_chmod", "fentry/security_path_chmod",
	  "which file chmod changes, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_CHMOD)}},
	{HOOK_ACTS_CHOWN,
	 {"rootwatch_act_chown", "fentry/security_path_chown",
	  "which file chown changes, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_CHOWN)}},
	{HOOK_ACTS_CHOWN_COMMON,
	 {"rootwatch_act_chown_old", "fentry/chown_common",
	  "which file chown changes, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_CHOWN)}},
	{HOOK_ACTS,
	 {"rootwatch_act_chroot", "fentry/security_path_chroot",
	  "which folder chroot makes the root, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_CHROOT)}},
	{HOOK_ACTS_MORE,
	 {"rootwatch_act_mount", "fentry/security_sb_mount",
	  "where something is mounted, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_MOUNT)}},
	{HOOK_ACTS_MORE,
	 {"rootwatch_act_move_mount", "fentry/security_move_mount",
	  "which mount is moved, and to where, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_MOVE)}},
	{HOOK_ACTS_MORE,
	 {"rootwatch_act_umount", "fentry/security_sb_umount",
	  "what is unmounted, before it is done", 0, true, SOURCE_PROOF_ACT, WIRE_TIER_FENTRY,
	  WIRE_BIT(WIRE_ACT_UMOUNT)}},
	{HOOK_ACTS_MORE,
	 {"rootwatch_act_pivot", "fentry/security_sb_pivotroot",
	  "which folder pivot_root makes the root, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_PIVOT)}},
	{HOOK_ACTS_MORE,
	 {"rootwatch_act_ftruncate", "fentry/security_file_truncate",
	  "which file is truncated by its descriptor, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_FTRUNC)}},
	{HOOK_ACTS_MORE,
	 {"rootwatch_act_setxattr", "fentry/security_inode_setxattr",
	  "which file is given an attribute, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_SETXATTR)}},
	{HOOK_ACTS_MORE,
	 {"rootwatch_act_removexattr", "fentry/security_inode_removexattr",
	  "from which file one is taken, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_RMXATTR)}},
	{HOOK_ACTS_MORE,
	 {"rootwatch_act_set_acl", "fentry/security_inode_set_acl",
	  "which file is given an ACL, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_SET_ACL)}},
	{HOOK_ACTS_MORE,
	 {"rootwatch_act_remove_acl", "fentry/security_inode_remove_acl",
	  "from which file one is taken, before it is done", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_RM_ACL)}},
	{HOOK_ACTS_MORE,
	 {"rootwatch_act_changed", "fentry/mnt_drop_write", "by which mount, before it is let go",
	  0, true, SOURCE_PROOF_ACT, WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_CHANGED)}},
	{HOOK_ACTS_MORE,
	 {"rootwatch_act_changed_fd", "fentry/mnt_drop_write_file",
	  "whose attributes or ACL are changed by its descriptor", 0, true, SOURCE_PROOF_ACT,
	  WIRE_TIER_FENTRY, WIRE_BIT(WIRE_ACT_CHANGED_FD)}},
	{HOOK_PROBES,
	 {"rootwatch_calls", "kretprobe.multi/sys_*",
	  "uids changed, sockets connected, and what else rules ask for", 0, false,
	  SOURCE_PROOF_CALLS, WIRE_TIER_KPROBE, 0}},
	{HOOK_REFUSED,
	 {"rootwatch_refused", "fexit/__secure_computing", "calls that a seccomp filter refused", 0,
	  true, SOURCE_PROOF_REFUSED, WIRE_TIER_FENTRY, 0}},
	{HOOK_REFUSED_PERMITS,
	 {"rootwatch_refused", "fexit/__seccomp_permit_syscall",
	  "calls that a seccomp filter refused", 0, true, SOURCE_PROOF_REFUSED, WIRE_TIER_FENTRY,
	  0}},
	{HOOK_NO_PROBES,
	 {"rootwatch_syscall", "tp_btf/sys_exit",
	  "uids changed, sockets connected, and what else rules ask for", 0, false,
	  SOURCE_PROOF_CALLS, WIRE_TIER_TRACEPOINT, 0}},
	{HOOK_OPEN_TRACEPOINT,
	 {"rootwatch_syscall", "tp_btf/sys_exit",
	  "files opened and received, uids changed, sockets connected: everything but programs started",
	  0, false, SOURCE_PROOF_ALL_CALLS, WIRE_TIER_TRACEPOINT, 0}},
};
const size_t hook_rows_n = sizeof(hook_rows) / sizeof(hook_rows[0]);
_Static_assert(sizeof(hook_rows) / sizeof(hook_rows[0]) <= HOOKS_MAX,
	       "all of them, should all be used");

static bool has_function(const struct choice *c, const char *hook)
{
	int i = choice_extra(strchr(hook, '/') + 1);

	return i >= 0 && (c->extras >> i & 1);
}

bool hook_row_is_used(const struct hook_row *row, const struct choice *c)
{
	switch (row->when) {
	case HOOK_OPEN_FENTRY:
		return c->open == WIRE_TIER_FENTRY;
	case HOOK_OPEN_LSM:
		return c->open == WIRE_TIER_LSM;
	case HOOK_OPEN_TRACEPOINT:
		return c->open == WIRE_TIER_TRACEPOINT;
	case HOOK_RECEIVED:
		return c->received;
	case HOOK_URINGS:
		return c->urings;
	case HOOK_URING_NET:
		return c->urings && has_function(c, row->hook.hook);
	case HOOK_MAPPED:
		return c->mapped;
	case HOOK_DATAGRAMS:
		return c->datagrams;
	case HOOK_ACTS:
		return c->acts;
	case HOOK_ACTS_MORE:
		/* Without it the verifier of 5.10 looks at six times as much, for each hook. */
		return c->acts && has_function(c, "/bpf_loop") && has_function(c, row->hook.hook);
	case HOOK_ACTS_CHOWN:
		return c->chown;
	case HOOK_ACTS_CHOWN_COMMON:
		return c->acts && !c->chown;
	case HOOK_PROBES:
		return c->open != WIRE_TIER_TRACEPOINT && c->probes;
	case HOOK_REFUSED:
		return c->refused && !c->permits;
	case HOOK_REFUSED_PERMITS:
		return c->refused && c->permits;
	case HOOK_NO_PROBES:
		return c->open != WIRE_TIER_TRACEPOINT && !c->probes;
	case HOOK_ALWAYS:
		break;
	}
	return true;
}
