/* SPDX-License-Identifier: GPL-2.0-or-later */
/* remedy.c: the reasons of the kernel's refusals, and their remedies. */
#include "core/kernel/btf/kernel_btf.h"
#include "core/kernel/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/base/context.h"
#include "core/kernel/privileges.h"

/* PROC_USER_INIT_INO, PROC_PID_INIT_INO: the inode numbers are ABI. */
#define INITIAL_USERNS 0xEFFFFFFDU
#define INITIAL_PIDNS  0xEFFFFFFCU

#define LOCKED_DOWN    "lockdown=confidentiality is in force, see /sys/kernel/security/lockdown"
#define SENTENCE       1024
#define PATH           512

__attribute__((format(printf, 1, 2))) static const char *sentence(const char *format, ...)
{
	char *text = context_part(CONTEXT_REMEDY, SENTENCE, NULL);
	va_list args;

	va_start(args, format);
	vsnprintf(text, SENTENCE, format, args);
	va_end(args);
	return text;
}

static const char *release(struct utsname *names)
{
	return uname(names) ? "unknown" : names->release;
}

bool kernel_is_locked_down(void)
{
	char modes[128] = "";
	int fd = open("/sys/kernel/security/lockdown", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, modes, sizeof(modes) - 1);

	if (fd >= 0)
		close(fd);
	return got > 0 && strstr(modes, "[confidentiality]");
}

static bool is_elsewhere(const char *namespace, ino_t initial)
{
	struct stat status;

	return !stat(namespace, &status) && status.st_ino != initial;
}

/* The kernel honours capabilities for BPF only in the initial user namespace. */
static bool is_in_user_namespace(void)
{
	return is_elsewhere("/proc/self/ns/user", INITIAL_USERNS);
}

bool kernel_hides_processes(void)
{
	return is_elsewhere("/proc/self/ns/pid", INITIAL_PIDNS);
}

static bool is_filtered(void)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER;
}

/* Without the JIT, programs that call kernel functions do not load (kernel/bpf/verifier.c), nor do trampolines. Only
 * root can read the setting. */
static bool is_jit_off(void)
{
	int fd = open("/proc/sys/net/core/bpf_jit_enable", O_RDONLY | O_CLOEXEC);
	char level = '1';
	bool off = fd >= 0 && read(fd, &level, 1) == 1 && level == '0';

	if (fd >= 0)
		close(fd);
	return off;
}

/* Before 5.11 the memory of maps counts towards RLIMIT_MEMLOCK. */
static bool is_short_of_locked_memory(void)
{
	unsigned int major, minor;
	struct utsname names;
	struct rlimit limit;

	return sscanf(release(&names), "%u.%u", &major, &minor) == 2 && (major < 5 || (major == 5 && minor < 11)) &&
	       !getrlimit(RLIMIT_MEMLOCK, &limit) && limit.rlim_cur != RLIM_INFINITY;
}

static const char *own_path(char path[PATH])
{
	ssize_t length = readlink("/proc/self/exe", path, PATH - 1);

	path[length > 0 ? length : 0] = '\0';
	return length > 0 ? path : "nettrace";
}

/* NULL: the process has the capabilities that tracing needs. */
static const char *missing_capabilities(void)
{
	char path[PATH];

	if (privileges_have(CAP_SYS_ADMIN) || (privileges_have(CAP_BPF) && privileges_have(CAP_PERFMON)))
		return NULL;
	if (geteuid() == 0)
		return "root without CAP_BPF and CAP_PERFMON: a container needs --cap-add BPF --cap-add PERFMON --pid "
		       "host";
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return "run as root, or with CAP_BPF and CAP_PERFMON as ambient capabilities: setcap does not help "
		       "under "
		       "no_new_privs";
	return sentence("run as root, or: setcap cap_bpf,cap_perfmon+ep %s", own_path(path));
}

static const char *not_allowed(void)
{
	struct utsname names;
	const char *missing = missing_capabilities();
	char path[PATH];

	if (missing)
		return missing;
	if (is_in_user_namespace())
		return "in a user namespace, capabilities do not count for bpf(): run it outside of it";
	if (access(KERNEL_BTF_PATH, F_OK) == 0 && access(KERNEL_BTF_PATH, R_OK) < 0)
		return "this user cannot read " KERNEL_BTF_PATH;
	if (is_filtered())
		return "a seccomp filter is in force, of a container perhaps: it has to allow bpf()";
	if (is_short_of_locked_memory())
		return sentence("before Linux 5.11 maps are locked memory, this is %s: ulimit -l unlimited",
				release(&names));
	if (kernel_is_locked_down())
		return LOCKED_DOWN;
	if (!privileges_have(CAP_NET_ADMIN))
		return sentence("programs at cgroups need CAP_NET_ADMIN too: run as root, or: setcap "
				"cap_bpf,cap_perfmon,cap_net_admin+ep %s",
				own_path(path));
	return "with all capabilities: perhaps a security module; --verbose shows the kernel's own words";
}

static const char *not_there(void)
{
	struct utsname names;

	if (access("/sys/kernel", F_OK) < 0)
		return "/sys is not mounted here: mount -t sysfs sysfs /sys";
	return sentence("needs a kernel of 5.10 or later, built with CONFIG_DEBUG_INFO_BTF; this is %s",
			release(&names));
}

const char *kernel_remedy(int error)
{
	const char *missing;
	struct utsname names;

	switch (-error) {
	case EPERM:
	case EACCES:
		return not_allowed();
	case ENOENT:
		return not_there();
	case ENOSYS:
		return is_filtered() ? "a seccomp filter is in force, of a container perhaps: it has to allow bpf()"
				     : "this kernel is built without CONFIG_BPF_SYSCALL";
	case ENOMEM:
		return "raise the memory limit, or make the ring smaller with --ring-size";
	case EMFILE:
		return "raise the limit of open files: ulimit -n 1024";
	default:
		if (is_jit_off())
			return "the BPF JIT is off: sysctl net.core.bpf_jit_enable=1";
		/* With kernel.unprivileged_bpf_disabled=0 an unprivileged load fails with EINVAL instead of EPERM. */
		missing = missing_capabilities();
		if (missing)
			return missing;
		if (kernel_is_locked_down()) /* helpers that read the kernel's memory are then unknown */
			return LOCKED_DOWN;
		return sentence("needs a kernel of 5.10 or later, this is %s; --verbose shows the kernel's own words",
				release(&names));
	}
}

/* kptr_restrict=2 hides addresses even from root. */
static bool hides_from_all(void)
{
	int fd = open("/proc/sys/kernel/kptr_restrict", O_RDONLY | O_CLOEXEC);
	char level = '0';
	bool all = fd >= 0 && read(fd, &level, 1) == 1 && level > '1';

	if (fd >= 0)
		close(fd);
	return all;
}

const char *kernel_symbols_remedy(void)
{
	char path[PATH];

	if (hides_from_all())
		return "sysctl kernel.kptr_restrict=1";
	return sentence("run as root, or: setcap cap_bpf,cap_perfmon,cap_syslog+ep %s, or: sysctl "
			"kernel.kptr_restrict=0 kernel.perf_event_paranoid=1",
			own_path(path));
}
