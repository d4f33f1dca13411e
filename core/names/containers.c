/* SPDX-License-Identifier: GPL-2.0-or-later */
/* containers.c: the container of a socket, cached for a while. */
#include "core/names/containers.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/names/cgroups.h"
#include "core/base/clock.h"
#include "core/base/context.h"
#include "core/base/must.h"

#define GOOD_FOR 1000000000ULL  /* ns: afterwards the owner may have moved */
#define STALE    60000000000ULL /* ns: limit for an exited owner; later its pid may be reused */

struct containers {
	bool on;
	bool v1; /* this machine has v1 hierarchies, perhaps besides v2 */
	containers_again *again;
	void *context; /* for again() */
	uint64_t serial;
	struct remembered {
		uint64_t cgroup_id, at;
		uint32_t pid;
		char *path; /* NULL: unknown */
		struct cgroup_place place;
	} * places;
};

static void end(void *memory)
{
	struct containers *known = memory;

	for (size_t i = 0; known->on && i < CONTAINERS_MOST; i++)
		free(known->places[i].path);
	free(known->places);
}

static struct containers *containers(void)
{
	return context_part(CONTEXT_CONTAINERS, sizeof(struct containers), end);
}

/* The path in a line "12:cpu,cpuacct:/path" of /proc/PID/cgroup; modifies the line. */
static char *path_of(char *line, bool *v2)
{
	char *path = strchr(line, ':');

	path = path ? strchr(path + 1, ':') : NULL;
	if (!path)
		return NULL;
	*v2 = !strncmp(line, "0::", 3);
	path++;
	path[strcspn(path, "\n")] = '\0';
	return path;
}

enum answer {
	GONE, /* or hidden from this process */
	IN_NONE,
	IN_CONTAINER,
};

/* Finds the container of a process in any hierarchy. With IN_NONE, path is that of v2, or empty. */
static enum answer ask_owner(uint32_t pid, char path[PATH_MAX])
{
	char name[32], line[PATH_MAX + 64];
	enum answer answer = GONE;
	struct container container;
	FILE *file;
	bool v2;

	snprintf(name, sizeof(name), "/proc/%u/cgroup", pid);
	file = pid ? fopen(name, "re") : NULL;
	path[0] = '\0';
	while (file && answer != IN_CONTAINER && fgets(line, sizeof(line), file)) {
		const char *at = path_of(line, &v2);

		if (!at)
			continue;
		container_read(&container, at);
		answer = *container.id ? IN_CONTAINER : IN_NONE;
		if (v2 || *container.id)
			snprintf(path, PATH_MAX, "%s", at);
	}
	if (file)
		fclose(file);
	return answer;
}

/* Whether this machine has cgroup v1, alone or besides v2. */
static bool has_v1(void)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX + 64];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = strncmp(line, "0::", 3) != 0;
	if (file)
		fclose(file);
	return found;
}

/* An empty path: unknown. False: only the owner could have answered, and it has exited. */
static bool find_path(const struct containers *state, const struct event *event, char path[PATH_MAX], bool *of_owner)
{
	struct container container = { 0 };
	char owners[PATH_MAX];
	enum answer answer;
	bool known = cgroups_path(event->cgroup_id, path, PATH_MAX);

	if (!known && state->again && event->cgroup_id) {
		state->again(state->context);
		known = cgroups_path(event->cgroup_id, path, PATH_MAX);
	}
	if (known)
		container_read(&container, path);
	else
		path[0] = '\0';
	if (!state->again || *container.id || (known && !state->v1))
		return true;
	answer = ask_owner(event->pid, owners);
	*of_owner = answer == IN_CONTAINER || !known;
	if (*of_owner)
		memcpy(path, owners, PATH_MAX);
	return answer != GONE;
}

static struct remembered *slot_of(const struct containers *state, uint64_t cgroup_id, uint32_t pid)
{
	return &state->places[(cgroup_id * 0x9e3779b97f4a7c15ULL >> 32 ^ pid) & (CONTAINERS_MOST - 1)];
}

static bool is_of(const struct remembered *slot, uint64_t cgroup_id, uint32_t pid)
{
	return slot->at && slot->cgroup_id == cgroup_id && slot->pid == pid;
}

static void fill(struct containers *state, struct remembered *slot, uint64_t cgroup_id, uint32_t pid, const char *path,
		 bool of_owner)
{
	struct cgroup_place *place = &slot->place;

	if (is_of(slot, cgroup_id, pid) && place->of_owner == of_owner && place->path && !strcmp(place->path, path))
		return;
	free(slot->path);
	slot->cgroup_id = cgroup_id;
	slot->pid = pid;
	slot->path = *path ? strdup(path) : NULL;
	*place = (struct cgroup_place){ .path = slot->path,
					.of_owner = of_owner,
					.index = (unsigned int)(slot - state->places),
					.serial = ++state->serial };
	container_read(&place->container, path);
}

static void refresh(struct containers *state, struct remembered *slot, const struct event *event, uint64_t now)
{
	char path[PATH_MAX];
	bool of_owner = false, answered = find_path(state, event, path, &of_owner);

	/* An exited owner keeps its last known place. */
	if (!answered && is_of(slot, event->cgroup_id, event->pid) && now - slot->at < STALE)
		return;
	fill(state, slot, event->cgroup_id, event->pid, path, of_owner);
	slot->at = now;
}

const struct cgroup_place *containers_lookup(const struct event *event)
{
	struct containers *state = containers();
	struct remembered *slot;
	uint64_t now;

	if (!state->on)
		return NULL;
	slot = slot_of(state, event->cgroup_id, event->pid);
	now = clock_boot();
	/* Without again() (a replay) an entry never expires: only the recording changes it. */
	if (!is_of(slot, event->cgroup_id, event->pid) || (state->again && now - slot->at > GOOD_FOR))
		refresh(state, slot, event, now);
	return &slot->place;
}

const char *containers_text(const struct event *event, enum of_container what, size_t *length)
{
	const struct cgroup_place *place = containers_lookup(event);
	const struct container *container;
	const char *text;

	if (!place || !place->path)
		return NULL;
	container = &place->container;
	if (what == CONTAINER_PATH)
		text = place->path;
	else if (what == CONTAINER_POD)
		text = container->pod;
	else if (what == CONTAINER_UNIT)
		text = container->holder;
	else if (what == CONTAINER_ID || *container->id)
		text = container->id;
	else
		text = container->unit;
	*length = what == CONTAINER_LABEL && container->digits ? CONTAINER_SHORT : strlen(text);
	return *text ? text : NULL;
}

void containers_add(uint64_t cgroup_id, uint32_t owner, const char *path)
{
	struct containers *state = containers();
	struct remembered *slot;

	if (!owner) {
		cgroups_add(cgroup_id, 0, strcmp(path, "/") ? path : "");
	} else if (state->on) {
		slot = slot_of(state, cgroup_id, owner);
		fill(state, slot, cgroup_id, owner, path, true);
		slot->at = 1;
	}
}

void containers_on(containers_again *again, void *context)
{
	struct containers *state = containers();

	state->places = must(calloc(CONTAINERS_MOST, sizeof(*state->places)));
	state->on = true;
	state->again = again;
	state->context = context;
	state->v1 = again && has_v1();
}

void containers_off(void)
{
	context_part_end(CONTEXT_CONTAINERS);
	cgroups_clear();
}
