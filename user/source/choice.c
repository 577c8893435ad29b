/* SPDX-License-Identifier: Apache-2.0 */
#include "source/choice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/tier.h"
#include "wire.h"

/*
 * One fentry program sees an open with its result, be it done or denied. The LSM hook alone sees no
 * denied one: it takes a second program to see these, and costs more.
 */
static const uint32_t order[] = {WIRE_TIER_FENTRY, WIRE_TIER_LSM, WIRE_TIER_TRACEPOINT};
#define ORDER_N (sizeof(order) / sizeof(order[0]))

static const char *const extras[] = {
	"io_bind",
	"io_listen",
	"io_send",
	"io_sendmsg",
	"io_send_zc",
	"io_sendmsg_zc",
	"do_accept",
	"__sys_socket_file",
	"security_sb_mount",
	"security_move_mount",
	"security_sb_umount",
	"security_sb_pivotroot",
	"security_file_truncate",
	"security_inode_setxattr",
	"security_inode_removexattr",
	"security_inode_set_acl",
	"security_inode_remove_acl",
	"mnt_drop_write",
	"mnt_drop_write_file",
	"bpf_loop",
	CHOICE_MAY_SEND,
};

int choice_extra(const char *function)
{
	for (size_t i = 0; i < sizeof(extras) / sizeof(extras[0]); i++)
		if (strcmp(function, extras[i]) == 0)
			return (int)i;
	return -1;
}

/* 0, or -errno of what it needs. */
static int lacks(const struct choice_have *h, uint32_t tier)
{
	if (tier == WIRE_TIER_FENTRY)
		return h->fentry;
	if (tier == WIRE_TIER_LSM)
		return h->lsm ? h->lsm : h->lsm_inactive ? -ENOSYS : h->fentry;
	return 0;
}

static int say(const struct choice_have *h, uint32_t tier, char *why, size_t size)
{
	if (tier == WIRE_TIER_LSM && !h->lsm && h->lsm_inactive)
		return snprintf(why, size, "lsm: bpf is not among /sys/kernel/security/lsm");
	return snprintf(why, size, "%s: the kernel refuses such programs (%s)", tier_name(tier),
			strerror(-lacks(h, tier)));
}

int choice_make(const struct choice_have *have, uint32_t forced, struct choice *out,
		char why[static CHOICE_WHY_MAX])
{
	size_t used = 0;

	why[0] = '\0';
	for (size_t i = 0; i < ORDER_N; i++) {
		int n;

		if (forced != CHOICE_AUTO && order[i] != forced)
			continue;
		if (!lacks(have, order[i])) {
			out->open = order[i];
			out->probes = order[i] != WIRE_TIER_TRACEPOINT && !have->probes;
			out->received = order[i] != WIRE_TIER_TRACEPOINT && !have->received;
			out->urings = order[i] != WIRE_TIER_TRACEPOINT && !have->urings;
			out->extras = have->extras;
			out->acts = order[i] != WIRE_TIER_TRACEPOINT && !have->acts;
			out->chown = out->acts && !have->chown;
			out->datagrams = order[i] != WIRE_TIER_TRACEPOINT &&
					 (have->extras >> choice_extra(CHOICE_MAY_SEND) & 1);
			out->refused = out->probes && !have->refused;
			out->permits = have->permits;
			out->mapped = order[i] != WIRE_TIER_TRACEPOINT && !have->mapped;
			return 0;
		}
		if (used && used + 2 < CHOICE_WHY_MAX) {
			memcpy(why + used, "; ", 3);
			used += 2;
		}
		n = say(have, order[i], why + used, CHOICE_WHY_MAX - used);
		used = n < 0 || used + (size_t)n >= CHOICE_WHY_MAX ? CHOICE_WHY_MAX - 1 :
								     used + (size_t)n;
	}
	return -ENOTSUP;
}

bool choice_degrade(struct choice *c, char why[static CHOICE_WHY_MAX])
{
	if (c->extras && (c->acts || c->urings)) {
		c->extras = 0;
		return true;
	}
	if (c->datagrams) {
		c->datagrams = false;
		return true;
	}
	if (c->acts) {
		c->acts = c->chown = false;
		return true;
	}
	if (c->refused) {
		c->refused = false;
		return true;
	}
	if (c->urings) {
		c->urings = false;
		return true;
	}
	if (c->probes) {
		c->probes = false;
		return true;
	}
	if (c->open == WIRE_TIER_TRACEPOINT)
		return false;
	(void)snprintf(why, CHOICE_WHY_MAX, "the kernel refuses the programs of the others");
	c->open = WIRE_TIER_TRACEPOINT;
	c->received = c->mapped = false;
	return true;
}
