/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs loaded side by side. The kernel's verifier takes most of a start's time, one program
 * after the other when libbpf loads them; it takes them at the same time as well (bpf_check() holds
 * no lock for who has the privilege to load).
 */
#ifndef ROOTWATCH_SOURCE_PROGRAMS_H
#define ROOTWATCH_SOURCE_PROGRAMS_H

#include <stddef.h>
#include <stdint.h>

struct bpf_map;
struct bpf_object_skeleton;

/* One more of a program that is loaded, with other constants. */
struct programs_copy {
	const char *program;
	const struct bpf_map *from; /* the constants that the program has */
	int to;			    /* and those for the copy: a map's descriptor */
	int fd;			    /* after the load: the copy, which is the caller's, or -errno */
};

/* Before an object is opened whose programs are to be loaded by programs_load(). 0 or -errno. */
int programs_prepare(void);

/*
 * As bpf_object__load_skeleton(). One thread may be in it at a time. Programs that are attached to
 * a function need their target set before (bpf_program__set_attach_target()). What becomes of
 * copies is no error of the load.
 */
int programs_load(struct bpf_object_skeleton *skeleton, struct programs_copy *copies, size_t n);

#endif /* ROOTWATCH_SOURCE_PROGRAMS_H */
