/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the detections ask about an event, found out once for all of them. Internal to the rules.
 */
#ifndef ROOTWATCH_RULES_FACTS_H
#define ROOTWATCH_RULES_FACTS_H

#include "event/event.h"
#include "rules/package.h"
#include "rules/watch.h"

enum listener {
	LISTENER_OTHER,
	LISTENER_RUNTIME,   /* a runtime outside of containers; denied: asked for by its name */
	LISTENER_LOOKALIKE, /* a socket of a runtime's name, listened on in a container */
};

struct facts {
	const struct event *e;
	bool root; /* an act of root, or one that was denied */

	/* EVENT_OPEN: 1u << WATCH_C_* */
	uint32_t wrote, read;
	struct str file; /* the file's own name */

	/* EVENT_CONNECT */
	enum listener listener;

	/* EVENT_EXEC; program is set for this kind only: it is large, and opens are many */
	enum package_act package;
	struct program program;
};

/* Fills *f; it points into e. Pure. */
void facts_find(struct facts *f, const struct event *e);

/* match_exec.c, match_file.c, match_privilege.c: what classes of files alone do not say. */
bool match_package_act(const struct facts *f);
bool match_package_query(const struct facts *f);
bool match_user_tool(const struct facts *f);
bool match_exec_memfd(const struct facts *f);
bool match_exec_tmp(const struct facts *f);
bool match_exec_upper(const struct facts *f);
bool match_exec_deleted(const struct facts *f);
bool match_authorized_keys(const struct facts *f);
bool match_ssh_config(const struct facts *f);
bool match_runtime_socket(const struct facts *f);
bool match_runtime_lookalike(const struct facts *f);
bool match_setid_raise(const struct facts *f);
bool match_setid_regain(const struct facts *f);
bool match_suid_exec(const struct facts *f);
bool match_sgid_exec(const struct facts *f);
bool match_fcaps_exec(const struct facts *f);
bool match_fcaps_minor(const struct facts *f);

/* match_socket.c: who listens behind the socket of an EVENT_CONNECT. */
enum listener listener_judge(const struct event *e);

#endif /* ROOTWATCH_RULES_FACTS_H */
