/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine a foreign line is judged for, and the ROM it names. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/lint/source.h"
#include "romfiles/build.h"

static int told_device(const char *text, struct lint_machine *m)
{
	const char *id = str_starts(text, "8086:");
	uint64_t v;

	id = id ? id : str_starts(text, "0x") ? text + 2 : text;
	if (!str_u64(id, 16, UINT16_MAX, &v)) {
		say(_("--device %.60s: is no device id, such as 4680 (lspci -nn: 8086:4680)"), text);
		return EXIT_USAGE;
	}
	m->device_id = (int)v;
	m->from = m->from ? m->from : LINT_TOLD;
	return EXIT_OK;
}

static int told_qemu(const char *text, struct lint_machine *m)
{
	const char *dot = strchr(text, '.');
	char number[8];
	uint64_t major, minor;
	size_t n = dot ? strcspn(dot + 1, ".") : 0;

	if (!dot || n >= sizeof(number) || dot - text >= (ptrdiff_t)sizeof(number))
		goto wrong;
	snprintf(number, sizeof(number), "%.*s", (int)(dot - text), text);
	if (!str_u64(number, 10, 999, &major))
		goto wrong;
	snprintf(number, sizeof(number), "%.*s", (int)n, dot + 1);
	if (!str_u64(number, 10, 999, &minor))
		goto wrong;
	lint_caps((int)major, (int)minor, &m->caps);
	m->qemu_known = true;
	m->from = m->from ? m->from : LINT_TOLD;
	return EXIT_OK;
wrong:
	say(_("--qemu %.60s: is no version of QEMU, such as 10.1"), text);
	return EXIT_USAGE;
}

static int read_report(const char *file, struct lint_source *s)
{
	const char *why = NULL;
	int err;
	_json_ json_t *report = file_load_json_at(AT_FDCWD, file, LINT_TEXT_MAX, &err);

	if (!report && err != -EBADMSG)
		return source_say(file, err);
	if (!report || lint_report(report, &s->host, &s->said, &s->machine, &why)) {
		say("--host %s: %s", file, why ? _(why) : _("is no JSON"));
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

/* "Max locked memory  BYTES|unlimited ...": of the process, not of us. */
static uint64_t locked_limit(pid_t pid)
{
	_free_ char *text = NULL;
	char path[64];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/limits", pid);
	if (file_read_at(AT_FDCWD, path, 65536, &text, NULL))
		return 0;
	at = strstr(text, "Max locked memory");
	return at ? strtoull(at + sizeof("Max locked memory") - 1, NULL, 10) : 0;
}

/* Root's QEMU needs no limit: it has CAP_IPC_LOCK. */
static bool is_root(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return !stat(path, &st) && !st.st_uid;
}

/* Only a QEMU where distributions have it is run: the line may come from anybody. */
static bool is_trusted(const char *program)
{
	static const char *const dirs[] = { "/usr/bin/", "/usr/local/bin/", "/usr/libexec/", "/bin/", "/nix/store/",
					    "/run/current-system/sw/bin/" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (str_starts(program, dirs[i]) && !strstr(program, ".."))
			return args_is_qemu(program);
	return false;
}

/* This host, when it has an iGPU and nobody has named another. */
static int look_here(const struct globals *g, const struct line *l, struct lint_source *s)
{
	struct pipeline *p = s->here = pipeline_new(g, NULL);
	const char *program = l->args->n ? l->args->v[0] : "";
	int code;

	if (!p)
		return EXIT_FAILED;
	if (paths_mine(&p->paths, g->root))
		p->paths.cache[0] = '\0';
	str_fit(p->wish.qemu, sizeof(p->wish.qemu),
		is_trusted(program) ? program : "/usr/bin/qemu-system-x86_64");
	p->wish.igpu_auto = true;
	code = pipeline_facts(p, HOST_VFIO_NEVER);
	if (code || p->host.igpu < 0)
		return code;
	s->machine.from = LINT_HERE;
	s->machine.host = &p->host;
	s->machine.device_id = p->host.pci[p->host.igpu].device;
	s->machine.qemu_known = p->caps_known;
	if (p->caps_known)
		s->machine.caps = p->caps;
	return EXIT_OK;
}

/* A machine type is as old as its QEMU or older; from 10.1 on all QEMUs treat an iGPU alike. */
static void read_machine_type(const char *machine, struct lint_machine *m)
{
	const char *last = strrchr(machine, '-');
	int major, minor;

	if (m->qemu_known || !last || sscanf(last + 1, "%3d.%3d", &major, &minor) != 2 ||
	    major < 10 || (major == 10 && minor < 1))
		return;
	lint_caps(major, minor, &m->caps);
	m->qemu_known = true;
}

/* What the line itself says of the two: an id that is shown to the guest, the machine's version. */
static void read_line(const struct line *l, struct lint_machine *m)
{
	const struct line_device *d = l->igpu < 0 ? NULL : &l->device[l->igpu];

	if (d && m->device_id < 0 && d->device_id >= 0)
		m->device_id = d->device_id;
	if (d && m->device_id >= 0 && !m->from)
		m->from = LINT_TOLD;
	read_machine_type(l->machine, m);
}

int source_machine(const struct globals *g, const struct lint_ask *ask, const struct line *l,
		   struct lint_source *s)
{
	int code = EXIT_OK;

	s->machine.device_id = -1;
	if (ask->host)
		code = read_report(ask->host, s);
	else if (!ask->device)
		code = look_here(g, l, s);
	if (!code && ask->device)
		code = told_device(ask->device, &s->machine);
	if (!code && ask->qemu)
		code = told_qemu(ask->qemu, &s->machine);
	if (code)
		return code;
	/* A named id makes another machine of the report's. */
	if (s->machine.host == &s->host && ask->device)
		s->host.pci[0].device = (uint16_t)s->machine.device_id;
	if (s->pid && !is_root(s->pid))
		s->machine.memlock_bytes = locked_limit(s->pid);
	read_line(l, &s->machine);
	return EXIT_OK;
}

/* --- the ROM --------------------------------------------------------------------------------- */

/* As QEMU looks for it: the file itself, then its own folders. */
static int read_rom(const char *path, char **bytes, size_t *n)
{
	static const char *const dirs[] = { "/usr/share/kvm/", "/usr/share/qemu/", "/usr/local/share/qemu/" };
	int r = file_read_at(AT_FDCWD, path, ROM_BUILD_MAX, bytes, n);
	char full[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(dirs) && r == -ENOENT && *path != '/'; i++)
		if (str_print(full, sizeof(full), "%s%s", dirs[i], path))
			r = file_read_at(AT_FDCWD, full, ROM_BUILD_MAX, bytes, n);
	return r;
}

void source_rom(const struct line *l, struct lint_source *s)
{
	const struct line_device *d = l->igpu < 0 ? NULL : &l->device[l->igpu];
	size_t n = 0;
	int r;

	if (!d || !*d->romfile)
		return;
	r = read_rom(d->romfile, &s->rom, &n);
	if (!r)
		s->rom_fact = (struct plan_rom){ .state = PLAN_ROM_READ, .bytes = { (uint8_t *)s->rom, n } };
	/* That the file is not here says something of the line only when the line is of this host. */
	else if (s->machine.from == LINT_HERE && r != -EACCES)
		s->rom_fact = (struct plan_rom){ .state = PLAN_ROM_FAILED, .err = -r };
}
