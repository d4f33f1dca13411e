/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ring.c: the reader of the event ring.
 *
 * The mapping counts as memory of this process, twice with libbpf, and takes a millisecond for 8 MB. So this reader
 * maps a window of the ring, which moves as the ring is read: once in some thousand events, at the cost of a few. The
 * layout is ABI (kernel/bpf/ringbuf.c): a page with the consumer position, one with the producer position, and the data
 * mapped twice, so that no record is split at the end. */
#include "core/bpf/ring.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/bpf.h>

/* The kernel's positions have the width of its long; these always have 64 bits. Otherwise a 32-bit program on a 64-bit
 * kernel would stop at 4 GiB. On a 32-bit kernel only the low half counts, and the high half is unused (each position
 * has a page of its own). So only differences of the low halves are compared: a ring is smaller than 2 GiB. */
typedef uint64_t position;

#define WINDOW        (512 * 1024UL)
#define PUBLISH_EVERY (32 * 1024UL) /* bytes between updates of the consumer position, which frees the space */

struct ring {
	int map, epoll;
	size_t bytes, page;
	position *reader;       /* mapped consumer position; positions only grow */
	const position *writer; /* mapped producer position */
	char *window;           /* mapped; NULL: not yet */
	size_t window_bytes;
	position window_start; /* position of its first byte */
};

static bool moved(struct ring *ring, position at)
{
	position start = at & ~(position)(ring->page - 1);
	off_t offset = (off_t)(2 * ring->page + (start & (ring->bytes - 1)));
	void *window = mmap(ring->window, ring->window_bytes, PROT_READ, MAP_SHARED | (ring->window ? MAP_FIXED : 0),
			    ring->map, offset);

	if (window == MAP_FAILED)
		return false;
	ring->window = window;
	ring->window_start = start;
	return true;
}

/* Returns `size` bytes at a position; NULL: errno. */
static const void *bytes_at(struct ring *ring, position at, size_t size)
{
	bool inside = ring->window && at - ring->window_start + size <= ring->window_bytes;

	return inside || moved(ring, at) ? ring->window + (at - ring->window_start) : NULL;
}

struct ring *ring_open(int map, size_t bytes)
{
	struct ring *ring = calloc(1, sizeof(*ring));
	struct epoll_event event = { .events = EPOLLIN };
	void *reader, *writer;

	if (!ring)
		return NULL;
	ring->map = map;
	ring->bytes = bytes;
	ring->page = (size_t)sysconf(_SC_PAGESIZE);
	ring->window_bytes = bytes < WINDOW ? bytes : WINDOW;
	reader = mmap(NULL, ring->page, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	writer = mmap(NULL, ring->page, PROT_READ, MAP_SHARED, map, (off_t)ring->page);
	ring->reader = reader == MAP_FAILED ? NULL : reader;
	ring->writer = writer == MAP_FAILED ? NULL : writer;
	/* Polled directly, the map is readable whenever it contains an event; through epoll, only after a wakeup. */
	ring->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (ring->reader && ring->writer && ring->epoll >= 0 && !epoll_ctl(ring->epoll, EPOLL_CTL_ADD, map, &event))
		return ring;
	ring_close(ring);
	return NULL;
}

void ring_close(struct ring *ring)
{
	int error = errno;

	if (!ring)
		return;
	if (ring->reader)
		munmap(ring->reader, ring->page);
	if (ring->writer)
		munmap((void *)(uintptr_t)ring->writer, ring->page);
	if (ring->window)
		munmap(ring->window, ring->window_bytes);
	if (ring->epoll >= 0)
		close(ring->epoll);
	free(ring);
	errno = error;
}

int ring_fd(const struct ring *ring)
{
	return ring->epoll;
}

int ring_read(struct ring *ring, ring_event *handle, void *context)
{
	position at = __atomic_load_n(ring->reader, __ATOMIC_RELAXED), published = at;
	bool more = true;
	int error = 0;

	while (more && (int32_t)((uint32_t)__atomic_load_n(ring->writer, __ATOMIC_ACQUIRE) - (uint32_t)at) > 0) {
		const uint32_t *head = bytes_at(ring, at, BPF_RINGBUF_HDR_SZ);
		uint32_t length = head ? __atomic_load_n(head, __ATOMIC_ACQUIRE) : BPF_RINGBUF_BUSY_BIT;
		size_t size = length & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
		const char *record;

		if (length & BPF_RINGBUF_BUSY_BIT) {
			error = head ? 0 : -errno;
			break; /* the kernel is still writing it */
		}
		record = bytes_at(ring, at, BPF_RINGBUF_HDR_SZ + size);
		if (!record) {
			error = -errno;
			break;
		}
		at += (BPF_RINGBUF_HDR_SZ + size + 7) & ~(size_t)7;
		if (!(length & BPF_RINGBUF_DISCARD_BIT))
			more = handle(context, record + BPF_RINGBUF_HDR_SZ, size);
		if (at - published >= PUBLISH_EVERY) {
			__atomic_store_n(ring->reader, at, __ATOMIC_RELEASE);
			published = at;
		}
	}
	__atomic_store_n(ring->reader, at, __ATOMIC_RELEASE);
	return error;
}
