/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcplife_of_states.h: tcplife sessions reconstructed from a recording of tcpstates. */
#ifndef NETTRACE_TCPLIFE_OF_STATES_H
#define NETTRACE_TCPLIFE_OF_STATES_H

#include "core/tool.h"

extern const struct synthesis tcplife_of_states;

#endif
