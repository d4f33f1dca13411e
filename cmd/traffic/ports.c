/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ports.c: the ports of the traffic applet's server. */
#include "cmd/traffic/parts.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096

static bool is_used(const struct traffic *t, size_t slot)
{
	return slot == SLOT_ACCEPTING || (slot == SLOT_REFUSING && t->counts[REFUSE]) ||
	       (slot == SLOT_OVERFLOWING && t->counts[OVERFLOW]) || slot >= SLOT_CHURNING;
}

static uint64_t any_free_port(int family)
{
	struct sockaddr_storage storage;
	socklen_t length = traffic_loopback(&storage, family, 0);
	int fd = traffic_new_socket(family, 0);

	if (bind(fd, (struct sockaddr *)&storage, length) < 0)
		traffic_fail("bind to %s: %s", family ? "::1" : "127.0.0.1", strerror(errno));
	traffic_check(getsockname(fd, (struct sockaddr *)&storage, &length), "getsockname");
	traffic_check(close(fd), "close");
	return ntohs(((struct sockaddr_in *)&storage)->sin_port); /* sin6_port has the same offset */
}

static void close_slots(struct traffic *t)
{
	for (int family = 0; family < FAMILIES; family++) {
		for (size_t slot = 0; slot < t->n_slots; slot++) {
			if (t->slots[family][slot] >= 0)
				traffic_check(close(t->slots[family][slot]), "close");
			t->slots[family][slot] = -1;
		}
	}
}

/* Binds all ports from `first` on, in all families. False with errno: none is bound. */
static bool bind_slots(struct traffic *t, uint64_t first)
{
	struct sockaddr_storage storage;
	socklen_t length;
	int error;

	for (size_t slot = 0; slot < t->n_slots; slot++) {
		for (int family = 0; family < FAMILIES; family++) {
			if (!t->families[family] || !is_used(t, slot))
				continue;
			length = traffic_loopback(&storage, family, first + slot);
			t->slots[family][slot] = traffic_new_socket(family, 0);
			traffic_limit_waiting(t->slots[family][slot]);
			if (bind(t->slots[family][slot], (struct sockaddr *)&storage, length) == 0)
				continue;
			error = errno;
			close_slots(t);
			errno = error;
			return false;
		}
	}
	return true;
}

static bool is_for_clients(const struct traffic *t, uint64_t first)
{
	return t->client_port && first < t->client_port + t->n_client_ports && t->client_port < first + t->n_slots;
}

/* Finds consecutive ports, so that one number identifies them, outside the client's ports. */
static uint64_t find_ports(struct traffic *t)
{
	uint64_t first;

	if (t->port) {
		if (!bind_slots(t, t->port))
			traffic_fail("port %llu and the %zu after it: %s", (unsigned long long)t->port, t->n_slots - 1,
				     strerror(errno));
		return t->port;
	}
	for (int i = 0; i < 200; i++) {
		first = any_free_port(t->families[0] ? 0 : 1);
		if (first + t->n_slots > 65536 || is_for_clients(t, first))
			continue;
		if (bind_slots(t, first))
			return first;
		if (errno != EADDRINUSE)
			traffic_fail("bind: %s", strerror(errno));
	}
	traffic_fail("no %zu free ports in a row: choose with --port", t->n_slots);
}

static bool is_listening(const struct traffic *t, size_t slot)
{
	for (size_t i = 0; slot == SLOT_ACCEPTING && i < STEPS; i++) {
		if (t->counts[i] && traffic_actions[i].slot == SLOT_ACCEPTING)
			return true;
	}
	return slot == SLOT_OVERFLOWING || slot >= SLOT_CHURNING;
}

void traffic_open_slots(struct traffic *t)
{
	for (int family = 0; family < FAMILIES; family++) {
		t->slots[family] = traffic_allocate(t->n_slots, sizeof(int));
		for (size_t slot = 0; slot < t->n_slots; slot++)
			t->slots[family][slot] = -1;
	}
	t->totals->port = (uint16_t)find_ports(t);
	for (int family = 0; family < FAMILIES; family++) {
		for (size_t slot = 0; slot < t->n_slots; slot++) {
			if (t->slots[family][slot] < 0 || !is_listening(t, slot))
				continue;
			traffic_check(listen(t->slots[family][slot], slot == SLOT_OVERFLOWING ? 1 : BACKLOG), "listen");
			t->totals->listeners++;
		}
	}
}
