/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap.c: text within 80 columns. */
#include "cmd/doctor/wrap.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS 80

void doctor_wrap(const char *text, int indent)
{
	int column = indent;

	while (*text) {
		int length = (int)strcspn(text, " ");

		if (column > indent && column + 1 + length > COLUMNS) {
			printf("\n%*s", indent, "");
			column = indent;
		}
		column += printf("%s%.*s", column > indent ? " " : "", length, text);
		text += length;
		text += strspn(text, " ");
	}
	putchar('\n');
}

void doctor_wrap_after(const char *first, const char *text, int indent)
{
	char both[2048];

	snprintf(both, sizeof(both), "%s%s", first, text);
	doctor_wrap(both, indent);
}
