/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attach.c: attachment of a tool's hooks, each with the best available program. */
#include "core/bpf/attach.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "core/bpf/plan.h"
#include "core/bpf/iterators.h"
#include "core/kernel/btf/kernel_btf.h"
#include "core/bpf/libbpf_log.h"
#include "core/bpf/parallel_load.h"
#include "core/bpf/object.h"
#include "core/bpf/configure.h"
#include "core/kernel/kernel.h"
#include "core/model/owner_hooks.h"

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

static struct bpf_link *attach(struct session *session, struct bpf_program *program)
{
	return strncmp(bpf_program__section_name(program), "iter/", 5) ? bpf_program__attach(program)
								       : iterator_attach(session, program);
}

/* Attaches the iterators, or all other programs. Returns NULL, or the refused program. */
static const char *attach_hooks(struct session *session, bool iterators, int *error)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		const char *name = plan_program(&session->plan, i);
		struct bpf_program *program;

		if (!name || (session->plan.hooks[i].use != ATTACH) != iterators)
			continue;
		program = bpf_object__find_program_by_name(session->object, name);
		session->links[i] = attach(session, program);
		if (session->links[i]) {
			program = object_nested(session->object, name);
			session->paired[i] = program != NULL;
			if (!program || (session->nested[i] = attach(session, program)))
				continue;
		}
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
	culprit = attach_hooks(session, true, error);
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

/* Reports that no program can serve this hook. */
static bool fail_hook(struct session *session, const struct hook *hook)
{
	char what[160];

	if (*session->refused.program)
		snprintf(what, sizeof(what), "its program %s for %s", session->refused.program, hook->name);
	else
		snprintf(what, sizeof(what), "%s", hook->name);
	return fail(session, what, session->refused.error);
}

/* Closes everything, for a new plan without the refused program. False: no single program is the cause. */
static bool refuse(struct session *session, const char *culprit, enum fate fate, int error)
{
	char *program = session->refused.program;

	snprintf(program, sizeof(session->refused.program), "%s", culprit);
	object_strip_nested(program);
	session->refused.error = error;
	session_leave(session);
	return plan_refuse(&session->plan, program, fate, error) || fail(session, "loading its BPF programs", error);
}

static bool load_as_planned(struct session *session, struct options *options)
{
	for (;;) {
		const struct hook *unserved;
		const char *culprit;
		enum fate fate;
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
		if (!refuse(session, culprit, fate, error))
			return false;
	}
}

bool attach_load(struct session *session, struct options *options)
{
	configure_kernel(&options->settings, session->tool);
	if (!attach_open(session))
		return fail(session, "reading its BPF object", -errno);
	attach_plan(session);
	session->refused.error = -ENOENT;
	return load_as_planned(session, options);
}

bool attach_all(struct session *session, struct options *options)
{
	const char *culprit;
	int error;

	while ((culprit = attach_hooks(session, false, &error)))
		if (!refuse(session, culprit, AT_ATTACH, error) || !load_as_planned(session, options))
			return false;
	return true;
}
