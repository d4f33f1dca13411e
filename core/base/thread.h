/* SPDX-License-Identifier: GPL-2.0-or-later */
/* thread.h: a helper thread for a part of the startup work. */
#ifndef NETTRACE_BASE_THREAD_H
#define NETTRACE_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* Starts a thread on another CPU if there is one, in the same struct context, with all signals blocked. The caller
 * joins it. False: no thread. */
bool thread_start(pthread_t *thread, void *(*work)(void *context), void *context);
/* The number of CPUs that this process may use. */
size_t thread_cpus(void);

#endif
