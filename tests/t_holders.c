/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who holds the device, told from trees of plain files with a proc/ of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/facts/holders.h"

#define DEVICE	"sys/bus/pci/devices/0000:00:02.0"

static const struct bdf igpu = { 0, 0, 2, 0 };
static char root[64];

static void put(const char *path, const char *data, size_t len)
{
	char full[PATH_MAX], *slash;
	int fd;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	slash = strrchr(full, '/');
	*slash = '\0';
	assert_int_equal(dir_make(full, 0755), 0);
	*slash = '/';
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write_all(fd, data, len), 0);
	close(fd);
}

static void put_text(const char *path, const char *text)
{
	put(path, text, strlen(text));
}

static void put_link(const char *path, const char *target)
{
	char full[PATH_MAX], *slash;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	slash = strrchr(full, '/');
	*slash = '\0';
	assert_int_equal(dir_make(full, 0755), 0);
	*slash = '/';
	assert_int_equal(symlink(target, full), 0);
}

static int host_new(void **state)
{
	(void)state;
	strcpy(root, "/tmp/igvm-holders.XXXXXX");
	assert_non_null(mkdtemp(root));
	put_text(DEVICE "/drm/card1/dev", "226:1\n");
	put_text(DEVICE "/drm/renderD129/dev", "226:129\n");
	put_link(DEVICE "/iommu_group", "../../../kernel/iommu_groups/12");
	put_text("etc/passwd", "root:x:0:0::/root:/bin/sh\nanna:x:1000:1000:Anna:/home/anna:/bin/bash\n"
		 "broken\n:::\n");
	put_text("proc/uptime", "1.0 1.0\n");
	return 0;
}

static int host_gone(void **state)
{
	(void)state;
	return dir_remove(root);
}

/** struct process - as it is below proc/ */
struct process {
	int pid;
	const char *comm, *cgroup, *node;
	const char *words;	/* of its command line, with blanks between */
	unsigned int uid;
};

static void put_process(const struct process *p)
{
	char path[128], text[512];
	size_t n = strlen(p->words ? p->words : "");

	snprintf(path, sizeof(path), "proc/%d/comm", p->pid);
	snprintf(text, sizeof(text), "%s\n", p->comm);
	put_text(path, text);
	snprintf(path, sizeof(path), "proc/%d/cgroup", p->pid);
	put_text(path, p->cgroup);
	snprintf(path, sizeof(path), "proc/%d/status", p->pid);
	snprintf(text, sizeof(text), "Name:\t%s\nUid:\t%u\t%u\t%u\t%u\n", p->comm, p->uid, p->uid, p->uid,
		 p->uid);
	put_text(path, text);
	snprintf(path, sizeof(path), "proc/%d/cmdline", p->pid);
	str_fit(text, sizeof(text), p->words ? p->words : "");
	for (size_t i = 0; i < n; i++)
		if (text[i] == ' ')
			text[i] = '\0';
	put(path, text, p->words ? n + 1 : 0);
	snprintf(path, sizeof(path), "proc/%d/fd/7", p->pid);
	put_link(path, p->node);
	snprintf(path, sizeof(path), "proc/%d/fd/0", p->pid);
	put_link(path, "/dev/null");
}

static struct holders *look(void)
{
	static struct holders h;
	struct tree t;

	assert_int_equal(tree_init(&t, root), 0);
	assert_int_equal(holders_read(&t, igpu, &h), 0);
	close(t.fd);
	return &h;
}

static void run_manager(const char *unit)
{
	char path[160];

	snprintf(path, sizeof(path), "sys/fs/cgroup/system.slice/%s/cgroup.procs", unit);
	put_text(path, "700\n");
}

#define SESSION	"0::/user.slice/user-1000.slice/session-2.scope\n"

static const struct row {
	struct process p;
	const char *manager;	/* that runs; NULL none */
	enum holder_kind kind;
	bool screen, vm;
	const char *text, *fix;
} rows[] = {
	{ { 812, "Xorg", SESSION, "/dev/dri/card1", NULL, 1000 }, "sddm.service", HOLDER_COMPOSITOR, true,
	  false, "Xorg of anna (pid 812)", "systemctl stop sddm.service" },
	{ { 813, "gnome-shell", "0::/user.slice/user-1000.slice/user@1000.service/session.slice/"
	    "org.gnome.Shell@wayland.service\n", "/dev/dri/renderD129", NULL, 1000 }, "gdm.service",
	  HOLDER_COMPOSITOR, true, false, "gnome-shell of anna (pid 813)", "systemctl stop gdm.service" },
	{ { 814, "sway", SESSION, "/dev/dri/card1", NULL, 1000 }, NULL, HOLDER_COMPOSITOR, true, false,
	  "sway of anna (pid 814)", "kill 814" },
	{ { 815, "kwin_wayland", "12:pids:/x\n1:name=systemd:/user.slice/session-3.scope\n",
	    "/dev/dri/card1", NULL, 4242 }, NULL, HOLDER_COMPOSITOR, true, false,
	  "kwin_wayland of uid 4242 (pid 815)", "kill 815" },
	{ { 816, "lightdm-gtk-gre", "0::/system.slice/lightdm.service\n", "/dev/dri/card1", NULL, 0 }, NULL,
	  HOLDER_MANAGER, true, false, "lightdm-gtk-gre of lightdm.service (pid 816)",
	  "systemctl stop lightdm.service" },
	{ { 817, "firefox", SESSION, "/dev/dri/renderD129", NULL, 1000 }, "sddm.service", HOLDER_PROGRAM,
	  true, false, "firefox of anna (pid 817)", "kill 817" },
	{ { 818, "systemd-logind", "0::/system.slice/systemd-logind.service\n", "/dev/dri/card1", NULL, 0 },
	  NULL, HOLDER_SYSTEM, false, false, "systemd-logind (pid 818), for a session",
	  "it lets go when the session ends: log out" },
	{ { 1, "systemd", "0::/init.scope\n", "/dev/dri/card1", NULL, 0 }, NULL, HOLDER_SYSTEM, false,
	  false, "systemd (pid 1), for a session", "it lets go when the session ends: log out" },
	{ { 819, "kvm", "0::/qemu.slice/101.scope\n", "/dev/vfio/12",
	    "/usr/bin/kvm -id 101 -name win11,debug-threads=on", 0 }, NULL, HOLDER_VM_PVE, false, true,
	  "the Proxmox VM 101 (pid 819)", "qm shutdown 101" },
	{ { 820, "qemu-system-x86", "0::/machine.slice/machine-qemu\\x2d3\\x2dwin11.scope/libvirt/emulator\n",
	    "/dev/vfio/12", "/usr/bin/qemu-system-x86_64 -name guest=win11,debug-threads=on", 64055 }, NULL,
	  HOLDER_VM_LIBVIRT, false, true, "the libvirt domain win11 (pid 820)", "virsh shutdown win11" },
	{ { 821, "qemu-system-x86", SESSION, "/dev/vfio/12", "qemu-system-x86_64 -m 1G", 1000 }, NULL,
	  HOLDER_VM_OTHER, false, true, "a QEMU that igvm did not start, qemu-system-x86 (pid 821)",
	  "kill 821" },
	{ { 822, "X\033[31m\n", SESSION, "/dev/dri/card1", NULL, 1000 }, NULL, HOLDER_PROGRAM, true, false,
	  "X?[31m of anna (pid 822)", "kill 822" },
};

static void names_each_as_people_know_it(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *w = &rows[i];
		char text[160], fix[160];
		struct holders *h;

		host_new(state);
		put_process(&w->p);
		if (w->manager)
			run_manager(w->manager);
		h = look();
		assert_int_equal(h->n, 1);
		holder_text(&h->v[0], text, sizeof(text));
		holder_fix(h, &h->v[0], fix, sizeof(fix));
		if (h->v[0].kind != w->kind || strcmp(text, w->text) || strcmp(fix, w->fix))
			fail_msg("%s: kind %d, '%s', '%s'", w->p.comm, h->v[0].kind, text, fix);
		assert_int_equal(holder_is_screen(&h->v[0]), w->screen);
		assert_int_equal(holder_is_vm(&h->v[0]), w->vm);
		assert_string_equal(h->v[0].node, w->p.node);
		assert_int_equal(host_gone(state), 0);
	}
}

static void knows_a_vm_of_its_own(void **state)
{
	const struct process p = { 900, "qemu-system-x86", SESSION, "/dev/vfio/12", "qemu -name x", 60800 };
	char fix[64];

	(void)state;
	put_process(&p);
	put_text("run/igvm/other/state.json", "{\"process\": {\"pid\": 901}}");
	put_text("run/igvm/cut/state.json", "{\"process\": {\"pid\": 900");
	put_text("run/igvm/win11/state.json", "{\"process\": {\"pid\": 900}}");
	assert_int_equal(look()->v[0].kind, HOLDER_VM_IGVM);
	assert_string_equal(holder_fix(look(), &look()->v[0], fix, sizeof(fix)), "igvm stop win11");
}

/* A node of another device, and one that only looks like it, are nobody's business. */
static void leaves_others_alone(void **state)
{
	const struct process p[] = {
		{ 10, "Xorg", SESSION, "/dev/dri/card0", NULL, 1000 },
		{ 11, "Xorg", SESSION, "/dev/dri/card10", NULL, 1000 },
		{ 12, "kvm", SESSION, "/dev/vfio/1", "kvm -id 9", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(p); i++)
		put_process(&p[i]);
	assert_int_equal(look()->n, 0);
}

static void finds_the_display_manager(void **state)
{
	(void)state;
	assert_string_equal(look()->manager, "");
	put_link("etc/systemd/system/display-manager.service", "/usr/lib/systemd/system/odd-dm.service");
	assert_string_equal(look()->manager, "");	/* enabled, and it does not run */
	run_manager("odd-dm.service");
	assert_string_equal(look()->manager, "odd-dm.service");
}

/* The link's target becomes an argument of systemctl. */
static void a_strange_manager_is_none(void **state)
{
	(void)state;
	put_link("etc/systemd/system/display-manager.service", "/dev/null");
	assert_string_equal(look()->manager, "");
	put_text("sys/fs/cgroup/system.slice/null/cgroup.procs", "");
	assert_string_equal(look()->manager, "");
}

static void sees_consoles_and_framebuffers(void **state)
{
	struct holders *h;

	(void)state;
	put_text("sys/class/vtconsole/vtcon0/name", "(S) dummy device\n");
	put_text("sys/class/vtconsole/vtcon0/bind", "0\n");
	put_text("sys/class/vtconsole/vtcon1/name", "(M) frame buffer device\n");
	put_text("sys/class/vtconsole/vtcon1/bind", "1\n");
	put_text("sys/bus/platform/drivers/simple-framebuffer/simple-framebuffer.0/uevent", "");
	put_text("sys/bus/platform/drivers/simple-framebuffer/bind", "");
	assert_int_equal(look()->n, 0);		/* of another card */
	put_text("proc/iomem", "80000000-9fffffff : PCI Bus 0000:00\n"
		 "  80000000-8fffffff : 0000:01:00.0\n    80000000-807fffff : BOOTFB\n"
		 "  90000000-9fffffff : 0000:00:02.0\n");
	assert_int_equal(look()->n, 0);
	put_text("proc/iomem", "80000000-9fffffff : PCI Bus 0000:00\n"
		 "  90000000-9fffffff : 0000:00:02.0\n    90000000-907fffff : BOOTFB\n");
	h = look();
	assert_int_equal(h->n, 2);
	assert_int_equal(h->v[0].kind, HOLDER_CONSOLE);
	assert_string_equal(h->v[0].name, "vtcon1");
	assert_int_equal(h->v[1].kind, HOLDER_FRAMEBUFFER);
	assert_string_equal(h->v[1].name, "simple-framebuffer.0");
	assert_int_equal(holders_screen(h), 0);
	/* The driver's own framebuffer. */
	put_text("proc/iomem", "");
	put_text(DEVICE "/graphics/fb0/name", "i915drmfb\n");
	h = look();
	assert_int_equal(h->n, 1);
	put_text("sys/class/vtconsole/vtcon1/bind", "0\n");
	assert_int_equal(look()->n, 0);
}

static void more_than_fit_are_said(void **state)
{
	(void)state;
	for (int i = 0; i < HOLDERS_MAX + 5; i++) {
		const struct process p = { 2000 + i, "game", SESSION, "/dev/dri/card1", NULL, 1000 };

		put_process(&p);
	}
	assert_int_equal(look()->n, HOLDERS_MAX);
	assert_true(look()->more);
}

/* Processes end while they are looked at; files hold whatever they hold. */
static void survives_what_is_broken(void **state)
{
	static char big[300000];
	struct holders *h;

	(void)state;
	put_link("proc/50/fd/3", "/dev/dri/card1");
	put_link("proc/51/fd/3", "/dev/dri/card1");
	put("proc/51/comm", "\0\xff\xfe", 3);
	put("proc/51/cgroup", "::::\n0::\n0::////\n\0x", 16);
	put_text("proc/51/status", "Uid");
	put_text("proc/99999999999999999999/comm", "x");
	put_text("proc/0/comm", "x");
	memset(big, 'a', sizeof(big));
	put_link("proc/52/fd/3", "/dev/dri/card1");
	put("proc/52/comm", big, sizeof(big));
	put("proc/52/cgroup", big, sizeof(big));
	put("proc/52/cmdline", big, sizeof(big));
	put("etc/passwd", big, sizeof(big));
	h = look();
	assert_int_equal(h->n, 3);
	for (size_t i = 0; i < h->n; i++) {
		char text[32];

		holder_text(&h->v[i], text, sizeof(text));
		assert_true(strlen(text) < sizeof(text));
		assert_int_equal(h->v[i].kind, HOLDER_PROGRAM);
	}
}

static void no_proc_is_an_error(void **state)
{
	struct holders h;
	struct tree t;
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/proc", root);
	assert_int_equal(dir_remove(path), 0);
	assert_int_equal(tree_init(&t, root), 0);
	assert_int_equal(holders_read(&t, igpu, &h), -ENOENT);
	assert_int_equal(h.n, 0);
	close(t.fd);
}

int main(void)
{
#define HOST(f)	cmocka_unit_test_setup_teardown(f, host_new, host_gone)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_each_as_people_know_it),
		HOST(knows_a_vm_of_its_own),
		HOST(leaves_others_alone),
		HOST(finds_the_display_manager),
		HOST(a_strange_manager_is_none),
		HOST(sees_consoles_and_framebuffers),
		HOST(more_than_fit_are_said),
		HOST(survives_what_is_broken),
		HOST(no_proc_is_an_error),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
