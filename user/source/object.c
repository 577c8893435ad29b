/* SPDX-License-Identifier: Apache-2.0 */
#include "source/object.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "source/kernel_types.h"
#include "wire.h"

#include "rootwatch.skel.h"

#include "source/older.h"

/* enum bpf_func_id of Linux 6.2; older headers do not have it. */
#define FUNC_CGRP_STORAGE_GET ((enum bpf_func_id)210)

#define PATH_SIZE 64

/*
 * Asked of raw tracepoints, which helpers are open to on the same terms: libbpf cannot ask of the
 * programs that we use.
 */
static bool has_helper(enum bpf_func_id id)
{
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, id, NULL) == 1;
}

/* A file that will say which types the kernel has; what is in it is read at the load. */
static int types_file(char path[static PATH_SIZE])
{
	int fd = memfd_create("kernel-types", MFD_CLOEXEC);

	if (fd >= 0)
		(void)snprintf(path, PATH_SIZE, "/proc/self/fd/%d", fd);
	return fd;
}

struct rootwatch_bpf *object_open(const struct btf *kernel, int *types)
{
	char path[PATH_SIZE];
	int err, fd = kernel ? types_file(path) : -1;
	struct bpf_object_open_opts o = {.sz = sizeof(o), .btf_custom_path = fd >= 0 ? path : NULL};
	struct rootwatch_bpf *skel = calloc(1, sizeof(*skel));

	err = skel ? rootwatch_bpf__create_skeleton(skel) : -ENOMEM;
	if (!err && !has_helper(FUNC_CGRP_STORAGE_GET))
		skel->skeleton->data = has_helper(BPF_FUNC_loop) ?
					       older_loop(&skel->skeleton->data_sz) :
					       older_plain(&skel->skeleton->data_sz);
	if (!err)
		err = bpf_object__open_skeleton(skel->skeleton, &o);
	if (!err && fd >= 0)
		err = kernel_types_write(fd, kernel, bpf_object__btf(skel->obj));
	if (err) {
		rootwatch_bpf__destroy(skel);
		if (fd >= 0)
			close(fd);
		errno = -err;
		return NULL;
	}
	*types = fd;
	return skel;
}
