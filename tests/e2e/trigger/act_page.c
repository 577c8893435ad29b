/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passes a path that lies in a mapped file, across a page border, on pages that were never touched;
 * with "dropped" a second thread takes them away again all the time.
 */
#include "truth.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

static const char usage[] = "act_page kept|dropped open|denied|rename|exec PATH [N]\n"
			    "denied: as uid 1000 in the file system, the effective one being 0";

static atomic_bool over;
static size_t page;
static char *pages;

static void need(long ret, const char *what)
{
	if (ret < 0)
		truth_die(what);
}

/* The path begins on the first page and ends on the second. */
static char *place(const char *path)
{
	size_t n = strlen(path) + 1, at = page - n / 2;
	int fd = open("/tmp/act-pages", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	need(fd, "/tmp/act-pages");
	need(unlink("/tmp/act-pages"), "unlink"); /* (overlays have no O_TMPFILE before 6.3) */
	need(ftruncate(fd, 2 * (off_t)page), "ftruncate");
	if (pwrite(fd, path, n, (off_t)at) != (ssize_t)n)
		truth_die("pwrite");
	need(fsync(fd), "fsync");
	need(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), "fadvise");
	pages = mmap(NULL, 2 * page, PROT_READ, MAP_PRIVATE, fd, 0);
	if (pages == MAP_FAILED)
		truth_die("mmap");
	(void)close(fd);
	return pages + at;
}

static void *drop(void *arg)
{
	(void)arg;
	while (!atomic_load(&over))
		(void)madvise(pages, 2 * page, MADV_DONTNEED);
	return NULL;
}

static long act(const char *how, const char *path)
{
	char *argv[] = {(char *)path, NULL};

	if (!strcmp(how, "rename"))
		return syscall(SYS_renameat2, AT_FDCWD, "/tmp/act-page", AT_FDCWD, path, 0);
	if (!strcmp(how, "exec"))
		return execv(path, argv);
	return syscall(SYS_openat, AT_FDCWD, path, O_WRONLY, 0);
}

int main(int argc, char **argv)
{
	long n, done = 0, ret = -1;
	pthread_t thread;
	char *path;

	if (argc < 4)
		truth_usage(usage);
	n = argc > 4 ? strtol(argv[4], NULL, 10) : 1;
	page = (size_t)sysconf(_SC_PAGESIZE);
	path = place(argv[3]);
	if (!strcmp(argv[1], "dropped") && pthread_create(&thread, NULL, drop, NULL))
		truth_die("thread");
	for (long i = 0; i < n; i++) {
		if (!strcmp(argv[2], "rename")) {
			int fd = creat("/tmp/act-page", 0644);

			need(fd, "/tmp/act-page");
			(void)close(fd);
		}
		if (!strcmp(argv[2], "denied"))
			setfsuid(1000);
		ret = act(argv[2], path);
		if (!strcmp(argv[2], "denied") ? ret < 0 && errno == EACCES : ret >= 0)
			done++;
		if (!strcmp(argv[2], "open") && ret >= 0)
			(void)close((int)ret);
	}
	atomic_store(&over, true);
	truth_begin("page");
	truth_int("done", done);
	truth_end();
	return 0;
}
