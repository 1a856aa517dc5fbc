/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/lint/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/create/tool.h"
#include "launcher/lint/pve.h"
#include "romfiles/build.h"

/* --- bytes ------------------------------------------------------------------------------------ */

static int say_error(const char *name, int r)
{
	if (r == -EFBIG)
		say(_("%s: larger than 1 MiB: no command line of QEMU is"), name);
	else if (r == -EINVAL || r == -EISDIR)
		say(_("%s: is no regular file; `igvm lint -` reads standard input"), name);
	else
		say("%s: %s", name, strerror(-r));
	return r == -EACCES || r == -EPERM ? EXIT_PRIVILEGE : r == -ENOMEM ? EXIT_FAILED : EXIT_USAGE;
}

/* Pipes have no size: read to the end, or to one byte too many. */
static int read_stdin(char **text, size_t *n)
{
	_free_ char *v = malloc(LINT_TEXT_MAX + 2);
	ssize_t got = 1;

	*n = 0;
	while (v && got && *n <= LINT_TEXT_MAX) {
		got = read(STDIN_FILENO, v + *n, LINT_TEXT_MAX + 1 - *n);
		if (got < 0 && errno != EINTR)
			return -errno;
		*n += got > 0 ? (size_t)got : 0;
	}
	if (!v)
		return -ENOMEM;
	if (*n > LINT_TEXT_MAX)
		return -EFBIG;
	v[*n] = '\0';
	*text = TAKE(v);
	return 0;
}

static int read_pid(struct lint_source *s, const char *pid, char **text, size_t *n)
{
	char path[64];
	uint64_t v;

	if (!str_u64(pid, 10, INT32_MAX, &v) || !v) {
		say(_("'%.60s' is no process id"), pid);
		return EXIT_USAGE;
	}
	s->pid = (pid_t)v;
	snprintf(path, sizeof(path), "/proc/%d/cmdline", s->pid);
	str_fit(s->name, sizeof(s->name), path);
	switch (file_read_at(AT_FDCWD, path, LINT_TEXT_MAX, text, n)) {
	case 0:
		break;
	case -ENOENT:
		say(_("there is no process %d"), s->pid);
		return EXIT_USAGE;
	default:
		say(_("%s: cannot be read"), path);
		return EXIT_PRIVILEGE;
	}
	if (*n)
		return EXIT_OK;
	say(_("process %d has no command line: it is a thread of the kernel, or has ended"), s->pid);
	return EXIT_USAGE;
}

/* --- programs that know ------------------------------------------------------------------------- */

/* What @argv prints; what is missing without it is in @without. */
static int ask_program(const char *const *argv, const char *without, char **out, size_t *n)
{
	struct tool t = { .argv = argv, .out = out };
	char why[256] = "";
	int r;

	if (!tool_find(argv[0])) {
		say("%s", without);
		return EXIT_USAGE;
	}
	r = tool_run(&t, why, sizeof(why));
	if (r) {
		say(_("%s failed: %s"), argv[0], *why ? why : strerror(-r));
		return r == -ENOMEM ? EXIT_FAILED : EXIT_USAGE;
	}
	*n = *out ? strlen(*out) : 0;
	return EXIT_OK;
}

static int ask_qm(const char *vmid, char **out, size_t *n)
{
	const char *const argv[] = { "qm", "showcmd", vmid, NULL };
	uint64_t v;

	if (!str_u64(vmid, 10, 999999999, &v)) {
		say(_("'%.60s' is no number of a VM of Proxmox VE"), vmid);
		return EXIT_USAGE;
	}
	return ask_program(argv, _("there is no qm here: run igvm lint on the Proxmox VE host, or give it a copy of "
				   "/etc/pve/qemu-server/VMID.conf"), out, n);
}

#define NO_VIRSH	_("libvirt's XML becomes QEMU's words in libvirt alone, and there is no virsh here: run "	\
			  "`virsh domxml-to-native qemu-argv --domain NAME` on the host, and lint what it prints")

static int ask_virsh(const char *domain, char **out, size_t *n)
{
	const char *const argv[] = { "virsh", "domxml-to-native", "qemu-argv", "--domain", domain, NULL };

	return ask_program(argv, NO_VIRSH, out, n);
}

/* virsh reads the file by itself, as this user. */
static int ask_virsh_file(const char *file, const char *text, size_t len, char **out, size_t *n)
{
	char copy[] = "/tmp/igvm-lint-XXXXXX";
	const char *const argv[] = { "virsh", "domxml-to-native", "qemu-argv", "--xml", copy, NULL };
	_fd_ int fd = mkostemp(copy, O_CLOEXEC);
	int r = fd < 0 ? -errno : write_all(fd, text, len);

	if (r) {
		say("%s: %s", file, strerror(-r));
		r = EXIT_FAILED;
	} else {
		r = ask_program(argv, NO_VIRSH, out, n);
	}
	if (fd >= 0)
		unlink(copy);
	return r;
}

/* --- which form ------------------------------------------------------------------------------------ */

static int refuse(const struct lint_source *s, int line, const char *text)
{
	if (line)
		say("%s:%d: %s", s->name, line, text);
	else
		say("%s: %s", s->name, text);
	return EXIT_USAGE;
}

/* Does str_sanitize(), which knows what is text, leave it alone? Tabs and newlines it does not mind. */
static bool is_text(const char *text, size_t n)
{
	_free_ char *copy = strdup(text);

	if (!copy || strlen(text) != n)
		return false;
	for (char *c = copy; *c; c++)
		if (*c == '\n' || *c == '\r')
			*c = ' ';
	for (size_t i = 0; i < n; i++)
		if (copy[i] == '?')
			copy[i] = ' ';
	str_sanitize(copy);
	return !strchr(copy, '?');
}

static bool is_xml(const char *text)
{
	text += strspn(text, " \t\r\n");
	return *text == '<';
}

static int parse(struct lint_source *s, const char *text, size_t n)
{
	struct lint_error e = { 0 };
	int r = s->form == LINT_FORM_CMDLINE ? args_from_nul(text, n, &s->args, &e)
		: s->form == LINT_FORM_PROXMOX ? args_from_pve(text, n, &s->args, &e)
		: args_from_shell(text, n, &s->args, &e);

	if (r == -EBADMSG)
		return refuse(s, s->form == LINT_FORM_LIBVIRT ? 0 : e.line, _(e.text));
	if (r)
		say(_("out of memory"));
	return r ? EXIT_FAILED : EXIT_OK;
}

static int parse_xml(struct lint_source *s, const char *text, size_t n)
{
	_free_ char *words = NULL;
	size_t len = 0;
	int code;

	s->form = LINT_FORM_LIBVIRT;
	if (!strstr(text, "<domain"))
		return refuse(s, 0, _("is XML, and no domain of libvirt"));
	code = ask_virsh_file(s->name, text, n, &words, &len);
	return code ? code : parse(s, words, len);
}

static int parse_any(struct lint_source *s, const char *text, size_t n)
{
	if (!n)
		return refuse(s, 0, _("is empty"));
	if (memchr(text, '\0', n)) {
		s->form = LINT_FORM_CMDLINE;
		return parse(s, text, n);
	}
	if (!is_text(text, n))
		return refuse(s, 0, _("is no text: it holds control bytes, or bytes that are no UTF-8"));
	if (is_xml(text))
		return parse_xml(s, text, n);
	if (pve_is_conf(text, n))
		s->form = LINT_FORM_PROXMOX;
	return parse(s, text, n);
}

int source_read(const struct lint_ask *ask, struct lint_source *s)
{
	_free_ char *text = NULL;
	size_t n = 0;
	int code = EXIT_OK, r = 0;

	if (ask->pid) {
		code = read_pid(s, ask->pid, &text, &n);
	} else if (ask->pve) {
		str_fit(s->name, sizeof(s->name), "qm showcmd");
		code = ask_qm(ask->pve, &text, &n);
	} else if (ask->libvirt) {
		s->form = LINT_FORM_LIBVIRT;
		str_fit(s->name, sizeof(s->name), "virsh domxml-to-native");
		code = ask_virsh(ask->libvirt, &text, &n);
	} else {
		bool std = !strcmp(ask->file, "-");

		str_fit(s->name, sizeof(s->name), std ? _("standard input") : ask->file);
		r = std ? read_stdin(&text, &n) : file_read_at(AT_FDCWD, ask->file, LINT_TEXT_MAX, &text, &n);
	}
	if (r)
		return say_error(s->name, r);
	return code ? code : parse_any(s, text, n);
}

/* --- the machine ---------------------------------------------------------------------------------------- */

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
		return say_error(file, err);
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

/* --- the ROM ------------------------------------------------------------------------------------------------ */

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

void source_done(struct lint_source *s)
{
	args_done(&s->args);
	pipeline_free(s->here);
	free(s->rom);
}
