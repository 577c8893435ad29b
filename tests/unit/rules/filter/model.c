// SPDX-License-Identifier: Apache-2.0
#include "rules/filter/model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "source/views.h"

static bool is_hosts(const struct kernel_file *k)
{
	bool bind = !k->root_mount && (k->mnt_root > 0 || k->escaped);

	if (views_scope(k->magic) != FILTER_SCOPE_END)
		return false;
	if (k->host_task && k->magic != FILES_OVERLAY)
		return true;
	return !k->on_root && (bind || k->disk || k->host_device);
}

/* What the kernel can see whole: the first components, and not all of a long name. */
static bool ignores(const struct filter_entry *e, const struct kernel_file *k, int above)
{
	int depth = views_leads_to(e->pattern, k->names, k->n_names), i;

	for (i = 0; i < depth; i++)
		if (strlen(k->names[i]) >= WIRE_NAME_LEN - 1)
			return false;
	return e->ignore && depth > above && depth <= WIRE_WATCH_DEPTH;
}

static bool host_matches(const struct filter *f, const struct filter_entry *e,
			 const struct kernel_file *k)
{
	int depth = is_hosts(k) ? views_leads_to(e->pattern, k->names, k->n_names) : -1;
	size_t i;

	if (depth < 0 || e->ignore)
		return false;
	for (i = 0; i < f->n; i++)
		if (ignores(&f->entries[i], k, depth))
			return false;
	return true;
}

static const char *own_name(const struct kernel_file *k)
{
	return k->n_names > 0 ? k->names[k->n_names - 1] : "/";
}

/* The name of the mount point that it was bound to. */
static const char *other_name(const struct kernel_file *k)
{
	return k->mnt_root == k->n_names && !k->root_mount && k->n_place > 0 ?
		       k->place[k->n_place - 1] :
		       own_name(k);
}

static bool device_is(const struct kernel_file *k, const char *pattern)
{
	char number[32];

	snprintf(number, sizeof(number), "%u:%u", k->rdev >> 20, k->rdev & 0xfffff);
	return S_ISCHR(k->mode) && strcmp(pattern, number) == 0;
}

static bool matches(const struct filter *f, const struct filter_entry *e,
		    const struct kernel_file *k)
{
	switch (e->scope) {
	case FILTER_PATH:
		return views_path(k, e->pattern);
	case FILTER_PROC:
	case FILTER_SYSFS:
	case FILTER_CGROUP:
	case FILTER_KERNFS:
		return views_scope(k->magic) == e->scope &&
		       views_leads_to(e->pattern, k->names, k->n_names) >= 0;
	case FILTER_HOST:
		return host_matches(f, e, k);
	case FILTER_NAME:
		return strcmp(e->pattern, own_name(k)) == 0 ||
		       strcmp(e->pattern, other_name(k)) == 0;
	case FILTER_SUFFIX:
		return str_ends(str_from(own_name(k)), e->pattern) ||
		       str_ends(str_from(other_name(k)), e->pattern);
	case FILTER_FOLDER:
		return views_folder(k, e->pattern);
	case FILTER_BLOCK:
		return S_ISBLK(k->mode);
	case FILTER_SUID:
		return S_ISREG(k->mode) && (k->mode & S_ISUID);
	case FILTER_CHAR:
		return device_is(k, e->pattern);
	default:
		return false;
	}
}

bool model_opens(const struct filter *f, const struct kernel_file *k, bool placeless,
		 uint32_t access)
{
	size_t i;

	if ((f->any & access) || placeless)
		return true;
	for (i = 0; i < f->n; i++)
		if ((f->entries[i].access & access) && matches(f, &f->entries[i], k))
			return true;
	return false;
}

static bool end_matches(const struct filter_entry *e, const struct event *event)
{
	const struct event_end *server = &event->net.server;
	long number = strtol(e->pattern, NULL, 0);
	struct network n;

	switch (e->scope) {
	case FILTER_PORT:
		return server->port == number;
	case FILTER_PORT_FROM:
		return server->port >= number;
	case FILTER_PORT_TO:
		return server->port <= number;
	case FILTER_NETWORK:
		return network_parse(&n, e->pattern, strlen(e->pattern)) == 0 &&
		       network_has(&n, &server->address);
	case FILTER_DENIED:
		return event->ret == -EACCES || event->ret == -EPERM;
	default:
		return false;
	}
}

bool model_ends(const struct filter *f, const struct event *e, uint32_t access)
{
	if (f->any & access)
		return true;
	for (size_t i = 0; i < f->n; i++)
		if ((f->entries[i].access & access) && end_matches(&f->entries[i], e))
			return true;
	return false;
}

bool model_makes(const struct filter *f, uint32_t kind)
{
	return f->sockets & kind;
}

bool model_connects(const struct filter *f, struct str name, struct str comm)
{
	size_t i;

	/* A listener without a name: what the client asked for is all there is. */
	if ((f->any & FILTER_CONNECT) || name.len == 0)
		return true;
	for (i = 0; i < f->n; i++) {
		const struct filter_entry *e = &f->entries[i];

		if ((e->scope == FILTER_SOCKET && str_is(str_basename(name), e->pattern)) ||
		    (e->scope == FILTER_LISTENER && str_is(comm, e->pattern)))
			return true;
	}
	return false;
}
