/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unpack.c: a copy of a recording with uncompressed blocks, because a fuzzer cannot usefully change compressed ones. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/record/block.h"
#include "cmd/fatal.h"

int main(int argc, char **argv)
{
	const struct record_start start = { RECORD_MAGIC, RECORD_VERSION, 0 };
	struct record_reader reader;
	FILE *out;

	if (argc != 3 && argc != 4)
		fatal(EXIT_USAGE, "usage: unpack RECORDING COPY [LINE-FOR-THE-HEAD]");
	out = fopen(argv[2], "we");
	if (!out || !record_reader_start(&reader, open(argv[1], O_RDONLY | O_CLOEXEC)))
		fatal(EXIT_FAILED, "%s: cannot be read, or %s not be written", argv[1], argv[2]);
	fwrite(&start, sizeof(start), 1, out);
	while (record_reader_next(&reader) == RECORD_READ) {
		struct record_block head = { .magic = RECORD_BLOCK_MAGIC,
					     .kind = (__u16)reader.kind,
					     .codec = CODEC_NONE,
					     .number = reader.number - 1 };

		if (reader.kind == BLOCK_HEAD && argc == 4) {
			text_string(&reader.content, argv[3]);
			text_char(&reader.content, '\n');
		}
		head.stored = head.length = (__u32)reader.content.length;
		fwrite(&head, sizeof(head), 1, out); /* without a checksum: the fuzzer's build ignores it */
		fwrite(reader.content.data, 1, reader.content.length, out);
	}
	record_reader_free(&reader);
	return fclose(out) ? EXIT_FAILED : EXIT_DONE;
}
