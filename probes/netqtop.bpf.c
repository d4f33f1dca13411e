/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netqtop.bpf.c: counts of packets and bytes for each queue of some devices, by size. */
#include "probes/lib/filter.bpf.h"
#include "probes/netqtop.h"

char LICENSE[] SEC("license") = "GPL";
OWN_OPTIONS(struct netqtop_options);

#define MAC_HEADER_MOST 255 /* a larger difference is no header's length */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, QUEUE_KEY(DEVICES, 0, 0));
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct queue);
} totals SEC(".maps");

static __always_inline __u32 size_slot(__u32 length)
{
	return length < 64 ? 0 : length < 512 ? 1 : length < 2048 ? 2 : length < 16384 ? 3 : length < 65536 ? 4 : 5;
}

/* The index of the device in the list; DEVICES: not listed. Compares the namespace too, because each one numbers its
 * devices. */
static __always_inline __u32 device_slot(const struct net_device *dev)
{
	__u32 ifindex = (__u32)dev->ifindex, slot = DEVICES;

#pragma clang loop unroll(full)
	for (__u32 i = 0; i < DEVICES; i++) {
		if (i < own.devices.count && own.devices.item[i].first == ifindex)
			slot = i;
	}
	if (slot == DEVICES || !list_has(&settings.filter.netns, dev->nd_net.net->ns.inum))
		return DEVICES;
	return slot;
}

static __always_inline void note_queues(__u32 slot, __u32 tx, __u32 rx)
{
	__u32 key = QUEUE_KEY(slot, DIRECTION_TX, QUEUES);
	struct queue *all = bpf_map_lookup_elem(&totals, &key);

	if (!all)
		return;
	if (all->in_use[DIRECTION_TX] != tx)
		all->in_use[DIRECTION_TX] = tx;
	if (all->in_use[DIRECTION_RX] != rx)
		all->in_use[DIRECTION_RX] = rx;
}

static __always_inline void count(__u32 slot, __u32 direction, __u32 number, __u32 length)
{
	__u32 size = size_slot(length), key;
	struct queue *queue;

	if (number >= QUEUES) {
		COUNT(lost_map);
		number = QUEUES - 1;
	}
	key = QUEUE_KEY(slot, direction, number);
	queue = bpf_map_lookup_elem(&totals, &key);
	if (!queue || size >= SIZES)
		return;
	__sync_fetch_and_add(&queue->bytes, length);
	__sync_fetch_and_add(&queue->sizes[size], 1);
}

/* (skb, dev). Context: task or softirq, bottom halves disabled, so it cannot interrupt itself. Before segmentation: a
 * large packet counts as one, as in the device's own counters. */
SEC("tp_btf/net_dev_start_xmit")
int transmit(__u64 *ctx)
{
	const struct sk_buff *skb = (void *)ctx[0];
	const struct net_device *dev = (void *)ctx[1];
	__u32 slot = device_slot(dev);

	if (slot == DEVICES)
		return 0;
	note_queues(slot, dev->real_num_tx_queues, dev->real_num_rx_queues);
	count(slot, DIRECTION_TX, skb->queue_mapping, skb->len);
	return 0;
}

/* (skb). Context: softirq, or a task with bottom halves disabled. The MAC header has been removed, and its length is
 * added again. The kernel records the driver's queue plus one; 0: not recorded. */
SEC("tp_btf/netif_receive_skb")
int receive(__u64 *ctx)
{
	const struct sk_buff *skb = (void *)ctx[0];
	const struct net_device *dev = skb->dev;
	__u32 slot = device_slot(dev), queue, length;
	__u64 mac_header;

	if (slot == DEVICES)
		return 0;
	note_queues(slot, dev->real_num_tx_queues, dev->real_num_rx_queues);
	queue = skb->queue_mapping;
	if (queue && !DEVICE_KEEPS_TX(own.devices.item[slot & (DEVICES - 1)].last))
		queue--;
	length = skb->len;
	mac_header = (__u64)skb->data - (__u64)skb->head - skb->mac_header;
	if (mac_header <= MAC_HEADER_MOST)
		length += mac_header;
	count(slot, DIRECTION_RX, queue, length);
	return 0;
}
