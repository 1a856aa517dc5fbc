/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The discs of a Windows set-up: what was given, and the one with the answers. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "launcher/base/file.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/create/answers.h"
#include "launcher/create/create.h"
#include "launcher/create/tool.h"

#define TEMPLATE_MAX	(256u << 10)

/* --- what was given -------------------------------------------------------------------------- */

/* A VM file holds no other path than UTF-8 without control characters. */
static bool is_writable_path(const char *path)
{
	char copy[PATH_MAX];

	str_fit(copy, sizeof(copy), path);
	str_sanitize(copy);
	return !strcmp(copy, path) && !strchr(path, '\t') && path[strlen(path) - 1] != ' ';
}

static int open_disc(const char *given, struct create_disc *d)
{
	_free_ char *real = realpath(given, NULL);
	_fd_ int fd = -1;
	int r;

	if (real)
		fd = open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		int err = errno;

		say("%s: %s", given, strerror(err));
		return err == EACCES || err == EPERM ? EXIT_PRIVILEGE : EXIT_USAGE;
	}
	if (!is_writable_path(real) || !str_copy(d->path, sizeof(d->path), real)) {
		say(_("%s: its path is not UTF-8, or holds a control character, which a VM file cannot: "
		      "rename it"), given);
		return EXIT_USAGE;
	}
	r = disc_read(fd, &d->facts);
	if (!r)
		return EXIT_OK;
	if (r == -EBADMSG)
		say(_("%s: its file system cannot be read"), given);
	else
		say(r == -EINVAL ? _("%s: is neither a file nor a drive") : _("%s: cannot be read: %s"), given,
		    strerror(-r));
	return EXIT_USAGE;
}

/* What is not the disc that was wanted, in one sentence. */
static int refuse_disc(const char *given, const struct disc_facts *f, const char *wanted)
{
	unsigned long long have = f->size >> 20, whole = f->wanted >> 20;

	switch (f->kind) {
	case DISC_EMPTY:
		say(_("%s: is empty: download it again"), given);
		break;
	case DISC_WEB_PAGE:
		say(_("%s: is a web page that was saved, not %s: open it in a browser and download the file "
		      "itself"), given, wanted);
		break;
	case DISC_NO_ISO:
		say(_("%s: is no disc image (ISO): wanted is %s"), given, wanted);
		break;
	case DISC_CUT:
		if (f->wanted > f->size)
			say(_("%s: is cut: %llu of %llu MiB are there; download it again"), given, have, whole);
		else
			say(_("%s: is cut: its file system lies behind its end; download it again"), given);
		break;
	case DISC_DAMAGED:
		say(_("%s: is damaged: its file system makes no sense; download it again"), given);
		break;
	case DISC_WINDOWS:
		say(_("%s: is a Windows disc, wanted is %s"), given, wanted);
		break;
	case DISC_VIRTIO:
		say(_("%s: is virtio-win, wanted is %s"), given, wanted);
		break;
	case DISC_OTHER:
		say(_("%s: is the disc '%s' and not %s"), given, f->label, wanted);
		break;
	}
	return EXIT_USAGE;
}

/* --- editions ---------------------------------------------------------------------------------- */

/* By number, by its name or its id; else Professional, else the first that has Remote Desktop. */
static const struct wim_edition *choose_edition(const struct wim *w, const char *wanted)
{
	const struct wim_edition *best = NULL;

	for (size_t i = 0; i < w->n; i++) {
		const struct wim_edition *e = &w->edition[i];
		char index[16];

		snprintf(index, sizeof(index), "%u", e->index);
		if (wanted && (!strcmp(wanted, index) || !strcasecmp(wanted, e->name) ||
			       !strcasecmp(wanted, e->id)))
			return e;
		if (!strcmp(e->id, "Professional") ||
		    !best || (wim_is_home(best) && !wim_is_home(e) && strcmp(best->id, "Professional")))
			best = e;
	}
	return wanted ? NULL : best;
}

static int refuse_edition(const struct create *c)
{
	const struct wim *w = &c->iso.facts.wim;

	say(_("%s: has no edition '%s'; it has:"), c->o.iso, c->o.edition);
	for (size_t i = 0; i < w->n; i++)
		fprintf(stderr, "  %u  %s\n", w->edition[i].index, w->edition[i].name);
	return EXIT_USAGE;
}

static int judge_iso(struct create *c)
{
	const struct disc_facts *f = &c->iso.facts;
	const struct wim_edition *e;

	if (f->kind != DISC_WINDOWS)
		return refuse_disc(c->o.iso, f, _("a Windows 11 disc"));
	if (!f->list || !f->wim.n) {
		say(_("%s: its list of editions (sources/%s) cannot be read: download it again"), c->o.iso,
		    *f->install ? f->install : "install.wim");
		return EXIT_USAGE;
	}
	e = choose_edition(&f->wim, c->o.edition);
	if (!e)
		return refuse_edition(c);
	if (e->arch != WIM_X64) {
		say(_("%s: is Windows for another processor (%s), wanted is x64"), c->o.iso,
		    e->arch == WIM_ARM64 ? "ARM64" : e->arch == WIM_X86 ? "x86" : "?");
		return EXIT_USAGE;
	}
	if (!f->uefi) {
		say(_("%s: does not start under UEFI: it is not as Microsoft made it"), c->o.iso);
		return EXIT_USAGE;
	}
	c->edition = e;
	return EXIT_OK;
}

static int check_virtio(struct create *c)
{
	int r = c->o.virtio ? open_disc(c->o.virtio, &c->virtio) : EXIT_OK;

	if (r || !c->o.virtio)
		return r;
	if (c->virtio.facts.kind != DISC_VIRTIO)
		return refuse_disc(c->o.virtio, &c->virtio.facts, _("virtio-win.iso"));
	c->virtio_drivers = c->o.unattended;
	return EXIT_OK;
}

/* An installer begins with "MZ"; a folder holds .inf files somewhere: its first level or one below. */
static bool has_inf(const char *path, int depth)
{
	_dir_ DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		size_t n = strlen(e->d_name);
		char below[PATH_MAX];

		if (n > 4 && !strcasecmp(e->d_name + n - 4, ".inf"))
			return true;
		if (depth && *e->d_name != '.' && str_print(below, sizeof(below), "%s/%s", path, e->d_name) &&
		    has_inf(below, depth - 1))
			return true;
	}
	return false;
}

static int check_intel(const struct create *c)
{
	const char *path = c->o.intel;
	struct stat st;
	char magic[2] = "";
	_fd_ int fd = -1;

	if (!path)
		return EXIT_OK;
	if (!c->o.unattended)
		return cmd_usage(&cmd_create, _("--intel-driver goes onto the answer disc: it needs --unattended"));
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		int err = errno;

		say("%s: %s", path, strerror(err));
		return err == EACCES ? EXIT_PRIVILEGE : EXIT_USAGE;
	}
	if (S_ISDIR(st.st_mode) ? has_inf(path, 2)
				: S_ISREG(st.st_mode) && pread(fd, magic, 2, 0) == 2 && !memcmp(magic, "MZ", 2))
		return EXIT_OK;
	say(_("%s: is neither Intel's installer (.exe) nor a folder with its .inf files"), path);
	return EXIT_USAGE;
}

static int check_unattended(const struct create *c)
{
	const char *wrong;

	if (!c->o.unattended)
		return EXIT_OK;
	if (!c->o.iso)
		return cmd_usage(&cmd_create, _("--unattended needs the Windows disc: --iso FILE"));
	wrong = answers_user_check(c->o.user ? c->o.user : "user");
	if (wrong)
		return cmd_usage(&cmd_create, "--user: %s", _(wrong));
	if (tool_find("xorriso"))
		return EXIT_OK;
	say(_("xorriso is not installed: install it (Debian, Fedora: xorriso, Arch: libisoburn)"));
	return EXIT_FAILED;
}

int create_windows_check(struct create *c)
{
	int r = check_unattended(c);

	if (!r && c->o.iso)
		r = open_disc(c->o.iso, &c->iso);
	if (!r && c->o.iso)
		r = judge_iso(c);
	if (!r)
		r = check_virtio(c);
	return r ? r : check_intel(c);
}

/* --- the answer disc ------------------------------------------------------------------------------ */

static int fail(const char *what, int r)
{
	say(_("%s: cannot be written: %s"), what, strerror(-r));
	return EXIT_FAILED;
}

static int read_template(const char *name, char **text)
{
	char path[PATH_MAX];
	int r = str_print(path, sizeof(path), "%s/templates/%s", paths_datadir(), name) ?
		file_read_at(AT_FDCWD, path, TEMPLATE_MAX, text, NULL) : -ENAMETOOLONG;

	if (!r)
		return EXIT_OK;
	say(_("%s: cannot be read: %s"), path, strerror(-r));
	return EXIT_FAILED;
}

static int fill(const struct create *c, const char *template, char **text)
{
	char host[16], index[16];
	const struct answer_value values[] = {
		{ "language", *c->edition->language ? c->edition->language : "en-US" },
		{ "index", index }, { "host", host }, { "key", c->key },
		{ "user", c->o.user ? c->o.user : "user" }, { "password", c->password },
		{ "virtio", c->virtio_drivers ? "yes" : "" },
		{ "desktop", wim_is_home(c->edition) ? "" : "yes" },
		{ NULL, NULL }
	};
	int line, r;

	answers_host_name(c->o.name, host);
	snprintf(index, sizeof(index), "%u", c->edition->index);
	r = answers_fill(template, values, text, &line);
	if (!r)
		return EXIT_OK;
	if (r == -EINVAL)
		say("win11-answers.xml:%d: %s", line, strerror(EINVAL));
	else
		say("%s: %s", c->o.name, strerror(-r));
	return EXIT_FAILED;
}

static int write_to(const struct create *c, const char *name, const char *text)
{
	char path[PATH_MAX];
	int r = str_print(path, sizeof(path), "%s/cd/%s", c->stage, name) ?
		file_replace_at(AT_FDCWD, path, text, strlen(text), 0600) : -ENAMETOOLONG;

	return r ? fail(path, r) : EXIT_OK;
}

static int run(const struct create *c, const char *const *argv)
{
	char text[256];
	int r = tool_run(&(struct tool){ .argv = argv, .dir = c->stage, .umask = 077 }, text, sizeof(text));

	if (!r)
		return EXIT_OK;
	say(_("%s: %s failed: %s"), c->o.name, argv[0], *text ? text : strerror(-r));
	return EXIT_FAILED;
}

/* Links are not followed: what the folder names outside of itself stays there. */
static int copy_intel(const struct create *c)
{
	_free_ char *real = c->o.intel ? realpath(c->o.intel, NULL) : NULL;
	char path[PATH_MAX];
	const char *const copy_dir[] = { "cp", "-rP", "--no-preserve=mode,ownership", "-T", "--", real,
					 "cd/intel", NULL };
	const char *const copy_file[] = { "cp", "--no-preserve=mode,ownership", "--", real, "cd/intel/driver.exe",
					  NULL };
	struct stat st;

	if (!c->o.intel)
		return EXIT_OK;
	if (!real || stat(real, &st))
		return fail(c->o.intel, -errno);
	if (S_ISDIR(st.st_mode))
		return run(c, copy_dir);
	if (!str_print(path, sizeof(path), "%s/cd/intel", c->stage) || mkdir(path, 0700))
		return fail(path, -errno);
	return run(c, copy_file);
}

static int write_answers(const struct create *c)
{
	_free_ char *template = NULL, *script = NULL, *text = NULL;
	int r = read_template("win11-answers.xml", &template);

	if (!r)
		r = read_template("win11-first-logon.ps1", &script);
	if (!r)
		r = fill(c, template, &text);
	if (!r)
		r = write_to(c, "Autounattend.xml", text);
	if (text)
		explicit_bzero(text, strlen(text));
	return r ? r : write_to(c, "igvm-first-logon.ps1", script);
}

int create_answers(struct create *c)
{
	const char *const make[] = { "xorriso", "-as", "mkisofs", "-quiet", "-V", "IGVM_ANSWERS", "-J",
				     "-joliet-long", "-r", "-o", WISH_ANSWERS_FILE, "cd", NULL };
	const char *const clean[] = { "rm", "-rf", "--one-file-system", "cd", NULL };
	char path[PATH_MAX];
	int r;

	if (!str_print(path, sizeof(path), "%s/cd", c->stage) || mkdir(path, 0700))
		return fail(c->stage, -errno);
	r = write_answers(c);
	if (!r)
		r = copy_intel(c);
	if (!r)
		r = run(c, make);
	if (!r)
		r = run(c, clean);
	c->answers = !r;
	return r;
}
