/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel side's own code (bpf/path.bpf.h, bpf/pattern.bpf.h, bpf/prefilter.bpf.h), compiled for
 * user space and run on made-up dentries and mounts: would this file's open be sent, and as what?
 */
#ifndef ROOTWATCH_TESTS_UNIT_SOURCE_KERNEL_H
#define ROOTWATCH_TESTS_UNIT_SOURCE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/record.h"
#include "source/prefilter.h"

#define KERNEL_NAME_MAX	 255
#define KERNEL_DEPTH_MAX 400

/* A file in its superblock, and the mount through which a task of a container reached it. */
struct kernel_file {
	const char *names[KERNEL_DEPTH_MAX]; /* from the root of the superblock down */
	size_t n_names;			     /* 0: the root itself */
	size_t mnt_root;		     /* so many of them lie above the root of the mount */
	size_t ctr_root;		     /* and above the container's root, when on_root */
	bool on_root;			     /* its superblock is that of the container's root */
	bool root_mount; /* reached through the root mount itself; implies on_root */
	const char *place[KERNEL_DEPTH_MAX]; /* else: where the mount lies in the container */
	size_t n_place;
	uint32_t magic, mode, rdev;
	bool disk;	  /* its superblock lies on a block device */
	bool host_device; /* on one that the host mounts */
	bool host_task;	  /* opened by a task of the host's mount namespace */
	bool hidden;	  /* mounted over another mount, at the same place */
	bool alone;	  /* no directory leads to it, as to a memfd: it has its last name only */
	bool escaped;	  /* it was moved out of what its mount shows; mnt_root is 0 */
};

/* Loads a compiled list, as user/source/live.c does; it has to stay until the next load. */
void kernel_load(const struct prefilter *p);

/*
 * What the open of the file comes to: WIRE_WATCH_* with one of access (WIRE_WATCH_READ,
 * WIRE_WATCH_WRITE or both) among them when the record is sent, else 0.
 */
uint32_t kernel_watched(const struct kernel_file *f, uint32_t access);

/* The same for a connect, by the listener's bound name and its command: WIRE_WATCH_CONNECT. */
uint32_t kernel_connects(const char *name, const char *comm);

/*
 * What becomes of an IP socket, by the server's end (access: WIRE_WATCH_OUT, _IN or _SEND); whether
 * the making of a kind of socket is sent (WIRE_SOCKET_*), and whether a call (WIRE_CALL_*) is.
 */
bool kernel_ends(uint32_t access, const struct wire_address *a, uint16_t port, int32_t ret);
bool kernel_makes(uint32_t kind);
bool kernel_wants(uint32_t call);
/* Are those of them only sent that act upon what a pattern of WIRE_WATCH_CALL matches? */
bool kernel_compares(uint32_t call);

/* The record of an open of the file, as it would be sent, with its file only. */
void kernel_record(const struct kernel_file *f, struct record *r);

#endif /* ROOTWATCH_TESTS_UNIT_SOURCE_KERNEL_H */
