/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which program an exec really started, and with which arguments: behind an interpreter the
 * script or the module, behind a multi-call program the applet. Internal to the rules.
 */
#ifndef ROOTWATCH_RULES_PROGRAM_H
#define ROOTWATCH_RULES_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "event/event.h"

/* Enough to find a subcommand behind any options that people write. */
#define PROGRAM_ARGS_MAX 128

struct program {
	struct str name;		   /* "apt-get", "pip3", "adduser"; "" when unknown */
	size_t n;			   /* of args */
	bool cut;			   /* there were more arguments than these */
	struct str args[PROGRAM_ARGS_MAX]; /* what follows the name */
	struct str loaded;		   /* by a loader that was executed: the file asked for */
	struct str libdirs;		   /* and where it was told to look for one without '/' */
	struct str more;		   /* arguments beyond these, with NULs between them */
	struct str tail;		   /* the end of them where the middle is not known */
	struct str script;		   /* the file that an interpreter was told to run */
	bool code;			   /* or it was given the code itself */
	bool input;			   /* or neither, and runs what its standard input says */
};

/*
 * Fills *p from an EVENT_EXEC; its strings point into the event's. The name is that of the real
 * executable (of the script, or of what a dynamic loader was told to load, as it was asked for): a
 * copy under another name is not recognised.
 */
void program_identify(struct program *p, const struct event *e);

/*
 * What an EVENT_EXEC's program is called for those at the other ends of its pipes, in buf: its
 * name, with " -c" behind it when it is an interpreter that was given its code as an argument, and
 * so does not read it from there.
 */
#define PROGRAM_NAME_MAX 64
struct str program_piped(const struct event *e, char buf[static PROGRAM_NAME_MAX]);

/*
 * The file that an EVENT_EXEC really runs where the executable is another, made absolute as text,
 * in buf: what a dynamic loader was told to run, or a script (or what an emulator was started for);
 * "" when it is neither, or the loader has to look for the file itself.
 */
#define PROGRAM_LOADED_MAX (2 * WIRE_PATH_MAX)
struct str program_loaded(const struct event *e, char buf[static PROGRAM_LOADED_MAX]);

/* True when word is one of the words of list, which are separated by single spaces. */
bool word_in(const char *list, struct str word);

/* True for what a version behind a program's name is made of: python3.11, dnf-3. */
bool program_version_char(char c);

#endif /* ROOTWATCH_RULES_PROGRAM_H */
