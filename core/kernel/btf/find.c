/* SPDX-License-Identifier: GPL-2.0-or-later */
/* find.c: a search for a few types by name, in one pass over the kernel's BTF.
 *
 * A kernel has more than 100,000 types in 5 MB. libbpf reads them into memory twice, and for each type that a program
 * uses it searches all of them by name: 40 ms and 12 MB. This search scans the strings once for the wanted names. After
 * that a name is a number, and the pass over the types (btf_walk) compares numbers. */
#include "core/kernel/btf/find.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/btf.h>

#include "core/base/context.h"

/* The length, first and last byte of a text: cheap to read. */
static uint32_t outline(const char *text, size_t length)
{
	return mixed((uint32_t)(unsigned char)text[0] << 16 | (uint32_t)(unsigned char)text[length - 1] << 8 |
		     (uint32_t)(length & 0xff));
}

static uint32_t hash_of(const char *text, size_t length)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619U;
	return hash;
}

/* The slot of the name, or the free slot for it. */
static uint16_t *slot_of_text(struct wanted *wanted, const char *text, size_t length)
{
	uint32_t slot = hash_of(text, length) % WANTED_SLOTS;

	for (; wanted->by_text[slot]; slot = (slot + 1) % WANTED_SLOTS) {
		const char *name = wanted->names[wanted->by_text[slot] - 1].text;

		if (!strncmp(name, text, length) && !name[length])
			break;
	}
	return &wanted->by_text[slot];
}

void wanted_add(struct wanted *wanted, const char *text, size_t length, uint32_t kinds)
{
	uint16_t *slot = length ? slot_of_text(wanted, text, length) : NULL;
	struct wanted_name *name;

	if (!slot)
		return;
	if (!*slot) {
		name = &wanted->names[wanted->count];
		if (wanted->count == WANTED_ITEMS || !(name->text = strndup(text, length))) {
			wanted->overflow = true;
			return;
		}
		*slot = (uint16_t)++wanted->count;
	}
	name = &wanted->names[*slot - 1];
	if ((name->kinds & kinds) != kinds)
		wanted->changed = true;
	name->kinds |= kinds;
}

void wanted_free(struct wanted *wanted)
{
	for (uint32_t i = 0; i < wanted->count; i++)
		free(wanted->names[i].text);
	memset(wanted, 0, sizeof(*wanted));
}

const struct wanted_name *wanted_at(const struct wanted *wanted, uint32_t offset, uint32_t kinds)
{
	uint32_t slot = mixed(offset) % WANTED_SLOTS;

	for (; offset && wanted->by_offset[slot]; slot = (slot + 1) % WANTED_SLOTS) {
		const struct wanted_name *name = &wanted->names[wanted->by_offset[slot] - 1];

		if (name->offset == offset)
			return name->kinds & kinds ? name : NULL;
	}
	return NULL;
}

/* The mapped file. A context maps at most one file at a time. */
struct mapped_file {
	struct stat stat;
	char *bytes; /* NULL: no file */
};

static void unmap(void *memory)
{
	struct mapped_file *file = memory;

	if (file->bytes)
		munmap(file->bytes, (size_t)file->stat.st_size);
	file->bytes = NULL;
}

void btf_find_unmap(void)
{
	context_part_end(CONTEXT_BTF_FILE);
}

/* NULL: the file cannot be mapped. */
static char *mapped_file(int fd, const struct stat *stat)
{
	struct mapped_file *last = context_part(CONTEXT_BTF_FILE, sizeof(struct mapped_file), unmap);

	if (last->bytes && last->stat.st_dev == stat->st_dev && last->stat.st_ino == stat->st_ino &&
	    last->stat.st_size == stat->st_size)
		return last->bytes;
	unmap(last);
	last->bytes = mmap(NULL, (size_t)stat->st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (last->bytes == MAP_FAILED)
		last->bytes = NULL;
	last->stat = *stat;
	return last->bytes;
}

/* Reads the file into allocated memory; NULL: errno. */
static char *read_file(int fd, size_t size)
{
	char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t got = 0;

	while (bytes != MAP_FAILED && got < size) {
		ssize_t more = read(fd, bytes + got, size - got);

		if (more < 0 && errno == EINTR)
			continue;
		if (more <= 0) {
			int error = more ? errno : EINVAL;

			munmap(bytes, size);
			errno = error;
			return NULL;
		}
		got += (size_t)more;
	}
	return bytes == MAP_FAILED ? NULL : bytes;
}

/* Since 6.16 the file can be mapped, at no cost in time or memory. To unmap it takes 0.1 ms, so that waits for the end
 * of the process. Older kernels: the file is read. */
static bool adopt_file(struct btf_find *find, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	struct stat stat;
	char *bytes;

	if (fd < 0)
		return false;
	if (fstat(fd, &stat) || stat.st_size < (off_t)sizeof(struct btf_header)) {
		close(fd);
		errno = EINVAL;
		return false;
	}
	find->size = (size_t)stat.st_size;
	bytes = mapped_file(fd, &stat);
	find->mapped = bytes;
	if (!bytes)
		bytes = read_file(fd, find->size);
	error = errno;
	close(fd);
	find->bytes = bytes;
	errno = error;
	return bytes;
}

static bool read_header(struct btf_find *find)
{
	const struct btf_header *header = (const void *)find->bytes;
	size_t rest = find->size - sizeof(*header);

	if (header->magic != BTF_MAGIC || header->version != BTF_VERSION || header->hdr_len < sizeof(*header) ||
	    header->hdr_len > find->size)
		return false;
	rest = find->size - header->hdr_len;
	if (header->type_off > rest || header->type_len > rest - header->type_off || header->str_off > rest ||
	    header->str_len > rest - header->str_off || !header->str_len)
		return false;
	find->walk.types = find->bytes + header->hdr_len + header->type_off;
	find->walk.size = header->type_len;
	find->walk.names_size = header->str_len;
	find->strings = find->bytes + header->hdr_len + header->str_off;
	find->strings_size = header->str_len;
	return !find->strings[find->strings_size - 1];
}

/* Compares one of the kernel's strings with the wanted names. Returns the next string. */
static const char *check_name(const struct btf_find *find, struct wanted *wanted, struct bloom *offsets,
			      const struct bloom *outlines, const char *text)
{
	size_t length = strlen(text);
	uint16_t name = length && bloom_has(outlines, outline(text, length)) ? *slot_of_text(wanted, text, length) : 0;
	uint32_t offset = (uint32_t)(text - find->strings), slot = mixed(offset) % WANTED_SLOTS;

	if (name) {
		wanted->names[name - 1].offset = offset;
		while (wanted->by_offset[slot])
			slot = (slot + 1) % WANTED_SLOTS;
		wanted->by_offset[slot] = name;
		bloom_set(offsets, mixed(offset));
	}
	return text + length + 1;
}

/* Finds the wanted names among the kernel's strings, which contain each name once. The scan alternates between the
 * first half and the second: the next string is known only after the length of the current one, so one half waits for
 * memory while the other proceeds. */
static void find_names(const struct btf_find *find, struct wanted *wanted, struct bloom *offsets)
{
	struct bloom outlines = { 0 };
	const char *end = find->strings + find->strings_size, *middle = find->strings + find->strings_size / 2;
	const char *one = find->strings + 1, *other;

	memset(wanted->by_offset, 0, sizeof(wanted->by_offset));
	for (uint32_t i = 0; i < wanted->count; i++) {
		bloom_set(&outlines, outline(wanted->names[i].text, strlen(wanted->names[i].text)));
		wanted->names[i].offset = 0;
	}
	middle += strlen(middle) + 1;
	for (other = middle; one < middle && other < end;) {
		one = check_name(find, wanted, offsets, &outlines, one);
		other = check_name(find, wanted, offsets, &outlines, other);
	}
	while (one < middle)
		one = check_name(find, wanted, offsets, &outlines, one);
	while (other < end)
		other = check_name(find, wanted, offsets, &outlines, other);
}

static bool find_types(struct btf_find *find, const struct wanted *wanted, const struct bloom *offsets,
		       bool (*found)(void *context, uint32_t id, const struct btf_type *type), void *context)
{
	if (!btf_walk_run(&find->walk, offsets))
		return false;
	for (int part = 0; part < 2; part++) {
		for (uint32_t i = 0; i < find->walk.parts[part].n_marks; i++) {
			const struct btf_mark *mark = &find->walk.parts[part].marks[i];
			const struct btf_type *type = (const void *)(find->walk.types + mark->at);

			if (wanted_at(wanted, type->name_off, 1U << BTF_INFO_KIND(type->info)) &&
			    !found(context, mark->id, type))
				return false;
		}
	}
	return true;
}

const struct btf_type *btf_find_at(const struct btf_find *find, uint32_t id)
{
	return btf_walk_at(&find->walk, id);
}

bool btf_find_start(struct btf_find *find, const char *path, struct wanted *wanted,
		    bool (*found)(void *context, uint32_t id, const struct btf_type *type), void *context)
{
	struct bloom offsets = { 0 };

	memset(find, 0, sizeof(*find));
	if (!adopt_file(find, path))
		return false;
	errno = EINVAL;
	if (!read_header(find))
		return false;
	find_names(find, wanted, &offsets);
	wanted->changed = false;
	return find_types(find, wanted, &offsets, found, context);
}

void btf_find_end(struct btf_find *find)
{
	if (find->bytes && !find->mapped)
		munmap((void *)(uintptr_t)find->bytes, find->size);
	btf_walk_end(&find->walk);
	memset(find, 0, sizeof(*find));
}
