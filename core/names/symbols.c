/* SPDX-License-Identifier: GPL-2.0-or-later */
/* symbols.c: a table between kernel addresses and symbols. */
#include "core/names/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/text.h"

/* Assumed size of the last function of the kernel or of a module: the file does not show its end. */
#define LAST_SIZE 4096
/* No function of a module is larger. A gap may follow one (each BPF program stands alone), and later code may fill the
 * gap. */
#define MODULE_FUNCTION_MAX 65536

/* 16 bytes and no pointers, because there are 200,000 entries. The byte before a name in the pool is the symbol's
 * type. */
struct entry {
	uint64_t start;
	uint32_t name, module; /* offsets into the pool; module 0: the kernel itself */
};

struct symbols {
	struct entry *entries;
	size_t count, size;
	struct text pool;     /* starts with a NUL, so that no string is at offset 0 */
	uint32_t last_module; /* a module's symbols are adjacent: its name is stored once */
	bool hidden;
};

/* A hexadecimal digit's value + 1; 0: no digit. A table, because branches on digits and letters mispredict. */
static const uint8_t hex_values[256] = {
	['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
	['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

static const char *string_at(const struct symbols *symbols, uint32_t offset)
{
	return symbols->pool.data + offset;
}

static uint32_t keep_module(struct symbols *symbols, const char *name, size_t length)
{
	const char *last = string_at(symbols, symbols->last_module);

	if (!symbols->last_module || strlen(last) != length || memcmp(last, name, length) != 0) {
		symbols->last_module = (uint32_t)symbols->pool.length;
		text_bytes(&symbols->pool, name, length);
		text_char(&symbols->pool, '\0');
	}
	return symbols->last_module;
}

static bool add(struct symbols *symbols, struct entry entry)
{
	if (symbols->count == symbols->size) {
		size_t size = symbols->size ? symbols->size * 2 : 4096;
		struct entry *entries = reallocarray(symbols->entries, size, sizeof(entry));

		if (!entries)
			return false;
		symbols->entries = entries;
		symbols->size = size;
	}
	symbols->entries[symbols->count++] = entry;
	return true;
}

/* Patching and CFI reserve bytes before each function, and the symbols of these bytes are half of the table. No
 * instruction runs there. Without these symbols the bytes belong to the end of the previous function. */
static bool padding(const char *name, const char *end)
{
	return end - name > 6 && (memcmp(name, "__pfx_", 6) == 0 || memcmp(name, "__cfi_", 6) == 0);
}

/* Parses "ffffffff81000000 T name\t[module]", without the newline. Skips lines of another form, of data and of
 * padding. */
static bool add_line(struct symbols *symbols, const char *line, const char *end)
{
	struct entry entry = { 0 };
	const char *name, *tab;
	uint8_t digit;
	char type;

	for (; line < end && (digit = hex_values[(uint8_t)*line]) != 0; line++)
		entry.start = entry.start << 4 | (digit - 1U);
	if (end - line < 4 || line[0] != ' ' || line[2] != ' ')
		return true;
	type = line[1];
	if (type != 't' && type != 'T' && type != 'w' && type != 'W')
		return true;
	name = line + 3;
	if (padding(name, end))
		return true;
	tab = memchr(name, '\t', (size_t)(end - name));
	if (tab && end - tab > 3 && tab[1] == '[' && end[-1] == ']')
		entry.module = keep_module(symbols, tab + 2, (size_t)(end - 1 - (tab + 2)));
	text_char(&symbols->pool, type);
	entry.name = (uint32_t)symbols->pool.length;
	text_bytes(&symbols->pool, name, (size_t)((tab ? tab : end) - name));
	text_char(&symbols->pool, '\0');
	if (symbols->pool.length > UINT32_MAX / 2) {
		errno = EFBIG;
		return false;
	}
	return add(symbols, entry);
}

/* The file has 5 MB and more, and only the names of functions are kept, so it is read in pieces. A line longer than a
 * piece is truncated (the kernel's names have at most 511 characters). */
static bool read_lines(struct symbols *symbols, int fd)
{
	char piece[64 * 1024];
	size_t length = 0;
	ssize_t got;

	while ((got = read(fd, piece + length, sizeof(piece) - length)) != 0) {
		char *line = piece, *end, *newline;

		if (got < 0) {
			if (errno == EINTR)
				continue;
			return false;
		}
		end = piece + length + got;
		for (; (newline = memchr(line, '\n', (size_t)(end - line))); line = newline + 1) {
			if (!add_line(symbols, line, newline))
				return false;
		}
		length = (size_t)(end - line);
		if (length == sizeof(piece))
			length = 0;
		memmove(piece, line, length);
	}
	return !length || add_line(symbols, piece, piece + length);
}

/* Of several names for an address, the first one wins: global before static, strong before weak, then the order of the
 * file. */
static int by_address(const void *left, const void *right, void *pool)
{
	static const char ranks[] = "TWwt";
	const struct entry *a = left, *b = right;
	const char *rank_a, *rank_b;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	rank_a = strchr(ranks, ((const char *)pool)[a->name - 1]);
	rank_b = strchr(ranks, ((const char *)pool)[b->name - 1]);
	if (rank_a != rank_b)
		return rank_a < rank_b ? -1 : 1;
	return a->name < b->name ? -1 : 1;
}

static void sort_entries(struct symbols *symbols)
{
	bool addresses = false;
	struct entry *entries;

	for (size_t i = 0; i < symbols->count && !addresses; i++)
		addresses = symbols->entries[i].start != 0;
	symbols->hidden = symbols->count && !addresses;
	if (!addresses) {
		symbols->count = 0;
		return;
	}
	qsort_r(symbols->entries, symbols->count, sizeof(*entries), by_address, symbols->pool.data);
	entries = reallocarray(symbols->entries, symbols->count, sizeof(*entries));
	if (entries)
		symbols->entries = entries;
}

struct symbols *symbols_read(int fd)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));
	int error;

	if (symbols)
		text_char(&symbols->pool, '\0');
	if (!symbols || !read_lines(symbols, fd)) {
		error = errno;
		symbols_close(symbols);
		errno = error;
		return NULL;
	}
	sort_entries(symbols);
	return symbols;
}

struct symbols *symbols_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	struct symbols *symbols;

	if (fd < 0)
		return NULL;
	symbols = symbols_read(fd);
	error = errno;
	close(fd);
	errno = error;
	return symbols;
}

void symbols_close(struct symbols *symbols)
{
	if (!symbols)
		return;
	free(symbols->entries);
	text_free(&symbols->pool);
	free(symbols);
}

bool symbols_are_hidden(const struct symbols *symbols)
{
	return symbols->hidden;
}

static struct symbol symbol_of(const struct symbols *symbols, size_t i)
{
	const struct entry *entry = &symbols->entries[i];
	struct symbol symbol = { string_at(symbols, entry->name), NULL, entry->start, entry->start + LAST_SIZE };
	const struct entry *end = symbols->entries + symbols->count, *next = entry + 1;

	if (entry->module)
		symbol.module = string_at(symbols, entry->module);
	while (next < end && next->start == entry->start)
		next++;
	if (entry->module && next < end && next->module == entry->module)
		symbol.end = entry->start + MODULE_FUNCTION_MAX;
	if (next < end && ((!entry->module && !next->module) || next->start < symbol.end))
		symbol.end = next->start;
	return symbol;
}

bool symbols_find(const struct symbols *symbols, uint64_t address, struct symbol *symbol)
{
	size_t low = 0, high = symbols->count;

	/* Invariant: at the end, low is the first entry after the address. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->entries[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	for (low--; low && symbols->entries[low - 1].start == symbols->entries[low].start;)
		low--;
	*symbol = symbol_of(symbols, low);
	return address < symbol->end;
}

bool symbols_named(const struct symbols *symbols, const char *name, struct symbol *symbol)
{
	bool found = false;

	for (size_t i = 0; i < symbols->count; i++) {
		const struct entry *entry = &symbols->entries[i];

		if ((found && entry->module) || strcmp(string_at(symbols, entry->name), name) != 0)
			continue;
		*symbol = symbol_of(symbols, i);
		found = true;
		if (!entry->module)
			break;
	}
	return found;
}
