/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verifier of the running kernel has to do for each program: "cost PROGRAM INSTRUCTIONS
 * MICROSECONDS" a line. When it refuses one, the end of what it said about it.
 */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/object.h"
#include "wire.h"

#include "rootwatch.skel.h"

#define STATS	     4 /* BPF_LOG_STATS: the summary only */
#define PROGRAMS_MAX 64
#define LOG_SIZE     65536
#define LOG_SHOWN    4000

struct log {
	const char *program;
	char text[LOG_SIZE];
};

static struct log logs[PROGRAMS_MAX];

static unsigned long number_after(const char *text, const char *word)
{
	const char *at = strstr(text, word);

	return at ? strtoul(at + strlen(word), NULL, 10) : 0;
}

static size_t ask_for_logs(struct bpf_object *obj)
{
	struct bpf_program *prog;
	size_t n = 0;

	bpf_object__for_each_program(prog, obj) {
		if (n == PROGRAMS_MAX)
			break;
		logs[n].program = bpf_program__name(prog);
		if (bpf_program__set_log_level(prog, STATS) ||
		    bpf_program__set_log_buf(prog, logs[n].text, LOG_SIZE))
			break;
		n++;
	}
	return n;
}

static void print_cost(const struct log *log)
{
	printf("cost %s %lu %lu\n", log->program, number_after(log->text, "processed "),
	       number_after(log->text, "verification time "));
}

/* What it said of the last program that it looked at is what counts. */
static void print_words(const struct log *log)
{
	size_t len = strlen(log->text);

	if (len)
		printf("%s: %s\n", log->program,
		       log->text + (len > LOG_SHOWN ? len - LOG_SHOWN : 0));
}

int main(void)
{
	struct rootwatch_bpf *skel = object_open();
	size_t n, i;
	int err;

	if (!skel) {
		perror("cannot open the BPF object");
		return 1;
	}
	n = ask_for_logs(skel->obj);
	err = rootwatch_bpf__load(skel);
	if (err)
		printf("the kernel refuses to load: %s\n", strerror(-err));
	for (i = 0; i < n; i++) {
		if (err)
			print_words(&logs[i]);
		else
			print_cost(&logs[i]);
	}
	rootwatch_bpf__destroy(skel);
	return err ? 1 : 0;
}
