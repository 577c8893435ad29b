/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/canary_acts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cmd/canary_uring.h"
#include "cmd/cmd.h"
#include "source/source.h"

/* Names that pass whatever the rules are. */
#define WATCHED CANARY_PLACE "/" SOURCE_PROOF_FILE
#define DENIED	"/proc/sys/kernel/ostype"
#define SOCKET	CANARY_PLACE "/" SOURCE_PROOF_SOCKET

static int connect_one(const struct sockaddr_un *addr, bool ring)
{
	int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err = -1;

	if (client < 0)
		return -1;
	err = ring ? canary_uring_connect(client, (const struct sockaddr *)addr, sizeof(*addr)) :
		     connect(client, (const struct sockaddr *)addr, sizeof(*addr));
	close(client);
	return err;
}

/* From now on this process may not connect. */
static int refuse_connects(void)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = {sizeof(steps) / sizeof(steps[0]), steps};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
			       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) ?
		       -1 :
		       0;
}

/* A child is refused a connect; where there are no such filters, it only ends. */
static int act_refused(const struct sockaddr_un *addr)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (refuse_connects() == 0)
			(void)connect_one(addr, false);
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid ? 0 : -1;
}

static int act_connect(bool ring)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = SOCKET};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err = -1;

	if (listener < 0)
		return -1;
	if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) == 0 && listen(listener, 2) == 0)
		err = connect_one(&addr, false);
	if (!err && ring)
		err = connect_one(&addr, true);
	if (!err && ring)
		canary_uring_sockets(listener);
	if (!err)
		err = act_refused(&addr);
	close(listener);
	return err;
}

static int send_one(const struct sockaddr_un *addr)
{
	int from = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool sent;

	if (from < 0)
		return -1;
	sent = sendto(from, "", 1, 0, (const struct sockaddr *)addr, sizeof(*addr)) == 1;
	close(from);
	return sent ? 0 : -1;
}

/* Sends to a socket by its address. */
static int act_datagram(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = SOCKET};
	int to = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = -1;

	if (to < 0)
		return -1;
	if (unlink(SOCKET) == 0 && bind(to, (struct sockaddr *)&addr, sizeof(addr)) == 0)
		err = send_one(&addr);
	close(to);
	return err;
}

/* Hands itself an open file. */
static int act_receive(int fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} c = {.head = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	char byte = 0;
	struct iovec io = {&byte, 1};
	struct msghdr m = {
		.msg_iov = &io, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof(c)};
	int pair[2], got = -1, err = -1;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -1;
	memcpy(CMSG_DATA(&c.head), &fd, sizeof(fd));
	if (sendmsg(pair[0], &m, 0) == 1 && recvmsg(pair[1], &m, MSG_CMSG_CLOEXEC) == 1) {
		memcpy(&got, CMSG_DATA(&c.head), sizeof(got));
		err = m.msg_controllen == sizeof(c) ? close(got) : -1;
	}
	close(pair[0]);
	close(pair[1]);
	return err;
}

static int act_fork(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid(pid, &status, 0) == pid ? 0 : -1;
}

/*
 * Comes to where the kernel has looked up what is mounted, moved, taken away or made the root, in
 * a user namespace of a child's own, as it may do so nowhere else; whether it is done is nothing.
 */
static int act_on_mounts(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) {
			(void)mount("none", CANARY_PLACE, "tmpfs", 0, NULL);
			(void)syscall(SYS_move_mount, AT_FDCWD, CANARY_PLACE, AT_FDCWD,
				      CANARY_PLACE, 0);
			(void)umount2(CANARY_PLACE, 0);
			(void)syscall(SYS_pivot_root, CANARY_PLACE, CANARY_PLACE);
		}
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid ? 0 : -1;
}

/* Each of the acts whose objects are noted before they are done. */
static int act_on_paths(void)
{
	static const char one[] = CANARY_PLACE "/one", two[] = CANARY_PLACE "/two",
			  three[] = CANARY_PLACE "/three";

	if (mknod(one, S_IFREG | 0600, 0) || chmod(one, 0600) || chown(one, 0, 0) ||
	    truncate(one, 0) || rename(one, two) || link(two, one) || symlink(one, three) ||
	    unlink(one) || unlink(two) || unlink(three) || mkdir(one, 0700) || rmdir(one))
		return -1;
	return act_on_mounts() || chroot("/") ? -1 : 0;
}

/*
 * Attributes and ACLs, by paths and by a descriptor. The kernel is asked about them also where the
 * file system has none, so whether it is done is nothing.
 */
static void act_on_attributes(int watched)
{
	static const char attribute[] = "security.rootwatch", acl[] = "system.posix_acl_access";
	/* struct posix_acl_xattr_header and its entries: rw for the owner alone */
	static const uint8_t rights[] = {
		2,    0,    0,	  0, /* version */
		1,    0,    6,	  0,	0xff, 0xff,
		0xff, 0xff, 4,	  0,	0,    0, /* ACL_USER_OBJ, ACL_GROUP_OBJ */
		0xff, 0xff, 0xff, 0xff, 0x20, 0,
		0,    0,    0xff, 0xff, 0xff, 0xff, /* ACL_OTHER */
	};

	(void)setxattr(WATCHED, attribute, "", 1, 0);
	(void)removexattr(WATCHED, attribute);
	(void)setxattr(WATCHED, acl, rights, sizeof(rights), 0);
	(void)removexattr(WATCHED, acl);
	(void)fsetxattr(watched, attribute, "", 1, 0);
	(void)fremovexattr(watched, attribute);
}

int cmd_canary(int argc, char **argv)
{
	bool ring = false, acts = false;
	int watched, fd;
	void *map;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], CANARY_URING) == 0)
			ring = true;
		else if (strcmp(argv[i], CANARY_PATHS) == 0)
			acts = true;
		else
			return EXIT_CODE_USAGE;
	}
	watched = open(WATCHED, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (watched < 0 || act_receive(watched))
		return EXIT_CODE_ERROR;
	/* Denied to anybody: sysctl files ask for no capability (fs/proc/proc_sysctl.c). */
	fd = open(DENIED, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	if (acts && (ftruncate(watched, 0) || act_on_paths()))
		return EXIT_CODE_ERROR;
	if (acts)
		act_on_attributes(watched);
	if (act_connect(ring) || act_datagram() || act_fork() ||
	    (ring && canary_uring_unlink(WATCHED)))
		return EXIT_CODE_ERROR;
	/* Down and up again: the second one is a raise of privilege. */
	if (setresuid((uid_t)-1, 1, (uid_t)-1) || setresuid((uid_t)-1, 0, (uid_t)-1))
		return EXIT_CODE_ERROR;
	/* It has other credentials now than those by which the file was opened. */
	map = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, watched, 0);
	if (map == MAP_FAILED || munmap(map, 1))
		return EXIT_CODE_ERROR;
	return EXIT_CODE_OK;
}
