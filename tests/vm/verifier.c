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
	char *text;
};

static unsigned long number_after(const char *text, const char *word)
{
	const char *at = strstr(text, word);

	return at ? strtoul(at + strlen(word), NULL, 10) : 0;
}

static size_t ask_for_logs(struct bpf_object *obj, struct log logs[static PROGRAMS_MAX])
{
	struct bpf_program *prog;
	size_t n = 0;

	bpf_object__for_each_program(prog, obj) {
		if (n == PROGRAMS_MAX)
			break;
		logs[n].program = bpf_program__name(prog);
		logs[n].text = calloc(1, LOG_SIZE);
		if (!logs[n].text || bpf_program__set_log_level(prog, STATS) ||
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

static void print_refusal(const struct log *log)
{
	size_t len = strlen(log->text);

	if (len && !strstr(log->text, "processed "))
		printf("%s: refused:\n%s\n", log->program,
		       log->text + (len > LOG_SHOWN ? len - LOG_SHOWN : 0));
	else if (len)
		printf("%s: the verifier's last words:\n%s\n", log->program,
		       log->text + (len > LOG_SHOWN ? len - LOG_SHOWN : 0));
}

int main(void)
{
	struct rootwatch_bpf *skel = object_open();
	struct log logs[PROGRAMS_MAX] = {0};
	size_t n, i;
	int err;

	if (!skel) {
		perror("cannot open the BPF object");
		return 1;
	}
	n = ask_for_logs(skel->obj, logs);
	err = rootwatch_bpf__load(skel);
	if (err)
		printf("the kernel refuses to load: %s\n", strerror(-err));
	for (i = 0; i < n; i++) {
		if (err)
			print_refusal(&logs[i]);
		else
			print_cost(&logs[i]);
	}
	rootwatch_bpf__destroy(skel);
	for (i = 0; i < n; i++)
		free(logs[i].text);
	return err ? 1 : 0;
}
