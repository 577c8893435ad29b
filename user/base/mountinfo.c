// SPDX-License-Identifier: Apache-2.0
#include "base/mountinfo.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What the kernel's dev_t has room for. */
#define MAJOR_MAX 0xfffu
#define MINOR_MAX 0xfffffu

static int is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* Space, tab, newline and backslash are written as a backslash and three octal digits. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && is_octal(s[1]) && is_octal(s[2]) && is_octal(s[3])) {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* The number before the character end; gives what follows, or NULL. */
static const char *number(uint32_t *value, const char *s, char end, uint32_t max)
{
	uint32_t v = 0;

	if (*s == end)
		return NULL;
	for (; *s != end; s++) {
		if (*s < '0' || *s > '9')
			return NULL;
		v = v * 10 + (uint32_t)(*s - '0');
		if (v > max)
			return NULL;
	}
	*value = v;
	return s + 1;
}

static int device(uint32_t *dev, const char *s)
{
	uint32_t major, minor;

	s = number(&major, s, ':', MAJOR_MAX);
	if (!s || !number(&minor, s, '\0', MINOR_MAX))
		return -EINVAL;
	*dev = major << 20 | minor;
	return 0;
}

int mountinfo_parse(struct mountinfo *m, char *line)
{
	char *field[5] = {0}, *rest[3] = {0};
	const char *word;
	uint32_t dev, id;
	size_t n;

	line[strcspn(line, "\n")] = '\0';
	/* One space between two fields: what is mounted may be the empty string. */
	for (n = 0; n < 5; n++) {
		field[n] = strsep(&line, " ");
		if (!field[n] || !*field[n])
			return -EINVAL;
	}
	/* Any number of optional fields, ended by a hyphen; before them the mount's options. */
	do {
		word = strsep(&line, " ");
		if (!word)
			return -EINVAL;
	} while (strcmp(word, "-") != 0);
	for (n = 0; n < 3; n++) {
		rest[n] = strsep(&line, " ");
		if (!rest[n])
			return -EINVAL;
	}
	if (!number(&id, field[0], '\0', UINT32_MAX / 10 - 1) || device(&dev, field[2]) < 0)
		return -EINVAL;
	unescape(field[3]);
	unescape(field[4]);
	m->id = id;
	m->dev = dev;
	m->root = field[3];
	m->point = field[4];
	m->fstype = rest[0];
	m->options = rest[2];
	return 0;
}

/*
 * The next line, without its newline, as much of it as fits. Gives 1, 0 at the end; a line with a
 * NUL in it is given as an empty one, which is malformed as well.
 */
static int next_line(FILE *f, char line[static MOUNTINFO_LINE_MAX])
{
	bool nul = false, any = false;
	size_t len = 0;
	int c;

	while ((c = getc_unlocked(f)) != EOF && c != '\n') {
		any = true;
		if (c == '\0')
			nul = true;
		if (len < MOUNTINFO_LINE_MAX - 1)
			line[len++] = (char)c;
	}
	line[nul ? 0 : len] = '\0';
	return any || c == '\n';
}

int mountinfo_each(FILE *f, int (*fn)(const struct mountinfo *m, void *arg), void *arg)
{
	char *line = malloc(MOUNTINFO_LINE_MAX);
	struct mountinfo m;
	int err = 0;

	if (!line)
		return -ENOMEM;
	while (err == 0 && next_line(f, line)) {
		if (mountinfo_parse(&m, line) == 0)
			err = fn(&m, arg);
	}
	if (err == 0 && ferror(f))
		err = -EIO;
	free(line);
	return err;
}
