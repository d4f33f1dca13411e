/* SPDX-License-Identifier: GPL-2.0-or-later */
/* load.c: traffic for the benchmarks, made by one process on loopback, so that no process waits for another. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000ULL

static long check(long result, const char *what)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

static int bound(struct sockaddr_in *address, uint32_t host)
{
	int fd = (int)check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	socklen_t size = sizeof(*address);

	*address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = { htonl(host) } };
	check(bind(fd, (struct sockaddr *)address, size), "bind");
	check(getsockname(fd, (struct sockaddr *)address, &size), "getsockname");
	return fd;
}

static int listener(struct sockaddr_in *address, uint32_t host)
{
	int fd = bound(address, host);

	check(listen(fd, 64), "listen");
	return fd;
}

static int connected(const struct sockaddr_in *to)
{
	int fd = (int)check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");

	check(connect(fd, (const struct sockaddr *)to, sizeof(*to)), "connect");
	return fd;
}

/* Opens a connection and resets it from the client: six state changes, without TIME_WAIT, so that the cost stays
 * constant. */
static void open_and_reset(int listening, const struct sockaddr_in *to)
{
	const struct linger reset = { .l_onoff = 1 };
	int client = connected(to), server = (int)check(accept(listening, NULL, NULL), "accept");

	check(setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), "SO_LINGER");
	close(client);
	close(server);
}

/* rate: connections a second; 0: unlimited. */
static void churn(double seconds, double rate)
{
	uint64_t start = now(), end = start + (uint64_t)(seconds * (double)SECOND), made = 0, took, step;
	struct sockaddr_in address;
	int fd = listener(&address, INADDR_LOOPBACK);

	step = rate > 0 ? (uint64_t)((double)SECOND / rate) : 0;
	for (uint64_t at = start; at < end; at = now()) {
		uint64_t due = start + made * step;

		if (step && at < due)
			nanosleep(&(struct timespec){ (time_t)((due - at) / SECOND), (long)((due - at) % SECOND) },
				  NULL);
		open_and_reset(fd, &address);
		made++;
	}
	took = now() - start;
	close(fd);
	printf("{\"connections\":%llu,\"seconds\":%.6f,\"port\":%u}\n", (unsigned long long)made,
	       (double)took / (double)SECOND, ntohs(address.sin_port));
}

/* Opens listening sockets one after the other. */
static void listens(double seconds)
{
	uint64_t end = now() + (uint64_t)(seconds * (double)SECOND), made = 0;
	struct sockaddr_in address;

	for (; now() < end; made++)
		close(listener(&address, INADDR_LOOPBACK));
	printf("{\"listens\":%llu}\n", (unsigned long long)made);
}

/* Connects to a bound port without a listener: the kernel drops each SYN and answers with RST. */
static void refused(double seconds)
{
	uint64_t end = now() + (uint64_t)(seconds * (double)SECOND), made = 0;
	struct sockaddr_in address;
	int taken = bound(&address, INADDR_LOOPBACK);

	for (; now() < end; made++) {
		int fd = (int)check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");

		if (!connect(fd, (struct sockaddr *)&address, sizeof(address)) || errno != ECONNREFUSED)
			check(-1, "a connect that should be refused");
		close(fd);
	}
	close(taken);
	printf("{\"refused\":%llu}\n", (unsigned long long)made);
}

static void *echo(void *argument)
{
	int fd = *(int *)argument;
	char byte;

	while (read(fd, &byte, 1) == 1)
		check(write(fd, &byte, 1), "write");
	return NULL;
}

static int by_value(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* Sends one byte there and back; the other end is a thread, on the same CPU if this process is pinned to one. */
static void pingpong(size_t times)
{
	uint64_t *took = calloc(times, sizeof(*took)), total = 0;
	struct sockaddr_in address;
	int listening = listener(&address, INADDR_LOOPBACK), client = connected(&address), server;
	pthread_t other;
	char byte = 'x';

	server = (int)check(accept(listening, NULL, NULL), "accept");
	if (!took || pthread_create(&other, NULL, echo, &server))
		check(-1, "a thread");
	for (size_t i = 0; i < times; i++) {
		uint64_t start = now();

		check(write(client, &byte, 1), "write");
		check(read(client, &byte, 1), "read");
		took[i] = now() - start;
		total += took[i];
	}
	close(client);
	pthread_join(other, NULL);
	qsort(took, times, sizeof(*took), by_value);
	printf("{\"round_trips\":%zu,\"mean_ns\":%.1f,\"median_ns\":%llu,\"p99_ns\":%llu}\n", times,
	       (double)total / (double)times, (unsigned long long)took[times / 2],
	       (unsigned long long)took[times * 99 / 100]);
}

/* Sends datagrams to a socket of this process, which receives each. */
static void datagrams(size_t times)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(address);
	int receiver = (int)check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
	int sender = (int)check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
	char byte = 'x';
	uint64_t start;

	check(bind(receiver, (struct sockaddr *)&address, size), "bind");
	check(getsockname(receiver, (struct sockaddr *)&address, &size), "getsockname");
	start = now();
	for (size_t i = 0; i < times; i++) {
		check(sendto(sender, &byte, 1, 0, (struct sockaddr *)&address, size), "sendto");
		check(recv(receiver, &byte, 1, 0), "recv");
	}
	printf("{\"datagrams\":%zu,\"mean_ns\":%.1f}\n", times, (double)(now() - start) / (double)times);
}

/* Connections for each address, each with a port of its own. */
#define PER_ADDRESS 20000

static void raise_limit(void)
{
	struct rlimit files;

	check(getrlimit(RLIMIT_NOFILE, &files), "RLIMIT_NOFILE");
	files.rlim_cur = files.rlim_max;
	check(setrlimit(RLIMIT_NOFILE, &files), "RLIMIT_NOFILE");
}

static void exchange(const int *ends, size_t count)
{
	char bytes[100] = { 0 };

	for (size_t i = 0; i < count; i++) {
		check(write(ends[2 * i], bytes, sizeof(bytes)), "write");
		check(read(ends[2 * i + 1], bytes, sizeof(bytes)), "read");
	}
}

/* Keeps connections, with both ends in this process, open until stdin ends. Each byte of stdin sends data through the
 * first `busy` ones, and prints a line. */
static void hold(size_t count, size_t busy)
{
	int *ends = calloc(2 * count, sizeof(*ends));
	struct sockaddr_in address;
	int fd;
	char byte;

	raise_limit();
	fd = listener(&address, INADDR_ANY);
	for (size_t i = 0; i < count; i++) {
		address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(i / PER_ADDRESS));
		ends[2 * i] = connected(&address);
		ends[2 * i + 1] = (int)check(accept(fd, NULL, NULL), "accept");
	}
	printf("{\"connections\":%zu}\n", count);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0) {
		exchange(ends, busy < count ? busy : count);
		printf("{\"busy\":%zu}\n", busy);
		fflush(stdout);
	}
}

/* Unaccepted connections for each listener (SOMAXCONN is 4096). */
#define PER_LISTENER 4000

/* Opens connections that wait for accept() until stdin ends. */
static void queue(size_t count)
{
	size_t listeners = (count + PER_LISTENER - 1) / PER_LISTENER;
	int *waiting = calloc(listeners, sizeof(*waiting));
	char byte;

	raise_limit();
	for (size_t i = 0; i < count; i++) {
		static struct sockaddr_in address;

		if (i % PER_LISTENER == 0) {
			waiting[i / PER_LISTENER] = bound(&address, INADDR_LOOPBACK);
			check(listen(waiting[i / PER_LISTENER], PER_LISTENER), "listen");
		}
		connected(&address);
	}
	printf("{\"connections\":%zu}\n", count);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	for (size_t i = 0; i < count; i++)
		close((int)check(accept(waiting[i / PER_LISTENER], NULL, NULL), "accept"));
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	double number = argc > 2 ? atof(argv[2]) : 0;

	if (!strcmp(what, "churn"))
		churn(number, argc > 3 ? atof(argv[3]) : 0);
	else if (!strcmp(what, "listens"))
		listens(number);
	else if (!strcmp(what, "refused"))
		refused(number);
	else if (!strcmp(what, "pingpong"))
		pingpong((size_t)number);
	else if (!strcmp(what, "datagrams"))
		datagrams((size_t)number);
	else if (!strcmp(what, "queue"))
		queue((size_t)number);
	else if (!strcmp(what, "hold"))
		hold((size_t)number, argc > 3 ? (size_t)atol(argv[3]) : 0);
	else
		check((errno = EINVAL, -1),
		      "usage: load churn SECONDS [RATE] | listens SECONDS | refused SECONDS | pingpong TIMES | "
		      "datagrams TIMES | hold CONNECTIONS [BUSY] | queue CONNECTIONS");
	return 0;
}
