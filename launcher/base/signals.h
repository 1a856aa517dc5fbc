/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IGVM_BASE_SIGNALS_H
#define IGVM_BASE_SIGNALS_H

#include <signal.h>
#include <stddef.h>

/** signals_reset() - every signal as at the start of a program, none blocked: before an exec */
static inline void signals_reset(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

#endif
