// SPDX-License-Identifier: Apache-2.0
#include "container/details.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "container/bounded_json.h"
#include "container/mounts.h"
#include "container/ref.h"

#define INNER_MAX (64 * 1024) /* labels and metadata have some hundred bytes */

static const char *get(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* The first of keys that is there and not empty; keys ends with NULL. */
static const char *get_any(const json_t *object, const char *const *keys)
{
	for (; *keys; keys++) {
		const char *s = get(object, *keys);

		if (s && *s)
			return s;
	}
	return NULL;
}

void details_set(char field[static CONTAINER_NAME_MAX], const char *s)
{
	size_t len;

	if (!s)
		return;
	len = strnlen(s, CONTAINER_NAME_MAX);
	if (len == CONTAINER_NAME_MAX) {
		len--;
		while (len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80)
			len--;
	}
	memset(field, 0, CONTAINER_NAME_MAX);
	memcpy(field, s, len);
}

static void set_part(char field[static CONTAINER_NAME_MAX], const char *s, size_t len)
{
	char part[CONTAINER_NAME_MAX + 1] = {0};

	memcpy(part, s, len < sizeof(part) ? len : sizeof(part) - 1);
	details_set(field, part);
}

void details_image(struct container *c, const char *image)
{
	size_t len = strlen(image);
	const char *at, *tag;

	/* An image that has no name goes by its digest or id alone. */
	if (strncmp(image, "sha256:", 7) == 0 || container_ref_is_hex64(str_from(image))) {
		details_set(c->image_digest, image);
		return;
	}
	at = strchr(image, '@');
	if (at) {
		details_set(c->image_digest, at + 1);
		len = (size_t)(at - image);
	}
	tag = memrchr(image, ':', len);
	if (tag && memchr(tag, '/', len - (size_t)(tag - image)))
		tag = NULL; /* the port of a registry */
	if (tag) {
		set_part(c->image_tag, tag + 1, len - (size_t)(tag - image) - 1);
		len = (size_t)(tag - image);
	} else if (!at) {
		details_set(c->image_tag, "latest"); /* what such a reference means */
	}
	set_part(c->image, image, len);
}

/* Of several files the last one that says counts. */
static void set_mounts(struct container *c, struct container_mounts *mounts)
{
	if (!mounts)
		return;
	free(c->mounts);
	c->mounts = mounts;
}

static void set_pod_uid(struct container *c, const char *uid)
{
	if (uid && !c->ref.pod_uid[0])
		container_ref_pod_uid(c->ref.pod_uid, str_from(uid));
}

/* The labels that a kubelet gives to containers, whatever the runtime. */
static void kubelet_labels(struct container *c, const json_t *labels)
{
	const char *name = get(labels, "io.kubernetes.container.name");

	details_set(c->k8s_ns, get(labels, "io.kubernetes.pod.namespace"));
	details_set(c->k8s_pod, get(labels, "io.kubernetes.pod.name"));
	if (name && strcmp(name, "POD") != 0) /* the sandbox itself */
		details_set(c->k8s_container, name);
	set_pod_uid(c, get(labels, "io.kubernetes.pod.uid"));
}

void details_docker(struct container *c, const json_t *config, const json_t *hostconfig)
{
	const json_t *details = json_object_get(config, "Config");
	const json_t *privileged = json_object_get(hostconfig, "Privileged");
	const char *name = get(config, "Name");
	const char *image = get(details, "Image");
	const char *digest = get(json_object_get(config, "ImageManifest"), "digest");

	if (name)
		details_set(c->name, name + (*name == '/'));
	if (image)
		details_image(c, image);
	/* A digest that was asked for counts; else the manifest's, else only the image's id. */
	if (!c->image_digest[0])
		details_set(c->image_digest, digest ? digest : get(config, "Image"));
	kubelet_labels(c, json_object_get(details, "Labels"));
	set_mounts(c, container_mounts_docker(config));
	if (json_is_boolean(privileged)) {
		c->privileged = json_is_true(privileged);
		c->privileged_known = true;
	}
}

static bool has_string(const json_t *array, const char *s)
{
	size_t i;
	json_t *v;

	json_array_foreach(array, i, v)
		if (json_is_string(v) && strcmp(json_string_value(v), s) == 0)
			return true;
	return false;
}

static bool allows_all_devices(const json_t *config)
{
	const json_t *linux_ = json_object_get(config, "linux");
	const json_t *devices = json_object_get(json_object_get(linux_, "resources"), "devices");
	size_t i;
	json_t *v;

	json_array_foreach(devices, i, v) {
		const char *access = get(v, "access");
		const char *type = get(v, "type");

		if (json_is_true(json_object_get(v, "allow")) && access &&
		    strcmp(access, "rwm") == 0 && !json_object_get(v, "major") &&
		    !json_object_get(v, "minor") && (!type || strcmp(type, "a") == 0))
			return true;
	}
	return false;
}

/* Runtimes that do not write it down: what makes a privileged container one. */
static void guess_privileged(struct container *c, const json_t *config)
{
	const json_t *caps = json_object_get(json_object_get(config, "process"), "capabilities");
	const json_t *bounding = json_object_get(caps, "bounding");

	if (!json_is_array(bounding))
		return;
	c->privileged = has_string(bounding, "CAP_SYS_ADMIN") &&
			has_string(bounding, "CAP_SYS_MODULE") &&
			has_string(bounding, "CAP_SYS_RAWIO") && allows_all_devices(config);
	c->privileged_known = true;
}

static void read_privileged(struct container *c, const json_t *config, const json_t *notes)
{
	const char *said = get(notes, "io.podman.annotations.privileged");

	guess_privileged(c, config);
	if (said) {
		c->privileged = strcasecmp(said, "true") == 0;
		c->privileged_known = true;
	}
}

/* JSON in a string of a file. */
static json_t *inner(const char *text)
{
	return text ? bounded_json(text, strlen(text), INNER_MAX) : NULL;
}

/* CRI-O keeps the kubelet's labels as JSON in one annotation. */
static void crio_labels(struct container *c, const json_t *notes)
{
	const char *text = get(notes, "io.kubernetes.cri-o.Labels");
	json_t *labels = inner(text);

	kubelet_labels(c, labels);
	json_decref(labels);
}

static void crio_digest(struct container *c, const json_t *notes)
{
	const char *ref = get_any(notes, (const char *const[]){"io.kubernetes.cri-o.ImageRef",
							       "io.kubernetes.cri-o.Image", NULL});
	const char *at = ref ? strchr(ref, '@') : NULL;

	if (!c->image_digest[0])
		details_set(c->image_digest, at ? at + 1 : ref);
}

void details_oci(struct container *c, const json_t *config)
{
	static const char *const ns[] = {"io.kubernetes.cri.sandbox-namespace",
					 "io.kubernetes.pod.namespace",
					 "io.kubernetes.cri-o.Namespace", NULL};
	static const char *const pod[] = {"io.kubernetes.cri.sandbox-name",
					  "io.kubernetes.pod.name", "io.kubernetes.cri-o.KubeName",
					  NULL};
	static const char *const uid[] = {"io.kubernetes.cri.sandbox-uid", "io.kubernetes.pod.uid",
					  NULL};
	static const char *const type[] = {"io.kubernetes.cri.container-type",
					   "io.kubernetes.cri-o.ContainerType", NULL};
	static const char *const image[] = {"io.kubernetes.cri.image-name",
					    "io.kubernetes.cri-o.ImageName", NULL};
	const json_t *notes = json_object_get(config, "annotations");
	const char *sandbox = get_any(notes, type);
	const char *image_name = get_any(notes, image);

	crio_labels(c, notes);
	kubelet_labels(c, notes);
	details_set(c->k8s_container, get(notes, "io.kubernetes.cri.container-name"));
	details_set(c->k8s_ns, get_any(notes, ns));
	details_set(c->k8s_pod, get_any(notes, pod));
	set_pod_uid(c, get_any(notes, uid));
	if (image_name)
		details_image(c, image_name);
	crio_digest(c, notes);
	if (sandbox && strcmp(sandbox, "sandbox") == 0)
		details_set(c->name, c->k8s_pod);
	else if (c->k8s_container[0])
		details_set(c->name, c->k8s_container);
	else
		details_set(c->name, get(notes, "nerdctl/name"));
	read_privileged(c, config, notes);
	set_mounts(c, container_mounts_oci(config));
}

/* runc keeps a bundle's annotations as "key=value" (libcontainer/specconv); new, NULL without
 * memory. */
static json_t *runc_annotations(const json_t *state)
{
	const json_t *labels = json_object_get(json_object_get(state, "config"), "labels");
	json_t *notes = json_object(), *v;
	size_t i;

	json_array_foreach(labels, i, v) {
		const char *text = json_is_string(v) ? json_string_value(v) : "";
		const char *eq = strchr(text, '=');
		char key[64] = ""; /* those that are read are shorter */

		if (!eq || (size_t)(eq - text) >= sizeof(key))
			continue;
		memcpy(key, text, (size_t)(eq - text));
		json_object_set_new(notes, key, json_string(eq + 1));
	}
	return notes;
}

void details_runc(struct container *c, const json_t *state)
{
	json_t *config = json_object();

	json_object_set_new(config, "annotations", runc_annotations(state));
	details_oci(c, config);
	json_decref(config);
	set_mounts(c, container_mounts_runc(state));
}

bool details_storage(struct container *c, const json_t *containers)
{
	size_t i;
	json_t *v;

	json_array_foreach(containers, i, v) {
		const char *id = get(v, "id");
		const char *text = get(v, "metadata");
		const char *image;
		json_t *metadata;

		if (!id || strcmp(id, c->ref.id) != 0)
			continue;
		metadata = inner(text);
		image = get(metadata, "image-name");
		if (!c->name[0])
			details_set(c->name, json_string_value(json_array_get(
						     json_object_get(v, "names"), 0)));
		if (!c->image[0] && image && *image)
			details_image(c, image);
		if (!c->image_digest[0])
			details_set(c->image_digest, get(v, "image"));
		json_decref(metadata);
		return true;
	}
	return false;
}
