/* SPDX-License-Identifier: GPL-2.0-or-later */
/* devices.c: asks the kernel about network devices. By netlink and ioctl: a mounted /sys may be that of another network
 * namespace. */
#include "core/names/devices.h"

#include <errno.h>
#include <linux/ethtool.h>
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
	bool is_veth; /* hands packets over as they were sent, with the number of the TX queue */
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

/* How many queues are there; of some, the driver uses less. */
static void read_attributes(struct device *device, struct ifinfomsg *info, size_t size)
{
	struct rtattr *attribute = IFLA_RTA(info);

	device->index = (uint32_t)info->ifi_index;
	for (; RTA_OK(attribute, size); attribute = RTA_NEXT(attribute, size)) {
		if (attribute->rta_type == IFLA_NUM_TX_QUEUES)
			memcpy(&device->tx_queues, RTA_DATA(attribute), sizeof(device->tx_queues));
		if (attribute->rta_type == IFLA_NUM_RX_QUEUES)
			memcpy(&device->rx_queues, RTA_DATA(attribute), sizeof(device->rx_queues));
		if (attribute->rta_type == IFLA_LINKINFO)
			device->is_veth = is_of_kind(attribute, "veth");
	}
}

/* 0, or a negative errno. */
static int ask_link(struct device *device, const char *name)
{
	struct request request = {
		.header = { .nlmsg_len = sizeof(request), .nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST },
		.name = { .rta_len = RTA_LENGTH(IFNAMSIZ), .rta_type = IFLA_IFNAME },
	};
	static _Alignas(struct nlmsghdr) char answer[32 * 1024];
	struct nlmsghdr *header = (struct nlmsghdr *)answer;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	ssize_t got = -1;

	memcpy(request.text, name, strlen(name));
	if (fd >= 0 && send(fd, &request, sizeof(request), 0) == sizeof(request))
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

/* How many queues the driver uses, where it tells. */
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

/* Where devices go, and how many there may be. */
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
		return "no such interface";
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
			    DEVICE_LAST(device.tx_queues, device.rx_queues, device.is_veth));
}

const char *devices_find(struct list *list, const char *names, unsigned int most)
{
	return value_items(names, add_device, &(struct device_list){ list, most });
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
