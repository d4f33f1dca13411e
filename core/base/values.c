/* SPDX-License-Identifier: GPL-2.0-or-later */
/* values.c: parsers of numbers, lists, users and times. */
#include "core/base/values.h"

#include <ctype.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "core/base/hosts.h"
#include "core/base/message.h"
#include "core/base/context.h"

#define PID_LAST  4194304 /* PID_MAX_LIMIT of a 64-bit kernel */
#define PORT_LAST 65535
#define UID_LAST  (UID_NOT_KNOWN - 1)
#define NS_PER_S  1000000000ULL
#define NS_PER_MS 1000000ULL

const char *value_message(const char *format, ...)
{
	/* Not formatted in place: an earlier message may be an argument of the new one. */
	char *message = context_current->value_message, fresh[sizeof(context_current->value_message)];
	va_list args;

	va_start(args, format);
	vsnprintf(fresh, sizeof(fresh), format, args);
	va_end(args);
	return memcpy(message, fresh, sizeof(fresh));
}

bool value_digits(const char **text, uint64_t *number)
{
	const char *at = *text;

	*number = 0;
	for (; *at >= '0' && *at <= '9'; at++) {
		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, (uint64_t)(*at - '0'), number))
			return false;
	}
	if (at == *text)
		return false;
	*text = at;
	return true;
}

const char *value_append(struct list *list, uint64_t first, uint64_t last)
{
	if (list->count == LIST_ITEMS)
		return value_message("too many items, at most %d", LIST_ITEMS);
	list->item[list->count].first = first;
	list->item[list->count].last = last;
	list->count++;
	return NULL;
}

const char *value_items(const char *text, const char *(*add)(const char *item, void *to), void *to)
{
	char item[PATH_MAX];
	bool only = !strchr(text, ',');

	for (;;) {
		size_t length = strcspn(text, ",");
		const char *message;

		if (length == 0)
			return only ? "empty" : "an item is empty";
		if (length >= sizeof(item))
			return "too long";
		memcpy(item, text, length);
		item[length] = '\0';
		message = add(item, to);
		if (message)
			return only || !strncmp(message, item, length) ? message
								       : value_message("%s: %s", message, item);
		if (!text[length])
			return NULL;
		text += length + 1;
	}
}

static const char *not_within(const char *what, uint64_t min, uint64_t max)
{
	if (max == UINT64_MAX)
		return value_message("not a %s (%llu or more)", what, (unsigned long long)min);
	return value_message("not a %s (%llu-%llu)", what, (unsigned long long)min, (unsigned long long)max);
}

const char *value_number(uint64_t *number, const char *text, uint64_t min, uint64_t max)
{
	if (!value_digits(&text, number) || *text || *number < min || *number > max)
		return not_within("number", min, max);
	return NULL;
}

/* The destination of ranges, and their limits. */
struct ranges {
	struct list *list;
	const char *what;
	uint64_t min, max;
};

static const char *add_range(const char *item, void *to)
{
	const struct ranges *ranges = to;
	const char *at = item;
	uint64_t first, last;
	bool good = value_digits(&at, &first);

	last = first;
	if (good && *at == '-') {
		at++;
		good = value_digits(&at, &last);
	}
	if (!good || *at || first < ranges->min || first > ranges->max || last < ranges->min || last > ranges->max)
		return not_within(ranges->what, ranges->min, ranges->max);
	if (last < first)
		return "ends before it starts";
	return value_append(ranges->list, first, last);
}

const char *value_list(struct list *list, const char *text, uint64_t min, uint64_t max)
{
	return value_items(text, add_range, &(struct ranges){ list, "number", min, max });
}

static const char *add_port(const char *item, void *to)
{
	uint64_t port;

	if (item[strspn(item, "0123456789:")] == '\0' && strchr(item, ':'))
		return value_message("not a port (0-65535); a range is written %.*s-%s", (int)strcspn(item, ":"), item,
				     strchr(item, ':') + 1);
	if (!((*item >= 'a' && *item <= 'z') || (*item >= 'A' && *item <= 'Z')) || !service_port(item, &port))
		return add_range(item, &(struct ranges){ to, "port", 0, PORT_LAST });
	return value_append(to, port, port);
}

const char *value_ports(struct list *list, const char *text)
{
	return value_items(text, add_port, list);
}

const char *value_pids(struct list *list, const char *text)
{
	return value_items(text, add_range, &(struct ranges){ list, "pid", 1, PID_LAST });
}

/* getpwnam() loads shared NSS modules, which a static program cannot do; so only the file serves. */
static bool find_user(const char *name, uint64_t *uid)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd entry, *found_entry;
	char line[4096];
	bool found = false;

	if (!file)
		return false;
	while (!found && !fgetpwent_r(file, &entry, line, sizeof(line), &found_entry)) {
		if (strcmp(entry.pw_name, name) == 0) {
			*uid = entry.pw_uid;
			found = true;
		}
	}
	fclose(file);
	return found;
}

static const char *add_user(const char *item, void *to)
{
	uint64_t uid;

	/* A name may contain '-' too, so only an item of digits and '-' can be a range. */
	if (item[strspn(item, "0123456789-")] == '\0')
		return add_range(item, &(struct ranges){ to, "uid", 0, UID_LAST });
	if (!find_user(item, &uid))
		return "neither a uid nor a user in /etc/passwd";
	return value_append(to, uid, uid);
}

const char *value_users(struct list *list, const char *text)
{
	return value_items(text, add_user, list);
}

/* Reads a decimal fraction of a unit of `unit` ns, and advances *text past it. Returns NULL or a message. */
static const char *read_fraction(uint64_t *ns, const char **text, uint64_t unit, const char *message)
{
	const char *at = *text;
	uint64_t whole = 0, digit = unit, part = 0;

	if (*at != '.' && !value_digits(&at, &whole))
		return message;
	if (*at == '.') {
		for (at++; *at >= '0' && *at <= '9'; at++) {
			if (digit == 1)
				return "finer than a nanosecond";
			digit /= 10;
			part += (uint64_t)(*at - '0') * digit;
		}
		if (digit == unit)
			return message;
	}
	/* The kernel's times are signed. */
	if (whole >= INT64_MAX / unit)
		return "too long";
	*ns = whole * unit + part;
	*text = at;
	return NULL;
}

static const char *read_time(uint64_t *ns, const char *text, uint64_t unit, const char *message)
{
	const char *wrong = read_fraction(ns, &text, unit, message);

	return wrong ? wrong : *text ? message : NULL;
}

/* The number of seconds of a unit; the caller handles ms. */
static uint64_t seconds_of(const char *unit)
{
	static const struct {
		const char *name;
		uint64_t seconds;
	} units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(units[i].name, unit))
			return units[i].seconds;
	return 0;
}

const char *value_seconds(uint64_t *ns, const char *text)
{
	static const char message[] = "not a time (1, 0.25, 500ms, 10s, 5m, 2h)";
	const char *unit = text + strspn(text, "0123456789.");
	bool milliseconds = !strcmp(unit, "ms");
	uint64_t factor = milliseconds ? 1 : seconds_of(unit);
	const char *wrong = factor ? read_fraction(ns, &text, milliseconds ? NS_PER_MS : NS_PER_S, message) : message;

	if (wrong)
		return wrong;
	if (text != unit)
		return message;
	if (*ns > INT64_MAX / factor)
		return "too long";
	*ns *= factor;
	return *ns ? NULL : "must be more than 0 seconds";
}

const char *value_milliseconds(uint64_t *ns, const char *text)
{
	return read_time(ns, text, NS_PER_MS, "not a number of milliseconds (10, 0.5)");
}

const char *value_size(uint64_t *bytes, const char *text)
{
	static const char units[] = "KMGT";
	const char *unit;
	int shift = 0;

	if (!value_digits(&text, bytes))
		return "not a size (64M, 2G)";
	if (*text && (unit = strchr(units, toupper((unsigned char)*text)))) {
		shift = 10 * (int)(unit - units + 1);
		text += strcmp(text + 1, "iB") ? 1 : 3;
	}
	if (*text || *bytes > (uint64_t)INT64_MAX >> shift)
		return "not a size (64M, 2G)";
	*bytes <<= shift;
	return NULL;
}

/* ---- networks and comm globs, in the form that the kernel half compares ---- */

#define V4_BITS        96 /* of ::ffff:0:0/96, the prefix of IPv4 addresses */

#define NOT_AN_ADDRESS "not an address, a network (192.0.2.1, 10.0.0.0/8, 2001:db8::/32) or a host that is known"
#define NOT_A_NETWORK                                                                                                  \
	"not an address or a network (192.0.2.1, 10.0.0.0/8, 2001:db8::/32); names of hosts are not looked up here"

struct cidrs {
	struct cidr *items;
	__u32 *count;
	bool hosts; /* names are looked up */
};

/* Reads "192.0.2.1" or "2001:db8::1" into addr. Returns the number of bits before the first bit of the text's own
 * family, or -1. */
static int read_address(__u8 addr[16], const char *text)
{
	static const __u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (inet_pton(AF_INET6, text, addr) == 1)
		return 0;
	if (inet_pton(AF_INET, text, addr + sizeof(mapped)) != 1)
		return -1;
	memcpy(addr, mapped, sizeof(mapped));
	return V4_BITS;
}

static const char *add_cidr(const char *item, void *to);

/* Adds all current addresses of a host, and prints them in a note, because names may change. */
static const char *add_host(const char *name, struct cidrs *cidrs)
{
	char *addresses = host_addresses(name), *at = addresses, *address;
	const char *message = NULL;

	if (!addresses)
		return NOT_AN_ADDRESS;
	print_note("%s resolves to %s", name, addresses);
	while (!message && (address = strsep(&at, " ")))
		message = strchr(address, '%') ? NULL : add_cidr(address, cidrs); /* not an address of one link only */
	free(addresses);
	return message;
}

static const char *add_cidr(const char *item, void *to)
{
	struct cidrs *cidrs = to;
	char host[INET6_ADDRSTRLEN];
	size_t length = strcspn(item, "/");
	struct cidr cidr = { 0 };
	uint64_t bits;
	int before = -1;

	if (length < sizeof(host)) {
		snprintf(host, sizeof(host), "%.*s", (int)length, item);
		before = read_address(cidr.addr, host);
	}
	if (before < 0 && item[length] != '/' && cidrs->hosts)
		return add_host(item, cidrs);
	if (before < 0)
		return cidrs->hosts ? NOT_AN_ADDRESS : NOT_A_NETWORK;
	bits = 128 - (uint64_t)before;
	if (item[length] == '/' && value_number(&bits, item + length + 1, 0, bits))
		return value_message("not a prefix length (0-%d)", 128 - before);
	bits += (uint64_t)before;
	for (unsigned int i = 0; i < sizeof(cidr.mask); i++) {
		unsigned int ones = bits >= 8 * (i + 1) ? 8 : bits <= 8 * i ? 0 : (unsigned int)(bits - 8 * i);

		cidr.mask[i] = (__u8)(0xff00 >> ones);
		cidr.addr[i] &= cidr.mask[i];
	}
	if (*cidrs->count == CIDR_ITEMS)
		return value_message("too many networks, at most %d", CIDR_ITEMS);
	cidrs->items[(*cidrs->count)++] = cidr;
	return NULL;
}

const char *value_cidrs(struct cidr *cidrs, __u32 *count, const char *text)
{
	return value_items(text, add_cidr, &(struct cidrs){ cidrs, count, true });
}

const char *value_networks(struct cidr *cidrs, __u32 *count, const char *text)
{
	return value_items(text, add_cidr, &(struct cidrs){ cidrs, count, false });
}

bool value_has_name(const char *names, const char *name)
{
	size_t length = strlen(name);

	for (; *names; names += strcspn(names, ","), names += *names == ',')
		if (strcspn(names, ",") == length && !memcmp(names, name, length))
			return true;
	return false;
}

struct globs {
	struct glob *items;
	__u32 *count;
};

static const char *add_glob(const char *item, void *to)
{
	const struct globs *globs = to;
	struct glob glob = { 0 };

	for (; *item; item++) {
		if (*item == '*') {
			glob.gap |= 1U << glob.length;
			continue;
		}
		/* No comm is long enough to match. */
		if (glob.length == COMM_SIZE - 1)
			return value_message("more than the %d characters of a comm", COMM_SIZE - 1);
		if (*item == '?')
			glob.any |= 1U << glob.length;
		else
			glob.text[glob.length] = *item;
		glob.length++;
	}
	if (*globs->count == GLOB_ITEMS)
		return value_message("too many patterns, at most %d", GLOB_ITEMS);
	globs->items[(*globs->count)++] = glob;
	return NULL;
}

const char *value_globs(struct glob *globs, __u32 *count, const char *text)
{
	return value_items(text, add_glob, &(struct globs){ globs, count });
}
