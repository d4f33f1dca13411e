/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.c: properties of machine, kernel and process that decide what can be traced. */
#include "core/kernel/machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/kernel/kernel.h"
#include "core/kernel/privileges.h"

#define BTF           "/sys/kernel/btf/vmlinux"
#define SECURITYFS    "/sys/kernel/security/"
#define FIRST_PID_NS  4026531836 /* PROC_PID_INIT_INO: stable ABI */
#define SYMBOLS_TRIED 1000       /* a few symbols have address 0 even for root */

/* By number, up to the newest capability that this program can name. */
static const char *const names[] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};

#define N_NAMES (sizeof(names) / sizeof(names[0]))

/* Calls handle(line, context) for each line until it returns false. False: the file cannot be read. */
static bool each_line(const char *path, bool (*handle)(const char *line, void *context), void *context)
{
	FILE *file = fopen(path, "re");
	char line[512];

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file) && handle(line, context))
		;
	fclose(file);
	return true;
}

static bool read_number(const char *line, void *number)
{
	*(int *)number = atoi(line);
	return false;
}

/* The form of the file: "[none] integrity confidentiality". */
static bool read_chosen(const char *line, void *chosen)
{
	const char *open = strchr(line, '[');

	if (open)
		snprintf(chosen, sizeof(((struct machine *)0)->lockdown), "%.*s", (int)strcspn(open + 1, "]"),
			 open + 1);
	return false;
}

static bool read_effective(const char *line, void *capabilities)
{
	if (strncmp(line, "CapEff:", 7))
		return true;
	*(uint64_t *)capabilities = strtoull(line + 7, NULL, 16);
	return false;
}

static bool read_address_line(const char *line, void *left)
{
	int *tries = left;

	*tries = strtoull(line, NULL, 16) ? -1 : *tries - 1; /* -1: found a visible address */
	return *tries > 0;
}

static bool has_symbols(void)
{
	int tries = SYMBOLS_TRIED;

	return each_line("/proc/kallsyms", read_address_line, &tries) && tries < 0;
}

static enum tracefs detect_tracefs(void)
{
	static const char *const places[] = { "/sys/kernel/tracing/events", "/sys/kernel/debug/tracing/events" };
	struct stat status;
	enum tracefs best = TRACEFS_NONE;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!access(places[i], R_OK | X_OK))
			return TRACEFS_READABLE;
		if (!stat(places[i], &status) || errno == EACCES)
			best = TRACEFS_HIDDEN;
	}
	return best;
}

void machine_detect(struct machine *machine)
{
	struct utsname system;
	struct stat status;
	struct kernel kernel;

	*machine = (struct machine){ .btf_bytes = -1, .unprivileged = -1, .root = geteuid() == 0 };
	uname(&system);
	snprintf(machine->release, sizeof(machine->release), "%s", system.release);
	snprintf(machine->architecture, sizeof(machine->architecture), "%s", system.machine);
	if (!stat(BTF, &status))
		machine->btf_bytes = status.st_size;
	machine->no_bpf = kernel_bpf_usable();
	machine->no_btf = kernel_detect(&kernel);
	machine->sk_storage = !machine->no_btf && kernel.sk_storage;
	machine->no_trampolines = machine->no_btf ? machine->no_btf : kernel_no_trampolines();
	machine->no_map_iterators = machine->no_btf ? machine->no_btf : kernel_no_map_iterators();
	each_line(SECURITYFS "lockdown", read_chosen, machine->lockdown);
	machine->securityfs = !access(SECURITYFS "lsm", F_OK); /* exists wherever securityfs is mounted */
	each_line("/proc/self/status", read_effective, &machine->capabilities);
	each_line("/proc/sys/kernel/unprivileged_bpf_disabled", read_number, &machine->unprivileged);
	machine->kprobes = !access("/sys/bus/event_source/devices/kprobe", F_OK);
	machine->tracefs = detect_tracefs();
	machine->symbols = has_symbols();
	machine->host_pids = !stat("/proc/self/ns/pid", &status) && status.st_ino == FIRST_PID_NS;
}

bool machine_capable(const struct machine *machine, int capability)
{
	return machine->capabilities >> capability & 1;
}

bool machine_may_trace(const struct machine *machine)
{
	return machine_capable(machine, CAP_SYS_ADMIN) ||
	       (machine_capable(machine, CAP_BPF) && machine_capable(machine, CAP_PERFMON));
}

const char *machine_capabilities(const struct machine *machine, char list[MACHINE_CAPABILITIES])
{
	uint64_t all = (1ULL << N_NAMES) - 1, named = machine->capabilities & all;
	bool most = __builtin_popcountll(named) > (int)N_NAMES / 2;
	size_t used = 0;

	if (!named || named == all)
		return named ? "all" : "none";
	*list = '\0';
	for (size_t i = 0; i < N_NAMES; i++) {
		if (machine_capable(machine, (int)i) == most)
			continue;
		used += (size_t)snprintf(list + used, MACHINE_CAPABILITIES - used, "%s%s",
					 used   ? ", "
					 : most ? "all but "
						: "",
					 names[i]);
	}
	return list;
}
