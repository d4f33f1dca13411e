/* SPDX-License-Identifier: GPL-2.0-or-later */
/* container_path.c: a parser of the cgroup paths of container runtimes.
 *
 * Their forms (a scope comes from systemd, the others from the cgroupfs driver):
 *   docker      docker-ID.scope             /docker/ID
 *   containerd  cri-containerd-ID.scope     /kubepods/burstable/podUID/ID    ...slice:cri-containerd:ID
 *   CRI-O       crio-ID.scope               crio-ID         not crio-conmon-ID
 *   podman      libpod-ID.scope[/container] libpod-ID       not libpod-conmon-ID
 *   LXC         lxc.payload.NAME            /lxc/NAME       not lxc.monitor.NAME
 *   nspawn      machine-NAME.scope          systemd-nspawn@NAME.service[/payload]
 * kubelet puts them in kubepods-burstable-podUID.slice or podUID; a slice's UID has `_` for `-`. */
#include "core/names/container_path.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_DIGITS 64

/* A component of the path, without the suffix of its unit type. */
struct part {
	const char *at;
	size_t length;
};

static bool ends_with(struct part part, const char *end)
{
	size_t length = strlen(end);

	return part.length > length && !memcmp(part.at + part.length - length, end, length);
}

static bool starts_with(struct part part, const char *start)
{
	size_t length = strlen(start);

	return part.length > length && !memcmp(part.at, start, length);
}

static bool is(struct part part, const char *text)
{
	return part.length == strlen(text) && !memcmp(part.at, text, part.length);
}

static struct part without_end(struct part part, const char *end)
{
	if (ends_with(part, end))
		part.length -= strlen(end);
	return part;
}

static bool is_unit(struct part part)
{
	return ends_with(part, ".service") || ends_with(part, ".scope");
}

static struct part behind(struct part part, const char *start)
{
	size_t length = strlen(start);

	return (struct part){ part.at + length, part.length - length };
}

static size_t hex_digits(const char *at, size_t most)
{
	size_t n = 0;

	while (n < most && isxdigit((unsigned char)at[n]) && !isupper((unsigned char)at[n]))
		n++;
	return n;
}

static void copy(char to[CONTAINER_NAME], struct part part)
{
	snprintf(to, CONTAINER_NAME, "%.*s", (int)part.length, part.at);
}

/* Reads the hex digits at the end of a runtime's component, after nothing, '-' or ':'. */
static bool read_id(struct container *container, struct part part)
{
	struct part id, before;

	part = without_end(without_end(part, ".scope"), ".service");
	if (part.length < ID_DIGITS)
		return false;
	id = (struct part){ part.at + part.length - ID_DIGITS, ID_DIGITS };
	before = (struct part){ part.at, part.length - ID_DIGITS };
	if (hex_digits(id.at, ID_DIGITS) != ID_DIGITS)
		return false;
	if (before.length && !strchr("-:", before.at[before.length - 1]))
		return false;
	/* The runtime's own process next to the container. */
	if (is(before, "conmon-") || ends_with(before, "-conmon-"))
		return false;
	copy(container->id, id);
	container->digits = true;
	return true;
}

/* Parses "\xNN" with two hex digits; 0: another text. */
static char escaped_byte(const char text[4])
{
	const char digits[] = { text[2], text[3], '\0' };

	if (text[0] != '\\' || text[1] != 'x' || !isxdigit((unsigned char)text[2]) || !isxdigit((unsigned char)text[3]))
		return '\0';
	return (char)strtoul(digits, NULL, 16);
}

/* systemd escapes characters that are invalid in unit names as \xNN. */
static void copy_unescaped(char to[CONTAINER_NAME], struct part part)
{
	size_t used = 0;

	for (size_t i = 0; i < part.length && used < CONTAINER_NAME - 1; i++) {
		char byte = part.length - i >= 4 ? escaped_byte(part.at + i) : '\0';

		if (byte) {
			to[used++] = byte;
			i += 3;
		} else {
			to[used++] = part.at[i];
		}
	}
	to[used] = '\0';
}

/* Reads containers with a name instead of an id. above: the previous component. */
static bool read_name(struct container *container, struct part part, struct part above)
{
	if (starts_with(part, "lxc.payload."))
		copy(container->id, behind(part, "lxc.payload."));
	else if (is(above, "lxc"))
		copy(container->id, part);
	else if (starts_with(part, "systemd-nspawn@") && ends_with(behind(part, "systemd-nspawn@"), ".service"))
		copy_unescaped(container->id, without_end(behind(part, "systemd-nspawn@"), ".service"));
	else if (starts_with(part, "machine-") && ends_with(behind(part, "machine-"), ".scope") &&
		 !starts_with(part, "machine-qemu"))
		copy_unescaped(container->id, without_end(behind(part, "machine-"), ".scope"));
	return *container->id;
}

/* Reads "podUID" at the end of a component: 36 characters, or the 32 digits of a static pod. */
static void read_pod(struct container *container, struct part part)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	const char *colon;
	size_t length;

	colon = memchr(part.at, ':', part.length); /* "kubepods-podUID.slice:cri-containerd:ID" */
	if (colon)
		part.length = (size_t)(colon - part.at);
	part = without_end(part, ".slice");
	for (length = 36; length >= 32; length -= 4) {
		struct part uid;
		size_t i = 0;

		if (part.length < length + 3)
			continue;
		uid = (struct part){ part.at + part.length - length, length };
		if (memcmp(uid.at - 3, "pod", 3) || (uid.at - 3 != part.at && uid.at[-4] != '-'))
			continue;
		for (; i < length; i++) {
			bool dash = length == 36 && form[i] == '-';

			if (dash ? !strchr("-_", uid.at[i]) : !hex_digits(uid.at + i, 1))
				break;
			container->pod[i] = dash ? '-' : uid.at[i];
		}
		container->pod[i == length ? i : 0] = '\0';
		if (i == length)
			return;
	}
}

/* The last component of the path that ends at `end`. */
static struct part last_part(const char *path, const char *end)
{
	const char *at = end;

	while (at > path && at[-1] != '/')
		at--;
	return (struct part){ at, (size_t)(end - at) };
}

void container_read(struct container *container, const char *path)
{
	const char *end = path + strlen(path);

	*container = (struct container){ 0 };
	while (end > path && !*container->pod) {
		struct part part = last_part(path, end), above = { path, 0 };

		if (part.at > path)
			above = last_part(path, part.at - 1);
		if (!*container->id && (read_id(container, part) || read_name(container, part, above)))
			*container->holder = '\0'; /* units below are the container's own */
		if (!*container->unit && !*container->id && is_unit(part))
			copy(container->unit, part);
		if (!*container->holder && is_unit(part))
			copy(container->holder, part);
		read_pod(container, part);
		end = part.at > path ? part.at - 1 : path;
	}
	if (*container->id)
		*container->unit = '\0';
}
