// SPDX-License-Identifier: Apache-2.0
/* What was mounted into a container: by each runtime's own file, in bounds, and kept by the cache. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "container/container.h"
#include "container/mounts.h"
#include "container/runtime_tree.h"

#define ID "f31f384749f9115acf01fcf82f5a966b59dcc0a4cbd7c9740888c0bf32aa2bbb"

static json_t *json(const char *text)
{
	json_error_t error;
	json_t *v = json_loads(text, 0, &error);

	if (!v)
		fail_msg("%s: %s", error.text, text);
	return v;
}

static struct container_mounts *made(struct container_mounts *(*make)(const json_t *),
				     const char *text)
{
	json_t *v = json(text);
	struct container_mounts *m = make(v);

	json_decref(v);
	return m;
}

/* want: "source:dest:mode:rdwr:propagation", as many as there are, "" at the end. */
static void expect(struct container_mounts *m, const char *const *want)
{
	struct container_mount one;
	char got[512];
	size_t i;

	assert_non_null(m);
	for (i = 0; container_mount_at(m, i, &one); i++) {
		(void)snprintf(got, sizeof(got), "%s:%s:%s:%d:%s", one.source, one.dest, one.mode,
			       one.rdwr, one.propagation);
		assert_string_equal(got, want[i]);
	}
	assert_string_equal(want[i], "");
	free(m);
}

static void docker(void **state)
{
	static const char *const want[] = {"/srv:/data:z:1:rprivate",
					   "e2e:/volume::0:", "/x:/by-key::0:", ""};

	(void)state;
	expect(made(container_mounts_docker,
		    "{\"MountPoints\": {"
		    "\"/data\": {\"Source\": \"/srv\", \"Destination\": \"/data\", \"RW\": true,"
		    " \"Relabel\": \"z\", \"Propagation\": \"rprivate\", \"Type\": \"bind\"},"
		    "\"/volume\": {\"Source\": \"\", \"Name\": \"e2e\", \"Destination\": \"/volume\","
		    " \"RW\": false},"
		    "\"/by-key\": {\"Source\": \"/x\", \"RW\": 1}}}"),
	       want);
	expect(made(container_mounts_docker, "{\"MountPoints\": {}}"), &want[3]);
	assert_null(made(container_mounts_docker, "{\"MountPoints\": null}"));
	assert_null(made(container_mounts_docker, "{}"));
	assert_null(made(container_mounts_docker, "[]"));
	assert_null(container_mounts_docker(NULL));
}

static void oci(void **state)
{
	static const char *const want[] = {"/srv:/data::0:rslave", "/lib:/host/lib::1:", ""};

	(void)state;
	expect(made(container_mounts_oci,
		    "{\"mounts\": ["
		    "{\"destination\": \"/proc\", \"type\": \"proc\", \"source\": \"proc\"},"
		    "{\"destination\": \"/data\", \"type\": \"bind\", \"source\": \"/srv\","
		    " \"options\": [\"ro\", \"rslave\", 7]},"
		    "{\"destination\": \"/host/lib\", \"source\": \"/lib\", \"options\": [\"rbind\"]},"
		    "{\"destination\": \"/tmp\", \"type\": \"tmpfs\", \"source\": \"tmpfs\","
		    " \"options\": [\"ro\"]}, null, 3]}"),
	       want);
	assert_null(made(container_mounts_oci, "{\"mounts\": {}}"));
}

static void runc(void **state)
{
	static const char *const want[] = {"/etc:/hostetc::1:", "/srv:/data::0:rslave", ""};

	(void)state;
	expect(made(container_mounts_runc,
		    "{\"config\": {\"mounts\": ["
		    "{\"source\": \"proc\", \"destination\": \"/proc\", \"device\": \"proc\","
		    " \"flags\": 0, \"propagation_flags\": null},"
		    "{\"source\": \"/etc\", \"destination\": \"/hostetc\", \"device\": \"bind\","
		    " \"flags\": 20480, \"propagation_flags\": null},"
		    "{\"source\": \"/srv\", \"destination\": \"/data\", \"device\": \"bind\","
		    " \"flags\": 20481, \"propagation_flags\": [540672]}]}}"),
	       want);
	assert_null(made(container_mounts_runc, "{\"config\": {}}"));
	assert_null(made(container_mounts_runc, "{}"));
}

/* Too many, and too much: the first ones are kept, and nothing is written beyond. */
static void bounds(void **state)
{
	enum { N = 3 * CONTAINER_MOUNTS_MAX, LONG = CONTAINER_MOUNTS_TEXT };
	json_t *mounts = json_array(), *config = json_object();
	char *text = malloc(LONG + 1);
	struct container_mount one;
	struct container_mounts *m;
	size_t n = 0;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', LONG);
	text[LONG] = '\0';
	json_object_set_new(config, "mounts", mounts);
	for (int i = 0; i < N; i++)
		json_array_append_new(mounts,
				      json_pack("{s:s, s:s, s:s}", "source", i == 1 ? text : "/s",
						"type", "bind", "destination", "/d"));
	m = container_mounts_oci(config);
	while (container_mount_at(m, n, &one)) {
		assert_string_equal(one.source, "/s");
		n++;
	}
	assert_int_equal(n, CONTAINER_MOUNTS_MAX);
	free(m);
	json_array_clear(mounts);
	text[1000] = '\0';
	for (int i = 0; i < CONTAINER_MOUNTS_MAX; i++)
		json_array_append_new(mounts,
				      json_pack("{s:s, s:s}", "source", text, "type", "bind"));
	m = container_mounts_oci(config);
	for (n = 0; container_mount_at(m, n, &one); n++)
		assert_int_equal(strlen(one.source), 1000);
	assert_int_equal(n, CONTAINER_MOUNTS_TEXT / 1004);
	assert_true(container_mounts_size(m) < CONTAINER_MOUNTS_TEXT + 4096);
	free(m);
	free(text);
	json_decref(config);
}

static void of_text(void **state)
{
	static const char *const want[] = {"/srv:/d:z:1:rslave", ":::0:", ""};
	static const char *const wrong[] = {"x", "/a:/b:c:maybe:", "/a:/b::true", ",",
					    "/a:/b::true:,"};
	struct container_mounts *a, *b;

	(void)state;
	expect(container_mounts_parse("/srv:/d:z:true:rslave,:::false:"), want);
	expect(container_mounts_parse(""), &want[2]);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_null(container_mounts_parse(wrong[i]));
	a = container_mounts_parse("/srv:/d::true:");
	b = container_mounts_parse("/srv:/d::false:");
	assert_false(container_mounts_same(a, b));
	assert_false(container_mounts_same(a, NULL));
	assert_true(container_mounts_same(a, a) && container_mounts_same(NULL, NULL));
	free(b);
	b = container_mounts_parse("/srv:/d::true:");
	assert_true(container_mounts_same(a, b));
	free(a);
	free(b);
	assert_false(container_mount_at(NULL, 0, NULL));
}

#define CONFIG "/var/lib/docker/containers/" ID "/config.v2.json"

/* Found with the rest; once known they stay, and go with the container. */
static void kept_by_the_cache(void **state)
{
	struct container_cache *cache;
	const struct container *c;
	struct container_mount one;
	uint64_t generation;

	assert_int_equal(container_cache_new(&cache, *state, 4), 0);
	assert_int_equal(
		container_cache_add_cgroup(cache, 1, 0, "/docker/" ID, strlen("/docker/" ID)), 0);
	c = container_cache_find(cache, 1, 0, true, 1, 1000000000);
	assert_non_null(c);
	assert_null(c->mounts);
	generation = c->generation;
	tree_text(*state, CONFIG,
		  "{\"Name\": \"/web\", \"MountPoints\": {\"/data\": {\"Source\": \"/srv\"}}}");
	c = container_cache_find(cache, 1, 0, true, 1, 2000000000);
	assert_non_null(c);
	assert_true(container_mount_at(c->mounts, 0, &one));
	assert_string_equal(one.dest, "/data");
	assert_true(c->generation != generation);
	/* Another life of the same container, then one container too many. */
	assert_int_equal(
		container_cache_add_cgroup(cache, 2, 0, "/docker/" ID, strlen("/docker/" ID)), 0);
	c = container_cache_find(cache, 2, 0, true, 1, 3000000000);
	assert_true(c && container_mount_at(c->mounts, 0, &one));
	container_cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(docker),
		cmocka_unit_test(oci),
		cmocka_unit_test(runc),
		cmocka_unit_test(bounds),
		cmocka_unit_test(of_text),
		cmocka_unit_test_setup_teardown(kept_by_the_cache, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
