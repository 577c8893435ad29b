/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/value/privilege.h"

#include <linux/capability.h>

static bool is_root(const struct wire_creds *c)
{
	return c->root != WIRE_ROOT_NONE;
}

/* Root of its user namespace by the file system uid alone: then that is its root's. */
static bool is_root_by_fsuid(const struct wire_creds *c)
{
	return c->root == WIRE_ROOT_USERNS && c->ns_euid != 0 && c->fsuid != c->euid;
}

/* The host's uid of this user namespace's root, as far as the event tells. */
static uint32_t root_uid(const struct event *e)
{
	if (e->creds.ns_euid == 0)
		return e->creds.euid;
	if (e->creds.ns_uid == 0)
		return e->creds.uid;
	if (e->prev.ns_euid == 0)
		return e->prev.euid;
	if (e->prev.ns_uid == 0)
		return e->prev.uid;
	if (is_root_by_fsuid(&e->creds))
		return e->creds.fsuid;
	return is_root_by_fsuid(&e->prev) ? e->prev.fsuid : 0;
}

/* Bits: which of the four uids are root's. */
static unsigned root_uids(const struct wire_creds *c, uint32_t root)
{
	return (unsigned)(c->uid == root) | (unsigned)(c->euid == root) << 1 |
	       (unsigned)(c->suid == root) << 2 | (unsigned)(c->fsuid == root) << 3;
}

/* A uid that was not root's has become root's. */
static bool raised(const struct event *e)
{
	uint32_t root = root_uid(e);

	if (!e->prev_known)
		return false;
	return (root_uids(&e->creds, root) & ~root_uids(&e->prev, root)) != 0 ||
	       (is_root(&e->creds) && !is_root(&e->prev));
}

/* A process of root that had set its effective uid aside, as daemons do: nothing is gained. */
static bool was_roots(const struct event *e)
{
	return e->prev.ns_uid == 0;
}

enum privilege_setid privilege_of_setid(const struct event *e)
{
	if (!raised(e))
		return PRIVILEGE_NONE;
	if (!was_roots(e))
		return PRIVILEGE_RAISED;
	return is_root(&e->creds) && !is_root(&e->prev) ? PRIVILEGE_REGAINED : PRIVILEGE_NONE;
}

static bool had_root(const struct event *e)
{
	return e->prev_known && is_root(&e->prev);
}

static bool gained_root(const struct event *e)
{
	return (e->exec.flags & WIRE_EXEC_SUID) && is_root(&e->creds) && !had_root(e);
}

static bool gained_group(const struct event *e)
{
	return (e->exec.flags & WIRE_EXEC_SGID) && e->creds.ns_egid == 0 && !had_root(e) &&
	       !(e->prev_known && e->prev.ns_egid == 0);
}

#define CAP(name) (1ull << CAP_##name)

/*
 * With one of these a process is as good as root, here or further out. Not among them: binding
 * low ports, raw sockets, and the like, which are what file capabilities are good for.
 */
static const uint64_t as_good_as_root =
	CAP(CHOWN) | CAP(DAC_OVERRIDE) | CAP(DAC_READ_SEARCH) | CAP(FOWNER) | CAP(SETGID) |
	CAP(SETUID) | CAP(SETPCAP) | CAP(NET_ADMIN) | CAP(SYS_MODULE) | CAP(SYS_RAWIO) |
	CAP(SYS_CHROOT) | CAP(SYS_PTRACE) | CAP(SYS_ADMIN) | CAP(SYS_BOOT) | CAP(MKNOD) |
	CAP(SETFCAP) | CAP(MAC_OVERRIDE) | CAP(MAC_ADMIN) | CAP(SYSLOG) |
	(1ull << 38) /* PERFMON, since 5.8 */ | (1ull << 39) /* BPF */ |
	(1ull << 40) /* CHECKPOINT_RESTORE, since 5.9 */;

static bool gained_fcaps(const struct event *e)
{
	return (e->exec.flags & WIRE_EXEC_FCAPS) && !had_root(e);
}

static bool gained_much(const struct event *e)
{
	const struct wire_creds *prev = &e->prev;
	uint64_t before = 0;

	/* What was only permitted would not have outlived the exec. */
	if (e->prev_known)
		before = prev->cap_permitted & (prev->cap_effective | prev->cap_inheritable);
	return (e->creds.cap_permitted & ~before & as_good_as_root) != 0;
}

unsigned privilege_of_exec(const struct event *e)
{
	unsigned gain = 0;

	if (gained_root(e))
		gain |= PRIVILEGE_ROOT;
	if (gained_group(e))
		gain |= PRIVILEGE_GROUP;
	if (gained_fcaps(e))
		gain |= gained_much(e) ? PRIVILEGE_MAJOR : PRIVILEGE_MINOR;
	return gain;
}
