/* SPDX-License-Identifier: Apache-2.0 */
/* The ring, with an ordinary file in the place of the kernel's map: laid out the same way. */
#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "source/ring.h"

#define SIZE 4096u /* of the data */

static struct {
	struct ring *ring;
	unsigned long *consumer, *producer;
	char *data;
	size_t page;
	char seen[64][64];
	size_t lens[64];
	int n, fail_at;
} t;

static int setup(void **state)
{
	int fd = memfd_create("ring", MFD_CLOEXEC);
	char *p;

	(void)state;
	memset(&t, 0, sizeof(t));
	t.fail_at = -1;
	t.page = (size_t)sysconf(_SC_PAGESIZE);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)(2 * t.page + SIZE)), 0);
	p = mmap(NULL, 2 * t.page + SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(p != MAP_FAILED);
	t.consumer = (unsigned long *)(void *)p;
	t.producer = (unsigned long *)(void *)(p + t.page);
	t.data = p + 2 * t.page;
	assert_int_equal(ring_open(&t.ring, fd, SIZE), 0);
	close(fd);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ring_close(t.ring);
	munmap(t.consumer, 2 * t.page + SIZE);
	return 0;
}

/* What the kernel does: header, bytes (which may run over the end), the next multiple of 8. */
static void produce(const char *text, size_t len, uint32_t flags)
{
	unsigned long pos = *t.producer;
	uint32_t word = (uint32_t)len | flags;

	memcpy(t.data + pos % SIZE, &word, sizeof(word));
	for (size_t i = 0; i < len; i++)
		t.data[(pos + BPF_RINGBUF_HDR_SZ + i) % SIZE] = text[i];
	*t.producer = pos + (BPF_RINGBUF_HDR_SZ + len + 7) / 8 * 8;
}

static int take(void *arg, const void *data, size_t size)
{
	assert_ptr_equal(arg, &t);
	if (t.n == t.fail_at)
		return -EPIPE;
	assert_true(t.n < 64 && size <= sizeof(t.seen[0]));
	memcpy(t.seen[t.n], data, size);
	t.lens[t.n++] = size;
	return 0;
}

static void test_in_order(void **state)
{
	(void)state;
	assert_int_equal(ring_consume(t.ring, 100, take, &t), 0);
	produce("one", 3, 0);
	produce("eight...", 8, 0);
	produce("", 0, 0);
	assert_int_equal(ring_consume(t.ring, 100, take, &t), 3);
	assert_int_equal(t.lens[0], 3);
	assert_memory_equal(t.seen[0], "one", 3);
	assert_memory_equal(t.seen[1], "eight...", 8);
	assert_int_equal(t.lens[2], 0);
	assert_int_equal(*t.consumer, *t.producer);
}

/* Every place at which a record can run over the end, many times round. */
static void test_split(void **state)
{
	char text[64] = "";

	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t len = (size_t)round * 7 % sizeof(text);

		for (size_t i = 0; i < len; i++)
			text[i] = (char)('a' + (round + (int)i) % 26);
		produce(text, len, 0);
		t.n = 0;
		assert_int_equal(ring_consume(t.ring, 100, take, &t), 1);
		assert_int_equal(t.lens[0], len);
		assert_memory_equal(t.seen[0], text, len);
	}
	assert_true(*t.producer > 4 * SIZE);
}

static void test_busy_and_discarded(void **state)
{
	unsigned long at;
	uint32_t word = 4;

	(void)state;
	produce("gone", 4, BPF_RINGBUF_DISCARD_BIT);
	at = *t.producer;
	produce("late", 4, BPF_RINGBUF_BUSY_BIT);
	produce("next", 4, 0);
	assert_int_equal(ring_consume(t.ring, 100, take, &t), 0);
	assert_int_equal(*t.consumer, at);
	memcpy(t.data + at % SIZE, &word, sizeof(word));
	assert_int_equal(ring_consume(t.ring, 100, take, &t), 2);
	assert_memory_equal(t.seen[0], "late", 4);
	assert_memory_equal(t.seen[1], "next", 4);
}

static void test_at_most(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		produce("x", 1, 0);
	assert_int_equal(ring_consume(t.ring, 4, take, &t), 4);
	assert_int_equal(ring_consume(t.ring, 100, take, &t), 6);
}

/* The record that failed is not given again. */
static void test_failure(void **state)
{
	(void)state;
	produce("a", 1, 0);
	produce("b", 1, 0);
	produce("c", 1, 0);
	t.fail_at = 1;
	assert_int_equal(ring_consume(t.ring, 100, take, &t), -EPIPE);
	assert_int_equal(t.n, 1);
	t.fail_at = -1;
	assert_int_equal(ring_consume(t.ring, 100, take, &t), 1);
	assert_memory_equal(t.seen[1], "c", 1);
}

static void test_no_ring(void **state)
{
	struct ring *r = NULL;

	(void)state;
	assert_int_equal(ring_open(&r, -1, SIZE), -EBADF);
	assert_null(r);
	ring_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_split, setup, teardown),
		cmocka_unit_test_setup_teardown(test_busy_and_discarded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_at_most, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failure, setup, teardown),
		cmocka_unit_test(test_no_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
