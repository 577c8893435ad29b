// SPDX-License-Identifier: Apache-2.0
#include "demo/attack.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/sandbox.h"

#define SUID_ACT ATTACK_SUID " --reuid=0 --regid=0 --clear-groups "

/* The package tools ask who they are; the second try is what a thief would do next. */
static const struct attack table[] = {
	{
		.title = "install a package",
		.variants = {{"dpkg dpkg-deb", "dpkg -i demo.deb",
			      "dpkg --force-not-root -i " ATTACK_DIR "/package && "
			      "exec dpkg-query -W -f '${Package} ${db:Status-Status}\\n' "
			      "rootwatch-demo\n"
			      "echo 'Package: rootwatch-demo' >>/var/lib/dpkg/status\n"
			      "exit 1"},
			     {"rpm rpmbuild", "rpm -i demo.rpm",
			      "rpm -i --nodeps " ATTACK_DIR
			      "/package && exec rpm -q rootwatch-demo\n"
			      "echo >>\"$(rpm -E '%{_dbpath}')/rpmdb.sqlite\"\n"
			      "exit 1"}},
		.expect = {{.rules = {"package-manager", "package-database-written"}},
			   {.denied = true, .blocked = "/", .rules = {"package-database-written"}}},
	},
	{
		.title = "append to /etc/passwd",
		.variants =
			{{"sh", "echo >>/etc/passwd",
			  "echo 'intruder::0:0::/:/bin/sh' >>/etc/passwd && tail -n 1 /etc/passwd"}},
		.expect = {{.rules = {"passwd-written"}},
			   {.denied = true, .blocked = "/etc/passwd"}},
	},
	{
		.title = "plant a cron job",
		.variants = {{"sh", "echo >/etc/cron.d/x",
			      "echo '* * * * * root id' >/etc/cron.d/x && ls /etc/cron.d/x"}},
		.expect = {{.rules = {"cron-written"}},
			   {.denied = true, .blocked = "/etc/cron.d/x"}},
	},
	{
		.title = "add a user",
		.variants = {{"useradd", "useradd eve",
			      "useradd eve && echo \"eve has uid $(id -u eve)\""},
			     {"adduser", "adduser -D eve",
			      "adduser -D eve && echo \"eve has uid $(id -u eve)\""}},
		.expect = {{.rules = {"user-added", "passwd-written"}},
			   {.denied = true, .blocked = "/etc/"}},
	},
	{
		.title = "talk to docker.sock",
		.variants =
			{{"curl", "curl ... docker.sock",
			  "curl -sS --unix-socket " ATTACK_SOCK " http://docker/version"},
			 {"perl", "perl ... docker.sock",
			  "perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0) && "
			  "connect(S, sockaddr_un(shift)) || die qq($!\\n); "
			  "syswrite S, qq(GET /version HTTP/1.0\\r\\n\\r\\n); print <S>' " ATTACK_SOCK},
			 {"python3", "python3 .. docker.sock",
			  "python3 -c 'import socket, sys\n"
			  "s = socket.socket(socket.AF_UNIX)\n"
			  "try: s.connect(sys.argv[1])\n"
			  "except OSError as e: sys.exit(e.strerror)\n"
			  "s.sendall(b\"GET /version HTTP/1.0\\r\\n\\r\\n\")\n"
			  "print(s.makefile().read())' " ATTACK_SOCK},
			 {"nc", "nc -U docker.sock",
			  "printf 'GET /version HTTP/1.0\\r\\n\\r\\n' | nc -N -U " ATTACK_SOCK}},
		.expect = {{.rules = {"runtime-socket"}}, {.denied = true, .blocked = ATTACK_SOCK}},
	},
	{
		.title = "SUID file, by uid 1000",
		.variants = {{"setpriv", "SUID setpriv: setuid 0",
			      SUID_ACT "sh -c 'echo \"uid $(id -u) now\"'"}},
		.prepare = "cp \"$(command -v setpriv)\" " ATTACK_SUID
			   " && chmod 4755 " ATTACK_SUID,
		.as_user = true,
		.expect = {{.rules = {"privilege-suid-exec", "privilege-setuid"}},
			   {.rules = {"privilege-suid-exec", "privilege-setuid"}}},
	},
	{
		.title = "same, no_new_privs set",
		.variants = {{"setpriv", "SUID setpriv: setuid 0",
			      SUID_ACT "sh -c 'echo \"uid $(id -u) now\"'"}},
		.as_user = true,
		.no_new_privs = true,
		.expect = {{.denied = true}, {.denied = true}},
	},
	{
		.title = "set core_pattern",
		.variants = {{"sh", ">/proc/../core_pattern",
			      "v=$(cat /proc/sys/kernel/core_pattern) && "
			      "printf '%s\\n' \"$v\" >/proc/sys/kernel/core_pattern && "
			      "echo \"written back: $v\""}},
		.expect = {{.rules = {"kernel-knob-escape"}},
			   {.denied = true, .blocked = "/proc/sys/kernel/core_pattern"}},
	},
	{
		.title = "run a dropped program",
		.variants =
			{{"sh", "cp sh .../bin/x && x",
			  "cp /bin/sh /usr/local/bin/x && exec /usr/local/bin/x -c 'echo it runs'"}},
		.expect = {{.rules = {"exec-upper-layer"}}, {.denied = true}},
	},
};

const struct attack *attack_table(size_t *n)
{
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}

bool attack_tool(const char *name, char *path, size_t size)
{
	static const char *const dirs[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		int len = snprintf(path, size, "%s/%s", dirs[i], name);

		if (len > 0 && (size_t)len < size && access(path, X_OK) == 0)
			return true;
	}
	return false;
}

static bool all_there(const char *needs)
{
	char name[32], path[64];

	for (const char *p = needs; *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		(void)snprintf(name, sizeof(name), "%.*s", (int)n, p);
		if (!attack_tool(name, path, sizeof(path)))
			return false;
		p += n;
	}
	return true;
}

const struct attack_variant *attack_choose(const struct attack *a)
{
	for (size_t i = 0; i < ATTACK_VARIANTS && a->variants[i].needs; i++) {
		if (all_there(a->variants[i].needs))
			return &a->variants[i];
	}
	return NULL;
}

/* Behind the last ": ", where programs say what went wrong. */
static size_t skip_prefixes(const char *line, size_t len)
{
	for (size_t i = len; i > 1; i--) {
		if (line[i - 2] == ':' && line[i - 1] == ' ' && i < len)
			return i;
	}
	return 0;
}

void attack_said(char said[static ATTACK_TEXT_MAX], const char *output, bool failed)
{
	const char *line = "", *p = output;
	size_t len = 0, used = 0;

	while (*p) {
		size_t n = strcspn(p, "\r\n");

		if (n > 0) {
			line = p;
			len = n;
		}
		p += n;
		p += strspn(p, "\r\n");
	}
	for (size_t i = failed ? skip_prefixes(line, len) : 0;
	     i < len && used + 1 < ATTACK_TEXT_MAX; i++) {
		if (failed && line[i] == ';')
			break;
		said[used++] = line[i] >= ' ' && line[i] <= '~' ? line[i] : '?';
	}
	said[used] = '\0';
}

/* A refusal, and not some other mishap; a stopped attempt that was seen proves it as well. */
static bool refused(const struct attack_result *r)
{
	return r->blocked_seen || strstr(r->said, "ermission denied") ||
	       strstr(r->said, "not permitted");
}

bool attack_check(const struct attack_expect *e, const struct attack_result *r,
		  char text[static ATTACK_TEXT_MAX])
{
	text[0] = '\0';
	if (r->err) {
		(void)snprintf(text, ATTACK_TEXT_MAX, "could not be run: %s",
			       strerrordesc_np(-r->err));
	} else if (r->code == SANDBOX_EXIT_EXEC) {
		(void)snprintf(text, ATTACK_TEXT_MAX, "could not be run: %.80s", r->said);
	} else if (e->denied && r->code == 0) {
		(void)snprintf(text, ATTACK_TEXT_MAX, "was not denied");
	} else if (!e->denied && r->code != 0) {
		(void)snprintf(text, ATTACK_TEXT_MAX, "failed: %.80s", r->said);
	} else if (e->denied && e->blocked && !r->blocked_seen) {
		(void)snprintf(text, ATTACK_TEXT_MAX, "no event: blocked attempt");
	} else if (e->denied && !refused(r)) {
		(void)snprintf(text, ATTACK_TEXT_MAX, "failed otherwise: %.80s", r->said);
	}
	for (size_t i = 0; !text[0] && i < ATTACK_RULES; i++) {
		if (!e->denied && e->rules[i] && !r->seen[i])
			(void)snprintf(text, ATTACK_TEXT_MAX, "no alert: %s", e->rules[i]);
	}
	return !text[0];
}
