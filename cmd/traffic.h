/* SPDX-License-Identifier: GPL-2.0-or-later */
/* traffic.h: the applet that makes known TCP events on loopback. */
#ifndef NETTRACE_TRAFFIC_H
#define NETTRACE_TRAFFIC_H

/* argv[0] is "traffic". Returns the exit code. Takes the process over: its name, SIGALRM, SIGCHLD, SIGPIPE. */
int traffic_main(int argc, char **argv);

#endif
