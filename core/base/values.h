/* SPDX-License-Identifier: GPL-2.0-or-later */
/* values.h: parsers of option arguments into the bytes that the kernel half filters by.
 *
 * Each parser returns NULL, or a message about the value ("not a port", "ends before it starts: 90-80"); the caller
 * adds the option's name and the value. A message is valid until the next call. */
#ifndef NETTRACE_BASE_VALUES_H
#define NETTRACE_BASE_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/wire.h"

/* "80,443,8000-8100", each within min..max. Appends to *list, so a repeated option adds to it. */
const char *value_list(struct list *list, const char *text, uint64_t min, uint64_t max);
/* Ports (0-65535), also by service names, and pids; messages name them so. */
const char *value_ports(struct list *list, const char *text);
const char *value_pids(struct list *list, const char *text);
/* As value_list, with names from /etc/passwd too: "root,1000-1999". */
const char *value_users(struct list *list, const char *text);
/* "10.0.0.0/8,2001:db8::/32,192.0.2.1", appended to cidrs[CIDR_ITEMS]. Host bits are cleared. A host name is resolved
 * once, which prints a note. */
const char *value_cidrs(struct cidr *cidrs, __u32 *count, const char *text);
/* The same without names of hosts. */
const char *value_networks(struct cidr *cidrs, __u32 *count, const char *text);
/* "nginx,postgres*,?sh", appended to globs[GLOB_ITEMS]. '*' matches any characters, '?' one; at most 15 others. */
const char *value_globs(struct glob *globs, __u32 *count, const char *text);
/* Network namespaces: inode numbers, paths (/run/netns/blue, /proc/1/ns/net), or names of `ip netns`. */
const char *value_netns(struct list *list, const char *text);
/* Whether "eth0,eth1" has this name. */
bool value_has_name(const char *names, const char *name);
/* The network namespace of this process. */
const char *value_own_netns(struct list *list);
/* The network namespace of a process. */
const char *value_pid_netns(struct list *list, const char *pid);
/* Cgroups: ids (v2: the directory's inode number) or paths of directories. The kernel half matches descendants too. */
const char *value_cgroups(struct list *list, const char *text);
/* "1.5", "0.25", "500ms", "10s", "5m", "2h", "1d": a time as ns, more than 0; without a unit: seconds. */
const char *value_seconds(uint64_t *ns, const char *text);
/* "10", "0.5": milliseconds to ns, 0 too. */
const char *value_milliseconds(uint64_t *ns, const char *text);
/* A decimal number within min..max. */
const char *value_number(uint64_t *number, const char *text, uint64_t min, uint64_t max);

/* A number of bytes, with an optional suffix K, M, G or T for powers of 1024 ("100m" equals "100MiB"). */
const char *value_size(uint64_t *bytes, const char *text);

/* For parsers outside this module: formats a message that is valid until the next one. */
__attribute__((format(printf, 1, 2))) const char *value_message(const char *format, ...);

/* Reads the digits at *text and advances *text past them. False: no digit, or more than 64 bits. */
bool value_digits(const char **text, uint64_t *number);

/* Appends a range. Returns NULL or a message. */
const char *value_append(struct list *list, uint64_t first, uint64_t last);

/* Calls add(item, to) for each comma-separated item of `text`, until one returns a message. Appends the item to the
 * message, unless it is the only item or the message starts with it. */
const char *value_items(const char *text, const char *(*add)(const char *item, void *to), void *to);

#endif
