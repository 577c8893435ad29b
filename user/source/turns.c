/* SPDX-License-Identifier: Apache-2.0 */
#include "source/turns.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire.h"

#include "rootwatch.skel.h"

/*
 * Copies beside the first. (Of what is told most there are two: tasks can be stopped in a copy,
 * too.)
 */
static const struct row {
	const char *program;
	uint32_t copies;
	bool tracepoint;
} rows[] = {
	{"rootwatch_opened", 2, false}, {"rootwatch_received", 1, false},
	{"rootwatch_mapped", 1, false}, {"rootwatch_syscall", 2, true},
	{"rootwatch_rename", 1, true},	{"rootwatch_exec", 1, true},
	{"rootwatch_fork", 1, true},	{"rootwatch_exit", 1, true},
};

/* The constants of a copy: as those of the first, but for these. A map's descriptor; -1: none. */
static int constants(struct rootwatch_bpf *skel, bool last)
{
	struct bpf_map_create_opts o = {.sz = sizeof(o), .map_flags = BPF_F_RDONLY_PROG};
	const uint32_t zero = 0;
	const bool yes = true;
	size_t size;
	const void *first = bpf_map__initial_value(skel->maps.rodata, &size);
	char *all = first ? malloc(size) : NULL;
	int fd;

	if (!all)
		return -1;
	memcpy(all, first, size);
	memcpy(all + offsetof(typeof(*skel->rodata), knob_copy), &yes, sizeof(yes));
	memcpy(all + offsetof(typeof(*skel->rodata), knob_copy_last), &last, sizeof(last));
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "rootwat.rodata", sizeof(zero), (uint32_t)size, 1,
			    &o);
	if (fd >= 0 && (bpf_map_update_elem(fd, &zero, all, BPF_ANY) || bpf_map_freeze(fd))) {
		close(fd);
		fd = -1;
	}
	free(all);
	return fd;
}

static void add_copy(struct turns *t, struct rootwatch_bpf *skel, const char *program, bool last)
{
	struct programs_copy *c = &t->copies[t->n];

	if (t->n == TURNS_MAX)
		return;
	*c = (struct programs_copy){.program = program,
				    .from = skel->maps.rodata,
				    .to = constants(skel, last),
				    .fd = -1};
	t->links[t->n] = -1;
	t->n++;
}

void turns_prepare(struct turns *t, struct rootwatch_bpf *skel, struct preempt need)
{
	turns_free(t);
	if (!need.trampolines && !need.tracepoints)
		return;
	skel->rodata->knob_copies = true; /* what the copies' constants are made of */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct bpf_program *prog =
			bpf_object__find_program_by_name(skel->obj, rows[i].program);

		if (!prog || !bpf_program__autoload(prog) ||
		    !(rows[i].tracepoint ? need.tracepoints : need.trampolines))
			continue;
		for (uint32_t n = 1; n <= rows[i].copies; n++)
			add_copy(t, skel, rows[i].program, n == rows[i].copies);
	}
	skel->rodata->knob_copies = t->n > 0;
	if (t->n > 0) /* as many more tasks can be stopped while they put a record together */
		(void)bpf_map__set_max_entries(skel->maps.scratches,
					       2 * bpf_map__max_entries(skel->maps.scratches));
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool is_tracepoint(const char *program)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].program, program) == 0)
			return rows[i].tracepoint;
	return false;
}

static bool is_of(const struct turns *t, size_t i, const char *program)
{
	return strcmp(t->copies[i].program, program) == 0;
}

/* The copies in this order or the other one. A descriptor each, or -errno. */
static bool attach_each(struct turns *t, const char *program, bool backwards)
{
	bool all = true;

	for (size_t n = 0; n < t->n; n++) {
		size_t i = backwards ? t->n - 1 - n : n;

		if (!is_of(t, i, program))
			continue;
		t->links[i] = t->copies[i].fd < 0 ? -1 :
						    bpf_raw_tracepoint_open(NULL, t->copies[i].fd);
		all = all && t->links[i] >= 0;
	}
	return all;
}

/* All of them or none: each but the last leaves it to the next to forget who was seen. */
static void attach(struct turns *t, const char *program, bool backwards)
{
	bool all = attach_each(t, program, backwards);

	for (size_t i = 0; i < t->n; i++) {
		if (!is_of(t, i, program))
			continue;
		close_one(&t->copies[i].to);
		if (all)
			continue;
		close_one(&t->links[i]);
		close_one(&t->copies[i].fd);
	}
}

void turns_attach_before(struct turns *t, const char *program)
{
	if (!is_tracepoint(program))
		attach(t, program, true);
}

void turns_attach_after(struct turns *t, const char *program)
{
	if (is_tracepoint(program))
		attach(t, program, false);
}

int turns_last(const struct turns *t, const char *program, int fd)
{
	for (size_t i = 0; i < t->n; i++)
		if (is_of(t, i, program) && t->copies[i].fd >= 0)
			fd = t->copies[i].fd;
	return fd;
}

void turns_detach(struct turns *t)
{
	for (size_t i = 0; i < t->n; i++)
		close_one(&t->links[i]);
}

void turns_free(struct turns *t)
{
	turns_detach(t);
	for (size_t i = 0; i < t->n; i++) {
		close_one(&t->copies[i].fd);
		close_one(&t->copies[i].to);
	}
	t->n = 0;
}
