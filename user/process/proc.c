// SPDX-License-Identifier: Apache-2.0
/*
 * A process that ran before its events were seen, from /proc (proc(5)). The folder /proc/<pid> is
 * opened once and everything read through it: should the process end and its pid be used again,
 * the reads fail instead of describing another process.
 *
 * What is read of a process lies in the kernel, but for cmdline: that is in the memory of the
 * process, whose lock a process can keep for as long as it likes (one thread reads /proc/self/mem
 * where a file system of its own is mapped that does not answer, another one waits for mmap). So
 * that is read by a helper.
 */
#include "process/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Reads at most cap bytes; how many, or -errno. */
static ssize_t read_file(int dir, const char *name, char *buf, size_t cap)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	size_t n = 0;
	ssize_t got = 0;

	if (fd < 0)
		return -errno;
	while (n < cap) {
		got = read(fd, buf + n, cap - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	got = got < 0 ? -errno : (ssize_t)n;
	close(fd);
	return got;
}

static struct str read_link(int dir, const char *name, char *buf, size_t cap)
{
	ssize_t n = readlinkat(dir, name, buf, cap);
	uint32_t len = n > 0 ? (uint32_t)n : 0;

	return (struct str){buf, len, len < cap ? len : len + 1};
}

/* Kernel's new_encode_dev: minor in bits 0-7 and 20-31, major in 8-19. Names as tty_name's. */
static struct str tty_name(char *buf, size_t cap, uint64_t dev)
{
	uint32_t major = (uint32_t)(dev >> 8) & 0xfff;
	uint32_t minor = (uint32_t)((dev & 0xff) | ((dev >> 12) & 0xfff00));

	buf[0] = '\0';
	if (major >= 136 && major <= 143) /* UNIX98_PTY_SLAVE_MAJOR */
		snprintf(buf, cap, "pts%u", ((major - 136) << 20) + minor);
	else if (major == 4 && minor < 64) /* TTY_MAJOR: virtual consoles */
		snprintf(buf, cap, "tty%u", minor);
	return str_from(buf);
}

static int cmdline_take(void *room)
{
	struct cmdline_file *f = room;

	f->dir = fcntl(f->dir, F_DUPFD_CLOEXEC, 0);
	return f->dir < 0 ? -errno : 0;
}

static int cmdline_run(void *room)
{
	struct cmdline_file *f = room;
	ssize_t n = read_file(f->dir, "cmdline", f->text, sizeof(f->text));

	close(f->dir);
	return (int)n;
}

/* As much as there is room for: how many bytes, or -errno. */
static int read_cmdline(int dir, struct helpers *helpers, uint32_t whose, struct cmdline_file *f)
{
	static const struct helpers_work work = {cmdline_take, cmdline_run, NULL};

	_Static_assert(sizeof(*f) <= HELPERS_ROOM, "a helper has room for it");
	f->dir = dir;
	return helpers_do(helpers, whose, &work, f, sizeof(f->dir), sizeof(*f));
}

struct stat_fields {
	struct str comm;
	uint64_t ppid, tty, ticks;
};

/* proc_pid_stat(5): "pid (comm) state ppid ..."; comm may hold blanks and parentheses. */
static bool parse_stat(char *text, struct stat_fields *f)
{
	enum { STATE = 3, PPID = 4, TTY = 7, STARTTIME = 22 };
	char *open = strchr(text, '('), *close = strrchr(text, ')');
	char *rest;
	char *word, *save = NULL;
	int field = STATE;

	if (!open || !close || close < open)
		return false;
	*close = '\0';
	f->comm = str_from(open + 1);
	rest = close + 1;
	for (word = strtok_r(rest, " ", &save); word; word = strtok_r(NULL, " ", &save), field++) {
		if (field == PPID)
			f->ppid = strtoull(word, NULL, 10);
		else if (field == TTY)
			f->tty = strtoull(word, NULL, 10);
		else if (field == STARTTIME) {
			f->ticks = strtoull(word, NULL, 10);
			return true;
		}
	}
	return false;
}

/* The kernel gives starttime in clock ticks, cut or rounded: one tick off is the same. */
static bool same_start(uint64_t ticks, uint64_t start)
{
	long hz = sysconf(_SC_CLK_TCK);
	uint64_t want = start / (1000000000u / (uint64_t)(hz > 0 ? hz : 100));

	return ticks + 1 >= want && ticks <= want + 1;
}

/* The link's text: " (deleted)" behind a name that is gone, "/memfd:" before one of memory. */
static void set_exe(struct process *p, struct str exe)
{
	static const char deleted[] = " (deleted)";

	if (str_ends(exe, deleted)) {
		exe.len -= sizeof(deleted) - 1;
		exe.full -= sizeof(deleted) - 1;
		p->exe_flags |= WIRE_FILE_DELETED;
	}
	if (str_starts(exe, "/memfd:")) {
		exe.p++;
		exe.len--;
		exe.full--;
		p->exe_flags |= WIRE_FILE_MEMFD;
	}
	p->exepath = p->filename = exe;
}

int proc_read(struct process *p, const char *root, uint32_t pid, uint64_t start,
	      struct helpers *helpers, uint32_t whose, struct proc_buffer *buf)
{
	struct process out = {.pid = pid, .start = start, .from_proc = true};
	struct stat_fields f = {.ppid = 0};
	struct str argv;
	char path[PROCESS_STRING_MAX];
	ssize_t n;
	int dir;

	snprintf(path, sizeof(path), "%s/%u", root, pid);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -ESRCH;
	n = read_file(dir, "stat", buf->stat, sizeof(buf->stat) - 1);
	buf->stat[n > 0 ? n : 0] = '\0';
	if (!parse_stat(buf->stat, &f) || !same_start(f.ticks, start)) {
		close(dir);
		return -ESRCH;
	}
	out.comm = f.comm;
	out.ppid = (uint32_t)f.ppid;
	out.tty = tty_name(buf->tty, sizeof(buf->tty), f.tty);
	set_exe(&out, read_link(dir, "exe", buf->exe, sizeof(buf->exe)));
	out.cwd = read_link(dir, "cwd", buf->cwd, sizeof(buf->cwd));
	n = read_cmdline(dir, helpers, whose, &buf->file);
	close(dir);

	argv = (struct str){buf->file.text, n > 0 ? (uint32_t)n : 0, 0};
	/* How long a longer one is, nobody says: one byte more than was read at least. */
	out.cmdline = process_cmdline(buf->cmdline, argv, STR_LIT(""),
				      n > PROCESS_STRING_MAX ? (uint32_t)n : 0);
	out.cmdline_full = out.cmdline.full;
	out.argv0_len = process_argv0_len(argv);
	*p = out;
	return 0;
}
