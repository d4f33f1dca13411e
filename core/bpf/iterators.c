/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iterators.c: iterator programs over all descriptors and all tagged sockets. */
#include "core/bpf/iterators.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/base/clock.h"
#include "core/base/message.h"
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

static bool is_due(const struct session *session, size_t i, int use)
{
	const struct hook *hook = &session->plan.hooks[i];

	if (!session->links[i])
		return false;
	if (hook->rerun_each_interval && use == RUN_AT_INTERVAL)
		return clock_boot() >= session->rerun_after[i] || wanted_walks(session).requested;
	return (int)hook->use == use && (!hook->where_refused || wanted_walks(session).refused);
}

/* What a walk needs. */
struct iteration {
	struct session *session;
	size_t hook;
	uint64_t until;
	iterator_event *handle;
	void *context;
	int error;
};

static void iterate(void *context)
{
	struct iteration *walk = context;
	struct session *session = walk->session;
	int fd, error;

	if (walk->error)
		return;
	fd = bpf_iter_create(bpf_link__fd(session->links[walk->hook]));
	error = fd < 0 ? -errno
		       : read_events(fd, session->tool->image.event_size, walk->until, walk->handle, walk->context);
	if (fd >= 0)
		close(fd);
	walk->error = error;
}

static void run_iterator(struct iteration *walk)
{
	const struct hook *hook = &walk->session->plan.hooks[walk->hook];
	bool all = true;

	if (hook->each_netns)
		all = netns_walk(iterate, walk);
	else
		iterate(walk);
	if (walk->error)
		print_warning("cannot walk %s: %s: rows or owners are missing", hook->name, strerror(-walk->error));
	else if (!all)
		print_warning("cannot enter all network namespaces: %s of some are missing (run as root)", hook->name);
	walk->session->partial |= walk->error || !all;
}

void iterators_run(struct session *session, int use, iterator_event *handle, void *context)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		uint64_t start = clock_boot();
		struct iteration walk = { session, i, start + WALK_LIMIT, handle, context, 0 };

		if (!is_due(session, i, use))
			continue;
		run_iterator(&walk);
		session->rerun_after[i] = clock_boot() + AGAIN_PART * (clock_boot() - start);
	}
}
