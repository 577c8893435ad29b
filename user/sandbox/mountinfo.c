// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/mountinfo.h"

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

int mountinfo_parse(struct mountinfo *m, char *line)
{
	char *field[5] = {0}, *rest[3] = {0}, *save = NULL;
	char *word = strtok_r(line, " \n", &save);
	size_t n = 0;

	for (; word && n < 5; word = strtok_r(NULL, " \n", &save))
		field[n++] = word;
	if (n < 5)
		return -EINVAL;
	/* Any number of optional fields, ended by a hyphen. */
	while (word && strcmp(word, "-") != 0)
		word = strtok_r(NULL, " \n", &save);
	if (!word)
		return -EINVAL;
	for (n = 0; n < 3; n++) {
		rest[n] = strtok_r(NULL, " \n", &save);
		if (!rest[n])
			return -EINVAL;
	}
	unescape(field[4]);
	m->point = field[4];
	m->fstype = rest[0];
	m->options = rest[2];
	return 0;
}

int mountinfo_each(FILE *f, int (*fn)(const struct mountinfo *m, void *arg), void *arg)
{
	struct mountinfo m;
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	while (err == 0 && getline(&line, &size, f) >= 0) {
		if (mountinfo_parse(&m, line) == 0)
			err = fn(&m, arg);
	}
	if (err == 0 && ferror(f))
		err = -EIO;
	free(line);
	return err;
}
