/* SPDX-License-Identifier: Apache-2.0 */
/* The demo's two containers and what they need: a package to install, a daemon to talk to. */
#ifndef ROOTWATCH_DEMO_STAGE_H
#define ROOTWATCH_DEMO_STAGE_H

#include <limits.h>
#include <sys/types.h>

#include "demo/attack.h"
#include "sandbox/sandbox.h"

struct stage {
	const char *dir;	/* a tmpfs that only this process and its children see */
	char package[PATH_MAX]; /* "" when none could be built: then why_package says why */
	char why_package[SANDBOX_WHY_MAX];
	char socket[PATH_MAX];
	pid_t daemon; /* a stub that listens on socket; on the host's side */
	struct sandbox *sandbox[SIDES];
};

/*
 * Sets all up. From here on the calling process is in a mount namespace of its own. Gives 0, or
 * -errno with the reason in why; then nothing is left.
 */
int stage_open(struct stage *s, char why[static SANDBOX_WHY_MAX]);
void stage_close(struct stage *s);

#endif /* ROOTWATCH_DEMO_STAGE_H */
