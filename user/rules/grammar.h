/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of each package manager's command line. Internal to the rules. */
#ifndef ROOTWATCH_RULES_GRAMMAR_H
#define ROOTWATCH_RULES_GRAMMAR_H

#include "rules/package.h"

enum grammar_style {
	GRAMMAR_SUBCOMMAND, /* options, subcommand, whatever */
	GRAMMAR_FIXED,	    /* always .bare */
	GRAMMAR_DPKG,
	GRAMMAR_DPKG_DEB,
	GRAMMAR_RPM,
	GRAMMAR_PACMAN,
	GRAMMAR_OPERAND, /* packages, whatever they are; with .acts only behind one of these */
	GRAMMAR_STYLE_END
};

/*
 * How a tool's command line is read. Lists are words separated by single spaces. "history:list"
 * among the queries means that of `history` only `history list` asks ("history:" alone: without
 * a further word).
 */
struct grammar {
	const char *tools;
	bool versioned;	       /* a version may follow the name: pip3.11 */
	const char *values;    /* options whose value is the next argument */
	const char *asks;      /* options that make an act a question: --help, --simulate */
	const char *fronts;    /* the same, but only in front of the subcommand: --version */
	const char *queries;   /* subcommands that change nothing */
	const char *others;    /* subcommands that are not about packages */
	const char *acts;      /* if not NULL: these act, and unknown ones are not about packages */
	enum package_act bare; /* without a subcommand */
	enum grammar_style style;
};

/* All of them; members that are left out are NULL, and mean an empty list (but for acts). */
const struct grammar *grammar_systems(size_t *n);
const struct grammar *grammar_languages(size_t *n);

#endif /* ROOTWATCH_RULES_GRAMMAR_H */
