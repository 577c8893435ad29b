/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/options.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "cmd/cmd.h"

#define WORD_MAX    NEAREST_WORD_MAX
#define OPTIONS_MAX 64

const char *options_nearest(const char *word, const char *const *candidates)
{
	return nearest_of(word, candidates);
}

static bool matches(const char *const *names, const char *word, size_t len)
{
	for (; *names; names++)
		if (strncmp(*names, word, len) == 0)
			return true; /* whole, or the beginning of one: getopt takes that */
	return false;
}

/* The names of long options, those of children too; nothing is said of what has no room. */
static size_t collect(const struct argp *argp, const char **names, size_t n)
{
	for (const struct argp_option *o = argp->options;
	     o && (o->name || o->key || o->doc) && n < OPTIONS_MAX; o++)
		if (o->name)
			names[n++] = o->name;
	for (const struct argp_child *c = argp->children; c && c->argp; c++)
		n = collect(c->argp, names, n);
	return n;
}

/* Long options that getopt will not know: say which one was probably meant. */
static void check_long(const char *name, const struct argp *argp, int argc, char **argv)
{
	const char *names[OPTIONS_MAX + 4] = {"help", "usage", "version"};
	int i;

	(void)collect(argp, names, 3);
	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const char *word = argv[i] + 2;
		size_t len;
		char key[WORD_MAX + 1];
		const char *near;

		if (strncmp(argv[i], "--", 2) != 0)
			continue;
		len = strcspn(word, "=");
		if (len > WORD_MAX || matches(names, word, len))
			continue;
		memcpy(key, word, len);
		key[len] = '\0';
		near = options_nearest(key, names);
		fprintf(stderr, "rootwatch: there is no option --%s", key);
		if (near)
			fprintf(stderr, "; did you mean --%s?", near);
		fprintf(stderr, "\nTry `%s --help'.\n", name);
		exit(EXIT_CODE_USAGE);
	}
}

/* Many try it; argp's own short form is -?. (No command has another -h.) */
static void take_h(int argc, char **argv)
{
	static char help[] = "--help";

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "-h") == 0)
			argv[i] = help;
}

int options_parse(const char *name, const struct argp *argp, int argc, char **argv, void *input)
{
	char title[WORD_MAX];

	snprintf(title, sizeof(title), "%s", name);
	argp_err_exit_status = EXIT_CODE_USAGE;
	take_h(argc, argv);
	check_long(name, argp, argc, argv);
	argv[0] = title; /* argp names the program by it */
	return argp_parse(argp, argc, argv, 0, NULL, input);
}

bool options_color(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && (!no || !*no) && (!term || strcmp(term, "dumb") != 0);
}

int options_seconds(const char *text, unsigned int *seconds)
{
	unsigned long v, unit = 1;
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	v = strtoul(text, &end, 10);
	if (*end == 'm')
		unit = 60;
	else if (*end == 'h')
		unit = 3600;
	if (*end == 's' || *end == 'm' || *end == 'h')
		end++;
	if (errno || *end || v == 0 || v > INT_MAX / 1000 / unit)
		return -EINVAL;
	*seconds = (unsigned int)(v * unit);
	return 0;
}
