/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Its steps, and how they keep to all or nothing: launcher/create/create.h. */
#include <errno.h>
#include <sys/stat.h>
#include <string.h>

#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/create/create.h"
#include "launcher/create/tool.h"
#include "launcher/decide/devices.h"
#include "launcher/facts/kvm.h"
#include "launcher/facts/wish_keys.h"
#include "launcher/facts/wish_parts.h"

#define GIB	(1ull << 30)

enum { OPT_TEMPLATE = 0x100, OPT_MEMORY, OPT_CPUS, OPT_DISK, OPT_ISO, OPT_VIRTIO, OPT_INTEL, OPT_UNATTENDED, OPT_EDITION,
       OPT_USER, OPT_PASSWORD_FILE, OPT_KEY_FILE, OPT_IMAGE, OPT_SSH_KEY, OPT_USB, OPT_INPUT };

static const struct opt opts[] = {
	{ "template", 0, "NAME", N_("win11, linux ...; not needed when the VM is called so"), OPT_TEMPLATE },
	{ "memory", 0, "SIZE", N_("memory (default: the template's, 8G for win11)"), OPT_MEMORY },
	{ "cpus", 0, "N", N_("processors (default: the template's, 4 for win11)"), OPT_CPUS },
	{ "disk", 0, "SIZE", N_("what the disk may grow to (default 64G)"), OPT_DISK },
	{ "iso", 0, "FILE", N_("Windows' disc image"), OPT_ISO },
	{ "virtio", 0, "FILE", N_("virtio-win.iso: faster drivers and the guest agent"), OPT_VIRTIO },
	{ "intel-driver", 0, "PATH", N_("Intel's driver for Windows: its .exe, or the folder with .inf"),
	  OPT_INTEL },
	{ "unattended", 0, NULL, N_("Windows' set-up asks nothing"), OPT_UNATTENDED },
	{ "edition", 0, "EDITION", N_("Windows' edition, by name or number (default: Pro)"), OPT_EDITION },
	{ "user", 0, "NAME", N_("account in the guest (Windows: user, cloud-init: igvm)"), OPT_USER },
	{ "password-file", 0, "FILE", N_("its password is the first line (else it is asked)"),
	  OPT_PASSWORD_FILE },
	{ "product-key-file", 0, "FILE", N_("Windows' product key is the first line (else it is asked)"),
	  OPT_KEY_FILE },
	{ "image", 0, "FILE", N_("a Linux cloud image, copied, instead of a guest from packages"),
	  OPT_IMAGE },
	{ "usb", 0, "PORT", N_("USB device for the guest, by port or id; may be repeated"), OPT_USB },
	{ "input", 0, "HOW", N_("evdev: share keyboard and mouse by both Ctrl keys; usb; none (else it is asked)"),
	  OPT_INPUT },
	{ "ssh-key", 0, "FILE", N_("public key for the account in the image"), OPT_SSH_KEY },
	{ 0 }
};

static int run_create(const struct globals *g, int argc, char **argv);

const struct cmd cmd_create = {
	.name = "create",
	.args = "NAME",
	.help = N_("make a VM: its file, disk, firmware and TPM state"),
	.more = N_("igvm create win11 --iso Win11.iso      Windows 11, set up on the screen\n"
		   "igvm create demo --template linux       a Debian guest out of packages\n"
		   "\n"
		   "All or nothing: what is refused or interrupted leaves nothing behind. Without a KVM\n"
		   "that runs, accel = tcg is written and said; without an iGPU the VM has none."),
	.opts = opts,
	.json = true,
	.run = run_create,
};

/* --- options ------------------------------------------------------------------------------------ */

/* Sizes are written as in VM files, and judged by the same row; --disk has limits of its own. */
static int take_number(const char *key, uint64_t least, uint64_t most, struct wish *w)
{
	struct wish_key k = *wish_key_find("vm", key);
	char name[32];
	struct wish_why why = { "" };

	snprintf(name, sizeof(name), "--%s", least ? "disk" : key);
	k.key = name;
	if (least) {
		k.least = least;
		k.most = most;
	}
	return k.parse(&k, w, optarg, &why) ? EXIT_OK : cmd_usage(&cmd_create, "%s", why.text);
}

static int take_usb(struct create_options *o)
{
	if (o->n_usb == WISH_USB_MAX)
		return cmd_usage(&cmd_create, _("at most %d devices by --usb"), WISH_USB_MAX);
	o->usb[o->n_usb++] = optarg;
	return EXIT_OK;
}

static int take_input(struct create_options *o)
{
	static const struct {
		const char *word;
		enum create_input input;
	} words[] = {
		{ "usb", CREATE_INPUT_USB }, { "evdev", CREATE_INPUT_EVDEV }, { "none", CREATE_INPUT_NONE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(optarg, words[i].word)) {
			o->input = words[i].input;
			return EXIT_OK;
		}
	return cmd_usage(&cmd_create, _("--input %.40s: may be usb, evdev, none"), optarg);
}

static int take_option(struct create_options *o, int v)
{
	const struct {
		int v;
		const char **to;
	} texts[] = {
		{ OPT_TEMPLATE, &o->template }, { OPT_ISO, &o->iso }, { OPT_VIRTIO, &o->virtio },
		{ OPT_INTEL, &o->intel }, { OPT_EDITION, &o->edition }, { OPT_USER, &o->user },
		{ OPT_PASSWORD_FILE, &o->password_file }, { OPT_KEY_FILE, &o->key_file },
		{ OPT_IMAGE, &o->image }, { OPT_SSH_KEY, &o->ssh_key },
	};
	struct wish w = { 0 };
	int r = EXIT_OK;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].v == v)
			*texts[i].to = optarg;
	if (v == OPT_UNATTENDED)
		o->unattended = true;
	else if (v == OPT_USB)
		r = take_usb(o);
	else if (v == OPT_INPUT)
		r = take_input(o);
	else if (v == OPT_MEMORY)
		r = take_number("memory", 0, 0, &w);
	else if (v == OPT_CPUS)
		r = take_number("cpus", 0, 0, &w);
	else if (v == OPT_DISK)
		r = take_number("memory", GIB, 64ull << 40, &w);
	if (v == OPT_MEMORY)
		o->memory_bytes = w.memory_bytes;
	else if (v == OPT_CPUS)
		o->cpus = w.cpus;
	else if (v == OPT_DISK)
		o->disk_bytes = w.memory_bytes;
	return r;
}

static bool is_template(const struct paths *p, const char *name)
{
	char file[PATH_MAX];

	return !vm_name_check(name) &&
	       ((str_print(file, sizeof(file), "%s/%s.conf", p->templates, name) && !access(file, R_OK)) ||
		(str_print(file, sizeof(file), "%s/templates/%s.conf", paths_datadir(), name) &&
		 !access(file, R_OK)));
}

static int find_template(struct create_options *o)
{
	struct paths p;
	char names[256] = "";

	if (paths_mine(&p, "/")) {
		say(_("no place for your VMs: set HOME, or the XDG variables"));
		return EXIT_FAILED;
	}
	if (!o->template && is_template(&p, o->name))
		o->template = o->name;
	if (o->template && is_template(&p, o->template))
		return EXIT_OK;
	wish_templates(&p, names, sizeof(names));
	if (o->template)
		return cmd_usage(&cmd_create, _("there is no template '%.60s'; there are: %s"), o->template,
				 names);
	return cmd_usage(&cmd_create, _("say what '%s' is made from: --template NAME; there are: %s"), o->name,
			 names);
}

static int take_options(const struct globals *g, int argc, char **argv, struct create_options *o)
{
	const char *wrong;
	int v, r;

	while ((v = cmd_getopt(&cmd_create, argc, argv)) != -1) {
		r = v == '?' ? EXIT_USAGE : take_option(o, v);
		if (r)
			return r;
	}
	if (optind + 1 != argc)
		return cmd_usage(&cmd_create, _("create wants the name of one VM"));
	if (g->foreign_root)
		return cmd_usage(&cmd_create, _("create works on this host only, not with --root"));
	o->name = argv[optind];
	wrong = vm_name_check(o->name);
	if (wrong)
		return cmd_usage(&cmd_create, _("'%s' cannot name a VM: %s"), o->name, _(wrong));
	if (!o->disk_bytes)
		o->disk_bytes = CREATE_DISK_DEFAULT;
	return find_template(o);
}

/* Each option means something for one kind of guest. */
static int check_kind(const struct create *c)
{
	const struct create_options *o = &c->o;
	bool windows = c->base.os == OS_WINDOWS;
	const struct {
		bool given, windows;
		const char *name;
	} rows[] = {
		{ o->iso, true, "iso" }, { o->virtio, true, "virtio" }, { o->intel, true, "intel-driver" },
		{ o->unattended, true, "unattended" }, { o->edition, true, "edition" },
		{ o->key_file, true, "product-key-file" }, { o->image, false, "image" },
		{ o->ssh_key, false, "ssh-key" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].given && rows[i].windows != windows)
			return cmd_usage(&cmd_create, windows ? _("--%s is for a Linux guest, and template %s is Windows")
							      : _("--%s is for Windows, and template %s is Linux"),
					 rows[i].name, o->template);
	if (o->ssh_key && !o->image)
		return cmd_usage(&cmd_create, _("--ssh-key needs --image"));
	if (!o->unattended && windows && (o->user || o->password_file || o->key_file))
		return cmd_usage(&cmd_create, _("--user, --password-file and --product-key-file need --unattended"));
	return EXIT_OK;
}

/* --- what the host gives --------------------------------------------------------------------------- */

/* The template alone, read where the VM is being made. */
static int read_base(struct create *c)
{
	struct paths p = c->paths;
	struct wish_error e = { 0 };
	char path[PATH_MAX], text[128];
	FILE *f;
	int r;

	str_fit(p.vms, sizeof(p.vms), c->stage);
	snprintf(text, sizeof(text), "[vm]\ntemplate = %s\n", c->o.template);
	if (!str_print(path, sizeof(path), "%s/%s.conf", c->stage, c->o.name)) {
		say(_("%s: the path is too long"), c->stage);
		return EXIT_FAILED;
	}
	f = fopen(path, "we");
	if (!f || fputs(text, f) < 0 || fflush(f)) {
		say(_("%s: cannot be written: %s"), path, strerror(errno));
		if (f)
			fclose(f);
		return EXIT_FAILED;
	}
	fclose(f);
	r = wish_read(&p, c->o.name, &c->base, &e);
	unlink(path);
	if (!r)
		return EXIT_OK;
	say("%s:%d: %s", e.file, e.line, *e.text ? e.text : strerror(-r));
	return EXIT_USAGE;
}

/* Memory of a guest with a device is pinned: a template that asks for more than is there never starts. */
static void fit_memory(struct create *c)
{
	uint64_t most = c->host_ram > 2 * GIB ? c->host_ram - GIB : c->host_ram / 2;

	if (c->o.memory_bytes)
		c->base.memory_bytes = c->o.memory_bytes;
	else if (most && c->base.memory_bytes > most) {
		c->base.memory_bytes = most / (256ull << 20) * (256ull << 20);
		c->memory_cut = true;
	}
	if (c->o.cpus)
		c->base.cpus = c->o.cpus;
}

static int look_at_host(struct create *c)
{
	struct host_facts *h = calloc(1, sizeof(*h));
	int r = h ? host_read("/", HOST_VFIO_NEVER, h) : -ENOMEM;

	if (r) {
		free(h);
		say(_("%s: cannot read the host: %s"), "/", strerror(-r));
		return EXIT_FAILED;
	}
	c->host_ram = h->ram_bytes;
	c->accel_tcg = c->base.accel == ACCEL_TCG || kvm_runs(c->accel_why, sizeof(c->accel_why)) != TRI_YES;
	if (!*c->accel_why)
		str_fit(c->accel_why, sizeof(c->accel_why), "the template asks for it");
	c->no_igpu = c->base.igpu && (h->igpu < 0 || c->accel_tcg || !c->paths.system);
	r = create_inputs(c, h);
	if (c->monitor)
		devices_sound_text(h, c->sound, sizeof(c->sound));
	host_done(h);
	free(h);
	if (r)
		return r;
	fit_memory(c);
	if (c->no_igpu && c->base.display == DISPLAY_MONITOR_EARLY) {
		say(_("%s: template %s shows its picture on the iGPU alone, and this VM could not have it"),
		    c->o.name, c->o.template);
		return EXIT_REFUSED;
	}
	return EXIT_OK;
}

/* --- steps -------------------------------------------------------------------------------------------- */

static int check(struct create *c)
{
	int r = check_kind(c);

	if (r)
		return r;
	if (c->base.os == OS_WINDOWS)
		r = create_windows_check(c);
	else
		r = c->o.image ? create_image_check(c) : create_linux_check(c);
	return r ? r : create_secrets(c);
}

static int make(struct create *c)
{
	int r;

	c->built = c->base.os == OS_LINUX && !c->o.image;
	c->seeded = c->o.image;
	/* What `start` would refuse for good is refused before minutes of work. */
	r = create_pin(c);
	if (r)
		return r;
	if (c->built)
		return create_linux(c);
	if (c->seeded)
		return create_image(c);
	r = create_disk(c);
	return r || !c->o.unattended ? r : create_answers(c);
}

static int steps(struct create *c)
{
	int r = create_claim(c);

	if (!r)
		r = create_stage(c);
	if (!r)
		r = read_base(c);
	if (!r)
		r = look_at_host(c);
	if (!r)
		r = check(c);
	if (!r)
		r = make(c);
	if (!r && tool_interrupted) {
		say(_("%s: interrupted; nothing was made"), c->o.name);
		r = EXIT_FAILED;
	}
	return r ? r : create_commit(c);
}

static int run_create(const struct globals *g, int argc, char **argv)
{
	_free_ struct create *c = calloc(1, sizeof(*c));
	int r;

	if (!c) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	*c = (struct create){ .g = g, .lock = -1, .case_lock = -1 };
	r = take_options(g, argc, argv, &c->o);
	if (r)
		return r;
	tool_catch_signals();
	umask(022);
	r = steps(c);
	if (!r && g->json) {
		_json_ json_t *json = create_json(c);

		cmd_vm_print_json(json);
	} else if (!r) {
		create_say(c);
	}
	create_abandon(c);
	return r;
}
