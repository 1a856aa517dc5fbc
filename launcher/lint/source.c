/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/lint/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/create/tool.h"
#include "launcher/lint/pve.h"

/* --- bytes ----------------------------------------------------------------------------------- */

int source_say(const char *name, int r)
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

/* --- programs that know ---------------------------------------------------------------------- */

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

/* --- which form ------------------------------------------------------------------------------ */

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
		return source_say(s->name, r);
	return code ? code : parse_any(s, text, n);
}

void source_done(struct lint_source *s)
{
	args_done(&s->args);
	pipeline_free(s->here);
	free(s->rom);
}
