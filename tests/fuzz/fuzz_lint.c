/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a shell's text, a process' words, a file of Proxmox VE: judged, or refused with a sentence. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/lint/args.h"
#include "launcher/lint/lint.h"
#include "launcher/lint/pve.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

static void judge(const struct lint_args *a)
{
	static struct line l;
	static struct lint out;
	struct lint_machine m = { .device_id = a->n & 1 ? 0x4680 : -1, .qemu_known = a->n & 1 };
	struct lint_input in = { .line = &l, .machine = &m };

	lint_caps(10, 1, &m.caps);
	must(!line_read(a, &l));
	must(l.n_device <= LINE_DEVICES_MAX && l.igpu < (int)l.n_device);
	for (size_t i = 0; i < l.n_device; i++)
		must(l.device[i].word < a->n && memchr(l.device[i].romfile, 0, PATH_MAX));
	must(!lint_judge(&in, &out));
	must(out.findings.n || out.verdict == VERDICT_READY);
	for (size_t i = 0; i < out.n_pair; i++)
		must(out.pair[i].yours && out.pair[i].right);
	lint_done(&out);
}

static void try(int (*parse)(const char *, size_t, struct lint_args *, struct lint_error *), const char *text,
		size_t n)
{
	struct lint_args a = { 0 };
	struct lint_error e = { 0 };
	int r = parse(text, n, &a, &e);

	must(r ? r == -EBADMSG && e.text && !a.n : a.n > 0 && a.n <= LINT_ARGS_MAX);
	if (!r)
		judge(&a);
	args_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	try(args_from_shell, text, size);
	try(args_from_nul, text, size);
	if (pve_is_conf(text, size))
		try(args_from_pve, text, size);
	free(text);
	return 0;
}
