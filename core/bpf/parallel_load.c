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
#include "core/base/context.h"
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

/* One for each context. */
struct queue {
	struct load loads[PROGRAMS];
	size_t count;
	bool open; /* between parallel_load_begin() and its end */
	struct load *by_length[PROGRAMS];
	atomic_size_t next; /* index into by_length */
};

static struct queue *queue(void)
{
	return context_part(CONTEXT_PARALLEL_LOAD, sizeof(struct queue), NULL);
}

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
	return queue()->open && size < QUESTION ? placeholder() : __real_bpf_btf_load(btf, size, options);
}

static int load_now(const struct load *load)
{
	return __real_bpf_prog_load(load->type, load->name, load->license, load->code, load->length, &load->options);
}

/* Takes ownership of the code. */
static int queue_load(struct queue *to, struct load load)
{
	load.fd = placeholder();
	if (load.fd < 0) {
		free(load.code);
		return load.fd;
	}
	load.options.fd_array = NULL; /* for functions of modules, which no program here calls */
	to->loads[to->count++] = load;
	return load.fd;
}

/* Whether the program belongs to an object; other programs are libbpf's probes, which have no name. */
static bool is_of_object(enum bpf_prog_type type, const char *name, const struct bpf_prog_load_opts *options)
{
	bool needs_name = type == BPF_PROG_TYPE_TRACEPOINT || type == BPF_PROG_TYPE_CGROUP_SKB ||
			  type == BPF_PROG_TYPE_CGROUP_SOCK;

	return options && (options->attach_btf_id || (needs_name && name));
}

/* Replaces libbpf's function. Relocates ids to the kernel's own types (core/kernel/btf/kernel_btf.h). */
int __wrap_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license, const struct bpf_insn *code,
			 size_t length, const struct bpf_prog_load_opts *options)
{
	struct load load = { .type = type, .name = name, .license = license, .length = length };
	struct queue *to = queue();
	int fd, error;

	if (to->open && !is_of_object(type, name, options))
		return placeholder();
	if (!is_of_object(type, name, options))
		return __real_bpf_prog_load(type, name, license, code, length, options);
	load.options = *options;
	load.code = malloc(length * sizeof(*code));
	if (!load.code) {
		errno = ENOMEM;
		return -errno;
	}
	memcpy(load.code, code, length * sizeof(*code));
	kernel_btf_relocate(load.code, length, &load.options);
	if (to->open && to->count < PROGRAMS)
		return queue_load(to, load);
	error = to->open ? early_maps_finish() : 0;
	fd = error ? error : load_now(&load);
	free(load.code);
	errno = fd < 0 ? -fd : errno;
	return fd;
}

/* Replaces libbpf's function, which binds the settings to programs that do not read them, for bpftool. A queued program
 * has no descriptor yet. */
int __wrap_bpf_prog_bind_map(int program, int map, const struct bpf_prog_bind_opts *options)
{
	return queue()->open ? 0 : __real_bpf_prog_bind_map(program, map, options);
}

void parallel_load_begin(void)
{
	struct queue *to = queue();

	to->count = 0;
	to->open = true;
}

void parallel_load_abort(void)
{
	struct queue *held = queue();

	early_maps_finish(); /* while the object's descriptors are valid */
	for (size_t i = 0; i < held->count; i++)
		free(held->loads[i].code);
	held->count = 0;
	held->open = false;
}

static void load_queued(struct load *load)
{
	int fd = load_now(load);

	load->error = fd < 0 ? fd : dup3(fd, load->fd, O_CLOEXEC) < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
}

static void *load_some(void *context)
{
	struct queue *held = context;
	size_t i;

	while ((i = atomic_fetch_add(&held->next, 1)) < held->count)
		load_queued(held->by_length[i]);
	return NULL;
}

static int longer(const void *a, const void *b)
{
	const struct load *one = *(struct load *const *)a, *other = *(struct load *const *)b;

	return (one->length < other->length) - (one->length > other->length);
}

/* The number of additional threads. */
static size_t helpers_wanted(size_t count)
{
	size_t most = thread_cpus();

	if (most > THREADS)
		most = THREADS;
	if (most > count)
		most = count;
	return most ? most - 1 : 0;
}

static void load_all(struct queue *held)
{
	pthread_t helpers[THREADS];
	size_t wanted = helpers_wanted(held->count), started = 0;

	for (size_t i = 0; i < held->count; i++)
		held->by_length[i] = &held->loads[i];
	qsort(held->by_length, held->count, sizeof(held->by_length[0]), longer);
	held->next = 0;
	while (started < wanted && thread_start(&helpers[started], load_some, held))
		started++;
	load_some(held);
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
	struct queue *held = queue();

	*error = early_maps_finish();
	if (*error) {
		parallel_load_abort();
		return "";
	}
	load_all(held);
	for (size_t i = 0; i < held->count && !refused; i++)
		if (held->loads[i].error)
			refused = &held->loads[i];
	*error = refused ? refused->error : 0;
	if (refused && verbose)
		print_log(refused);
	parallel_load_abort();
	return refused ? refused->name : NULL;
}
