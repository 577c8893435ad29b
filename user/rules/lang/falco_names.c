// SPDX-License-Identifier: Apache-2.0
/*
 * What other engines of this language know and rootwatch does not have: a rule that names one of
 * these is right, and is left out here. All else is a mistake.
 */
#include <string.h>

#include "base/nearest.h"
#include "rules/lang/names.h"

/* clang-format off */
/* What evt.type can be here: event_type(). */
static const char *const events[] = {
	"accept", "accept4", "bind", "connect", "creat", "credrise", "dup", "dup2", "dup3", "execve", "execveat", "listen", "open",
	"open_by_handle_at", "openat", "openat2", "procexit", "sendmmsg", "sendmsg", "sendto",
	"setfsgid", "setfsuid", "setgid", "setgroups", "setregid", "setresgid", "setresuid", "setreuid", "setuid",
	"socket",
#define ROW(id, name, ...) #name,
	WIRE_CALLS(ROW)
#undef ROW
};

/* System calls of Linux, and events of Falco that are none. */
static const char *const other_events[] = {
	"_llseek", "_newselect", "_sysctl", "access", "afs_syscall", "alarm", "arch_prctl",
	"asyncevent", "bdflush", "break", "brk", "cachestat", "capget", "chdir", "chown32",
	"clock_adjtime64", "clock_getres", "clock_getres_time64", "clock_gettime",
	"clock_gettime64", "clock_nanosleep", "clock_nanosleep_time64", "clock_settime64",
	"close", "close_range", "container", "copy_file_range", "cpu_hotplug", "create_module",
	"drop", "epoll_create", "epoll_create1", "epoll_ctl",
	"epoll_ctl_old", "epoll_pwait", "epoll_pwait2", "epoll_wait", "epoll_wait_old",
	"eventfd", "eventfd2", "exit", "exit_group", "faccessat", "faccessat2", "fadvise64",
	"fadvise64_64", "fallocate", "fanotify_mark", "fchdir", "fchown32", "fcntl", "fcntl64",
	"fdatasync", "fgetxattr", "file_getattr", "flistxattr", "flock", "fork", "fstat",
	"fstat64", "fstatat", "fstatat64", "fstatfs", "fstatfs64", "fsync", "ftime",
	"ftruncate64", "futex", "futex_requeue", "futex_time64", "futex_wait", "futex_waitv",
	"futex_wake", "futimesat", "generic", "get_kernel_syms", "get_mempolicy",
	"get_robust_list", "get_thread_area", "getcpu", "getcwd", "getdents", "getdents64",
	"getegid", "getegid32", "geteuid", "geteuid32", "getgid", "getgid32", "getgroups",
	"getgroups32", "getitimer", "getpeername", "getpgid", "getpgrp", "getpid", "getpmsg",
	"getppid", "getpriority", "getrandom", "getresgid", "getresgid32", "getresuid",
	"getresuid32", "getrlimit", "getrusage", "getsid", "getsockname", "getsockopt",
	"gettid", "gettimeofday", "getuid", "getuid32", "getxattr", "getxattrat", "groupadded",
	"groupdeleted", "gtty", "idle", "infra", "inotify_add_watch", "inotify_init",
	"inotify_init1", "inotify_rm_watch", "io_cancel", "io_destroy", "io_getevents",
	"io_pgetevents", "io_pgetevents_time64", "io_setup", "io_submit", "io_uring_enter",
	"io_uring_register", "ioprio_get", "ioprio_set", "ipc", "k8s", "kcmp", "kill",
	"landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "lchown32",
	"lgetxattr", "listmount", "listxattr", "listxattrat", "llistxattr", "llseek", "lock",
	"lookup_dcookie", "lseek", "lsm_get_self_attr", "lsm_list_modules",
	"lsm_set_self_attr", "lstat", "lstat64", "madvise", "map_shadow_stack", "mbind",
	"membarrier", "memfd_secret", "mesos", "migrate_pages", "mincore", "mlock", "mlock2",
	"mlockall", "mmap", "mmap2", "modify_ldt", "move_pages", "mprotect", "mpx",
	"mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedreceive_time64",
	"mq_timedsend", "mq_timedsend_time64", "mq_unlink", "mremap", "mseal", "msgctl",
	"msgget", "msgrcv", "msgsnd", "msync", "munlock", "munlockall", "munmap", "nanosleep",
	"newfstatat", "nfsservctl", "nice", "notification", "oldfstat", "oldlstat",
	"oldolduname", "oldstat", "olduname", "page_fault", "pause", "personality",
	"pidfd_open", "pidfd_send_signal", "pipe", "pipe2", "pkey_alloc", "pkey_free",
	"pkey_mprotect", "pluginevent", "poll", "ppoll", "ppoll_time64", "prctl", "pread64",
	"preadv", "preadv2", "prlimit64", "process_madvise", "process_mrelease", "procexec",
	"procinfo", "prof", "profil", "pselect6", "pselect6_time64", "putpmsg", "pwrite64",
	"pwritev", "pwritev2", "query_module", "quotactl", "quotactl_fd", "read", "readahead",
	"readdir", "readlink", "readlinkat", "readv", "recvfrom", "recvmmsg",
	"recvmmsg_time64", "recvmsg", "remap_file_pages", "restart_syscall", "rseq",
	"rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn",
	"rt_sigsuspend", "rt_sigtimedwait", "rt_sigtimedwait_time64", "rt_tgsigqueueinfo",
	"scapevent", "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity",
	"sched_getattr", "sched_getparam", "sched_getscheduler", "sched_rr_get_interval",
	"sched_rr_get_interval_time64", "sched_setaffinity", "sched_setattr", "sched_setparam",
	"sched_setscheduler", "sched_yield", "seccomp", "security", "select", "semctl",
	"semget", "semop", "semtimedop", "semtimedop_time64", "sendfile", "sendfile64",
	"set_mempolicy", "set_mempolicy_home_node", "set_robust_list", "set_thread_area",
	"set_tid_address", "setfsgid32", "setfsuid32", "setgid32",
	"setgroups32", "setitimer", "setpgid", "setpriority",
	"setregid32", "setresgid32", "setresuid32", "setreuid32", "setrlimit",
	"setsid", "setsockopt", "setuid32", "sgetmask", "shmat", "shmctl", "shmdt", "shmget",
	"shutdown", "sigaction", "sigaltstack", "signal", "signaldeliver", "signalfd",
	"signalfd4", "sigpending", "sigprocmask", "sigreturn", "sigsuspend", "socketcall",
	"socketpair", "splice", "ssetmask", "stat", "stat64", "statfs", "statfs64",
	"statmount", "statx", "stty", "switch", "sync", "sync_file_range", "sync_file_range2",
	"syncfs", "syscall", "sysfs", "sysinfo", "tee", "tgkill", "time", "timer_create",
	"timer_delete", "timer_getoverrun", "timer_gettime", "timer_gettime64",
	"timer_settime", "timer_settime64", "timerfd_create", "timerfd_gettime",
	"timerfd_gettime64", "timerfd_settime", "timerfd_settime64", "times", "tkill",
	"tracer", "truncate64", "tuxcall", "ugetrlimit", "ulimit", "umask", "uname",
	"uretprobe", "uselib", "useradded", "userdeleted", "ustat", "utime", "utimensat",
	"utimensat_time64", "utimes", "vfork", "vhangup", "vm86", "vm86old", "vmsplice",
	"vserver", "wait4", "waitid", "waitpid", "write", "writev",
};

/* Of Falco's own field classes. evt.arg.NAME and evt.rawarg.NAME besides. */
static const char *const other_fields[] = {
	"container.cni.json", "container.duration", "container.healthcheck",
	"container.host_ipc", "container.host_network", "container.host_pid", "container.info",
	"container.ip", "container.label", "container.labels", "container.liveness_probe",
	"container.readiness_probe", "evt.abspath",
	"evt.abspath.dst", "evt.abspath.src", "evt.around",
	"evt.asynctype", "evt.buffer", "evt.buflen", "evt.buflen.file", "evt.buflen.file.in",
	"evt.buflen.file.out", "evt.buflen.in", "evt.buflen.net", "evt.buflen.net.in",
	"evt.buflen.net.out", "evt.buflen.out", "evt.count", "evt.count.error",
	"evt.count.error.file", "evt.count.error.memory", "evt.count.error.net",
	"evt.count.error.other", "evt.count.exit", "evt.count.procinfo", "evt.count.threadinfo",
	"evt.cpu", "evt.datetime", "evt.datetime.s", "evt.deltatime", "evt.deltatime.ns",
	"evt.deltatime.s", "evt.infra.docker.container.id",
	"evt.infra.docker.container.image", "evt.infra.docker.container.name",
	"evt.infra.docker.name", "evt.io_dir", "evt.is_async", "evt.is_io", "evt.is_io_read",
	"evt.is_io_write", "evt.is_open_create", "evt.is_syslog", "evt.is_wait", "evt.latency",
	"evt.latency.human", "evt.latency.ns", "evt.latency.quantized", "evt.latency.s",
	"evt.outputtime", "evt.plugininfo", "evt.pluginname", "evt.rawarg", "evt.rawtime",
	"evt.rawtime.ns", "evt.rawtime.s", "evt.reltime", "evt.reltime.ns", "evt.reltime.s",
	"evt.source", "evt.time.iso8601", "evt.time.s", "evt.type.is", "evt.wait_latency",
	"fd.cip.name", "fd.containerdirectory", "fd.containername", "fd.cproto", "fd.dev.major",
	"fd.dev.minor", "fd.is_lower_layer", "fd.is_upper_layer", "fd.lip.name", "fd.lproto",
	"fd.proto", "fd.rip.name", "fd.rproto", "fd.sip.name", "fd.sproto", "fd.types",
	"fd.uid", "fdlist.cips", "fdlist.cports", "fdlist.names", "fdlist.nums", "fdlist.sips",
	"fdlist.sports", "k8s.deployment.id", "k8s.deployment.label", "k8s.deployment.labels",
	"k8s.deployment.name", "k8s.ns.id", "k8s.ns.label", "k8s.ns.labels", "k8s.pod.cni.json",
	"k8s.pod.full_sandbox_id", "k8s.pod.id", "k8s.pod.ip", "k8s.pod.label",
	"k8s.pod.labels", "k8s.pod.sandbox_id", "k8s.rc.id", "k8s.rc.label", "k8s.rc.labels",
	"k8s.rc.name", "k8s.rs.id", "k8s.rs.label", "k8s.rs.labels", "k8s.rs.name",
	"k8s.svc.id", "k8s.svc.label", "k8s.svc.labels", "k8s.svc.name", "marathon.app.id",
	"marathon.app.label", "marathon.app.labels", "marathon.app.name", "marathon.group.id",
	"marathon.group.name", "mesos.framework.id", "mesos.framework.name", "mesos.task.id",
	"mesos.task.label", "mesos.task.labels", "mesos.task.name", "proc.aargs", "proc.aenv",
	"proc.env",
	"proc.fdlimit",
	"proc.fdopencount", "proc.fdusage", "proc.is_container_healthcheck",
	"proc.is_container_liveness_probe", "proc.is_container_readiness_probe",
	"proc.is_exe_writable", "proc.is_pgid_leader", "proc.is_vpgid_leader",
	"proc.loginshellid", "proc.nchilds", "proc.nthreads", "proc.penv", "proc.pgid",
	"proc.pgid.exe", "proc.pgid.exepath", "proc.pgid.name",
	"proc.ppid.duration", "proc.ppid.ts",
	"proc.stderr.name", "proc.stderr.type", "proc.stdin.name", "proc.stdin.type",
	"proc.stdout.name", "proc.stdout.type", "proc.vmrss", "proc.vmsize", "proc.vmswap",
	"proc.vpgid", "proc.vpgid.exe", "proc.vpgid.exepath", "proc.vpgid.name", "syscall.type",
	"syslog.facility", "syslog.facility.str", "syslog.message", "syslog.severity",
	"syslog.severity.str", "thread.cgroup", "thread.cgroups", "thread.cpu",
	"thread.cpu.system", "thread.cpu.user", "thread.exectime", "thread.ismain",
	"thread.nametid", "thread.pfmajor", "thread.pfminor", "thread.totexectime",
	"thread.vmrss", "thread.vmsize", "user.homedir", "user.shell",
};

/* Field classes of plugins and of events that come from elsewhere. */
static const char *const other_classes[] = {
	"al", "anomaly", "auth0", "aws", "awselb", "box", "collector", "ct", "docker", "dummy",
	"evtin", "gcp", "gcp_auditlog", "github", "gitlab", "jevt", "json", "k8smeta", "ka",
	"kafka", "keycloak", "krsi", "nomad", "okta", "openai", "salesforce", "span", "test",
	"tracer",
};

/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool has(const char *const *names, size_t n, const char *p, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(names[i], p, len) == 0 && names[i][len] == '\0')
			return true;
	return false;
}

bool names_event(const char *p, size_t len)
{
	return has(events, COUNT(events), p, len);
}

bool names_other_event(const char *p, size_t len)
{
	return has(other_events, COUNT(other_events), p, len);
}

const char *names_other_event_where(bool (*fits)(const char *name, const void *data),
				    const void *data)
{
	for (size_t i = 0; i < COUNT(other_events); i++)
		if (fits(other_events[i], data))
			return other_events[i];
	return NULL;
}

bool names_other_field(const char *p, size_t len)
{
	static const char *const open[] = {"evt.arg.", "evt.rawarg."};

	for (size_t i = 0; i < COUNT(open); i++)
		if (len > strlen(open[i]) && memcmp(p, open[i], strlen(open[i])) == 0)
			return true;
	for (size_t i = 0; i < COUNT(other_classes); i++) {
		size_t n = strlen(other_classes[i]);

		if (len > n && memcmp(p, other_classes[i], n) == 0 && p[n] == '.')
			return true;
	}
	return has(other_fields, COUNT(other_fields), p, len);
}

const char *names_nearest_event(const char *word)
{
	struct nearest n = {0};

	for (size_t i = 0; i < COUNT(events); i++)
		nearest_try(&n, word, events[i]);
	for (size_t i = 0; i < COUNT(other_events); i++)
		nearest_try(&n, word, other_events[i]);
	return n.word;
}

const char *names_nearest_field(const char *word)
{
	struct nearest n = {0};

	for (unsigned i = 0; i < F_RULE_END; i++)
		nearest_try(&n, word, field_name((enum field_id)i));
	for (size_t i = 0; i < COUNT(other_fields); i++)
		nearest_try(&n, word, other_fields[i]);
	return n.word;
}
