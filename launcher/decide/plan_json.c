/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan as JSON, schema tests/schema/plan.json. Members are added, never renamed. */
#include "launcher/decide/plan.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/str.h"

/* Text that came from a file name need not be UTF-8; JSON must be. */
static json_t *text(const char *s)
{
	char clean[PATH_MAX];

	if (!*s)
		return json_null();
	str_fit(clean, sizeof(clean), s);
	str_sanitize(clean);
	return json_string(clean);
}

static int put(json_t *o, const char *key, json_t *value)
{
	return json_object_set_new(o, key, value);
}

static json_t *disks_json(const struct plan *p)
{
	static const char *const bus[] = {
		[DISK_VIRTIO] = "virtio", [DISK_NVME] = "nvme", [DISK_SATA] = "sata",
	};
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_disk; i++) {
		const struct wish_disk *d = &p->disk[i];

		json_array_append_new(list, json_pack("{s:s, s:o, s:s, s:s, s:b, s:b}", "name", d->name,
						      "path", text(d->path), "format",
						      d->qcow2 ? "qcow2" : "raw", "bus",
						      d->bus == DISK_AUTO ? "virtio" : bus[d->bus],
						      "cdrom", d->cdrom, "read_only", d->read_only));
	}
	return list;
}

static const char *interface_of(const struct wish_net *n)
{
	return n->type == NET_BRIDGE ? n->bridge : n->type == NET_TAP ? n->tap : "";
}

static json_t *nets_json(const struct plan *p)
{
	static const char *const type[] = {
		[NET_PASST] = "passt", [NET_SLIRP] = "slirp", [NET_BRIDGE] = "bridge", [NET_TAP] = "tap",
	};
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_net; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", p->net[i].name,
						      "model",
						      p->net[i].model == NIC_E1000E ? "e1000e" : "virtio",
						      "mac", p->net[i].mac, "type", type[p->net[i].type],
						      "interface", text(interface_of(&p->net[i]))));
	return list;
}

static json_t *usb_json(const struct plan *p)
{
	json_t *list = json_array();
	char id[12];

	for (size_t i = 0; i < p->n_usb; i++) {
		const struct plan_usb *u = &p->usb[i];

		snprintf(id, sizeof(id), "%04x:%04x", u->wish.vendor, u->wish.product);
		json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:b, s:o}", "name", u->wish.name,
						      "port", text(u->wish.port),
						      "id", text(u->wish.vendor ? id : ""),
						      "there", u->there, "found_at", text(u->port)));
	}
	return list;
}

static json_t *evdevs_json(const struct plan *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_evdev; i++)
		json_array_append_new(list, json_pack("{s:s, s:o, s:b, s:b}", "name", p->evdev[i].wish.name,
						      "path", text(p->evdev[i].wish.path), "repeat",
						      p->evdev[i].wish.repeat, "there", p->evdev[i].there));
	return list;
}

static json_t *audio_json(const struct plan *p)
{
	static const char *const word[] = {
		[AUDIO_AUTO] = "none", [AUDIO_NONE] = "none", [AUDIO_ALSA] = "alsa",
		[AUDIO_PIPEWIRE] = "pipewire", [AUDIO_USB] = "usb",
	};

	return json_string(word[p->audio]);
}

static json_t *fds_json(const struct plan *p)
{
	static const char *const kind[] = {
		[PLAN_FD_VM_LOCK] = "vm-lock", [PLAN_FD_DEVICE_LOCK] = "device-lock",
		[PLAN_FD_QMP] = "qmp", [PLAN_FD_AGENT] = "agent", [PLAN_FD_CONSOLE] = "console",
		[PLAN_FD_FIRMWARE_LOG] = "firmware-log", [PLAN_FD_SERIAL_LOG] = "serial-log",
		[PLAN_FD_TPM] = "tpm", [PLAN_FD_FILE] = "file",
		[PLAN_FD_PASST] = "passt", [PLAN_FD_BRIDGE] = "bridge", [PLAN_FD_TAP] = "tap",
		[PLAN_FD_USB] = "usb", [PLAN_FD_SHARE] = "share",
		[PLAN_FD_PIPEWIRE] = "pipewire",
	};
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_fd; i++)
		json_array_append_new(list, json_pack("{s:i, s:s, s:i, s:o}", "fd", p->fd[i].fd, "kind",
						      kind[p->fd[i].kind], "fdset", p->fd[i].fdset, "path",
						      text(p->fd[i].path)));
	return list;
}

static json_t *files_json(const struct plan *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_file; i++)
		json_array_append_new(list, json_pack("{s:o, s:o, s:b, s:b}", "from", text(p->file[i].from),
						      "to", text(p->file[i].to), "once", p->file[i].once,
						      "writable", p->file[i].writable));
	return list;
}

static json_t *igpu_json(const struct plan *p)
{
	char bdf[BDF_TEXT_MAX], id[8], base[24] = "";
	json_t *o;

	if (!p->igpu)
		return json_null();
	snprintf(id, sizeof(id), "%04x", p->device_id);
	if (p->stolen_base)
		snprintf(base, sizeof(base), "0x%llx", (unsigned long long)p->stolen_base);
	o = json_pack("{s:s, s:s, s:s, s:i, s:b, s:b, s:b}", "host", bdf_text(p->host_bdf, bdf), "guest",
		      "0000:00:02.0", "device_id", id, "group", p->group, "legacy_mode", p->legacy_mode,
		      "opregion", p->opregion, "lpc", p->lpc);
	put(o, "gms", p->gms < 0 ? json_null() : json_integer(p->gms));
	put(o, "rom", text(p->rom));
	put(o, "stolen_base", text(base));
	return o;
}

const char *plan_display_name(enum wish_display display)
{
	static const char *const names[] = {
		[DISPLAY_BOTH] = "both", [DISPLAY_MONITOR] = "monitor",
		[DISPLAY_MONITOR_EARLY] = "monitor-early", [DISPLAY_REMOTE] = "remote",
	};

	return names[display];
}

static json_t *shares_json(const struct plan *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_share; i++)
		json_array_append_new(list, json_pack("{s:s, s:o, s:b}", "name", p->share[i].name, "path",
						      text(p->share[i].path), "read_only", p->share[i].read_only));
	return list;
}

static void put_jobs(json_t *o, const struct plan *p)
{
	static const char *const watchdog[] = {
		[WATCHDOG_NO] = "no", [WATCHDOG_RESET] = "reset", [WATCHDOG_POWEROFF] = "poweroff",
		[WATCHDOG_PAUSE] = "pause",
	};

	put(o, "panic", json_boolean(p->panic));
	put(o, "watchdog", json_string(watchdog[p->watchdog]));
	put(o, "shares", shares_json(p));
	put(o, "virtiofsd", text(p->virtiofsd));
	put(o, "hook", text(p->hook));
}

static void put_guest(json_t *o, const struct plan *p)
{
	char pin[CPU_LIST_TEXT];

	put(o, "os", json_string(p->os == OS_WINDOWS ? "windows" : "linux"));
	put(o, "accel", json_string(p->accel == ACCEL_KVM ? "kvm" : "tcg"));
	put(o, "machine", text(p->machine));
	put(o, "memory_bytes", json_integer((json_int_t)p->memory_bytes));
	put(o, "huge_bytes", json_integer((json_int_t)p->huge_bytes));
	put(o, "pin", text(cpu_list_text(&p->pin, pin, sizeof(pin))));
	put(o, "cpus", json_integer((json_int_t)p->cpus));
	put(o, "phys_bits", p->phys_bits ? json_integer(p->phys_bits) : json_null());
	put(o, "nested", json_boolean(p->nested));
	put(o, "tpm", json_boolean(p->tpm));
	put(o, "display", json_string(plan_display_name(p->display)));
	put(o, "emulated_display", json_boolean(p->emulated_display));
	put(o, "firmware", json_string(p->firmware == PLAN_OVMF ? "uefi" : "bios"));
	put(o, "secure_boot", json_boolean(p->secure_boot));
	put(o, "firmware_code", text(p->ovmf_code));
	put(o, "firmware_vars", text(p->ovmf_vars));
	put(o, "kernel", text(p->kernel));
	put(o, "initrd", text(p->initrd));
	put(o, "kernel_args", text(p->kernel_args));
}

static json_t *disc_name(const struct plan *p, size_t index)
{
	return !index ? json_null() : json_string(p->disk[index].name);
}

json_t *plan_json(const struct plan *p)
{
	json_t *o = json_pack("{s:i, s:s, s:s, s:s, s:s}", "version", 1, "kind", "plan", "purpose",
			      p->purpose == PLAN_PROBE ? "probe" : "run", "name", p->name, "uuid",
			      p->uuid);

	if (!o)
		return NULL;
	put(o, "qemu", text(p->qemu));
	put(o, "run_dir", text(p->run_dir));
	put(o, "data_dir", text(p->data_dir));
	put_guest(o, p);
	put(o, "igpu", igpu_json(p));
	put(o, "disks", disks_json(p));
	put(o, "setup_disc", disc_name(p, p->setup_disc));
	put(o, "answers_disc", disc_name(p, p->answers_disc));
	put(o, "nets", nets_json(p));
	put(o, "usb", usb_json(p));
	put(o, "inputs", evdevs_json(p));
	put(o, "audio", audio_json(p));
	put(o, "audio_user", text(p->audio_user));
	put_jobs(o, p);
	put(o, "rdp_port", p->rdp_port ? json_integer(p->rdp_port) : json_null());
	put(o, "rdp_lan", json_boolean(p->rdp_port && p->rdp_lan));
	put(o, "fds", fds_json(p));
	put(o, "files", files_json(p));
	put(o, "memlock_bytes", json_integer((json_int_t)p->memlock_bytes));
	put(o, "start_ms", json_integer((json_int_t)p->start_ms));
	put(o, "stop_ms", json_integer((json_int_t)p->stop_ms));
	return o;
}
