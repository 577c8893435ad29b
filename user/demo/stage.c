// SPDX-License-Identifier: Apache-2.0
#include "demo/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "demo/package.h"
#include "sandbox/why.h"

/* ---- a daemon that is called docker.sock and can do nothing ------------------------------ */

static const char answer[] = "HTTP/1.0 200 OK\r\n"
			     "Content-Type: application/json\r\n"
			     "\r\n"
			     "{\"Version\": \"demo stub\"}\n";

__attribute__((noreturn)) static void daemon_run(int listener)
{
	const struct timeval patience = {.tv_sec = 2};
	char request[1024];

	(void)signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		ssize_t n;

		if (fd < 0)
			_exit(1);
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		n = read(fd, request, sizeof(request));
		/* Who asked and went away is missed by nobody. */
		if (n > 0 && write(fd, answer, sizeof(answer) - 1) < 0)
			(void)shutdown(fd, SHUT_RDWR);
		close(fd);
	}
}

static int listen_at(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	if ((size_t)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path) >=
	    sizeof(sun.sun_path))
		err = -ENAMETOOLONG;
	else if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) || chmod(path, 0660) ||
		 listen(fd, 8))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* The child listens itself: the kernel knows a listener by who called listen(). */
static int start_daemon(struct stage *s, char why[static SANDBOX_WHY_MAX])
{
	pid_t parent = getpid();
	int ready[2], err = 0;
	ssize_t n;

	if (pipe2(ready, O_CLOEXEC))
		return sandbox_why(why, -errno, "cannot make a pipe");
	s->daemon = fork();
	if (s->daemon == 0) {
		int fd;

		(void)setpgid(0, 0);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)prctl(PR_SET_NAME, "demo-daemon");
		fd = getppid() == parent ? listen_at(s->socket) : -ECHILD;
		err = fd < 0 ? fd : 0;
		n = write(ready[1], &err, sizeof(err));
		close(ready[1]);
		if (fd < 0 || n != (ssize_t)sizeof(err))
			_exit(1);
		daemon_run(fd);
	}
	if (s->daemon < 0)
		err = -errno;
	close(ready[1]);
	if (!err) {
		do {
			n = read(ready[0], &err, sizeof(err));
		} while (n < 0 && errno == EINTR);
		if (n != (ssize_t)sizeof(err))
			err = -EPIPE;
	}
	close(ready[0]);
	return err ? sandbox_why(why, err, "cannot listen on '%s'", s->socket) : 0;
}

/* ---- the containers ---------------------------------------------------------------------- */

static size_t add_file(struct sandbox_file *image, size_t n, const char *path, mode_t mode,
		       const char *source)
{
	image[n] = (struct sandbox_file){.path = path, .mode = mode, .source = source};
	return n + 1;
}

static int open_sandbox(struct stage *s, enum side side, char why[static SANDBOX_WHY_MAX])
{
	const struct sandbox_bind binds[] = {{.source = s->socket, .target = ATTACK_SOCK}};
	struct sandbox_file image[3] = {
		/* So that there is such a directory. */
		{.path = "/etc/cron.d/.placeholder", .mode = 0644, .text = ""},
	};
	struct sandbox_options o = {
		.name = side == SIDE_ROOT ? "demo-root" : "demo-user",
		.uid = side == SIDE_ROOT ? 0 : ATTACK_UID,
		.binds = binds,
		.n_binds = 1,
		.image = image,
	};
	char setpriv[64];
	size_t n = 1;

	if (s->package[0])
		n = add_file(image, n, ATTACK_DIR "/package", 0644, s->package);
	/* As images do: a SUID program that somebody left in. In the other one root makes it. */
	if (side == SIDE_USER && attack_tool("setpriv", setpriv, sizeof(setpriv)))
		n = add_file(image, n, ATTACK_SUID, 04755, setpriv);
	o.n_image = n;
	return sandbox_open(&s->sandbox[side], &o, why);
}

int stage_open(struct stage *s, char why[static SANDBOX_WHY_MAX])
{
	char dir[PATH_MAX];
	int err = 0;

	memset(s, 0, sizeof(*s));
	s->dir = sandbox_scratch();
	if (!s->dir)
		return sandbox_why(why, -errno, "cannot mount a tmpfs of its own");
	(void)umask(022);
	if (package_build(s->package, s->dir, s->why_package))
		s->package[0] = '\0';
	(void)snprintf(dir, sizeof(dir), "%s/rootwatch-demo", s->dir);
	(void)snprintf(s->socket, sizeof(s->socket), "%s/rootwatch-demo/docker.sock", s->dir);
	if (mkdir(dir, 0755))
		err = sandbox_why(why, -errno, "cannot make '%s'", dir);
	if (!err)
		err = start_daemon(s, why);
	for (int side = 0; !err && side < SIDES; side++)
		err = open_sandbox(s, (enum side)side, why);
	if (err)
		stage_close(s);
	return err;
}

void stage_close(struct stage *s)
{
	for (int side = 0; side < SIDES; side++) {
		sandbox_close(s->sandbox[side]);
		s->sandbox[side] = NULL;
	}
	if (s->daemon > 0) {
		(void)kill(s->daemon, SIGKILL);
		while (waitpid(s->daemon, NULL, 0) < 0) {
			if (errno != EINTR)
				break;
		}
	}
	s->daemon = 0;
}
