/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container of the bench's own making, like Docker's: own pid, mount, network, ipc, uts and
 * cgroup namespaces, a cgroup named by 64 hex digits in every hierarchy, an overlay as its root
 * (tmpfs above a small folder), one bind-mounted volume, its own /proc. It needs no runtime.
 */
#ifndef BENCH_BOX_H
#define BENCH_BOX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum place {
	PLACE_HOST, /* root, no container */
	PLACE_USER, /* uid 1000 in the container */
	PLACE_ROOT, /* root in the container */
};

/*
 * Files of the container: /srv/file, /srv/1/2/3/4/5/6/7/8/file, /tmp/file (all writable by their
 * owner root), /data/file (the volume), /bin/load, /bin/nop, an empty /etc. On the host the same
 * names below box->host.
 */
struct box {
	char scratch[256];
	char host[300];	  /* what lies in the container's root, for workloads on the host */
	char guests[300]; /* folder of load and nop */
	char id[65];
	pid_t init;
	int pidfd;
	int cpu; /* the workload's; everybody else stays away from it */
};

/* Makes the container below scratch (an existing empty folder) from the programs in guests. */
int box_open(struct box *box, const char *scratch, const char *guests, int cpu);

/* Ends every process in the container, removes its cgroups and what lies in scratch. */
void box_close(struct box *box);

/*
 * Starts guests/load with args (NULL-terminated, without argv[0]) at place, pinned to the
 * workload's CPU. *out becomes the reading end of its stdout, which the caller closes.
 */
int box_start(const struct box *box, enum place place, const char *const args[], pid_t *pid,
	      int *out);

/* Waits for what box_start started: 0 if it ended well, else -ECHILD. */
int box_wait(pid_t pid);

/* box_start, all of the output (cap bytes at most, *len given back), box_wait. */
int box_run(const struct box *box, enum place place, const char *const args[], void *buf,
	    size_t cap, size_t *len);

#endif
