/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A function killed at its k-th system call: every moment at which what is on disk can differ. */
#ifndef IGVM_TESTS_KILL_STEP_H
#define IGVM_TESTS_KILL_STEP_H

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Run @f(@arg) in a child and SIGKILL it when it is about to make its @k-th system call (from 1).
 * False: it ended before. Its own children are not killed: they may be at it a moment longer.
 */
static inline bool kill_at_step(int k, void (*f)(void *arg), void *arg)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			abort();
		raise(SIGSTOP);
		f(arg);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD))
		abort();
	for (int n = 0, sig = 0;;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)sig) ||
		    waitpid(pid, &status, 0) != pid)
			abort();
		if (!WIFSTOPPED(status))
			return false;
		/* Entry and return are a stop each. */
		sig = WSTOPSIG(status);
		if (sig == (SIGTRAP | 0x80)) {
			sig = 0;
			if (++n == 2 * k - 1)
				break;
		}
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return true;
}

#endif
