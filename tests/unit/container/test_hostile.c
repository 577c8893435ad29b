// SPDX-License-Identifier: Apache-2.0
/* Files that somebody else prepared, and where Docker's files may lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "container/container.h"
#include "container/details.h"
#include "container/runtime_tree.h"

#define A	 "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
#define DIR_A	 "/containers/" A
#define DOCKER	 "/var/lib/docker"
#define WEB	 "{\"Name\":\"/web\"}"
#define EVIL	 "{\"Name\":\"/evil\"}"
#define PID_HOST "pid:[4026531836]"
#define MNT_HOST "mnt:[4026531841]"

static const char *name_of(void **state)
{
	static struct container c;

	tree_find(&c, *state, "/docker/" A);
	assert_int_equal(c.ref.type, CONTAINER_DOCKER);
	return c.name;
}

static void plain_file_is_read(void **state)
{
	tree_text(*state, DOCKER DIR_A "/config.v2.json", WEB);
	assert_string_equal(name_of(state), "web");
}

/* The administrator may have moved /var/lib/docker; nobody may move what is in it. */
static void only_links_above_are_followed(void **state)
{
	tree_text(*state, "/mnt/big" DIR_A "/config.v2.json", WEB);
	tree_link(*state, DOCKER, "../../mnt/big");
	assert_string_equal(name_of(state), "web");
}

/* As the host has it, whose root need not be ours. */
static void link_from_the_root_stays_below_it(void **state)
{
	tree_text(*state, "/mnt/big" DIR_A "/config.v2.json", WEB);
	tree_link(*state, DOCKER, "/mnt/big");
	assert_string_equal(name_of(state), "web");
}

static void linked_file_is_not_read(void **state)
{
	tree_text(*state, DOCKER DIR_A "/secret", EVIL);
	tree_link(*state, DOCKER DIR_A "/config.v2.json", "secret");
	assert_string_equal(name_of(state), "");
}

static void linked_directory_is_not_entered(void **state)
{
	tree_text(*state, "/elsewhere/config.v2.json", EVIL);
	tree_link(*state, DOCKER DIR_A, "../../../../elsewhere");
	assert_string_equal(name_of(state), "");
}

static void linked_directory_on_the_way_is_not_entered(void **state)
{
	tree_text(*state, "/elsewhere/" A "/config.v2.json", EVIL);
	tree_link(*state, DOCKER "/containers", "../../../elsewhere");
	assert_string_equal(name_of(state), "");
}

/* Would block for ever if it were opened as a file usually is. */
static void fifo_and_directory_are_not_read(void **state)
{
	char path[4096];

	tree_path(path, sizeof(path), *state, DOCKER DIR_A "/config.v2.json");
	assert_int_equal(mkfifo(path, 0644), 0);
	assert_string_equal(name_of(state), "");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_string_equal(name_of(state), "");
}

static void file_of_another_user_is_not_read(void **state)
{
	char path[4096];

	if (geteuid() != 0) {
		print_message("skip: only root can give a file to another user\n");
		skip();
	}
	tree_text(*state, DOCKER DIR_A "/config.v2.json", EVIL);
	tree_path(path, sizeof(path), *state, DOCKER DIR_A "/config.v2.json");
	assert_int_equal(chown(path, 4242, 4242), 0);
	assert_string_equal(name_of(state), "");
	assert_int_equal(chown(path, 0, 0), 0);
	assert_string_equal(name_of(state), "evil");
}

static void huge_file_is_not_read(void **state)
{
	size_t size = 2 * 1024 * 1024;
	char *text = malloc(size);

	assert_non_null(text);
	if (!text)
		return;
	memset(text, ' ', size);
	memcpy(text, EVIL, sizeof(EVIL) - 1);
	tree_file(*state, DOCKER DIR_A "/config.v2.json", text, size);
	assert_string_equal(name_of(state), "");
	tree_file(*state, DOCKER DIR_A "/config.v2.json", text, size / 4);
	assert_string_equal(name_of(state), "evil");
	free(text);
}

static void broken_json_is_ignored(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"{}",
		"[]",
		"null",
		"\"Name\"",
		"{\"Name\":7,\"Config\":[],\"Image\":{}}",
		"{\"Name\":null,\"Config\":{\"Image\":null,\"Labels\":[1]}}",
		"{\"Name\":\"\xff\xfe\"}",
		"{\"Name\":\"a\\u0000b\"}",
		"{\"Config\":{\"Image\":7,\"Labels\":{\"io.kubernetes.pod.uid\":\"../..\"}}}",
	};
	struct container c;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		tree_text(*state, DOCKER DIR_A "/config.v2.json", texts[i]);
		tree_text(*state, DOCKER DIR_A "/hostconfig.json", texts[i]);
		tree_find(&c, *state, "/docker/" A);
		assert_string_equal(c.name, "");
		assert_string_equal(c.image, "");
		assert_string_equal(c.ref.pod_uid, "");
		assert_false(c.privileged_known);
	}
}

static void deep_json_is_refused(void **state)
{
	size_t size = 1024 * 1024 - 1;
	char *text = malloc(size);

	assert_non_null(text);
	if (!text)
		return;
	memset(text, '[', size);
	tree_file(*state, DOCKER DIR_A "/config.v2.json", text, size);
	assert_string_equal(name_of(state), "");
	free(text);
}

/* Name and so many times the same in an array: a file of somebody who has read how JSON is parsed. */
static void write_many(void **state, const char *item, size_t n)
{
	size_t size = sizeof(EVIL) + n * (strlen(item) + 1) + 16, at;
	char *text = malloc(size);

	assert_non_null(text);
	if (!text)
		return;
	at = (size_t)snprintf(text, size, "{\"Name\":\"/evil\",\"x\":[0");
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, size - at, ",%s", item);
	at += (size_t)snprintf(text + at, size - at, "]}");
	tree_file(*state, DOCKER DIR_A "/config.v2.json", text, at);
	free(text);
}

/* 80 MB, and more, would become of it. */
static void dense_json_is_refused(void **state)
{
	write_many(state, "{}", 300000);
	assert_string_equal(name_of(state), "");
	write_many(state, "0", 500000);
	assert_string_equal(name_of(state), "");
	write_many(state, "[]", 300000);
	assert_string_equal(name_of(state), "");
	/* Some thousands of values, as a container with many mounts has, or JSON in a string. */
	write_many(state, "{\"Source\":\"/a\",\"Destination\":\"/b\"}", 4000);
	assert_string_equal(name_of(state), "evil");
	write_many(state, "\"[{},{},{},{},{},{},{},{},{},{},{},{},{\\\"a\\\":1,2,3}]\"", 10000);
	assert_string_equal(name_of(state), "evil");
}

/* Nor of JSON in a string of such a file. */
static void dense_json_in_a_string_is_refused(void **state)
{
	static const char head[] = "{\"io.kubernetes.pod.namespace\":\"evil\",\"x\":[0";
	json_t *config = json_object(), *notes = json_object();
	size_t n[] = {3000, 16000}, size = 128 * 1024;
	char *text = malloc(size);
	struct container c;

	(void)state;
	assert_non_null(text);
	json_object_set_new(config, "annotations", notes);
	for (size_t i = 0; i < 2; i++) {
		size_t at = (size_t)snprintf(text, size, "%s", head);

		while (at < sizeof(head) + 3 * n[i])
			at += (size_t)snprintf(text + at, size - at, ",{}");
		snprintf(text + at, size - at, "]}");
		json_object_set_new(notes, "io.kubernetes.cri-o.Labels", json_string(text));
		memset(&c, 0, sizeof(c));
		details_oci(&c, config);
		assert_string_equal(c.k8s_ns, "");
	}
	json_object_set_new(
		notes, "io.kubernetes.cri-o.Labels",
		json_string("{\"io.kubernetes.pod.namespace\":\"good\",\"x\":[{},{}]}"));
	details_oci(&c, config);
	assert_string_equal(c.k8s_ns, "good");
	json_decref(config);
	free(text);
}

static void long_and_odd_names_are_kept_in_bounds(void **state)
{
	char text[4096], long_name[600];
	struct container c;

	memset(long_name, 'n', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	snprintf(text, sizeof(text), "{\"Name\":\"/%s\",\"Config\":{\"Image\":\"%s:%s@%s\"}}",
		 long_name, long_name, long_name, long_name);
	tree_text(*state, DOCKER DIR_A "/config.v2.json", text);
	tree_find(&c, *state, "/docker/" A);
	assert_int_equal(strlen(c.name), CONTAINER_NAME_MAX - 1);
	assert_int_equal(strlen(c.image), CONTAINER_NAME_MAX - 1);
	assert_int_equal(strlen(c.image_tag), CONTAINER_NAME_MAX - 1);
	assert_int_equal(strlen(c.image_digest), CONTAINER_NAME_MAX - 1);
	/* Whole characters only: 254 bytes of letters, then one of two bytes. */
	long_name[CONTAINER_NAME_MAX - 2] = '\0';
	snprintf(text, sizeof(text), "{\"Name\":\"/%s\xc3\xa4\"}", long_name);
	tree_text(*state, DOCKER DIR_A "/config.v2.json", text);
	tree_find(&c, *state, "/docker/" A);
	assert_int_equal(strlen(c.name), CONTAINER_NAME_MAX - 2);
	/* What a terminal would make of it is not decided here. */
	tree_text(*state, DOCKER DIR_A "/config.v2.json", "{\"Name\":\"/\\u001b[31m%s\\n\"}");
	tree_find(&c, *state, "/docker/" A);
	assert_string_equal(c.name, "\x1b[31m%s\n");
}

/* What a kubelet makes first for each pod calls itself "POD": that is no container's name. */
static void sandbox_of_a_kubelet_has_no_container_name(void **state)
{
	struct container c;

	tree_text(
		*state, DOCKER DIR_A "/config.v2.json",
		"{\"Name\":\"/k8s_POD_shop-0\",\"Config\":{\"Labels\":{"
		"\"io.kubernetes.container.name\":\"POD\",\"io.kubernetes.pod.name\":\"shop-0\"}}}");
	tree_find(&c, *state, "/docker/" A);
	assert_string_equal(c.k8s_pod, "shop-0");
	assert_string_equal(c.k8s_container, "");
	assert_string_equal(c.name, "k8s_POD_shop-0");
}

/* A state that claims a cgroup, under a name that is no file name or with a link in between. */
static void state_of_runc_is_guarded_too(void **state)
{
	struct container c;

	tree_text(*state, "/elsewhere/state.json",
		  "{\"cgroup_paths\":{\"\":\"/sys/fs/cgroup/mybox\"}}");
	tree_link(*state, "/run/runc/mybox", "../../elsewhere");
	tree_find(&c, *state, "/mybox");
	assert_int_equal(c.ref.type, CONTAINER_UNKNOWN);
	tree_text(*state, "/run/state.json", "{\"cgroup_paths\":{\"\":\"/sys/fs/cgroup/..\"}}");
	tree_find(&c, *state, "/..");
	assert_int_equal(c.ref.type, CONTAINER_UNKNOWN);
	tree_text(*state, "/run/runc/a b/state.json",
		  "{\"cgroup_paths\":{\"\":\"/sys/fs/cgroup/a b\"}}");
	tree_find(&c, *state, "/a b");
	assert_int_equal(c.ref.type, CONTAINER_UNKNOWN);
}

/* ---- where Docker's files lie -------------------------------------------------------------- */

static void process(const char *root, const char *pid, const char *pid_ns, const char *mnt_ns,
		    const char *comm, const char *args, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/ns/pid", pid);
	tree_link(root, path, pid_ns);
	snprintf(path, sizeof(path), "/proc/%s/ns/mnt", pid);
	tree_link(root, path, mnt_ns);
	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	tree_text(root, path, comm);
	snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
	tree_file(root, path, args, size);
}

static void link_again(const char *root, const char *path, const char *target)
{
	char whole[4096];

	tree_path(whole, sizeof(whole), root, path);
	assert_int_equal(unlink(whole), 0);
	tree_link(root, path, target);
}

#define ARGS(s) s, sizeof(s)

static void data_root_of_the_configuration(void **state)
{
	tree_text(*state, "/etc/docker/daemon.json", "{\"data-root\":\"/srv/docker\"}");
	tree_text(*state, "/srv/docker" DIR_A "/config.v2.json", WEB);
	assert_string_equal(name_of(state), "web");
}

static void only_mnt_one_counts(void **state)
{
	tree_text(*state, "/evil" DIR_A "/config.v2.json", EVIL);
	assert_string_equal(name_of(state), "");
	tree_text(*state, "/mnt/one" DIR_A "/config.v2.json", WEB);
	assert_string_equal(name_of(state), "web");
}

static void data_root_of_a_process(void **state)
{
	process(*state, "self", PID_HOST, MNT_HOST, "rootwatch\n", ARGS("rootwatch"));
	process(*state, "410", PID_HOST, MNT_HOST, "sshd\n", ARGS("sshd\0--data-root\0/evil"));
	process(*state, "411", PID_HOST, MNT_HOST, "dockerd\n",
		ARGS("/usr/sbin/dockerd\0--bridge=none\0--data-root\0/mnt/one\0-D"));
	only_mnt_one_counts(state);
}

static void data_root_with_an_equals_sign(void **state)
{
	process(*state, "self", PID_HOST, MNT_HOST, "rootwatch\n", ARGS("rootwatch"));
	process(*state, "411", PID_HOST, MNT_HOST, "dockerd\n",
		ARGS("dockerd\0--data-root=/mnt/two"));
	tree_text(*state, "/mnt/two/165536.165536" DIR_A "/config.v2.json", WEB);
	assert_string_equal(name_of(state), "web");
}

static void odd_arguments_are_no_data_root(void **state)
{
	process(*state, "self", PID_HOST, MNT_HOST, "rootwatch\n", ARGS("rootwatch"));
	process(*state, "411", PID_HOST, MNT_HOST, "dockerd\n",
		ARGS("dockerd\0--data-root=evil\0--data-rooted\0/evil\0--data-root"));
	tree_text(*state, "/evil" DIR_A "/config.v2.json", EVIL);
	assert_string_equal(name_of(state), "");
}

/* A container may run a program of that name: with its own or with the host's pid namespace. */
static void daemon_in_a_container_does_not_count(void **state)
{
	process(*state, "self", PID_HOST, MNT_HOST, "rootwatch\n", ARGS("rootwatch"));
	process(*state, "411", "pid:[4026539999]", MNT_HOST, "dockerd\n",
		ARGS("dockerd\0--data-root\0/evil"));
	process(*state, "412", PID_HOST, "mnt:[4026539998]", "dockerd\n",
		ARGS("dockerd\0--data-root\0/evil"));
	tree_text(*state, "/evil" DIR_A "/config.v2.json", EVIL);
	assert_string_equal(name_of(state), "");
}

/* Seen from another mount namespace than the host's, as in a container: process 1 is the host. */
static void host_is_where_process_1_is(void **state)
{
	process(*state, "self", PID_HOST, "mnt:[4026539998]", "rootwatch\n", ARGS("rootwatch"));
	process(*state, "1", PID_HOST, MNT_HOST, "systemd\n", ARGS("/sbin/init"));
	process(*state, "411", PID_HOST, "mnt:[4026539998]", "dockerd\n",
		ARGS("dockerd\0--data-root\0/evil"));
	process(*state, "412", PID_HOST, MNT_HOST, "dockerd\n",
		ARGS("dockerd\0--data-root\0/mnt/one"));
	only_mnt_one_counts(state);
}

static void host_root_is_that_of_process_1(void **state)
{
	char proc[4096];

	process(*state, "self", PID_HOST, MNT_HOST, "rootwatch\n", ARGS("rootwatch"));
	tree_path(proc, sizeof(proc), *state, "/proc");
	assert_string_equal(container_host_root(proc), "/"); /* process 1 is out of reach */
	process(*state, "1", PID_HOST, MNT_HOST, "systemd\n", ARGS("/sbin/init"));
	assert_string_equal(container_host_root(proc), "/");
	link_again(*state, "/proc/self/ns/mnt", "mnt:[4026539998]");
	assert_string_equal(container_host_root(proc), "/proc/1/root");
	/* Process 1 of a container, or of a pod. */
	link_again(*state, "/proc/self/ns/pid", "pid:[4026539999]");
	assert_string_equal(container_host_root(proc), "/");
}

static void daemon_of_another_user_does_not_count(void **state)
{
	char path[4096];

	if (geteuid() != 0) {
		print_message("skip: only root can give a file to another user\n");
		skip();
	}
	process(*state, "self", PID_HOST, MNT_HOST, "rootwatch\n", ARGS("rootwatch"));
	process(*state, "411", PID_HOST, MNT_HOST, "dockerd\n",
		ARGS("dockerd\0--data-root\0/evil"));
	tree_text(*state, "/evil" DIR_A "/config.v2.json", EVIL);
	tree_path(path, sizeof(path), *state, "/proc/411/cmdline");
	assert_int_equal(chown(path, 4242, 4242), 0);
	assert_string_equal(name_of(state), "");
	assert_int_equal(chown(path, 0, 0), 0);
	assert_string_equal(name_of(state), "evil");
}

/* ---- image references ---------------------------------------------------------------------- */

static void image_references_are_split(void **state)
{
	static const struct {
		const char *ref, *image, *tag, *digest;
	} cases[] = {
		{"nginx", "nginx", "latest", ""},
		{"nginx:1.25", "nginx", "1.25", ""},
		{"docker.io/library/nginx:1.25", "docker.io/library/nginx", "1.25", ""},
		{"registry:5000/a/b", "registry:5000/a/b", "latest", ""},
		{"registry:5000/a/b:v1", "registry:5000/a/b", "v1", ""},
		{"a/b@sha256:" A, "a/b", "", "sha256:" A},
		{"a/b:v1@sha256:" A, "a/b", "v1", "sha256:" A},
		{"r:5000/b@sha256:" A, "r:5000/b", "", "sha256:" A},
		{"sha256:" A, "", "", "sha256:" A},
		{A, "", "", A},
		{":", "", "", ""},
		{"@", "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct container c = {0};

		details_image(&c, cases[i].ref);
		assert_string_equal(c.image, cases[i].image);
		assert_string_equal(c.image_tag, cases[i].tag);
		assert_string_equal(c.image_digest, cases[i].digest);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tree_setup, tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plain_file_is_read),
		TEST(only_links_above_are_followed),
		TEST(link_from_the_root_stays_below_it),
		TEST(linked_file_is_not_read),
		TEST(linked_directory_is_not_entered),
		TEST(linked_directory_on_the_way_is_not_entered),
		TEST(fifo_and_directory_are_not_read),
		TEST(file_of_another_user_is_not_read),
		TEST(huge_file_is_not_read),
		TEST(broken_json_is_ignored),
		TEST(deep_json_is_refused),
		TEST(dense_json_is_refused),
		TEST(dense_json_in_a_string_is_refused),
		TEST(long_and_odd_names_are_kept_in_bounds),
		TEST(sandbox_of_a_kubelet_has_no_container_name),
		TEST(state_of_runc_is_guarded_too),
		TEST(data_root_of_the_configuration),
		TEST(data_root_of_a_process),
		TEST(data_root_with_an_equals_sign),
		TEST(odd_arguments_are_no_data_root),
		TEST(daemon_in_a_container_does_not_count),
		TEST(host_is_where_process_1_is),
		TEST(host_root_is_that_of_process_1),
		TEST(daemon_of_another_user_does_not_count),
		cmocka_unit_test(image_references_are_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
