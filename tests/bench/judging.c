// SPDX-License-Identifier: Apache-2.0
/*
 * What judging one event costs, by the number of rules: rules of the usual shapes, each with names
 * and paths of its own besides the lists that all of them share, and events of containers at work.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "extras.h"
#include "numbers.h"
#include "rules/engine/engine.h"
#include "say.h"

#define RULES_MAX 1000
#define EVENTS	  64
#define PASSES	  7
#define PASS_NS	  30000000ull

/* Conditions, made once and kept: one block after the other. */
static struct {
	size_t used;
	_Alignas(max_align_t) char bytes[8u << 20];
} pool;

static void *keep(size_t size)
{
	void *p = pool.bytes + pool.used;

	pool.used += (size + 15) & ~(size_t)15;
	if (pool.used > sizeof(pool.bytes)) {
		bench_say("tests/bench/judging.c: the pool is too small");
		abort();
	}
	return p;
}

/* "%d" in words is the number. */
static struct node *test(enum field_id id, enum operator_kind op, const char *words, int number)
{
	struct node *n = keep(sizeof(*n));
	struct rule_value *v = keep(64 * sizeof(*v));
	size_t used = 0;
	char *text = keep(strlen(words) + 256);

	*n = (struct node){.kind = NODE_TEST, .left = {.id = id}, .op = op, .values = v};
	while (*words && n->n_values < 64) {
		size_t len = strcspn(words, " "), start = used;

		for (size_t i = 0; i < len; i++) {
			if (words[i] == '#')
				used += (size_t)snprintf(text + used, 12, "%d", number);
			else
				text[used++] = words[i];
		}
		text[used++] = '\0';
		v[n->n_values++] = (struct rule_value){text + start, used - start - 1};
		words += len + (words[len] == ' ');
	}
	return n;
}

static struct node *join(enum node_kind kind, size_t n, struct node *const *kids)
{
	struct node *node = keep(sizeof(*node));

	*node = (struct node){.kind = kind, .n_kids = n};
	node->kids = keep(n * sizeof(struct node *));
	memcpy(node->kids, kids, n * sizeof(struct node *));
	return node;
}

#define JOIN(kind, ...)                                                            \
	join(kind, sizeof((struct node *[]){__VA_ARGS__}) / sizeof(struct node *), \
	     (struct node *[]){__VA_ARGS__})
#define AND(...) JOIN(NODE_AND, __VA_ARGS__)
#define OR(...)	 JOIN(NODE_OR, __VA_ARGS__)
#define NOT(a)	 JOIN(NODE_NOT, a)

static struct node *opens(void)
{
	return test(F_TYPE, OP_IN, "open openat openat2 creat", 0);
}

static struct node *execs(void)
{
	return test(F_TYPE, OP_IN, "execve execveat", 0);
}

static struct node *by_root(void)
{
	return test(F_ROOT, OP_NE, "none", 0);
}

static struct node *a_manager(void)
{
	return test(F_PROC_NAME, OP_IN,
		    "dpkg apt apt-get aptitude rpm yum dnf microdnf apk pip pip3 npm gem cargo "
		    "pacman zypper snap flatpak conda poetry yarn pnpm composer go",
		    0);
}

static const struct node *condition(int i)
{
	switch (i % 8) {
	case 0:
		return AND(opens(), test(F_IS_OPEN_WRITE, OP_EQ, "true", i), by_root(),
			   test(F_FILE_PATHS, OP_PMATCH,
				"/etc/app# /opt/app#/bin /srv/www# /var/lib/app# /root/.app#", i),
			   NOT(a_manager()));
	case 1:
		return AND(execs(), by_root(),
			   test(F_PROC_NAME, OP_IN, "tool# scan# tunnel# shell#", i),
			   NOT(test(F_PROC_PNAME, OP_IN, "cron systemd sh# init", i)));
	case 2:
		return AND(opens(), test(F_IS_OPEN_READ, OP_EQ, "true", i),
			   OR(test(F_FD_FILENAME, OP_IN, "secret# id_rsa# token#", i),
			      test(F_FD_NAME, OP_STARTSWITH, "/run/secrets/#/", i)),
			   NOT(a_manager()));
	case 3:
		return AND(execs(), OR(test(F_PROC_CMDLINE, OP_CONTAINS, "--stratum#", i),
				       test(F_PROC_CMDLINE, OP_ICONTAINS, "miner#", i)));
	case 4:
		return AND(test(F_TYPE, OP_EQ, "connect", i),
			   test(F_SOCKET_NAME, OP_IN, "docker#.sock runtime#.sock", i));
	case 5:
		return AND(opens(), test(F_IS_OPEN_WRITE, OP_EQ, "true", i),
			   test(F_FD_NAME, OP_GLOB, "/home/*/.config#/*", i), NOT(a_manager()));
	case 6:
		return AND(execs(), by_root(), test(F_PROC_PNAME, OP_IN, "nginx# java# httpd#", i),
			   test(F_PROC_NAME, OP_IN, "sh bash dash ash zsh ksh", i));
	default:
		if (i % 40 == 7)
			return AND(execs(),
				   test(F_PROC_EXEPATH, OP_REGEX, "/tmp/[a-z0-9]+-#(/.*)?", i));
		return AND(opens(), test(F_PROCFS_PATH, OP_PMATCH, "/sys/kernel/k# /sys/vm/v#", i),
			   by_root());
	}
}

static void one_event(struct event *e, size_t i)
{
	static const char *const paths[] = {"/etc/app3/config",
					    "/usr/lib/x86_64-linux-gnu/libssl.so.3",
					    "/var/log/nginx/access.log",
					    "/proc/self/status",
					    "/tmp/upload-4711.part",
					    "/srv/app/node_modules/left-pad/index.js",
					    "/dev/null",
					    "/var/lib/postgresql/data/base/16384/2619"};
	static const char *const commands[] = {"nginx", "postgres", "node", "sh", "redis-server"};
	static const char argv[] = "sh\0-c\0exec /usr/bin/node --max-old-space-size=512 server.js";
	const char *path = paths[i % 8], *comm = commands[i % 5];

	memset(e, 0, sizeof(*e));
	e->kind = i % 10 < 7 ? EVENT_OPEN : i % 10 < 9 ? EVENT_EXEC : EVENT_CONNECT;
	e->num = i + 1;
	e->creds.root = WIRE_ROOT_HOST;
	e->task.pid = (uint32_t)i;
	e->task.comm = str_from(comm);
	e->task.pcomm = STR_LIT("sh");
	if (e->kind == EVENT_OPEN) {
		e->open.file = (struct event_file){.known = true,
						   .mode = S_IFREG | 0644,
						   .fs_magic = i % 8 == 3 ? 0x9fa0 : 0x794c7630,
						   .path = str_from(path),
						   .sbpath = str_from(path)};
		e->open.call = WIRE_CALL_OPENAT;
		e->open.write = i % 3 == 0;
		e->open.oflags = e->open.write ? O_WRONLY | O_CREAT : O_RDONLY;
	} else if (e->kind == EVENT_EXEC) {
		e->exec.exe.known = true;
		e->exec.exe.path = e->exec.filename = STR_LIT("/usr/bin/dash");
		e->exec.argv = (struct str){argv, sizeof(argv), sizeof(argv)};
		e->exec.argv_len = sizeof(argv);
	} else {
		e->connect.name = STR_LIT("/run/postgresql/.s.PGSQL.5432");
	}
}

/* The best of some passes: what others did on this CPU is no cost of ours. */
static int time_rules(struct rule *rules, size_t n, struct event *events, double *ns)
{
	char why[ENGINE_WHY_MAX];
	double all[PASSES];
	struct engine *g;
	struct verdict v;
	int err = engine_new(&g, rules, n, why);

	if (err)
		return bench_fail(-err, "%s", why);
	for (int pass = 0; pass < PASSES; pass++) {
		uint64_t start = bench_now(CLOCK_MONOTONIC), end = start;
		uint64_t judged = 0;

		while (end - start < PASS_NS) {
			for (size_t i = 0; i < EVENTS; i++)
				engine_judge(g, &events[i], &v);
			judged += EVENTS;
			end = bench_now(CLOCK_MONOTONIC);
		}
		all[pass] = (double)(end - start) / (double)judged;
	}
	*ns = numbers_quantile(all, PASSES, 0);
	engine_free(g);
	return 0;
}

int extras_rules(struct extras *x)
{
	static const size_t sizes[] = {1, 20, 200, RULES_MAX};
	static struct event events[EVENTS];
	struct rule *rules = calloc(RULES_MAX, sizeof(*rules));
	json_t *report = json_array();
	int err = 0;

	if (!rules)
		return -ENOMEM;
	pool.used = 0;
	for (int i = 0; i < RULES_MAX; i++) {
		rules[i].name = "synthetic";
		rules[i].enabled = true;
		rules[i].priority = (enum priority)(i % PRIORITY_END);
		rules[i].condition = condition(i);
	}
	for (size_t i = 0; i < EVENTS; i++)
		one_event(&events[i], i);
	printf("\nJudging one event, by the number of rules (opens, execs and connects mixed)\n\n");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !err; i++) {
		double ns = 0;

		err = bench_stop ? -EINTR : time_rules(rules, sizes[i], events, &ns);
		if (err)
			break;
		printf("  %4zu rules  %8.0f ns an event\n", sizes[i], ns);
		json_array_append_new(report, json_pack("{s:I, s:f}", "rules", (json_int_t)sizes[i],
							"ns", ns));
	}
	json_object_set_new(x->report, "rules", report);
	free(rules);
	return err;
}
