/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor.h: the applet that tells what works on this machine, and proves it. */
#ifndef NETTRACE_DOCTOR_H
#define NETTRACE_DOCTOR_H

/* argv[0] is "doctor". Returns the exit code. */
int doctor_main(int argc, char **argv);

#endif
