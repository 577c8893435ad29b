// SPDX-License-Identifier: Apache-2.0
/*
 * clone3, again and again, whose child takes away what it was asked for, or makes it something
 * else, before the call has returned to its parent.
 */
#include "truth.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

static const char usage[] =
	"act_clone vfork|vm|shared FLAGS N [CGROUP [OTHER]]\n"
	"vfork: the child has the memory of its parent, which waits for it; vm: and runs beside it;\n"
	"shared: the arguments lie in memory that both have\n"
	"FLAGS: more of them, in hex; CGROUP: a folder to be born into; OTHER: which the child makes it";

/* struct clone_args, as of Linux 5.7. */
struct args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
		set_tid_size, cgroup;
};

/*
 * The child writes over the flags and the cgroup, and ends: all without a stack, which may be its
 * parent's.
 */
static long clone_and_clear(struct args *args, uint64_t left, uint64_t other)
{
#if defined(__x86_64__)
	register uint64_t kept __asm__("r8") = left;
	long ret = SYS_clone3;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "movq %%r8, (%%rdi)\n\t"
			 "movq %%rdx, 80(%%rdi)\n\t" /* args.cgroup */
			 "mov $60, %%eax\n\t"	     /* exit */
			 "xor %%edi, %%edi\n\t"
			 "syscall\n"
			 "1:"
			 : "+a"(ret)
			 : "D"(args), "S"(sizeof(*args)), "d"(other), "r"(kept)
			 : "rcx", "r11", "memory");
	return ret;
#elif defined(__aarch64__)
	register long x0 __asm__("x0") = (long)args;
	register long x1 __asm__("x1") = sizeof(*args);
	register struct args *x2 __asm__("x2") = args;
	register uint64_t x3 __asm__("x3") = left;
	register uint64_t x4 __asm__("x4") = other;
	register long x8 __asm__("x8") = SYS_clone3;

	__asm__ volatile("svc #0\n\t"
			 "cbnz x0, 1f\n\t"
			 "str x3, [x2]\n\t"
			 "str x4, [x2, #80]\n\t" /* args.cgroup */
			 "mov x8, #93\n\t"	 /* exit */
			 "svc #0\n"
			 "1:"
			 : "+r"(x0)
			 : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x8)
			 : "memory");
	return x0;
#endif
}

int main(int argc, char **argv)
{
	static uint64_t stack[512];
	bool shared, vm;
	uint64_t flags, n, left;
	size_t cleared = 0;
	struct args *args;
	int cgroup = -1, other = -1;

	if (argc < 4 || argc > 6)
		truth_usage(usage);
	shared = strcmp(argv[1], "shared") == 0;
	vm = strcmp(argv[1], "vm") == 0;
	flags = strtoull(argv[2], NULL, 16) | (vm ? 0 : CLONE_VFORK) | (shared ? 0 : CLONE_VM);
	n = strtoull(argv[3], NULL, 10);
	if (argc > 4)
		cgroup = open(argv[4], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (argc > 5)
		other = open(argv[5], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	left = argc > 5 ? flags : 0;
	args = mmap(NULL, sizeof(*args), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, 0, 0);
	if (args == MAP_FAILED || (argc > 4 && cgroup < 0) || (argc > 5 && other < 0))
		truth_die("prepare");
	truth_begin("clone");
	for (uint64_t i = 0; i < n; i++) {
		long pid;

		memset(args, 0, sizeof(*args));
		args->flags = flags;
		args->exit_signal = SIGCHLD;
		args->cgroup = cgroup < 0 ? 0 : (uint64_t)cgroup;
		if (vm) {
			args->stack = (uint64_t)stack;
			args->stack_size = sizeof(stack);
		}
		pid = clone_and_clear(args, left, other < 0 ? 0 : (uint64_t)other);
		if (pid < 0) {
			errno = (int)-pid;
			truth_die("clone3");
		}
		while (waitpid((pid_t)pid, NULL, 0) < 0 && errno == EINTR)
			;
		cleared += args->flags == left && (other < 0 || args->cgroup == (uint64_t)other);
	}
	truth_int("cleared", (long long)cleared);
	truth_end();
	return 0;
}
