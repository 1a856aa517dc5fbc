/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation: what igvm made goes, what holds somebody's work stays. A VM's data folder has both: create
 * puts the disk there, and people put more images beside it. So the folder is not removed as a tree: what igvm
 * itself writes there is a table, the rest is kept and told, and `create` refuses the name as long as it is there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/pipeline.h"
#include "launcher/run/launch.h"
#include "launcher/run/lock.h"
#include "launcher/run/unit.h"

#define DISABLE_MS	30000

static int run_delete(const struct globals *g, int argc, char **argv);

static const struct opt opts[] = {
	{ "yes", 'y', NULL, N_("do not ask"), 'y' },
	{ "disks", 0, NULL, N_("remove its disk images, too"), 'd' },
	{ 0 }
};

const struct cmd cmd_delete = {
	.name = "delete",
	.args = "NAME",
	.help = N_("remove a VM: its file, firmware variables and TPM state"),
	.more = N_("Refuses while the VM runs. Disks are kept unless --disks is given; discs, devices, links,\n"
		   "images that another VM's file names, and what you put beside them are kept in any case."),
	.opts = opts,
	.run = run_delete,
};

struct removal {
	const char *name;
	struct paths paths;
	struct wish wish;
	bool known;		/* its file could be read: @wish is it */
	bool yes, disks;
};

static bool asked(const struct removal *d)
{
	char question[256], nobody[256];

	snprintf(question, sizeof(question), d->disks ? _("Delete %s with its disks? There is no way back.")
						      : _("Delete %s, its firmware variables and TPM state?"), d->name);
	snprintf(nobody, sizeof(nobody), _("%s: nobody can be asked here; give --yes to delete it"), d->name);
	return cmd_vm_agree(d->yes, question, nobody);
}

/* One file may have many names, and paths. */
static bool is_same(const char *a, const char *b)
{
	struct stat x, y;

	return !strcmp(a, b) || (!stat(a, &x) && !stat(b, &y) && stat_is_same(&x, &y));
}

static bool uses(const struct wish *w, const char *path)
{
	for (size_t i = 0; i < w->n_disk; i++)
		if (is_same(w->disk[i].path, path))
			return true;
	return is_same(w->kernel, path) || is_same(w->initrd, path) || is_same(w->rom_path, path);
}

/* A file that cannot be read may name the image as well: it is not removed then. */
static bool others_use(const struct removal *d, const char *path)
{
	_free_ struct wish *w = malloc(sizeof(*w));
	_free_ char **names = NULL;
	bool used = false;

	if (memory_note(w ? wish_list(&d->paths, &names) : -ENOMEM))
		return true;
	for (char **vm = names; *vm && !used; vm++) {
		struct wish_error e;

		if (!strcmp(*vm, d->name))
			continue;
		used = memory_note(wish_read(&d->paths, *vm, w, &e)) != 0 || uses(w, path);
	}
	return used;
}

/* What igvm writes into a VM's data folder (plan_*.c, create/, snapshot/, probe, verify). */
static const char *const own[] = {
	"ovmf-vars.fd", "ovmf-secure-vars.fd", "ovmf-code.fd", "ovmf-secure-code.fd", "tpm",
	"igd-assign.rom", "igd-file.rom", "igd-store.rom", "stolen-base",
	"kernel", "initrd", "vmlinuz", "initrd.img", WISH_ANSWERS_FILE, "seed.iso",
	"probe", "probe.json", "verify.json", "snapshots",
};

/* The temporary file of file_replace_at() that a power cut left: NAME.PID.new */
static bool is_temporary(const char *rest)
{
	size_t digits = *rest == '.' ? strspn(rest + 1, "0123456789") : 0;

	return digits && !strcmp(rest + 1 + digits, ".new");
}

static bool is_own_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		const char *rest = str_starts(name, own[i]);

		if (rest && (!*rest || is_temporary(rest)))
			return true;
	}
	return false;
}

static bool is_own(const struct removal *d, const char *path)
{
	char dir[PATH_MAX];
	const char *rest = str_print(dir, sizeof(dir), "%s/%s/", d->paths.data, d->name) ? str_starts(path, dir) : NULL;

	return rest && is_own_name(rest) && !others_use(d, path);
}

static bool is_disk(const struct removal *d, const char *path)
{
	for (size_t i = 0; d->known && i < d->wish.n_disk; i++)
		if (!strcmp(d->wish.disk[i].path, path))
			return true;
	return false;
}

static int remove_disks(const struct removal *d)
{
	int code = EXIT_OK;

	for (size_t i = 0; d->known && i < d->wish.n_disk; i++) {
		const struct wish_disk *k = &d->wish.disk[i];
		struct stat st;

		if (lstat(k->path, &st) || is_own(d, k->path))
			continue;
		if (!d->disks || k->cdrom || k->read_only || !S_ISREG(st.st_mode) || others_use(d, k->path)) {
			printf(_("  %s is kept\n"), k->path);
		} else if (unlink(k->path)) {
			say(_("%s: cannot be removed: %m"), k->path);
			code = EXIT_FAILED;
		} else {
			printf(_("  %s is removed\n"), k->path);
		}
	}
	return code;
}

static int remove_path(const char *dir, const char *name, const char *suffix)
{
	char path[PATH_MAX];
	int r;

	if (!str_print(path, sizeof(path), "%s/%s%s", dir, name, suffix))
		return EXIT_FAILED;
	/* A file and a link go as such; nothing below a link is ours. */
	r = unlink(path) ? -errno : 0;
	if (r == -EISDIR || r == -EPERM)
		r = dir_remove(path);
	if (!r || r == -ENOENT)
		return EXIT_OK;
	say(_("%s: cannot be removed: %s"), path, strerror(-r));
	return EXIT_FAILED;
}

static int remove_entry(const struct removal *d, const char *dir, const char *name)
{
	char path[PATH_MAX];

	if (!str_print(path, sizeof(path), "%s/%s", dir, name))
		return EXIT_FAILED;
	if (is_own(d, path))
		return remove_path(dir, name, "");
	if (!is_disk(d, path))		/* remove_disks() has told of those */
		printf(_("  %s is kept\n"), path);
	return EXIT_OK;
}

static int remove_data(const struct removal *d)
{
	_dir_ DIR *dir = NULL;
	char path[PATH_MAX];
	struct dirent *e;
	int fd, code = EXIT_OK;

	if (!str_print(path, sizeof(path), "%s/%s", d->paths.data, d->name))
		return EXIT_FAILED;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return remove_path(d->paths.data, d->name, "");
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	while (!code && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			code = remove_entry(d, path, e->d_name);
	if (code || !rmdir(path) || errno == ENOTEMPTY)
		return code;
	say(_("%s: cannot be removed: %s"), path, strerror(errno));
	return EXIT_FAILED;
}

/* The file goes last: what failed can be tried again with the same command. */
static int remove_all(const struct removal *d)
{
	int code = remove_disks(d);

	if (!code)
		code = remove_data(d);
	if (!code)
		code = remove_path(d->paths.run, d->name, "");
	if (!code)
		code = remove_path(d->paths.vms, d->name, ".conf.d");
	if (!code)
		code = remove_path(d->paths.vms, d->name, ".conf");
	if (!code)
		printf(_("%s is deleted.\n"), d->name);
	return code;
}

/* A unit that stays enabled would fail at every start of the host. */
static int end_autostart(const struct removal *d)
{
	int r;

	if (!unit_is_enabled(&d->paths, d->name))
		return EXIT_OK;
	r = unit_systemctl("disable", NULL, d->name, false, DISABLE_MS);
	if (!r)
		return EXIT_OK;
	say(_("%s: is started with the host, and `systemctl disable igvm@%s` failed: %s"), d->name, d->name,
	    r == -ECHILD ? _("run it to see why") : strerror(-r));
	return EXIT_FAILED;
}

/* With the VM's lock held, so that nobody starts it meanwhile. */
static int delete_locked(struct removal *d)
{
	struct wish_error e = { 0 };
	_fd_ int lock = lock_vm(&d->paths, d->name);
	int r;

	if (lock == -EBUSY) {
		say(_("%s: runs; `igvm stop %s` first"), d->name, d->name);
		return EXIT_BUSY;
	}
	if (lock < 0) {
		say(_("%s: cannot take the VM's lock below %s: %s"), d->name, d->paths.run, strerror(-lock));
		return lock == -EACCES ? EXIT_PRIVILEGE : EXIT_FAILED;
	}
	r = vm_cleanup_locked("/", &d->paths, d->name);
	if (r && r != -EPERM && r != -ENOTDIR && r != -ELOOP && r != -ENOENT) {
		say(_("%s: an earlier run could not be cleaned up completely: %s"), d->name, strerror(-r));
		return EXIT_FAILED;
	}
	d->known = !wish_read(&d->paths, d->name, &d->wish, &e);
	if (!d->known && d->disks) {
		say(_("%s:%d: %s; its disks cannot be told, delete it without --disks"), e.file, e.line, e.text);
		return EXIT_USAGE;
	}
	r = end_autostart(d);
	return r ? r : remove_all(d);
}

static int run_delete(const struct globals *g, int argc, char **argv)
{
	_free_ struct removal *d = calloc(1, sizeof(*d));
	int code, v;

	if (!d) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	while ((v = cmd_getopt(&cmd_delete, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		d->yes |= v == 'y';
		d->disks |= v == 'd';
	}
	if (optind + 1 != argc)
		return cmd_usage(&cmd_delete, _("%s wants the name of one VM"), cmd_delete.name);
	if (g->foreign_root)
		return cmd_usage(&cmd_delete, _("%s works on this host only, not with --root"), cmd_delete.name);
	d->name = argv[optind];
	code = pipeline_paths(g, d->name, &d->paths);
	if (code)
		return code;
	/* A question is no use about a VM that runs. */
	if (lock_vm_held(&d->paths, d->name) != 1 && !asked(d))
		return EXIT_USAGE;
	return delete_locked(d);
}
