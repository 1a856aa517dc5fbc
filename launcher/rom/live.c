/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/live.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "launcher/facts/vfio.h"
#include "romfiles/igd.h"
#include "romfiles/kind.h"
#include "romfiles/opregion.h"

#define DEBUG_DRI	"sys/kernel/debug/dri"
#define READ_MAX	((size_t)1 << 20)
/* Where a PC's first VBIOS is copied to, and the room for it (Linux arch/x86/pci/fixup.c). */
#define SHADOW_AT	0xc0000
#define SHADOW_SIZE	0x20000

struct asked {
	const struct host_facts *h;
	const struct pci_fact *f;
	const char *root;
	int rootfd;
	bool live;	/* not a recorded tree */
};

static const struct {
	const char *id, *text;
} places[LIVE_N] = {
	[LIVE_VFIO] = { "vfio", N_("OpRegion of vfio-pci") },
	[LIVE_I915_OPREGION] = { "i915-opregion", N_("debugfs i915_opregion") },
	[LIVE_I915_VBT] = { "i915-vbt", N_("debugfs i915_vbt") },
	[LIVE_ROM] = { "rom", N_("sysfs rom (shadow copy)") },
	[LIVE_MEM_OPREGION] = { "mem-opregion", N_("/dev/mem, OpRegion") },
	[LIVE_MEM_VBIOS] = { "mem-vbios", N_("/dev/mem, video BIOS") },
};

const char *live_place_id(enum live_place p)
{
	return places[p].id;
}

const char *live_place_text(enum live_place p)
{
	return places[p].text;
}

const char *live_state_id(enum live_state s)
{
	static const char *const id[] = {
		[LIVE_READ] = "read", [LIVE_ABSENT] = "absent", [LIVE_REFUSED] = "refused",
		[LIVE_DIFFERS] = "differs",
	};

	return id[s];
}

static void nothing(struct live *l, enum live_state state, const char *fmt, ...) printf_(3, 4);

static void nothing(struct live *l, enum live_state state, const char *fmt, ...)
{
	va_list ap;

	free(TAKE(l->bytes));
	l->n = 0;
	l->state = state;
	va_start(ap, fmt);
	vsnprintf(l->why, sizeof(l->why), fmt, ap);
	va_end(ap);
}

/* The place's bytes once more: the same, or none of them. */
static void compare(struct live *l, const char *again, size_t n)
{
	if (n != l->n || memcmp(again, l->bytes, n))
		nothing(l, LIVE_DIFFERS, _("two reads differ: nothing of it is taken"));
}

/* --- vfio-pci -------------------------------------------------------------------- */

static void read_again(const struct asked *a, struct live *l)
{
	struct vfio_facts v = { 0 };

	if (!a->live || vfio_read(a->f->bdf, a->f->group, &v))
		return;
	if (v.state == REGION_READ && v.opregion)
		compare(l, (const char *)v.opregion, v.opregion_len);
	vfio_done(&v);
}

static void read_vfio(const struct asked *a, struct live *l)
{
	const struct vfio_facts *v = &a->h->vfio;

	if (v->state != REGION_READ) {
		nothing(l, v->state == REGION_FAILED || v->err ? LIVE_REFUSED : LIVE_ABSENT, "%s", v->why);
		return;
	}
	if (!v->opregion) {
		nothing(l, LIVE_ABSENT, _("vfio-pci offers none of this device"));
		return;
	}
	l->bytes = malloc(v->opregion_len + 1);
	if (!l->bytes) {
		nothing(l, LIVE_REFUSED, _("out of memory"));
		return;
	}
	memcpy(l->bytes, v->opregion, v->opregion_len);
	l->n = v->opregion_len;
	read_again(a, l);
}

/* --- files --------------------------------------------------------------------------- */

static void read_twice(const struct asked *a, const char *path, struct live *l)
{
	_free_ char *again = NULL;
	size_t n;
	int r = file_read_at(a->rootfd, path, READ_MAX, &l->bytes, &l->n);

	if (r) {
		nothing(l, r == -ENOENT || r == -ENODEV ? LIVE_ABSENT : LIVE_REFUSED, "/%s: %s", path,
			strerror(-r));
		l->err = -r;
		return;
	}
	r = file_read_at(a->rootfd, path, READ_MAX, &again, &n);
	if (r)
		nothing(l, LIVE_REFUSED, "/%s: %s", path, strerror(-r));
	else
		compare(l, again, n);
}

/* Is dri/@minor this device's? Its file "name" says "i915 dev=0000:00:02.0 unique=...". */
static bool minor_is(const struct asked *a, const char *minor)
{
	char path[PATH_MAX], line[256], want[BDF_TEXT_MAX + 5], bdf[BDF_TEXT_MAX];

	snprintf(want, sizeof(want), "dev=%s", bdf_text(a->f->bdf, bdf));
	return str_print(path, sizeof(path), DEBUG_DRI "/%s/name", minor) &&
	       !file_read_line_at(a->rootfd, path, line, sizeof(line)) && strstr(line, want);
}

static void read_debugfs(const struct asked *a, const char *file, struct live *l)
{
	int fd = openat(a->rootfd, DEBUG_DRI, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_dir_ DIR *dir = memory_dir(fd);
	char path[PATH_MAX];
	struct dirent *e;

	if (!dir) {
		nothing(l, errno == ENOENT ? LIVE_ABSENT : LIVE_REFUSED, "/" DEBUG_DRI ": %s",
			strerror(errno));
		return;
	}
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.' && minor_is(a, e->d_name) &&
		    str_print(path, sizeof(path), DEBUG_DRI "/%s/%s", e->d_name, file)) {
			read_twice(a, path, l);
			return;
		}
	nothing(l, LIVE_ABSENT, _("neither i915 nor xe has the device"));
}

static void read_i915_opregion(const struct asked *a, struct live *l)
{
	read_debugfs(a, "i915_opregion", l);
}

static void read_i915_vbt(const struct asked *a, struct live *l)
{
	read_debugfs(a, "i915_vbt", l);
}

/* --- the shadow ROM ------------------------------------------------------------------- */

static int switch_rom(const struct asked *a, const char *path, const char *to)
{
	_fd_ int fd = a->live ? openat(a->rootfd, path, O_WRONLY | O_CLOEXEC) : -1;

	if (!a->live)
		return 0;
	return fd < 0 || write(fd, to, 1) != 1 ? -errno : 0;
}

/* Booted by UEFI alone, the place of the VBIOS is memory with anything in it. */
static void judge_rom(struct live *l)
{
	if (l->state == LIVE_READ && rom_kind(live_span(l)) != KIND_OPROM)
		nothing(l, LIVE_ABSENT, _("memory without a ROM in it, as on a host booted by UEFI"));
}

static void read_rom(const struct asked *a, struct live *l)
{
	char path[PATH_MAX], bdf[BDF_TEXT_MAX];
	int r;

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/rom", bdf_text(a->f->bdf, bdf));
	if (faccessat(a->rootfd, path, F_OK, 0)) {
		nothing(l, LIVE_ABSENT, _("no such file: the iGPU is not the host's first display"));
		return;
	}
	r = switch_rom(a, path, "1");
	if (r) {
		nothing(l, LIVE_REFUSED, "/%s: %s", path, strerror(-r));
		return;
	}
	read_twice(a, path, l);
	if (switch_rom(a, path, "0") && l->state == LIVE_READ)
		str_fit(l->why, sizeof(l->why), _("its decoding could not be switched off again"));
	if (l->err == EIO)
		nothing(l, LIVE_ABSENT, _("the kernel finds no ROM there, as on a host booted by UEFI"));
	judge_rom(l);
}

/* --- physical memory ---------------------------------------------------------------------- */

static int mem_read(int fd, uint64_t at, void *buf, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = pread(fd, (char *)buf + done, n - done, (off_t)(at + done));

		if (got == 0 || (got < 0 && errno != EINTR))
			return got ? -errno : -EIO;
		done += got > 0 ? (size_t)got : 0;
	}
	return 0;
}

/* @n bytes at physical @at, twice. */
static void read_mem(const struct asked *a, uint64_t at, size_t n, struct live *l)
{
	_fd_ int fd = openat(a->rootfd, "dev/mem", O_RDONLY | O_CLOEXEC);
	_free_ char *again = malloc(n);
	int r = fd < 0 ? -errno : 0;

	l->bytes = malloc(n + 1);
	l->n = n;
	if (!again || !l->bytes)
		r = -ENOMEM;
	if (!r)
		r = mem_read(fd, at, l->bytes, n);
	if (!r)
		r = mem_read(fd, at, again, n);
	if (r == -EPERM && !geteuid())
		nothing(l, LIVE_REFUSED, _("the kernel refuses (lockdown or strict /dev/mem)"));
	else if (r)
		nothing(l, LIVE_REFUSED, "/dev/mem: %s", strerror(-r));
	else
		compare(l, again, n);
}

/* The header's size, and with a relative RVDA what it reaches to: as vfio-pci shows it. */
static void read_mem_opregion(const struct asked *a, struct live *l)
{
	struct opregion o;
	uint32_t asls = 0;
	uint64_t want;

	if (!a->live) {
		nothing(l, LIVE_ABSENT, _("not asked of a recorded host"));
		return;
	}
	if (a->f->config_len >= IGD_CFG_ASLS + 4)
		memcpy(&asls, a->f->config + IGD_CFG_ASLS, sizeof(asls));
	if (!asls || asls == UINT32_MAX) {
		nothing(l, LIVE_ABSENT, a->f->config_len < IGD_CFG_ASLS + 4
			? _("the address (config space 0xfc) can be read by root only")
			: _("config space 0xfc holds no address"));
		return;
	}
	read_mem(a, asls, OPREGION_SIZE, l);
	if (l->state != LIVE_READ || opregion_parse(live_span(l), asls, &o))
		return;
	want = opregion_vfio_size(&o);
	if (o.rvda_kind == OPREGION_RVDA_RELATIVE && want > OPREGION_SIZE && want <= READ_MAX) {
		free(TAKE(l->bytes));
		read_mem(a, asls, (size_t)want, l);
	}
}

static void read_mem_vbios(const struct asked *a, struct live *l)
{
	if (!a->live) {
		nothing(l, LIVE_ABSENT, _("not asked of a recorded host"));
		return;
	}
	read_mem(a, SHADOW_AT, SHADOW_SIZE, l);
	judge_rom(l);
}

/* --- all --------------------------------------------------------------------------------- */

void live_read(const char *root, const struct host_facts *h, const struct pci_fact *f,
	       struct live v[static LIVE_N])
{
	static void (*const read_place[LIVE_N])(const struct asked *a, struct live *l) = {
		[LIVE_VFIO] = read_vfio,
		[LIVE_I915_OPREGION] = read_i915_opregion,
		[LIVE_I915_VBT] = read_i915_vbt,
		[LIVE_ROM] = read_rom,
		[LIVE_MEM_OPREGION] = read_mem_opregion,
		[LIVE_MEM_VBIOS] = read_mem_vbios,
	};
	_fd_ int rootfd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct asked a = { .h = h, .f = f, .root = root, .rootfd = rootfd, .live = !strcmp(root, "/") };

	for (int i = 0; i < LIVE_N; i++) {
		v[i] = (struct live){ 0 };
		read_place[i](&a, &v[i]);
	}
}

void live_done(struct live v[static LIVE_N])
{
	for (int i = 0; i < LIVE_N; i++)
		free(TAKE(v[i].bytes));
}
