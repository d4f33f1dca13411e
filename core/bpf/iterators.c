/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iterators.c: iterator programs over all descriptors and all tagged sockets. */
#include "core/bpf/iterators.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/base/clock.h"
#include "core/base/message.h"
#include "core/base/must.h"
#include "core/bpf/netns_walk.h"

struct bpf_link *iterator_attach(struct session *session, struct bpf_program *program)
{
	union bpf_iter_link_info info = {};
	LIBBPF_OPTS(bpf_iter_attach_opts, options, .link_info = &info, .link_info_len = sizeof(info));

	if (strcmp(bpf_program__section_name(program), "iter/bpf_sk_storage_map"))
		return bpf_program__attach(program);
	info.map.map_fd = (__u32)bpf_map__fd(bpf_object__find_map_by_name(session->object, "tags"));
	return bpf_program__attach_iter(program, &options);
}

/* A walk over more is incomplete. Rare walks take seconds, while many sockets are torn down. */
#define WALK_LIMIT (10 * 1000000000ULL)

/* A read makes the kernel walk. The kernel buffers whole events, but a read may end within one. Returns 0 or a negative
 * errno; ETIME: the walk has not ended at `until`. */
static int read_events(int fd, size_t event_size, uint64_t until, iterator_event *handle, void *context)
{
	char buffer[64 * 1024];
	size_t left = 0;

	while (clock_boot() < until) {
		ssize_t got = read(fd, buffer + left, sizeof(buffer) - left);
		size_t at = 0;

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got <= 0)
			return got ? -errno : 0;
		left += (size_t)got;
		for (; left >= event_size; at += event_size, left -= event_size)
			handle(context, buffer + at, event_size);
		memmove(buffer, buffer + at, left);
	}
	return -ETIME;
}

/* An unrequested repeated walk may use this fraction of one CPU. */
#define AGAIN_PART 3000

/* The walks that the kernel half requests; all walks if the request is unreadable. */
static struct walk wanted_walks(const struct session *session)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(session->object, "walk");
	const struct walk all = { .requested = 1, .refused = 1 };
	struct walk walk;
	__u32 zero = 0;

	return !map || bpf_map_lookup_elem(bpf_map__fd(map), &zero, &walk) ? all : walk;
}

/* When the iterator runs, by the tool's flags. */
static int use_of(const struct session *session, const struct hook *hook)
{
	bool at_end = hook->at_end_unless && !(session->options->settings.flags & hook->at_end_unless);

	return at_end ? RUN_AT_END : (int)hook->use;
}

static bool is_due(const struct session *session, size_t i, int use)
{
	const struct hook *hook = &session->plan.hooks[i];

	if (!session->links[i])
		return false;
	if (hook->rerun_each_interval && use == RUN_AT_INTERVAL && use_of(session, hook) != RUN_AT_END)
		return clock_boot() >= session->rerun_after[i] || wanted_walks(session).requested;
	return use_of(session, hook) == use && (!hook->where_refused || wanted_walks(session).refused);
}

/* Open iterators, in the order in which they will be read. */
struct walks {
	size_t count, room;
	struct {
		size_t hook;
		unsigned int run;
		int fd; /* or a negative errno */
	} each[];
};

/* What a walk needs. */
struct iteration {
	struct session *session;
	size_t hook;
	uint64_t until;
	iterator_event *handle;
	void *context;
	int error;
	unsigned int run; /* iterators_open() */
};

static int open_iterator(const struct iteration *walk)
{
	int fd = bpf_iter_create(bpf_link__fd(walk->session->links[walk->hook]));

	return fd < 0 ? -errno : fd;
}

/* Reads an iterator to its end, and closes it. fd: or a negative errno. */
static void read_iterator(struct iteration *walk, int fd)
{
	if (fd >= 0 && !walk->error)
		walk->error = read_events(fd, walk->session->tool->image.event_size, walk->until, walk->handle,
					  walk->context);
	else if (fd < 0)
		walk->error = fd;
	if (fd >= 0)
		close(fd);
}

static void iterate(void *context)
{
	struct iteration *walk = context;

	if (!walk->error)
		read_iterator(walk, open_iterator(walk));
}

static void open_later(void *context)
{
	const struct iteration *walk = context;
	struct walks *walks = walk->session->walks;

	if (!walks || walks->count == walks->room) {
		size_t room = walks ? 2 * walks->room : 64;

		walks = must(realloc(walks, sizeof(*walks) + room * sizeof(walks->each[0])));
		walks->count = walk->session->walks ? walks->count : 0;
		walks->room = room;
		walk->session->walks = walks;
	}
	walks->each[walks->count].hook = walk->hook;
	walks->each[walks->count].run = walk->run;
	walks->each[walks->count++].fd = open_iterator(walk);
}

static void report(const struct iteration *walk, bool all)
{
	const char *name = walk->session->plan.hooks[walk->hook].name;

	if (walk->error)
		print_warning("cannot walk %s: %s: rows or owners are missing", name, strerror(-walk->error));
	else if (!all && !walk->session->partial)
		print_warning("cannot enter all network namespaces: their sockets are missing (needs CAP_SYS_ADMIN)");
	walk->session->partial |= walk->error || !all;
}

void iterators_open(struct session *session, int use, unsigned int runs)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		const struct hook *hook = &session->plan.hooks[i];
		struct iteration walk = { .session = session, .hook = i };
		bool all = true;

		if (use_of(session, hook) != use || !hook->each_netns || !session->links[i])
			continue;
		for (; walk.run < runs; walk.run++)
			all &= netns_walk(open_later, &walk);
		report(&walk, all);
	}
}

void iterators_close(struct session *session)
{
	for (size_t i = 0; session->walks && i < session->walks->count; i++)
		if (session->walks->each[i].fd >= 0)
			close(session->walks->each[i].fd);
	free(session->walks);
	session->walks = NULL;
}

/* Reads the iterators of the next run of the hook. False: none is open. */
static bool read_open(struct iteration *walk)
{
	struct walks *walks = walk->session->walks;
	unsigned int run = UINT_MAX;
	size_t kept = 0;

	for (size_t i = 0; walks && i < walks->count; i++)
		if (walks->each[i].hook == walk->hook && walks->each[i].run < run)
			run = walks->each[i].run;
	for (size_t i = 0; walks && i < walks->count; i++) {
		if (walks->each[i].hook == walk->hook && walks->each[i].run == run)
			read_iterator(walk, walks->each[i].fd);
		else
			walks->each[kept++] = walks->each[i];
	}
	if (walks)
		walks->count = kept;
	return run != UINT_MAX;
}

static void run_iterator(struct iteration *walk)
{
	bool all = true;

	if (read_open(walk))
		;
	else if (walk->session->plan.hooks[walk->hook].each_netns)
		all = netns_walk(iterate, walk);
	else
		iterate(walk);
	report(walk, all);
}

void iterators_run(struct session *session, int use, iterator_event *handle, void *context)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		uint64_t start = clock_boot();
		struct iteration walk = {
			.session = session, .hook = i, .until = start + WALK_LIMIT, .handle = handle, .context = context
		};

		if (!is_due(session, i, use))
			continue;
		run_iterator(&walk);
		session->rerun_after[i] = clock_boot() + AGAIN_PART * (clock_boot() - start);
	}
}
