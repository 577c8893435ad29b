/* SPDX-License-Identifier: Apache-2.0 */
#include "source/prefilter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "source/source.h"

static const uint32_t scope_seeds[FILTER_SCOPE_END] = {
	[FILTER_PATH] = WIRE_SCOPE_PATH,	 [FILTER_PROC] = WIRE_SCOPE_PROC,
	[FILTER_SYSFS] = WIRE_SCOPE_SYSFS,	 [FILTER_CGROUP] = WIRE_SCOPE_CGROUP,
	[FILTER_KERNFS] = WIRE_SCOPE_KERNFS,	 [FILTER_HOST] = WIRE_SCOPE_HOST,
	[FILTER_NAME] = WIRE_SCOPE_NAME,	 [FILTER_SOCKET] = WIRE_SCOPE_SOCKET,
	[FILTER_LISTENER] = WIRE_SCOPE_LISTENER, [FILTER_PORT] = WIRE_SCOPE_PORT,
	[FILTER_FOLDER] = WIRE_SCOPE_FOLDER,
};

static uint32_t access_value(uint32_t access)
{
	uint32_t value = 0;

	if (access & FILTER_READ)
		value |= WIRE_WATCH_READ;
	if (access & FILTER_WRITE)
		value |= WIRE_WATCH_WRITE;
	if (access & FILTER_CONNECT)
		value |= WIRE_WATCH_CONNECT;
	if (access & FILTER_OUT)
		value |= WIRE_WATCH_OUT;
	if (access & FILTER_IN)
		value |= WIRE_WATCH_IN;
	if (access & FILTER_SEND)
		value |= WIRE_WATCH_SEND;
	if (access & FILTER_CALL)
		value |= WIRE_WATCH_CALL;
	return value;
}

static uint32_t entry_value(const struct filter_entry *w)
{
	uint32_t value = access_value(w->access);

	if (w->ignore)
		return WIRE_WATCH_IGNORE;
	if (w->urgent)
		value |= WIRE_WATCH_URGENT;
	return value;
}

/* As bpf_probe_read_kernel_str makes it: at most 31 bytes, the rest zero. */
static struct wire_name name_of(const char *s, size_t len)
{
	struct wire_name n = {{0}};

	memcpy(&n, s, len < WIRE_NAME_LEN - 1 ? len : WIRE_NAME_LEN - 1);
	return n;
}

/*
 * Two patterns on one path: what either wants passes. Nothing may stay ignored that another
 * pattern wants.
 */
static uint32_t merge(uint32_t a, uint32_t b)
{
	uint32_t v = a | b;

	if (v & (WIRE_WATCH_READ | WIRE_WATCH_WRITE))
		v &= ~WIRE_WATCH_IGNORE;
	return v;
}

static int add_hash(struct prefilter *p, uint64_t hash, uint32_t value)
{
	struct prefilter_entry *entries;
	size_t i;

	for (i = 0; i < p->n_entries; i++) {
		if (p->entries[i].hash == hash) {
			p->entries[i].value = merge(p->entries[i].value, value);
			return 0;
		}
	}
	entries = reallocarray(p->entries, p->n_entries + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	p->entries = entries;
	p->entries[p->n_entries++] = (struct prefilter_entry){hash, value};
	p->set.filter[WIRE_FILTER_BIT(hash) / 64] |= 1ull << (WIRE_FILTER_BIT(hash) % 64);
	return 0;
}

/* "/name/name...": what is written in another way would never match. */
static bool path_valid(const char *path)
{
	size_t len = strlen(path);

	return path[0] == '/' && path[len - 1] != '/' && !strstr(path, "//");
}

/*
 * Every component but the last says that more follows; what is deeper than the kernel looks is
 * watched from there on. What does not matter has to be seen whole by the kernel: of a path too
 * deep, or with a name too long for that, nothing is taken away.
 */
static int add_path(struct prefilter *p, const struct filter_entry *w)
{
	uint32_t scope = scope_seeds[w->scope];
	uint32_t value = entry_value(w);
	uint64_t h = wire_hash_seed(p->number, scope);
	const char *at = w->pattern;
	int depth = 0;

	p->set.scope_access[scope] |= value &
				      (WIRE_WATCH_READ | WIRE_WATCH_WRITE | WIRE_WATCH_CALL);
	if (*at == '\0') {
		p->set.scope_root[scope] |= value;
		return 0;
	}
	if (!path_valid(at))
		return -EINVAL;
	for (;;) {
		const char *end = strchrnul(at + 1, '/');
		size_t len = (size_t)(end - at - 1);
		struct wire_name n = name_of(at + 1, len);
		bool last = *end == '\0' || ++depth == WIRE_WATCH_DEPTH;
		int err;

		h = wire_hash_step(h, &n);
		if ((value & WIRE_WATCH_IGNORE) &&
		    (len >= WIRE_NAME_LEN - 1 || (last && *end != '\0')))
			return 0;
		err = add_hash(p, h, last ? value : WIRE_WATCH_DEEPER);
		if (err || last)
			return err;
		at = end;
	}
}

static int add_name(struct prefilter *p, const struct filter_entry *w)
{
	size_t len = strlen(w->pattern);
	struct wire_name n = name_of(w->pattern, len);

	if (len == 0 || strchr(w->pattern, '/') ||
	    (w->scope == FILTER_LISTENER && len >= WIRE_COMM_LEN))
		return -EINVAL;
	return add_hash(p, wire_hash_step(wire_hash_seed(p->number, scope_seeds[w->scope]), &n),
			entry_value(w));
}

/* It lies on paths: these have to be looked at. */
static int add_folder(struct prefilter *p, const struct filter_entry *w)
{
	uint32_t access = entry_value(w) & (WIRE_WATCH_READ | WIRE_WATCH_WRITE | WIRE_WATCH_CALL);
	int err = add_name(p, w);
	unsigned char first = (unsigned char)w->pattern[0];

	if (err)
		return err;
	p->set.folder_firsts[first / 64] |= 1ull << (first % 64);
	p->set.folder_access |= access;
	p->set.scope_access[WIRE_SCOPE_PATH] |= access;
	return 0;
}

static int add_suffix(struct prefilter *p, const struct filter_entry *w)
{
	size_t len = strlen(w->pattern);
	unsigned char value[8] = {0}, mask[8] = {0};
	struct wire_suffix *s;

	if (len == 0 || len > sizeof(value) || strchr(w->pattern, '/'))
		return -EINVAL;
	if (p->set.suffixes_n == WIRE_SUFFIXES_MAX)
		return -E2BIG;
	s = &p->set.suffixes[p->set.suffixes_n++];
	memcpy(value + sizeof(value) - len, w->pattern, len);
	memset(mask + sizeof(mask) - len, 0xff, len);
	memcpy(&s->value, value, sizeof(value));
	memcpy(&s->mask, mask, sizeof(mask));
	s->access = entry_value(w);
	p->set.suffix_ends[value[7] / 64] |= 1ull << (value[7] % 64);
	return 0;
}

/* A part of a device number; *end gets what follows. */
static bool parse_part(const char *text, uint32_t max, uint32_t *part, char **end)
{
	unsigned long v;

	if (*text < '0' || *text > '9')
		return false;
	v = strtoul(text, end, 10);
	*part = (uint32_t)v;
	return v <= max;
}

/* "major:minor", as the kernel numbers devices: 12 and 20 bits. */
static int add_device(struct prefilter *p, const struct filter_entry *w)
{
	uint32_t major, minor, rdev;
	char *end;
	size_t i;

	if (!parse_part(w->pattern, 0xfff, &major, &end) || *end != ':' ||
	    !parse_part(end + 1, 0xfffff, &minor, &end) || *end)
		return -EINVAL;
	rdev = major << 20 | minor;
	for (i = 0; i < WIRE_DEVICES_MAX; i++) {
		struct wire_device *d = &p->set.devices[i];

		if (d->access != 0 && d->rdev != rdev)
			continue;
		d->rdev = rdev;
		d->access |= entry_value(w);
		return 0;
	}
	return -E2BIG;
}

/* Of a kind of files there is one pattern. */
static int add_kind(uint32_t *access, const struct filter_entry *w)
{
	if (w->pattern[0] != '\0')
		return -EINVAL;
	*access |= entry_value(w);
	return 0;
}

#define PORT_MAX 65535

/* A number as rules write them. */
static bool parse_port(const char *text, intmax_t *port)
{
	const char *s = text + (*text == '-');
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	char *end;

	if (s[0] < '0' || s[0] > '9')
		return false;
	*port = strtoimax(text, &end, hex ? 16 : 10);
	return *end == '\0';
}

/* What no port can be matches nothing. */
static int add_port(struct prefilter *p, const struct filter_entry *w)
{
	struct wire_name n = {{0}};
	uint32_t value = entry_value(w), access;
	intmax_t port;

	if (!parse_port(w->pattern, &port))
		return -EINVAL;
	if (w->scope == FILTER_PORT) {
		if (port < 0 || port > PORT_MAX)
			return 0;
		n.w[0] = (uint64_t)port;
		return add_hash(p, wire_hash_step(wire_hash_seed(p->number, WIRE_SCOPE_PORT), &n),
				value);
	}
	for (access = WIRE_WATCH_OUT; access <= WIRE_WATCH_SEND; access *= 2) {
		struct wire_ports *ports = &p->set.ports[WIRE_END_OF(access)];

		if (!(value & access))
			continue;
		if (w->scope == FILTER_PORT_FROM && port < (intmax_t)ports->from)
			ports->from = port < 0 ? 0 : (uint32_t)port;
		if (w->scope == FILTER_PORT_TO && port >= (intmax_t)ports->below)
			ports->below = port >= PORT_MAX ? PORT_MAX + 1 : (uint32_t)port + 1;
	}
	return 0;
}

static int add_network(struct prefilter *p, const struct filter_entry *w)
{
	struct wire_network *to = &p->set.networks[p->set.networks_n];
	unsigned char mask[sizeof(to->mask)];
	struct network n;

	if (network_parse(&n, w->pattern, strlen(w->pattern)))
		return -EINVAL;
	if (p->set.networks_n == WIRE_NETWORKS_MAX)
		return -E2BIG;
	for (unsigned i = 0; i < sizeof(mask); i++) {
		unsigned left = n.bits > 8 * i ? n.bits - 8 * i : 0;

		mask[i] = (unsigned char)(left >= 8 ? 0xff : 0xff00u >> left);
	}
	memcpy(&to->value, &n.base, sizeof(to->value));
	memcpy(&to->mask, mask, sizeof(mask));
	to->access = entry_value(w);
	p->set.networks_n++;
	return 0;
}

static int add(struct prefilter *p, const struct filter_entry *w)
{
	switch (w->scope) {
	case FILTER_PATH:
	case FILTER_PROC:
	case FILTER_SYSFS:
	case FILTER_CGROUP:
	case FILTER_KERNFS:
	case FILTER_HOST:
		return add_path(p, w);
	case FILTER_NAME:
	case FILTER_SOCKET:
	case FILTER_LISTENER:
		return add_name(p, w);
	case FILTER_SUFFIX:
		return add_suffix(p, w);
	case FILTER_FOLDER:
		return add_folder(p, w);
	case FILTER_BLOCK:
		return add_kind(&p->set.block_access, w);
	case FILTER_SUID:
		return add_kind(&p->set.suid_access, w);
	case FILTER_CHAR:
		return add_device(p, w);
	case FILTER_PORT:
	case FILTER_PORT_FROM:
	case FILTER_PORT_TO:
		return add_port(p, w);
	case FILTER_NETWORK:
		return add_network(p, w);
	case FILTER_DENIED:
		p->set.denied |= entry_value(w);
		return 0;
	case FILTER_SCOPE_END:
		break;
	}
	return -EINVAL;
}

/*
 * What the canary does; see canary_prove(). And what calls ask for below a /proc that is none:
 * rules see it without its beginning (file_asked_path()).
 */
static const struct filter_entry proofs[] = {
	{FILTER_PATH, "/proc", FILTER_CALL, false, false},
	{FILTER_NAME, SOURCE_PROOF_FILE, FILTER_WRITE, false, false},
	{FILTER_SOCKET, SOURCE_PROOF_SOCKET, FILTER_CONNECT, false, false},
};
#define N_PROOFS (sizeof(proofs) / sizeof(proofs[0]))

int prefilter_compile(struct prefilter *p, const struct filter *f, uint32_t number)
{
	size_t i;

	memset(p, 0, sizeof(*p));
	p->number = number;
	p->set.any = access_value(f->any);
	p->set.calls = f->calls;
	p->set.compared = f->compared;
	p->set.sockets = f->sockets;
	p->set.dull = f->dull;
	p->set.datagrams = f->any & FILTER_SEND;
	for (i = 0; i < WIRE_ENDS; i++)
		p->set.ports[i].from = PORT_MAX + 1;
	for (i = 0; i < f->n + N_PROOFS; i++) {
		const struct filter_entry *w = i < f->n ? &f->entries[i] : &proofs[i - f->n];
		int err = add(p, w);

		p->set.datagrams |= w->access & FILTER_SEND;
		if (err) {
			prefilter_free(p);
			return err;
		}
	}
	return 0;
}

void prefilter_free(struct prefilter *p)
{
	free(p->entries);
	memset(p, 0, sizeof(*p));
}
