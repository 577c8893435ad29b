// SPDX-License-Identifier: Apache-2.0
#include "container/container.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/value/internal.h"

static bool set_image(struct value *v, const struct container *c, struct value_scratch *scratch)
{
	struct str repository = str_from(c->image), tag = str_from(c->image_tag);
	char *image;

	if (repository.len == 0 || tag.len == 0)
		return set_str(v, repository);
	image = scratch_take(scratch, repository.len + 1u + tag.len);
	if (!image)
		return set_str(v, repository);
	memcpy(image, repository.p, repository.len);
	image[repository.len] = ':';
	memcpy(image + repository.len + 1, tag.p, tag.len);
	repository.p = image;
	repository.len += 1 + tag.len;
	return set_str(v, repository);
}

/* "source:dest:mode:rdwr:propagation"; gives its length, less than size. */
static size_t mount_text(char *to, size_t size, const struct container_mount *m)
{
	int n = snprintf(to, size, "%s:%s:%s:%s:%s", m->source, m->dest, m->mode,
			 m->rdwr ? "true" : "false", m->propagation);

	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

/* Longer than what all of them have together. */
#define MOUNT_TEXT (CONTAINER_MOUNTS_TEXT + 16)

static bool set_mounts(struct value *v, const struct container_mounts *mounts,
		       struct value_scratch *scratch)
{
	size_t room = CONTAINER_MOUNTS_TEXT + CONTAINER_MOUNTS_MAX * 8 + 1, n = 0;
	char *to = scratch_take(scratch, room);
	struct container_mount m;

	if (!to)
		return set_missing(v);
	for (size_t i = 0; container_mount_at(mounts, i, &m); i++) {
		if (i > 0)
			to[n++] = ',';
		n += mount_text(to + n, room - n, &m);
	}
	scratch->used -= room - n;
	return set_str(v, (struct str){to, (uint32_t)n, (uint32_t)n});
}

/* The argument: a number, or a path that may be a glob: of the first mount that has it. */
static bool find_mount(const struct container_mounts *mounts, const struct field_use *use,
		       struct container_mount *m)
{
	const char *arg = use->arg ? use->arg : "";
	size_t digits = strspn(arg, "0123456789");

	if (digits > 0 && !arg[digits])
		return digits < 10 && container_mount_at(mounts, strtoul(arg, NULL, 10), m);
	for (size_t i = 0; container_mount_at(mounts, i, m); i++)
		if (fnmatch(arg, use->id == F_MOUNT_SOURCE ? m->dest : m->source, 0) == 0)
			return true;
	return false;
}

static bool set_mount(struct value *v, const struct container_mounts *mounts,
		      const struct field_use *use, struct value_scratch *scratch)
{
	struct container_mount m;
	char *to;
	size_t n;

	if (!find_mount(mounts, use, &m))
		return set_missing(v);
	switch (use->id) {
	case F_MOUNT_SOURCE:
		return set_str(v, str_from(m.source));
	case F_MOUNT_DEST:
		return set_str(v, str_from(m.dest));
	case F_MOUNT_MODE:
		return set_str(v, str_from(m.mode));
	case F_MOUNT_RDWR:
		return set_str(v, m.rdwr ? STR_LIT("true") : STR_LIT("false"));
	case F_MOUNT_PROPAGATION:
		return set_str(v, str_from(m.propagation));
	default:
		break;
	}
	to = scratch_take(scratch, MOUNT_TEXT);
	if (!to)
		return set_missing(v);
	n = mount_text(to, MOUNT_TEXT, &m);
	scratch->used -= MOUNT_TEXT - n;
	return set_str(v, (struct str){to, (uint32_t)n, (uint32_t)n});
}

bool value_of_container(struct value *v, const struct event *e, const struct field_use *use,
			struct value_scratch *scratch)
{
	static const struct container none;
	const struct container *c = e->container ? e->container : &none;

	switch (use->id) {
	case F_CONTAINER_ID:
		return set_str(v, str_from(c->short_id));
	case F_CONTAINER_FULL_ID:
		return set_str(v, str_from(c->ref.id));
	case F_CONTAINER_NAME:
		return set_str(v, str_from(c->name));
	case F_CONTAINER_TYPE:
		return set_str(v, str_from(container_type_name(c->ref.type)));
	case F_CONTAINER_IMAGE:
		return set_image(v, c, scratch);
	case F_CONTAINER_REPOSITORY:
		return set_str(v, str_from(c->image));
	case F_CONTAINER_TAG:
		return set_str(v, str_from(c->image_tag));
	case F_CONTAINER_DIGEST:
		return set_str(v, str_from(c->image_digest));
	case F_CONTAINER_PRIVILEGED:
		return set_bool_if(v, c->privileged_known, c->privileged);
	case F_K8S_NS:
		return set_str(v, str_from(c->k8s_ns));
	case F_K8S_POD:
		return set_str(v, str_from(c->k8s_pod));
	case F_K8S_POD_UID:
		return set_str(v, str_from(c->ref.pod_uid));
	case F_CGROUP:
		return set_str(v, str_from(c->cgroup_path));
	case F_IMAGE_ID: /* the runtimes' files are not asked for it */
		return set_missing(v);
	case F_MOUNTS:
		return set_mounts(v, c->mounts, scratch);
	case F_MOUNT:
	case F_MOUNT_SOURCE:
	case F_MOUNT_DEST:
	case F_MOUNT_MODE:
	case F_MOUNT_RDWR:
	case F_MOUNT_PROPAGATION:
		return set_mount(v, c->mounts, use, scratch);
	default:
		return false;
	}
}
