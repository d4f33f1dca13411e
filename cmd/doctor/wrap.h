/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap.h: text within 80 columns. */
#ifndef NETTRACE_DOCTOR_WRAP_H
#define NETTRACE_DOCTOR_WRAP_H

/* Prints the words of `text` and a line's end. The cursor stands at or before column `indent`, where further lines
 * begin, and counts as standing there. */
void doctor_wrap(const char *text, int indent);
/* The same for two texts, one after the other. */
void doctor_wrap_after(const char *first, const char *text, int indent);

#endif
