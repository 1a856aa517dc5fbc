/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/manifest_read.h"

#include <fcntl.h>
#include <sys/utsname.h>

#include "launcher/base/file.h"
#include "launcher/facts/host_tree.h"
#include "romfiles/sha256.h"

#define FIRMWARE_MAX	(64u << 20)

void manifest_put(json_t *o, const char *key, const char *text)
{
	if (text && *text)
		json_object_set_new(o, key, json_string(text));
}

void manifest_put_sum(json_t *o, const char *key, const void *bytes, size_t n)
{
	uint8_t sum[SHA256_BYTES];
	char hex[SHA256_HEX];

	if (!n)
		return;
	sha256_sum(bytes, n, sum);
	sha256_hex(sum, hex);
	manifest_put(o, key, hex);
}

void manifest_put_file(json_t *o, const char *key, const char *path)
{
	_free_ char *bytes = NULL;
	size_t n = 0;

	if (*path && !file_read_at(AT_FDCWD, path, FIRMWARE_MAX, &bytes, &n))
		manifest_put_sum(o, key, bytes, n);
}

/* What about the host may change below a VM. */
static void put_host(json_t *o, const char *root)
{
	static const struct {
		const char *key, *path;
	} rows[] = {
		{ "cmdline", "proc/cmdline" },
		{ "board", "sys/class/dmi/id/board_name" },
		{ "bios", "sys/class/dmi/id/bios_version" },
		{ "bios-date", "sys/class/dmi/id/bios_date" },
		{ "vfio-disable-vga", "sys/module/vfio_pci/parameters/disable_vga" },
		{ "vfio-disable-idle-d3", "sys/module/vfio_pci/parameters/disable_idle_d3" },
		{ "kvm-ignore-msrs", "sys/module/kvm/parameters/ignore_msrs" },
		{ "kvm-nested", "sys/module/kvm_intel/parameters/nested" },
	};
	struct tree t = { .fd = -1 };
	char text[2048];

	if (tree_init(&t, root))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!tree_line(&t, rows[i].path, text, sizeof(text)))
			manifest_put(o, rows[i].key, text);
	close(t.fd);
}

json_t *manifest_host(const char *root)
{
	json_t *o = json_object();
	struct utsname u;

	if (!o)
		return NULL;
	manifest_put(o, "kernel", uname(&u) ? "" : u.release);
	put_host(o, root);
	return o;
}
