/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of interpreters: which programs are some, and how their own options are told from
 * the script that they run. Internal to the rules.
 */
#ifndef ROOTWATCH_RULES_INTERPRETER_H
#define ROOTWATCH_RULES_INTERPRETER_H

#include <stdbool.h>

#include "base/str.h"

/* How an interpreter's own options are told from its script. Letters are short options. */
struct interpreter {
	const char *name; /* or name followed by a version: python3.11 */
	const char *with_value;
	const char *code;  /* the program is in the option's value: there is no script */
	char module;	   /* the option's value names a module, which is the program */
	const char *longs; /* long options whose value is the next argument */
	const char *file;  /* if not NULL: the script is the value of one of these options alone */
	bool shell; /* -s: what follows are arguments, and the script is its input; - is -- */
	const char
		*tells; /* options that only make it tell something, beside --version and --help */
};

/* The one whose file is called exe, also with a version; NULL: its options are not known. */
const struct interpreter *interpreter_find(struct str exe);

/* Is it one that the kernel starts for a script, whether its options are known or not? */
bool interpreter_reads(struct str exe);

/*
 * Is it what the kernel starts in the place of a program of another machine (binfmt_misc), as it
 * starts an interpreter in that of a script?
 */
bool interpreter_emulates(struct str exe);

#endif /* ROOTWATCH_RULES_INTERPRETER_H */
