// SPDX-License-Identifier: Apache-2.0
/* What the files of each runtime say, from the trees in tests/data/runtime. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "container/container.h"
#include "container/runtime_tree.h"

#define WEB	 "f31f384749f9115acf01fcf82f5a966b59dcc0a4cbd7c9740888c0bf32aa2bbb"
#define SHOP	 "89016fc1ebe735d5d6bfa8fa9b5c0431890483da9035da7f4031b4fd87aff831"
#define OPERATOR "2373c664e91d41a19a1afe3d0166596efe4f2683dc8a8312b59df513ef817fa7"
#define PAUSE	 "85d5f22c50d72095ed908630bfc653bb0c95ebd7d2008624bb7c3653a8577559"
#define NERDCTL	 "aa470170773aae4a69e6e0a509eb8c1f304140b1fea1a2d55ec93a07a78e497c"
#define CRIO	 "c64064614423cb790e88b3e5492ff5ccf673b25ae823089f7a60c65cda24d809"
#define PODMAN	 "2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9"
#define ONCE	 "9bf7fedd217ed693153f9ca42bca11b55f1e22626e6ac3ad1ce58057cdbfdf72"
#define ROOTLESS "12b961af5feb3e9d39f93b2cefb9a1a944f18d02cca0cac2f04f5a982240605f"
#define POD_UID	 "4cad64d0-7a36-452a-8a08-bd3a694cdad5"
#define POD_DIR	 "/kubepods/burstable/pod" POD_UID "/"

/* In every fixture's environment, and nowhere else in it. */
#define SECRET "swordfish"

static char host[512];

static int find_host(void **state)
{
	struct stat st;

	(void)state;
	snprintf(host, sizeof(host), "%s/runtime/host", tree_data_dir());
	return stat(host, &st);
}

static void find(struct container *c, const char *cgroup_path)
{
	tree_find(c, host, cgroup_path);
	assert_null(memmem(c, sizeof(*c), SECRET, strlen(SECRET)));
}

static void docker(void **state)
{
	struct container c;

	(void)state;
	find(&c, "/docker/" WEB);
	assert_int_equal(c.ref.type, CONTAINER_DOCKER);
	assert_string_equal(c.ref.id, WEB);
	assert_string_equal(c.short_id, "f31f384749f9");
	assert_string_equal(c.name, "web");
	assert_string_equal(c.image, "registry.local:5000/team/nginx");
	assert_string_equal(c.image_tag, "1.25.3");
	assert_string_equal(
		c.image_digest,
		"sha256:83d20350a81b979988da333b2faffd22fca38db43e6281959e0b746086c029b1");
	assert_string_equal(c.k8s_ns, "");
	assert_string_equal(c.k8s_pod, "");
	assert_true(c.privileged_known);
	assert_false(c.privileged);
	assert_string_equal(c.cgroup_path, "/docker/" WEB);
}

static void docker_of_a_kubelet(void **state)
{
	struct container c;

	(void)state;
	find(&c, "/system.slice/docker-" SHOP ".scope/init.scope");
	assert_string_equal(c.name, "k8s_app_shop-0_store_ff49d0be-16b7-4a49-bb9e-8ec1f1f4e27f_0");
	assert_string_equal(c.image, "shop");
	assert_string_equal(c.image_tag, "");
	assert_string_equal(
		c.image_digest,
		"sha256:17dff9ca14347ae688065cace493dbc2de2c4e49ca8c043c61db9376453a54a8");
	assert_string_equal(c.k8s_ns, "store");
	assert_string_equal(c.k8s_pod, "shop-0");
	assert_string_equal(c.k8s_container, "app");
	assert_string_equal(c.ref.pod_uid, "ff49d0be-16b7-4a49-bb9e-8ec1f1f4e27f");
	assert_true(c.privileged_known && c.privileged);
	assert_string_equal(c.cgroup_path, "/system.slice/docker-" SHOP ".scope");
}

static void type_of_a_bare_id_is_found(void **state)
{
	struct container c;

	(void)state;
	find(&c, "/actions_job/" WEB);
	assert_int_equal(c.ref.type, CONTAINER_DOCKER);
	assert_string_equal(c.name, "web");
	find(&c, POD_DIR OPERATOR);
	assert_int_equal(c.ref.type, CONTAINER_CONTAINERD);
	find(&c, POD_DIR CRIO);
	assert_int_equal(c.ref.type, CONTAINER_CRIO);
	find(&c, "/" PODMAN);
	assert_int_equal(c.ref.type, CONTAINER_PODMAN);
}

static void containerd_cri(void **state)
{
	struct container c;

	(void)state;
	find(&c, POD_DIR OPERATOR);
	assert_string_equal(c.name, "operator");
	assert_string_equal(c.k8s_container, "operator");
	assert_string_equal(c.k8s_pod, "operator-65747dc769-pjztg");
	assert_string_equal(c.k8s_ns, "team");
	assert_string_equal(c.ref.pod_uid, POD_UID);
	assert_string_equal(c.image, "quay.io/team/operator");
	assert_string_equal(c.image_tag, "v0.5");
	assert_true(c.privileged_known && c.privileged);
}

static void containerd_sandbox(void **state)
{
	struct container c;

	(void)state;
	find(&c, "/kubepods.slice/kubepods-pod4cad64d0_7a36_452a_8a08_bd3a694cdad5.slice/"
		 "cri-containerd-" PAUSE ".scope");
	assert_string_equal(c.name, "operator-65747dc769-pjztg");
	assert_string_equal(c.k8s_container, "");
	assert_string_equal(c.ref.pod_uid, POD_UID);
	assert_true(c.privileged_known && !c.privileged);
}

static void nerdctl(void **state)
{
	struct container c;

	(void)state;
	find(&c, "/system.slice/nerdctl-" NERDCTL ".scope");
	assert_int_equal(c.ref.type, CONTAINER_CONTAINERD);
	assert_string_equal(c.name, "cache-1");
	assert_string_equal(c.k8s_pod, "");
}

static void ctr_with_a_free_id(void **state)
{
	struct container c;

	(void)state;
	find(&c, "/default/redis/inner");
	assert_int_equal(c.ref.type, CONTAINER_CONTAINERD);
	assert_string_equal(c.ref.id, "redis");
	assert_string_equal(c.short_id, "redis");
	assert_string_equal(c.name, "redis");
	assert_string_equal(c.cgroup_path, "/default/redis");
	find(&c, "/elsewhere/redis");
	assert_int_equal(c.ref.type, CONTAINER_UNKNOWN);
}

static void crio(void **state)
{
	struct container c;

	(void)state;
	find(&c, "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-"
		 "pod4cad64d0_7a36_452a_8a08_bd3a694cdad5.slice/crio-" CRIO ".scope/container");
	assert_int_equal(c.ref.type, CONTAINER_CRIO);
	assert_string_equal(c.name, "postgres");
	assert_string_equal(c.k8s_container, "postgres");
	assert_string_equal(c.k8s_pod, "db-0");
	assert_string_equal(c.k8s_ns, "data");
	assert_string_equal(c.image, "quay.io/data/postgres");
	assert_string_equal(c.image_tag, "15");
	assert_string_equal(
		c.image_digest,
		"sha256:6b26d5b0c42bba577003ed2e8be473eb4f3c95c8f1009b2db04d06753df9e877");
}

static void podman(void **state)
{
	struct container c;

	(void)state;
	find(&c, "/machine.slice/libpod-" PODMAN ".scope/container");
	assert_int_equal(c.ref.type, CONTAINER_PODMAN);
	assert_string_equal(c.name, "mail");
	assert_string_equal(c.image, "docker.io/library/alpine");
	assert_string_equal(c.image_tag, "3.19");
	assert_string_equal(c.image_digest,
			    "5d84bba3a14ee82dddd94465388bc7d5cf132c31aeb7cfa0bbfb67d48b51dc5a");
	assert_true(c.privileged_known && c.privileged);
	find(&c, "/machine.slice/libpod-" ONCE ".scope");
	assert_string_equal(c.name, "once");
	assert_string_equal(c.image, "localhost/tool");
	assert_string_equal(c.image_tag, "latest");
	assert_true(c.privileged_known && !c.privileged);
}

/* The home directory of whom the slice is of is looked at, and no other. */
static void podman_rootless(void **state)
{
	struct container c;
	char path[256], home[1024];
	struct stat st;

	(void)state;
	snprintf(home, sizeof(home), "%s/home/alice", host);
	assert_int_equal(stat(home, &st), 0);
	snprintf(path, sizeof(path),
		 "/user.slice/user-%u.slice/user@%u.service/user.slice/libpod-%s.scope", st.st_uid,
		 st.st_uid, ROOTLESS);
	find(&c, path);
	assert_int_equal(c.ref.type, CONTAINER_PODMAN);
	assert_string_equal(c.name, "alice-web");
	assert_string_equal(c.image, "docker.io/library/httpd");
	snprintf(path, sizeof(path),
		 "/user.slice/user-%u.slice/user@%u.service/user.slice/libpod-%s.scope",
		 st.st_uid + 1, st.st_uid + 1, ROOTLESS);
	find(&c, path);
	assert_string_equal(c.name, "");
	find(&c, "/machine.slice/libpod-" ROOTLESS ".scope");
	assert_string_equal(c.name, "");
}

static void runc_and_crun(void **state)
{
	/* The cgroup that the kernel names may be of any hierarchy; each is in the state. */
	static const struct {
		const char *path, *id, *own;
	} cases[] = {
		{"/mybox", "mybox", "/mybox"},
		{"/agent/mybox", "mybox", "/agent/mybox"},
		{"/mybox/init.scope", "mybox", "/mybox"},
		{"/jobs/unified", "unified", "/jobs/unified"},
		{"/build/step-1", "step-1", "/build/step-1"},
		{"/crun/cbox/a/b/c", "cbox", "/crun/cbox"},
	};
	struct container c;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		find(&c, cases[i].path);
		if (c.ref.type != CONTAINER_RUNC)
			fail_msg("%s: type is %s", cases[i].path, container_type_name(c.ref.type));
		assert_string_equal(c.ref.id, cases[i].id);
		assert_string_equal(c.name, cases[i].id);
		assert_string_equal(c.cgroup_path, cases[i].own);
		assert_false(c.privileged_known);
	}
}

/* A bundle's annotations, as runc keeps them. */
static void runc_with_annotations(void **state)
{
	struct container c;

	(void)state;
	find(&c, "/podbox");
	assert_int_equal(c.ref.type, CONTAINER_RUNC);
	assert_string_equal(c.ref.id, "podbox");
	assert_string_equal(c.name, "app");
	assert_string_equal(c.k8s_pod, "shop-1");
	assert_string_equal(c.k8s_ns, "shop");
	assert_string_equal(c.image, "docker.io/library/nginx");
	assert_string_equal(c.image_tag, "1.25");
	assert_false(c.privileged_known);
}

static void name_alone_is_no_proof_for_runc(void **state)
{
	static const char *const paths[] = {"/other/mybox", "/my",    "/unified", "/x/jobs/unified",
					    "/cbox",	    "/agent", "/step-1"};
	struct container c;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		find(&c, paths[i]);
		if (c.ref.type != CONTAINER_UNKNOWN)
			fail_msg("%s: taken for %s", paths[i], c.ref.id);
		assert_string_equal(c.ref.id, "");
		assert_string_equal(c.short_id, "unknown");
		assert_string_equal(c.cgroup_path, paths[i]);
	}
}

static void names_that_need_no_file(void **state)
{
	struct container c;

	(void)state;
	find(&c, "/lxc.payload.web01/init.scope");
	assert_int_equal(c.ref.type, CONTAINER_LXC);
	assert_string_equal(c.name, "web01");
	find(&c, "/machine.slice/machine-debian\\x2dsid.scope/payload");
	assert_int_equal(c.ref.type, CONTAINER_NSPAWN);
	assert_string_equal(c.name, "debian-sid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(docker),
		cmocka_unit_test(docker_of_a_kubelet),
		cmocka_unit_test(type_of_a_bare_id_is_found),
		cmocka_unit_test(containerd_cri),
		cmocka_unit_test(containerd_sandbox),
		cmocka_unit_test(nerdctl),
		cmocka_unit_test(ctr_with_a_free_id),
		cmocka_unit_test(crio),
		cmocka_unit_test(podman),
		cmocka_unit_test(podman_rootless),
		cmocka_unit_test(runc_and_crun),
		cmocka_unit_test(runc_with_annotations),
		cmocka_unit_test(name_alone_is_no_proof_for_runc),
		cmocka_unit_test(names_that_need_no_file),
	};

	return cmocka_run_group_tests(tests, find_host, NULL);
}
