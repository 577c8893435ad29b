// SPDX-License-Identifier: Apache-2.0
#include "base/names.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct str names_errno(int err)
{
	static _Thread_local char number[16];
	const char *name = strerrorname_np(err);

	if (name)
		return str_from(name);
	(void)snprintf(number, sizeof(number), "E%d", err);
	return str_from(number);
}

#define CAP(name) [CAP_##name] = "CAP_" #name

static const char *const cap_names[] = {
	CAP(CHOWN),
	CAP(DAC_OVERRIDE),
	CAP(DAC_READ_SEARCH),
	CAP(FOWNER),
	CAP(FSETID),
	CAP(KILL),
	CAP(SETGID),
	CAP(SETUID),
	CAP(SETPCAP),
	CAP(LINUX_IMMUTABLE),
	CAP(NET_BIND_SERVICE),
	CAP(NET_BROADCAST),
	CAP(NET_ADMIN),
	CAP(NET_RAW),
	CAP(IPC_LOCK),
	CAP(IPC_OWNER),
	CAP(SYS_MODULE),
	CAP(SYS_RAWIO),
	CAP(SYS_CHROOT),
	CAP(SYS_PTRACE),
	CAP(SYS_PACCT),
	CAP(SYS_ADMIN),
	CAP(SYS_BOOT),
	CAP(SYS_NICE),
	CAP(SYS_RESOURCE),
	CAP(SYS_TIME),
	CAP(SYS_TTY_CONFIG),
	CAP(MKNOD),
	CAP(LEASE),
	CAP(AUDIT_WRITE),
	CAP(AUDIT_CONTROL),
	CAP(SETFCAP),
	CAP(MAC_OVERRIDE),
	CAP(MAC_ADMIN),
	CAP(SYSLOG),
	CAP(WAKE_ALARM),
	CAP(BLOCK_SUSPEND),
	CAP(AUDIT_READ),
	CAP(PERFMON),
	CAP(BPF),
	CAP(CHECKPOINT_RESTORE),
};

/* Appends to a buffer that is large enough for all names that there are; still bounded. */
static void append(char *buf, size_t size, size_t *len, const char *s)
{
	size_t n = strlen(s);

	if (n >= size - *len)
		return;
	memcpy(buf + *len, s, n + 1);
	*len += n;
}

struct str names_capabilities(uint64_t mask)
{
	/* 64 names and blanks; the longest name is CAP_CHECKPOINT_RESTORE. */
	static _Thread_local char buf[64 * sizeof("CAP_CHECKPOINT_RESTORE")];
	static _Thread_local uint64_t last;
	static _Thread_local size_t len;
	char number[16];

	if (mask == last)
		return (struct str){buf, (uint32_t)len, (uint32_t)len};
	len = 0;
	for (unsigned i = 0; i < 64; i++) {
		if (!(mask >> i & 1))
			continue;
		if (len > 0)
			append(buf, sizeof(buf), &len, " ");
		if (i < ARRAY_SIZE(cap_names)) {
			append(buf, sizeof(buf), &len, cap_names[i]);
		} else {
			/* Of a kernel newer than this program. */
			(void)snprintf(number, sizeof(number), "CAP_%u", i);
			append(buf, sizeof(buf), &len, number);
		}
	}
	last = mask;
	return (struct str){buf, (uint32_t)len, (uint32_t)len};
}

struct flag {
	uint32_t bits;
	const char *name;
};

/*
 * Those with several bits stand before those that they contain. O_LARGEFILE is left out: the
 * kernel sets it on every open of a 64-bit process.
 */
static const struct flag open_flags[] = {
	{O_CREAT, "|O_CREAT"},	     {O_EXCL, "|O_EXCL"},	{O_NOCTTY, "|O_NOCTTY"},
	{O_TRUNC, "|O_TRUNC"},	     {O_APPEND, "|O_APPEND"},	{O_NONBLOCK, "|O_NONBLOCK"},
	{O_SYNC, "|O_SYNC"},	     {O_DSYNC, "|O_DSYNC"},	{O_ASYNC, "|O_ASYNC"},
	{O_DIRECT, "|O_DIRECT"},     {O_TMPFILE, "|O_TMPFILE"}, {O_DIRECTORY, "|O_DIRECTORY"},
	{O_NOFOLLOW, "|O_NOFOLLOW"}, {O_NOATIME, "|O_NOATIME"}, {O_CLOEXEC, "|O_CLOEXEC"},
	{O_PATH, "|O_PATH"},
};

struct str names_open_flags(uint32_t flags)
{
	static const char *const modes[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"};
	static _Thread_local char buf[256];
	static _Thread_local uint32_t last;
	static _Thread_local size_t len; /* never 0 once filled */

	if (len > 0 && flags == last)
		return (struct str){buf, (uint32_t)len, (uint32_t)len};
	len = 0;
	last = flags;
	append(buf, sizeof(buf), &len, modes[flags & O_ACCMODE]);
	for (size_t i = 0; i < ARRAY_SIZE(open_flags); i++) {
		if ((flags & open_flags[i].bits) != open_flags[i].bits)
			continue;
		append(buf, sizeof(buf), &len, open_flags[i].name);
		flags &= ~open_flags[i].bits;
	}
	return (struct str){buf, (uint32_t)len, (uint32_t)len};
}
