/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/decide/check.h"
#include "launcher/facts/firmware.h"
#include "launcher/run/launch.h"
#include "launcher/run/lock.h"
#include "launcher/run/screen.h"
#include "launcher/snapshot/snapshot.h"
#include "romfiles/build.h"
#include "romfiles/sha256.h"

struct pipeline *pipeline_new(const struct globals *g, const char *name)
{
	struct pipeline *p = calloc(1, sizeof(*p));

	if (!p) {
		say(_("out of memory"));
		return NULL;
	}
	p->g = g;
	p->name = name;
	p->vm_lock = p->device_lock = -1;
	return p;
}

void pipeline_free(struct pipeline *p)
{
	if (!p)
		return;
	cleanup_fd(&p->vm_lock);
	cleanup_fd(&p->device_lock);
	boot_done(&p->boot);
	host_done(&p->host);
	words_done(&p->words);
	free(p->rom);
	free(p);
}

/* 0: its file is there; -ENOENT; -EACCES: nobody may look. */
static int find_file(const struct paths *paths, const char *name)
{
	char file[PATH_MAX + 64];

	snprintf(file, sizeof(file), "%s/%s.conf", paths->vms, name);
	return access(file, F_OK) ? -errno : 0;
}

static int say_no_vm(const char *name, const struct paths *paths)
{
	say(_("there is no VM '%s': %s/%s.conf does not exist"), name, paths->vms, name);
	return EXIT_NO_VM;
}

static int say_sudo(const struct globals *g, const char *name)
{
	say(_("%s is a VM of the system: use `sudo igvm %s %s`"), name, g->verb, name);
	return EXIT_PRIVILEGE;
}

int pipeline_paths(const struct globals *g, const char *name, struct paths *paths)
{
	const char *wrong = vm_name_check(name);
	struct paths system;
	int r;

	if (wrong) {
		say(_("'%s' cannot name a VM: %s"), name, _(wrong));
		return EXIT_USAGE;
	}
	if (paths_mine(paths, g->root)) {
		say(_("no place for your VMs: set HOME, or the XDG variables"));
		return EXIT_FAILED;
	}
	r = find_file(paths, name);
	if (r == -EACCES) {
		say(_("%s: permission denied"), paths->vms);
		return EXIT_PRIVILEGE;
	}
	if (!r)
		return EXIT_OK;
	paths_system(&system, g->root);
	if (paths->system || find_file(&system, name))
		return say_no_vm(name, paths);
	return say_sudo(g, name);
}

int pipeline_wish(struct pipeline *p)
{
	struct wish_error e = { 0 };
	int code = pipeline_paths(p->g, p->name, &p->paths);
	int r;

	if (code)
		return code;
	r = wish_read(&p->paths, p->name, &p->wish, &e);
	switch (r) {
	case 0:
		wish_look(&p->wish);
		return EXIT_OK;
	case -ENOENT:
		if (!*e.text)
			return say_no_vm(p->name, &p->paths);
		break;
	case -EACCES:
		say(_("%s: permission denied"), *e.file ? e.file : p->paths.vms);
		return EXIT_PRIVILEGE;
	}
	if (e.line)
		say("%s:%d: %s", e.file, e.line, e.text);
	else
		say("%s: %s", e.file, *e.text ? e.text : strerror(-r));
	return EXIT_USAGE;
}

int pipeline_boot(struct pipeline *p, enum boot_image image)
{
	int r = boot_read(p->g->root, p->host.kernel, p->host.cmdline, image, &p->boot);

	p->boot_known = !r;
	if (r != -ENOMEM)
		return EXIT_OK;
	say(_("out of memory"));
	return EXIT_FAILED;
}

static void add_qemu_finding(struct pipeline *p, int err, const char *why)
{
	finding_add(&p->findings, err == -ENOENT ? FINDING_QEMU_MISSING : FINDING_QEMU_NOT_QEMU, "%s",
		    why);
	if (p->g->foreign_root)
		p->findings.v[p->findings.n - 1].fix =
			N_("record the machine with capture.sh, which asks its QEMU (igvm/qemu-caps.json)");
}

static int read_caps(struct pipeline *p, char *why, size_t size)
{
	char recorded[PATH_MAX];

	if (!p->g->foreign_root)
		return qemu_caps_read(p->wish.qemu, p->paths.cache, &p->caps, why, size);
	snprintf(recorded, sizeof(recorded), "%.4000s/igvm/qemu-caps.json", p->g->root);
	snprintf(why, size, _("%.300s: no recorded QEMU there"), recorded);
	return qemu_caps_load(recorded, &p->caps);
}

/* Its own port is listened on while the VM runs: that tells nothing of the next start. */
static int read_net(struct pipeline *p)
{
	int r = net_read(p->g->root, &p->wish, &p->net);

	if (r || !p->name)
		return r;
	net_claims(&p->paths, p->name, &p->net);
	if (p->vm_lock < 0 && lock_vm_held(&p->paths, p->name) == 1) {
		memset(p->net.listening, 0, sizeof(p->net.listening));
		p->net.ports = TRI_UNKNOWN;
	}
	return 0;
}

bool pipeline_vm_runs(const struct paths *p, const char *vm)
{
	return lock_vm_held(p, vm) == 1;
}

/* How else one gets into the host matters only where a keyboard may leave it. */
static int read_inputs(struct pipeline *p)
{
	int r = inputs_read(p->g->root, &p->wish, &p->inputs);
	struct tree t;

	if (r || !p->name)
		return r;
	inputs_claims(p->g->root, &p->paths, p->name, pipeline_vm_runs, &p->inputs);
	if (!p->wish.n_usb)
		return 0;
	r = tree_init(&t, p->g->root);
	if (r)
		return r;
	way_in_read(&t, &p->host, &p->way_in);
	close(t.fd);
	return 0;
}

int pipeline_facts(struct pipeline *p, enum host_vfio vfio)
{
	char why[512] = "";
	int r;

	host_done(&p->host);
	if (rom_store_read(p->paths.roms, &p->store)) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	r = host_read(p->g->root, vfio, &p->host);
	if (r) {
		say(_("%s: cannot read the host: %s"), p->g->root, strerror(-r));
		return EXIT_FAILED;
	}
	r = read_net(p);
	if (!r)
		r = read_inputs(p);
	if (r) {
		say(_("%s: cannot read the host: %s"), p->g->root, strerror(-r));
		return EXIT_FAILED;
	}
	if (!p->caps_known) {
		r = read_caps(p, why, sizeof(why));
		p->caps_known = !r;
		if (r)
			add_qemu_finding(p, r, why);
	}
	if (p->caps_known && !p->g->foreign_root &&
	    firmware_read_beside(p->caps.path, p->host.firmware, HOST_FIRMWARE_MAX,
				 &p->host.n_firmware)) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

/* Index of the host's function that the VM wants, -1: there is none. */
static int device_index(const struct pipeline *p)
{
	return p->wish.igpu_auto ? p->host.igpu : host_find(&p->host, p->wish.igpu_bdf);
}

/* Which function of the host the VM wants; false: a finding says why there is none. */
static bool find_device(struct pipeline *p)
{
	int i = device_index(p);

	if (i >= 0) {
		p->device = p->host.pci[i].bdf;
		return true;
	}
	if (p->wish.igpu_auto) {
		finding_add(&p->findings, FINDING_IGPU_NONE,
			    _("no Intel display function at 0000:00:02.0"));
	} else {
		char text[BDF_TEXT_MAX];

		finding_add(&p->findings, FINDING_IGPU_NONE, _("%s:%d: no PCI function at %s"),
			    p->wish.where_igpu.file, p->wish.where_igpu.line,
			    bdf_text(p->wish.igpu_bdf, text));
	}
	return false;
}

static int say_busy(const struct pipeline *p)
{
	char text[BDF_TEXT_MAX];

	say(_("%s: another VM holds the iGPU %s; `igvm list` shows which"), p->name,
	    bdf_text(p->device, text));
	return EXIT_BUSY;
}

int pipeline_lock_device(struct pipeline *p)
{
	int r = p->device_lock >= 0 ? p->device_lock : lock_device(&p->paths, p->device);

	if (r == -EBUSY)
		return say_busy(p);
	if (r < 0) {
		say(_("%s: cannot lock the iGPU below %s: %s"), p->name, p->paths.run, strerror(-r));
		return EXIT_FAILED;
	}
	p->device_lock = r;
	return EXIT_OK;
}

int pipeline_claim(struct pipeline *p)
{
	struct bind_error e = { 0 };
	char text[BDF_TEXT_MAX];
	int r;

	if (!find_device(p))
		return EXIT_REFUSED;
	if (geteuid()) {
		say(_("%s: only root can hand the iGPU to a VM, and then it is a VM of the system: "
		      "move its file to /etc/igvm/vms and use `sudo igvm %s %s`"), p->name, p->g->verb,
		    p->name);
		return EXIT_PRIVILEGE;
	}
	r = pipeline_lock_device(p);
	if (r)
		return r;
	bdf_text(p->device, text);
	r = bind_claim("/", &p->paths, p->device, p->name, p->previous_driver, &e);
	if (r == -EBUSY) {
		finding_add(&p->findings, FINDING_IGPU_BUSY, _("%s: %s has %s open: end it first"), text,
			    e.value, e.path);
		return EXIT_REFUSED;
	}
	if (r && strstr(e.path, "/unbind")) {
		finding_add(&p->findings, FINDING_IGPU_DRIVER_STUCK, "%s: %s: %s", text, e.path, strerror(-r));
		return EXIT_REFUSED;
	}
	if (r) {
		say(_("%s: cannot bind %s to vfio-pci: %s (%s): %s"), p->name, text, e.path, e.value,
		    strerror(-r));
		return EXIT_FAILED;
	}
	p->claimed = true;
	return EXIT_OK;
}

/* A guest never runs on disks that are restored by half. */
static int settle_snapshots(struct pipeline *p)
{
	struct snapshot_error e;

	if (!snapshot_settle(&p->paths, p->name, &e))
		return EXIT_OK;
	say(_("%s: a snapshot or restore was cut off and cannot be brought to its end: %s: %s"), p->name, e.what,
	    e.text);
	cleanup_fd(&p->vm_lock);
	p->vm_lock = -1;
	return EXIT_FAILED;
}

int pipeline_lock(struct pipeline *p)
{
	int r = lock_vm(&p->paths, p->name);

	p->vm_busy = r == -EBUSY;
	if (p->vm_busy)
		return EXIT_BUSY;
	if (r < 0) {
		say(r == -EPERM ? _("%s: %s, or its lock directory, belongs to somebody else or others "
				    "may write it: make it yours alone (chown, chmod go-w)")
				: _("%s: cannot take the VM's lock below %s: %s"),
		    p->name, p->paths.run, strerror(-r));
		return r == -EACCES ? EXIT_PRIVILEGE : EXIT_FAILED;
	}
	p->vm_lock = r;
	r = vm_cleanup_locked("/", &p->paths, p->name);
	/* A run directory that is not ours held no run of ours; the launch says what is wrong. */
	if (r && r != -EPERM && r != -ENOTDIR && r != -ELOOP)
		say(_("%s: an earlier run could not be cleaned up completely: %s"), p->name,
		    strerror(-r));
	return settle_snapshots(p);
}

void pipeline_unclaim(struct pipeline *p)
{
	struct bind_error e = { 0 };
	struct screen_error s = { 0 };

	if (p->claimed && bind_release("/", &p->paths, p->device, p->name, &e))
		say(_("%s: cannot give the iGPU back: %s (%s): %s; `igvm release` tries again"), p->name,
		    e.path, e.value, strerror(e.err));
	p->claimed = false;
	if (p->screen && screen_give_back("/", &p->paths, p->device, &s))
		say(_("%s: the screen does not come back: %s: %s"), p->name, s.text, strerror(s.err));
	p->screen = false;
	cleanup_fd(&p->device_lock);
	cleanup_fd(&p->vm_lock);
	p->device_lock = p->vm_lock = -1;
}

/* Are these the bytes that the store's sidecar tells of? */
static bool is_changed(const struct rom_store_entry *e, const char *bytes, size_t n)
{
	uint8_t sum[SHA256_BYTES];
	char hex[SHA256_HEX];

	sha256_sum(bytes, n, sum);
	sha256_hex(sum, hex);
	return n != e->size || strcmp(hex, e->sha256) != 0;
}

/* igvm's own ROM is kept as it was at the first start (plan_rom.c): that is the one the guest gets. */
static bool read_pinned_rom(struct pipeline *p)
{
	char path[PATH_MAX];

	return str_print(path, sizeof(path), "%s/%s/" PLAN_ASSIGN_ROM, p->paths.data, p->name ? p->name : "") &&
	       !file_read_at(AT_FDCWD, path, ROM_BUILD_MAX, &p->rom, &p->rom_len);
}

/* The ROM's bytes are a fact too: read once, judged by the plan. */
static void read_rom(struct pipeline *p, struct plan_input *in)
{
	const struct rom_store_entry *stored;
	char path[PATH_MAX];
	int r = 0;

	if (!plan_rom_path(in, path))
		return;
	free(TAKE(p->rom));
	stored = plan_rom_entry(in);
	if (stored || p->wish.rom == ROM_FILE || !read_pinned_rom(p))
		r = file_read_at(AT_FDCWD, path, ROM_BUILD_MAX, &p->rom, &p->rom_len);
	if (r)
		in->rom = (struct plan_rom){ .state = PLAN_ROM_FAILED, .err = -r };
	else
		in->rom = (struct plan_rom){ .state = PLAN_ROM_READ,
					     .bytes = { (uint8_t *)p->rom, p->rom_len } };
	if (!r && stored)
		in->rom.changed = is_changed(stored, p->rom, p->rom_len);
}

int pipeline_plan(struct pipeline *p, enum plan_purpose purpose, bool rescue, bool force)
{
	/* Bus ff holds no function of ours: a device that was not found is none, not 00:00.0. */
	struct check_input check = {
		.host = &p->host, .caps = p->caps_known ? &p->caps : NULL, .wish = &p->wish,
		.device = { .bus = 0xff, .dev = 0x1f, .fn = 7 },
		.more = p->more, .boot = p->boot_known ? &p->boot : NULL,
	};
	struct plan_input in = {
		.wish = &p->wish, .host = &p->host, .caps = &p->caps, .paths = &p->paths,
		.datadir = paths_datadir(), .store = &p->store, .net = &p->net,
		.inputs = &p->inputs, .way_in = p->wish.n_usb ? &p->way_in : NULL,
		.purpose = purpose, .rescue = rescue,
	};
	int i = device_index(p), r;
	const char *bad = NULL;

	if (!p->caps_known)
		return EXIT_REFUSED;
	if (i >= 0)
		check.device = p->host.pci[i].bdf;
	check_run(&check, &p->findings);
	read_rom(p, &in);
	/* Its own pages are not free while it runs. */
	if (p->vm_lock < 0 && p->wish.hugepages && pipeline_vm_runs(&p->paths, p->name))
		p->host.huge_2m.known = p->host.huge_1g.known = false;
	if (!plan_make(&in, &p->plan, &p->findings))
		return EXIT_REFUSED;
	if (finding_worst(&p->findings) == SEVERITY_BLOCK && !force)
		return EXIT_REFUSED;
	words_done(&p->words);
	r = words_build(&p->plan, &p->words, &bad);
	if (r == -EINVAL) {
		say(_("%s: a value holds a byte that cannot be given to QEMU: %s"), p->name, bad);
		return EXIT_USAGE;
	}
	if (r) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

static int judge(struct pipeline *p, enum host_vfio vfio, enum plan_purpose purpose, bool rescue,
		 bool force)
{
	int code;

	p->findings.n = 0;
	code = pipeline_facts(p, vfio);
	return code ? code : pipeline_plan(p, purpose, rescue, force);
}

int pipeline_prepare(struct pipeline *p, enum plan_purpose purpose, bool rescue, bool force)
{
	int code = pipeline_wish(p);

	if (!code && purpose == PLAN_PROBE && !p->wish.igpu) {
		say(_("%s: has no iGPU ([igpu] device = none): there is nothing to probe"), p->name);
		return EXIT_USAGE;
	}
	if (!code)
		code = pipeline_lock(p);
	/* What can be refused is refused before the host's screen is taken. */
	if (!code)
		code = judge(p, HOST_VFIO_NEVER, purpose, rescue, force);
	if (!code && p->wish.igpu && p->before_claim && device_index(p) >= 0) {
		p->device = p->host.pci[device_index(p)].bdf;
		code = p->before_claim(p);
		if (p->elsewhere)
			return code;
	}
	if (!code && p->wish.igpu) {
		code = pipeline_claim(p);
		/* The OpRegion can be read only now that the device is bound. */
		if (!code)
			code = judge(p, HOST_VFIO_IF_FREE, purpose, rescue, force);
	}
	if (code)
		pipeline_unclaim(p);
	if (code == EXIT_REFUSED)
		return findings_refuse(&p->findings);
	if (!code && purpose == PLAN_RUN)
		findings_print(stderr, &p->findings, SEVERITY_WARN);
	return code;
}

int pipeline_args(const struct cmd *c, const struct globals *g, int argc, char **argv,
		  struct pipeline_args *a)
{
	int v;

	*a = (struct pipeline_args){ 0 };
	while ((v = cmd_getopt(c, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		a->rescue |= v == PIPELINE_OPT_RESCUE;
		a->force |= v == PIPELINE_OPT_FORCE;
	}
	if (optind + 1 != argc)
		return cmd_usage(c, _("%s takes the name of one VM"), c->name);
	if (g->foreign_root)
		return cmd_usage(c, _("%s works on this host only, not with --root"), c->name);
	a->name = argv[optind];
	return EXIT_OK;
}

void findings_print(FILE *f, const struct findings *list, enum severity least)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct finding *x = &list->v[i];
		const struct finding_def *d = finding_def(x->id);

		if (x->severity < least)
			continue;
		fprintf(f, "%-5s %s: %s\n", severity_text(x->severity), d->id, x->seen);
		fprintf(f, _("      wanted: %s\n"), _(finding_wanted(x)));
		fprintf(f, _("      fix:    %s\n"), _(finding_fix(x)));
	}
}

int findings_refuse(const struct findings *list)
{
	findings_print(stderr, list, SEVERITY_BLOCK);
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].severity == SEVERITY_BLOCK) {
			say(_("refused; nothing was changed. `igvm explain %s` says why"),
			    finding_def(list->v[i].id)->id);
			break;
		}
	return EXIT_REFUSED;
}
