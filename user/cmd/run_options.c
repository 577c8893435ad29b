/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/run_options.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/tier.h"
#include "cmd/options.h"

enum {
	OPT_ALL = 256,
	OPT_BLOCKED,
	OPT_OUTPUT,
	OPT_CONTAINER,
	OPT_DURATION,
	OPT_STATS,
	OPT_READY,
	OPT_RING,
	OPT_TIER
};

static const struct argp_option options[] = {
	{"format", 'o', "FORMAT", 0,
	 "json: one Falco-shaped object a line; text: for people. Default: text at a terminal, "
	 "else json",
	 0},
	{"output", OPT_OUTPUT, "FILE", 0,
	 "Append to FILE (made 0600 when new) instead of stdout, which is -", 0},
	{"all", OPT_ALL, NULL, 0,
	 "Every exec, exit, change of uids or gids, open for writing, connect, bind, listen, accept and raw "
	 "or packet socket of root in containers, not only what a detection matched",
	 0},
	{"blocked", OPT_BLOCKED, NULL, 0,
	 "Also what other users in containers tried on watched objects and were denied. (Root's "
	 "own denied attempts are always shown)",
	 0},
	{"container", OPT_CONTAINER, "ID|NAME", 0,
	 "Only this container: its name, its id, or the first 6 or more characters of the id; unknown: those without an id",
	 0},
	{"duration", OPT_DURATION, "TIME", 0, "Stop after TIME: 90, 90s, 15m, 2h", 0},
	{"stats", OPT_STATS, "TIME", OPTION_ARG_OPTIONAL,
	 "Print counters on exit (SIGUSR1 prints them at any time), and with -o json add them to the "
	 "stream; with TIME (90, 90s, 15m, 2h) also that often, to the stream or, of text, to stderr",
	 0},
	{"ring", OPT_RING, "MIB", 0,
	 "Size of the buffer between kernel and rootwatch in MiB, a power of two (default 16)", 0},
	{"tier", OPT_TIER, "TIER", 0,
	 "See opens by this kind of hook only: fentry, lsm or tracepoint. Default: the first of "
	 "these that the kernel has",
	 0},
	{"ready-fd", OPT_READY, "FD", 0,
	 "Write a newline to descriptor FD once all hooks are attached, and close it", 0},
	{0},
};

static int parse_number(const char *text, unsigned int max, unsigned int *out)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || v > max)
		return -EINVAL;
	*out = (unsigned int)v;
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct run_options *o = state->input;
	unsigned int n = 0;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->rules;
		return 0;
	case 'o':
		o->json = strcmp(arg, "json") == 0;
		o->text = strcmp(arg, "text") == 0;
		if (!o->json && !o->text)
			argp_error(state, "the format is json or text, not '%s'", arg);
		return 0;
	case OPT_OUTPUT:
		if (!*arg)
			argp_error(state, "--output needs a file");
		o->output = strcmp(arg, "-") == 0 ? NULL : arg;
		return 0;
	case OPT_ALL:
		o->all = true;
		return 0;
	case OPT_BLOCKED:
		o->blocked = true;
		return 0;
	case OPT_CONTAINER:
		if (!*arg)
			argp_error(state, "--container needs an id or a name");
		o->container = arg;
		return 0;
	case OPT_DURATION:
		if (options_seconds(arg, &o->duration))
			argp_error(state, "'%s' is no duration: try 90, 90s, 15m or 2h", arg);
		return 0;
	case OPT_STATS:
		if (arg && options_seconds(arg, &o->stats_every))
			argp_error(state, "'%s' is no time: try --stats=60, 90s, 15m or 2h", arg);
		o->stats = true;
		return 0;
	case OPT_RING:
		if (parse_number(arg, 1024, &o->ring_mib) || o->ring_mib == 0 ||
		    (o->ring_mib & (o->ring_mib - 1)))
			argp_error(state, "'%s' is no power of two from 1 to 1024", arg);
		return 0;
	case OPT_READY:
		/* One that is not passed in would be, by then, one of our own. */
		if (parse_number(arg, INT_MAX, &n) == 0 && n <= STDERR_FILENO)
			argp_error(state, "'%s' is a standard stream: it would be closed", arg);
		if (parse_number(arg, INT_MAX, &n) || fcntl((int)n, F_GETFD) < 0)
			argp_error(state, "'%s' is no open descriptor", arg);
		o->ready_fd = (int)n;
		return 0;
	case OPT_TIER:
		if (tier_of_name(arg, &o->tier))
			argp_error(state, "the tier is fentry, lsm or tracepoint, not '%s'", arg);
		return 0;
	case ARGP_KEY_ARG:
		/* An optional value has to be joined to its option. */
		if (o->stats && !o->stats_every && !options_seconds(arg, &n))
			argp_error(state, "run takes no argument '%s': did you mean --stats=%s?",
				   arg, arg);
		argp_error(state, "run takes no argument '%s'", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{&rule_options_argp, 0, "Which rules:", 0},
	{0},
};

const struct argp run_options_argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.doc = "Stream what root does inside containers.\v"
	       "Data goes to stdout, talk to stderr. SIGINT and SIGTERM end it with everything "
	       "delivered first; a second one ends it at once, as does a reader that then takes "
	       "nothing for 5 s (exit status 1). SIGUSR1 prints the counters, and with -o json adds them to the stream; SIGHUP loads the rules again and opens the file of --output anew. Exit status: 0 ok, 1 error, 2 usage, "
	       "3 the kernel cannot, 4 not enough privilege.",
};
