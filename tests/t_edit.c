/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The editors of other people's files: a table of text before, changes, text
 * after; what is refused, with its line; and on every text that taking out what was put in gives
 * back the bytes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/base/cleanup.h"
#include "launcher/setup/edit.h"

enum format { GRUB, GRUB_ALL, MODULES, HOOKS, DRACUT, CMDLINE, BLS, LIMINE, LIMINE_DEFAULT, LINES };

static int scan(enum format f, const char *text, size_t len, struct edit_words *w, struct edit_error *e)
{
	switch (f) {
	case GRUB: return edit_shell(text, len, "GRUB_CMDLINE_LINUX_DEFAULT", false, w, e);
	case GRUB_ALL: return edit_shell(text, len, "GRUB_CMDLINE_LINUX", false, w, e);
	case MODULES: return edit_shell(text, len, "MODULES", true, w, e);
	case HOOKS: return edit_shell(text, len, "HOOKS", true, w, e);
	case DRACUT: return edit_shell(text, len, "add_drivers", false, w, e);
	case CMDLINE: return edit_cmdline(text, len, w, e);
	case BLS: return edit_bls(text, len, w, e);
	case LIMINE: return edit_limine(text, len, w, e);
	case LIMINE_DEFAULT: return edit_shell(text, len, "KERNEL_CMDLINE[default]", false, w, e);
	case LINES: return edit_lines(text, len, w, e);
	}
	return -EINVAL;
}

#define ADD(word)		{ NULL, word }
#define OUT(word)		{ word, NULL }
#define SWAP(from, to)		{ from, to }
#define D			"GRUB_CMDLINE_LINUX_DEFAULT="
#define ON			ADD("intel_iommu=on")

static const struct {
	const char *what;
	enum format format;
	const char *before;
	struct edit_change change[3];
	const char *after;
} rows[] = {
	{ "double quotes", GRUB, D "\"quiet splash\"\n", { ON }, D "\"quiet splash intel_iommu=on\"\n" },
	{ "single quotes", GRUB, D "'quiet'\n", { ON }, D "'quiet intel_iommu=on'\n" },
	{ "no quotes", GRUB, D "quiet\n", { ON }, D "\"quiet intel_iommu=on\"\n" },
	{ "nothing behind =", GRUB, D "\nX=1\n", { ON }, D "\"intel_iommu=on\"\nX=1\n" },
	{ "an empty string", GRUB, D "\"\"\n", { ON }, D "\"intel_iommu=on\"\n" },
	{ "a string of blanks", GRUB, D "\" \"\n", { ON }, D "\"intel_iommu=on \"\n" },
	{ "a blank before the closing quote", GRUB, D "\"quiet \"\n", { ON }, D "\"quiet intel_iommu=on \"\n" },
	{ "a comment behind it", GRUB, D "\"quiet\" # mine\n", { ON }, D "\"quiet intel_iommu=on\" # mine\n" },
	{ "a comment that looks alike", GRUB, "#" D "\"a\"\n" D "\"b\"\n", { ON },
	  "#" D "\"a\"\n" D "\"b intel_iommu=on\"\n" },
	{ "several assignments", GRUB, D "\"a\"\n" D "\"b\"\n", { ON }, D "\"a\"\n" D "\"b intel_iommu=on\"\n" },
	{ "a reference to itself", GRUB, D "\"a\"\n" D "\"$GRUB_CMDLINE_LINUX_DEFAULT b\"\n", { ON, OUT("a") },
	  D "\"\"\n" D "\"$GRUB_CMDLINE_LINUX_DEFAULT b intel_iommu=on\"\n" },
	{ "variables are kept", GRUB, "Q=quiet\n" D "\"$Q ${Q} a\"\n", { OUT("a") }, "Q=quiet\n" D "\"$Q ${Q}\"\n" },
	{ "+=", GRUB, D "\"a\"\n" "GRUB_CMDLINE_LINUX_DEFAULT+=\" b\"\n", { ON },
	  D "\"a\"\n" "GRUB_CMDLINE_LINUX_DEFAULT+=\" b intel_iommu=on\"\n" },
	{ "export", GRUB, "export " D "\"a\"\n", { ON }, "export " D "\"a intel_iommu=on\"\n" },
	{ "continuation lines", GRUB, D "\"a \\\nb\"\n", { ON }, D "\"a \\\nb intel_iommu=on\"\n" },
	{ "a newline inside the quotes", GRUB, D "\"a\nb\"\n", { OUT("a") }, D "\"\nb\"\n" },
	{ "CRLF", GRUB, "X=1\r\n" D "\"quiet\"\r\nY=2\r\n", { ON },
	  "X=1\r\n" D "\"quiet intel_iommu=on\"\r\nY=2\r\n" },
	{ "CRLF, no such line", GRUB, "X=1\r\n", { ON }, "X=1\r\n" D "\"intel_iommu=on\"\r\n" },
	{ "no last newline", GRUB, D "\"quiet\"", { ON }, D "\"quiet intel_iommu=on\"" },
	{ "no last newline, no such line", GRUB, "X=1", { ON }, "X=1\n" D "\"intel_iommu=on\"" },
	{ "an empty file", GRUB, "", { ON }, D "\"intel_iommu=on\"\n" },
	{ "there already", GRUB, D "\"intel_iommu=on quiet\"\n", { ON }, D "\"intel_iommu=on quiet\"\n" },
	{ "another variable with this name in front", GRUB_ALL, D "\"a\"\nGRUB_CMDLINE_LINUX=\"\"\n", { ON },
	  D "\"a\"\nGRUB_CMDLINE_LINUX=\"intel_iommu=on\"\n" },
	{ "the first of several words", GRUB, D "\"iommu=pt quiet\"\n", { OUT("iommu=pt") }, D "\"quiet\"\n" },
	{ "the middle one", GRUB, D "\"a  iommu=pt  b\"\n", { OUT("iommu=pt") }, D "\"a  b\"\n" },
	{ "the last one", GRUB, D "\"quiet iommu=pt\"\n", { OUT("iommu=pt") }, D "\"quiet\"\n" },
	{ "the only one", GRUB, D "\"iommu=pt\"\n", { OUT("iommu=pt") }, D "\"\"\n" },
	{ "each that is so", GRUB, D "\"a iommu=pt b iommu=pt\"\n", { OUT("iommu=pt") }, D "\"a b\"\n" },
	{ "a word in exchange", GRUB, D "\"vfio-pci.ids=8086:4680,10de:2504 quiet\"\n",
	  { SWAP("vfio-pci.ids=8086:4680,10de:2504", "vfio-pci.ids=10de:2504") },
	  D "\"vfio-pci.ids=10de:2504 quiet\"\n" },
	{ "a value in quotes of the kernel's", GRUB, D "'dyndbg=\"file a +p\" b'\n", { ON },
	  D "'dyndbg=\"file a +p\" b intel_iommu=on'\n" },
	{ "code around it", GRUB,
	  "if [ -f /x ]; then . /x; fi\nGRUB_DISTRIBUTOR=`( . /etc/os-release; echo ${NAME:-Debian} ) 2>/dev/null`\n"
	  "A=$(lsb_release -i -s 2> /dev/null || echo \"it's\")\n" D "\"quiet\"\n", { ON },
	  "if [ -f /x ]; then . /x; fi\nGRUB_DISTRIBUTOR=`( . /etc/os-release; echo ${NAME:-Debian} ) 2>/dev/null`\n"
	  "A=$(lsb_release -i -s 2> /dev/null || echo \"it's\")\n" D "\"quiet intel_iommu=on\"\n" },

	{ "an array", MODULES, "MODULES=(vfio_pci vfio ext4)\n", { OUT("vfio_pci"), OUT("vfio") }, "MODULES=(ext4)\n" },
	{ "an empty array", MODULES, "MODULES=()\n", { ADD("vfio_pci") }, "MODULES=(vfio_pci)\n" },
	{ "an array over lines", HOOKS, "HOOKS=(base udev\n  # early\n  block 'filesystems'\n)\n", { ADD("igvm") },
	  "HOOKS=(base udev\n  # early\n  block 'filesystems' igvm\n)\n" },
	{ "the old form of a string", HOOKS, "HOOKS=\"base udev\"\n", { ADD("igvm") }, "HOOKS=\"base udev igvm\"\n" },
	{ "no array yet", HOOKS, "X=1\n", { ADD("igvm") }, "X=1\nHOOKS=(igvm)\n" },
	{ "elements in quotes", MODULES, "MODULES=(\"i915\" 'vfio-pci')\n", { SWAP("i915", "ext4") },
	  "MODULES=(\"ext4\" 'vfio-pci')\n" },
	{ "dracut's +=", DRACUT, "add_drivers+=\" vfio vfio_pci \"\n", { OUT("vfio"), OUT("vfio_pci") },
	  "add_drivers+=\" \"\n" },

	{ "a command line", CMDLINE, "root=UUID=1 rw\n", { ON }, "root=UUID=1 rw intel_iommu=on\n" },
	{ "a command line without newline", CMDLINE, "root=UUID=1 rw", { ON }, "root=UUID=1 rw intel_iommu=on" },
	{ "one in several lines", CMDLINE, "root=a\nrw\n", { ON, OUT("root=a") }, "\nrw intel_iommu=on\n" },
	{ "one with a comment", CMDLINE, "# mine\nrw\n", { ON }, "# mine\nrw intel_iommu=on\n" },
	{ "an empty one", CMDLINE, "", { ON }, "intel_iommu=on\n" },
	{ "one of a comment alone", CMDLINE, "# mine\n", { ON }, "# mine\nintel_iommu=on\n" },
	{ "a command line with CRLF", CMDLINE, "rw quiet\r\n", { ON }, "rw quiet intel_iommu=on\r\n" },

	{ "a boot entry", BLS, "title A\nlinux /v\noptions root=a rw\ninitrd /i\n", { ON },
	  "title A\nlinux /v\noptions root=a rw intel_iommu=on\ninitrd /i\n" },
	{ "one with tabs, two lines", BLS, "options\troot=a\noptions\trw\n", { ON, OUT("root=a") },
	  "options\noptions\trw intel_iommu=on\n" },
	{ "one without options", BLS, "title A\nlinux /v", { ON }, "title A\nlinux /v\noptions intel_iommu=on" },
	{ "a value that says options", BLS, "title options\noptions rw\n", { OUT("rw"), ON },
	  "title options\noptions intel_iommu=on\n" },

	{ "limine.conf", LIMINE, "/A\n    protocol: linux\n    cmdline: rw quiet\n/B\n    kernel_cmdline: rw\n", { ON },
	  "/A\n    protocol: linux\n    cmdline: rw quiet intel_iommu=on\n/B\n    kernel_cmdline: rw intel_iommu=on\n" },
	{ "limine.cfg", LIMINE, ":A\nKERNEL_CMDLINE=rw\n", { ON, OUT("rw") }, ":A\nKERNEL_CMDLINE=intel_iommu=on\n" },
	{ "/etc/default/limine", LIMINE_DEFAULT, "KERNEL_CMDLINE[default]+=\"rw\"\nKERNEL_CMDLINE[x]=\"y\"\n", { ON },
	  "KERNEL_CMDLINE[default]+=\"rw intel_iommu=on\"\nKERNEL_CMDLINE[x]=\"y\"\n" },

	{ "a line of modprobe.d", LINES, "# a\noptions vfio-pci ids=1:2\n\nblacklist i915\n",
	  { OUT("blacklist i915") }, "# a\noptions vfio-pci ids=1:2\n\n" },
	{ "the last line without newline", LINES, "a\nb", { OUT("b") }, "a\n" },
	{ "a continued line", LINES, "options vfio-pci \\\n  ids=1:2\nb\n", { OUT("options vfio-pci \\\n  ids=1:2") },
	  "b\n" },
	{ "a line in exchange", LINES, "  a b  \nc\n", { SWAP("a b", "a") }, "  a  \nc\n" },
	{ "a line with CRLF", LINES, "a\r\nb\r\n", { OUT("a") }, "b\r\n" },
};

static size_t changes(const struct edit_change *c)
{
	size_t n = 0;

	while (n < 3 && (c[n].from || c[n].to))
		n++;
	return n;
}

static void each_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct edit_words w;
		struct edit_error e;
		_free_ char *out = NULL;
		size_t len;

		if (scan(rows[i].format, rows[i].before, strlen(rows[i].before), &w, &e))
			fail_msg("%s: refused at line %u: %s", rows[i].what, e.line, e.why);
		assert_int_equal(edit_apply(rows[i].before, strlen(rows[i].before), &w, rows[i].change,
					    changes(rows[i].change), &out, &len), 0);
		edit_words_done(&w);
		if (strcmp(out, rows[i].after) || strlen(out) != len)
			fail_msg("%s:\n%s\ninstead of\n%s", rows[i].what, out, rows[i].after);
	}
}

/* Nothing to change: the same bytes. A word put in and taken out: they too, but where a line or quotes were made for it. */
static void same_bytes(void **state)
{
	static const struct edit_change in[] = { ADD("igvm-test=1") }, out[] = { OUT("igvm-test=1") };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *text = rows[i].before;
		struct edit_words w;
		struct edit_error e;
		_free_ char *none = NULL, *with = NULL, *back = NULL;
		size_t len, with_len;

		assert_int_equal(scan(rows[i].format, text, strlen(text), &w, &e), 0);
		assert_int_equal(edit_apply(text, strlen(text), &w, NULL, 0, &none, &len), 0);
		assert_string_equal(none, text);
		if (!w.n || *w.open || w.quote || rows[i].format == LINES) {
			edit_words_done(&w);
			continue;
		}
		assert_int_equal(edit_apply(text, strlen(text), &w, in, 1, &with, &with_len), 0);
		edit_words_done(&w);
		assert_string_not_equal(with, text);
		assert_int_equal(scan(rows[i].format, with, with_len, &w, &e), 0);
		assert_true(edit_has(with, &w, "igvm-test=1"));
		assert_int_equal(edit_apply(with, with_len, &w, out, 1, &back, &len), 0);
		edit_words_done(&w);
		/* blanks before a closing quote go with the word in front of them */
		if (!strstr(text, " \"\n"))
			assert_string_equal(back, text);
	}
}

static const struct {
	const char *what;
	enum format format;
	const char *text;
	unsigned int line;
} bad[] = {
	{ "set inside if", GRUB, "X=1\nif true; then\n  " D "\"a\"\nfi\n", 3 },
	{ "set inside case", GRUB, "case a in\n  a) " D "\"a\" ;;\nesac\n", 2 },
	{ "set inside a function", GRUB, "f() {\n" D "a\n}\n", 2 },
	{ "set in a loop on one line", GRUB, "for i in 1; do " D "a; done\n", 1 },
	{ "a here-document", GRUB, "cat <<E\n" D "a\nE\n", 1 },
	{ "a quote that is never closed", GRUB, "X=1\n" D "\"quiet\n", 2 },
	{ "another quote that is never closed", GRUB, "X='a\n" D "\"quiet\"\n", 1 },
	{ "pieces side by side", GRUB, D "\"quiet\"' splash'\n", 1 },
	{ "a command behind it", GRUB, D "quiet splash\n", 1 },
	{ "eval", GRUB, "eval \"" D "a\"\n", 1 },
	{ "unset", GRUB, D "a\nunset GRUB_CMDLINE_LINUX_DEFAULT\n", 2 },
	{ "an array that is never closed", MODULES, "A=1\nMODULES=(a\nb\n", 2 },
	{ "an array with a redirection", MODULES, "MODULES=(a <(b))\n", 1 },
	{ "options from a variable", BLS, "title A\noptions $kernelopts rw\n", 2 },
	{ "no entry with a command line", LIMINE, "timeout: 3\n/A\n    protocol: efi\n", 0 },
};

static void each_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct edit_words w;
		struct edit_error e;

		if (scan(bad[i].format, bad[i].text, strlen(bad[i].text), &w, &e) != -EINVAL)
			fail_msg("%s: not refused", bad[i].what);
		if (e.line != bad[i].line || !e.why)
			fail_msg("%s: line %u instead of %u", bad[i].what, e.line, bad[i].line);
		assert_null(w.v);
	}
}

static void nul_bytes(void **state)
{
	static const char text[] = D "\"a\0b\"\n";

	(void)state;
	for (int f = GRUB; f <= LINES; f++) {
		struct edit_words w;
		struct edit_error e;

		assert_int_equal(scan((enum format)f, text, sizeof(text) - 1, &w, &e), -EINVAL);
		assert_non_null(e.why);
	}
}

/* Every prefix of every text is either understood or refused; ASan watches. */
static void every_prefix(void **state)
{
	static const struct edit_change change[] = { ADD("x"), OUT("quiet"), SWAP("a", "b") };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (size_t n = 0; n <= strlen(rows[i].before); n++) {
			for (int f = GRUB; f <= LINES; f++) {
				_free_ char *text = strndup(rows[i].before, n), *out = NULL;
				struct edit_words w;
				struct edit_error e;
				size_t len;

				if (scan((enum format)f, text, n, &w, &e))
					continue;
				assert_int_equal(edit_apply(text, n, &w, change, 3, &out, &len), 0);
				assert_int_equal(strlen(out), len);
				edit_words_done(&w);
			}
		}
	}
}

static void many_words(void **state)
{
	size_t n = 200000, len;
	_free_ char *text = malloc(n * 2 + 1), *out = NULL;
	static const struct edit_change change[] = { OUT("a") };
	struct edit_words w;
	struct edit_error e;

	(void)state;
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * 2, "a ", 2);
	text[n * 2] = '\0';
	assert_int_equal(edit_cmdline(text, n * 2, &w, &e), 0);
	assert_int_equal(w.n, n);
	assert_int_equal(edit_apply(text, n * 2, &w, change, 1, &out, &len), 0);
	assert_int_equal(len, 0);
	edit_words_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row), cmocka_unit_test(same_bytes), cmocka_unit_test(each_bad),
		cmocka_unit_test(nul_bytes), cmocka_unit_test(every_prefix), cmocka_unit_test(many_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
