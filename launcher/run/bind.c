/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. The journal run/bind/BDF.json holds what the device was
 * before (driver, driver_override) and a phase:
 *
 *   claiming    written before the first write; found later: undo
 *   claimed     written after vfio-pci was seen bound; found later: leave alone
 *   releasing   written before the first write back; found later: finish
 *
 * bind_claim() begins with bind_repair(). Undo and finish are the same: give_back(). It looks at the state as it is and
 * writes only what differs, so it may begin after any interruption, and be
 * interrupted and begun again. A write that hangs in the kernel (-ETIMEDOUT) ends
 * every attempt at once, because the device's lock is taken in there and the next
 * write would hang as well; the journal stays for bind_repair().
 *
 * Whoever moves a device has its hand-over lock, and each writing child has it with him: a call that finds
 * a write of a killed one still in the kernel waits for its end before it looks at anything.
 */
#include "launcher/run/bind.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/bind_write.h"
#include "launcher/run/lock.h"
#include "launcher/run/record.h"

#define VFIO_PCI	"vfio-pci"
#define BIND_VERSION	1
#define BIND_BYTES	4096

/* A driver that probes asynchronously may be seen a moment after drivers_probe has returned. */
enum { LINK_MS = 1000, LINK_STEP_MS = 10 };

enum phase { CLAIMING, CLAIMED, RELEASING };

static const char *const phase_text[] = {
	[CLAIMING] = "claiming", [CLAIMED] = "claimed", [RELEASING] = "releasing",
};

struct handover {
	const char *root;	/* sysroot, "" for "/" */
	struct bdf bdf;
	char text[BDF_TEXT_MAX];
	struct bind_error *e;
	int lock;		/* of hand-overs; -1 not taken */

	/* the journal */
	enum phase phase;
	char owner[64];
	char driver[32];	/* before; "" none */
	char override[32];	/* before; "" none */
};

static struct handover handover_make(const char *sysroot, struct bdf bdf, struct bind_error *e)
{
	struct handover h = { .root = strcmp(sysroot, "/") ? sysroot : "", .bdf = bdf, .e = e, .lock = -1 };

	*e = (struct bind_error){ 0 };
	bdf_text(bdf, h.text);
	return h;
}

static int fail(struct handover *h, const char *path, const char *value, int err)
{
	str_fit(h->e->path, sizeof(h->e->path), path);
	str_fit(h->e->value, sizeof(h->e->value), value);
	h->e->value[strcspn(h->e->value, "\n")] = '\0';
	h->e->err = err;
	return -err;
}

static int begin(struct handover *h, const struct paths *p)
{
	char path[PATH_MAX];

	h->lock = lock_hand_over(p, h->bdf);
	if (h->lock >= 0)
		return 0;
	if (h->lock != -ETIMEDOUT || !str_print(path, sizeof(path), "%s/sys/bus/pci/devices/%s", h->root, h->text))
		str_fit(path, sizeof(path), p->run);
	return fail(h, path, "", -h->lock);
}

static int end(struct handover *h, int r)
{
	if (h->lock >= 0)
		close(h->lock);
	h->lock = -1;
	return r;
}

/* --- sysfs ---------------------------------------------------------------- */

static bool device_path(const struct handover *h, const char *file, char path[static PATH_MAX])
{
	return str_print(path, PATH_MAX, "%s/sys/bus/pci/devices/%s%s%s", h->root, h->text,
			 *file ? "/" : "", file);
}

static int read_driver(const char *root, const char *text, char driver[static 32])
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *base;
	ssize_t n;

	driver[0] = '\0';
	if (!str_print(path, sizeof(path), "%s/sys/bus/pci/devices/%s/driver", root, text))
		return -ENAMETOOLONG;
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0 && errno != ENOENT)
		return -errno;
	if (n < 0) {
		*strrchr(path, '/') = '\0';
		return access(path, F_OK) ? -ENODEV : 0;
	}
	target[n] = '\0';
	base = strrchr(target, '/');
	return str_copy(driver, 32, base ? base + 1 : target) ? 0 : -ENAMETOOLONG;
}

int bind_driver(const char *sysroot, struct bdf bdf, char driver[static 32])
{
	char text[BDF_TEXT_MAX];

	return read_driver(strcmp(sysroot, "/") ? sysroot : "", bdf_text(bdf, text), driver);
}

/* The kernel prints "(null)" where none is set. */
static int read_override(struct handover *h, char value[static 32])
{
	char path[PATH_MAX];
	int r;

	if (!device_path(h, "driver_override", path))
		return fail(h, h->root, "", ENAMETOOLONG);
	r = file_read_line_at(AT_FDCWD, path, value, 32);
	if (r)
		return fail(h, path, "", -r);
	if (!strcmp(value, "(null)"))
		value[0] = '\0';
	return 0;
}

static int write_file(struct handover *h, const char *path, const char *value)
{
	int r = bind_write(path, value, h->lock);

	return r ? fail(h, path, value, -r) : 0;
}

/* driver_override is cleared by an empty line. */
static int write_override(struct handover *h, const char *value)
{
	char path[PATH_MAX], line[40], now[32];
	int r = read_override(h, now);

	if (r)
		return r;
	if (!strcmp(now, value))
		return 0;
	snprintf(line, sizeof(line), "%s\n", value);
	return device_path(h, "driver_override", path) ? write_file(h, path, line) : -ENAMETOOLONG;
}

/* Wait until the device's driver is @want ("" none). -ENODEV: it is not. */
static int wait_driver(struct handover *h, const char *want)
{
	const struct timespec step = { .tv_nsec = LINK_STEP_MS * 1000000L };
	char path[PATH_MAX], now[32];

	for (int ms = 0;; ms += LINK_STEP_MS) {
		int r = read_driver(h->root, h->text, now);

		if (!r && !strcmp(now, want))
			return 0;
		if (r || ms >= LINK_MS) {
			if (!device_path(h, "driver", path))
				path[0] = '\0';
			return fail(h, path, want, r ? -r : ENODEV);
		}
		nanosleep(&step, NULL);
	}
}

/* Wait a while for any driver; none is no error: perhaps there is none for it. */
static void await_driver(const struct handover *h)
{
	const struct timespec step = { .tv_nsec = LINK_STEP_MS * 1000000L };
	char now[32] = "";

	for (int ms = 0; ms < LINK_MS && !read_driver(h->root, h->text, now) && !*now;
	     ms += LINK_STEP_MS)
		nanosleep(&step, NULL);
}

static int unbind(struct handover *h)
{
	char path[PATH_MAX];
	int r;

	if (!device_path(h, "driver/unbind", path))
		return fail(h, h->root, "", ENAMETOOLONG);
	r = write_file(h, path, h->text);
	return r ? r : wait_driver(h, "");
}

static bool bus_path(const struct handover *h, const char *driver, const char *file,
		     char path[static PATH_MAX])
{
	if (!driver)
		return str_print(path, PATH_MAX, "%s/sys/bus/pci/%s", h->root, file);
	return str_print(path, PATH_MAX, "%s/sys/bus/pci/drivers/%s%s%s", h->root, driver,
			 *file ? "/" : "", file);
}

static int probe(struct handover *h)
{
	char path[PATH_MAX];

	return bus_path(h, NULL, "drivers_probe", path) ? write_file(h, path, h->text) : -ENAMETOOLONG;
}

/* Is @driver registered? A missing one is loaded, below the real root. */
static int need_driver(struct handover *h, const char *driver)
{
	char path[PATH_MAX];
	int r = 0;

	if (!bus_path(h, driver, "", path))
		return fail(h, h->root, driver, ENAMETOOLONG);
	if (!access(path, F_OK))
		return 0;
	if (!*h->root)
		r = bind_modprobe(driver);
	if (!r && !access(path, F_OK))
		return 0;
	return fail(h, path, driver, r == -ETIMEDOUT ? ETIMEDOUT : ENOENT);
}

/* --- journal -------------------------------------------------------------- */

static int open_journal_dir(const struct paths *p)
{
	char dir[PATH_MAX];
	int run = dir_open_mine(p->run, 0755);

	if (run < 0)
		return run;
	close(run);
	return str_print(dir, sizeof(dir), "%s/bind", p->run) ? dir_open_mine(dir, 0700) :
								 -ENAMETOOLONG;
}

static void journal_name(const char *bdf, char name[static 32])
{
	snprintf(name, 32, "%s.json", bdf);
}

static int journal_store(struct handover *h, const struct paths *p, enum phase phase)
{
	_fd_ int dir = open_journal_dir(p);
	_json_ json_t *json = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s}", "version", BIND_VERSION,
					"kind", "bind", "device", h->text, "owner", h->owner, "phase",
					phase_text[phase], "driver", h->driver, "override",
					h->override);
	char name[32];
	int r;

	journal_name(h->text, name);
	h->phase = phase;
	r = dir < 0 ? dir : !json ? -ENOMEM : file_replace_json_at(dir, name, json, 0600);
	return r ? fail(h, p->run, name, -r) : 0;
}

static int journal_remove(struct handover *h, const struct paths *p)
{
	_fd_ int dir = open_journal_dir(p);
	char name[32];

	journal_name(h->text, name);
	if (dir < 0)
		return fail(h, p->run, name, -dir);
	if (unlinkat(dir, name, 0) && errno != ENOENT)
		return fail(h, p->run, name, errno);
	return fsync(dir) ? fail(h, p->run, name, errno) : 0;
}

static int parse_phase(const char *text, enum phase *phase)
{
	for (size_t i = 0; i < ARRAY_SIZE(phase_text); i++)
		if (!strcmp(text, phase_text[i])) {
			*phase = (enum phase)i;
			return 0;
		}
	return -EBADMSG;
}

static int journal_parse(json_t *json, struct handover *h)
{
	const char *owner, *phase, *driver, *override;
	int r = record_check_version(json, BIND_VERSION);

	if (r)
		return r;
	if (json_unpack(json, "{s:s, s:s, s:s, s:s}", "owner", &owner, "phase", &phase, "driver",
			&driver, "override", &override) ||
	    strchr(driver, '/') || strchr(override, '\n') ||
	    !str_copy(h->owner, sizeof(h->owner), owner) ||
	    !str_copy(h->driver, sizeof(h->driver), driver) ||
	    !str_copy(h->override, sizeof(h->override), override))
		return -EBADMSG;
	return parse_phase(phase, &h->phase);
}

/* -ENOENT: there is none. */
static int journal_load(struct handover *h, const struct paths *p)
{
	char path[PATH_MAX];
	_json_ json_t *json = NULL;
	int err = -ENAMETOOLONG;

	if (str_print(path, sizeof(path), "%s/bind/%s.json", p->run, h->text))
		json = file_load_json_at(AT_FDCWD, path, BIND_BYTES, &err);
	if (json)
		err = journal_parse(json, h);
	if (err && err != -ENOENT)
		fail(h, path, "", -err);
	return err;
}

int bind_owned(const struct paths *p, const char *owner, struct bdf v[static BIND_DEVICES_MAX])
{
	char path[PATH_MAX];
	_dir_ DIR *dir = NULL;
	struct dirent *d;
	int n = 0;

	if (!str_print(path, sizeof(path), "%s/bind", p->run))
		return -ENAMETOOLONG;
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (n < BIND_DEVICES_MAX && (d = readdir(dir))) {
		char text[BDF_TEXT_MAX];
		struct bind_error e;
		struct handover h;

		str_fit(text, sizeof(text), d->d_name);
		if (!bdf_parse(text, &v[n]))
			continue;
		h = handover_make("/", v[n], &e);
		if (strlen(d->d_name) != strlen(h.text) + strlen(".json") || journal_load(&h, p))
			continue;
		if (!owner || !strcmp(h.owner, owner))
			n++;
	}
	return n;
}

/* --- moves ---------------------------------------------------------------- */

/* Bind to the driver before. A device nobody drove stays free. */
static int bind_before(struct handover *h)
{
	char path[PATH_MAX], now[32];
	int r = read_driver(h->root, h->text, now);

	if (r || !*h->driver || !strcmp(now, h->driver))
		return r;
	r = need_driver(h, h->driver);
	if (r)
		return r == -ETIMEDOUT ? r : fail(h, h->e->path, h->driver, ENODEV);
	if (*now) {
		r = unbind(h);
		if (r)
			return r;
	}
	/* "bind" names the driver; drivers_probe would take the first that matches. */
	if (!bus_path(h, h->driver, "bind", path))
		return fail(h, h->root, h->driver, ENAMETOOLONG);
	r = write_file(h, path, h->text);
	return r ? r : wait_driver(h, h->driver);
}

/* From any state to the one in the journal, then no journal. */
static int give_back(struct handover *h, const struct paths *p)
{
	char now[32];
	int r = read_driver(h->root, h->text, now), r2;

	/* A device that is gone (hot-unplugged, other machine's disk) has nothing to get back. */
	if (r == -ENODEV)
		return journal_remove(h, p);
	if (!r)
		r = write_override(h, h->override);
	if (!r && !strcmp(now, VFIO_PCI) && strcmp(h->driver, VFIO_PCI))
		r = unbind(h);
	if (!r)
		r = bind_before(h);
	if (r && r != -ENODEV)
		return r;
	r2 = journal_remove(h, p);
	return r2 ? r2 : r;
}

static int take(struct handover *h)
{
	int r = write_override(h, VFIO_PCI);

	if (!r && *h->driver)
		r = unbind(h);
	if (!r)
		r = probe(h);
	return r ? r : wait_driver(h, VFIO_PCI);
}

/* vfio-pci already: whose hand-over is it, and what was there before? */
static int adopt(struct handover *h, const struct paths *p, const char *owner, char prev[static 32])
{
	int r = journal_load(h, p);

	str_fit(prev, 32, VFIO_PCI);
	if (r == -ENOENT)
		return 0;
	if (r)
		return r;
	str_fit(prev, 32, h->driver);
	if (!strcmp(h->owner, "cli") || !strcmp(h->owner, owner))
		return 0;
	str_fit(h->owner, sizeof(h->owner), owner);
	return journal_store(h, p, h->phase);
}

static int repair(struct handover *h, const struct paths *p)
{
	int r = journal_load(h, p);

	if (r == -ENOENT)
		return 0;
	if (r || h->phase == CLAIMED)
		return r;
	return give_back(h, p);
}

static int claim(struct handover *h, const struct paths *p, const char *sysroot, const char *owner,
		 char prev[static 32])
{
	struct bind_error first;
	int r = read_driver(h->root, h->text, h->driver);

	if (r)
		return fail(h, h->text, "", -r);
	if (!strcmp(h->driver, VFIO_PCI))
		return adopt(h, p, owner, prev);
	if (!str_copy(h->owner, sizeof(h->owner), owner))
		return fail(h, owner, "", ENAMETOOLONG);
	str_fit(prev, 32, h->driver);
	r = need_driver(h, VFIO_PCI);
	if (!r)
		r = read_override(h, h->override);
	if (r)
		return r;
	if (bind_holder(sysroot, h->bdf, h->e))
		return -EBUSY;
	r = journal_store(h, p, CLAIMING);
	if (!r)
		r = take(h);
	if (!r)
		return journal_store(h, p, CLAIMED);
	first = *h->e;
	if (r != -ETIMEDOUT && give_back(h, p) == -ETIMEDOUT)
		return -ETIMEDOUT;
	*h->e = first;
	return r;
}

int bind_claim(const char *sysroot, const struct paths *p, struct bdf bdf, const char *owner,
	       char prev[static 32], struct bind_error *e)
{
	struct handover h = handover_make(sysroot, bdf, e), old = h;
	int r = begin(&h, p);

	prev[0] = '\0';
	old.lock = h.lock;
	if (!r)
		r = repair(&old, p);
	if (!r)
		r = claim(&h, p, sysroot, owner, prev);
	return end(&h, r);
}

/* No journal: igvm bind of an earlier boot, or vfio-pci.ids= on the kernel's command line. */
static int release_unknown(struct handover *h)
{
	char now[32];
	int r = read_driver(h->root, h->text, now);

	if (r)
		return fail(h, h->text, "", -r);
	if (strcmp(now, VFIO_PCI))
		return 0;
	r = write_override(h, "");
	if (!r)
		r = unbind(h);
	if (!r)
		r = probe(h);
	if (!r)
		await_driver(h);
	return r;
}

static int release(struct handover *h, const struct paths *p, const char *sysroot, const char *owner)
{
	bool cli = !owner || !strcmp(owner, "cli");
	int r = journal_load(h, p);

	if (r && r != -ENOENT)
		return r;
	if (r == -ENOENT && !cli)
		return 0;
	if (!r && owner && strcmp(h->owner, owner))
		return 0;
	/* Unbinding a group that a VM has open would wait for the VM. */
	if (bind_holder(sysroot, h->bdf, h->e) && str_starts(h->e->path, "/dev/vfio/"))
		return -EBUSY;
	*h->e = (struct bind_error){ 0 };
	if (r == -ENOENT)
		return release_unknown(h);
	r = journal_store(h, p, RELEASING);
	return r ? r : give_back(h, p);
}

int bind_release(const char *sysroot, const struct paths *p, struct bdf bdf, const char *owner,
		 struct bind_error *e)
{
	struct handover h = handover_make(sysroot, bdf, e);
	int r = begin(&h, p);

	return end(&h, r ? r : release(&h, p, sysroot, owner));
}

int bind_repair(const char *sysroot, const struct paths *p, struct bdf bdf, struct bind_error *e)
{
	struct handover h = handover_make(sysroot, bdf, e);
	int r = begin(&h, p);

	return end(&h, r ? r : repair(&h, p));
}
