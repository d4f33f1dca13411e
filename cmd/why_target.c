/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_target.c: whom `nettrace why` is asked about: ports, processes, networks, names. */
#include "cmd/why_target.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/base/values.h"
#include "core/names/containers.h"
#include "probes/filter.h"

static const char *add_name(struct why_target *target, const char *item)
{
	if (target->n_names == WHY_NAMES || strlen(item) >= sizeof(target->names[0]))
		return "too many names, or too long a one";
	snprintf(target->names[target->n_names++], sizeof(target->names[0]), "%s", item);
	/* A name that no process can have is that of a container or unit. */
	return strlen(item) < COMM_SIZE ? value_globs(target->comms, &target->n_comms, item) : NULL;
}

static bool is_network(const char *item)
{
	return strchr(item, ':') || (isdigit((unsigned char)*item) && strpbrk(item, "./"));
}

static const char *add_item(const char *item, void *to)
{
	struct why_target *target = to;

	if (*item == ':' && item[1] && item[1] != ':')
		return value_ports(&target->ports, item + 1);
	if (is_network(item))
		return value_networks(target->networks, &target->n_networks, item);
	if (item[strspn(item, "0123456789-")] == '\0')
		return value_pids(&target->pids, item);
	return add_name(target, item);
}

bool why_target_parse(struct why_target *target, const char *text, struct error *error)
{
	const char *message;

	*target = (struct why_target){ .text = text };
	message = text ? value_items(text, add_item, target) : NULL;
	return !message || error_set(error, EXIT_USAGE, "%.100s: %s", text, message);
}

/* Lists are empty where nothing is named: list_has() would match everything. */
static bool has(const struct list *list, __u64 value)
{
	return list->count && list_has(list, value);
}

static bool has_address(const struct why_target *target, const __u8 *address)
{
	static const __u8 none[16];

	return target->n_networks && memcmp(address, none, sizeof(none)) != 0 &&
	       cidrs_have(target->networks, target->n_networks, address);
}

static bool is_named(const struct why_target *target, const struct event *who)
{
	const struct cgroup_place *place;

	for (__u32 i = 0; i < target->n_comms && *who->comm; i++)
		if (glob_matches(&target->comms[i], who->comm))
			return true;
	if (!target->n_names || !who->cgroup_id)
		return false;
	place = containers_lookup(who);
	for (__u32 i = 0; place && i < target->n_names; i++) {
		size_t length;
		const char *name = target->names[i], *id = containers_text(who, CONTAINER_ID, &length);

		if (id && strlen(name) >= 4 && length >= strlen(name) && !memcmp(id, name, strlen(name)))
			return true;
		for (enum of_container what = CONTAINER_LABEL; what <= CONTAINER_UNIT; what++) {
			const char *text = containers_text(who, what, &length);

			if (text && length == strlen(name) && !memcmp(text, name, length))
				return true;
		}
	}
	return false;
}

bool why_target_has(const struct why_target *target, const struct event *who)
{
	return !target->text || has(&target->ports, who->lport) || has(&target->ports, who->rport) ||
	       has(&target->pids, who->pid) || has_address(target, who->laddr) || has_address(target, who->raddr) ||
	       is_named(target, who);
}

bool why_target_names_port(const struct why_target *target, __u16 port)
{
	return has(&target->ports, port);
}
