/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a harmless file until it is known, then has a watched path lead there. */
#include "truth.h"

#include <linux/fs.h>
#include <pthread.h>
#include <stdatomic.h>

static const char usage[] =
	"act_known HOW WATCHED HARMLESS N\n"
	"N times: makes the file HARMLESS, opens it, and then\n"
	"rename: moves it to WATCHED; anew: removes it and makes WATCHED, where the kernel's memory\n"
	"of the other is free; folder: moves its folder to that of WATCHED; exchange: exchanges the\n"
	"two folders; race: a second thread has moved it to and fro while it was opened;\n"
	"and opens WATCHED, which it says how often. All but one open are without O_APPEND.";

#define OPENS 4 /* until it is known */
#define RACED 200

static const char *watched, *harmless;
static char watched_dir[4096], harmless_dir[4096];
static atomic_bool over;

static void need(int ret, const char *what)
{
	if (ret < 0)
		truth_die(what);
}

/* Not opened, so that this is no event. */
static void make(const char *path)
{
	need(mknod(path, S_IFREG | 0644, 0), path);
}

static void open_it(const char *path, int flags)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | flags, 0);

	need(fd, path);
	(void)close(fd);
}

static void learn(void)
{
	for (int i = 0; i < OPENS; i++)
		open_it(harmless, 0);
}

static void folder_of(char out[static 4096], const char *path)
{
	const char *end = strrchr(path, '/');

	if (!end || end - path >= 4096)
		truth_die("no folder");
	memcpy(out, path, (size_t)(end - path));
	out[end - path] = '\0';
}

static void by_rename(void)
{
	make(harmless);
	learn();
	need(rename(harmless, watched), "rename");
	open_it(watched, O_APPEND);
	need(unlink(watched), watched);
}

static void by_memory(void)
{
	make(harmless);
	learn();
	need(unlink(harmless), harmless);
	make(watched);
	open_it(watched, O_APPEND);
	need(unlink(watched), watched);
}

static void by_folder(void)
{
	need(mkdir(harmless_dir, 0755), harmless_dir);
	make(harmless);
	learn();
	need(rename(harmless_dir, watched_dir), "rename");
	open_it(watched, O_APPEND);
	need(unlink(watched), watched);
	need(rmdir(watched_dir), watched_dir);
}

static void by_exchange(void)
{
	need(mkdir(harmless_dir, 0755), harmless_dir);
	need(mkdir(watched_dir, 0755), watched_dir);
	make(harmless);
	make(watched);
	learn();
	need((int)syscall(SYS_renameat2, AT_FDCWD, harmless_dir, AT_FDCWD, watched_dir,
			  RENAME_EXCHANGE),
	     "exchange");
	open_it(watched, O_APPEND);
	learn();
	need(unlink(watched), watched);
	need(unlink(harmless), harmless);
	need(rmdir(watched_dir), watched_dir);
	need(rmdir(harmless_dir), harmless_dir);
}

static void *flip(void *arg)
{
	(void)arg;
	while (!atomic_load(&over)) {
		need(rename(harmless, watched), "there");
		need(rename(watched, harmless), "back");
	}
	return NULL;
}

/* What was walked as the one must not be known as the other. */
static void by_race(void)
{
	pthread_t thread;

	make(harmless);
	atomic_store(&over, false);
	if (pthread_create(&thread, NULL, flip, NULL))
		truth_die("thread");
	for (int i = 0; i < RACED; i++) {
		int fd = (int)syscall(SYS_openat, AT_FDCWD, harmless, O_WRONLY, 0);

		if (fd >= 0)
			(void)close(fd);
		fd = (int)syscall(SYS_openat, AT_FDCWD, watched, O_WRONLY, 0);
		if (fd >= 0)
			(void)close(fd);
	}
	atomic_store(&over, true);
	pthread_join(thread, NULL);
	need(rename(harmless, watched), "rename");
	open_it(watched, O_APPEND);
	need(unlink(watched), watched);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*act)(void);
	} ways[] = {
		{"rename", by_rename},	   {"anew", by_memory}, {"folder", by_folder},
		{"exchange", by_exchange}, {"race", by_race},
	};
	size_t way = 0;
	long n;

	if (argc != 5)
		truth_usage(usage);
	while (way < sizeof(ways) / sizeof(ways[0]) && strcmp(argv[1], ways[way].name) != 0)
		way++;
	if (way == sizeof(ways) / sizeof(ways[0]))
		truth_usage(usage);
	watched = argv[2];
	harmless = argv[3];
	folder_of(watched_dir, watched);
	folder_of(harmless_dir, harmless);
	n = strtol(argv[4], NULL, 10);
	truth_begin("known");
	for (long i = 0; i < n; i++)
		ways[way].act();
	truth_int("opened", n);
	truth_end();
	return 0;
}
