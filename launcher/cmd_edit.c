/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The editor works on a copy in a directory of its own below /tmp, so that a text that is
 * not finished, or an editor that dies, never is a VM file; and its backup
 * files do not lie where VM files are looked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/facts/wish_ini.h"
#include "launcher/vm_file.h"

static int run_edit(const struct globals *g, int argc, char **argv);

static const struct opt opts[] = {
	{ "force", 0, NULL, N_("take the emulated display away although nobody has seen the driver work"),
	  'f' },
	{ 0 }
};

const struct cmd cmd_edit = {
	.name = "edit",
	.args = "NAME",
	.help = N_("change a VM's file with an editor"),
	.more = N_("Opens a copy with $VISUAL or $EDITOR, else with vi. The copy is judged as a whole, with\n"
		   "template and drop-ins, before it replaces the file, and the difference is shown. A\n"
		   "copy with a fault can be edited again; until then the file stays as it was."),
	.opts = opts,
	.run = run_edit,
};

struct copy {
	char dir[64], file[PATH_MAX];
};

static int make_copy(const struct vm_file *f, struct copy *c)
{
	int r;

	strcpy(c->dir, "/tmp/igvm-edit-XXXXXX");
	if (!mkdtemp(c->dir))
		return -errno;
	snprintf(c->file, sizeof(c->file), "%s/%s.conf", c->dir, f->name);
	r = file_replace_at(AT_FDCWD, c->file, f->text, f->len, 0600);
	return r;
}

static void drop_copy(struct copy *c)
{
	if (dir_remove(c->dir))
		say(_("%s: cannot be removed"), c->dir);
}

/* As git and systemctl do it: the variable is a command line, the file its last word. */
static int run_editor(const char *file)
{
	const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");
	const char *chosen = visual && *visual ? visual : editor && *editor ? editor : "vi";
	_free_ char *command = NULL;
	int status = 0;
	pid_t pid;

	if (asprintf(&command, "%s \"$1\"", chosen) < 0)
		return EXIT_FAILED;
	fflush(NULL);
	pid = fork();
	if (!pid) {
		execl("/bin/sh", "sh", "-c", command, "igvm-edit", file, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && WIFEXITED(status) && !WEXITSTATUS(status))
		return EXIT_OK;
	say(_("the editor '%.80s' failed; nothing was changed"), chosen);
	return EXIT_FAILED;
}

static bool wants_again(void)
{
	char answer[16];

	if (!isatty(STDIN_FILENO))
		return false;
	fputs(_("Edit it again? [Y/n] "), stdout);
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) && *answer != 'n' && *answer != 'N';
}

static int edit_once(struct vm_file *f, const struct copy *c, bool force)
{
	_free_ char *text = NULL;
	size_t len = 0;
	int r, code = run_editor(c->file);

	if (code)
		return code;
	r = file_read_at(AT_FDCWD, c->file, WISH_FILE_MAX, &text, &len);
	if (!r)
		return vm_file_replace(f, text, len, force, true);
	say("%s: %s", c->file, strerror(-r));
	return EXIT_USAGE;
}

static int run_edit(const struct globals *g, int argc, char **argv)
{
	_vm_file_ struct vm_file *f = NULL;
	struct copy c = { 0 };
	bool force = false;
	int code, v;

	while ((v = cmd_getopt(&cmd_edit, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		force = true;
	}
	if (optind + 1 != argc)
		return cmd_usage(&cmd_edit, _("%s wants the name of one VM"), cmd_edit.name);
	code = cmd_vm_here(&cmd_edit, g);
	if (!code)
		code = vm_file_load(g, argv[optind], &f);
	if (code)
		return code;
	v = make_copy(f, &c);
	if (v) {
		say("%s: %s", c.dir, strerror(-v));
		return EXIT_FAILED;
	}
	do {
		code = edit_once(f, &c, force);
	} while (code == EXIT_USAGE && wants_again());
	drop_copy(&c);
	return code;
}
