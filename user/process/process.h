/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enrich: the processes of containers, as their exec, fork and exit records told. A process that
 * ran before rootwatch did is read from /proc once.
 */
#ifndef ROOTWATCH_PROCESS_PROCESS_H
#define ROOTWATCH_PROCESS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"

/* Strings are owned by the process and NUL-terminated behind their len. */
struct process {
	uint32_t pid;
	uint64_t start; /* (pid, start) is the key */
	uint32_t ppid;
	uint32_t vpid;	    /* in its own pid namespace; 0: not known */
	uint64_t exec_time; /* CLOCK_REALTIME ns of its exec; 0: not seen */
	uint64_t exec_num;  /* event number of its exec, 0: none */
	struct str comm, exepath, sbpath, cmdline, cwd, tty;
	struct str filename;   /* the script for #!, else as exepath */
	uint32_t cmdline_full; /* bytes that there were */
	uint32_t argv0_len;    /* how much of cmdline is the first argument: process_argv0() */
	uint64_t exe_ino;
	uint32_t exe_dev;
	uint32_t exe_flags;	/* WIRE_FILE_* */
	uint32_t exec_flags;	/* WIRE_EXEC_* */
	bool from_proc;		/* read from /proc, not told by the kernel side */
	uint64_t serial;	/* unique; changes with every exec: caches key on it */
	uint64_t alert_num;	/* of the alert that its exec raised, 0: none */
	const char *alert_rule; /* process_table_alerted()'s; NULL: none */
	uint64_t alert_time;
	struct wire_creds creds; /* as its last event said; what an exit record does not say */
	bool creds_known;
};

struct helpers;
struct process_table;

/* The first argument, and those behind it; "" when there are none, or they are not known. */
struct str process_argv0(const struct process *p);
struct str process_arguments(const struct process *p);

/*
 * 0 or -ENOMEM. max (8 at least): how many processes are kept, least recently used go first.
 * helpers: the caller's, for what may hang of a process that is read from /proc.
 * Their strings are bounded as well, to 384 bytes times max (64 KiB at least), so that processes
 * with huge command lines push each other out, not the host's memory.
 */
int process_table_new(struct process_table **t, size_t max, struct helpers *helpers);
void process_table_free(struct process_table *t);

/*
 * Takes an event in, in order: learns from exec and fork, and sets e->process, e->parent and
 * e->processes, which are valid until the next call with this table. The process of an EVENT_FORK
 * is the child. e->num has to be set before. An exit gets the credentials of the process's last
 * event. After an EVENT_EXIT was handled by the later stages, call process_table_end.
 */
void process_table_apply(struct process_table *t, struct event *e);
void process_table_end(struct process_table *t, const struct event *e);

/*
 * The process with this pid, of several the latest that did not start after start_max; NULL when
 * none is known. Nothing is read from /proc for it.
 */
const struct process *process_table_at(const struct process_table *t, uint32_t pid,
				       uint64_t start_max);

/*
 * Remembers that the exec of e's process raised an alert, for the line at its exit. Other kinds
 * of events are ignored. rule stays the caller's, and has to outlive the table.
 */
void process_table_alerted(struct process_table *t, const struct event *e, const char *rule);

#endif /* ROOTWATCH_PROCESS_PROCESS_H */
