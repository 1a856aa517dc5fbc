/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/vm_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/facts/wish_edit.h"
#include "launcher/facts/wish_file.h"
#include "launcher/facts/wish_ini.h"
#include "launcher/pipeline.h"
#include "launcher/run/lock.h"
#include "launcher/run/rdp.h"
#include "launcher/run/supervise_status.h"
#include "launcher/run/verified.h"

#define RDP_MS	3000

static int say_wrong(const struct wish_error *e, int r)
{
	if (e->line)
		say("%s:%d: %s", e->file, e->line, e->text);
	else
		say("%s: %s", e->file, *e->text ? e->text : strerror(-r));
	return r == -EACCES ? EXIT_PRIVILEGE : EXIT_USAGE;
}

static int load(struct vm_file *f)
{
	struct wish_error e = { 0 };
	int code = pipeline_paths(f->g, f->name, &f->paths), r;

	if (code)
		return code;
	if (!str_print(f->path, sizeof(f->path), "%s/%s.conf", f->paths.vms, f->name))
		return EXIT_FAILED;
	r = wish_file_read(&f->paths, f->path, WISH_FILE_MAX, &f->text, &f->len, &e);
	if (r)
		return say_wrong(&e, r);
	if (lstat(f->path, &f->st)) {
		say("%s: %m", f->path);
		return EXIT_FAILED;
	}
	/* What a link leads to is somebody's shared file; replacing it would cut the link. */
	if (S_ISLNK(f->st.st_mode)) {
		say(_("%s: is a symbolic link; change the file it leads to"), f->path);
		return EXIT_USAGE;
	}
	f->readable = !wish_read(&f->paths, f->name, &f->before, &e);
	return EXIT_OK;
}

int vm_file_load(const struct globals *g, const char *name, struct vm_file **f)
{
	*f = calloc(1, sizeof(**f));
	if (!*f) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	(*f)->g = g;
	(*f)->name = name;
	return load(*f);
}

void vm_file_free(struct vm_file *f)
{
	if (f)
		free(f->text);
	free(f);
}

int vm_file_check(struct vm_file *f, const char *text, size_t len)
{
	struct wish_error e = { 0 };
	int r = wish_read_as(&f->paths, f->name, text, len, &f->after, &e);

	return r ? say_wrong(&e, r) : EXIT_OK;
}

/* --- the life of the display ------------------------------------------------------------- */

static bool is_alone(enum wish_display d)
{
	return d == DISPLAY_MONITOR || d == DISPLAY_MONITOR_EARLY;
}

static bool another_way_in(const struct vm_file *f)
{
	_json_ json_t *status = NULL;
	const char *rdp, *port;
	uint64_t n;

	if (status_read(&f->paths, f->name, &status))
		return false;
	rdp = json_string_value(json_object_get(status, "rdp"));
	port = rdp ? strrchr(rdp, ':') : NULL;
	return port && str_u64(port + 1, 10, 65535, &n) && rdp_answers((unsigned int)n, RDP_MS);
}

static void judge_verified(const struct vm_file *f, struct findings *list)
{
	struct verified v;
	int r = verified_read(&f->paths, f->name, &v);

	if (v.verdict == VERIFIED_WORKS || another_way_in(f))
		return;
	if (r && r != -ENOENT)
		finding_add(list, FINDING_DISPLAY_UNVERIFIED, "%.200s/%s/verify.json: %s", f->paths.data,
			    f->name, strerror(-r));
	else
		finding_add(list, FINDING_DISPLAY_UNVERIFIED, v.verdict == VERIFIED_BROKEN
			    ? _("the guest's driver was looked at and does not work")
			    : _("nobody has seen the guest's driver work, and its Remote Desktop does not answer"));
}

/* Has the VM been started yet? Its firmware's variables are laid down by the first start. */
static bool is_installed(const struct vm_file *f)
{
	static const char *const vars[] = { "ovmf-vars.fd", "ovmf-secure-vars.fd" };
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(vars); i++)
		if (str_print(path, sizeof(path), "%s/%s/%s", f->paths.data, f->name, vars[i]) &&
		    !access(path, F_OK))
			return true;
	return false;
}

static void judge_display(const struct vm_file *f, struct findings *list)
{
	enum wish_display was = f->readable ? f->before.display : DISPLAY_BOTH, is = f->after.display;

	if (was == is)
		return;
	if ((was == DISPLAY_MONITOR_EARLY) != (is == DISPLAY_MONITOR_EARLY) && is_installed(f))
		finding_add(list, FINDING_DISPLAY_OTHER_MACHINE, is == DISPLAY_MONITOR_EARLY
			    ? _("display = monitor-early for a VM that was started without it")
			    : _("another display for a VM that was started with monitor-early"));
	if (is_alone(is) && !is_alone(was))
		judge_verified(f, list);
}

/* --- replacing ----------------------------------------------------------------------------- */

static int write_file(const struct vm_file *f, const char *text, size_t len)
{
	_free_ char *now = NULL;
	size_t n = 0;
	int r = file_read_at(AT_FDCWD, f->path, WISH_FILE_MAX, &now, &n);

	if (!r && (n != f->len || memcmp(now, f->text, n))) {
		say(_("%s: somebody else has changed it meanwhile; nothing was written"), f->path);
		return EXIT_BUSY;
	}
	if (!r)
		r = file_replace_at(AT_FDCWD, f->path, text, len, f->st.st_mode & 07777);
	if (!r)
		return EXIT_OK;
	say(_("%s: cannot be written: %s"), f->path, strerror(-r));
	return r == -EACCES || r == -EPERM ? EXIT_PRIVILEGE : EXIT_FAILED;
}

int vm_file_replace(struct vm_file *f, const char *text, size_t len, bool force, bool show)
{
	struct findings list = { 0 };
	int code = vm_file_check(f, text, len);

	if (code)
		return code;
	if (len == f->len && !memcmp(text, f->text, len)) {
		if (show)
			printf(_("%s: nothing to change.\n"), f->name);
		return EXIT_OK;
	}
	judge_display(f, &list);
	if (list.n && !force)
		return findings_refuse(&list);
	code = write_file(f, text, len);
	if (code)
		return code;
	if (!show)
		return EXIT_OK;
	printf("%s:\n", f->path);
	wish_edit_diff(stdout, f->text, text);
	if (!f->live && lock_vm_held(&f->paths, f->name) == 1)
		printf(_("%s runs; this holds from its next start on.\n"), f->name);
	return EXIT_OK;
}
