/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <fcntl.h>

#include "launcher/base/cleanup.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/memory.h"
#include "launcher/base/paths.h"
#include "launcher/base/str.h"
#include "launcher/cmd.h"

#include "launcher/cmd_all.h"

const struct cmd *const cmd_table[] = {
#define CMD(name) &cmd_##name,
	CMD_LIST
#undef CMD
	NULL
};

static const struct cmd *cmd_find(const char *name)
{
	for (const struct cmd *const *c = cmd_table; *c; c++)
		if (!strcmp((*c)->name, name))
			return *c;
	return NULL;
}

static void print_help(void)
{
	printf(_("Usage: igvm [--root DIR] [--json] COMMAND [ARGUMENTS]\n\n"
		 "Pass an Intel integrated GPU to a QEMU virtual machine, correctly, and prove it.\n\n"
		 "Commands:\n"));
	for (const struct cmd *const *c = cmd_table; *c; c++)
		if (!(*c)->internal)
			printf("  %-11s %s\n", (*c)->name, _((*c)->help));
	printf(_("\nOptions before the command:\n"
		 "  --root DIR  read the host below DIR instead of / (recorded machines)\n"
		 "  --json      answer in JSON, where the command reads\n"
		 "  --help      this text; `igvm COMMAND --help` explains one command\n"
		 "  --version   the version\n\n"
		 "Exit status: 0 ok, 1 failed, 2 usage or VM file, 3 not running, 4 no such VM,\n"
		 "5 refused (igvm explain ID says why), 6 broken, 75 busy, 77 needs privilege.\n"));
}

/* A closed standard descriptor would be taken by the next open(): a lock or a disk as stdout. */
static void fill_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static const char *closest_command(const char *name)
{
	unsigned int best = 3;
	const char *hit = NULL;

	for (const struct cmd *const *c = cmd_table; *c; c++) {
		unsigned int d = str_distance((*c)->name, name);

		if (!(*c)->internal && d < best) {
			best = d;
			hit = (*c)->name;
		}
	}
	return hit;
}

static int unknown_command(const char *name)
{
	const char *hit = closest_command(name);

	if (hit)
		say(_("unknown command '%s'; did you mean '%s'?"), name, hit);
	else
		say(_("unknown command '%s'; `igvm --help` lists the commands"), name);
	return EXIT_USAGE;
}

/* Options that stand before the command. Returns the index of the command, or -1 - exit code. */
static int parse_globals(int argc, char **argv, struct globals *g)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		const char *root = str_starts(argv[i], "--root=");

		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			print_help();
			return -1 - EXIT_OK;
		}
		if (!strcmp(argv[i], "--version")) {
			printf("igvm %s\n", IGVM_VERSION);
			return -1 - EXIT_OK;
		}
		if (!strcmp(argv[i], "--root") && i + 1 == argc) {
			say(_("--root needs a directory"));
			return -1 - EXIT_USAGE;
		}
		if (!strcmp(argv[i], "--json")) {
			g->json = true;
		} else if (root || !strcmp(argv[i], "--root")) {
			g->root = root ? root : argv[++i];
		} else {
			say(_("unknown option '%s' before the command; see `igvm --help`"), argv[i]);
			return -1 - EXIT_USAGE;
		}
	}
	return i;
}

static bool asks_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

/* --json is understood behind the command too; it is taken out of argv there. */
static int take_json(int argc, char **argv, struct globals *g)
{
	int n = 1;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--")) {
			while (i < argc)
				argv[n++] = argv[i++];
			break;
		}
		if (!strcmp(argv[i], "--json"))
			g->json = true;
		else
			argv[n++] = argv[i];
	}
	argv[n] = NULL;
	return n;
}

/* What was printed must have arrived; @code unless it did not. */
static int finish(int code)
{
	errno = 0;
	if (fflush(stdout) || ferror(stdout)) {
		/* Whoever read has read enough (igvm ... | head): nothing to tell. */
		if (errno && errno != EPIPE)
			say(_("standard output: %m"));
		return code ? code : EXIT_FAILED;
	}
	if (memory_ran_out()) {
		say(_("out of memory: what was said may be wrong"));
		return EXIT_FAILED;
	}
	return code;
}

/* "rom show": the verb of @c that argv[1] names; NULL: none of that name. */
static const struct cmd *find_verb(const struct cmd *c, const char *word)
{
	for (const struct cmd *const *v = c->sub; *v; v++)
		if (!strcmp(strchr((*v)->name, ' ') + 1, word))
			return *v;
	return NULL;
}

static int unknown_verb(const struct cmd *c, const char *word)
{
	if (!word)
		return cmd_usage(c, _("%s needs a verb; `igvm %s --help` lists them"), c->name, c->name);
	return cmd_usage(c, _("%s has no verb '%.60s'; `igvm %s --help` lists them"), c->name, word,
			 c->name);
}

static int run(const struct cmd *c, struct globals *g, int argc, char **argv)
{
	const struct cmd *verb = c->sub && argc > 1 ? find_verb(c, argv[1]) : NULL;

	if (verb)
		return run(verb, g, argc - 1, argv + 1);
	if (asks_help(argc, argv)) {
		cmd_help(c);
		return EXIT_OK;
	}
	if (c->sub)
		return unknown_verb(c, argc > 1 ? argv[1] : NULL);
	if (c->json)
		argc = take_json(argc, argv, g);
	if (g->json && !c->json)
		return cmd_usage(c, _("%s has no --json"), c->name);
	/* JSON is for programs: the same in every language. */
	if (g->json)
		setlocale(LC_MESSAGES, "C");
	g->verb = c->name;
	optind = 1;
	return c->run(g, argc, argv);
}

/* igvm help [COMMAND [VERB]], as many other programs have it: what --help prints. */
static int help(int argc, char **argv)
{
	const struct cmd *c = argc > 1 ? cmd_find(argv[1]) : NULL, *verb;

	if (argc == 1) {
		print_help();
		return EXIT_OK;
	}
	if (!c)
		return unknown_command(argv[1]);
	verb = c->sub && argc > 2 ? find_verb(c, argv[2]) : NULL;
	cmd_help(verb ? verb : c);
	return EXIT_OK;
}

int main(int argc, char **argv)
{
	struct globals g = { .root = "/" };
	const struct cmd *c;
	int first;

	fill_standard_fds();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	setlocale(LC_MESSAGES, "");
	setlocale(LC_CTYPE, "");
	bindtextdomain("igvm", paths_localedir());
	textdomain("igvm");
	log_init(NULL);
	memory_watch_json();

	first = parse_globals(argc, argv, &g);
	if (first < 0)
		return finish(-1 - first);
	if (first >= argc) {
		print_help();
		return finish(EXIT_USAGE);
	}
	if (!strcmp(argv[first], "help"))
		return finish(help(argc - first, argv + first));
	g.foreign_root = strcmp(g.root, "/") != 0;
	c = cmd_find(argv[first]);
	if (!c)
		return unknown_command(argv[first]);
	return finish(run(c, &g, argc - first, argv + first));
}
