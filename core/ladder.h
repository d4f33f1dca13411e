/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ladder.h: a tool's hooks, each on the best rung that this kernel gives. */
#ifndef NETTRACE_LADDER_H
#define NETTRACE_LADDER_H

#include "core/session.h"

/* Plans, tries (open, load, attach), and plans again without what the kernel refused, until a plan stands. The
 * iterators of the start have run when it returns. False: a required hook has run out of alternatives, and
 * session->failed tells of the last one; nothing is attached or open. */
bool ladder_climb(struct session *session, struct options *options);
/* Opens the object, so that sections can be asked for; ladder_leave() closes it. False: errno. */
bool ladder_open(struct session *session);
/* The section of a program of the open object: its rung. */
const char *ladder_section(const struct session *session, const char *program);
/* Takes the programs of hook i off; they stay loaded. */
void ladder_detach(struct session *session, size_t i);
/* Detaches everything and closes the object. */
void ladder_leave(struct session *session);
/* With --verbose: the rung of each hook, and what was refused; always: what the user misses by it. */
void ladder_tell(const struct session *session, const struct options *options);
/* Ends the program (exit 3) with one message: what failed, why, and the remedy. error: negative errno. */
__attribute__((noreturn)) void ladder_give_up(const struct session *session, const char *what, int error);

#endif
