// SPDX-License-Identifier: Apache-2.0
/* What an event's parts are called: the same to a reader of its line and to a rule. */
#include "event/event.h"

#include <stdio.h>
#include <string.h>

/* Appends s to the scratch, a blank for each NUL. */
static size_t join(char *scratch, size_t len, struct str s)
{
	size_t room = EVENT_ARGV_SCRATCH - len;
	size_t n = s.len < room ? s.len : room;

	for (size_t i = 0; i < n; i++)
		scratch[len + i] = (char)(s.p[i] ? s.p[i] : ' ');
	return len + n;
}

static struct str without_last_nul(struct str s)
{
	if (s.len > 0 && s.p[s.len - 1] == '\0')
		s.len--;
	return s;
}

struct str event_argv(const struct event_exec *x, char scratch[static EVENT_ARGV_SCRATCH])
{
	bool cut = x->argv_tail.len > 0 || x->argv.full > x->argv.len;
	size_t len;

	if (x->argv.len == 0)
		return STR_LIT("");
	len = join(scratch, 0, cut ? x->argv : without_last_nul(x->argv));
	if (cut) {
		len = join(scratch, len, STR_LIT(" ... "));
		len = join(scratch, len, without_last_nul(x->argv_tail));
	}
	return (struct str){scratch, (uint32_t)len, (uint32_t)len};
}

struct str event_argv0(const struct event_exec *x)
{
	struct str first = x->argv;

	if (first.len > 0)
		first.len = (uint32_t)strnlen(first.p, first.len);
	return first;
}

struct str event_socket(const struct event_connect *c, bool *abstract)
{
	*abstract = false;
	if (c->name.len > 0) {
		*abstract = c->flags & WIRE_CONNECT_ABSTRACT;
		return c->name;
	}
	if (c->path.len > 0)
		return c->path;
	*abstract = c->flags & WIRE_CONNECT_ASKED_ABSTRACT;
	return c->asked;
}

int64_t event_stat_dev(uint32_t dev)
{
	uint32_t major = dev >> 20, minor = dev & 0xfffff;

	return (minor & 0xff) | major << 8 | (int64_t)(minor & ~0xffu) << 12;
}

struct str event_argv_hash(const struct event_exec *x, char buf[static EVENT_HASH_TEXT])
{
	int n;

	if (!x->hashed)
		return STR_LIT("");
	n = snprintf(buf, EVENT_HASH_TEXT, "%016llx", (unsigned long long)x->argv_hash);
	return (struct str){buf, (uint32_t)n, (uint32_t)n};
}

struct str event_groups(const struct event_setid *s, char buf[static EVENT_GROUPS_TEXT])
{
	size_t len = 0;

	buf[0] = '\0';
	for (uint32_t i = 0; i < s->groups_n && i < WIRE_SETID_GROUPS; i++)
		len += (size_t)snprintf(buf + len, EVENT_GROUPS_TEXT - len, "%s%u", i ? "," : "",
					s->groups[i]);
	if (s->groups_n > WIRE_SETID_GROUPS)
		(void)snprintf(buf + len, EVENT_GROUPS_TEXT - len, "...");
	return str_from(buf);
}

struct str event_handle(struct str handle, char buf[static EVENT_HANDLE_TEXT])
{
	uint32_t head[2]; /* how many bytes, of which type */
	size_t len;

	if (handle.len < sizeof(head) || handle.len > WIRE_HANDLE_MAX)
		return STR_LIT("");
	memcpy(head, handle.p, sizeof(head));
	len = (size_t)snprintf(buf, EVENT_HANDLE_TEXT, "%d:", (int32_t)head[1]);
	for (size_t i = sizeof(head); i < handle.len; i++)
		len += (size_t)snprintf(buf + len, EVENT_HANDLE_TEXT - len, "%02x",
					(unsigned char)handle.p[i]);
	return str_from(buf);
}
