/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resets.c: connections of the traffic applet that end with a reset, each for another reason. */
#include "cmd/traffic/parts.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Waits until the socket has received n bytes, and leaves them unread. */
static void wait_unread(int fd, uint64_t n)
{
	static char payload[65536];
	size_t most = n < sizeof(payload) ? (size_t)n : sizeof(payload);

	if (traffic_check((int)TEMP_FAILURE_RETRY(recv(fd, payload, most, MSG_PEEK | MSG_WAITALL)), "receive") !=
	    (int)most)
		traffic_fail("receive: the connection ended too early");
}

void traffic_client_sends_in_vain(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_open_client(t, SLOT_ACCEPTING, 0);

		traffic_send_bytes(t, fd, t->bytes);
		traffic_wait_end(fd, ECONNRESET);
		traffic_finish(t, fd);
	}
}

void traffic_server_reads_nothing(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_accept_client(t, SLOT_ACCEPTING);

		wait_unread(fd, t->bytes);
		traffic_finish(t, fd);
	}
}

/* ready: a pipe, which closes when the process has its name. */
__attribute__((noreturn)) static void sleep_for_ever(const int ready[2])
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "nt-killed");
	close(ready[0]);
	close(ready[1]);
	for (;;)
		pause();
}

void traffic_server_is_killed(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int ready[2], status, fd = traffic_accept_client(t, SLOT_ACCEPTING);
		char byte;
		pid_t pid;

		traffic_check(pipe(ready), "pipe");
		pid = traffic_check(fork(), "fork");
		if (pid == 0)
			sleep_for_ever(ready);
		traffic_check(close(ready[1]), "close");
		traffic_check((int)read(ready[0], &byte, 1), "pipe");
		traffic_check(close(ready[0]), "close");
		wait_unread(fd, t->bytes);
		traffic_finish(t, fd); /* from here on the child is the only owner */
		traffic_check(kill(pid, SIGKILL), "kill");
		traffic_check(waitpid(pid, &status, 0), "waitpid");
	}
}

void traffic_client_closes_too_early(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_open_client(t, SLOT_ACCEPTING, 0);

		traffic_send_bytes(t, fd, t->bytes);
		traffic_finish(t, fd);
	}
}

static bool has_failed(int fd, uint32_t n)
{
	int error = 0;
	socklen_t length = sizeof(error);

	(void)n;
	traffic_check(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length), "SO_ERROR");
	return error;
}

void traffic_server_answers_too_late(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_accept_client(t, SLOT_ACCEPTING);

		traffic_receive_bytes(fd, t->bytes);
		traffic_wait_end(fd, 0);
		traffic_send_bytes(t, fd, t->bytes / 2 + 1);
		traffic_wait_until(has_failed, fd, 0, "reset");
		traffic_finish(t, fd);
	}
}

void traffic_client_disconnects(struct traffic *t, size_t n)
{
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	for (size_t i = 0; i < n; i++) {
		int fd = traffic_open_client(t, SLOT_ACCEPTING, 0);

		traffic_send_bytes(t, fd, t->bytes);
		traffic_wait_acked(fd);
		traffic_check(connect(fd, &nobody, sizeof(nobody)), "connect to AF_UNSPEC");
		traffic_check(close(fd), "close");
	}
}
