/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drop_values.c: which values belong to a reason, and the sysctls that only the user half can read. */
#include "core/names/drop_values.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/names/reasons.h"
#include "core/names/source.h"
#include "core/names/symbols.h"

struct writer {
	struct text *text;
	size_t from;
	bool json, any; /* any: a value is known */
};

static void put_key(struct writer *writer, const char *key)
{
	struct text *text = writer->text;

	if (text->length > writer->from)
		text_char(text, writer->json ? ',' : ' ');
	else if (writer->json)
		text_char(text, '{');
	if (writer->json)
		text_char(text, '"');
	text_string(text, key);
	text_string(text, writer->json ? "\":" : "=");
}

static void put_unknown(struct writer *writer, const char *key)
{
	put_key(writer, key);
	text_string(writer->text, writer->json ? "null" : "-");
}

static void put_known(struct writer *writer, const char *key, uint64_t value)
{
	put_key(writer, key);
	text_unsigned(writer->text, value);
	writer->any = true;
}

static void put_number(struct writer *writer, const char *key, uint32_t value)
{
	if (value == UINT32_MAX)
		put_unknown(writer, key);
	else
		put_known(writer, key, value);
}

static void put_wide_number(struct writer *writer, const char *key, uint64_t value)
{
	if (value == NOT_KNOWN)
		put_unknown(writer, key);
	else
		put_known(writer, key, value);
}

static void put_string(struct writer *writer, const char *key, const char *value, size_t size)
{
	if (!*value) {
		put_unknown(writer, key);
		return;
	}
	put_key(writer, key);
	if (writer->json)
		text_json_string(writer->text, value, size);
	else
		text_printable(writer->text, value, size, 0);
	writer->any = true;
}

static void put_address(struct writer *writer, const char *key, const uint8_t address[16])
{
	static const uint8_t none[16], mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!memcmp(address, none, sizeof(none))) {
		put_unknown(writer, key);
		return;
	}
	put_key(writer, key);
	if (writer->json)
		text_char(writer->text, '"');
	text_address(writer->text, address, memcmp(address, mapped, sizeof(mapped)) ? 6 : 4);
	if (writer->json)
		text_char(writer->text, '"');
	writer->any = true;
}

/* A sysctl that all network namespaces share, and that no program can read. A recording has none. */
static void put_sysctl(struct writer *writer, const char *key, const char *path)
{
	char number[24];
	ssize_t got = -1;
	int fd;

	if (names_recorded() && !writer->json) {
		put_key(writer, key);
		text_string(writer->text, "not-recorded");
		return;
	}
	fd = names_recorded() ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = read(fd, number, sizeof(number) - 1);
		close(fd);
	}
	number[got > 0 ? got : 0] = '\0';
	if (got <= 0)
		put_unknown(writer, key);
	else
		put_known(writer, key, strtoull(number, NULL, 10));
}

/* The hook of netfilter, by the function that called it (net/ipv4, net/ipv6; net/bridge has hooks of its own). */
static const char *hook_of(const void *frames, size_t size)
{
	static const struct {
		const char *function, *hook;
	} hooks[] = {
		{ "ip_rcv", "PREROUTING" },
		{ "ipv6_rcv", "PREROUTING" },
		{ "ip_sabotage_in", "PREROUTING" },
		{ "ip_list_rcv", "PREROUTING" },
		{ "ipv6_list_rcv", "PREROUTING" },
		{ "ip_local_deliver", "INPUT" },
		{ "ip6_input", "INPUT" },
		{ "ip_forward", "FORWARD" },
		{ "ip6_forward", "FORWARD" },
		{ "__ip_local_out", "OUTPUT" },
		{ "__ip6_local_out", "OUTPUT" },
		{ "ip6_xmit", "OUTPUT" },
		{ "ip_output", "POSTROUTING" },
		{ "ip6_output", "POSTROUTING" },
		{ "ip_mc_output", "POSTROUTING" },
		{ "br_handle_frame", "bridge" },
		{ "br_forward", "bridge" },
		{ "br_nf_pre_routing", "bridge" },
		{ "__netif_receive_skb_core", "INGRESS" },
	};
	struct symbol symbol;
	uint64_t address;

	for (size_t at = 0; frames && at + sizeof(address) <= size; at += sizeof(address)) {
		memcpy(&address, (const char *)frames + at, sizeof(address));
		if (!address)
			break;
		if (!symbols_at(address, &symbol))
			continue;
		for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
			size_t length = strlen(hooks[i].function);

			if (!strncmp(symbol.name, hooks[i].function, length) &&
			    (!symbol.name[length] || symbol.name[length] == '.'))
				return hooks[i].hook;
		}
	}
	return "";
}

static void put_device(struct writer *writer, const struct drop_values *values)
{
	put_string(writer, "device", values->device, sizeof(values->device));
}

static void put_receive_buffer(struct writer *writer, const struct drop_values *values)
{
	put_number(writer, "rmem", values->rmem);
	put_number(writer, "rcvbuf", values->rcvbuf);
	if (values->tcp_rmem_max != UINT32_MAX) /* of UDP: unknown */
		put_number(writer, "net.ipv4.tcp_rmem_max", values->tcp_rmem_max);
	put_sysctl(writer, "net.core.rmem_max", "/proc/sys/net/core/rmem_max");
}

static void put_queues(struct writer *writer, enum reason_shows shows, const struct drop_values *values)
{
	put_number(writer, shows == SHOWS_SYN_QUEUE ? "half_open" : "queue",
		   shows == SHOWS_SYN_QUEUE ? values->half_open : values->queue);
	put_number(writer, "limit", values->queue_limit);
	if (shows == SHOWS_SYN_QUEUE)
		put_number(writer, "net.ipv4.tcp_max_syn_backlog", values->max_syn_backlog);
	put_number(writer, "net.core.somaxconn", values->somaxconn);
}

static void put_qdisc(struct writer *writer, const struct drop_values *values)
{
	put_device(writer, values);
	put_string(writer, "qdisc", values->qdisc, sizeof(values->qdisc));
	put_number(writer, "packets", values->qdisc_packets);
	put_number(writer, "limit", values->qdisc_limit ? values->qdisc_limit : UINT32_MAX); /* not in packets */
}

static void put_values(struct writer *writer, enum reason_shows shows, const struct drop_values *values,
		       const char *hook)
{
	switch (shows) {
	case SHOWS_NOTHING:
		break;
	case SHOWS_RECEIVE_BUFFER:
		put_receive_buffer(writer, values);
		break;
	case SHOWS_BACKLOG:
		put_number(writer, "backlog", values->backlog);
		put_number(writer, "rcvbuf", values->rcvbuf);
		put_number(writer, "sndbuf", values->sndbuf);
		break;
	case SHOWS_MEMORY:
		put_wide_number(writer, "pages", values->memory);
		put_wide_number(writer, "limit", values->memory_limit);
		break;
	case SHOWS_ACCEPT_QUEUE:
	case SHOWS_SYN_QUEUE:
		put_queues(writer, shows, values);
		break;
	case SHOWS_NEXT_HOP:
		put_address(writer, "next_hop", values->next_hop);
		put_device(writer, values);
		break;
	case SHOWS_RPFILTER:
		put_device(writer, values);
		put_number(writer, "rp_filter", values->rp_filter);
		put_number(writer, "rp_filter_all", values->rp_filter_all);
		break;
	case SHOWS_HOOK:
		put_string(writer, "hook", hook, strlen(hook));
		put_device(writer, values);
		break;
	case SHOWS_CPU_QUEUE:
		put_sysctl(writer, "net.core.netdev_max_backlog", "/proc/sys/net/core/netdev_max_backlog");
		put_device(writer, values);
		break;
	case SHOWS_QDISC:
		put_qdisc(writer, values);
		break;
	case SHOWS_DEVICE:
		put_device(writer, values);
		break;
	}
}

bool drop_values_put(struct text *text, const char *reason, const struct drop_values *values, const void *frames,
		     size_t size, bool json)
{
	struct writer writer = { .text = text, .from = text->length, .json = json };
	const struct reason *found = reason_find(reason);

	if (!found)
		return false;
	put_values(&writer, found->shows, values, found->shows == SHOWS_HOOK ? hook_of(frames, size) : "");
	if (!writer.any)
		text->length = writer.from;
	else if (json)
		text_char(text, '}');
	return writer.any;
}
