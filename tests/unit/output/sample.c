// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "output/sample.h"

#define ID64 "4f1c2d3e5a6b4f1c2d3e5a6b4f1c2d3e5a6b4f1c2d3e5a6b4f1c2d3e5a6b1234"

const enum event_kind sample_kinds[SAMPLE_KINDS] = {
	EVENT_EXEC, EVENT_EXIT, EVENT_SETID, EVENT_OPEN, EVENT_CONNECT, EVENT_SYSCALL, EVENT_NET};

static const char *const mitre_a[] = {"T1098", "T1543", NULL};
static const char *const mitre_b[] = {"T1543", "T1053.003", NULL};

static struct event_end end(const char *address, uint16_t port)
{
	struct event_end end = {.known = true, .port = port};
	struct network n;

	assert_int_equal(network_parse(&n, address, strlen(address)), 0);
	end.address = n.base;
	return end;
}

static const struct event_task rich_task = {
	.start = 1,
	.tid = 4243,
	.pid = 4242,
	.vtid = 8,
	.vpid = 7,
	.ppid = 4200,
	.loginuid = 1000,
	.sid = 4100,
	.pid_ns = 4026532301u,
	.comm = STR_LIT("sh"),
	.pcomm = STR_LIT("bash"),
};

static const struct wire_creds rich_creds = {
	.uid = 100001,
	.euid = 100000,
	.suid = 100002,
	.fsuid = 100003,
	.ns_uid = 1,
	.ns_egid = 5,
	.cap_effective = 1u << 0 | 1u << 5,
	.cap_permitted = 0xa80425fb,
	.cap_inheritable = 0x10,
	.root = WIRE_ROOT_USERNS,
};

static const struct event_file rich_file = {
	.known = true,
	.ino = 131332,
	.dev = 8u << 20 | 1,
	.mode = S_IFREG | 0644,
	.flags = WIRE_FILE_ROOTFS | WIRE_FILE_UPPER,
	.path = STR_LIT("/etc/cron.d/x"),
	.rootpath = STR_LIT("/etc/cron.d/x"),
	.sbpath = STR_LIT("/upper/etc/cron.d/x"),
	.fstype = STR_LIT("overlay"),
};

static void fill_kind(struct event *e)
{
	static const char argv[] = "sh\0-c\0echo a b";

	switch (e->kind) {
	case EVENT_EXEC:
		e->exec.exe = rich_file;
		e->exec.flags = WIRE_EXEC_SUID | WIRE_EXEC_FCAPS;
		e->exec.script = true;
		e->exec.filename = STR_LIT("/entry.sh");
		e->exec.interp = STR_LIT("/bin/sh");
		e->exec.argv = STR_LIT(argv);
		e->exec.argv.len = e->exec.argv.full = sizeof(argv);
		e->exec.argv_len = sizeof(argv);
		e->exec.tty = STR_LIT("pts0");
		break;
	case EVENT_EXIT:
		e->exit.code = 3u << 8;
		break;
	case EVENT_SETID:
		e->setid.call = WIRE_CALL_SETRESUID;
		e->setid.groups_n = 2;
		e->setid.groups[1] = 27;
		break;
	case EVENT_OPEN:
		e->open.file = rich_file;
		e->open.call = WIRE_CALL_OPENAT;
		e->open.oflags = O_WRONLY | O_CREAT;
		e->open.write = e->open.created = true;
		e->open.asked = STR_LIT("cron.d/x");
		break;
	case EVENT_CONNECT:
		e->connect.name = STR_LIT("/run/docker.sock");
		e->connect.path = STR_LIT("/var/run/docker.sock");
		e->connect.asked = STR_LIT("../d.sock");
		e->connect.ino = 77;
		e->connect.dev = 1;
		e->connect.flags = WIRE_CONNECT_PEER;
		e->connect.peer_pid = 812;
		e->connect.peer_comm = STR_LIT("dockerd");
		break;
	case EVENT_SYSCALL:
		e->sys.call = WIRE_CALL_MKNODAT;
		e->sys.args[0] = 0xffffff9c;
		e->sys.args[2] = S_IFCHR | 04755;
		e->sys.paths[0].asked = STR_LIT("cron.d/x");
		e->sys.paths[0].path = STR_LIT("/etc/cron.d/x");
		e->sys.paths[0].file = (struct event_file){.known = true,
							   .ino = 131332,
							   .dev = 8 << 20 | 1,
							   .path = STR_LIT("/etc/cron.d/x")};
		break;
	case EVENT_NET:
		e->net.call = WIRE_CALL_CONNECT;
		e->net.family = AF_INET;
		e->net.type = SOCK_STREAM;
		e->net.protocol = IPPROTO_TCP;
		e->net.flags = WIRE_NET_CONNECTED;
		e->net.client = end("10.0.0.2", 40000);
		e->net.server = end("10.0.0.1", 2375);
		break;
	default:
		fail_msg("kind %d is not printed", (int)e->kind);
	}
}

void sample_rich(struct sample *s, enum event_kind kind)
{
	static const struct process process = {
		.pid = 4242,
		.exec_time = 1795309322000000000u,
		.exepath = STR_LIT("/usr/bin/dash"),
		.cmdline = STR_LIT("sh -c echo a b"),
		.cwd = STR_LIT("/srv"),
		.tty = STR_LIT("pts1"),
		.exe_ino = 99,
		.exe_flags = WIRE_FILE_LOWER,
		.alert_num = 17,
		.alert_rule = "package-manager",
	};
	static const struct container container = {
		.ref = {CONTAINER_DOCKER, ID64, "0c5a7a9e-0000-4000-8000-000000000001"},
		.short_id = "4f1c2d3e5a6b",
		.name = "web",
		.image = "docker.io/library/nginx",
		.image_tag = "1.25",
		.image_digest = "sha256:9ee2",
		.k8s_ns = "default",
		.k8s_pod = "web-0",
		.privileged = true,
		.privileged_known = true,
		.cgroup_path = "/docker/" ID64,
	};

	memset(s, 0, sizeof(*s));
	s->e = (struct event){
		.kind = kind,
		.num = 42,
		.time = 1795309323123456789u,
		.watched = true,
		.ret = kind == EVENT_OPEN ? 3 : 0,
		.task = rich_task,
		.creds = rich_creds,
		.prev = {.uid = 11, .euid = 12, .suid = 13, .fsuid = 14, .ns_euid = 1000},
		.prev_known = true,
		.cwd = STR_LIT("/root"),
		.container = &s->c,
		.process = &s->p,
		.parent = &s->parent,
	};
	s->c = container;
	s->p = process;
	s->parent.exepath = STR_LIT("/usr/bin/bash");
	fill_kind(&s->e);
	s->d[0] = (struct rule){.id = "cron-write",
				.name = "Cron job changed by root",
				.priority = PRIORITY_ERROR,
				.tags = mitre_a,
				.advice = "Mount /etc read-only."};
	s->d[1] = (struct rule){.id = "etc-write",
				.name = "File below /etc written by root",
				.priority = PRIORITY_WARNING,
				.tags = mitre_b,
				.advice = "Not shown."};
	s->v = (struct verdict){2, {&s->d[0], &s->d[1]}};
	s->o = (struct output_options){.hostname = "node1"};
}

void sample_poor(struct sample *s, enum event_kind kind)
{
	memset(s, 0, sizeof(*s));
	s->e.kind = kind;
	s->e.num = 1;
	s->e.creds.euid = s->e.creds.ns_euid = s->e.creds.ns_egid = UINT32_MAX;
	s->e.creds.uid = s->e.creds.suid = s->e.creds.fsuid = s->e.creds.ns_uid = UINT32_MAX;
	s->e.creds.gid = s->e.creds.egid = UINT32_MAX;
	s->e.task.loginuid = UINT32_MAX;
	if (kind == EVENT_OPEN)
		s->e.open.call = WIRE_CALL_OPEN;
	if (kind == EVENT_SYSCALL)
		s->e.sys.call = WIRE_CALL_BPF;
	s->e.container = &s->c;
	s->o.hostname = "";
}

/* A string of len bytes that repeats the unit; longer ones share their bytes with shorter ones. */
static struct str repeat(struct sample *s, struct str unit, uint32_t len)
{
	assert_true(len <= sizeof(s->bytes));
	for (uint32_t i = 0; i < sizeof(s->bytes); i++)
		s->bytes[i] = unit.p[i % unit.len];
	return (struct str){s->bytes, len, len};
}

static void fill_array(char *dst, size_t size, struct str from)
{
	/* NUL ends these strings. */
	for (size_t i = 0; i < size - 1; i++)
		dst[i] = (char)(from.p[i] ? from.p[i] : 'z');
	dst[size - 1] = '\0';
}

static void hostile_file(struct event_file *f, struct str path, struct str fstype)
{
	f->known = true;
	f->ino = UINT64_MAX;
	f->dev = UINT32_MAX;
	f->flags = 0;
	f->path = f->rootpath = f->sbpath = path;
	f->fstype = fstype;
}

void sample_hostile(struct sample *s, enum event_kind kind, struct str unit)
{
	static const char *const many[] = {"T1098.00001", "T1543.00002", "T1053.00003", NULL};
	struct str path, name, sun, argv;

	sample_rich(s, kind);
	path = repeat(s, unit, WIRE_PATH_MAX - 1);
	argv = repeat(s, unit, WIRE_ARGV_MAX);
	name = (struct str){path.p, WIRE_COMM_LEN - 1, WIRE_COMM_LEN - 1};
	sun = (struct str){path.p, WIRE_SUN_MAX, WIRE_SUN_MAX};
	s->e.num = s->e.time = UINT64_MAX;
	s->e.ret = kind == EVENT_EXEC || kind == EVENT_SETID ? 0 : -ENOTRECOVERABLE;
	s->e.blocked = s->e.ret < 0;
	memset(&s->e.creds, 0xee, sizeof(s->e.creds));
	memset(&s->e.prev, 0xee, sizeof(s->e.prev));
	s->e.creds.cap_effective = UINT64_MAX;
	s->e.task = (struct event_task){.tid = UINT32_MAX,
					.pid = UINT32_MAX,
					.vtid = UINT32_MAX,
					.vpid = UINT32_MAX,
					.ppid = UINT32_MAX,
					.loginuid = UINT32_MAX - 1,
					.sid = UINT32_MAX,
					.pid_ns = UINT32_MAX,
					.comm = name,
					.pcomm = name};
	s->e.cwd = path;
	s->p.exepath = s->p.cmdline = s->p.cwd = path;
	s->p.tty = (struct str){path.p, WIRE_TTY_LEN, WIRE_TTY_LEN};
	s->p.exec_time = 1;
	s->p.alert_num = UINT64_MAX;
	s->parent.exepath = path;
	switch (kind) {
	case EVENT_EXEC:
		hostile_file(&s->e.exec.exe, path, name);
		s->e.exec.flags = UINT32_MAX;
		s->e.exec.filename = s->e.exec.interp = path;
		s->e.exec.argv = s->e.exec.argv_tail = argv;
		s->e.exec.argv.full = UINT32_MAX;
		s->e.exec.argv_len = UINT32_MAX;
		s->e.exec.tty = s->p.tty;
		break;
	case EVENT_OPEN:
		hostile_file(&s->e.open.file, path, name);
		s->e.open.oflags = UINT32_MAX;
		s->e.open.asked = path;
		s->e.open.unresolved = true;
		break;
	case EVENT_CONNECT:
		s->e.connect.name = s->e.connect.asked = sun;
		s->e.connect.path = path;
		s->e.connect.flags = UINT32_MAX;
		s->e.connect.ino = UINT64_MAX;
		s->e.connect.dev = s->e.connect.peer_pid = UINT32_MAX;
		s->e.connect.peer_comm = name;
		break;
	case EVENT_SYSCALL:
		s->e.sys.call = WIRE_CALL_RENAMEAT2;
		memset(s->e.sys.args, 0xff, sizeof(s->e.sys.args));
		for (size_t i = 0; i < WIRE_SYSCALL_PATHS; i++)
			s->e.sys.paths[i].path = s->e.sys.paths[i].asked = path;
		break;
	case EVENT_NET:
		memset(&s->e.net, 0xff, sizeof(s->e.net));
		s->e.net.client = s->e.net.server =
			end("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", UINT16_MAX);
		s->e.net.family = AF_INET6;
		s->e.net.path = path;
		break;
	default:
		break;
	}
	fill_array(s->c.name, sizeof(s->c.name), path);
	fill_array(s->c.image, sizeof(s->c.image), path);
	fill_array(s->c.image_tag, sizeof(s->c.image_tag), path);
	fill_array(s->c.image_digest, sizeof(s->c.image_digest), path);
	fill_array(s->c.k8s_ns, sizeof(s->c.k8s_ns), path);
	fill_array(s->c.k8s_pod, sizeof(s->c.k8s_pod), path);
	fill_array(s->c.cgroup_path, sizeof(s->c.cgroup_path), path);
	/* Ids are checked where they come in. */
	memset(s->c.ref.id, 'f', sizeof(s->c.ref.id) - 1);
	memset(s->c.ref.pod_uid, 'f', sizeof(s->c.ref.pod_uid) - 1);
	s->v.n = VERDICT_MAX;
	for (size_t i = 0; i < VERDICT_MAX; i++) {
		s->d[i] = s->d[0];
		s->d[i].id = "container-runtime-socket-connected";
		s->d[i].name = "A title that is about as long as the longest one that there is";
		s->d[i].priority = PRIORITY_INFORMATIONAL;
		s->d[i].tags = many;
		s->v.hits[i] = &s->d[i];
	}
	s->d[0].advice = "Give the container what it needs of the host by name, and nothing that "
			 "is as good as root on the host; a sentence of advice is about so long.";
	s->o.hostname = "a-name-of-sixty-four-bytes-which-is-the-longest-that-linux-has-1";
}

json_t *sample_json(const struct sample *s, char text[static OUTPUT_LINE_MAX])
{
	char own[OUTPUT_LINE_MAX + 64];
	json_error_t err;
	json_t *line;
	size_t len;

	memset(own, 0x5a, sizeof(own));
	len = output_json(own, &s->e, &s->v, &s->o);
	assert_in_range(len, 2, OUTPUT_LINE_MAX - 1);
	for (size_t i = OUTPUT_LINE_MAX; i < sizeof(own); i++)
		assert_int_equal(own[i], 0x5a);
	assert_int_equal(own[len - 1], '\n');
	assert_null(memchr(own, '\n', len - 1));
	for (size_t i = 0; i < len - 1; i++)
		assert_true((unsigned char)own[i] >= 0x20);
	memcpy(text, own, len);
	text[len] = '\0';
	line = json_loadb(own, len, JSON_REJECT_DUPLICATES, &err);
	if (!line)
		fail_msg("%s at %d: %.*s", err.text, err.position, (int)len, own);
	return line;
}

const json_t *sample_field(const json_t *line, const char *name)
{
	const json_t *f = json_object_get(json_object_get(line, "output_fields"), name);

	if (!f)
		fail_msg("%s is missing", name);
	return f;
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

size_t sample_unescape(char *out, const char *s, size_t len)
{
	size_t n = 0, i = 0;

	while (i < len) {
		if (s[i] != '\\') {
			out[n++] = s[i++];
		} else if (i + 1 < len && s[i + 1] == '\\') {
			out[n++] = '\\';
			i += 2;
		} else {
			assert_true(i + 3 < len && s[i + 1] == 'x');
			assert_true(hex_value(s[i + 2]) >= 0 && hex_value(s[i + 3]) >= 0);
			out[n++] = (char)(hex_value(s[i + 2]) * 16 + hex_value(s[i + 3]));
			i += 4;
		}
	}
	return n;
}
