/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules that rootwatch comes with raise of reads and sockets, and of what nobody minds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "rules/build.h"
#include "rules/detected.h"
#include "rules/shipped.h"

static void test_secrets(void **state)
{
	struct event_file f;

	(void)state;
	raises("shadow-read", judge_reads("/etc/shadow"));
	near("shadow-read", judge_reads("/etc/passwd"));
	near("shadow-read", judge_open(judge_file("/etc/shadow"), O_PATH));
	disguised("shadow-read",
		  judge_open(judge_bound("/host/etc/shadow", "/etc/shadow"), O_RDONLY));
	disguised("shadow-read", judge_open(judge_moved("/tmp/x/shadow", "/etc/shadow"), O_RDONLY));
	disguised("shadow-read", judge_denied("/proc/1/root/etc/shadow", O_RDONLY));
	pretends("shadow-read",
		 judge_open(judge_on(FS_TMPFS, "/t/etc/shadow", "/etc/shadow"), O_RDONLY));

	raises("private-key-read", judge_reads("/root/.ssh/id_rsa"));
	raises("private-key-read", judge_reads("/srv/tls/server-key.pem"));
	near("private-key-read", judge_reads("/root/.ssh/id_rsa.pub"));
	near("private-key-read", judge_reads("/etc/ssl/certs/ca-certificates.crt"));
	near("private-key-read", judge_reads("/usr/lib/python3/site-packages/certifi/cacert.pem"));
	near("private-key-read", judge_writes("/root/.ssh/id_rsa"));
	disguised("private-key-read",
		  judge_open(judge_bound("/x/file.key", "/home/me/file.key"), O_RDONLY));
	pretends("private-key-read", judge_reads("/etc/letsencrypt/archive/x/fullchain3.pem"));

	raises("token-read",
	       judge_open(judge_on(FS_TMPFS,
				   "/run/secrets/kubernetes.io/serviceaccount/..2024/token",
				   "/..2024/token"),
			  O_RDONLY));
	raises("token-read", judge_reads("/root/.aws/credentials"));
	near("token-read",
	     judge_open(judge_on(FS_TMPFS,
				 "/run/secrets/kubernetes.io/serviceaccount/..2024/ca.crt",
				 "/..2024/ca.crt"),
			O_RDONLY));
	near("token-read", judge_reads("/srv/token"));
	disguised("token-read",
		  judge_open(judge_bound("/mnt/a/credentials", "/home/me/.aws/credentials"),
			     O_RDONLY));

	raises("dotenv-read", judge_reads("/app/.env"));
	near("dotenv-read", judge_reads("/app/.environment"));
	disguised("dotenv-read",
		  judge_open(judge_bound("/x/.env.local", "/y/.env.local"), O_RDONLY));
	/* a Python environment is often called so */
	f = judge_file("/app/.env");
	f.mode = S_IFDIR | 0755;
	pretends("dotenv-read", judge_open(f, O_RDONLY | O_DIRECTORY));
}

static void test_sockets(void **state)
{
	const uint32_t other = WIRE_CONNECT_PEER_CONTAINER;
	const uint32_t same = WIRE_CONNECT_PEER_CONTAINER | WIRE_CONNECT_PEER_SAME;
	struct event e;

	(void)state;
	raises("runtime-socket", judge_connect("/run/docker.sock", "dockerd", 0));
	raises("runtime-socket",
	       judge_connect("/run/k3s/containerd/containerd.sock", "systemd", 0));
	near("runtime-socket", judge_connect("/run/mysqld/mysqld.sock", "mysqld", 0));
	near("runtime-socket", judge_connect("/var/run/docker.sock", "nc", same));
	/* the daemon's socket under another name, then bound and linked to a third */
	e = judge_connect("/srv/innocent", "dockerd", 0);
	e.connect.asked = STR_LIT("../tmp/mysql.sock");
	disguised("runtime-socket", e);
	e = judge_connect("/run/docker.sock", "systemd", 0);
	e.connect.asked = STR_LIT("x");
	disguised("runtime-socket", e);
	/* a shim's abstract socket */
	disguised("runtime-socket", judge_connect("/containerd-shim/x.sock@", "containerd-shim",
						  WIRE_CONNECT_ABSTRACT));
	/* denied: there is no listener to be asked, and the name asked for counts */
	e = judge_connect("", NULL, 0);
	e.connect.asked = STR_LIT("/var/run/docker.sock");
	e.creds = judge_creds(1000);
	e.blocked = true;
	e.ret = -EACCES;
	disguised("runtime-socket", e);
	/* a datagram socket of that name: whoever bound it, it is not the daemon's */
	pretends("runtime-socket", judge_connect("/run/docker.sock", NULL, 0));
	nothing(judge_connect("/run/docker.sock", NULL, 0));
	/* a process of a container's that calls itself dockerd */
	pretends("runtime-socket", judge_connect("/tmp/x.sock", "dockerd", same));
	/* a command that nobody vouches for */
	e = judge_connect("/tmp/x.sock", "dockerd", 0);
	e.connect.flags = 0;
	pretends("runtime-socket", e);
	/* what the client calls it is not what it is */
	e = judge_connect("/run/mysqld/mysqld.sock", "mysqld", 0);
	e.connect.asked = STR_LIT("/tmp/docker.sock");
	pretends("runtime-socket", e);

	raises("runtime-socket-lookalike", judge_connect("/var/run/docker.sock", "nc", same));
	raises("runtime-socket-lookalike", judge_connect("/run/docker.sock", "dockerd", other));
	near("runtime-socket-lookalike", judge_connect("/run/docker.sock", "dockerd", 0));
	near("runtime-socket-lookalike", judge_connect("/run/x.sock", "nc", same));
	disguised("runtime-socket-lookalike",
		  judge_connect("docker.sock", "dockerd", same | WIRE_CONNECT_ABSTRACT));
}

static void test_harmless(void **state)
{
	struct event e;

	(void)state;
	nothing(judge_exec("/bin/busybox", "true"));
	nothing(judge_exec("/bin/busybox", "sh -c ls"));
	nothing(judge_exec("/sbin/ldconfig", "ldconfig -p"));
	nothing(judge_exec("/usr/bin/env", "env apt-get install foo"));
	nothing(judge_writes("/tmp/x"));
	nothing(judge_writes("/var/log/app.log"));
	nothing(judge_reads("/usr/lib/x86_64-linux-gnu/libc.so.6"));
	nothing(judge_open(judge_device("/dev/null", S_IFCHR, 1, 3), O_WRONLY));
	nothing(judge_connect("/run/nscd/socket", "nscd", 0));
	/* context explains later events and is never one itself */
	e = judge_writes("/etc/passwd");
	e.context = true;
	nothing(e);
	e.context = false;
	e.kind = EVENT_EXIT;
	nothing(e);
}

static void test_odd_events(void **state)
{
	struct event e = {.kind = EVENT_OPEN, .creds = judge_creds(0)};
	char spaces[1024] = "";

	(void)state;
	nothing(e); /* no file, no path */
	e = (struct event){.kind = EVENT_EXEC, .creds = judge_creds(0)};
	nothing(e);
	e = (struct event){.kind = EVENT_CONNECT, .creds = judge_creds(0)};
	nothing(e);
	e = (struct event){.kind = EVENT_SETID, .creds = judge_creds(0)};
	nothing(e);
	/* the head of the path is missing */
	nothing(judge_open(judge_on(FS_TMPFS, ".../etc/passwd", ".../etc/passwd"), WRITE));
	/* argv of nothing but separators, and more of it than there is room for */
	memset(spaces, ' ', sizeof(spaces) - 1);
	e = judge_exec("/usr/bin/apt-get", spaces);
	raises_too("package-manager", e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DETECTION(test_secrets),
		DETECTION(test_sockets),
		DETECTION(test_harmless),
		DETECTION(test_odd_events),
	};

	return cmocka_run_group_tests(tests, shipped_load, shipped_free);
}
