/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parallel_load.c: parallel verification of an object's programs.
 *
 * libbpf lets the kernel verify one program after the other, which is most of a tool's startup time. Here its calls of
 * bpf_prog_load() (linked with --wrap) only queue the program and return a placeholder descriptor. After libbpf has
 * finished the object, all programs are loaded, the longest first, on all CPUs. Then each program replaces its
 * placeholder.
 *
 * Meanwhile libbpf probes the kernel a dozen times, with small programs, maps and BTF: half a millisecond. Every kernel
 * with ring buffers and iterators passes these probes (core/kernel/kernel.c has checked), or the object does not use
 * the feature (a unit test checks). So this module answers them itself. */
#include "core/bpf/parallel_load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/bpf/early_maps.h"
#include "core/base/thread.h"
#include "core/kernel/btf/kernel_btf.h"

#define PROGRAMS 64
#define THREADS  4
#define LOG_SIZE (1 << 20)
#define QUESTION 256 /* bytes: libbpf's BTF probes are shorter, the BTF of every object is longer */

struct load {
	enum bpf_prog_type type;
	const char *name, *license; /* owned by the object, like everything that options points to */
	struct bpf_insn *code;      /* owned */
	size_t length;
	struct bpf_prog_load_opts options;
	int fd;    /* placeholder, then program */
	int error; /* negative errno */
};

static struct load loads[PROGRAMS];
static size_t count;
static bool queueing;
static struct load *by_length[PROGRAMS];
static atomic_size_t next; /* index into by_length */

int __real_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license, const struct bpf_insn *code,
			 size_t length, const struct bpf_prog_load_opts *options) __attribute__((weak));
int __wrap_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license, const struct bpf_insn *code,
			 size_t length, const struct bpf_prog_load_opts *options);
int __real_bpf_prog_bind_map(int program, int map, const struct bpf_prog_bind_opts *options) __attribute__((weak));
int __wrap_bpf_prog_bind_map(int program, int map, const struct bpf_prog_bind_opts *options);

int __real_bpf_btf_load(const void *btf, size_t size, const struct bpf_btf_load_opts *options) __attribute__((weak));
int __wrap_bpf_btf_load(const void *btf, size_t size, const struct bpf_btf_load_opts *options);

/* libbpf closes it. */
static int placeholder(void)
{
	int fd = early_maps_placeholder_fd();

	return fd < 0 ? -errno : fd;
}

int __wrap_bpf_btf_load(const void *btf, size_t size, const struct bpf_btf_load_opts *options)
{
	return queueing && size < QUESTION ? placeholder() : __real_bpf_btf_load(btf, size, options);
}

static int load_now(const struct load *load)
{
	return __real_bpf_prog_load(load->type, load->name, load->license, load->code, load->length, &load->options);
}

/* Takes ownership of the code. */
static int queue_load(struct load load)
{
	load.fd = placeholder();
	if (load.fd < 0) {
		free(load.code);
		return load.fd;
	}
	load.options.fd_array = NULL; /* for functions of modules, which no program here calls */
	loads[count++] = load;
	return load.fd;
}

/* Replaces libbpf's function. Relocates ids to the kernel's own types (core/kernel/btf/kernel_btf.h). */
int __wrap_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license, const struct bpf_insn *code,
			 size_t length, const struct bpf_prog_load_opts *options)
{
	struct load load = { .type = type, .name = name, .license = license, .length = length };
	int fd, error;

	if (queueing && !(options && options->attach_btf_id)) /* a probe of libbpf, no program of the object */
		return placeholder();
	if (!options || !options->attach_btf_id)
		return __real_bpf_prog_load(type, name, license, code, length, options);
	load.options = *options;
	load.code = malloc(length * sizeof(*code));
	if (!load.code) {
		errno = ENOMEM;
		return -errno;
	}
	memcpy(load.code, code, length * sizeof(*code));
	kernel_btf_relocate(load.code, length, &load.options);
	if (queueing && count < PROGRAMS)
		return queue_load(load);
	error = queueing ? early_maps_finish() : 0;
	fd = error ? error : load_now(&load);
	free(load.code);
	errno = fd < 0 ? -fd : errno;
	return fd;
}

/* Replaces libbpf's function, which binds the settings to programs that do not read them, for bpftool. A queued program
 * has no descriptor yet. */
int __wrap_bpf_prog_bind_map(int program, int map, const struct bpf_prog_bind_opts *options)
{
	return queueing ? 0 : __real_bpf_prog_bind_map(program, map, options);
}

void parallel_load_begin(void)
{
	count = 0;
	queueing = true;
}

void parallel_load_abort(void)
{
	early_maps_finish(); /* while the object's descriptors are valid */
	for (size_t i = 0; i < count; i++)
		free(loads[i].code);
	count = 0;
	queueing = false;
}

static void load_queued(struct load *load)
{
	int fd = load_now(load);

	load->error = fd < 0 ? fd : dup3(fd, load->fd, O_CLOEXEC) < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
}

static void *load_some(void *unused)
{
	size_t i;

	while ((i = atomic_fetch_add(&next, 1)) < count)
		load_queued(by_length[i]);
	return unused;
}

static int longer(const void *a, const void *b)
{
	const struct load *one = *(struct load *const *)a, *other = *(struct load *const *)b;

	return (one->length < other->length) - (one->length > other->length);
}

/* The number of additional threads. */
static size_t helpers_wanted(void)
{
	size_t most = thread_cpus();

	if (most > THREADS)
		most = THREADS;
	if (most > count)
		most = count;
	return most ? most - 1 : 0;
}

static void load_all(void)
{
	pthread_t helpers[THREADS];
	size_t wanted = helpers_wanted(), started = 0;

	for (size_t i = 0; i < count; i++)
		by_length[i] = &loads[i];
	qsort(by_length, count, sizeof(by_length[0]), longer);
	next = 0;
	while (started < wanted && thread_start(&helpers[started], load_some, NULL))
		started++;
	load_some(NULL);
	for (size_t i = 0; i < started; i++)
		pthread_join(helpers[i], NULL);
}

/* Prints the verifier's log of the refused program. */
static void print_log(const struct load *refused)
{
	struct load load = *refused;
	char *log = malloc(LOG_SIZE);
	int fd;

	if (!log)
		return;
	log[0] = '\0';
	load.options.log_level = 1;
	load.options.log_buf = log;
	load.options.log_size = LOG_SIZE;
	fd = load_now(&load);
	if (fd >= 0)
		close(fd);
	fprintf(stderr, "program %s: %s\n%s", load.name, strerror(-refused->error), log);
	free(log);
}

const char *parallel_load_commit(bool verbose, int *error)
{
	const struct load *refused = NULL;

	*error = early_maps_finish();
	if (*error) {
		parallel_load_abort();
		return "";
	}
	load_all();
	for (size_t i = 0; i < count && !refused; i++)
		if (loads[i].error)
			refused = &loads[i];
	*error = refused ? refused->error : 0;
	if (refused && verbose)
		print_log(refused);
	parallel_load_abort();
	return refused ? refused->name : NULL;
}
