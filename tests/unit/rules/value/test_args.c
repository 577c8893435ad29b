// SPDX-License-Identifier: Apache-2.0
/* evt.arg[N], evt.args, evt.arg.fd: numbers as Falco counts; and the times of a program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "rules/build.h"
#include "rules/value/asked.h"

static void nth(const struct event *e, uint32_t n, const char *want)
{
	asked_expect(e, (struct field_use){.id = F_ARG, .has_index = true, .index = n}, want);
}

static struct event call_event(uint32_t call)
{
	return (struct event){.kind = EVENT_SYSCALL, .sys = {.call = call}};
}

static void arguments_of_calls(void **state)
{
	struct event e = call_event(WIRE_CALL_RENAMEAT2);

	(void)state;
	e.sys.args[0] = (uint64_t)AT_FDCWD & UINT32_MAX;
	e.sys.args[2] = 7;
	e.sys.args[4] = 2;
	e.sys.paths[0].path = STR_LIT("/tmp/x");
	e.sys.paths[1].path = STR_LIT("/etc/passwd");
	nth(&e, 0, "SUCCESS");
	nth(&e, 1, "AT_FDCWD");
	nth(&e, 2, "/tmp/x");
	nth(&e, 3, "7");
	nth(&e, 4, "/etc/passwd");
	nth(&e, 5, "RENAME_EXCHANGE");
	nth(&e, 6, NULL);
	nth(&e, UINT32_MAX, NULL);
	asked_has(&e, F_ARGS,
		  "res=SUCCESS olddirfd=AT_FDCWD oldpath=/tmp/x newdirfd=7 newpath=/etc/passwd "
		  "flags=RENAME_EXCHANGE");
	asked_has(&e, F_INFO,
		  "res=SUCCESS olddirfd=AT_FDCWD oldpath=/tmp/x newdirfd=7 newpath=/etc/passwd "
		  "flags=RENAME_EXCHANGE");
	asked_has(&e, F_ARG_FD, NULL);
	e = call_event(WIRE_CALL_FCHMOD);
	e.ret = -EPERM;
	e.sys.args[0] = 9;
	e.sys.args[1] = 04000;
	asked_has(&e, F_ARG_FD, "9");
	asked_has(&e, F_ARGS, "res=EPERM fd=9 mode=S_ISUID");
	/* Falco has no table for it. */
	e = call_event(WIRE_CALL_MOVE_MOUNT);
	nth(&e, 0, NULL);
	asked_has(&e, F_ARGS, NULL);
}

/* The path that a sentence names is the new one: what was moved away is told beside it. */
static void a_rename_says_of_what(void **state)
{
	static const uint32_t calls[] = {WIRE_CALL_RENAME, WIRE_CALL_RENAMEAT, WIRE_CALL_RENAMEAT2};
	struct event e;

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		char want[64];

		e = call_event(calls[i]);
		e.sys.paths[1].path = STR_LIT("/tmp/x");
		asked_has(&e, F_ACT, event_type(&e));
		e.sys.paths[0].path = STR_LIT("/etc/passwd");
		snprintf(want, sizeof(want), "%s of /etc/passwd", event_type(&e));
		asked_has(&e, F_ACT, want);
	}
	e = call_event(WIRE_CALL_LINK);
	e.sys.paths[0].path = STR_LIT("/etc/passwd");
	asked_has(&e, F_ACT, "link");
	e = (struct event){.kind = EVENT_OPEN, .open = {.call = WIRE_CALL_OPENAT}};
	asked_has(&e, F_ACT, "openat");
}

/* What is not known keeps its place. */
static void unknown_arguments(void **state)
{
	struct event e = call_event(WIRE_CALL_MOUNT);

	(void)state;
	e.sys.paths[0].path = STR_LIT("/dev/sda1");
	e.sys.paths[1].path = STR_LIT("/mnt");
	nth(&e, 1, "/dev/sda1");
	nth(&e, 2, "/mnt");
	nth(&e, 3, NULL);
	nth(&e, 4, "0");
	asked_has(&e, F_ARGS, "res=SUCCESS dev=/dev/sda1 dir=/mnt flags=0");
}

static void arguments_of_sockets(void **state)
{
	struct event e = {.kind = EVENT_NET,
			  .ret = 5,
			  .net = {.call = WIRE_CALL_SOCKET,
				  .family = AF_PACKET,
				  .type = SOCK_RAW,
				  .protocol = 768}};

	(void)state;
	nth(&e, 0, "AF_PACKET");
	nth(&e, 1, "3");
	nth(&e, 2, "768");
	nth(&e, 3, NULL);
	asked_has(&e, F_ARGS, "domain=AF_PACKET type=3 proto=768");
	asked_has(&e, F_ARG_FD, "5");
	e.net.call = WIRE_CALL_BIND;
	e.net.family = AF_INET;
	e.net.server = (struct event_end){.known = true, .port = 80};
	asked_has(&e, F_ARG_FD, NULL);
	nth(&e, 0, "SUCCESS");
	nth(&e, 1, ":::80");
	nth(&e, 2, NULL);
}

static void descriptors_copied(void **state)
{
	struct event e = {.kind = EVENT_NET,
			  .ret = 1,
			  .net = {.call = WIRE_CALL_DUP2,
				  .mode = 0140777,
				  .family = AF_INET6,
				  .type = SOCK_STREAM,
				  .protocol = IPPROTO_TCP,
				  .oldfd = 5,
				  .server = {.known = true, .port = 4444}}};

	(void)state;
	asked_has(&e, F_ARGS, "res=SUCCESS oldfd=5 newfd=1");
	asked_has(&e, F_ARG_FD, "5");
	asked_has(&e, F_ARG_OLDFD, "5");
	asked_has(&e, F_ARG_NEWFD, "1");
	asked_has(&e, F_FD_NUM, "1");
	asked_has(&e, F_FD_TYPE, "ipv6");
	asked_has(&e, F_FD_SOCKFAMILY, "ip");
	asked_has(&e, F_ARG_DOMAIN, NULL);
	e.net.call = WIRE_CALL_DUP;
	asked_has(&e, F_ARG_NEWFD, NULL);
	e.net.family = AF_UNIX;
	asked_has(&e, F_FD_TYPE, "unix");
	asked_has(&e, F_FD_SOCKFAMILY, "unix");
	e.net.family = 0;
	e.net.mode = 0010600;
	asked_has(&e, F_FD_TYPE, "pipe");
	asked_has(&e, F_FD_TYPECHAR, "p");
	asked_has(&e, F_FD_SOCKFAMILY, NULL);
	e.net.mode = 0;
	asked_has(&e, F_FD_TYPE, NULL);
	/* Only what is copied has these. */
	e.net.call = WIRE_CALL_CONNECT;
	asked_has(&e, F_ARG_OLDFD, NULL);
	asked_has(&e, F_FD_NUM, NULL);
	asked_has(&e, F_DUP_STDIO, NULL);
	e.net.call = WIRE_CALL_ACCEPT4;
	asked_has(&e, F_FD_NUM, "1");
}

/* Nothing legal led there, whether a call was under way or not. */
static void credentials_that_rose(void **state)
{
	struct event e = judge_setid(judge_creds(1000), judge_creds(0));

	(void)state;
	asked_has(&e, F_SETID_GAIN, "raised");
	e.creds.cap_permitted = 1u << 21 | 1u << 0;
	e.prev.cap_permitted = 1u << 0;
	e.creds.cap_effective = 1u << 21;
	e.setid.risen = true;
	asked_has(&e, F_SETID_GAIN, "risen");
	asked_has(&e, F_CAP_GAINED, "CAP_SYS_ADMIN");
	asked_has(&e, F_FROM_CAP_PERMITTED, "CAP_CHOWN");
	e.setid.call = WIRE_CALL_NONE;
	asked_has(&e, F_TYPE, "credrise");
	e.prev_known = false;
	asked_has(&e, F_CAP_GAINED, NULL);
	asked_has(&e, F_FROM_CAP_PERMITTED, NULL);
	e.kind = EVENT_EXEC;
	asked_has(&e, F_SETID_GAIN, NULL);
}

static void arguments_of_opens(void **state)
{
	struct event e = judge_open(judge_file("/etc/x"), O_WRONLY);

	(void)state;
	e.open.call = WIRE_CALL_OPENAT;
	e.ret = 4;
	nth(&e, 0, "4");
	nth(&e, 1, NULL);
	nth(&e, 2, "/etc/x");
	nth(&e, 3, "O_WRONLY");
	asked_has(&e, F_ARG_FD, "4");
	e.open.no_fd = true;
	asked_has(&e, F_ARG_FD, NULL);
	nth(&e, 0, NULL);
}

static void arguments_of_programs(void **state)
{
	struct event e = judge_exec("/bin/sh", "sh -c x");
	struct event gone = {.kind = EVENT_EXIT, .exit = {.code = 3u << 8}};

	(void)state;
	nth(&e, 0, "SUCCESS");
	nth(&e, 1, "sh");
	nth(&e, 2, "-c x");
	nth(&e, 7, NULL);
	nth(&e, 27, "/bin/sh");
	nth(&e, 99, NULL);
	nth(&gone, 1, "3");
	nth(&gone, 2, NULL);
}

/* CLOCK_BOOTTIME is a thousand seconds behind. */
static void times_of_programs(void **state)
{
	const uint64_t second = 1000000000;
	struct event e = judge_exec("/bin/sh", "sh");

	(void)state;
	e.btime = 500 * second;
	e.time = 1500 * second;
	e.task.start = 499 * second;
	asked_has(&e, F_PROC_PID_TS, "1499000000000");
	asked_has(&e, F_CONTAINER_START, NULL);
	asked_has(&e, F_PROC_EXE_CTIME, NULL);
	asked_has(&e, F_PROC_CTIME_DURATION, NULL);
	asked_has(&e, F_PIDNS_DURATION, NULL);
	e.exec.exe_ctime = 1450 * (int64_t)second;
	e.exec.exe_mtime = 7;
	e.exec.init_start = 400 * second;
	asked_has(&e, F_CONTAINER_START, "1400000000000");
	asked_has(&e, F_PIDNS_START, "1400000000000");
	asked_has(&e, F_PROC_EXE_CTIME, "1450000000000");
	asked_has(&e, F_PROC_EXE_MTIME, "7");
	asked_has(&e, F_PROC_CTIME_DURATION, "49000000000");
	asked_has(&e, F_PIDNS_DURATION, "50000000000");
	/* Of the image, and changed after the start. */
	e.exec.exe_ctime = 1300 * (int64_t)second;
	asked_has(&e, F_PIDNS_DURATION, NULL);
	e.exec.exe_ctime = INT64_MAX;
	asked_has(&e, F_PROC_CTIME_DURATION, NULL);
	e.exec.exe_ctime = INT64_MIN;
	asked_has(&e, F_PIDNS_DURATION, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(arguments_of_calls, asked_reset),
		cmocka_unit_test_setup(a_rename_says_of_what, asked_reset),
		cmocka_unit_test_setup(unknown_arguments, asked_reset),
		cmocka_unit_test_setup(arguments_of_sockets, asked_reset),
		cmocka_unit_test_setup(descriptors_copied, asked_reset),
		cmocka_unit_test_setup(credentials_that_rose, asked_reset),
		cmocka_unit_test_setup(arguments_of_opens, asked_reset),
		cmocka_unit_test_setup(arguments_of_programs, asked_reset),
		cmocka_unit_test_setup(times_of_programs, asked_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
