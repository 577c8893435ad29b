/* SPDX-License-Identifier: Apache-2.0 */
#include "source/object.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "wire.h"

#include "rootwatch.skel.h"

#include "source/plain.h"

/* Asked of raw tracepoints, which the helper is open to on the same terms: libbpf cannot ask of
 * the programs that we use. */
static bool has_loop(void)
{
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_FUNC_loop, NULL) == 1;
}

struct rootwatch_bpf *object_open(void)
{
	struct rootwatch_bpf *skel;
	int err;

	skel = calloc(1, sizeof(*skel));
	if (!skel)
		return NULL;
	err = rootwatch_bpf__create_skeleton(skel);
	if (!err && !has_loop())
		skel->skeleton->data = plain_bytes(&skel->skeleton->data_sz);
	if (!err)
		err = bpf_object__open_skeleton(skel->skeleton, NULL);
	if (err) {
		rootwatch_bpf__destroy(skel);
		errno = -err;
		return NULL;
	}
	return skel;
}
