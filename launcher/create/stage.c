/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/create/create.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "launcher/base/file.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/create/tool.h"

/* Flash is at most 8 MiB, a ROM far less. */
#define PINNED_MAX	(64u << 20)

int create_stage(struct create *c)
{
	if (mkdir(c->stage, 0700)) {
		int err = errno;

		say(_("%s: cannot be made: %s"), c->stage, strerror(err));
		return err == EACCES ? EXIT_PRIVILEGE : EXIT_FAILED;
	}
	c->staged = true;
	return EXIT_OK;
}

/* A sparse disk fits everywhere at first: say it when it cannot be filled. */
static void say_room(const struct create *c)
{
	struct statvfs fs;
	uint64_t room;

	if (statvfs(c->stage, &fs))
		return;
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (room < c->o.disk_bytes)
		fprintf(stderr, _("igvm: note: the disk may grow to %llu GiB, and %s has %llu GiB left\n"),
			(unsigned long long)(c->o.disk_bytes >> 30), c->paths.data,
			(unsigned long long)(room >> 30));
}

int create_disk(struct create *c)
{
	char size[32], text[256];
	const char *const argv[] = { "qemu-img", "create", "-q", "-f", "qcow2", "system.qcow2", size, NULL };
	int r;

	snprintf(size, sizeof(size), "%llu", (unsigned long long)c->o.disk_bytes);
	r = tool_run(&(struct tool){ .argv = argv, .dir = c->stage, .umask = 077 }, text, sizeof(text));
	if (r == -ENOENT) {
		say(_("qemu-img is not installed: install qemu-utils (Debian), qemu-img (Fedora, Arch)"));
		return EXIT_FAILED;
	}
	if (r) {
		say(_("%s: the disk cannot be made: %s"), c->paths.data, *text ? text : strerror(-r));
		return EXIT_FAILED;
	}
	say_room(c);
	return EXIT_OK;
}

/* --- plan and pins --------------------------------------------------------------------------- */

static int write_file(const char *dir, const char *name, const char *text, mode_t mode)
{
	char path[PATH_MAX];
	int r = str_print(path, sizeof(path), "%s/%s", dir, name) ?
		file_replace_at(AT_FDCWD, path, text, strlen(text), mode) : -ENAMETOOLONG;

	if (!r)
		return EXIT_OK;
	say(_("%s/%s: cannot be written: %s"), dir, name, strerror(-r));
	return EXIT_FAILED;
}

/* The pipeline over the staged VM file: what `start` will decide. */
static int plan_staged(struct create *c, const char *text)
{
	struct pipeline *p = pipeline_new(c->g, c->o.name);
	struct wish_error e = { 0 };
	char name[64];
	int r;

	c->plan = p;
	if (!p)
		return EXIT_FAILED;
	p->paths = c->paths;
	str_fit(p->paths.vms, sizeof(p->paths.vms), c->stage);
	snprintf(name, sizeof(name), "%s.conf", c->o.name);
	r = write_file(c->stage, name, text, 0644);
	if (r)
		return r;
	r = wish_read(&p->paths, c->o.name, &p->wish, &e);
	if (r) {
		say("%s: %s", *e.file ? e.file : c->stage, *e.text ? e.text : strerror(-r));
		return EXIT_USAGE;
	}
	/* The disks are not where the file says yet: nobody looks for them. */
	r = pipeline_facts(p, HOST_VFIO_NEVER);
	if (!r && pipeline_plan(p, PLAN_RUN, false, true) == EXIT_REFUSED) {
		findings_print(stderr, &p->findings, SEVERITY_BLOCK);
		say(_("refused; nothing was made"));
		r = EXIT_REFUSED;
	}
	return r;
}

/* Files the VM keeps as they were when it was made; the others are made at each start. */
static int pin_file(const struct create *c, const struct plan_file *f)
{
	const char *rest = str_starts(f->to, c->data);
	_free_ char *bytes = NULL;
	char to[PATH_MAX];
	size_t n;
	int r;

	if (!f->once || !*f->from || !rest || *rest != '/')
		return EXIT_OK;
	r = file_read_at(AT_FDCWD, f->from, PINNED_MAX, &bytes, &n);
	if (r) {
		say(_("%s: cannot be read: %s"), f->from, strerror(-r));
		return EXIT_FAILED;
	}
	r = str_print(to, sizeof(to), "%s%s", c->stage, rest) ?
		file_replace_at(AT_FDCWD, to, bytes, n, 0600) : -ENAMETOOLONG;
	if (!r)
		return EXIT_OK;
	say(_("%s: cannot be written: %s"), to, strerror(-r));
	return EXIT_FAILED;
}

static int make_tpm_dir(const struct create *c)
{
	char path[PATH_MAX];

	if (!c->plan->plan.tpm)
		return EXIT_OK;
	if (str_print(path, sizeof(path), "%s/tpm", c->stage) && !mkdir(path, 0700))
		return EXIT_OK;
	say(_("%s: cannot be made: %s"), path, strerror(errno));
	return EXIT_FAILED;
}

int create_pin(struct create *c)
{
	_free_ char *text = create_text(c, NULL);
	char staged[PATH_MAX];
	int r;

	if (!text) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	r = plan_staged(c, text);
	for (size_t i = 0; !r && i < c->plan->plan.n_file; i++)
		r = pin_file(c, &c->plan->plan.file[i]);
	if (!r)
		r = make_tpm_dir(c);
	if (str_print(staged, sizeof(staged), "%s/%s.conf", c->stage, c->o.name))
		unlink(staged);
	return r;
}

/* --- commit ------------------------------------------------------------------------------------ */

static int sync_dir(const char *path)
{
	_fd_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) ? -errno : 0;
}

static int move(const char *from, const char *to)
{
	char parent[PATH_MAX];
	int r = rename(from, to) ? -errno : 0;

	if (!r) {
		str_fit(parent, sizeof(parent), to);
		*strrchr(parent, '/') = '\0';
		r = sync_dir(parent);
	}
	if (!r)
		return EXIT_OK;
	say(_("%s: cannot be written: %s"), to, strerror(-r));
	return EXIT_FAILED;
}

static int write_setup(const struct create *c)
{
	int err = 0;
	_free_ char *text = create_setup_text(c, &err);

	if (!text && !err)
		return EXIT_OK;
	if (!text || mkdir(c->dropins, 0755)) {
		say(_("%s: cannot be made: %s"), c->dropins, strerror(text ? errno : ENOMEM));
		return EXIT_FAILED;
	}
	return write_file(c->dropins, WISH_SETUP_FILE, text, 0644);
}

int create_commit(struct create *c)
{
	_free_ char *text = create_text(c, c->plan->plan.machine);
	char name[64];
	int r;

	if (!text) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	snprintf(name, sizeof(name), ".%s.conf.new", c->o.name);
	r = write_file(c->paths.vms, name, text, 0644);
	if (!r)
		r = move(c->stage, c->data);
	if (!r)
		r = write_setup(c);
	if (!r)
		r = move(c->file_new, c->file);
	if (!r)
		c->staged = false;
	return r;
}
