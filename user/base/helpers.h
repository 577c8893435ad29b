/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may hang, as somebody else decides how long it takes (a file system, a process whose memory
 * is asked for), is done by threads of their own, for which the caller waits a moment only.
 */
#ifndef ROOTWATCH_BASE_HELPERS_H
#define ROOTWATCH_BASE_HELPERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct helpers;

/* The work and what it needs, in the room that is handed to the thread, of so many bytes at most. */
#define HELPERS_ROOM 8192u
struct helpers_work {
	/* Before it is handed over: descriptors have to become the work's own. 0 or -errno. */
	int (*take)(void *room);
	/* In a thread; gives back what was taken. Its result is the caller's. */
	int (*run)(void *room);
	/* In a thread, when the caller has gone meanwhile; NULL: nothing has to be given back. */
	void (*drop)(int result);
};

/* Gives 0 or -ENOMEM. Threads are started when they are needed. */
int helpers_new(struct helpers **out);
/* Work that still hangs is left to its thread. */
void helpers_free(struct helpers *h);

/*
 * Has work done for whose (a mount namespace, a cgroup): of one that has kept us waiting nothing
 * more is done until that has ended. in bytes of room are handed over; out bytes are handed back,
 * unless it gives -ETIMEDOUT (nobody waits any more) or -EBUSY (too many wait, or such waits were
 * too many of late: base/waits.h). Else it gives what take or run gave.
 */
int helpers_do(struct helpers *h, uint32_t whose, const struct helpers_work *work, void *room,
	       size_t in, size_t out);

/* For what ends by itself, but may take long: may it be done, and how long it took (ns). */
bool helpers_may(struct helpers *h, uint32_t whose);
void helpers_took(struct helpers *h, uint32_t whose, uint64_t ns);

#endif /* ROOTWATCH_BASE_HELPERS_H */
