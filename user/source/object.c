/* SPDX-License-Identifier: Apache-2.0 */
#include "source/object.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "wire.h"

#include "rootwatch.skel.h"

#include "source/older.h"

/* enum bpf_func_id of Linux 6.2; older headers do not have it. */
#define FUNC_CGRP_STORAGE_GET ((enum bpf_func_id)210)

/*
 * Asked of raw tracepoints, which helpers are open to on the same terms: libbpf cannot ask of the
 * programs that we use.
 */
static bool has_helper(enum bpf_func_id id)
{
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, id, NULL) == 1;
}

struct rootwatch_bpf *object_open(void)
{
	struct rootwatch_bpf *skel;
	int err;

	skel = calloc(1, sizeof(*skel));
	if (!skel)
		return NULL;
	err = rootwatch_bpf__create_skeleton(skel);
	if (!err && !has_helper(FUNC_CGRP_STORAGE_GET))
		skel->skeleton->data = has_helper(BPF_FUNC_loop) ?
					       older_loop(&skel->skeleton->data_sz) :
					       older_plain(&skel->skeleton->data_sz);
	if (!err)
		err = bpf_object__open_skeleton(skel->skeleton, NULL);
	if (err) {
		rootwatch_bpf__destroy(skel);
		errno = -err;
		return NULL;
	}
	return skel;
}
