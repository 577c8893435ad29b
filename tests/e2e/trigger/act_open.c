/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens one file by the system call and the way asked for, closes it again, and says what it was.
 * Nothing is ever written to it.
 */
#include "truth.h"

#include <linux/net.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/mount.h>

static const char usage[] =
	"act_open [--chroot DIR] [--bind FROM TO] [--mount TYPE TO] [--chdir DIR] [--dirfd DIR] [--thread]\n"
	"                [--uid N] [--wait] open|openat|openat2|creat|handle|reopen FLAGS PATH\n"
	"act_open [--passcred] recvmsg|recvmmsg|recvmmsg_time64|socketcall|socketcall-many - SOCKET\n"
	"FLAGS: letters of r(ead) w(rite) c(reat) t(runc) a(ppend) x(excl) p(ath) m (temporary) f (nofollow) - (none)";

struct act {
	const char *call, *path;
	int flags, dirfd, fd, err;
	bool passcred;
};

static int flags_of(const char *letters)
{
	bool r = strchr(letters, 'r'), w = strchr(letters, 'w');
	int flags = r && w ? O_RDWR : w ? O_WRONLY : O_RDONLY;

	for (; *letters; letters++) {
		switch (*letters) {
		case 'c':
			flags |= O_CREAT;
			break;
		case 't':
			flags |= O_TRUNC;
			break;
		case 'a':
			flags |= O_APPEND;
			break;
		case 'x':
			flags |= O_EXCL;
			break;
		case 'p':
			flags |= O_PATH;
			break;
		case 'm':
			flags |= O_TMPFILE;
			break;
		case 'f':
			flags |= O_NOFOLLOW;
			break;
		case 'r':
		case 'w':
		case '-':
			break;
		default:
			truth_usage(usage);
		}
	}
	return flags;
}

#ifdef SYS_open
static long by_open(const struct act *a)
{
	return syscall(SYS_open, a->path, a->flags, 0644);
}

static long by_creat(const struct act *a)
{
	return syscall(SYS_creat, a->path, 0644);
}
#else /* arm64 */
static long by_open(const struct act *a)
{
	(void)a;
	truth_no_call();
}

static long by_creat(const struct act *a)
{
	(void)a;
	truth_no_call();
}
#endif

static long by_openat2(const struct act *a)
{
	struct open_how how = {.flags = (uint64_t)a->flags | O_LARGEFILE};

	if (a->flags & O_CREAT)
		how.mode = 0644;
	return syscall(SYS_openat2, a->dirfd, a->path, &how, sizeof(how));
}

static long by_handle(const struct act *a)
{
	union {
		struct file_handle h;
		char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} u = {.h.handle_bytes = MAX_HANDLE_SZ};
	int mount_id;
	int mount_fd = (int)syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY, 0);

	if (mount_fd < 0 || name_to_handle_at(a->dirfd, a->path, &u.h, &mount_id, 0))
		truth_die("name_to_handle_at");
	return syscall(SYS_open_by_handle_at, mount_fd, &u.h, a->flags);
}

static long by_reopen(const struct act *a)
{
	char link[64];
	long fd = syscall(SYS_openat, a->dirfd, a->path, O_PATH, 0);

	if (fd < 0)
		truth_die(a->path);
	snprintf(link, sizeof(link), "/proc/self/fd/%ld", fd);
	return syscall(SYS_openat, AT_FDCWD, link, a->flags, 0);
}

/* The system call itself: what the C library makes of recvmsg on i386 depends on how it was built. */
static long receive(const char *call, int s, struct mmsghdr *m)
{
	if (!strcmp(call, "recvmsg"))
		return syscall(SYS_recvmsg, s, &m->msg_hdr, 0);
	if (!strcmp(call, "recvmmsg"))
		return syscall(SYS_recvmmsg, s, m, 2, MSG_WAITFORONE, NULL);
#if defined(SYS_recvmmsg_time64) && !defined(__LP64__)
	if (!strcmp(call, "recvmmsg_time64"))
		return syscall(SYS_recvmmsg_time64, s, m, 2, MSG_WAITFORONE, NULL);
#endif
#ifdef SYS_socketcall
	unsigned long one[] = {(unsigned long)s, (unsigned long)&m->msg_hdr, 0};
	unsigned long many[] = {(unsigned long)s, (unsigned long)m, 2, MSG_WAITFORONE, 0};

	if (!strcmp(call, "socketcall"))
		return syscall(SYS_socketcall, SYS_RECVMSG, one);
	if (!strcmp(call, "socketcall-many"))
		return syscall(SYS_socketcall, SYS_RECVMMSG, many);
#endif
	truth_no_call();
}

/* The last of two open files from whoever listens at the path. */
static long by_receiving(const struct act *a)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(2 * sizeof(int))];
	} c[2];
	char bytes[2];
	struct iovec io[2] = {{bytes, 1}, {bytes + 1, 1}};
	struct mmsghdr m[2];
	int s = socket(AF_UNIX, SOCK_STREAM, 0), on = a->passcred, got[2];
	struct cmsghdr *part;

	for (int i = 0; i < 2; i++)
		m[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = io + i,
						    .msg_iovlen = 1,
						    .msg_control = &c[i],
						    .msg_controllen = sizeof(c[i])}};
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", a->path);
	if (s < 0 || connect(s, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(s, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)))
		truth_die("connect");
	if (receive(a->call, s, m) < 0)
		return -1;
	for (part = CMSG_FIRSTHDR(&m[0].msg_hdr); part; part = CMSG_NXTHDR(&m[0].msg_hdr, part)) {
		if (part->cmsg_type != SCM_RIGHTS || part->cmsg_len != CMSG_LEN(sizeof(got)))
			continue;
		memcpy(got, CMSG_DATA(part), sizeof(got));
		return got[1];
	}
	errno = EBADMSG;
	return -1;
}

static void *act(void *arg)
{
	struct act *a = arg;
	struct stat st;
	char link[64];
	long fd;

	if (!strcmp(a->call, "open"))
		fd = by_open(a);
	else if (!strcmp(a->call, "openat"))
		fd = syscall(SYS_openat, a->dirfd, a->path, a->flags, 0644);
	else if (!strcmp(a->call, "creat"))
		fd = by_creat(a);
	else if (!strcmp(a->call, "openat2"))
		fd = by_openat2(a);
	else if (!strcmp(a->call, "handle"))
		fd = by_handle(a);
	else if (!strcmp(a->call, "reopen"))
		fd = by_reopen(a);
	else if (strstr(a->call, "recv") || strstr(a->call, "socketcall"))
		fd = by_receiving(a);
	else
		truth_usage(usage);
	a->fd = (int)fd;
	a->err = errno;

	truth_begin("open");
	truth_str("call", a->call);
	truth_str("path", a->path);
	truth_int("flags", a->flags);
	truth_result("fd", a->fd, a->err);
	truth_link("cwd", "/proc/self/cwd");
	if (a->fd >= 0 && !fstat(a->fd, &st)) {
		truth_stat(&st);
		snprintf(link, sizeof(link), "/proc/self/fd/%d", a->fd);
		truth_link("real", link);
	}
	truth_end();
	return NULL;
}

static void need(int ret, const char *what)
{
	if (ret)
		truth_die(what);
}

int main(int argc, char **argv)
{
	struct act a = {.dirfd = AT_FDCWD};
	bool thread = false, wait = false;
	pthread_t t;
	int i = 1;

	for (; i < argc && argv[i][0] == '-' && argv[i][1] == '-'; i++) {
		const char *opt = argv[i];

		if (!strcmp(opt, "--thread")) {
			thread = true;
		} else if (!strcmp(opt, "--passcred")) {
			a.passcred = true;
		} else if (!strcmp(opt, "--wait")) {
			wait = true;
		} else if (!strcmp(opt, "--chroot") && i + 1 < argc) {
			need(chroot(argv[++i]), "chroot");
		} else if (!strcmp(opt, "--chdir") && i + 1 < argc) {
			need(chdir(argv[++i]), "chdir");
		} else if (!strcmp(opt, "--uid") && i + 1 < argc) {
			uid_t uid = (uid_t)strtoul(argv[++i], NULL, 10);

			need(setresuid(uid, uid, uid), "setresuid");
		} else if (!strcmp(opt, "--bind") && i + 2 < argc) {
			need(mount(argv[i + 1], argv[i + 2], NULL, MS_BIND, NULL), "bind mount");
			i += 2;
		} else if (!strcmp(opt, "--mount") && i + 2 < argc) {
			need(mount("none", argv[i + 2], argv[i + 1], 0, NULL), "mount");
			i += 2;
		} else if (!strcmp(opt, "--dirfd") && i + 1 < argc) {
			a.dirfd = (int)syscall(SYS_openat, AT_FDCWD, argv[++i],
					       O_RDONLY | O_DIRECTORY, 0);
			need(a.dirfd < 0, "dirfd");
		} else {
			truth_usage(usage);
		}
	}
	if (argc - i != 3)
		truth_usage(usage);
	a.call = argv[i];
	a.flags = flags_of(argv[i + 1]);
	a.path = argv[i + 2];
	if (thread) {
		need(pthread_create(&t, NULL, act, &a), "thread");
		pthread_join(t, NULL);
	} else {
		act(&a);
	}
	if (wait)
		getchar();
	return a.fd < 0 ? 1 : 0;
}
