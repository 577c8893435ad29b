/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program (act_id, which then says who it is) by the way asked for. The pid stays the same.
 */
#include "truth.h"

#include <linux/capability.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>

static const char usage[] =
	"act_exec memfd PROG [ARG...]       from a memfd\n"
	"         unlinked PROG COPY [ARG...]  a copy that has no name any more\n"
	"         fd PROG [ARG...]          execveat with a descriptor and an empty path\n"
	"         copy PROG COPY [ARG...]   a copy, made here\n"
	"         argv0 NAME PROG [ARG...]  with another argv[0]\n"
	"         long BYTES PROG [MIDDLE]           with that many bytes of arguments, in all\n"
	"         empty PROG                with no arguments, not even argv[0]\n"
	"         thread PROG [ARG...]      by a thread that is not the first\n"
	"         net PROG [ARG...]         with a connection as standard input\n"
	"         input FILE PROG [ARG...]  with a memfd that holds the file as standard input\n"
	"         kept UID PROG [ARG...]    as that user, who keeps root's capabilities permitted till then\n"
	"         aside REAL ID PROG [ARG...]  with no_new_privs and no capability, as user and group ID, but for\n"
	"                                   the real gid, and with REAL as the real uid\n"
	"         tty PROG [ARG...]         in a session of its own, with a terminal\n"
	"         signal N PROG [ARG...]    a child of ours, killed by signal N while it waits";

static void copy(int to, const char *from)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (in < 0)
		truth_die(from);
	do
		n = sendfile(to, in, NULL, 1 << 20);
	while (n > 0);
	if (n < 0)
		truth_die("copy");
	close(in);
}

static int copy_to(const char *from, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	if (fd < 0)
		truth_die(path);
	copy(fd, from);
	close(fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		truth_die(path);
	return fd;
}

static _Noreturn void run_fd(int fd, char **argv)
{
	syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
	truth_die("execveat");
}

static _Noreturn void run(const char *path, char **argv)
{
	execv(path, argv);
	truth_die(path);
}

/* argv[0], then "a...MIDDLEa...", then "wxyz": all of it is known. */
static _Noreturn void run_long(size_t bytes, char *prog, const char *mark)
{
	/* One argument takes at most 128 KiB: MAX_ARG_STRLEN. */
	static char tail[] = "wxyz";
	size_t room = bytes - strlen(prog) - 1 - sizeof(tail);
	char *middle = malloc(room + 1);
	char *argv[] = {prog, middle, tail, NULL};

	if (!middle)
		truth_die("memory");
	memset(middle, 'a', room);
	middle[room - 1] = '\0';
	if (strlen(mark) < room / 2)
		memcpy(middle + room / 2, mark, strlen(mark));
	run(prog, argv);
}

static void *run_thread(void *argv)
{
	run(((char **)argv)[0], argv);
}

static _Noreturn void run_killed(int sig, char **argv)
{
	int in[2], out[2], status;
	char buf[4096];
	ssize_t n;
	pid_t pid;

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		truth_die("pipe");
	pid = fork();
	if (pid < 0)
		truth_die("fork");
	if (!pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		run(argv[0], argv);
	}
	n = read(out[0], buf, sizeof(buf)); /* it runs now */
	kill(pid, sig);
	waitpid(pid, &status, 0);
	if (n > 0 && write(1, buf, (size_t)n) != n)
		truth_die("write");
	exit(0);
}

/* With a connection, over the loopback, as standard input. */
static _Noreturn void run_connected(char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(a);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (server < 0 || client < 0 || bind(server, (struct sockaddr *)&a, len) ||
	    listen(server, 1) || getsockname(server, (struct sockaddr *)&a, &len) ||
	    connect(client, (struct sockaddr *)&a, len) || dup2(client, 0) != 0)
		truth_die("connection");
	run(argv[0], argv);
}

static _Noreturn void run_input(char **argv)
{
	int fd = (int)syscall(SYS_memfd_create, "rw-test", MFD_CLOEXEC);

	if (fd < 0)
		truth_die("memfd_create");
	copy(fd, argv[0]);
	if (lseek(fd, 0, SEEK_SET) || dup2(fd, 0))
		truth_die("input");
	run(argv[1], argv + 1);
}

static _Noreturn void run_tty(char **argv)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), status = 0;
	const char *name;
	pid_t pid;

	if (master < 0 || grantpt(master) || unlockpt(master))
		truth_die("terminal");
	name = ptsname(master);
	pid = fork();
	if (pid < 0)
		truth_die("fork");
	if (!pid) {
		setsid();
		/* The first terminal that a session's leader opens becomes its own. */
		/* cppcheck-suppress leakReturnValNotUsed */
		if (open(name, O_RDWR | O_CLOEXEC) < 0)
			truth_die(name);
		run(argv[0], argv);
	}
	waitpid(pid, &status, 0);
	exit(WEXITSTATUS(status));
}

static void set_aside(uid_t real, uid_t id)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {0};

	if (setresgid((gid_t)-1, id, id) || setresuid(real, id, id) ||
	    syscall(SYS_capset, &head, none) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		truth_die("set aside");
}

int main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[1] : "";
	int fd;

	if (!strcmp(how, "memfd")) {
		fd = (int)syscall(SYS_memfd_create, "rw-test", MFD_CLOEXEC);
		if (fd < 0)
			truth_die("memfd_create");
		copy(fd, argv[2]);
		run_fd(fd, argv + 2);
	} else if (!strcmp(how, "unlinked") && argc > 3) {
		fd = copy_to(argv[2], argv[3]);
		unlink(argv[3]);
		run_fd(fd, argv + 3);
	} else if (!strcmp(how, "fd")) {
		fd = open(argv[2], O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			truth_die(argv[2]);
		run_fd(fd, argv + 2);
	} else if (!strcmp(how, "copy") && argc > 3) {
		close(copy_to(argv[2], argv[3]));
		run(argv[3], argv + 3);
	} else if (!strcmp(how, "argv0") && argc > 3) {
		char *prog = argv[3];

		argv[3] = argv[2];
		run(prog, argv + 3);
	} else if (!strcmp(how, "long") && argc > 3) {
		run_long(strtoul(argv[2], NULL, 10), argv[3], argc > 4 ? argv[4] : "");
	} else if (!strcmp(how, "empty")) {
		run(argv[2], (char *[]){NULL});
	} else if (!strcmp(how, "net")) {
		run_connected(argv + 2);
	} else if (!strcmp(how, "input") && argc > 3) {
		run_input(argv + 2);
	} else if (!strcmp(how, "kept") && argc > 3) {
		uid_t uid = (uid_t)atoi(argv[2]);

		if (prctl(PR_SET_KEEPCAPS, 1) || setresuid(uid, uid, uid))
			truth_die("setresuid");
		run(argv[3], argv + 3);
	} else if (!strcmp(how, "aside") && argc > 4) {
		set_aside((uid_t)atoi(argv[2]), (uid_t)atoi(argv[3]));
		run(argv[4], argv + 4);
	} else if (!strcmp(how, "tty")) {
		run_tty(argv + 2);
	} else if (!strcmp(how, "thread")) {
		pthread_t t;

		if (pthread_create(&t, NULL, run_thread, argv + 2))
			truth_die("thread");
		pthread_join(t, NULL);
	} else if (!strcmp(how, "signal") && argc > 3) {
		run_killed(atoi(argv[2]), argv + 3);
	}
	truth_usage(usage);
}
