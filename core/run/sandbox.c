/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox.c: a seccomp filter and Landlock rules, through the kernel's own interfaces: libseccomp is 180 KB for one
 * list. */
#include "core/run/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/base/message.h"
#include "core/base/must.h"
#include "core/base/number.h"
#include "core/base/terminal.h"
#include "core/bpf/session.h"
#include "core/kernel/privileges.h"

/* ---- system calls ---- */

/* The architecture in seccomp's numbering; 0: unknown here, so there is no filter. */
#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define ARCHITECTURE AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define ARCHITECTURE AUDIT_ARCH_ARM
#elif defined(__s390x__)
#define ARCHITECTURE AUDIT_ARCH_S390X
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCHITECTURE AUDIT_ARCH_PPC64LE
#else
#define ARCHITECTURE 0
#endif

/* Allowed with any arguments. Numbers that exist on some architectures only are those that their libc uses for the
 * same. */
static const int usual[] = {
	__NR_write,
	__NR_read,
	__NR_clock_gettime,
	__NR_close,
#ifdef __NR_poll
	__NR_poll,
#endif
	__NR_ppoll,
	__NR_timer_create,
	__NR_timer_settime,
#ifdef __NR_timer_settime64
	__NR_timer_settime64,
#endif
	__NR_timer_delete,
	__NR_futex,
	__NR_pread64,
	__NR_pwrite64,
	__NR_readv,
	__NR_writev,
	__NR_lseek,
#ifdef __NR__llseek
	__NR__llseek,
#endif
	__NR_munmap,
	__NR_mremap,
	__NR_madvise,
	__NR_brk,
	__NR_fstat,
	__NR_fcntl,
	__NR_rt_sigaction,
	__NR_rt_sigprocmask,
	__NR_rt_sigreturn,
	__NR_sigaltstack,
	__NR_exit,
	__NR_exit_group,
	__NR_restart_syscall,
#ifdef __NR_mmap2
	__NR_mmap2,
#endif
#ifdef __NR_fstat64
	__NR_fstat64,
#endif
#ifdef __NR_fstatat64
	__NR_fstatat64,
#endif
#ifdef __NR_newfstatat
	__NR_newfstatat,
#endif
#ifdef __NR_fcntl64
	__NR_fcntl64,
#endif
#ifdef __NR_sigreturn
	__NR_sigreturn,
#endif
#ifdef __NR_getrlimit
	__NR_getrlimit,
#endif
#ifdef __NR_ugetrlimit
	__NR_ugetrlimit,
#endif
#ifdef __NR_time
	__NR_time,
#endif
#ifdef __NR_readlink
	__NR_readlink,
#endif
#ifdef __NR_access
	__NR_access,
#endif
#ifdef __NR_getpgrp
	__NR_getpgrp,
#endif
#ifdef __NR_faccessat2
	__NR_faccessat2,
#endif
#ifdef __NR_ftruncate64
	__NR_ftruncate64,
#endif
#ifdef __NR_clock_gettime64
	__NR_clock_gettime64,
	__NR_clock_nanosleep_time64,
	__NR_ppoll_time64,
	__NR_futex_time64,
#endif
	__NR_statx,
	__NR_readlinkat,
	__NR_faccessat,
	__NR_getdents64,
	__NR_ftruncate,
	__NR_gettimeofday,
	__NR_clock_nanosleep,
	__NR_nanosleep,
	__NR_getpid,
	__NR_getpgid,
	__NR_getppid,
	__NR_gettid,
	__NR_getuid,
	__NR_geteuid,
	__NR_getgid,
	__NR_getegid,
	__NR_getrandom,
	__NR_uname,
	__NR_sysinfo,
	__NR_sched_yield,
	__NR_prlimit64,
	__NR_tgkill,
	__NR_wait4,
};

/* The same for a trace: the ring, names of interfaces, the journal, a command that ends. */
static const int tracing[] = {
#ifdef __NR_epoll_wait
	__NR_epoll_wait,
#endif
	__NR_epoll_pwait, __NR_waitid,  __NR_kill,     __NR_fsync,
#ifdef __NR_socketcall
	__NR_socketcall,
#endif
#ifdef __NR_recv
	__NR_recv,
#endif
#ifdef __NR_send
	__NR_send,
#endif
	__NR_sendto,      __NR_sendmsg, __NR_recvfrom, __NR_recvmsg, __NR_bind, __NR_getsockname, __NR_setsockopt,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The offset of the low half of argument i. */
#define ARGUMENT(i) (offsetof(struct seccomp_data, args[i]) + (NUMBER_BIG_ENDIAN ? 4 : 0))

struct program {
	struct sock_filter code[400];
	unsigned short length;
};

static void add(struct program *program, struct sock_filter instruction)
{
	if (program->length == COUNT(program->code))
		bug("the filter of system calls is full");
	program->code[program->length++] = instruction;
}

#define LOAD(offset)   ((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (__u32)(offset)))
#define ANSWER(answer) ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer))
/* Otherwise skips the next `otherwise` instructions. */
#define IF(operation, value, otherwise)                                                                                \
	((struct sock_filter)BPF_JUMP(BPF_JMP | (operation) | BPF_K, (__u32)(value), 0, (__u8)(otherwise)))
#define REFUSED (SECCOMP_RET_ERRNO | EPERM)

/* Allows a system call if the argument is one of these values. */
static void allow_with(struct program *program, int number, unsigned int argument, const __u32 *values, size_t count)
{
	add(program, IF(BPF_JEQ, number, 2 + 2 * count));
	add(program, LOAD(ARGUMENT(argument)));
	for (size_t i = 0; i < count; i++) {
		add(program, IF(BPF_JEQ, values[i], 1));
		add(program, ANSWER(SECCOMP_RET_ALLOW));
	}
	add(program, ANSWER(REFUSED));
}

/* Allows a system call if the argument has none of these bits. */
static void allow_without(struct program *program, int number, unsigned int argument, __u32 bits)
{
	add(program, IF(BPF_JEQ, number, 4));
	add(program, LOAD(ARGUMENT(argument)));
	add(program, IF(BPF_JSET, bits, 1));
	add(program, ANSWER(REFUSED));
	add(program, ANSWER(SECCOMP_RET_ALLOW));
}

/* Numbers from first to last. */
struct range {
	int first, last;
};

/* Binary search for the number. The kernel runs a new filter once for each existing system call
 * (seccomp_cache_prepare() in kernel/seccomp.c): linear comparisons took 0.2 ms of each start. */
static void allow_ranges(struct program *program, const struct range *ranges, size_t count)
{
	unsigned short at = program->length;

	if (count == 1) {
		add(program, IF(BPF_JGE, ranges->first, 2));
		add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (__u32)ranges->last, 1, 0));
		add(program, ANSWER(SECCOMP_RET_ALLOW));
		add(program, ANSWER(REFUSED));
		return;
	}
	add(program, ANSWER(REFUSED)); /* a placeholder, until the length of the lower half is known */
	allow_ranges(program, ranges, count / 2);
	if (program->length - at - 1 > UINT8_MAX)
		bug("the filter of system calls jumps too far");
	program->code[at] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (__u32)ranges[count / 2].first,
							 (__u8)(program->length - at - 1), 0);
	allow_ranges(program, ranges + count / 2, count - count / 2);
}

static int by_number(const void *left, const void *right)
{
	const int *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void allow(struct program *program, bool with_tracing)
{
	int numbers[COUNT(usual) + COUNT(tracing)];
	struct range ranges[COUNT(numbers)];
	size_t count = COUNT(usual), n = 0;

	memcpy(numbers, usual, sizeof(usual));
	if (with_tracing) {
		memcpy(numbers + count, tracing, sizeof(tracing));
		count += COUNT(tracing);
	}
	qsort(numbers, count, sizeof(numbers[0]), by_number);
	for (size_t i = 0; i < count; i++) {
		if (n && numbers[i] <= ranges[n - 1].last + 1)
			ranges[n - 1].last = numbers[i];
		else
			ranges[n++] = (struct range){ numbers[i], numbers[i] };
	}
	allow_ranges(program, ranges, n);
}

static void make_program(struct program *program, enum sandbox sandbox)
{
	static const __u32 families[] = { AF_UNIX, AF_INET, AF_NETLINK };
	__u32 requests[TERMINAL_REQUESTS + 1] = { 0x8946 /* SIOCETHTOOL */ };

	memcpy(requests + 1, terminal_requests, sizeof(terminal_requests));
	program->length = 0;
	add(program, LOAD(offsetof(struct seccomp_data, arch)));
	add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
	add(program, ANSWER(REFUSED));
	add(program, LOAD(offsetof(struct seccomp_data, nr)));
	allow_with(program, __NR_ioctl, 1, requests, COUNT(requests));
	allow_without(program, __NR_openat, 2, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
#ifdef __NR_open
	allow_without(program, __NR_open, 1, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
#endif
#ifdef __NR_mmap
	allow_without(program, __NR_mmap, 2, PROT_EXEC);
#endif
	allow_without(program, __NR_mprotect, 2, PROT_EXEC);
	if (sandbox == SANDBOX_TRACE) {
		allow_with(program, __NR_bpf, 0, session_commands, SESSION_COMMANDS);
#ifdef __NR_socket
		allow_with(program, __NR_socket, 0, families, COUNT(families));
#endif
	}
	allow(program, sandbox == SANDBOX_TRACE);
}

/* Returns 0 or an errno. */
static int filter_calls(enum sandbox sandbox)
{
	struct program program;
	struct sock_fprog kernels = { .filter = program.code };

	if (!ARCHITECTURE)
		return ENOSYS;
	make_program(&program, sandbox);
	kernels.len = program.length;
	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &kernels) ? errno : 0;
}

/* ---- files ---- */

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

/* The rights that a version of Landlock knows, without those of devices, which open descriptors keep
 * (LANDLOCK_ACCESS_FS_IOCTL_DEV). */
static __u64 known_rights(long version)
{
	__u64 rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

	if (version >= 2)
		rights |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
	return rights;
}

/* A missing file needs no rule. */
static void allow_reading(int rules, const char *path, bool folder)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | (folder ? LANDLOCK_ACCESS_FS_READ_DIR : 0),
		.parent_fd = open(path, O_PATH | O_CLOEXEC),
	};

	if (rule.parent_fd < 0)
		return;
	syscall(__NR_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
}

/* Returns 0 or an errno. */
static int limit_files(enum sandbox sandbox)
{
	long version = syscall(__NR_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr attributes;
	int rules, error;

	if (version < 0)
		return errno;
	memset(&attributes, 0, sizeof(attributes));
	attributes.handled_access_fs = known_rights(version);
	rules = (int)syscall(__NR_landlock_create_ruleset, &attributes, sizeof(attributes.handled_access_fs), 0);
	if (rules < 0)
		return errno;
	if (sandbox == SANDBOX_TRACE) {
		allow_reading(rules, "/proc", true);
		allow_reading(rules, "/sys/kernel/btf", true);
	} else {
		allow_reading(rules, "/etc/passwd", false);
		allow_reading(rules, "/etc/services", false);
	}
	error = syscall(__NR_landlock_restrict_self, rules, 0) ? errno : 0;
	close(rules);
	return error;
}

#if defined(__SANITIZE_ADDRESS__)
static const bool is_possible = false; /* the sanitizers inspect this process from another one, and start threads */
#elif defined(__has_feature)
static const bool is_possible = !__has_feature(address_sanitizer);
#else
static const bool is_possible = true;
#endif

void sandbox_enter(enum sandbox sandbox, bool verbose)
{
	int files, calls;

	if (!is_possible)
		return;
	tzset(); /* reads the time zone's file */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		if (verbose)
			print_note("no sandbox: no_new_privs: %s", strerror(errno));
		return;
	}
	files = limit_files(sandbox);
	if (files && verbose)
		print_note("sandbox: files are not shut out: Landlock: %s (new in 5.13)", strerror(files));
	calls = filter_calls(sandbox);
	if (calls && verbose)
		print_note("sandbox: system calls are not filtered: seccomp: %s", strerror(calls));
}

static bool is_always_well(const void *context)
{
	return !context;
}

void sandbox_before_reading(bool verbose)
{
	privileges_drop(0, is_always_well, NULL);
	sandbox_enter(SANDBOX_REPLAY, verbose);
}
