/* SPDX-License-Identifier: Apache-2.0 */
/* Makes one system call by its name, with the arguments that are given, and says what it gave. */
#include "truth.h"

#include <signal.h>
#include <sys/wait.h>

static const char usage[] =
	"act_call [--chdir DIR] [--fd PATH] [--fdw PATH] [--uid N] CALL ARGUMENT...\n"
	"ARGUMENT: =string, a number, `cwd` (AT_FDCWD), `fd` (what --fd opened), `child` (the id of "
	"a child),\n"
	"`pidfd` (of a child), `hex:BYTES` (in memory), `zeros` (a page of zeros), `array` (what bpf makes a map of), `caps` (of a file, 20 bytes),\n"
	"`xattr` (of setxattrat: caps), or `fs` (a tmpfs to be configured)";

#define CALL(name)                \
	{                         \
#name, SYS_##name \
	}

static const struct {
	const char *name;
	long number;
} calls[] = {
	CALL(renameat),
	CALL(renameat2),
	CALL(linkat),
	CALL(symlinkat),
	CALL(unlinkat),
	CALL(fchmod),
	CALL(fchmodat),
	CALL(fchown),
	CALL(fchownat),
	CALL(truncate),
	CALL(mknodat),
	CALL(mount),
	CALL(umount2),
	CALL(move_mount),
	CALL(fsopen),
	CALL(open_tree),
	CALL(pivot_root),
	CALL(chroot),
	CALL(setns),
	CALL(unshare),
	CALL(ptrace),
	CALL(init_module),
	CALL(finit_module),
	CALL(delete_module),
	CALL(bpf),
	CALL(process_vm_writev),
	CALL(keyctl),
	CALL(userfaultfd),
	CALL(perf_event_open),
	CALL(io_uring_setup),
	CALL(kexec_load),
	CALL(reboot),
	CALL(settimeofday),
	CALL(capset),
	CALL(setxattr),
	CALL(lsetxattr),
	CALL(fsetxattr),
	CALL(getpid),
	CALL(removexattr),
	CALL(ftruncate),
	CALL(mkdirat),
	CALL(fsconfig),
	CALL(fspick),
	CALL(mount_setattr),
	CALL(process_vm_readv),
	CALL(pidfd_getfd),
	CALL(memfd_create),
	CALL(add_key),
	CALL(request_key),
	CALL(swapon),
	CALL(swapoff),
	CALL(acct),
	CALL(clock_settime),
	CALL(clock_adjtime),
	CALL(adjtimex),
	CALL(sethostname),
	CALL(syslog),
	CALL(fanotify_init),
	CALL(name_to_handle_at),
	CALL(clone),
	CALL(clone3),
	CALL(ioctl),
	{"setxattrat", 463},
	{"removexattrat", 466},
	{"open_tree_attr", 467},
	{"file_setattr", 469},
	{"fchmodat2", 452},
#ifdef SYS_rename /* arm64 has none of these */
	CALL(rename),
	CALL(link),
	CALL(symlink),
	CALL(unlink),
	CALL(rmdir),
	CALL(chmod),
	CALL(chown),
	CALL(lchown),
	CALL(mknod),
#endif
#ifdef SYS_iopl
	CALL(iopl),
	CALL(ioperm),
#endif
#ifdef SYS_umount
	CALL(umount),
#endif
#ifdef SYS_chown32
	CALL(chown32),
	CALL(fchown32),
	CALL(lchown32),
	CALL(truncate64),
#endif
};

static char zeros[4096];
/* BPF_MAP_TYPE_ARRAY, sizes of key and value, entries */
static const uint32_t array[] = {2, 4, 4, 1};
/* VFS_CAP_REVISION_2, effective: CAP_NET_BIND_SERVICE */
static const uint32_t caps[] = {0x02000001, 1 << 10, 0, 0, 0};
/* struct xattr_args */
static struct {
	uint64_t value;
	uint32_t size, flags;
} xattr = {.size = sizeof(caps)};
static pid_t child;
static int fd = -1;

static long bytes_of(const char *hex)
{
	static char room[4][256];
	static int used;
	char *to = room[used++ % 4];

	memset(to, 0, sizeof(room[0]));
	for (size_t i = 0; hex[2 * i] && hex[2 * i + 1] && i < sizeof(room[0]); i++) {
		char digits[3] = {hex[2 * i], hex[2 * i + 1]};

		to[i] = (char)strtoul(digits, NULL, 16);
	}
	return (long)to;
}

static long argument(const char *word)
{
	if (!strncmp(word, "hex:", 4))
		return bytes_of(word + 4);
	if (!strcmp(word, "pidfd"))
		return syscall(SYS_pidfd_open, argument("child"), 0);
	if (word[0] == '=')
		return (long)(word + 1);
	if (!strcmp(word, "cwd"))
		return AT_FDCWD;
	if (!strcmp(word, "fd"))
		return fd;
	if (!strcmp(word, "zeros"))
		return (long)zeros;
	if (!strcmp(word, "array"))
		return (long)array;
	if (!strcmp(word, "caps"))
		return (long)caps;
	if (!strcmp(word, "xattr")) {
		xattr.value = (uintptr_t)caps;
		return (long)&xattr;
	}
	if (!strcmp(word, "fs"))
		return syscall(SYS_fsopen, "tmpfs", 0);
	if (strcmp(word, "child") != 0)
		return (long)strtoll(word, NULL, 0);
	child = fork();
	if (child == 0) {
		pause();
		_exit(0);
	}
	return child;
}

int main(int argc, char **argv)
{
	long args[6] = {0}, number = -1, ret;
	int i = 1, err, n = 0;

	for (; i + 1 < argc && argv[i][0] == '-' && argv[i][1] == '-'; i += 2) {
		uid_t uid = (uid_t)strtoul(argv[i + 1], NULL, 10);

		if (!strcmp(argv[i], "--chdir") && chdir(argv[i + 1]))
			truth_die("chdir");
		if (!strcmp(argv[i], "--uid") && setresuid(uid, uid, uid))
			truth_die("setresuid");
		if (!strcmp(argv[i], "--fd"))
			fd = open(argv[i + 1], O_RDONLY);
		if (!strcmp(argv[i], "--fdw"))
			fd = open(argv[i + 1], O_RDWR | O_NOCTTY);
		if (!strncmp(argv[i], "--fd", 4) && fd < 0)
			truth_die(argv[i + 1]);
	}
	if (i >= argc)
		truth_usage(usage);
	for (size_t c = 0; c < sizeof(calls) / sizeof(calls[0]); c++)
		if (!strcmp(calls[c].name, argv[i]))
			number = calls[c].number;
	if (number < 0)
		truth_no_call();
	for (int k = i + 1; k < argc && n < 6; k++)
		args[n++] = argument(argv[k]);
	ret = syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]);
	err = errno;
	if (ret == 0 && !strncmp(argv[i], "clone", strlen("clone")))
		_exit(0); /* the child */
	truth_begin("call");
	truth_str("call", argv[i]);
	truth_result("ret", ret, err);
	truth_end();
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	return ret < 0;
}
