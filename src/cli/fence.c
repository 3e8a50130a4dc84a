#include "cli/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/str.h"

/* Debian 12's header ends at ABI 2; the kernel may know more. */
#define RIGHT_TRUNCATE (UINT64_C(1) << 14)  /* ABI 3 */
#define RIGHT_IOCTL_DEV (UINT64_C(1) << 15) /* ABI 5 */
#define NET_BIND_TCP (UINT64_C(1) << 0)     /* ABI 4 */
#define NET_CONNECT_TCP (UINT64_C(1) << 1)
#define SCOPE_ABSTRACT_SOCKET (UINT64_C(1) << 0) /* ABI 6 */
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

/* struct landlock_ruleset_attr as of ABI 6. */
struct ruleset {
	uint64_t fs, net, scoped;
};

/* What may be asked of a file that is no folder. */
static const uint64_t file_rights =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
    LANDLOCK_ACCESS_FS_READ_FILE | RIGHT_TRUNCATE | RIGHT_IOCTL_DEV;

static const uint64_t read_rights =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

/* Neither programs to run nor devices are made in our folders. */
static const uint64_t write_rights =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER | RIGHT_TRUNCATE;

static const uint64_t run_rights =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;

static uint64_t rights_of(enum fence_right right)
{
	switch (right) {
	case FENCE_READ:
		return read_rights;
	case FENCE_WRITE:
		return write_rights;
	case FENCE_RUN:
		break;
	}
	return run_rights;
}

static void add(struct fence *f, struct fence_rule rule)
{
	REQUIRE(f->n < COUNT(f->rule));
	f->rule[f->n++] = rule;
}

void fence_allow(struct fence *f, struct str path, enum fence_right right)
{
	add(f, (struct fence_rule){ .path = path, .right = right });
}

void fence_allow_if_there(
    struct fence *f, struct str path, enum fence_right right)
{
	add(f, (struct fence_rule){
		   .path = path, .right = right, .may_lack = true });
}

/* What stands in the program's own head; none in one that is linked statically. */
static int find_loader(struct dl_phdr_info *info, size_t n, void *ret)
{
	struct str *loader = ret;

	(void)n;
	for (size_t i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_INTERP) {
			uintptr_t at =
			    info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
			const char *name = (const char *)at;
			*loader = str_of(name);
		}
	return 1; /* the first is the program */
}

void fence_allow_self(struct arena *a, struct fence *f)
{
	struct str loader = { 0 };

	fence_allow(f, STR("/proc/self/exe"), FENCE_RUN);
	dl_iterate_phdr(find_loader, &loader);
	if (loader.n > 0)
		fence_allow(f, str_dup(a, loader), FENCE_RUN);
	/* Where the loader finds libraries; it goes without. */
	fence_allow_if_there(f, STR("/etc/ld.so.cache"), FENCE_READ);
}

void fence_allow_port(struct fence *f, int port)
{
	REQUIRE(f->n_ports < COUNT(f->port));
	f->port[f->n_ports++] = port;
}

int fence_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

/* Everything that this kernel can refuse is refused unless a rule allows it. */
static struct ruleset refused(const struct fence *f, int abi)
{
	/* The thirteen rights of ABI 1, from EXECUTE to MAKE_SYM. */
	struct ruleset r = { .fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1 };

	if (abi >= 2)
		r.fs |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		r.fs |= RIGHT_TRUNCATE;
	if (abi >= 4)
		r.net = f->no_connect ? NET_BIND_TCP | NET_CONNECT_TCP
		                      : NET_BIND_TCP;
	if (abi >= 5)
		r.fs |= RIGHT_IOCTL_DEV;
	if (abi >= 6)
		r.scoped = SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL;
	return r;
}

/* struct landlock_net_port_attr and its kind of rule, from ABI 4. */
struct net_rule {
	uint64_t allowed, port;
};
#define RULE_NET_PORT 2

static enum err add_port(
    struct ctx *cx, int set, const struct ruleset *r, int port)
{
	struct net_rule rule = { .allowed = NET_CONNECT_TCP & r->net,
		.port = (uint64_t)port };
	if (rule.allowed == 0)
		return OK;
	if (syscall(SYS_landlock_add_rule, set, RULE_NET_PORT, &rule, 0))
		return fail_detail(cx, ERR_BROKEN, "fence: port %d: %s", port,
		    strerror(errno));
	return OK;
}

/* A kernel takes only the members it knows. */
static size_t ruleset_bytes(int abi)
{
	if (abi >= 6)
		return sizeof(struct ruleset);
	return abi >= 4 ? offsetof(struct ruleset, scoped)
	                : offsetof(struct ruleset, net);
}

static enum err add_rule(struct ctx *cx, int set, const struct ruleset *r,
    const struct fence_rule *rule)
{
	struct stat st;

	int fd = open(str_cstr(cx->arena, rule->path), O_PATH | O_CLOEXEC);
	if (fd < 0 && rule->may_lack)
		return OK;
	if (fd < 0 || fstat(fd, &st) != 0) {
		int why = errno;
		if (fd >= 0)
			close(fd);
		return fail_detail(cx, ERR_BROKEN, "fence: %.*s: %s",
		    STR_ARG(rule->path), strerror(why));
	}
	uint64_t rights = rights_of(rule->right) & r->fs;
	if (!S_ISDIR(st.st_mode))
		rights &= file_rights;
	struct landlock_path_beneath_attr beneath = {
		.allowed_access = rights,
		.parent_fd = fd,
	};
	long failed = syscall(SYS_landlock_add_rule, set,
	    LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
	int why = errno;
	close(fd);
	if (failed)
		return fail_detail(cx, ERR_BROKEN, "fence: rule for %.*s: %s",
		    STR_ARG(rule->path), strerror(why));
	return OK;
}

static enum err enter(
    struct ctx *cx, const struct fence *f, int set, const struct ruleset *r)
{
	for (size_t i = 0; i < f->n; i++) {
		enum err e = add_rule(cx, set, r, &f->rule[i]);
		if (e)
			return e;
	}
	for (size_t i = 0; i < f->n_ports; i++) {
		enum err e = add_port(cx, set, r, f->port[i]);
		if (e)
			return e;
	}
	if (syscall(SYS_landlock_restrict_self, set, 0))
		return fail_detail(
		    cx, ERR_BROKEN, "fence: restrict: %s", strerror(errno));
	return OK;
}

enum err fence_enter(struct ctx *cx, const struct fence *f, int *ret_abi)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail_detail(
		    cx, ERR_BROKEN, "fence: no-new-privs: %s", strerror(errno));
	int abi = fence_abi();
	if (abi == 0) {
		*ret_abi = 0;
		return OK;
	}
	struct ruleset r = refused(f, abi);
	int set = (int)syscall(
	    SYS_landlock_create_ruleset, &r, ruleset_bytes(abi), 0);
	if (set < 0)
		return fail_detail(
		    cx, ERR_BROKEN, "fence: ruleset: %s", strerror(errno));
	enum err e = enter(cx, f, set, &r);
	close(set);
	if (!e)
		*ret_abi = abi;
	return e;
}
