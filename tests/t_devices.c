/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

#include "launcher/decide/devices.h"

static struct host_facts host;
static struct display_facts display;
static struct devices devices;
static struct pci_name names[HOST_PCI_MAX];

static void add(unsigned int dev, unsigned int fn, uint32_t class, int group, const char *driver)
{
	struct pci_fact *f = &host.pci[host.n_pci++];

	*f = (struct pci_fact){ .bdf = { .dev = (uint8_t)dev, .fn = (uint8_t)fn }, .vendor = 0x8086,
				.device = 0x7ae0, .class = class, .group = group };
	snprintf(f->driver, sizeof(f->driver), "%s", driver);
}

static int setup(void **state)
{
	(void)state;
	memset(&host, 0, sizeof(host));
	memset(&display, 0, sizeof(display));
	memset(names, 0, sizeof(names));
	memset(&devices, 0, sizeof(devices));
	add(0x00, 0, 0x060000, 0, "");
	add(0x02, 0, 0x030000, 7, "i915");
	host.pci[1].device = 0x4692;
	add(0x14, 0, 0x0c0330, 3, "xhci_hcd");
	add(0x1f, 0, 0x060100, -1, "");
	add(0x1f, 3, 0x040300, 3, "snd_hda_intel");
	host.igpu = 1;
	devices.host = &host;
	devices.names = names;
	devices.display = &display;
	return 0;
}

static char *draw(int width, bool utf8)
{
	struct devices_style style = { .width = width, .utf8 = utf8 };
	char *text;

	devices_sort(&devices);
	text = devices_draw(&devices, &style);
	assert_non_null(text);
	return text;
}

static void test_groups_are_sorted(void **state)
{
	static const int numbers[] = { 0, 3, 7, -1 };
	static const int members[] = { 0, 2, 4, 1, 3 };

	(void)state;
	devices_sort(&devices);
	assert_int_equal(devices.n_groups, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(devices.group[i].number, numbers[i]);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(devices.member[i], members[i]);
	assert_true(devices.group[2].igpu);
	assert_false(devices.group[1].igpu);
	assert_int_equal(devices.group[0].wanted, 0);
	assert_int_equal(devices.group[1].passing, 2);
	assert_int_equal(devices.sound, 4);
}

/* A host with as many devices as there is room for, each in a group of its own, last first. */
static void test_many(void **state)
{
	(void)state;
	host.n_pci = 0;
	host.igpu = -1;
	for (int i = 0; i < HOST_PCI_MAX; i++)
		add((unsigned int)i / 8, (unsigned int)i % 8, 0x020000, HOST_PCI_MAX - i, "");
	devices_sort(&devices);
	assert_int_equal(devices.n_groups, HOST_PCI_MAX);
	assert_int_equal(devices.member[0], HOST_PCI_MAX - 1);
	assert_int_equal(devices.sound, -1);
}

/* The columns of each line, wide characters counted twice; the widest is returned. */
static int widest(const char *text)
{
	int most = 0, column = 0;
	mbstate_t s = { 0 };
	wchar_t c;

	while (*text) {
		size_t n = mbrtowc(&c, text, strlen(text), &s);

		assert_true(n && n <= strlen(text));
		assert_true(c == L'\n' || wcwidth(c) >= 0);
		column = c == L'\n' ? 0 : column + wcwidth(c);
		most = column > most ? column : most;
		text += n;
	}
	return most;
}

static void test_widths(void **state)
{
	static const char *const texts[] = {
		"", "short", "中文名稱中文名稱中文名稱中文名稱中文名稱", "\xff\xfe\x80 no characters",
		"a\xe4\xb8", "control \033[31m \a\n\t characters", "no-blank-at-all-no-blank-at-all-no-blank-at-all",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		for (int width = -1; width < 140; width++) {
			_free_ char *text = NULL;

			snprintf(names[2].text, sizeof(names[2].text), "%s", texts[i]);
			snprintf(display.output[0].name, sizeof(display.output[0].name), "%s", texts[i]);
			display.output[0].connected = (enum tri)(i % 3);
			display.n_outputs = 1;
			text = draw(width, width % 2);
			assert_true(widest(text) <= (width < 40 ? 40 : width));
		}
}

/* Nothing of a sentence is lost when it is broken: the words are those of the wide drawing. */
static void test_wrap_keeps_words(void **state)
{
	_free_ char *wide = NULL, *narrow = NULL;
	const char *a, *b;

	(void)state;
	snprintf(display.card, sizeof(display.card), "card0");
	wide = draw(1000, false);
	narrow = draw(40, false);
	a = strstr(wide, "\nWhen");
	b = strstr(narrow, "\nWhen");
	assert_non_null(a);
	assert_non_null(b);
	while (*a && *b) {
		a += strspn(a, " \n|`-");
		b += strspn(b, " \n|`-");
		assert_int_equal(*a, *b);
		a += *a != '\0';
		b += *b != '\0';
	}
	assert_int_equal(strspn(a, " \n|`-"), strlen(a));
	assert_int_equal(strspn(b, " \n|`-"), strlen(b));
}

static void test_losses(void **state)
{
	_free_ char *text = NULL, *bound = NULL, *free_one = NULL;

	(void)state;
	snprintf(display.output[0].name, sizeof(display.output[0].name), "DP-1");
	display.output[0].connected = TRI_YES;
	snprintf(display.output[1].name, sizeof(display.output[1].name), "DP-2");
	display.output[1].connected = TRI_UNKNOWN;
	display.n_outputs = 2;
	snprintf(host.fb_holder, sizeof(host.fb_holder), "BOOTFB");
	text = draw(200, false);
	assert_non_null(strstr(text, "screens on DP-1\n"));
	assert_non_null(strstr(text, "outputs DP-2, of which"));
	assert_non_null(strstr(text, "BOOTFB"));
	assert_non_null(strstr(text, "in group 3 with 1 more"));

	display.n_outputs = 0;
	*host.fb_holder = '\0';
	bound = draw(200, false);
	assert_non_null(strstr(bound, "cannot be read"));
	strcpy(host.pci[1].driver, "vfio-pci");
	free_one = draw(200, false);
	assert_non_null(strstr(free_one, "nothing: no driver"));
}

static void test_sound_in_its_group(void **state)
{
	_free_ char *text = NULL;

	(void)state;
	host.pci[4].group = 7;
	text = draw(200, false);
	assert_non_null(strstr(text, "* group 7: the iGPU, pass only together\n"));
	assert_non_null(strstr(text, "And with it:\n`- 0000:00:1f.3"));
}

/* All outputs connected and long: the list is cut at whole names, never in one. */
static void test_many_outputs(void **state)
{
	_free_ char *text = NULL;

	(void)state;
	display.n_outputs = DISPLAY_OUTPUTS_MAX;
	for (size_t i = 0; i < DISPLAY_OUTPUTS_MAX; i++) {
		memset(display.output[i].name, 'X', sizeof(display.output[i].name) - 1);
		display.output[i].connected = TRI_YES;
	}
	text = draw(80, true);
	assert_int_equal(widest(text) <= 80, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_groups_are_sorted, setup),
		cmocka_unit_test_setup(test_many, setup),
		cmocka_unit_test_setup(test_widths, setup),
		cmocka_unit_test_setup(test_wrap_keeps_words, setup),
		cmocka_unit_test_setup(test_losses, setup),
		cmocka_unit_test_setup(test_sound_in_its_group, setup),
		cmocka_unit_test_setup(test_many_outputs, setup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
