/* SPDX-License-Identifier: GPL-2.0-or-later */
/* devices.c: network devices by name, over netlink and ioctl: a mounted /sys may belong to another network
 * namespace. */
#include "core/names/devices.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/values.h"

struct device {
	uint32_t index, tx_queues, rx_queues;
	bool is_veth; /* passes packets on as sent, with the number of the TX queue */
	bool stands_on;
	struct device_received received;
};

struct request {
	struct nlmsghdr header;
	struct ifinfomsg info;
	struct rtattr name;
	char text[IFNAMSIZ];
};

static bool is_of_kind(struct rtattr *link_info, const char *kind)
{
	struct rtattr *attribute = RTA_DATA(link_info);
	size_t size = RTA_PAYLOAD(link_info);

	for (; RTA_OK(attribute, size); attribute = RTA_NEXT(attribute, size)) {
		if (attribute->rta_type == IFLA_INFO_KIND)
			return RTA_PAYLOAD(attribute) > strlen(kind) && !strcmp(RTA_DATA(attribute), kind);
	}
	return false;
}

/* Kinds whose handlers return RX_HANDLER_ANOTHER, and vlan_do_receive(); vrf takes packets from IP. Not a bridge, which
 * calls netif_receive_skb() again. */
static bool stands_on_another(struct rtattr *link_info)
{
	static const char *const kinds[] = { "macvlan", "macvtap", "ipvlan", "ipvtap", "vlan", "bond", "team", "vrf" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (is_of_kind(link_info, kinds[i]))
			return true;
	return false;
}

static void read_counters(struct device_received *received, struct rtattr *attribute)
{
	struct rtnl_link_stats64 counters = { 0 };
	size_t size = RTA_PAYLOAD(attribute);

	memcpy(&counters, RTA_DATA(attribute), size < sizeof(counters) ? size : sizeof(counters));
	*received = (struct device_received){ counters.rx_packets, counters.rx_bytes };
}

/* Reads the number of existing queues; some drivers use fewer. */
static void read_attributes(struct device *device, struct ifinfomsg *info, size_t size)
{
	struct rtattr *attribute = IFLA_RTA(info);

	device->index = (uint32_t)info->ifi_index;
	for (; RTA_OK(attribute, size); attribute = RTA_NEXT(attribute, size)) {
		if (attribute->rta_type == IFLA_NUM_TX_QUEUES)
			memcpy(&device->tx_queues, RTA_DATA(attribute), sizeof(device->tx_queues));
		if (attribute->rta_type == IFLA_NUM_RX_QUEUES)
			memcpy(&device->rx_queues, RTA_DATA(attribute), sizeof(device->rx_queues));
		if (attribute->rta_type == IFLA_STATS64)
			read_counters(&device->received, attribute);
		if (attribute->rta_type != IFLA_LINKINFO)
			continue;
		device->is_veth = is_of_kind(attribute, "veth");
		device->stands_on = stands_on_another(attribute);
	}
}

/* By name or, if NULL, by index. Returns 0 or a negative errno. */
static int ask_link(struct device *device, const char *name)
{
	struct request request = {
		.header = { .nlmsg_len = name ? sizeof(request) : NLMSG_LENGTH(sizeof(request.info)),
			    .nlmsg_type = RTM_GETLINK,
			    .nlmsg_flags = NLM_F_REQUEST },
		.info = { .ifi_index = name ? 0 : (int)device->index },
		.name = { .rta_len = RTA_LENGTH(IFNAMSIZ), .rta_type = IFLA_IFNAME },
	};
	_Alignas(struct nlmsghdr) char answer[32 * 1024];
	struct nlmsghdr *header = (struct nlmsghdr *)answer;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	ssize_t got = -1;

	if (name)
		memcpy(request.text, name, strlen(name));
	if (fd >= 0 && send(fd, &request, request.header.nlmsg_len, 0) == (ssize_t)request.header.nlmsg_len)
		got = recv(fd, answer, sizeof(answer), 0);
	if (fd >= 0)
		close(fd);
	if (got < 0)
		return -errno;
	if (!NLMSG_OK(header, (size_t)got))
		return -EIO;
	if (header->nlmsg_type == NLMSG_ERROR)
		return ((struct nlmsgerr *)NLMSG_DATA(header))->error;
	read_attributes(device, NLMSG_DATA(header), IFLA_PAYLOAD(header));
	return 0;
}

/* Reads the number of queues that the driver uses, if it reports one. */
static void ask_driver(struct device *device, const char *name)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	struct ifreq request = { .ifr_data = (char *)&channels };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(request.ifr_name, name, strlen(name));
	if (fd >= 0 && !ioctl(fd, SIOCETHTOOL, &request)) {
		if (channels.combined_count + channels.tx_count)
			device->tx_queues = channels.combined_count + channels.tx_count;
		if (channels.combined_count + channels.rx_count)
			device->rx_queues = channels.combined_count + channels.rx_count;
	}
	if (fd >= 0)
		close(fd);
}

/* The destination of devices, and its limit. */
struct device_list {
	struct list *list;
	unsigned int most;
};

static const char *add_device(const char *name, void *to)
{
	struct device_list *devices = to;
	struct device device = { .tx_queues = 1, .rx_queues = 1 };
	int error = strlen(name) < IFNAMSIZ ? ask_link(&device, name) : -ENODEV;

	if (error == -ENODEV)
		return "no such interface in this network namespace";
	if (error)
		return value_message("asking for the interface: %s", strerror(-error));
	ask_driver(&device, name);
	for (uint32_t i = 0; i < devices->list->count; i++) {
		if (devices->list->item[i].first == device.index)
			return "named twice";
	}
	if (devices->list->count >= devices->most)
		return value_message("too many interfaces, at most %u", devices->most);
	return value_append(devices->list, device.index,
			    DEVICE_LAST(device.tx_queues, device.rx_queues, device.is_veth) | (uint64_t)device.stands_on
												      << 62);
}

const char *devices_find(struct list *list, const char *names, unsigned int most)
{
	return value_items(names, add_device, &(struct device_list){ list, most });
}

int device_received(struct device_received *received, uint32_t index)
{
	struct device device = { .index = index };
	int error = ask_link(&device, NULL);

	*received = device.received;
	return error;
}

void devices_name(char *name, size_t size, const char *names, unsigned int index)
{
	size_t length;

	for (; index && strchr(names, ','); index--)
		names = strchr(names, ',') + 1;
	length = strcspn(names, ",");
	memset(name, 0, size);
	memcpy(name, names, length < size ? length : size - 1);
}
