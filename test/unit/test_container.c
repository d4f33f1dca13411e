/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_container.c: the cgroup paths of container runtimes, and the cache of cgroups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/names/cgroups.h"
#include "core/names/containers.h"

#define ID     "3f0c1d6b5a4e29788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
#define OTHER  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define POD    "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d"
#define SLICED "1a2b3c4d_5e6f_4a7b_8c9d_0e1f2a3b4c5d"
#define STATIC "0123456789abcdef0123456789abcdef" /* of a pod from a file: the hash of its manifest */

static const struct sample {
	const char *path, *id, *pod, *unit;
} samples[] = {
	/* docker: cgroupfs (v1, v2), systemd, a parent of the user's own, rootless, systemd inside */
	{ "/docker/" ID, ID, "", "" },
	{ "/system.slice/docker-" ID ".scope", ID, "", "" },
	{ "/my-parent.slice/docker-" ID ".scope", ID, "", "" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope", ID, "", "" },
	{ "/docker/" ID "/system.slice/nginx.service", ID, "", "" },
	{ "/system.slice/docker-" ID ".scope/init.scope", ID, "", "" },
	{ "/system.slice/docker.service", "", "", "docker.service" },
	/* containerd, under kubelet: cgroupfs, systemd, guaranteed pods, static pods, a systemd path kept by cgroupfs
	   (v1) */
	{ "/kubepods/burstable/pod" POD "/" ID, ID, POD, "" },
	{ "/kubepods/pod" POD "/" ID, ID, POD, "" },
	{ "/kubepods/besteffort/pod" STATIC "/" ID, ID, STATIC, "" },
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" SLICED ".slice/cri-containerd-" ID ".scope",
	  ID, POD, "" },
	{ "/kubepods.slice/kubepods-pod" SLICED ".slice/cri-containerd-" ID ".scope", ID, POD, "" },
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" STATIC ".slice/cri-containerd-" ID ".scope",
	  ID, STATIC, "" },
	{ "/system.slice/containerd.service/kubepods-burstable-pod" SLICED ".slice:cri-containerd:" ID, ID, POD, "" },
	{ "/kubepods.slice/kubepods-pod" SLICED ".slice", "", POD, "" },
	/* nerdctl */
	{ "/system.slice/nerdctl-" ID ".scope", ID, "", "" },
	{ "/default/" ID, ID, "", "" },
	/* CRI-O: systemd, cgroupfs, crun's sub-cgroup, the monitor next to it */
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" SLICED ".slice/crio-" ID ".scope", ID,
	  POD, "" },
	{ "/kubepods.slice/kubepods-pod" SLICED ".slice/crio-" ID ".scope/container", ID, POD, "" },
	{ "/kubepods/besteffort/pod" POD "/crio-" ID, ID, POD, "" },
	{ "/kubepods.slice/kubepods-pod" SLICED ".slice/crio-conmon-" ID ".scope", "", POD,
	  "crio-conmon-" ID ".scope" },
	/* podman: rootful, rootless, cgroupfs, 4.x with a sub-cgroup, cgroups=split, pods, the monitor */
	{ "/machine.slice/libpod-" ID ".scope", ID, "", "" },
	{ "/machine.slice/libpod-" ID ".scope/container", ID, "", "" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container", ID, "", "" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/user-libpod_pod_" OTHER ".slice/libpod-" ID
	  ".scope",
	  ID, "", "" },
	{ "/libpod_parent/libpod-" ID, ID, "", "" },
	{ "/system.slice/web.service/libpod-payload-" ID, ID, "", "" },
	{ "/machine.slice/libpod-conmon-" ID ".scope", "", "", "libpod-conmon-" ID ".scope" },
	/* kind and docker in docker: the innermost; the pod around it */
	{ "/docker/" OTHER "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/"
	  "kubelet-kubepods-burstable-pod" SLICED ".slice/cri-containerd-" ID ".scope",
	  ID, POD, "" },
	{ "/docker/" OTHER "/kubelet/kubepods/besteffort/pod" POD "/" ID, ID, POD, "" },
	{ "/system.slice/docker-" OTHER ".scope/docker/" ID, ID, "", "" },
	{ "/kubepods/besteffort/pod" POD "/" OTHER "/docker/" ID, ID, POD, "" },
	/* seen from inside a cgroup namespace */
	{ "/../../kubepods-pod" SLICED ".slice/cri-containerd-" ID ".scope", ID, POD, "" },
	/* LXC, Proxmox, systemd-nspawn, machines */
	{ "/lxc.payload.web1/init.scope", "web1", "", "" },
	{ "/lxc/101/ns/system.slice/ssh.service", "101", "", "" },
	{ "/lxc.monitor.web1", "", "", "" },
	{ "/machine.slice/machine-web\\x2d1.scope/payload", "web-1", "", "" },
	{ "/machine.slice/systemd-nspawn@web.service/payload/system.slice/ssh.service", "web", "", "" },
	{ "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt", "", "", "machine-qemu\\x2d1\\x2dvm.scope" },
	/* no container */
	{ "/", "", "", "" },
	{ "", "", "", "" },
	{ "/system.slice/nginx.service", "", "", "nginx.service" },
	{ "/user.slice/user-1000.slice/session-3.scope", "", "", "session-3.scope" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox-1234.scope", "", "",
	  "app-firefox-1234.scope" },
	{ "/init.scope", "", "", "init.scope" },
	{ "/slurm/uid_1000/job_42", "", "", "" },
	/* similar, but no container */
	{ "/docker/3f0c1d6b5a4e", "", "", "" },
	{ "/system.slice/docker-" ID "0.scope", "", "", "docker-" ID "0.scope" },
	{ "/x" ID, "", "", "" },
	{ "/docker/3F0C1D6B5A4E29788796A5B4C3D2E1F00F1E2D3C4B5A69788796A5B4C3D2E1F0", "", "", "" },
	{ "/kubepods/podshell/" ID, ID, "", "" },
	{ "/kubepods/tripod" POD "/" ID, ID, "", "" },
	{ ".scope", "", "", "" },
	{ "/.service/lxc/", "", "", "" },
	{ "/machine-.scope", "", "", "machine-.scope" },
	{ "//docker//" ID "//", ID, "", "" },
};

static void paths_of_every_runtime(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct container container;

		container_read(&container, samples[i].path);
		if (strcmp(container.id, samples[i].id) || strcmp(container.pod, samples[i].pod) ||
		    strcmp(container.unit, samples[i].unit))
			fail_msg("%s: id \"%s\", pod \"%s\", unit \"%s\"", samples[i].path, container.id, container.pod,
				 container.unit);
		assert_true(container.digits == (strlen(samples[i].id) == 64));
	}
}

/* The unit of a process, and the unit that holds a container: those in a container are its own. */
static void units_of_containers_too(void **state)
{
	static const char *const holders[][2] = {
		{ "/system.slice/nginx.service", "nginx.service" },
		{ "/user.slice/user@1000.service/app.slice/app-firefox-1234.scope", "app-firefox-1234.scope" },
		{ "/system.slice/docker-" ID ".scope", "docker-" ID ".scope" },
		{ "/system.slice/docker-" ID ".scope/system.slice/ssh.service", "docker-" ID ".scope" },
		{ "/machine.slice/libpod-" ID ".scope/container", "libpod-" ID ".scope" },
		{ "/machine.slice/systemd-nspawn@web.service/payload/system.slice/ssh.service",
		  "systemd-nspawn@web.service" },
		{ "/lxc/101/ns/system.slice/ssh.service", "" },
		{ "/docker/" ID, "" },
		{ "/", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++) {
		struct container container;

		container_read(&container, holders[i][0]);
		assert_string_equal(container.holder, holders[i][1]);
	}
}

/* Components of the maximum length, and longer. */
static void long_names_are_cut(void **state)
{
	char path[600] = "/lxc.payload.";
	struct container container;

	(void)state;
	memset(path + strlen(path), 'x', 500);
	container_read(&container, path);
	assert_int_equal(strlen(container.id), CONTAINER_NAME - 1);
}

/* ---- cgroups ---- */

static void assert_path(uint64_t id, const char *expected)
{
	char path[4096];

	if (!expected) {
		assert_false(cgroups_path(id, path, sizeof(path)));
		return;
	}
	assert_true(cgroups_path(id, path, sizeof(path)));
	assert_string_equal(path, expected);
}

static void paths_up_to_the_root(void **state)
{
	char path[8];

	(void)state;
	assert_path(1, NULL);
	cgroups_add(30, 20, "c");
	assert_path(30, NULL); /* the parent is still unknown */
	cgroups_add(20, 1, "b");
	assert_path(30, NULL);
	cgroups_add(1, 0, "");
	assert_path(1, "/");
	assert_path(20, "/b");
	assert_path(30, "/b/c");
	assert_path(0, NULL);
	cgroups_add(40, 0, "/told/whole"); /* as in a recording */
	assert_path(40, "/told/whole");
	cgroups_add(40, 20, "moved");
	assert_path(40, "/b/moved");
	assert_true(cgroups_path(30, path, 5));
	assert_false(cgroups_path(30, path, 4));
	cgroups_clear();
	assert_path(1, NULL);
}

static void circles_end(void **state)
{
	(void)state;
	cgroups_add(1, 2, "a");
	cgroups_add(2, 1, "b");
	assert_path(1, NULL);
	cgroups_clear();
}

/* Beyond its limit the table is emptied, and keeps the latest entries. */
static void there_is_a_limit(void **state)
{
	char name[32], path[64];
	uint64_t id;

	(void)state;
	for (id = 1; id <= 70001; id++) {
		snprintf(name, sizeof(name), "/cgroup%llu", (unsigned long long)id);
		cgroups_add(id, 0, name);
		assert_true(cgroups_path(id, path, sizeof(path)));
		assert_string_equal(path, name);
	}
	assert_path(1, NULL);
	assert_path(70000, "/cgroup70000");
	cgroups_clear();
}

/* ---- places ---- */

static const char *text(const struct event *event, enum of_container what)
{
	static char copy[4096];
	size_t length;
	const char *at = containers_text(event, what, &length);

	if (!at)
		return NULL;
	snprintf(copy, sizeof(copy), "%.*s", (int)length, at);
	return copy;
}

static void of_a_recording(void **state)
{
	static const struct event in_pod = { .cgroup_id = 7 }, in_unit = { .cgroup_id = 8 },
				  in_root = { .cgroup_id = 9 }, unknown = { .cgroup_id = 10 },
				  of_process = { .cgroup_id = 9, .pid = 4711 };

	(void)state;
	assert_null(text(&in_pod, CONTAINER_ID)); /* lookups are disabled */
	containers_on(NULL, NULL);
	containers_add(7, 0, "/kubepods/pod" POD "/" ID);
	containers_add(8, 0, "/system.slice/nginx.service");
	containers_add(9, 0, "/");
	assert_string_equal(text(&in_pod, CONTAINER_LABEL), "3f0c1d6b5a4e");
	assert_string_equal(text(&in_pod, CONTAINER_ID), ID);
	assert_string_equal(text(&in_pod, CONTAINER_POD), POD);
	assert_string_equal(text(&in_pod, CONTAINER_PATH), "/kubepods/pod" POD "/" ID);
	assert_string_equal(text(&in_unit, CONTAINER_LABEL), "nginx.service");
	assert_null(text(&in_unit, CONTAINER_ID));
	assert_null(text(&in_unit, CONTAINER_POD));
	assert_null(text(&in_root, CONTAINER_LABEL));
	assert_string_equal(text(&in_root, CONTAINER_PATH), "/");
	assert_null(text(&unknown, CONTAINER_PATH));
	/* Of one process only; then the process moves. */
	containers_add(9, 4711, "/docker/" OTHER);
	assert_string_equal(text(&of_process, CONTAINER_ID), OTHER);
	assert_null(text(&in_root, CONTAINER_ID));
	containers_add(9, 4711, "/docker/" ID);
	assert_string_equal(text(&of_process, CONTAINER_ID), ID);
	containers_off();
	assert_null(text(&in_pod, CONTAINER_ID));
}

static int asked;

static void tell_at_last(void *context)
{
	(void)context;
	asked++;
	containers_add(77, 0, "/lxc/late");
}

/* An unknown cgroup is asked for again; a known one only after it expires. Without an owner there is no other
 * source. */
static void asks_for_what_is_not_known(void **state)
{
	static const struct event event = { .cgroup_id = 77 };

	(void)state;
	containers_on(tell_at_last, NULL);
	for (int i = 0; i < 5; i++)
		assert_string_equal(text(&event, CONTAINER_LABEL), "late");
	assert_int_equal(asked, 1);
	containers_off();
}

static void learn_nothing(void *context)
{
	(void)context;
}

/* /proc/self/cgroup is the only source for this process; a pid without a process has none. */
static void owners_are_asked(void **state)
{
	const struct event event = { .cgroup_id = 123456789, .pid = (uint32_t)getpid() },
			   nobody = { .cgroup_id = 123456789, .pid = UINT32_MAX };

	(void)state;
	if (access("/proc/self/cgroup", R_OK))
		skip();
	containers_on(learn_nothing, NULL);
	assert_non_null(containers_lookup(&event)->path);
	assert_null(containers_lookup(&nobody)->path);
	containers_off();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_of_every_runtime),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(units_of_containers_too),
		cmocka_unit_test(paths_up_to_the_root),
		cmocka_unit_test(circles_end),
		cmocka_unit_test(there_is_a_limit),
		cmocka_unit_test(of_a_recording),
		cmocka_unit_test(asks_for_what_is_not_known),
		cmocka_unit_test(owners_are_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
