/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attach.c: attachment of a tool's hooks, each with the best available program. */
#include "core/bpf/attach.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "core/bpf/plan.h"
#include "core/bpf/iterators.h"
#include "core/kernel/btf/kernel_btf.h"
#include "core/bpf/libbpf_log.h"
#include "core/bpf/parallel_load.h"
#include "core/bpf/object.h"
#include "core/bpf/configure.h"
#include "core/bpf/syscalls.h"
#include "core/kernel/cgroup_root.h"
#include "core/kernel/kernel.h"
#include "core/model/owner_hooks.h"

#define ENOTSUPP 524 /* of the kernel, in no header of user space */

static const char *section(void *context, const char *program)
{
	const struct session *session = context;

	return object_section(session->object, program);
}

static int question(void *context, const char *program)
{
	const struct session *session = context;

	return kernel_arguments(&session->kernel, program, object_section(session->object, program));
}

bool attach_open(struct session *session)
{
	if (session->object)
		return true;
	session->object = object_open(session->tool);
	if (!session->object)
		return false;
	configure_sizes(session->object);
	kernel_btf_want(session->object);
	return true;
}

bool attach_has_program(void *session, const char *program)
{
	const struct bpf_object *object = ((const struct session *)session)->object;

	return object && bpf_object__find_program_by_name(object, program);
}

void attach_plan(struct session *session)
{
	struct hook hooks[HOOK_ITEMS + 1];
	size_t owners = tool_hooks(hooks, session->tool, attach_has_program, session);

	plan_start(&session->plan, hooks);
	session->plan.owners = owners;
}

static struct bpf_link *attach_to_root(struct bpf_program *program)
{
	int root = cgroup_root_open(), why;
	struct bpf_link *link = root < 0 ? NULL : bpf_program__attach_cgroup(program, root);

	why = errno;
	if (root >= 0)
		close(root);
	errno = why;
	return link;
}

/* n: index among the system calls that the section names, if any. */
static struct bpf_link *attach(struct session *session, struct bpf_program *program, size_t n)
{
	const char *named = bpf_program__section_name(program);

	if (is_syscall_section(named))
		return syscall_attach(program, n);
	if (!strncmp(named, "cgroup", 6))
		return attach_to_root(program);
	return strncmp(named, "iter/", 5) ? bpf_program__attach(program) : iterator_attach(session, program);
}

/* False: errno. */
static bool attach_hook(struct session *session, size_t i, const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(session->object, name);
	struct bpf_program *nested = object_nested(session->object, name);
	const char *named = bpf_program__section_name(program);

	session->paired[i] = nested != NULL;
	session->links[i] = attach(session, program, 0);
	if (!session->links[i])
		return false;
	if (nested)
		session->nested[i] = attach(session, nested, 0);
	else if (is_syscall_section(named) && syscalls_named(named) > 1)
		session->nested[i] = attach(session, program, 1);
	else
		return true;
	return session->nested[i] != NULL;
}

/* Attaches the iterators. Returns NULL, or the refused program. */
static const char *attach_iterators(struct session *session, int *error)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		const char *name = plan_program(&session->plan, i);

		if (!name || session->plan.hooks[i].use == ATTACH)
			continue;
		if (attach_hook(session, i, name))
			continue;
		*error = -errno;
		return name;
	}
	return NULL;
}

/* Loads the plan once. Returns NULL on success, else the program that the kernel refused ("": no single program is the
 * cause), with the error in *error. */
static const char *try_plan(struct session *session, struct options *options, enum fate *fate, int *error)
{
	const char *culprit = NULL;

	*fate = AT_LOAD;
	*error = configure_object(session, options);
	if (*error)
		return "";
	parallel_load_begin();
	*error = bpf_object__load(session->object);
	if (*error) {
		parallel_load_abort();
		culprit = libbpf_log_program();
		return culprit ? culprit : "";
	}
	culprit = parallel_load_commit(options->verbose, error);
	if (culprit)
		return culprit;
	*fate = AT_ATTACH;
	/* Iterators first, and those of the start run at once, so that the first event finds the owners. */
	culprit = attach_iterators(session, error);
	if (!culprit)
		iterators_run(session, RUN_AT_START, NULL, NULL); /* without output */
	return culprit;
}

static bool fail(struct session *session, const char *what, int error)
{
	snprintf(session->failed.what, sizeof(session->failed.what), "%s", what);
	session->failed.error = error;
	if (session->object)
		session_leave(session);
	return false;
}

static bool is_program_of(const struct hook *hook, const char *program)
{
	for (int alt = 0; alt < ALT_ITEMS && hook->alts[alt]; alt++)
		if (!strcmp(hook->alts[alt], program))
			return true;
	return false;
}

/* Reports that no program can serve this hook. */
static bool fail_hook(struct session *session, const struct hook *hook)
{
	char what[160];

	if (is_program_of(hook, session->refused.program))
		snprintf(what, sizeof(what), "its program %s for %s", session->refused.program, hook->name);
	else
		snprintf(what, sizeof(what), "%s", hook->name);
	return fail(session, what, session->refused.error);
}

/* Removes the program from the plan. False: the plan does not contain it. */
static bool refuse(struct session *session, const char *culprit, enum fate fate, int error)
{
	char *program = session->refused.program;

	snprintf(program, sizeof(session->refused.program), "%s", culprit);
	object_strip_nested(program);
	session->refused.error = error;
	return plan_refuse(&session->plan, program, fate, error);
}

static bool load_as_planned(struct session *session, struct options *options)
{
	for (;;) {
		const struct hook *unserved;
		const char *culprit;
		enum fate fate;
		bool planned;
		int error;

		if (!attach_open(session))
			return fail(session, "reading its BPF object", -errno);
		exclusions_plan(&session->plan, &options->exclusions, session->only_program, section, session);
		unserved = plan_choose(&session->plan, options->settings.flags, question, session);
		if (unserved && !session->survey)
			return fail_hook(session, unserved);
		culprit = try_plan(session, options, &fate, &error);
		if (!culprit)
			return true;
		planned = refuse(session, culprit, fate, error); /* before the object, which owns the name, is closed */
		session_leave(session);
		if (!planned) /* no single program is the cause */
			return fail(session, "loading its BPF programs", error);
	}
}

bool attach_load(struct session *session, struct options *options)
{
	configure_kernel(&options->settings, session->tool);
	if (session->kernel.cast)
		options->settings.flags |= OWNERS_LOOKED_AT;
	if (session->kernel.sk_storage)
		options->settings.flags |= TAGS_ON_SOCKETS;
	if (!attach_open(session))
		return fail(session, "reading its BPF object", -errno);
	if (!session->plan.count) {
		attach_plan(session);
		session->refused.error = -ENOENT;
	}
	return load_as_planned(session, options);
}

/* Some kernels load programs for trampolines but attach none (arm64 before 6.4): remembers that. Other errors concern
 * one function. */
static void learn(struct session *session, const char *program, int error)
{
	const char *type = object_section(session->object, program);

	if (error == -ENOTSUPP && (!strncmp(type, "fexit/", 6) || !strncmp(type, "fentry/", 7))) {
		session->kernel.no_trampolines = error;
		session->kernel.trampolines = false;
	}
}

bool attach_all(struct session *session)
{
	bool all = true;

	/* Tries all hooks despite refusals, so that one reload can avoid all refused programs. */
	for (size_t i = 0; i < session->plan.count; i++) {
		const char *name = plan_program(&session->plan, i);
		int error;

		if (!name || session->plan.hooks[i].use != ATTACH)
			continue;
		if (attach_hook(session, i, name))
			continue;
		error = -errno;
		learn(session, name, error);
		refuse(session, name, AT_ATTACH, error);
		all = false;
	}
	return all;
}

bool attach_alone(struct session *session, struct options *options)
{
	while (attach_load(session, options)) {
		if (attach_all(session))
			return true;
		session_leave(session);
	}
	return false;
}
