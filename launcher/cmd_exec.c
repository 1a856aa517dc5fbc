/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program in the guest, by its agent. The conversation is this process's own, on a socket that the supervisor
 * hands over: a guest that lies, floods or says nothing reaches nobody else. Everything it says has a deadline
 * and a bound.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/progress.h"

enum { BY_SIGNAL = 128, ARGS_MAX = 128 };

static int run_exec(const struct globals *g, int argc, char **argv);

const struct cmd cmd_exec = {
	.name = "exec",
	.args = "NAME -- PROGRAM [ARGUMENTS]",
	.help = N_("run a program in the guest, by its agent"),
	.more = N_("Waits until it has ended, prints what it said and exits with its exit status; 128 and the\n"
		   "signal's number where a signal ended it, 125 where it never ran (no agent, no such\n"
		   "program). It gets no standard input. Of its output at most 180 KiB can be carried; more\n"
		   "is an error, and it has run. PROGRAM is no line of a shell: `-- sh -c '...'`, or\n"
		   "`-- cmd.exe /c ...`. Control characters are shown as '?' on a terminal."),
	.run = run_exec,
};

static void say_agent(const struct agent *a, const char *name, int r)
{
	if (r == -ETIMEDOUT)
		say(_("%s: the guest agent does not answer: is qemu-guest-agent installed and running in the guest?"),
		    name);
	else if (r == -EREMOTEIO)
		say(_("%s: the guest says: %s"), name, a->refusal);
	else if (r == -EINVAL)
		say(_("%s: program and arguments must be UTF-8"), name);
	else if (r == -EPROTO)
		say(_("%s: the guest agent said more than can be carried (180 KiB of output), or what cannot be read"),
		    name);
	else
		say(_("%s: the guest agent: %s"), name, strerror(-r));
}

/* To a terminal without what would command it; elsewhere as it is. */
static void print_output(int fd, char *text, size_t n)
{
	if (!text || !n)
		return;
	if (isatty(fd)) {
		for (size_t i = 0; i < n; i++)
			if (!text[i])
				text[i] = '?';
		for (char *line = text, *end; line; line = end) {
			end = memchr(line, '\n', n - (size_t)(line - text));
			if (end)
				*end++ = '\0';
			str_sanitize(line);
			dprintf(fd, "%s%s", line, end ? "\n" : "");
		}
		return;
	}
	(void)!write_all(fd, text, n);
}

static int result(const char *name, const struct qga_exec_status *s)
{
	print_output(STDOUT_FILENO, s->out, s->out_len);
	print_output(STDERR_FILENO, s->err, s->err_len);
	if (s->truncated)
		say(_("%s: the guest agent kept only part of the output"), name);
	if (s->exitcode >= 0 && s->exitcode <= 255)
		return (int)s->exitcode;
	if (s->signal > 0 && s->signal < BY_SIGNAL)
		return BY_SIGNAL + (int)s->signal;
	/* Windows has exit codes and exceptions of 32 bits. */
	say(_("%s: the program ended with %lld, which no exit status can carry"), name,
	    (long long)(s->exitcode >= 0 ? s->exitcode : s->signal));
	return EXIT_FAILED;
}

/* Only what is said about a program that ran is EXIT_FAILED. */
static int run_there(struct agent *a, const char *name, char **argv)
{
	const struct qga_exec exec = { .path = argv[0], .argv = (const char *const *)argv + 1, .capture = true };
	struct qga_exec_status s;
	int64_t pid;
	int r = agent_begin(a, &exec, &pid);

	if (r) {
		progress_end();
		say_agent(a, name, r);
		return EXIT_NEVER_RAN;
	}
	r = agent_wait(a, pid, -1, &s);
	progress_end();
	if (r) {
		say_agent(a, name, r);
		return EXIT_FAILED;
	}
	r = result(name, &s);
	qga_exec_status_done(&s);
	return r;
}

static int run_exec(const struct globals *g, int argc, char **argv)
{
	struct agent a __attribute__((cleanup(agent_close))) = AGENT_NONE;
	const char *name;
	struct paths p;
	int r;

	if (cmd_getopt(&cmd_exec, argc, argv) != -1)
		return EXIT_USAGE;
	if (optind + 2 > argc || argc - optind - 1 > ARGS_MAX)
		return cmd_usage(&cmd_exec, _("exec wants the name of one VM, and after -- a program with at most %d arguments"),
				 ARGS_MAX - 1);
	r = cmd_vm_here(&cmd_exec, g);
	if (!r)
		r = cmd_vm_name(&cmd_exec, g, optind + 1, argv, &name, &p);
	if (r)
		return r;
	r = cmd_vm_ask_agent("exec", g, &p, name, &a);
	if (r == EXIT_NOT_RUNNING)
		say(_("%s does not run; `igvm start %s`"), name, name);
	if (r)
		return EXIT_NEVER_RAN;
	progress_begin(_("%s: waiting for %s"), name, argv[optind + 1]);
	return run_there(&a, name, argv + optind + 1);
}
