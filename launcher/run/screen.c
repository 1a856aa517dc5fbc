/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. screen_begin() writes the note: everything that is there before and will
 * not be there while a VM has the device. screen_take() then stops and detaches; it notes nothing,
 * because screen_give_back() compares the note with what is there, and does what is missing. So a
 * hand-over that was cut anywhere is undone by the same call as one that is over, and twice is as
 * good as once. The device itself is bind.c's, taken after and given back before.
 *
 * Consoles are told by what their driver is called, not by number: the number of the framebuffer's
 * console may be another one when the driver is back. A framebuffer of the firmware comes back only
 * where no driver had the device; a driver has its own.
 */
#include "launcher/run/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>

#include "launcher/base/clock.h"
#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/run/bind.h"
#include "launcher/run/bind_write.h"
#include "launcher/run/screen_note.h"

/* systemd gives a unit 90 s to stop (DefaultTimeoutStopSec=) before it kills what is left. */
struct screen_waits screen_waits = {
	.manager_ms = 100000, .term_ms = 5000, .kill_ms = 5000, .look_again_ms = 100, .node_ms = 5000,
};

static const char *root_of(const char *sysroot)
{
	return strcmp(sysroot, "/") ? sysroot : "";
}

static int fail(struct screen_error *e, int err, const char *fmt, ...) printf_(3, 4);

static int fail(struct screen_error *e, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	e->err = err;
	return -err;
}

/* --- systemd ------------------------------------------------------------------ */

static bool has_systemd(const char *sysroot)
{
	char path[PATH_MAX];

	return str_print(path, sizeof(path), "%s/run/systemd/system", root_of(sysroot)) &&
	       !access(path, F_OK);
}

/* `systemctl VERB [--no-block] UNIT`; below a made-up root, the one there. */
static int systemctl(const char *sysroot, const char *verb, const char *option, const char *unit)
{
	static const char *const places[] = {
		"/usr/bin/systemctl", "/bin/systemctl", "/run/current-system/sw/bin/systemctl",
	};
	int r = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(places) && r == -ENOENT; i++) {
		char path[PATH_MAX];
		char *const argv[] = { path, (char *)verb, (char *)option, "--", (char *)unit, NULL };

		if (str_print(path, sizeof(path), "%s%s", root_of(sysroot), places[i]))
			r = bind_run(argv, screen_waits.manager_ms);
	}
	return r;
}

int screen_refuse(const char *sysroot, const struct holders *h, struct screen_error *e)
{
	char who[160], fix[160];

	for (size_t i = 0; i < h->n; i++) {
		if (!holder_is_vm(&h->v[i]))
			continue;
		holder_text(&h->v[i], who, sizeof(who));
		return fail(e, EBUSY, _("%s has the device; first: %s"), who,
			    holder_fix(h, &h->v[i], fix, sizeof(fix)));
	}
	if (*h->manager && holders_screen(h) && !has_systemd(sysroot))
		return fail(e, EBUSY,
			    _("%s runs without systemd, and igvm cannot start it again: stop it "
			      "yourself, then start the VM"), h->manager);
	return 0;
}

/* --- take ---------------------------------------------------------------------- */

static void note_holder(struct screen_note *n, const struct holder *h)
{
	if (h->kind == HOLDER_CONSOLE)
		n->consoles = true;
	if (h->kind != HOLDER_FRAMEBUFFER || n->n_fb == SCREEN_FBS_MAX)
		return;
	str_fit(n->fb[n->n_fb].driver, sizeof(n->fb[0].driver), h->comm);
	str_fit(n->fb[n->n_fb].name, sizeof(n->fb[0].name), h->name);
	n->n_fb++;
}

int screen_begin(const char *sysroot, const struct paths *p, struct bdf bdf, const char *owner,
		 const struct holders *h, struct screen_error *e)
{
	struct screen_note n, old;
	char driver[32];
	int r = bind_driver(sysroot, bdf, driver), had = screen_note_load(p, bdf, &old);

	if (r)
		return fail(e, -r, _("the driver of the device cannot be read"));
	if (had && had != -ENOENT)
		return fail(e, -had, "%s/bind", p->run);
	n = (struct screen_note){ .bdf = bdf };
	if (!had) {
		n = old;
		n.lost[0] = '\0';
	}
	if (had || (*driver && strcmp(driver, "vfio-pci")))
		str_fit(n.driver, sizeof(n.driver), driver);
	if (*h->manager && holders_screen(h))
		str_fit(n.unit, sizeof(n.unit), h->manager);
	for (size_t i = 0; i < h->n && had; i++)
		note_holder(&n, &h->v[i]);
	for (size_t i = 0; i < h->n && !had; i++)
		n.consoles |= h->v[i].kind == HOLDER_CONSOLE;
	if (!str_copy(n.owner, sizeof(n.owner), owner))
		return fail(e, ENAMETOOLONG, "%s", owner);
	r = screen_note_store(p, &n);
	return r ? fail(e, -r, _("%s/bind cannot be written"), p->run) : 0;
}

static int look(const char *sysroot, struct bdf bdf, struct holders *h)
{
	struct tree t;
	int r = tree_init(&t, sysroot);

	if (r)
		return r;
	r = holders_read(&t, bdf, h);
	close(t.fd);
	return r;
}

/* Only while it is the program that was seen: its pid may be another's by now. */
static void signal_holder(const char *sysroot, const struct holder *h, int sig)
{
	_fd_ int fd = pidfd_open(h->pid, 0);
	char path[PATH_MAX], comm[32];

	if (fd < 0 || h->pid <= 1 || h->pid == getpid() ||
	    !str_print(path, sizeof(path), "%s/proc/%d/comm", root_of(sysroot), (int)h->pid) ||
	    file_read_line_at(AT_FDCWD, path, comm, sizeof(comm)))
		return;
	str_sanitize(comm);
	if (!strcmp(comm, h->comm))
		pidfd_send_signal(fd, sig, NULL, 0);
}

/* The first process among them; NULL: nobody has it open. */
static const struct holder *first_process(const struct holders *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].pid)
			return &h->v[i];
	return NULL;
}

/* SIGTERM to each once, also to those that come later; SIGKILL to all after a while. */
static int end_holders(const char *sysroot, struct bdf bdf, struct holders *h, struct screen_error *e)
{
	int64_t begun = clock_ms();
	pid_t told[HOLDERS_MAX];
	size_t n_told = 0;
	char who[160];

	for (;;) {
		int64_t age = clock_ms() - begun;
		const struct holder *first;
		int r = look(sysroot, bdf, h);

		if (r)
			return fail(e, -r, "%s/proc", root_of(sysroot));
		first = first_process(h);
		if (!first)
			return 0;
		for (size_t i = 0; i < h->n; i++) {
			bool again = false;

			for (size_t k = 0; k < n_told; k++)
				again |= told[k] == h->v[i].pid;
			if (!holder_is_screen(&h->v[i]) || (again && age < screen_waits.term_ms))
				continue;
			signal_holder(sysroot, &h->v[i], age < screen_waits.term_ms ? SIGTERM : SIGKILL);
			if (!again && n_told < HOLDERS_MAX)
				told[n_told++] = h->v[i].pid;
		}
		if (holder_is_vm(first) || age > screen_waits.term_ms + screen_waits.kill_ms)
			return fail(e, EBUSY, _("%s does not let go of %s"),
				    holder_text(first, who, sizeof(who)), first->node);
		poll(NULL, 0, screen_waits.look_again_ms);
	}
}

static int write_sys(const char *sysroot, struct screen_error *e, const char *text, const char *fmt, ...)
	printf_(4, 5);

static int write_sys(const char *sysroot, struct screen_error *e, const char *text, const char *fmt, ...)
{
	char path[PATH_MAX], rest[256];
	va_list ap;
	int r;

	va_start(ap, fmt);
	vsnprintf(rest, sizeof(rest), fmt, ap);
	va_end(ap);
	if (!str_print(path, sizeof(path), "%s/sys/%s", root_of(sysroot), rest))
		return -ENAMETOOLONG;
	r = bind_write(path, text, -1);
	return r ? fail(e, -r, "%s (%s)", path, text) : 0;
}

/* The kernel drops both by itself when the driver goes (since 6.0 for the framebuffer, too): not
 * to be there any more is no failure. */
static int detach(const char *sysroot, const struct holders *h, struct screen_error *e)
{
	int r = 0;

	for (size_t i = 0; i < h->n && !r; i++) {
		const struct holder *x = &h->v[i];

		if (x->kind == HOLDER_CONSOLE)
			r = write_sys(sysroot, e, "0", "class/vtconsole/%s/bind", x->name);
		else if (x->kind == HOLDER_FRAMEBUFFER)
			r = write_sys(sysroot, e, x->name, "bus/platform/drivers/%s/unbind", x->comm);
		if (r == -ENOENT || r == -ENODEV)
			r = 0;
	}
	return r;
}

int screen_take(const char *sysroot, const struct paths *p, struct bdf bdf, struct screen_error *e)
{
	_free_ struct holders *h = malloc(sizeof(*h));
	struct screen_note n;
	int r = h ? screen_note_load(p, bdf, &n) : -ENOMEM;

	if (r)
		return fail(e, -r, "%s/bind", p->run);
	if (*n.unit) {
		r = systemctl(sysroot, "stop", "--no-ask-password", n.unit);
		if (r)
			return fail(e, -r, _("systemctl stop %s failed"), n.unit);
	}
	r = end_holders(sysroot, bdf, h, e);
	return r ? r : detach(sysroot, h, e);
}

/* --- give back ------------------------------------------------------------------ */

static bool has_node(const char *sysroot, const char *bdf)
{
	char path[PATH_MAX];
	_dir_ DIR *dir = NULL;
	struct dirent *d;

	if (!str_print(path, sizeof(path), "%s/sys/bus/pci/devices/%s/drm", root_of(sysroot), bdf))
		return false;
	dir = opendir(path);
	while (dir && (d = readdir(dir)))
		if (str_starts(d->d_name, "card"))
			return true;
	return false;
}

/* Is the device with the driver it had, and does that offer a DRM node? Else why not, in n->lost. */
static void check_driver(const char *sysroot, struct screen_note *n)
{
	char text[BDF_TEXT_MAX], now[32];
	struct screen_error e = { 0 };
	int r = bind_driver(sysroot, n->bdf, now);

	bdf_text(n->bdf, text);
	n->lost[0] = '\0';
	if (!r && *n->driver && !*now) {
		(void)!write_sys(sysroot, &e, text, "bus/pci/drivers_probe");
		r = bind_driver(sysroot, n->bdf, now);
	}
	if (r)
		snprintf(n->lost, sizeof(n->lost), "%s is not there any more", text);
	else if (*n->driver && strcmp(now, n->driver))
		snprintf(n->lost, sizeof(n->lost), "%s did not take %s back: it is with %s", n->driver,
			 text, *now ? now : "no driver");
	if (*n->lost || !*n->driver)
		return;
	for (int64_t end = clock_ms() + screen_waits.node_ms; !has_node(sysroot, text); poll(NULL, 0, 20))
		if (clock_ms() > end) {
			snprintf(n->lost, sizeof(n->lost), "%s has %s back but offers no picture (no "
				 "node below /dev/dri)", n->driver, text);
			return;
		}
}

/* Every console of the framebuffer that is not bound. */
static int attach_consoles(const char *sysroot, struct screen_error *e)
{
	char dir_path[PATH_MAX], path[PATH_MAX + 300], line[64];
	_dir_ DIR *dir = NULL;
	struct dirent *d;
	int r = 0;

	if (!str_print(dir_path, sizeof(dir_path), "%s/sys/class/vtconsole", root_of(sysroot)))
		return -ENAMETOOLONG;
	dir = opendir(dir_path);
	while (dir && !r && (d = readdir(dir))) {
		if (!str_starts(d->d_name, "vtcon"))
			continue;
		snprintf(path, sizeof(path), "%s/%s/name", dir_path, d->d_name);
		if (file_read_line_at(AT_FDCWD, path, line, sizeof(line)) ||
		    !strstr(line, "frame buffer"))
			continue;
		snprintf(path, sizeof(path), "%s/%s/bind", dir_path, d->d_name);
		if (!file_read_line_at(AT_FDCWD, path, line, sizeof(line)) && !strcmp(line, "0"))
			r = write_sys(sysroot, e, "1", "class/vtconsole/%s/bind", d->d_name);
		if (r == -ENOENT || r == -ENODEV)
			r = 0;
	}
	return r;
}

/* One that is bound already, or whose driver is gone, is left as it is. */
static void attach_framebuffers(const char *sysroot, const struct screen_note *n)
{
	struct screen_error e = { 0 };

	for (size_t i = 0; i < n->n_fb && !*n->driver; i++)
		(void)!write_sys(sysroot, &e, n->fb[i].name, "bus/platform/drivers/%s/bind",
				 n->fb[i].driver);
}

int screen_give_back(const char *sysroot, const struct paths *p, struct bdf bdf,
		     struct screen_error *e)
{
	struct screen_note n;
	int r = screen_note_load(p, bdf, &n), first = 0;

	*e = (struct screen_error){ 0 };
	if (r)
		return r == -ENOENT ? 0 : fail(e, -r, "%s/bind", p->run);
	check_driver(sysroot, &n);
	attach_framebuffers(sysroot, &n);
	if (n.consoles)
		first = attach_consoles(sysroot, e);
	/* Also without the device: there may be another screen. Asking for it again is harmless. */
	if (*n.unit) {
		r = systemctl(sysroot, "start", "--no-block", n.unit);
		if (r && !first)
			first = fail(e, -r, _("systemctl start %s failed"), n.unit);
	}
	if (!*n.lost && !first)
		return screen_note_remove(p, bdf);
	r = screen_note_store(p, &n);
	if (r && !first)
		first = fail(e, -r, _("%s/bind cannot be written"), p->run);
	return *n.lost ? fail(e, ENODEV, _("%s: reboot needed"), n.lost) : first;
}
