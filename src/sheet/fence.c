#include "sheet/fence.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/str.h"

#if defined(__x86_64__)
#	define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#	define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#if defined(__SANITIZE_ADDRESS__)
#	define SANITIZED 1
#elif defined(__has_feature)
#	if __has_feature(address_sanitizer)
#		define SANITIZED 1
#	endif
#endif

#define LOAD(member) \
	BPF_STMT(    \
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define KILL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define ALLOW_CALL(name) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), ALLOW
/* Memory, but none that can be run. The protection is the third argument. */
#define ALLOW_MEMORY(name)                                                    \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 4), LOAD(args[2]), \
	    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1), KILL, ALLOW

/* Stands for the number of the process in the program. */
#define OUR_PID 0xffffffff

static const struct sock_filter program[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0),
	KILL,
	LOAD(nr),
	ALLOW_CALL(read),
	ALLOW_CALL(pread64),
	ALLOW_CALL(write),
	ALLOW_CALL(pwrite64),
	ALLOW_CALL(lseek),
	ALLOW_CALL(fstat),
	ALLOW_CALL(newfstatat), /* glibc's fstat; a path needs openat's kin */
	ALLOW_CALL(brk),
	ALLOW_CALL(munmap),
	ALLOW_CALL(mremap),
	ALLOW_CALL(madvise),
	ALLOW_CALL(getrandom),
	ALLOW_CALL(clock_gettime),
	ALLOW_CALL(rt_sigreturn),
	ALLOW_CALL(exit),
	ALLOW_CALL(exit_group),
	/* abort(), where memory ends: to itself alone, and no other signal. */
	ALLOW_CALL(getpid),
	ALLOW_CALL(gettid),
	ALLOW_CALL(rt_sigprocmask),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 7),
	LOAD(args[2]),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIGABRT, 1, 0),
	KILL,
	LOAD(args[0]),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_PID, 1, 0),
	KILL,
	ALLOW,
#ifdef SANITIZED
	/* What the sanitizers' own allocator asks for. */
	ALLOW_CALL(futex),
	ALLOW_CALL(sched_yield),
	ALLOW_CALL(sigaltstack),
#endif
	ALLOW_MEMORY(mmap),
	ALLOW_MEMORY(mprotect),
	KILL,
};

static bool limit(int which, uint64_t soft, uint64_t hard)
{
	const struct rlimit r = { .rlim_cur = soft, .rlim_max = hard };
	return setrlimit((__rlimit_resource_t)which, &r) == 0;
}

#ifndef SANITIZED
/* Address space in use now, as the limit counts it: the smallest limit under
 * which one page more can be had. The limit asks for no file, and where a fence
 * stands /proc cannot be opened. 0 when the kernel does not say. */
static uint64_t space_now(void)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t low = 0, high = UINT64_C(1) << 46;
	struct rlimit before;

	if (getrlimit((__rlimit_resource_t)RLIMIT_AS, &before) != 0)
		return 0;
	if (before.rlim_max < high)
		high = before.rlim_max;
	while (high - low > page) {
		uint64_t middle = (low + (high - low) / 2) / page * page;
		if (middle <= low || !limit(RLIMIT_AS, middle, before.rlim_max))
			return 0;
		void *p = mmap(
		    NULL, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			low = middle;
		else if (munmap(p, page) == 0)
			high = middle;
	}
	return limit(RLIMIT_AS, before.rlim_cur, before.rlim_max) ? high : 0;
}
#endif

static bool set_limits(const struct sheet_limits *l)
{
	bool well = true;

#ifndef SANITIZED
	/* The sanitizers' shadow alone is many TiB. */
	uint64_t space = space_now();
	well = space > 0 &&
	       limit(RLIMIT_AS, space + l->grow_bytes, space + l->grow_bytes);
#endif
	return well && limit(RLIMIT_CPU, l->cpu_s, l->cpu_s + 1) &&
	       limit(RLIMIT_FSIZE, l->spill_bytes, l->spill_bytes) &&
	       limit(RLIMIT_NOFILE, 0, 0) && limit(RLIMIT_NPROC, 0, 0) &&
	       limit(RLIMIT_CORE, 0, 0);
}

enum err sheet_fence_enter(struct ctx *cx, const struct sheet_limits *l)
{
	struct sock_filter filter[COUNT(program)];
	const struct sock_fprog all = { .len = COUNT(program),
		.filter = filter };

	memcpy(filter, program, sizeof filter);
	for (size_t i = 0; i < COUNT(filter); i++)
		if (filter[i].k == OUR_PID)
			filter[i].k = (uint32_t)getpid();
	if (!set_limits(l))
		return fail_detail(
		    cx, ERR_BROKEN, "sheet: limits: %s", strerror(errno));
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all) != 0)
		return fail_detail(
		    cx, ERR_BROKEN, "sheet: seccomp: %s", strerror(errno));
	return OK;
}
