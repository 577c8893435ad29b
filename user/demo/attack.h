/* SPDX-License-Identifier: Apache-2.0 */
/* What the demo does in its containers, and what has to come of it. */
#ifndef ROOTWATCH_DEMO_ATTACK_H
#define ROOTWATCH_DEMO_ATTACK_H

#include <stdbool.h>
#include <stddef.h>

#include "demo/sighting.h"

enum side { SIDE_ROOT, SIDE_USER, SIDES };

/* The uid of the container that is not root's. */
#define ATTACK_UID 1000u

/* Paths inside the containers that the stage provides. */
#define ATTACK_DIR  "/opt/rootwatch-demo"
#define ATTACK_SUID "/usr/local/bin/suid-demo"
#define ATTACK_SOCK "/var/run/docker.sock"

#define ATTACK_RULES 2

struct attack_expect {
	bool denied;
	/* Alerts that have to come; denied: the first is what the stopped attempt would raise. */
	const char *rules[ATTACK_RULES];
	const char *blocked; /* denied: a stopped attempt on what begins so has to be seen */
};

/* One way to do it; distributions have different tools. */
struct attack_variant {
	const char *needs;  /* programs, with blanks between */
	const char *shown;  /* the command, in short */
	const char *script; /* for /bin/sh; exit code 0: it worked; the last line is the proof */
};

#define ATTACK_VARIANTS 4

struct attack {
	const char *title;
	struct attack_variant variants[ATTACK_VARIANTS]; /* the first that can be done is */
	const char *prepare; /* run before, as root in root's container; or NULL */
	bool as_user;	     /* uid 1000 does it in root's container too */
	bool no_new_privs;
	struct attack_expect expect[SIDES];
};

const struct attack *attack_table(size_t *n);

/* Finds a program where distributions have them; path gets it. */
bool attack_tool(const char *name, char *path, size_t size);

/* The variant whose programs are all there; NULL: none is. */
const struct attack_variant *attack_choose(const struct attack *a);

#define ATTACK_TEXT_MAX 128

/* What came of an attack on one side. */
struct attack_result {
	int64_t from, to;	    /* when; CLOCK_REALTIME, ns */
	int err;		    /* it could not be run: -errno */
	int code;		    /* its exit code */
	char said[ATTACK_TEXT_MAX]; /* attack_said of its output */
	bool seen[ATTACK_RULES];    /* expected alerts that came */
	struct sighting alerts[ATTACK_RULES];
	bool blocked_seen;
	struct sighting blocked;
};

/*
 * The last line that is not empty, made printable; of a failure only what stands behind the last
 * ": " and before a ";", which is the reason.
 */
void attack_said(char said[static ATTACK_TEXT_MAX], const char *output, bool failed);

/*
 * What is not as expected, in a few words into text; "" when all is. Gives true when nothing is
 * amiss.
 */
bool attack_check(const struct attack_expect *e, const struct attack_result *r,
		  char text[static ATTACK_TEXT_MAX]);

#endif /* ROOTWATCH_DEMO_ATTACK_H */
