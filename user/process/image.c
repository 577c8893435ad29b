// SPDX-License-Identifier: Apache-2.0
#include "process/internal.h"

#include <stdlib.h>

#define STRINGS 7

static void list_strings(struct process *p, struct str *s[static STRINGS])
{
	s[0] = &p->comm;
	s[1] = &p->exepath;
	s[2] = &p->sbpath;
	s[3] = &p->cmdline;
	s[4] = &p->cwd;
	s[5] = &p->tty;
	s[6] = &p->filename;
}

/* What two of the strings have in common is kept once: often paths are the same thrice. */
static const struct str *same(struct str *const s[static STRINGS], size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (str_eq(*s[j], *s[i]))
			return s[j];
	}
	return NULL;
}

struct image *image_new(struct process *p)
{
	struct str *s[STRINGS];
	struct image *image;
	size_t size = sizeof(*image);
	char *at;

	list_strings(p, s);
	for (size_t i = 0; i < STRINGS; i++) {
		if (s[i]->len > PROCESS_STRING_MAX)
			s[i]->len = PROCESS_STRING_MAX; /* full still says how many there were */
	}
	for (size_t i = 0; i < STRINGS; i++)
		size += same(s, i) ? 0 : s[i]->len + 1;
	image = malloc(size);
	if (!image) {
		for (size_t i = 0; i < STRINGS; i++)
			*s[i] = STR_LIT("");
		return NULL;
	}
	image->refs = 1;
	image->size = (uint32_t)size;
	at = image->bytes;
	for (size_t i = 0; i < STRINGS; i++) {
		const struct str *twin = same(s, i);

		if (twin) {
			s[i]->p = twin->p;
			continue;
		}
		if (s[i]->len > 0)
			memcpy(at, s[i]->p, s[i]->len);
		at[s[i]->len] = '\0';
		s[i]->p = at;
		at += s[i]->len + 1;
	}
	return image;
}

struct image *image_get(struct image *image)
{
	if (image)
		image->refs++;
	return image;
}

size_t image_put(struct image *image)
{
	size_t size;

	if (!image || --image->refs > 0)
		return 0;
	size = image->size;
	free(image);
	return size;
}

struct str process_cmdline(char *buf, struct str head, struct str tail, uint32_t full)
{
	static const char gap[] = " ... ";
	const uint32_t gap_len = sizeof(gap) - 1;
	uint32_t n;

	if (full <= head.len && head.len <= PROCESS_STRING_MAX) {
		if (head.len > 0 && head.p[head.len - 1] == '\0')
			head.len--;
		full = n = head.len;
		if (n > 0)
			memcpy(buf, head.p, n);
	} else {
		if (tail.len > 0 && tail.p[tail.len - 1] == '\0')
			tail.len--;
		if (tail.len > PROCESS_STRING_MAX / 2) {
			tail.p += tail.len - PROCESS_STRING_MAX / 2;
			tail.len = PROCESS_STRING_MAX / 2;
		}
		n = PROCESS_STRING_MAX - gap_len - tail.len;
		if (n > head.len)
			n = head.len;
		if (n > 0)
			memcpy(buf, head.p, n);
		memcpy(buf + n, gap, gap_len);
		n += gap_len;
		if (tail.len > 0)
			memcpy(buf + n, tail.p, tail.len);
		n += tail.len;
		if (full <= n)
			full = n + 1; /* it was cut, whatever the length says */
	}
	for (uint32_t i = 0; i < n; i++) {
		if (buf[i] == '\0')
			buf[i] = ' ';
	}
	return (struct str){buf, n, full};
}

uint32_t process_argv0_len(struct str head)
{
	return head.len > 0 ? (uint32_t)strnlen(head.p, head.len) : 0;
}

struct str process_argv0(const struct process *p)
{
	uint32_t n = p->argv0_len < p->cmdline.len ? p->argv0_len : p->cmdline.len;

	return (struct str){p->cmdline.p, n, n};
}

struct str process_arguments(const struct process *p)
{
	uint32_t from = process_argv0(p).len + 1; /* the blank, too */

	if (p->cmdline.len <= from)
		return STR_LIT("");
	return (struct str){p->cmdline.p + from, p->cmdline.len - from, p->cmdline.len - from};
}
