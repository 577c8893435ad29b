// SPDX-License-Identifier: Apache-2.0
/* Any event at all: a JSON line is valid JSON in UTF-8, a text line inert, both below 4 KiB. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "container/container.h"
#include "output/output.h"
#include "process/process.h"
#include "rules/ruleset.h"

/* A line that was kept, for the same act a little later: as if it were written anew. */
static void check_again(const struct event *e, const struct verdict *v,
			const struct output_options *o)
{
	static char again[OUTPUT_LINE_MAX], anew[OUTPUT_LINE_MAX];
	static struct output_kept kept;
	struct event later = *e;
	size_t len;

	if (e->kind != EVENT_OPEN && e->kind != EVENT_CONNECT)
		return;
	(void)output_json_keep(anew, e, v, o, &kept);
	later.time += 123456789;
	later.num += 98765;
	len = output_json_again(again, &kept, &later);
	if (len > 0 && (output_json(anew, &later, v, o) != len || memcmp(again, anew, len) != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)          \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

/* Those that rootwatch comes with; kept for the process's life. */
static const struct rule *all_rules(size_t *n)
{
	static const struct ruleset_options o = {.shipped = true, .priority = PRIORITY_DEBUG};
	static struct rule_log log;
	static struct ruleset *set;

	if (!set)
		CHECK(ruleset_load(&set, &o, &log) == 0);
	*n = set->list->n;
	return set->list->rules;
}

/* What is left of the input; reads zeros behind its end. */
struct input {
	const uint8_t *p;
	size_t left;
};

static void take(struct input *in, void *dst, size_t n)
{
	size_t have = n < in->left ? n : in->left;

	memset(dst, 0, n);
	if (have > 0)
		memcpy(dst, in->p, have);
	in->p += have;
	in->left -= have;
}

static uint32_t take_u32(struct input *in)
{
	uint32_t v;

	take(in, &v, sizeof(v));
	return v;
}

static uint64_t take_u64(struct input *in)
{
	uint64_t v;

	take(in, &v, sizeof(v));
	return v;
}

static bool take_bool(struct input *in)
{
	uint8_t v;

	take(in, &v, sizeof(v));
	return v & 1;
}

/*
 * A string of up to max bytes in memory of exactly that size, so that a read beyond it is seen;
 * a few bytes of the input repeated, because short inputs shall make long lines.
 */
#define STRINGS_MAX 64
static char *strings[STRINGS_MAX];
static size_t n_strings;

static struct str take_str(struct input *in, uint32_t max)
{
	uint8_t head[2], unit[16];
	uint32_t unit_len, len;
	char *s;

	take(in, head, sizeof(head));
	unit_len = 1 + head[0] % sizeof(unit);
	take(in, unit, unit_len);
	/* Mostly short, sometimes the longest. */
	len = head[1] < 200 ? head[1] % 64 : max - (255 - head[1]) * 7 % 64;
	if (len > max)
		len = max;
	if (len == 0 || n_strings == STRINGS_MAX)
		return (struct str){NULL, 0, 0};
	s = malloc(len);
	CHECK(s);
	strings[n_strings++] = s;
	for (uint32_t i = 0; i < len; i++)
		s[i] = (char)unit[i % unit_len];
	return (struct str){s, len, len + (head[0] >> 7)};
}

static void take_cstr(struct input *in, char *dst, size_t size)
{
	struct str s = take_str(in, (uint32_t)size - 1);

	memset(dst, 0, size);
	for (uint32_t i = 0; i < s.len; i++)
		dst[i] = (char)(s.p[i] ? s.p[i] : 'n');
}

static void take_file(struct input *in, struct event_file *f)
{
	f->known = take_bool(in);
	f->ino = take_u64(in);
	f->dev = take_u32(in);
	f->mode = take_u32(in);
	f->flags = take_u32(in);
	f->path = take_str(in, WIRE_PATH_MAX);
	f->sbpath = take_str(in, WIRE_PATH_MAX);
	f->fstype = take_str(in, WIRE_FSTYPE_LEN);
}

static void take_kind(struct input *in, struct event *e)
{
	switch (e->kind) {
	case EVENT_EXEC:
		take_file(in, &e->exec.exe);
		e->exec.flags = take_u32(in);
		e->exec.script = take_bool(in);
		e->exec.filename = take_str(in, WIRE_PATH_MAX);
		e->exec.interp = take_str(in, WIRE_PATH_MAX);
		e->exec.argv = take_str(in, WIRE_ARGV_MAX);
		e->exec.argv_tail = take_str(in, WIRE_ARGV_MAX);
		e->exec.argv_len = take_u32(in);
		e->exec.tty = take_str(in, WIRE_TTY_LEN);
		break;
	case EVENT_EXIT:
		e->exit.code = take_u32(in);
		break;
	case EVENT_SETID:
		e->setid.call = take_u32(in);
		break;
	case EVENT_OPEN:
		take_file(in, &e->open.file);
		e->open.call = take_u32(in);
		e->open.oflags = take_u32(in);
		e->open.write = take_bool(in);
		e->open.created = take_bool(in);
		e->open.unresolved = take_bool(in);
		e->open.asked = take_str(in, WIRE_PATH_MAX);
		break;
	case EVENT_CONNECT:
		e->connect.name = take_str(in, WIRE_SUN_MAX);
		e->connect.path = take_str(in, WIRE_PATH_MAX);
		e->connect.asked = take_str(in, WIRE_SUN_MAX);
		e->connect.ino = take_u64(in);
		e->connect.dev = take_u32(in);
		e->connect.flags = take_u32(in);
		e->connect.peer_pid = take_u32(in);
		e->connect.peer_comm = take_str(in, WIRE_COMM_LEN);
		break;
	case EVENT_SYSCALL:
		e->sys.call = take_u32(in);
		take(in, e->sys.args, sizeof(e->sys.args));
		for (size_t i = 0; i < WIRE_SYSCALL_PATHS; i++) {
			e->sys.paths[i].asked = take_str(in, WIRE_PATH_MAX);
			e->sys.paths[i].path = take_str(in, WIRE_PATH_MAX);
		}
		break;
	case EVENT_NET:
		take(in, &e->net.client.address, sizeof(e->net.client.address));
		take(in, &e->net.server.address, sizeof(e->net.server.address));
		e->net.client.known = take_bool(in);
		e->net.server.known = take_bool(in);
		e->net.client.port = (uint16_t)take_u32(in);
		e->net.server.port = (uint16_t)take_u32(in);
		e->net.call = take_u32(in);
		e->net.flags = take_u32(in);
		e->net.family = (uint16_t)take_u32(in);
		e->net.type = (uint16_t)take_u32(in);
		e->net.protocol = (uint16_t)take_u32(in);
		break;
	default:
		break;
	}
}

static void take_event(struct input *in, struct event *e)
{
	static const enum event_kind kinds[] = {EVENT_EXEC, EVENT_EXIT,	   EVENT_SETID,
						EVENT_OPEN, EVENT_CONNECT, EVENT_SYSCALL,
						EVENT_NET};

	memset(e, 0, sizeof(*e));
	e->kind = kinds[take_u32(in) % 7];
	e->num = take_u64(in);
	e->time = take_u64(in);
	e->blocked = take_bool(in);
	e->compat = take_bool(in);
	e->truncated = take_bool(in);
	e->prev_known = take_bool(in);
	e->ret = (int32_t)take_u32(in);
	e->task.pid = take_u32(in);
	e->task.loginuid = take_u32(in);
	e->task.comm = take_str(in, WIRE_COMM_LEN);
	e->task.pcomm = take_str(in, WIRE_COMM_LEN);
	e->cwd = take_str(in, WIRE_PATH_MAX);
	take(in, &e->creds, sizeof(e->creds));
	take(in, &e->prev, sizeof(e->prev));
	take_kind(in, e);
}

static void take_process(struct input *in, struct process *p)
{
	memset(p, 0, sizeof(*p));
	p->exepath = take_str(in, WIRE_PATH_MAX);
	p->cmdline = take_str(in, WIRE_ARGV_MAX);
	p->cwd = take_str(in, WIRE_PATH_MAX);
	p->tty = take_str(in, WIRE_TTY_LEN);
	p->exec_time = take_u64(in);
	p->exe_flags = take_u32(in);
	p->from_proc = take_bool(in);
	p->alert_num = take_u64(in);
	p->alert_rule = take_bool(in) ? "package-manager" : NULL;
}

static void take_container(struct input *in, struct container *c)
{
	memset(c, 0, sizeof(*c));
	c->ref.type = (enum container_type)(take_u32(in) % CONTAINER_TYPE_END);
	take_cstr(in, c->ref.id, sizeof(c->ref.id));
	take_cstr(in, c->ref.pod_uid, sizeof(c->ref.pod_uid));
	take_cstr(in, c->short_id, sizeof(c->short_id));
	take_cstr(in, c->name, sizeof(c->name));
	take_cstr(in, c->image, sizeof(c->image));
	take_cstr(in, c->image_tag, sizeof(c->image_tag));
	take_cstr(in, c->image_digest, sizeof(c->image_digest));
	take_cstr(in, c->k8s_ns, sizeof(c->k8s_ns));
	take_cstr(in, c->k8s_pod, sizeof(c->k8s_pod));
	take_cstr(in, c->cgroup_path, sizeof(c->cgroup_path));
	c->privileged_known = take_bool(in);
}

static void check_line(const char *line, size_t len)
{
	CHECK(len > 1 && len < OUTPUT_LINE_MAX);
	CHECK(line[len - 1] == '\n' && !memchr(line, '\n', len - 1));
	for (size_t i = 0; i < len - 1; i++)
		CHECK((unsigned char)line[i] >= 0x20);
}

static void check_json(const char *line, size_t len)
{
	json_error_t err;
	json_t *j;

	check_line(line, len);
	/* jansson also checks that it is UTF-8. */
	j = json_loadb(line, len, JSON_REJECT_DUPLICATES, &err);
	CHECK(j && json_is_object(json_object_get(j, "output_fields")));
	json_decref(j);
}

static void check_text(const char *line, size_t len)
{
	json_t *j = json_stringn(line, len);

	CHECK(j);
	json_decref(j);
	check_line(line, len);
	for (size_t i = 0; i + 1 < len; i++) {
		CHECK(line[i] != 0x7f);
		CHECK((unsigned char)line[i] != 0xc2 || (unsigned char)line[i + 1] >= 0xa0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char hostname[65];
	struct input in = {data, size};
	struct event e;
	struct process process, parent;
	struct container container;
	struct verdict v = {0};
	struct output_options o = {.hostname = hostname};
	size_t n_rules, first, len;
	const struct rule *rules = all_rules(&n_rules);
	char line[OUTPUT_LINE_MAX];

	v.n = take_u32(&in) % (VERDICT_MAX + 1);
	first = take_u32(&in) % n_rules;
	for (size_t i = 0; i < v.n; i++)
		v.hits[i] = &rules[(first + i) % n_rules];
	take_event(&in, &e);
	take_process(&in, &process);
	take_container(&in, &container);
	take_process(&in, &parent);
	take_cstr(&in, hostname, sizeof(hostname));
	e.process = take_bool(&in) ? NULL : &process;
	e.container = take_bool(&in) ? NULL : &container;
	e.parent = take_bool(&in) ? NULL : &parent;

	len = output_json(line, &e, &v, &o);
	check_json(line, len);
	check_again(&e, &v, &o);
	len = output_text(line, &e, &v, &o);
	check_text(line, len);
	len = output_lost_json(line, e.num, e.time, e.time, e.container, &o);
	check_json(line, len);
	len = output_lost_text(line, e.num, e.time, e.time, e.container, &o);
	check_text(line, len);

	while (n_strings > 0)
		free(strings[--n_strings]);
	return 0;
}
