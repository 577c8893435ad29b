/* SPDX-License-Identifier: Apache-2.0 */
/* rootwatch check: a doctor. What works here, proven, and what to do about what does not. */
#include <errno.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/tier.h"
#include "cmd/canary.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "rules/filter/filter.h"
#include "source/source.h"
#include "wire.h"

/* For the acts and for their records to come: far more than a busy or an emulated machine takes, as
 * nobody waits that long but who is told in the end that a hook does not work. */
#define PROOF_MS 10000

/* Of any tier. */
#define NOT_SEEN "what is done with a descriptor after it was opened"

#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF	    39
#endif

enum state { OK, NOTE, DEGRADED, MISSING };

static const char *const state_names[] = {"ok", "note", "degraded", "missing"};
static const char *const state_colors[] = {"\033[32m", "", "\033[33m", "\033[31m"};

struct report {
	bool color;
	int code; /* the worst so far */
};

__attribute__((format(printf, 4, 5))) static void line(const struct report *r, enum state st,
						       const char *what, const char *format, ...)
{
	va_list ap;

	printf("%s%-8s%s  %-22s ", r->color ? state_colors[st] : "", state_names[st],
	       r->color ? "\033[0m" : "", what);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

static void fail(struct report *r, int code)
{
	if (r->code == EXIT_CODE_OK)
		r->code = code;
}

static void check_kernel(struct report *r)
{
	unsigned int major = 0, minor = 0;
	struct utsname u;

	if (uname(&u) || sscanf(u.release, "%u.%u", &major, &minor) != 2) {
		line(r, DEGRADED, "kernel", "cannot tell its version");
		return;
	}
	if (major < 5 || (major == 5 && minor < 10)) {
		line(r, MISSING, "kernel", "%s: rootwatch needs 5.10 or later", u.release);
		fail(r, EXIT_CODE_KERNEL);
		return;
	}
	line(r, OK, "kernel", "%s on %s (5.10 or later is needed)", u.release, u.machine);
}

static void check_btf(struct report *r)
{
	if (access("/sys/kernel/btf/vmlinux", R_OK) == 0) {
		line(r, OK, "BTF", "/sys/kernel/btf/vmlinux");
		return;
	}
	line(r, MISSING, "BTF",
	     "/sys/kernel/btf/vmlinux cannot be read (%s): use a kernel built with "
	     "CONFIG_DEBUG_INFO_BTF (those of Debian 11, Ubuntu 20.10, RHEL 8.2 and later are)",
	     strerror(errno));
	fail(r, EXIT_CODE_KERNEL);
}

static bool has_cap(cap_t caps, cap_value_t cap)
{
	cap_flag_value_t v = CAP_CLEAR;

	return cap_get_flag(caps, cap, CAP_EFFECTIVE, &v) == 0 && v == CAP_SET;
}

static void check_privilege(struct report *r)
{
	cap_t caps = cap_get_proc();
	bool admin = caps && has_cap(caps, CAP_SYS_ADMIN);
	bool bpf = caps && has_cap(caps, CAP_BPF) && has_cap(caps, CAP_PERFMON);

	if (caps)
		cap_free(caps);
	if (geteuid() == 0 && admin) {
		line(r, OK, "privileges", "root with CAP_SYS_ADMIN");
	} else if (geteuid() == 0 && bpf) {
		line(r, DEGRADED, "privileges",
		     "root with CAP_BPF and CAP_PERFMON, but no CAP_SYS_ADMIN: hooks cannot be "
		     "proven in a container of our own; add CAP_SYS_ADMIN for that");
	} else {
		line(r, MISSING, "privileges", "%s: use sudo, or run the container privileged",
		     geteuid() ? "not root" : "root without CAP_SYS_ADMIN");
		fail(r, EXIT_CODE_PRIVILEGE);
	}
}

static void check_cgroups(struct report *r)
{
	struct statfs top, unified;

	if (statfs("/sys/fs/cgroup", &top)) {
		line(r, DEGRADED, "cgroups",
		     "/sys/fs/cgroup: %s; containers are told apart by namespaces only",
		     strerror(errno));
	} else if (top.f_type == CGROUP2_SUPER_MAGIC) {
		line(r, OK, "cgroups", "v2: containers are named by their v2 cgroup");
	} else if (statfs("/sys/fs/cgroup/unified", &unified) == 0 &&
		   unified.f_type == CGROUP2_SUPER_MAGIC) {
		line(r, OK, "cgroups",
		     "hybrid: containers are named by their v2 cgroup, or, when that tells no id, "
		     "by the first v1 controller that does");
	} else {
		line(r, OK, "cgroups",
		     "v1: containers are named by the first controller whose path tells an id");
	}
}

static void check_hooks(struct report *r, const struct source *s, const struct canary_proof *p,
			bool acted)
{
	const struct source_hook *hooks;
	size_t n, i;

	hooks = source_hooks(s, &n);
	for (i = 0; i < n; i++) {
		const char *name = strchr(hooks[i].hook, '/') + 1;

		if (hooks[i].optional && (!acted || !canary_proves(p, &hooks[i])))
			line(r, DEGRADED, name, "not proven: %s", hooks[i].sees);
		else if (!acted)
			line(r, DEGRADED, name, "attached (%s), not proven: %s", hooks[i].hook,
			     hooks[i].sees);
		else if (canary_proves(p, &hooks[i]))
			line(r, OK, name, "%s, proven: %s", hooks[i].hook, hooks[i].sees);
		else {
			line(r, MISSING, name,
			     "attached (%s), but an act of our own did not come back: not seen: "
			     "%s. Please report this with the kernel's version",
			     hooks[i].hook, hooks[i].sees);
			fail(r, EXIT_CODE_KERNEL);
		}
	}
}

static void check_urings(const struct report *r, const struct source *s)
{
	switch (source_urings(s)) {
	case 0:
		line(r, NOTE, "not seen",
		     "through io_uring: which file is meant by its number in the ring");
		break;
	case -EOPNOTSUPP:
		line(r, NOTE, "io_uring",
		     "switched off on this host (kernel.io_uring_disabled): not watched; start "
		     "rootwatch again when it is switched on");
		break;
	default:
		line(r, NOTE, "not seen",
		     "connects, renames, links and the like through io_uring: only that one was set up "
		     "(rule io-uring-used)");
	}
}

/* Which way opens are seen, why by no better one, and what that way cannot see. */
static void check_tier(const struct report *r, const struct source *s)
{
	uint32_t tier = source_tier(s);
	const char *why = source_why_tier(s);

	line(r, *why ? NOTE : OK, "tier", "opens are seen by %s%s%s%s", tier_name(tier),
	     *why ? " (" : "", why, *why ? ")" : "");
	if (source_slows_calls(s))
		line(r, NOTE, "cost",
		     "every system call on this host passes a hook, also those that nobody watches");
	if (tier == WIRE_TIER_TRACEPOINT)
		line(r, NOTE, "not seen",
		     "opens through io_uring, and open files received through it: only that one was "
		     "set up (rule io-uring-used); to which Unix socket a datagram went "
		     "(its address counts); the name of a descriptor that another thread closed or replaced meanwhile");
	if (source_refused(s))
		;
	else if (!source_slows_calls(s))
		line(r, NOTE, "not seen",
		     "calls and opens that a seccomp filter refused: they never reach the functions that are hooked");
	else
		line(r, NOTE, "not seen",
		     "opens that a seccomp filter refused: they never reach the function that is hooked");
	check_urings(r, s);
	line(r, NOTE, "not seen",
	     source_acts(s) ?
		     "where the paths of what was denied led at that moment (it is looked up right "
		     "after)" :
		     "where the paths of other calls led at that moment (it is looked up right after)");
	line(r, NOTE, "not seen", "%s", NOT_SEEN);
}

static void check_source(struct report *r, uint32_t tier)
{
	char why[SOURCE_WHY_MAX], canary_why[CANARY_WHY_MAX];
	/* No rules: what proves the hooks passes any filter. */
	static const struct filter none;
	struct source_options o = {.wake_fd = -1, .tier = tier};
	struct canary_proof proof;
	struct source *s;
	int err;

	o.filter = &none;
	err = source_open(&s, &o, why);
	if (err) {
		line(r, MISSING, "programs", "%s", why);
		fail(r, err == -EPERM || err == -EACCES ? EXIT_CODE_PRIVILEGE : EXIT_CODE_KERNEL);
		return;
	}
	line(r, OK, "programs", "loaded and accepted by the verifier");
	err = canary_prove(s, PROOF_MS, NULL, NULL, &proof, canary_why);
	canary_release(&proof);
	if (err)
		line(r, DEGRADED, "proof", "no container of our own could be made: %s", canary_why);
	else if (!proof.open || !proof.denied || !proof.setid || !proof.connect)
		line(r, MISSING, "proof", "of our own acts these were not seen:%s%s%s%s",
		     proof.open ? "" : " open", proof.denied ? "" : " denied open",
		     proof.setid ? "" : " setresuid", proof.connect ? "" : " connect");
	check_hooks(r, s, &proof, err == 0);
	check_tier(r, s);
	source_close(s);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	uint32_t *tier = state->input;

	if (key == 't') {
		if (tier_of_name(arg, tier))
			argp_error(state, "the tier is fentry, lsm or tracepoint, not '%s'", arg);
		return 0;
	}
	if (key == ARGP_KEY_ARG)
		argp_error(state, "check takes no argument '%s'", arg);
	return key == ARGP_KEY_ARG ? 0 : ARGP_ERR_UNKNOWN;
}

static const struct argp_option options[] = {
	{"tier", 't', "TIER", 0, "As of rootwatch run: fentry, lsm or tracepoint", 0},
	{0},
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Say what works on this host, hook by hook, each proven by an act of rootwatch's "
	       "own, and what to do about what does not.\v"
	       "Exit status: 0 all is there, 2 usage, 3 the kernel cannot, 4 not enough "
	       "privilege.",
};

int cmd_check(int argc, char **argv)
{
	struct report r = {.color = options_color(STDOUT_FILENO)};
	uint32_t tier = SOURCE_TIER_AUTO;

	options_parse("rootwatch check", &argp, argc, argv, &tier);
	check_kernel(&r);
	check_btf(&r);
	check_privilege(&r);
	check_cgroups(&r);
	if (r.code == EXIT_CODE_OK)
		check_source(&r, tier);
	else
		line(&r, MISSING, "hooks", "not tried: mend the lines above first");
	return r.code;
}
