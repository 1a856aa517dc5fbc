/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds the device inside the kernel: the text console, the firmware's framebuffer. */
#include <fcntl.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/facts/holders_parts.h"

#define IOMEM_MAX	(1 << 20)

/* Drivers of the framebuffer that the firmware left, with their names below bus/platform. */
static const char *const fb_drivers[] = {
	"simple-framebuffer", "efi-framebuffer", "vesa-framebuffer", "efidrm", "vesadrm",
};

void holders_group(const struct tree *t, const char *path, char group[static 32])
{
	_fd_ int fd = tree_open(t, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char target[PATH_MAX];
	const char *base;
	ssize_t n = fd < 0 ? -1 : readlinkat(fd, "iommu_group", target, sizeof(target) - 1);

	group[0] = '\0';
	if (n <= 0)
		return;
	target[n] = '\0';
	base = strrchr(target, '/');
	str_fit(group, 32, base ? base + 1 : target);
}

/* Does the device have a framebuffer of its driver's (graphics/fb0 below it)? */
static bool has_framebuffer(const struct tree *t, const char *bdf)
{
	char path[128];

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/graphics", bdf);
	return tree_is_dir_empty(t, path) == TRI_NO;
}

/* In proc/iomem, is a range called "efifb", "BOOTFB" or the like inside one of @bdf? */
static bool firmware_framebuffer(const struct tree *t, const char *bdf)
{
	static const char *const names[] = { "efifb", "BOOTFB", "simplefb", "vesafb", "simple-framebuffer" };
	_free_ char *text = NULL;
	char *line, *save = NULL;
	size_t depth = SIZE_MAX;

	if (tree_read(t, "proc/iomem", IOMEM_MAX, &text, NULL))
		return false;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		size_t blanks = strspn(line, " ");
		const char *name = strstr(line, " : ");

		name = name ? name + 3 : "";
		if (blanks <= depth)
			depth = strcmp(name, bdf) ? SIZE_MAX : blanks;
		else
			for (size_t i = 0; i < ARRAY_SIZE(names); i++)
				if (!strcmp(name, names[i]))
					return true;
	}
	return false;
}

static void add_framebuffers(const struct tree *t, struct holders *h)
{
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(fb_drivers); i++) {
		_dir_ DIR *dir = NULL;
		struct dirent *d;
		struct holder *x;

		snprintf(path, sizeof(path), "sys/bus/platform/drivers/%s", fb_drivers[i]);
		dir = holders_dir(t, path);
		/* Devices are "simple-framebuffer.0"; bind, unbind, uevent and module are not. */
		while (dir && (d = readdir(dir))) {
			if (!strchr(d->d_name, '.') || d->d_name[0] == '.')
				continue;
			x = holders_add(h, HOLDER_FRAMEBUFFER);
			if (!x)
				return;
			str_fit(x->name, sizeof(x->name), d->d_name);
			str_fit(x->comm, sizeof(x->comm), fb_drivers[i]);
		}
	}
}

/* The one console driver that draws into framebuffers: its number differs. */
static void add_consoles(const struct tree *t, struct holders *h)
{
	_dir_ DIR *dir = holders_dir(t, "sys/class/vtconsole");
	struct dirent *d;
	struct holder *x;
	char path[320], name[64];
	uint64_t bound;

	while (dir && (d = readdir(dir))) {
		if (!str_starts(d->d_name, "vtcon"))
			continue;
		snprintf(path, sizeof(path), "sys/class/vtconsole/%s/name", d->d_name);
		if (tree_line(t, path, name, sizeof(name)) || !strstr(name, "frame buffer"))
			continue;
		snprintf(path, sizeof(path), "sys/class/vtconsole/%s/bind", d->d_name);
		if (!tree_number(t, path, 10, 1, &bound) || !bound)
			continue;
		x = holders_add(h, HOLDER_CONSOLE);
		if (x)
			str_fit(x->name, sizeof(x->name), d->d_name);
	}
}

void holders_kernel(const struct tree *t, struct bdf bdf, struct holders *h)
{
	char text[BDF_TEXT_MAX];
	bool firmware;

	bdf_text(bdf, text);
	firmware = firmware_framebuffer(t, text);
	if (firmware || has_framebuffer(t, text))
		add_consoles(t, h);
	if (firmware)
		add_framebuffers(t, h);
}
