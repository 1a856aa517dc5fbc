/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/memory.h"
#include "launcher/export/export.h"
#include "launcher/pipeline.h"

static const struct opt opts[] = { PIPELINE_OPT_FORCE_ROW, { 0 } };

static int run_libvirt(const struct globals *g, int argc, char **argv);
static int run_proxmox(const struct globals *g, int argc, char **argv);

static const struct cmd libvirt_cmd = {
	.name = "export libvirt",
	.args = "NAME",
	.help = N_("the VM as domain XML of libvirt (virsh define)"),
	.more = N_("Needs libvirt 8.2 or newer. What libvirt has no word for, or leaves to be done by hand, is\n"
		   "listed on standard error and in a comment of the XML."),
	.opts = opts,
	.run = run_libvirt,
};

static const struct cmd proxmox_cmd = {
	.name = "export proxmox",
	.args = "NAME",
	.help = N_("the VM as lines for VMID.conf of Proxmox VE"),
	.more = N_("For /etc/pve/qemu-server/VMID.conf, or each line for qm set VMID --KEY VALUE. What is left to\n"
		   "be done by hand, such as copying the ROM to /usr/share/kvm, is listed on standard error."),
	.opts = opts,
	.run = run_proxmox,
};

static const struct cmd *const verbs[] = { &libvirt_cmd, &proxmox_cmd, NULL };

const struct cmd cmd_export = {
	.name = "export",
	.args = "VERB NAME",
	.help = N_("the same VM for libvirt or Proxmox VE"),
	.sub = verbs,
};

typedef int (*writer)(const struct exporting *x);

static int say_memory(void)
{
	say(_("out of memory"));
	return EXIT_FAILED;
}

/* The sentences as a comment, in which XML forbids two dashes. */
static void print_comment(const struct export_notes *n)
{
	printf("<!--\n");
	for (size_t i = 0; i < n->n; i++) {
		printf("  * ");
		for (const char *c = n->v[i]; *c; c++)
			printf(*c == '-' && c[1] == '-' ? "%c " : "%c", *c);
		putchar('\n');
	}
	printf("-->\n");
}

static int write_out(const struct pipeline *p, writer write, bool xml)
{
	_free_ struct export_notes *notes = calloc(1, sizeof(*notes));
	_free_ char *text = NULL;
	size_t n = 0;
	struct exporting x = { .p = &p->plan, .w = &p->words, .notes = notes };
	int r;

	x.f = notes ? memory_open(&text, &n) : NULL;
	if (!x.f)
		return say_memory();
	r = write(&x);
	if (memory_close(x.f, &text) || r || memory_ran_out())
		return say_memory();
	if (xml)
		print_comment(notes);
	fputs(text, stdout);
	for (size_t i = 0; i < notes->n; i++)
		fprintf(stderr, "%s\n", notes->v[i]);
	return EXIT_OK;
}

static int export(const struct cmd *c, const struct globals *g, int argc, char **argv, writer write)
{
	_pipeline_ struct pipeline *p = NULL;
	bool force = false;
	int v, code;

	while ((v = cmd_getopt(c, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		force = true;
	}
	if (optind + 1 != argc)
		return cmd_usage(c, _("%s takes the name of one VM"), c->name);
	p = pipeline_new(g, argv[optind]);
	if (!p)
		return EXIT_FAILED;
	code = pipeline_wish(p);
	if (!code)
		code = pipeline_facts(p, g->foreign_root ? HOST_VFIO_IF_FREE : HOST_VFIO_NEVER);
	if (!code)
		code = pipeline_plan(p, PLAN_RUN, false, force);
	if (code == EXIT_REFUSED)
		return findings_refuse(&p->findings);
	if (code)
		return code;
	findings_print(stderr, &p->findings, SEVERITY_WARN);
	return write_out(p, write, write == export_libvirt);
}

static int run_libvirt(const struct globals *g, int argc, char **argv)
{
	return export(&libvirt_cmd, g, argc, argv, export_libvirt);
}

static int run_proxmox(const struct globals *g, int argc, char **argv)
{
	return export(&proxmox_cmd, g, argc, argv, export_proxmox);
}
