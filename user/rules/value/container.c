// SPDX-License-Identifier: Apache-2.0
#include "container/container.h"

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

bool value_of_container(struct value *v, const struct event *e, enum field_id id,
			struct value_scratch *scratch)
{
	static const struct container none;
	const struct container *c = e->container ? e->container : &none;

	switch (id) {
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
	default:
		return false;
	}
}
