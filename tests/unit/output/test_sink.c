// SPDX-License-Identifier: Apache-2.0
/* The sink, to a file: every line arrives whole and in order, or the reason is given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/lines.h"
#include "output/output.h"

static char dir[] = "/tmp/rootwatch-sink-XXXXXX";
static char path[64], other[64];

static int setup(void **state)
{
	(void)state;
	memset(dir + sizeof(dir) - 7, 'X', 6);
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/out", dir);
	(void)snprintf(other, sizeof(other), "%s/other", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(other);
	return rmdir(dir);
}

static void write_lines(struct sink *s, unsigned n)
{
	char line[LINE_SIZE];

	for (unsigned i = 0; i < n; i++) {
		int err = 1;
		char *room = i % 3 ? sink_room(s, &err) : line;
		size_t len;

		assert_non_null(room);
		len = lines_make(room, i);
		if (room == line) {
			err = sink_write(s, line, len);
		} else {
			/* A caller may use all of it. */
			memset(room + len, '!', OUTPUT_LINE_MAX - len);
			sink_add(s, len);
		}
		assert_int_equal(err, 0);
	}
}

static char *read_file(const char *name, size_t *size)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *data;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	data = malloc((size_t)st.st_size + 1);
	assert_non_null(data);
	assert_int_equal(read(fd, data, (size_t)st.st_size), st.st_size);
	(void)close(fd);
	*size = (size_t)st.st_size;
	return data;
}

static void a_file_gets_all_lines(void **state)
{
	struct sink *s;
	struct stat st;
	size_t size;
	char *data;

	(void)state;
	assert_int_equal(sink_open(&s, path), 0);
	write_lines(s, LINES_MANY);
	assert_int_equal(sink_close(s), 0);
	data = read_file(path, &size);
	lines_check(data, size, LINES_MANY);
	free(data);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void a_file_is_appended_to(void **state)
{
	struct sink *s;
	size_t size;
	char *data;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sink_open(&s, path), 0);
		assert_int_equal(sink_write(s, "x\n", 2), 0);
		assert_int_equal(sink_close(s), 0);
	}
	data = read_file(path, &size);
	assert_int_equal(size, 4);
	assert_memory_equal(data, "x\nx\n", 4);
	free(data);
}

/* What ended in the middle of a line spoils no other one, of the same file or of one found in its
 * place. */
static void half_a_line_is_ended(void **state)
{
	static const char want[] = "{\"half\nx\n";
	struct sink *s;
	size_t size;
	char *data;

	(void)state;
	for (int i = 0; i < 2; i++) {
		const char *name = i ? other : path;
		int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		assert_int_equal(write(fd, want, 6), 6);
		(void)close(fd);
		if (i == 0)
			assert_int_equal(sink_open(&s, name), 0);
		else
			assert_int_equal(sink_reopen(s, name), 0);
		assert_int_equal(sink_write(s, "x\n", 2), 0);
	}
	assert_int_equal(sink_close(s), 0);
	for (int i = 0; i < 2; i++) {
		data = read_file(i ? other : path, &size);
		assert_int_equal(size, sizeof(want) - 1);
		assert_memory_equal(data, want, size);
		free(data);
	}
}

/* Each line is whole in one of the two; what cannot be opened changes nothing. */
static void a_renamed_file(void **state)
{
	struct sink *s;
	struct stat st;
	size_t size, more;
	char *data;

	(void)state;
	assert_int_equal(sink_open(&s, path), 0);
	assert_int_equal(sink_write(s, "one\n", 4), 0);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(sink_reopen(s, "/nonexistent/x"), -ENOENT);
	assert_int_equal(sink_write(s, "two\n", 4), 0);
	assert_int_equal(sink_reopen(s, path), 0);
	assert_int_equal(sink_write(s, "three\n", 6), 0);
	assert_int_equal(sink_close(s), 0);
	data = read_file(other, &size);
	assert_int_equal(size, 8);
	assert_memory_equal(data, "one\ntwo\n", 8);
	free(data);
	data = read_file(path, &more);
	assert_int_equal(more, 6);
	assert_memory_equal(data, "three\n", 6);
	free(data);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

int __real_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);

/* A file that passes for a disk: to have a real one takes root. */
static bool disk;

int __wrap_fstat(int fd, struct stat *st)
{
	int err = __real_fstat(fd, st);

	if (disk)
		st->st_mode = (st->st_mode & ~(mode_t)S_IFMT) | S_IFBLK;
	return err;
}

/* LINK: -Wl,--wrap=fstat */
static void a_disk_is_not_written_to(void **state)
{
	struct sink *s = NULL;

	(void)state;
	disk = true;
	assert_int_equal(sink_open(&s, path), -EOPNOTSUPP);
	assert_null(s);
	disk = false;
	assert_int_equal(sink_open(&s, path), 0);
	disk = true;
	assert_int_equal(sink_reopen(s, path), -EOPNOTSUPP);
	disk = false;
	assert_int_equal(sink_close(s), 0);
}

/* Its reader is waited for by who can be told to stop. */
static void a_fifo_that_nobody_reads(void **state)
{
	struct sink *s = NULL;
	int reader;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(sink_open(&s, path), -ENXIO);
	assert_null(s);
	reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(reader >= 0);
	assert_int_equal(sink_open(&s, path), 0);
	assert_int_equal(sink_close(s), 0);
	(void)close(reader);
}

/* A FIFO in the file's place that nobody reads. */
static void a_fifo_in_its_place(void **state)
{
	struct sink *s;

	(void)state;
	assert_int_equal(sink_open(&s, other), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(sink_reopen(s, path), -ENXIO);
	assert_int_equal(sink_write(s, "x\n", 2), 0);
	assert_int_equal(sink_close(s), 0);
}

/* Nothing before the flush, all after it; only whole lines before. */
static void lines_wait_for_the_flush(void **state)
{
	struct sink *s;
	struct stat st;

	(void)state;
	assert_int_equal(sink_open(&s, path), 0);
	assert_int_equal(sink_write(s, "one\n", 4), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(sink_flush(s), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 4);
	write_lines(s, 1000);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size > 4);
	{
		size_t size;
		char *data = read_file(path, &size);

		assert_int_equal(data[size - 1], '\n');
		free(data);
	}
	assert_int_equal(sink_close(s), 0);
}

static void what_cannot_be_opened(void **state)
{
	struct sink *s = NULL;
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(sink_open(&s, dir), -EISDIR);
	assert_int_equal(sink_open(&s, "/nonexistent/x"), -ENOENT);
	/* A link as last component is refused, and what it leads to is untouched. */
	fd = open(other, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(sink_open(&s, path), -ELOOP);
	assert_int_equal(stat(other, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_null(s);
}

static void a_full_device_is_an_error(void **state)
{
	struct sink *s;

	(void)state;
	assert_int_equal(sink_open(&s, "/dev/full"), 0);
	assert_int_equal(sink_write(s, "x\n", 2), 0);
	assert_int_equal(sink_flush(s), -ENOSPC);
	assert_int_equal(sink_close(s), -ENOSPC);
}

static void too_long_a_line(void **state)
{
	struct sink *s;
	char *big = calloc(1, 1 << 20);

	(void)state;
	assert_non_null(big);
	assert_int_equal(sink_open(&s, path), 0);
	assert_int_equal(sink_write(s, big, 1 << 20), -EMSGSIZE);
	assert_int_equal(sink_close(s), -EMSGSIZE);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_gets_all_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_is_appended_to, setup, teardown),
		cmocka_unit_test_setup_teardown(half_a_line_is_ended, setup, teardown),
		cmocka_unit_test_setup_teardown(a_renamed_file, setup, teardown),
		cmocka_unit_test_setup_teardown(a_disk_is_not_written_to, setup, teardown),
		cmocka_unit_test_setup_teardown(a_fifo_that_nobody_reads, setup, teardown),
		cmocka_unit_test_setup_teardown(a_fifo_in_its_place, setup, teardown),
		cmocka_unit_test_setup_teardown(lines_wait_for_the_flush, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_opened, setup, teardown),
		cmocka_unit_test(a_full_device_is_an_error),
		cmocka_unit_test_setup_teardown(too_long_a_line, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
