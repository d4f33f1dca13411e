/* SPDX-License-Identifier: GPL-2.0-or-later */
/* thread.c: a helper thread for a part of the startup work.
 *
 * A new thread that finds no idle CPU waits behind its creator for up to 3 ms, as long as its work lasts. So it starts
 * on another CPU, and may migrate afterwards. */
#include "core/base/thread.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include "core/base/context.h"

size_t thread_cpus(void)
{
	cpu_set_t cpus;

	return sched_getaffinity(0, sizeof(cpus), &cpus) ? 1 : (size_t)CPU_COUNT(&cpus);
}

/* Arguments of a new thread. */
struct beginning {
	struct context *current;
	void *(*work)(void *context);
	void *context;
};

static void *begin(void *memory)
{
	struct beginning beginning = *(struct beginning *)memory;

	free(memory);
	context_enter(beginning.current);
	return beginning.work(beginning.context);
}

/* Only the main thread handles signals. */
static bool start(pthread_t *thread, const pthread_attr_t *attributes, void *(*work)(void *context), void *context)
{
	struct beginning *beginning = malloc(sizeof(*beginning));
	sigset_t all, before;
	bool ok;

	if (!beginning)
		return false;
	*beginning = (struct beginning){ context_current, work, context };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ok = !pthread_create(thread, attributes, begin, beginning);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!ok)
		free(beginning);
	return ok;
}

bool thread_start(pthread_t *thread, void *(*work)(void *context), void *context)
{
	pthread_attr_t elsewhere;
	cpu_set_t cpus, others;
	int cpu = sched_getcpu();
	bool ok = false;

	if (cpu < 0 || sched_getaffinity(0, sizeof(cpus), &cpus))
		return start(thread, NULL, work, context);
	others = cpus;
	CPU_CLR((size_t)cpu, &others);
	if (CPU_COUNT(&others) && !pthread_attr_init(&elsewhere)) {
		ok = !pthread_attr_setaffinity_np(&elsewhere, sizeof(others), &others) &&
		     start(thread, &elsewhere, work, context);
		pthread_attr_destroy(&elsewhere);
	}
	if (!ok)
		return start(thread, NULL, work, context);
	pthread_setaffinity_np(*thread, sizeof(cpus), &cpus);
	return true;
}
