/* SPDX-License-Identifier: GPL-3.0-or-later */
/* modprobe.d as modprobe reads it, compared with the real one on the same files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "launcher/base/str.h"
#include "launcher/facts/modprobe.h"
#include "tests/boot_tree.h"

static struct modprobe m;
static struct cmdline c;
static size_t rule;

static void read_tree(void)
{
	modprobe_done(&m);
	assert_int_equal(modprobe_read(&tree, &m), 0);
}

static const char *where(size_t i)
{
	static char buf[320];

	assert_in_range(i, 0, m.n_rules - 1);
	return modprobe_where(&m, i, buf, sizeof(buf));
}

static void test_lines(void **state)
{
	char value[64];

	(void)state;
	tree_new();
	tree_text("etc/modprobe.d/a.conf",
		  "# options vfio-pci ids=1\n"
		  "\n"
		  "\toptions  vfio-pci   ids=8086:4692 disable_vga=1\n"
		  "options vfio_pci \\\n   ids=8086:4680\n"
		  "softdep i915 pre: vfio-pci vfio_iommu_type1 post: xe\n"
		  "blacklist snd-hda-intel trailing words\n"
		  "install xe /bin/false\n"
		  "options\noptions i915\nsoftdep xe\nblacklist\nnonsense a b\n"
		  "alias pci:v00008086d0000[4-6]* vfio-pci");
	tree_text("etc/modprobe.d/b.config", "blacklist i915\n");
	tree_text("etc/modprobe.d/.c.conf", "blacklist i915\n");
	tree_run("mkdir etc/modprobe.d/d.conf");
	read_tree();
	assert_int_equal(m.unread, 0);
	assert_int_equal(m.n_files, 1);
	assert_int_equal(m.n_rules, 6);
	assert_string_equal(where(0), "/etc/modprobe.d/a.conf:3");
	assert_string_equal(where(1), "/etc/modprobe.d/a.conf:4");
	assert_string_equal(where(2), "/etc/modprobe.d/a.conf:6");
	assert_true(modprobe_option(&m.rule[0], "ids", value, sizeof(value)));
	assert_string_equal(value, "8086:4692");
	assert_true(modprobe_option(&m.rule[1], "ids", value, sizeof(value)));
	assert_string_equal(value, "8086:4680");
	assert_false(modprobe_option(&m.rule[1], "disable_vga", value, sizeof(value)));
	assert_false(modprobe_option(&m.rule[0], "ids", value, 4));
	assert_int_equal(modprobe_before(&m, "vfio_pci", "i915"), 2);
	assert_int_equal(modprobe_before(&m, "vfio-iommu-type1", "i915"), 2);
	assert_int_equal(modprobe_before(&m, "xe", "i915"), m.n_rules);
	assert_int_equal(modprobe_before(&m, "vfio_pci", "xe"), m.n_rules);
	assert_true(modprobe_blacklisted(&m, NULL, "snd_hda_intel", &rule));
	assert_false(modprobe_blacklisted(&m, NULL, "i915", &rule));
	assert_true(modprobe_blocked(&m, "xe", &rule));
	assert_string_equal(m.rule[5].name, "pci:v00008086d0000[4-6]*");
}

static void test_cmdline(void **state)
{
	(void)state;
	tree_new();
	read_tree();
	cmdline_parse("modprobe.blacklist=nouveau,i915 module_blacklist=xe", &c);
	assert_true(modprobe_blacklisted(&m, &c, "i915", &rule));
	assert_int_equal(rule, m.n_rules);
	assert_true(modprobe_blacklisted(&m, &c, "xe", &rule));
	assert_false(modprobe_blacklisted(&m, &c, "nou", &rule));
}

static void test_precedence(void **state)
{
	(void)state;
	tree_new();
	tree_text("lib/modprobe.d/x.conf", "blacklist i915\n");
	tree_text("run/modprobe.d/x.conf", "blacklist xe\n");
	tree_text("usr/lib/modprobe.d/y.conf", "options i915 a=1\n");
	tree_text("usr/local/lib/modprobe.d/a.conf", "options i915 b=1\n");
	tree_text("lib/modprobe.d/z.conf", "blacklist nouveau\n");
	tree_run("mkdir -p etc/modprobe.d && ln -s /dev/null etc/modprobe.d/z.conf");
	read_tree();
	assert_int_equal(m.unread, 0);
	assert_int_equal(m.n_rules, 3);
	assert_string_equal(where(0), "/usr/local/lib/modprobe.d/a.conf:1");
	assert_string_equal(where(1), "/run/modprobe.d/x.conf:1");
	assert_string_equal(where(2), "/usr/lib/modprobe.d/y.conf:1");
}

static void test_loads(void **state)
{
	(void)state;
	tree_new();
	tree_text("etc/modules", "# a comment\nvfio-pci\n\nvfio_iommu_type1 a=1\r\n");
	tree_text("usr/lib/modules-load.d/a.conf", "; no\nxe\r\n");
	read_tree();
	assert_int_equal(m.n_loads, 3);
	assert_string_equal(modprobe_loads(&m, "vfio_pci")->path, "/etc/modules");
	assert_int_equal(modprobe_loads(&m, "vfio_pci")->line, 2);
	assert_non_null(modprobe_loads(&m, "xe"));
	assert_null(modprobe_loads(&m, "i915"));
}

static void test_kinds(void **state)
{
	static const char *const names[] = { "vfio_pci", "i915", "xe", "snd_hda_intel" };
	enum modprobe_kind k[4];

	(void)state;
	tree_new();
	tree_text("lib/modules/6.1/modules.dep",
		  "kernel/drivers/vfio/pci/vfio-pci.ko.xz: kernel/drivers/gpu/drm/xe/xe.ko.xz\n"
		  "kernel/x/notxe.ko:\nkernel/sound/snd-hda-intel.ko:");
	modprobe_kinds(&tree, "6.1", names, 4, k);
	assert_int_equal(k[0], MODPROBE_MODULE);
	assert_int_equal(k[1], MODPROBE_KIND_UNKNOWN);
	assert_int_equal(k[2], MODPROBE_KIND_UNKNOWN);
	tree_text("lib/modules/6.1/modules.builtin", "kernel/drivers/gpu/drm/i915/i915.ko\n");
	modprobe_kinds(&tree, "6.1", names, 4, k);
	assert_int_equal(k[1], MODPROBE_BUILTIN);
	assert_int_equal(k[2], MODPROBE_ABSENT);
	assert_int_equal(k[3], MODPROBE_MODULE);
	modprobe_kinds(&tree, "../6.1", names, 4, k);
	assert_int_equal(k[0], MODPROBE_KIND_UNKNOWN);
	modprobe_kinds(&tree, "", names, 4, k);
	assert_int_equal(k[0], MODPROBE_KIND_UNKNOWN);
}

static void test_hostile(void **state)
{
	static char big[(1u << 20) + 2], lines[20000 * 12 + 1];

	(void)state;
	tree_new();
	memset(big, 'a', sizeof(big));
	tree_bytes("etc/modprobe.d/big.conf", big, sizeof(big));
	tree_run("mkfifo etc/modprobe.d/fifo.conf");
	tree_run("ln -s loop.conf etc/modprobe.d/loop.conf");
	tree_bytes("etc/modprobe.d/nul.conf", "black\0list i915\nblacklist xe\n", 29);
	tree_bytes("etc/modprobe.d/end.conf", "options i915 a=1 \\", 18);
	for (size_t i = 0; i < 20000; i++)
		memcpy(lines + i * 12, "blacklist x\n", 12);
	tree_bytes("etc/modprobe.d/lines.conf", lines, 20000 * 12);
	read_tree();
	assert_true(m.unread >= 3);
	assert_int_equal(m.n_rules, MODPROBE_RULES_MAX);
	assert_false(modprobe_blacklisted(&m, NULL, "i915", &rule));
	modprobe_done(&m);
	modprobe_done(&m);
}

/* Our rules in the words of `modprobe --showconfig`. */
static void write_rules(const char *path)
{
	static const char *const words[] = { "options", "softdep", "blacklist", "install", "remove", "alias" };
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	for (size_t i = 0; i < m.n_rules; i++)
		fprintf(f, "%s %s %s\n", words[m.rule[i].word], m.rule[i].name, m.rule[i].value);
	assert_int_equal(fclose(f), 0);
}

static const char config_a[] =
	"options vfio-pci ids=8086:4692 disable_vga=1\n"
	"  options   snd-hda-intel   model=a   power_save=0\n"
	"# blacklist no\n   # blacklist no\n"
	"softdep i915 pre: vfio-pci\n"
	"blacklist nou-veau\nblacklist i915 more\n"
	"install xe /bin/true\nremove xe /bin/true -x\n"
	"alias my-name i915\nalias pci:v0000[8-9]086d* vfio-pci\n"
	"options xe \\\na=1 \\\n b=2\n"
	"include /etc\noptions\nblacklist\nsoftdep x\nunknown a b\n";

/* Sorted, since modprobe groups them by kind; softdeps it prints in words of its own. */
static void test_real(void **state)
{
	(void)state;
	if (system("command -v modprobe >/dev/null 2>&1")) {
		print_message("# modprobe is not installed\n");
		skip();
	}
	tree_new();
	tree_text("c/etc/modprobe.d/b.conf", config_a);
	tree_text("c/etc/modprobe.d/a.conf", "options i915 enable_guc=3\nblacklist xe\n");
	tree_text("c/etc/modprobe.d/ignored.txt", "blacklist zzz\n");
	tree_run("mkdir -p lib/modules/1");
	tree_run("modprobe -C c/etc/modprobe.d -d $PWD -S 1 --showconfig > real.all || "
		 "modprobe -C c/etc/modprobe.d --showconfig > real.all");
	/* It also has the options on this machine's command line, and aliases of its kernel. */
	tree_run("grep -E '^(options|blacklist|install|remove|softdep|alias) "
		 "(vfio_pci|snd_hda_intel|i915|nou_veau|xe|my_name|pci:v0000.8-9.*) ?' real.all |"
		 " tr -s ' ' | sed 's/ *$//' | sort > real");
	close(tree.fd);
	assert_int_equal(tree_init(&tree, tree_path("c")), 0);
	read_tree();
	write_rules(tree_path("ours.all"));
	tree_run("tr -s ' ' < ours.all | sed 's/ *$//' | sort > ours");
	tree_run("diff ours real");
	tree_run("test $(wc -l < real) -ge 11");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines), cmocka_unit_test(test_cmdline),
		cmocka_unit_test(test_precedence), cmocka_unit_test(test_loads),
		cmocka_unit_test(test_kinds), cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_real),
	};
	int r;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	r = cmocka_run_group_tests(tests, NULL, tree_end);
	modprobe_done(&m);
	return r;
}
