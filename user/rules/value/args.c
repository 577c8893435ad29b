// SPDX-License-Identifier: Apache-2.0
/*
 * evt.arg[N] and evt.args: the arguments of an event in the order in which Falco counts them at the
 * call's return (facts from the table of events of its libs). socket is the exception, as it is in
 * rules that exist: its arguments are those of the call. What is not known keeps its place.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/value/internal.h"

#define ARGS_NAME_MAX 32
#define ARGS_TEXT_MAX 8192

/*
 * The names; behind a '=' the number of the call's argument that it is, counted from 1, with a d
 * before that when it is a descriptor of a directory. Others are looked up by name.
 */
static const struct {
	uint32_t call;
	const char *names;
} calls[] = {
	{WIRE_CALL_OPEN, "fd name flags mode dev ino"},
	{WIRE_CALL_CREAT, "fd name mode dev ino creat_flags"},
	{WIRE_CALL_OPENAT, "fd dirfd name flags mode dev ino"},
	{WIRE_CALL_OPENAT2, "fd dirfd name flags mode resolve dev ino"},
	{WIRE_CALL_OPEN_BY_HANDLE_AT, "fd mountfd flags path dev ino"},
	{WIRE_CALL_MMAP, "res vm_size vm_rss vm_swap addr length prot flags fd offset"},
	{WIRE_CALL_SETUID, "res uid"},
	{WIRE_CALL_SETREUID, "res ruid euid"},
	{WIRE_CALL_SETRESUID, "res ruid euid suid"},
	{WIRE_CALL_SETGID, "res gid"},
	{WIRE_CALL_CONNECT, "res tuple fd addr"},
	{WIRE_CALL_BIND, "res addr fd"},
	{WIRE_CALL_LISTEN, "res fd backlog"},
	{WIRE_CALL_ACCEPT, "fd tuple queuepct queuelen queuemax"},
	{WIRE_CALL_ACCEPT4, "fd tuple queuepct queuelen queuemax flags"},
	{WIRE_CALL_SENDTO, "res data fd size tuple"},
	{WIRE_CALL_SENDMSG, "res data fd size tuple"},
	{WIRE_CALL_SOCKET, "domain type proto"},
	{WIRE_CALL_DUP, "res oldfd"},
	{WIRE_CALL_DUP2, "res oldfd newfd"},
	{WIRE_CALL_DUP3, "res oldfd newfd flags"},
	{WIRE_CALL_RENAME, "res oldpath newpath"},
	{WIRE_CALL_RENAMEAT, "res olddirfd=d1 oldpath newdirfd=d3 newpath"},
	{WIRE_CALL_RENAMEAT2, "res olddirfd=d1 oldpath newdirfd=d3 newpath flags"},
	{WIRE_CALL_LINK, "res oldpath newpath"},
	{WIRE_CALL_LINKAT, "res olddir=d1 oldpath newdir=d3 newpath flags"},
	{WIRE_CALL_SYMLINK, "res target linkpath"},
	{WIRE_CALL_SYMLINKAT, "res target linkdirfd=d2 linkpath"},
	{WIRE_CALL_UNLINK, "res path"},
	{WIRE_CALL_UNLINKAT, "res dirfd=d1 name flags"},
	{WIRE_CALL_RMDIR, "res path"},
	{WIRE_CALL_CHMOD, "res filename mode"},
	{WIRE_CALL_FCHMOD, "res fd mode"},
	{WIRE_CALL_FCHMODAT, "res dirfd=d1 filename mode"},
	{WIRE_CALL_CHOWN, "res path uid=2 gid=3"},
	{WIRE_CALL_FCHOWN, "res fd uid=2 gid=3"},
	{WIRE_CALL_LCHOWN, "res path uid=2 gid=3"},
	{WIRE_CALL_FCHOWNAT, "res dirfd=d1 pathname uid=3 gid=4 flags"},
	{WIRE_CALL_MKNOD, "res path mode dev=3"},
	{WIRE_CALL_MKNODAT, "res dirfd=d1 path mode dev=4"},
	{WIRE_CALL_MOUNT, "res dev dir type flags"},
	{WIRE_CALL_UMOUNT, "res name"},
	{WIRE_CALL_UMOUNT2, "res name flags"},
	{WIRE_CALL_CHROOT, "res path"},
	{WIRE_CALL_SETNS, "res fd nstype"},
	{WIRE_CALL_UNSHARE, "res flags"},
	{WIRE_CALL_PTRACE, "res addr data request pid=2"},
	{WIRE_CALL_INIT_MODULE, "res img length=2 uargs"},
	{WIRE_CALL_FINIT_MODULE, "res fd uargs flags"},
	{WIRE_CALL_DELETE_MODULE, "res name flags"},
	{WIRE_CALL_BPF, "fd cmd"},
	{WIRE_CALL_PROCESS_VM_WRITEV, "res pid=1 data"},
	{WIRE_CALL_USERFAULTFD, "res flags"},
	{WIRE_CALL_IO_URING_SETUP, "res entries=1 sq_entries cq_entries flags sq_thread_cpu "
				   "sq_thread_idle features"},
	{WIRE_CALL_MKDIR, "res path mode"},
	{WIRE_CALL_MKDIRAT, "res dirfd=d1 path mode"},
	{WIRE_CALL_MEMFD_CREATE, "fd name flags"},
	{WIRE_CALL_PROCESS_VM_READV, "res pid=1 data"},
	{WIRE_CALL_PIDFD_GETFD, "fd pid_fd=1 target_fd=2 flags=3"},
	{WIRE_CALL_FSCONFIG, "res fd=1 cmd=2 key value_bytebuf value_charbuf aux=5"},
	{WIRE_CALL_IOCTL, "res fd request argument=3"},
	{WIRE_CALL_CAPSET, "res cap_inheritable cap_permitted cap_effective"},
};

/* Of an exec, and of an exit. */
static const char exec_names[] =
	"res exe args tid pid ptid cwd fdlimit pgft_maj pgft_min vm_size vm_rss vm_swap comm cgroups env "
	"tty vpgid loginuid flags cap_inheritable cap_permitted cap_effective exe_ino exe_ino_ctime "
	"exe_ino_mtime uid trusted_exepath pgid gid filename";
static const char exit_names[] = "status ret sig core reaper_tid";

/* Those that are not evt.arg.NAME. */
static const struct {
	const char *name;
	unsigned kinds; /* of event */
	enum field_id id;
} aliases[] = {
	{"exe", FIELD_EXEC, F_PROC_EXE},
	{"args", FIELD_EXEC, F_PROC_ARGS},
	{"tid", FIELD_EXEC, F_TID},
	{"pid", FIELD_EXEC, F_PROC_PID},
	{"ptid", FIELD_EXEC, F_PROC_PPID},
	{"cwd", FIELD_EXEC, F_PROC_CWD},
	{"comm", FIELD_EXEC, F_PROC_NAME},
	{"loginuid", FIELD_EXEC, F_USER_LOGINUID},
	{"exe_ino", FIELD_EXEC, F_PROC_EXE_INO},
	{"exe_ino_ctime", FIELD_EXEC, F_PROC_EXE_CTIME},
	{"exe_ino_mtime", FIELD_EXEC, F_PROC_EXE_MTIME},
	{"uid", FIELD_EXEC, F_USER_UID},
	{"gid", FIELD_EXEC | FIELD_SETID, F_GROUP_GID},
	{"trusted_exepath", FIELD_EXEC, F_PROC_EXEPATH},
	{"filename", FIELD_EXEC, F_EXEC_FILENAME},
	{"cap_inheritable", FIELD_EXEC | FIELD_SYSCALL, F_THREAD_CAP_INHERITABLE},
	{"cap_permitted", FIELD_EXEC | FIELD_SYSCALL, F_THREAD_CAP_PERMITTED},
	{"cap_effective", FIELD_EXEC | FIELD_SYSCALL, F_CAP_EFFECTIVE},
	{"dev", FIELD_OPEN, F_FD_DEV},
	{"ino", FIELD_OPEN, F_FD_INO},
	{"path", FIELD_OPEN, F_FD_NAME},
	{"tuple", FIELD_NET, F_FD_NAME},
	{"ret", FIELD_EXIT, F_EXIT_CODE},
	{"sig", FIELD_EXIT, F_EXIT_SIGNAL},
};

static const char *names_of(const struct event *e)
{
	uint32_t call = WIRE_CALL_NONE;

	switch (e->kind) {
	case EVENT_EXEC:
		return exec_names;
	case EVENT_EXIT:
		return exit_names;
	case EVENT_OPEN:
		call = e->open.call;
		break;
	case EVENT_SETID:
		call = e->setid.call;
		break;
	case EVENT_CONNECT:
		call = WIRE_CALL_CONNECT;
		break;
	case EVENT_NET:
		call = e->net.call;
		break;
	case EVENT_SYSCALL:
		call = e->sys.call;
		break;
	default:
		break;
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].call == call)
			return calls[i].names;
	return "";
}

static size_t word_len(const char *names)
{
	return strcspn(names, " ");
}

static const char *next_word(const char *names)
{
	names += word_len(names);
	return names + strspn(names, " ");
}

/* "uid=2", "dirfd=d1": as it was passed. */
static bool set_passed(struct value *v, const struct event *e, const char *spec,
		       struct value_scratch *scratch)
{
	bool dir = *spec == 'd';
	int32_t n = (int32_t)event_call_arg(&e->sys, (unsigned)strtoul(spec + dir, NULL, 10));
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	if (e->kind != EVENT_SYSCALL)
		return set_missing(v);
	if (dir && n == AT_FDCWD)
		return set_str(v, STR_LIT("AT_FDCWD"));
	return set_str(v, scratch_copy(scratch, text, (size_t)len));
}

static enum field_id field_of(const struct event *e, const char *name, size_t len)
{
	char full[ARGS_NAME_MAX + 8];

	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strlen(aliases[i].name) == len && memcmp(aliases[i].name, name, len) == 0 &&
		    aliases[i].kinds >> e->kind & 1)
			return aliases[i].id;
	if (e->kind == EVENT_NET && e->net.call == WIRE_CALL_BIND && len == 4 &&
	    memcmp(name, "addr", 4) == 0)
		return F_FD_NAME;
	len = (size_t)snprintf(full, sizeof(full), "evt.arg.%.*s", (int)len, name);
	return field_lookup(full, len);
}

/* As text, whatever it is. */
static bool set_text(struct value *v, struct value_scratch *scratch)
{
	char text[24];
	int n;

	if (v->type == VALUE_NUMBER) {
		n = snprintf(text, sizeof(text), "%lld", (long long)v->n);
		return set_str(v, scratch_copy(scratch, text, (size_t)n));
	}
	if (v->type != VALUE_STRING)
		return set_missing(v);
	return true;
}

/* The argument whose name, and where it is, begins at word. */
static bool set_word(struct value *v, const struct event *e, const char *word,
		     struct value_scratch *scratch)
{
	size_t len = word_len(word);
	const char *passed = memchr(word, '=', len);
	struct field_use use = {.id = F_RULE_END};

	if (passed)
		return set_passed(v, e, passed + 1, scratch);
	use.id = field_of(e, word, len);
	if (use.id == F_RULE_END)
		return set_missing(v);
	value_of(v, e, &use, scratch);
	return set_text(v, scratch);
}

static bool set_nth(struct value *v, const struct event *e, uint32_t n,
		    struct value_scratch *scratch)
{
	const char *word = names_of(e);

	while (*word && n-- > 0)
		word = next_word(word);
	return *word ? set_word(v, e, word, scratch) : set_missing(v);
}

static size_t append(char *to, size_t len, const char *p, size_t n)
{
	if (n > ARGS_TEXT_MAX - len)
		n = ARGS_TEXT_MAX - len;
	memcpy(to + len, p, n);
	return len + n;
}

/* "name=value name=value" of those that are known. */
static bool set_all(struct value *v, const struct event *e, struct value_scratch *scratch)
{
	char *to = scratch_take(scratch, ARGS_TEXT_MAX);
	size_t len = 0, used = scratch->used;

	if (!to)
		return set_missing(v);
	for (const char *word = names_of(e); *word; word = next_word(word)) {
		struct value one = {.type = VALUE_MISSING};
		size_t name = strcspn(word, " =");

		scratch->used = used;
		set_word(&one, e, word, scratch);
		if (one.type != VALUE_STRING)
			continue;
		if (len > 0)
			len = append(to, len, " ", 1);
		len = append(to, len, word, name);
		len = append(to, len, "=", 1);
		len = append(to, len, one.s.p, one.s.len);
	}
	scratch->used = used - (ARGS_TEXT_MAX - len);
	return set_str(v, (struct str){to, (uint32_t)len, (uint32_t)len});
}

/* What opens, socket and accept gave, and what other calls were passed. */
static bool set_fd(struct value *v, const struct event *e)
{
	const struct event_call *row;

	switch (e->kind) {
	case EVENT_OPEN:
		return set_num_if(v, !e->open.no_fd, e->ret);
	case EVENT_NET:
		if (event_net_dup(&e->net))
			return set_num(v, e->net.oldfd);
		return set_num_if(v,
				  e->net.call == WIRE_CALL_ACCEPT ||
					  e->net.call == WIRE_CALL_ACCEPT4 ||
					  e->net.call == WIRE_CALL_SOCKET,
				  e->ret);
	case EVENT_SYSCALL:
		row = event_call(e->sys.call);
		if (e->sys.call == WIRE_CALL_BPF || e->sys.call == WIRE_CALL_MEMFD_CREATE ||
		    e->sys.call == WIRE_CALL_PIDFD_GETFD)
			return set_num(v, e->ret);
		if (e->sys.call == WIRE_CALL_SETNS)
			return set_num(v, (int32_t)e->sys.args[0]);
		return set_num_if(v, row && row->fd,
				  (int32_t)event_call_arg(&e->sys, row ? row->fd : 0));
	default:
		return set_missing(v);
	}
}

bool value_of_args(struct value *v, const struct event *e, const struct field_use *use,
		   struct value_scratch *scratch)
{
	switch (use->id) {
	case F_ARG:
		return set_nth(v, e, use->index, scratch);
	case F_ARGS:
	case F_INFO:
		return set_all(v, e, scratch);
	case F_ARG_FD:
		return set_fd(v, e);
	default:
		return false;
	}
}
