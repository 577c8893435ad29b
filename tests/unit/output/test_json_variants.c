// SPDX-License-Identifier: Apache-2.0
/* A JSON line: what its fields become where an event is not like most, and the lines about the
 * stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "output/fields.h"
#include "output/printed.h"

static void open_variants(void **state)
{
	struct sample s;
	json_t *line;

	(void)state;
	sample_rich(&s, EVENT_OPEN);
	s.e.open.file.path = STR_LIT("/x");
	s.e.open.file.mode = S_IFDIR | 0755;
	s.e.open.file.flags = WIRE_FILE_LOWER | WIRE_FILE_BIND | WIRE_FILE_DELETED;
	s.e.open.file.dev = 259u << 20 | 70000;
	s.e.open.file.ino = UINT64_MAX - 1;
	s.e.open.oflags = O_RDWR;
	s.e.open.write = s.e.open.created = false;
	line = printed_checked(&s);
	printed_expect(line, "fd.directory", "\"/\"");
	printed_expect(line, "fd.filename", "\"x\"");
	printed_expect(line, "fd.typechar", "\"d\"");
	printed_expect(line, "fd.ino", "-2");
	printed_expect(line, "rootwatch.file.dev", "\"259:70000\"");
	assert_int_equal(json_integer_value(sample_field(line, "fd.dev")), makedev(259, 70000));
	printed_expect(line, "rootwatch.file.layer", "\"lower\"");
	printed_expect(line, "rootwatch.file.bind", "true");
	printed_expect(line, "rootwatch.file.deleted", "true");
	printed_expect(line, "rootwatch.file.rootfs", "false");
	printed_expect(line, "evt.is_open_read", "true");
	printed_expect(line, "evt.is_open_write", "false");
	json_decref(line);

	s.e.open.oflags = O_RDONLY | O_PATH;
	s.e.open.file.mode = S_IFIFO;
	line = printed_checked(&s);
	printed_expect(line, "evt.is_open_read", "false");
	printed_expect(line, "fd.typechar", "\"p\"");
	json_decref(line);

	s.e.open.file = (struct event_file){.path = STR_LIT("/etc/passwd")};
	s.e.open.unresolved = s.e.blocked = true;
	s.e.open.asked = STR_LIT("../etc/passwd");
	s.e.ret = -EROFS;
	line = printed_checked(&s);
	printed_expect(line, "fd.name", "\"/etc/passwd\"");
	printed_expect(line, "fd.ino", "null");
	printed_expect(line, "fd.typechar", "null");
	printed_expect(line, "rootwatch.file.dev", "null");
	printed_expect(line, "rootwatch.file.rootfs", "null");
	printed_expect(line, "rootwatch.file.unresolved", "true");
	printed_expect(line, "rootwatch.file.asked", "\"../etc/passwd\"");
	printed_expect(line, "evt.res", "\"EROFS\"");
	printed_expect(line, "evt.rawres", "-30");
	printed_expect(line, "rootwatch.blocked", "true");
	assert_non_null(
		strstr(printed_line, "was denied to open /etc/passwd for reading: EROFS in web"));
	json_decref(line);

	/* A file that is known, but none of its paths: no byte, and nowhere. */
	s.e.open.file = (struct event_file){.known = true};
	line = printed_checked(&s);
	printed_expect(line, "fd.name", "null");
	printed_expect(line, "rootwatch.file.sbpath", "null");
	json_decref(line);
}

static void exec_variants(void **state)
{
	struct sample s;
	json_t *line;

	(void)state;
	sample_rich(&s, EVENT_EXEC);
	s.e.exec.argv = STR_LIT("head\0of");
	s.e.exec.argv.full = 9000;
	s.e.exec.argv_tail = STR_LIT("the\0tail\0");
	s.e.exec.argv_len = 9000;
	s.e.exec.script = false;
	s.e.exec.flags = WIRE_EXEC_FDPATH;
	s.e.exec.exe.flags = WIRE_FILE_MEMFD | WIRE_FILE_DELETED;
	s.e.exec.tty = STR_LIT("");
	line = printed_checked(&s);
	printed_expect(line, "evt.type", "\"execveat\"");
	printed_expect(line, "proc.cmdline", "\"head of ... the tail\"");
	printed_expect(line, "proc.exe", "\"head\"");
	printed_expect(line, "proc.args", "\"of ... the tail\"");
	printed_expect(line, "proc.tty", "null");
	printed_expect(line, "proc.is_exe_from_memfd", "true");
	printed_expect(line, "rootwatch.exec.truncated", "true");
	printed_expect(line, "rootwatch.exec.interp", "null");
	printed_expect(line, "rootwatch.exec.gain", "null");
	printed_expect(line, "rootwatch.file.layer", "null");
	json_decref(line);

	/* One argument, none, and empty ones. */
	s.e.exec.argv_tail = STR_LIT("");
	s.e.exec.argv = STR_LIT("sh\0");
	line = printed_checked(&s);
	printed_expect(line, "proc.cmdline", "\"sh\"");
	printed_expect(line, "proc.exe", "\"sh\"");
	printed_expect(line, "proc.args", "null");
	json_decref(line);
	s.e.exec.argv = STR_LIT("");
	line = printed_checked(&s);
	printed_expect(line, "proc.cmdline", "null");
	printed_expect(line, "proc.exe", "null");
	printed_expect(line, "proc.args", "null");
	json_decref(line);
	s.e.exec.argv = STR_LIT("\0a\0\0");
	line = printed_checked(&s);
	printed_expect(line, "proc.exe", "null");
	printed_expect(line, "proc.args", "\"a \"");
	json_decref(line);
}

static void connect_variants(void **state)
{
	struct sample s;
	json_t *line;

	(void)state;
	sample_rich(&s, EVENT_CONNECT);
	s.e.connect.name = STR_LIT("/containerd-shim/1.sock");
	s.e.connect.asked = STR_LIT("x");
	s.e.connect.ino = 0;
	s.e.connect.flags = WIRE_CONNECT_PEER | WIRE_CONNECT_ABSTRACT |
			    WIRE_CONNECT_ASKED_ABSTRACT | WIRE_CONNECT_PEER_CONTAINER |
			    WIRE_CONNECT_PEER_SAME | WIRE_CONNECT_UNCONNECTED;
	line = printed_checked(&s);
	printed_expect(line, "fd.name", "\"@/containerd-shim/1.sock\"");
	printed_expect(line, "rootwatch.fd.asked", "\"@x\"");
	printed_expect(line, "rootwatch.fd.abstract", "true");
	printed_expect(line, "rootwatch.fd.unconnected", "true");
	printed_expect(line, "fd.ino", "null");
	printed_expect(line, "rootwatch.peer.container", "true");
	printed_expect(line, "rootwatch.peer.same_container", "true");
	json_decref(line);

	/* Refused: only what the client asked for is known. */
	s.e.connect = (struct event_connect){.asked = STR_LIT("/run/docker.sock")};
	s.e.ret = -EACCES;
	s.e.blocked = true;
	line = printed_checked(&s);
	printed_expect(line, "fd.name", "\"/run/docker.sock\"");
	printed_expect(line, "rootwatch.peer.pid", "null");
	printed_expect(line, "rootwatch.peer.container", "null");
	assert_non_null(strstr(printed_line, "was denied to connect to /run/docker.sock: EACCES"));
	json_decref(line);
}

/* Its words are the rule's: whole where those of the event are cut, and no field of the line. */
static void a_verb(void **state)
{
	const struct output_piece pieces[] = {
		{"", 0, true, {.id = F_DID, .arg = "opened|open"}},
		{" ", 1, true, {.id = F_FILE_NAME}},
	};
	static const struct {
		int32_t ret;
		const char *says;
	} cases[] = {{0, " a: opened "}, {-EACCES, " a: tried to open "}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct sample s;
		json_t *line;

		if (i < 2)
			sample_rich(&s, EVENT_OPEN);
		else
			sample_hostile(&s, EVENT_OPEN, STR_LIT("\xff"));
		s.d[0] = (struct rule){.id = "a", .name = "a", .output = pieces, .n_output = 2};
		s.v.n = 1;
		s.e.ret = cases[i % 2].ret;
		line = sample_json(&s, printed_line);
		assert_non_null(strstr(printed_line, cases[i % 2].says));
		assert_null(strstr(printed_line, "rootwatch.did"));
		if (i < 2)
			sample_field(line, "rootwatch.file.name");
		json_decref(line);
	}
}

static void exit_variants(void **state)
{
	struct sample s;
	json_t *line;

	(void)state;
	sample_rich(&s, EVENT_EXIT);
	s.e.exit.code = SIGKILL;
	s.p.exec_time = s.e.time + 1; /* after its end: no duration */
	line = printed_checked(&s);
	printed_expect(line, "rootwatch.exit.code", "null");
	printed_expect(line, "rootwatch.exit.signal", "9");
	printed_expect(line, "rootwatch.exit.duration_ms", "null");
	json_decref(line);
	s.p.from_proc = true;
	s.p.exec_time = 0;
	line = printed_checked(&s);
	printed_expect(line, "proc.is_exe_upper_layer", "null");
	printed_expect(line, "proc.is_exe_from_memfd", "false");
	printed_expect(line, "rootwatch.exit.duration_ms", "null");
	json_decref(line);
}

/* What a line about the stream itself is: its fields are those of kind. */
static json_t *check_told(const char *line, size_t len, const char *rule, const char *priority,
			  uint32_t kind)
{
	json_error_t err;
	json_t *j = json_loadb(line, len, JSON_REJECT_DUPLICATES, &err);
	json_t *fields;
	size_t n = 0;

	assert_non_null(j);
	assert_int_equal(line[len - 1], '\n');
	printed_check_top(j);
	printed_expect_top(j, "rule", rule);
	printed_expect_top(j, "priority", priority);
	fields = json_object_get(j, "output_fields");
	for (size_t i = 0; i < F_END; i++) {
		bool due = field_table[i].kinds & kind;

		assert_true(due == (json_object_get(fields, field_table[i].name) != NULL));
		n += due;
	}
	assert_int_equal(json_object_size(fields), n);
	return j;
}

static void lost_events(void **state)
{
	const struct output_options o = {.hostname = "node1"};
	char line[OUTPUT_LINE_MAX];
	size_t len = output_lost_json(line, 12, 34, 1795309323123456789u, NULL, &o);
	json_t *j = check_told(line, len, "Events lost", "Critical", FIELD_LOST);

	(void)state;
	printed_expect(j, "rootwatch.lost", "12");
	printed_expect(j, "rootwatch.lost_total", "34");
	printed_expect(j, "evt.time", "1795309323123456789");
	json_decref(j);
}

static void the_first_line(void **state)
{
	const struct output_options o = {.hostname = "node1"};
	char line[OUTPUT_LINE_MAX];
	size_t len = output_start_json(line, "fentry", "fexit/path_openat,tp_btf/x",
				       1795309323123456789u, &o);
	json_t *j = check_told(line, len, "Watching", "Informational", FIELD_START);

	(void)state;
	printed_expect(j, "rootwatch.tier", "\"fentry\"");
	printed_expect(j, "rootwatch.hooks", "\"fexit/path_openat,tp_btf/x\"");
	json_decref(j);
}

/* Each counter that there is, with the largest numbers. */
static void counters(void **state)
{
	const struct output_options o = {.hostname = "node1"};
	struct output_counter list[F_END];
	char line[OUTPUT_LINE_MAX];
	size_t len, n = 0;
	json_t *j;

	(void)state;
	for (unsigned i = 0; i < F_END; i++)
		if (field_table[i].kinds == FIELD_STATS) {
			list[n].field = (enum field_id)i;
			list[n++].value = INT64_MAX;
		}
	assert_true(n > 10);
	len = output_stats_json(line, list, n, 1795309323123456789u, &o);
	j = check_told(line, len, "Statistics", "Informational", FIELD_STATS);
	printed_expect(j, "rootwatch.stats.lost_ring", "9223372036854775807");
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verb),	  cmocka_unit_test(open_variants),
		cmocka_unit_test(exec_variants),  cmocka_unit_test(connect_variants),
		cmocka_unit_test(exit_variants),  cmocka_unit_test(lost_events),
		cmocka_unit_test(the_first_line), cmocka_unit_test(counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
