/* SPDX-License-Identifier: Apache-2.0 */
/* rootwatch: what does root do inside containers? Here the command is chosen, nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/canary_acts.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/rules.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what; /* NULL: not for people */
};

static const struct command commands[] = {
	{"run", cmd_run, "stream what root does inside containers"},
	{"check", cmd_check, "say what works on this host, proven, and what to do about the rest"},
	{"demo", cmd_demo, "show the same attacks as root and as another user, side by side"},
	{"rules", cmd_rules, "check, list, explain and test the rules"},
	{"canary", cmd_canary, NULL},
};
#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	size_t i;

	fputs("Usage: rootwatch COMMAND [OPTION...]\n"
	      "See live what UID 0 does inside containers, and in which container.\n\n",
	      out);
	for (i = 0; i < N_COMMANDS; i++)
		if (commands[i].what)
			fprintf(out, "  %-15s %s\n", commands[i].name, commands[i].what);
	fputs("  help COMMAND    the options of a command\n"
	      "  help fields     every field of the JSON output and of rules\n"
	      "  --version       the version\n\n"
	      "Exit status: 0 ok, 1 error, 2 usage, 3 the kernel cannot, 4 not enough privilege.\n",
	      out);
}

static const struct command *find(const char *name)
{
	size_t i;

	for (i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int unknown(const char *word)
{
	const char *names[N_COMMANDS + 4] = {"help", "--help", "--version"};
	const char *near;
	size_t i, n = 3;

	for (i = 0; i < N_COMMANDS; i++)
		if (commands[i].what)
			names[n++] = commands[i].name;
	near = options_nearest(word, names);
	fprintf(stderr, "rootwatch: there is no command %s", word);
	if (near)
		fprintf(stderr, "; did you mean %s?", near);
	fputs("\nTry `rootwatch --help'.\n", stderr);
	return EXIT_CODE_USAGE;
}

/* words: a command and what belongs to it, as after `rootwatch', n of them. */
static int help(int n, char **words)
{
	const struct command *c;
	char option[] = "--help";
	char *argv[] = {words[0], option, NULL, NULL};

	if (n == 0) {
		print_help(stdout);
		return EXIT_CODE_OK;
	}
	if (n > (strcmp(words[0], "rules") == 0 ? 2 : 1)) {
		fprintf(stderr,
			"rootwatch help: '%s' is one word too many\nTry `rootwatch --help'.\n",
			words[n - 1]);
		return EXIT_CODE_USAGE;
	}
	if (strcmp(words[0], "fields") == 0) {
		(void)rules_fields_print(stdout);
		return EXIT_CODE_OK;
	}
	c = find(words[0]);
	if (!c || !c->what)
		return unknown(words[0]);
	if (n > 1) {
		argv[1] = words[1];
		argv[2] = option;
	}
	return c->run(n + 1, argv);
}

/*
 * What is opened first would get the number of a standard stream that is closed: messages would go
 * into the log, or lines into a map of the kernel's. Standard output is one then that cannot be
 * written to, so that this is said.
 */
static bool streams_open(void)
{
	static const int modes[] = {O_RDONLY, O_RDONLY, O_WRONLY};

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    (errno != EBADF || open("/dev/null", modes[fd]) != fd))
			return false;
	return true;
}

/* Who asked for help or a report that could not be written has not got it; argp ends by itself. */
static void stdout_end(void)
{
	if (fflush(stdout) || ferror(stdout)) {
		(void)fprintf(stderr, "rootwatch: cannot write to stdout: %s\n", strerror(errno));
		_exit(EXIT_CODE_ERROR);
	}
}

int main(int argc, char **argv)
{
	const struct command *c;

	if (!streams_open() || atexit(stdout_end))
		return EXIT_CODE_ERROR;
	if (argc < 2) {
		print_help(stderr);
		return EXIT_CODE_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("rootwatch " ROOTWATCH_VERSION);
		return EXIT_CODE_OK;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help(0, argv + 2);
	if (strcmp(argv[1], "help") == 0)
		return help(argc - 2, argv + 2);
	c = find(argv[1]);
	return c ? c->run(argc - 1, argv + 1) : unknown(argv[1]);
}
