/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of an event that is built. Internal to the tests of rules. */
#ifndef ROOTWATCH_RULES_TEST_PARTS_H
#define ROOTWATCH_RULES_TEST_PARTS_H

#include "container/container.h"
#include "process/process.h"
#include "rules/test/input.h"

/* CLOCK_BOOTTIME and CLOCK_REALTIME of the act; the process is a second old. */
#define BTIME  1000000000000ull
#define TIME   1795309323123456789ull
#define SECOND 1000000000ull

struct build {
	struct input in;
	struct event event;
	struct container container;
	struct process process, parent;
};

/* Each fills its part of b->event from b->in. */
void build_creds(struct build *b);
/* The bits of capabilities that a field names. */
uint64_t build_capabilities(struct input *in, enum field_id id);
void build_container(struct build *b);
void build_task(struct build *b);
/* What is remembered of the process when it does something else than exec. */
void build_process(struct build *b);
/* flags: WIRE_EXEC_* */
void build_exec(struct build *b, uint32_t flags);
/* The name of a process, which has the kernel's length at most. */
struct str build_comm(struct build *b, enum field_id id, struct str otherwise);
/* Another system call than those with an event of their own. */
void build_syscall(struct build *b, uint32_t call);
/* What became of an IP, raw or packet socket. */
void build_net(struct build *b, uint32_t call);
/* Is it about one: does a connect name an address? */
bool build_is_net(struct build *b);
/* The file that was opened, or the program's; blocked: all that is known of it is its path. */
void build_file(struct build *b, struct event_file *f, struct str path, bool blocked);

#endif /* ROOTWATCH_RULES_TEST_PARTS_H */
