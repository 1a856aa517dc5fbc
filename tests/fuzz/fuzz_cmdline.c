/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kernel command line and a file of modprobe.d of any bytes. */
#include <stdlib.h>
#include <string.h>

#include "launcher/facts/cmdline.h"
#include "launcher/facts/modprobe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_cmdline(const char *text)
{
	struct cmdline c;

	cmdline_parse(text, &c);
	for (size_t i = 0; i < c.n; i++) {
		const char *name = cmdline_name(&c, i), *value = cmdline_value(&c, i);
		const struct cmdline_param *p = cmdline_param(name), *near = cmdline_param_near(name);

		if (strlen(name) + (value ? strlen(value) : 0) > strlen(text) || (p && near))
			abort();
		if (cmdline_find(&c, name, 0) > i)
			abort();
		if (p)
			(void)cmdline_value_ok(p, value);
	}
}

static void try_modprobe(const char *text, size_t len)
{
	struct modprobe m = { 0 };
	char value[64], where[320];
	size_t rule;

	if (modprobe_add_text(&m, "/a.conf", 1, text, len) || modprobe_add_loads(&m, "/m", text, len))
		abort();
	for (size_t i = 0; i < m.n_rules; i++) {
		if (modprobe_find(&m, m.rule[i].word, m.rule[i].name, 0) > i || !m.rule[i].line ||
		    !strchr(modprobe_where(&m, i, where, sizeof(where)), ':'))
			abort();
		(void)modprobe_option(&m.rule[i], "ids", value, sizeof(value));
		(void)modprobe_before(&m, "vfio_pci", m.rule[i].name);
		(void)modprobe_blocked(&m, m.rule[i].name, &rule);
	}
	modprobe_done(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	try_cmdline(text);
	try_modprobe(text, size);
	free(text);
	return 0;
}
