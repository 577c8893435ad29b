/* SPDX-License-Identifier: Apache-2.0 */
/* A pipeline with a file as its sink, as the command wires the stages; records for it, and its
 * lines. */
#ifndef ROOTWATCH_TEST_CMD_PIPED_H
#define ROOTWATCH_TEST_CMD_PIPED_H

#include <jansson.h>

#include "cmd/pipeline.h"
#include "event/record.h"

#define ID_A	  "2373c664e91d41a19a1afe3d0166596efe4f2683dc8a8312b59df513ef817fa7"
#define ID_B	  "aa470170773aae4a69e6e0a509eb8c1f304140b1fea1a2d55ec93a07a78e497c"
#define CGROUP_A  77 /* what record_task gives */
#define CGROUP_B  78
#define LINES_MAX 64
/* Above every pid that there can be (PID_MAX_LIMIT): nothing is found in /proc. */
#define PID	    2000000001u
#define PID_OF_LINE 2000000002u

/* One at a time: of the test that runs. */
struct piped {
	struct record r; /* what the next feed brings */
	struct event decoded;
	char path[64]; /* of the sink's file */
	struct sink *sink;
	struct pipeline *pipeline;
	uint64_t seq[4];
	json_t *lines[LINES_MAX];
	size_t n_lines;
};
extern struct piped piped;

#define PIPED(test) cmocka_unit_test_setup_teardown(test, piped_setup, piped_teardown)
int piped_setup(void **state);
int piped_teardown(void **state);

/* JSON by the shipped rules; to: the sink's file, its own without one. */
void piped_start_with(const struct pipeline_options *o, const char *to);
void piped_start(const struct pipeline_options *o);

/* Gives the record its place on a CPU, and to the pipeline. */
int piped_feed_on(uint32_t cpu);
/* On the first one, which has to work. */
void piped_feed(void);
struct pipeline_stats piped_stats(void);

/* All lines written so far; and what one of them says, which has to be there. */
size_t piped_read_lines(void);
const json_t *piped_field(size_t line, const char *name);
void piped_expect_text(size_t line, const char *name, const char *value);
void piped_expect_number(size_t line, const char *name, json_int_t value);
void piped_expect_rule(size_t line, const char *title);

/* The records: a cgroup's name; ID_A and ID_B with theirs, fed already; and of root in the first of
 * them. */
void piped_cgroup(uint64_t id, const char *cgroup_path);
void piped_two_containers(void);
struct wire_exec *piped_exec_of(const char *exe, const char *const *argv);
struct wire_exec *piped_dpkg(void);
struct wire_exec *piped_harmless(void);
struct wire_open *piped_write_to(const char *file);

#endif /* ROOTWATCH_TEST_CMD_PIPED_H */
