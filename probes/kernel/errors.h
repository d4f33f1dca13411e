/* SPDX-License-Identifier: GPL-2.0-or-later */
/* errors.h: the errno values that programs distinguish, equal on all supported machines. */
#ifndef NETTRACE_PROBES_KERNEL_ERRORS_H
#define NETTRACE_PROBES_KERNEL_ERRORS_H

/* include/uapi/asm-generic/errno*.h; ERESTART...: include/linux/errno.h */
#define EINTR                 4
#define EBADF                 9
#define EFAULT                14
#define ENOTSOCK              88
#define ENETUNREACH           101
#define ECONNABORTED          103
#define ECONNRESET            104
#define EISCONN               106
#define ETIMEDOUT             110
#define ECONNREFUSED          111
#define EHOSTUNREACH          113
#define EALREADY              114
#define EINPROGRESS           115
#define ECANCELED             125
#define ERESTARTSYS           512
#define ERESTART_RESTARTBLOCK 516

#endif
