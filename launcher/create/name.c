/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/create/create.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "launcher/base/file.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/create/tool.h"
#include "launcher/run/lock.h"

static int find_places(struct create *c)
{
	const char *name = c->o.name;

	if (paths_mine(&c->paths, "/")) {
		say(_("no place for your VMs: set HOME, or the XDG variables"));
		return EXIT_FAILED;
	}
	if (str_print(c->stage, PATH_MAX, "%s/.%s.new", c->paths.data, name) &&
	    str_print(c->data, PATH_MAX, "%s/%s", c->paths.data, name) &&
	    str_print(c->file, PATH_MAX, "%s/%s.conf", c->paths.vms, name) &&
	    str_print(c->file_new, PATH_MAX, "%s/.%s.conf.new", c->paths.vms, name) &&
	    str_print(c->dropins, PATH_MAX, "%s/%s.conf.d", c->paths.vms, name))
		return EXIT_OK;
	say(_("%s: the path is too long"), c->paths.data);
	return EXIT_FAILED;
}

/* Every folder of its way is made when it is missing; one sentence when it cannot be. */
static int make_dir(const char *path, mode_t mode)
{
	int fd = dir_open_mine(path, mode);

	if (fd >= 0) {
		close(fd);
		return EXIT_OK;
	}
	if (fd == -EPERM)
		say(_("%s: belongs to somebody else or others may write it: make it yours alone "
		      "(chown, chmod go-w)"), path);
	else
		say(_("%s: cannot be made: %s"), path, strerror(-fd));
	return fd == -EACCES ? EXIT_PRIVILEGE : EXIT_FAILED;
}

/* "Demo" beside "demo": two files on ext4, one on a stick, and one for people. */
static const char *other_case(const char *dir, const char *tail, const char *name, char found[static 64])
{
	_dir_ DIR *d = opendir(dir);
	size_t n = strlen(name);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (strncasecmp(e->d_name, name, n) || strcmp(e->d_name + n, tail) ||
		    !strncmp(e->d_name, name, n))
			continue;
		snprintf(found, 64, "%.*s", (int)n, e->d_name);
		return found;
	}
	return NULL;
}

static int check_name(const struct create *c)
{
	const char *name = c->o.name, *other;
	char found[64];

	if (!access(c->file, F_OK)) {
		say(_("there is a VM '%s' already: %s; `igvm start %s` starts it"), name, c->file, name);
		return EXIT_FAILED;
	}
	other = other_case(c->paths.vms, ".conf", name, found);
	if (!other)
		other = other_case(c->paths.data, "", name, found);
	if (other) {
		say(_("'%s' differs from the VM '%s' in nothing but upper and lower case: choose another "
		      "name"), name, other);
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

static int say_lock(const struct create *c, int r)
{
	if (r == -EBUSY) {
		say(_("%s: is being made or started by another igvm"), c->o.name);
		return EXIT_BUSY;
	}
	say(_("%s: cannot take the VM's lock below %s: %s"), c->o.name, c->paths.run, strerror(-r));
	return r == -EACCES ? EXIT_PRIVILEGE : EXIT_FAILED;
}

/* The VM's lock, and the one of the same name in lower case where that is another. */
static int take_locks(struct create *c)
{
	char lower[64];
	size_t i;

	c->lock = lock_vm(&c->paths, c->o.name);
	if (c->lock < 0)
		return say_lock(c, c->lock);
	for (i = 0; i < sizeof(lower) - 1 && c->o.name[i]; i++)
		lower[i] = (char)tolower((unsigned char)c->o.name[i]);
	lower[i] = '\0';
	if (!strcmp(lower, c->o.name))
		return EXIT_OK;
	c->case_lock = lock_vm(&c->paths, lower);
	return c->case_lock < 0 ? say_lock(c, c->case_lock) : EXIT_OK;
}

/* A tree of packages is deeper than dir_remove() goes. */
static int remove_tree(const char *path)
{
	const char *const argv[] = { "rm", "-rf", "--one-file-system", "--", path, NULL };
	char text[128];

	return access(path, F_OK) ? 0 : tool_run(&(struct tool){ .argv = argv }, text, sizeof(text));
}

/* What a create that was killed has left. */
static int remove_leftovers(const struct create *c)
{
	const char *const mine[] = { c->stage, c->file_new };
	bool unfinished = !access(c->file_new, F_OK);

	if (unfinished && (remove_tree(c->data) || remove_tree(c->dropins))) {
		say(_("%s: what an interrupted create left cannot be removed"), c->data);
		return EXIT_FAILED;
	}
	for (size_t i = 0; i < ARRAY_SIZE(mine); i++)
		if (remove_tree(mine[i])) {
			say(_("%s: what an interrupted create left cannot be removed"), mine[i]);
			return EXIT_FAILED;
		}
	if (unfinished)
		fprintf(stderr, _("igvm: %s: what an interrupted create had left was removed\n"), c->o.name);
	if (access(c->data, F_OK) && access(c->dropins, F_OK))
		return EXIT_OK;
	say(_("%s: there already, and of no VM igvm knows (the disks of a deleted VM are kept): move it away, "
	      "or choose another name"),
	    access(c->data, F_OK) ? c->dropins : c->data);
	return EXIT_FAILED;
}

int create_claim(struct create *c)
{
	int r = find_places(c);

	if (!r)
		r = check_name(c);
	if (!r)
		r = make_dir(c->paths.vms, 0755);
	if (!r)
		r = make_dir(c->paths.data, 0755);
	if (!r)
		r = take_locks(c);
	/* Once more: whoever held the lock until now may have made it. */
	if (!r)
		r = check_name(c);
	return r ? r : remove_leftovers(c);
}

void create_abandon(struct create *c)
{
	/* Cleaning up is done to its end. */
	tool_interrupted = 0;
	if (c->staged) {
		remove_tree(c->stage);
		if (!access(c->file_new, F_OK)) {
			remove_tree(c->data);
			remove_tree(c->dropins);
			unlink(c->file_new);
		}
	}
	pipeline_free(TAKE(c->plan));
	cleanup_fd(&c->case_lock);
	cleanup_fd(&c->lock);
	c->lock = c->case_lock = -1;
	explicit_bzero(c->password, sizeof(c->password));
	explicit_bzero(c->key, sizeof(c->key));
}
