/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was made, on the screen and as JSON. */
#include <fcntl.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/create/create.h"
#include "romfiles/igd.h"

#define DATA_MAX	65536u

/* The row of templates/intel-drivers for this platform; false: none, or Intel has no driver ("-"). */
static bool intel_package(const char *key, char package[static 128])
{
	_free_ char *text = NULL;
	char path[PATH_MAX];
	char *line, *rest;

	if (!str_print(path, sizeof(path), "%s/templates/intel-drivers", paths_datadir()) ||
	    file_read_at(AT_FDCWD, path, DATA_MAX, &text, NULL))
		return false;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *tab = strchr(line, '\t');

		if (*line == '#' || !tab)
			continue;
		*tab = '\0';
		if (!strcmp(line, key))
			return strcmp(tab + 1, "-") && str_copy(package, 128, tab + 1);
	}
	return false;
}

static const struct igd_platform *platform(const struct create *c)
{
	const struct host_facts *h = &c->plan->host;

	return h->igpu < 0 ? NULL : igd_find(h->pci[h->igpu].device);
}

static void say_igpu(const struct create *c)
{
	const struct igd_platform *pf = platform(c);

	if (!c->no_igpu)
		printf(_("  iGPU       %s\n"), pf ? pf->name : _("this host's"));
	else if (!c->paths.system)
		printf(_("  iGPU       none: only a VM of the system can have it (sudo igvm create)\n"));
	else if (c->accel_tcg && c->plan->host.igpu >= 0)
		printf(_("  iGPU       none: it needs KVM\n"));
	else
		printf(_("  iGPU       none: this host shows no Intel iGPU at 00:02.0\n"));
}

static void say_machine(const struct create *c)
{
	const struct plan *p = &c->plan->plan;

	printf(_("  memory     %llu MiB%s\n"), (unsigned long long)(c->base.memory_bytes >> 20),
	       c->memory_cut ? _(", since this host has not more") : "");
	printf(_("  CPUs       %u\n"), c->base.cpus);
	printf(_("  disk       %llu GiB, grows as it is filled: %s/system.qcow2\n"),
	       (unsigned long long)(c->o.disk_bytes >> 30), c->data);
	if (c->accel_tcg)
		printf(_("  accel      tcg, which is slow: %s\n"), c->accel_why);
	else
		printf(_("  accel      kvm\n"));
	printf(_("  machine    %s, %s%s; these stay until `igvm upgrade`\n"), p->machine,
	       p->firmware == PLAN_OVMF ? "OVMF" : "SeaBIOS", p->secure_boot ? ", Secure Boot" : "");
	if (p->tpm)
		printf(_("  TPM        2.0, its state is kept in %s/tpm\n"), c->data);
	say_igpu(c);
}

static void say_windows(const struct create *c)
{
	const struct wim_edition *e = c->edition;
	const struct igd_platform *pf = platform(c);
	char package[128];

	if (e) {
		printf(_("  Windows    %s, %s, build %u\n"), e->name, e->language, e->build);
		if (wim_is_home(e))
			printf(_("             a Home edition has no Remote Desktop server: VNC is the way in\n"));
		if (e->build < 22000)
			printf(_("             this is older than Windows 11\n"));
	} else if (!c->o.iso) {
		printf(_("  Windows    no disc was given: write one into the VM file, or create with --iso\n"));
	}
	if (c->answers)
		printf(_("  set-up     by itself; account '%s'; %s\n"), c->o.user ? c->o.user : "user",
		       *c->key ? _("with your product key") : _("asks for the product key"));
	if (!c->virtio_drivers)
		printf(_("  drivers    NVMe and e1000e, which Windows has; virtio later: bus = virtio\n"));
	if (*c->virtio.path && !c->virtio.facts.agent)
		printf(_("             this virtio disc has no guest agent\n"));
	if (!c->o.intel && !c->no_igpu && pf && intel_package(pf->key, package))
		printf(_("  Intel      driver for %s: \"%s\" at intel.com\n"), pf->name, package);
}

static void say_linux(const struct create *c)
{
	const char *user = c->seeded ? (c->o.user ? c->o.user : "igvm") : "root";

	printf(_("  guest      %s\n"), c->built ? _("Debian, from packages, started by its kernel directly")
					     : _("your image, with a cloud-init seed"));
	if (c->password_made)
		printf(_("  login      %s, password %s (not kept anywhere: note it)\n"), user, c->password);
	else
		printf(_("  login      %s, with the password you gave\n"), user);
}

static void say_next(const struct create *c)
{
	const char *name = c->o.name;

	if (c->base.os != OS_WINDOWS)
		printf(_("next: igvm start %s && igvm console %s\n"), name, name);
	else if (c->o.iso)
		printf(_("next: igvm start %s\n"), name);
	else
		printf(_("next: igvm edit %s, for the disc; then igvm start %s\n"), name, name);
}

void create_say(const struct create *c)
{
	const char *name = c->o.name;

	printf(_("%s is made: %s\n"), name, c->file);
	say_machine(c);
	if (c->base.os == OS_WINDOWS)
		say_windows(c);
	else
		say_linux(c);
	create_say_inputs(c);
	say_next(c);
}

static json_t *inputs_json(const struct create *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n_usb; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "name", c->usb[i].name, "port", c->usb[i].port));
	for (size_t i = 0; i < c->n_evdev; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "name", c->evdev[i].name, "path",
						      c->evdev[i].path));
	return list;
}

static json_t *edition_json(const struct create *c)
{
	const struct wim_edition *e = c->edition;

	return e ? json_pack("{s:i, s:s, s:s, s:s, s:i, s:b}", "index", (int)e->index, "name", e->name, "id",
			     e->id, "language", e->language, "build", (int)e->build, "home", wim_is_home(e)) :
		   json_null();
}

json_t *create_json(const struct create *c)
{
	const struct plan *p = &c->plan->plan;

	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:i, s:I, s:s, s:s, s:b, s:b, s:b, s:o, s:o, s:o}",
			 "version", 1, "kind", "create", "name", c->o.name, "scope",
			 c->paths.system ? "system" : "user", "file", c->file, "data", c->data, "template",
			 c->o.template, "memory_bytes", (json_int_t)c->base.memory_bytes, "cpus",
			 (int)c->base.cpus, "disk_bytes", (json_int_t)c->o.disk_bytes, "accel",
			 c->accel_tcg ? "tcg" : "kvm", "machine", p->machine, "secure_boot", p->secure_boot,
			 "tpm", p->tpm, "igpu", !c->no_igpu, "edition", edition_json(c), "password",
			 c->password_made ? json_string(c->password) : json_null(), "inputs", inputs_json(c));
}
