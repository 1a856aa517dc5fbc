/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes are a VM file, or are refused with a sentence; a plan and its words follow from each. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/decide/plan.h"
#include "launcher/decide/words.h"
#include "tests/scene.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

static void check_wish(const struct wish *w)
{
	must(w->n_disk <= WISH_DISKS_MAX && w->n_net <= WISH_NETS_MAX);
	must(w->memory_bytes >= 64ull << 20 && w->memory_bytes % (1 << 20) == 0);
	must(w->cpus >= 1 && w->cpus <= 255 && w->gms >= -1 && w->gms <= 0xfe);
	must(*w->qemu == '/' && (!*w->kernel || *w->kernel == '/'));
	must(w->rom != ROM_FILE || *w->rom_path == '/');
	for (size_t i = 0; i < w->n_disk; i++)
		must(*w->disk[i].path == '/' && w->disk[i].bus != DISK_AUTO);
}

static void plan_it(const struct wish *w)
{
	static struct host_facts host;
	static struct qemu_caps caps;
	static struct paths paths = { .run = "/run/igvm", .data = "/var/lib/igvm" };
	static struct plan plan;
	struct findings f = { 0 };
	struct words words;
	struct plan_input in = { .wish = w, .host = &host, .caps = &caps, .paths = &paths,
				 .datadir = "/usr/share/igvm" };
	const char *bad = NULL;

	if (!host.n_pci) {
		scene_host(&host, 0x4692);
		scene_caps(&caps, "10.1");
	}
	if (!plan_make(&in, &plan, &f)) {
		must(finding_worst(&f) == SEVERITY_BLOCK);
		return;
	}
	/* No byte that words refuse comes out of a VM file. */
	must(!words_build(&plan, &words, &bad));
	words_done(&words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wish w;
	struct wish_error e;
	int r = wish_parse((const char *)data, size, "fuzz", &w, &e);

	if (r) {
		must((r == -EINVAL || r == -EFBIG) && *e.text && e.line >= 0);
		return 0;
	}
	check_wish(&w);
	plan_it(&w);
	return 0;
}
