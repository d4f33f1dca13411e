/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ladder.h: a tool's hooks, each on the best rung that this kernel gives. */
#ifndef NETTRACE_LADDER_H
#define NETTRACE_LADDER_H

#include "core/session.h"

/* Plans, tries (open, load, attach), and plans again without what the kernel refused, until a plan stands; ends the
 * program when a required hook has run out of alternatives. The iterators of the start have run when it returns. */
void ladder_climb(struct session *session, struct options *options);
/* Takes the programs of hook i off; they stay loaded. */
void ladder_detach(struct session *session, size_t i);
/* Detaches everything and closes the object. */
void ladder_leave(struct session *session);
/* With --verbose: the rung of each hook, and what was refused; always: what the user misses by it. */
void ladder_tell(const struct session *session, const struct options *options);
/* Ends the program (exit 3) with one message: what failed, why, and the remedy. error: negative errno. */
__attribute__((noreturn)) void ladder_give_up(const struct session *session, const char *what, int error);

#endif
