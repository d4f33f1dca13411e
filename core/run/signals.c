/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signals.c: signals as a file descriptor. */
#include "core/run/signals.h"

#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/run/inherited.h"

bool signals_open(struct signals *signals, const struct live_view *live)
{
	static const int ours[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		sigaddset(&set, ours[i]);
	live_signals(live, &set);
	/* Excludes ignored signals: a signalfd would read them, because a blocked signal is not ignored. */
	for (int signal = 1; signal < NSIG; signal++)
		if (signal != SIGCHLD && sigismember(&set, signal) == 1 && inherited_ignores(signal))
			sigdelset(&set, signal);
	signals->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals->fd < 0)
		return false;
	sigprocmask(SIG_BLOCK, &set, &signals->mask);
	return true;
}

void signals_close(struct signals *signals)
{
	while (signals_next(signals)) /* discards late signals, which would end the process when unblocked */
		;
	close(signals->fd);
	sigprocmask(SIG_SETMASK, &signals->mask, NULL);
}

int signals_next(const struct signals *signals)
{
	struct signalfd_siginfo heard;

	return read(signals->fd, &heard, sizeof(heard)) == (ssize_t)sizeof(heard) ? (int)heard.ssi_signo : 0;
}
