/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/decide/check.h"
#include "launcher/pipeline.h"
#include "romfiles/igd.h"

static int run_doctor(const struct globals *g, int argc, char **argv);

const struct cmd cmd_doctor = {
	.name = "doctor",
	.args = "[NAME]",
	.help = N_("say what is wrong with this host for passing its iGPU to a VM"),
	.more = N_("Reads the host and the QEMU binary, changes nothing, and prints one finding per\n"
		   "cause with what would be right and what mends it; with NAME also for that VM's\n"
		   "file. As root, an iGPU that is bound to vfio-pci and free is opened to read its\n"
		   "OpRegion, which resets it. Exit status 0: ready, 5: blocked."),
	.json = true,
	.run = run_doctor,
};

#define QEMU_PROGRAM	"qemu-system-x86_64"

static const char *or_unknown(const char *s)
{
	return *s ? s : _("unknown");
}

/* The device looked at, when it is an Intel display at all. */
static const struct pci_fact *igpu_of(const struct pipeline *p)
{
	int i = host_find(&p->host, p->device);
	const struct pci_fact *f = i < 0 ? NULL : &p->host.pci[i];

	return f && f->vendor == IGD_VENDOR_INTEL && f->class >> 16 == 0x03 ? f : NULL;
}

/* 0 = none; IGD_STOLEN_BAD also when it could not be read. */
static uint64_t stolen_of(const struct pci_fact *f, const struct igd_platform *pf)
{
	if (!pf || pf->gms == IGD_GMS_MTL || f->config_len < IGD_CFG_GGC + 2)
		return IGD_STOLEN_BAD;
	return igd_stolen_bytes(pf, (uint16_t)(f->config[IGD_CFG_GGC] |
					       f->config[IGD_CFG_GGC + 1] << 8));
}

static size_t group_members(const struct host_facts *h, int group)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_pci; i++)
		n += h->pci[i].group == group;
	return n;
}

/* --- for people ------------------------------------------------------------------ */

static void row(const char *label, const char *fmt, ...) printf_(2, 3);

static void row(const char *label, const char *fmt, ...)
{
	va_list ap;

	printf("%-9s ", label);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static void print_device(const struct host_facts *h, const struct pci_fact *f)
{
	const struct igd_platform *pf = igd_find(f->device);
	const struct igd_id *id = igd_find_id(f->device);
	uint64_t stolen = stolen_of(f, pf);
	char bdf[BDF_TEXT_MAX];

	row(_("iGPU"), "%s %04x:%04x %s", bdf_text(f->bdf, bdf), f->vendor, f->device,
	    id && *id->name ? id->name : or_unknown(f->name));
	if (pf)
		row(_("platform"), _("%s, Gen %u.%u"), pf->name, pf->gen10 / 10U, pf->gen10 % 10U);
	row(_("driver"), "%s", *f->driver ? f->driver : _("none"));
	if (f->group < 0)
		row(_("group"), "%s", _("none"));
	else
		row(_("group"), ngettext("%d, %zu device", "%d, %zu devices",
					 group_members(h, f->group)), f->group,
		    group_members(h, f->group));
	if (stolen == IGD_STOLEN_BAD)
		row(_("stolen"), "%s", _("unknown"));
	else
		row(_("stolen"), _("%llu MiB of memory for graphics"),
		    (unsigned long long)(stolen >> 20));
}

/* One line per source that gave nothing, so that silence is never taken for health. */
static void print_unread(const struct pipeline *p, const struct pci_fact *f)
{
	const struct host_facts *h = &p->host;
	const char *label = _("unread");

	if (!h->n_pci)
		row(label, "%s", _("the PCI devices (/sys/bus/pci/devices)"));
	if (h->cpu_virt == TRI_UNKNOWN)
		row(label, "%s", _("the processor's features (/proc/cpuinfo)"));
	if (h->iommu == TRI_UNKNOWN)
		row(label, "%s", _("the IOMMU groups (/sys/kernel/iommu_groups)"));
	if (f && f->config_len < 256)
		row(label, "%s", h->root ? _("the iGPU's configuration space") :
		    _("the iGPU's configuration space: it needs root (sudo igvm doctor)"));
	if (f && h->vfio.state == REGION_UNREAD)
		row(label, _("the OpRegion: %s"), h->vfio.why);
	if (f && h->vfio.state == REGION_FAILED)
		row(label, _("the OpRegion, the kernel refused: %s"), h->vfio.why);
}

static void print_facts(const struct pipeline *p, const struct pci_fact *f)
{
	const struct host_facts *h = &p->host;

	if (p->name)
		row(_("VM"), "%s", p->name);
	row(_("CPU"), "%s", or_unknown(h->cpu));
	row(_("kernel"), "%s", or_unknown(h->kernel));
	if (p->caps_known)
		row("QEMU", "%d.%d.%d %s", p->caps.major, p->caps.minor, p->caps.micro, p->caps.path);
	else
		row("QEMU", "%s", _("unknown"));
	if (f)
		print_device(h, f);
	else
		row(_("iGPU"), "%s", h->n_pci ? _("none") : _("unknown"));
	if (f && h->vfio.state == REGION_READ && !p->g->foreign_root)
		row("OpRegion", _("%zu bytes, read through VFIO, which has reset the device"),
		    h->vfio.opregion_len);
	print_unread(p, f);
}

static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && !(term && !strcmp(term, "dumb"));
}

static void print_findings(const struct findings *list)
{
	static const char *const colour[] = {
		[SEVERITY_NOTE] = "\033[36m", [SEVERITY_WARN] = "\033[33m",
		[SEVERITY_BLOCK] = "\033[1;31m",
	};
	bool coloured = wants_colour();

	/* What stops everything first; within one severity the order of the checks. */
	for (int s = SEVERITY_BLOCK; s >= SEVERITY_NOTE; s--)
		for (size_t i = 0; i < list->n; i++) {
			const struct finding *x = &list->v[i];
			const struct finding_def *d = finding_def(x->id);

			if ((int)x->severity != s)
				continue;
			printf("\n%s%-5s%s %s: %s\n", coloured ? colour[s] : "", severity_text(x->severity),
			       coloured ? "\033[0m" : "", d->id, x->seen);
			printf(_("      wanted: %s\n"), _(d->wanted));
			printf(_("      fix:    %s\n"), _(d->fix));
		}
}

static const struct finding *first_of(const struct findings *list, enum severity s)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].severity == s)
			return &list->v[i];
	return NULL;
}

static size_t count_of(const struct findings *list, enum severity s)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += list->v[i].severity == s;
	return n;
}

static enum verdict verdict_of(const struct findings *list)
{
	return first_of(list, SEVERITY_BLOCK) ? VERDICT_BLOCKED : VERDICT_READY;
}

/* The one step to take now. */
static void print_next(const struct pipeline *p)
{
	const struct finding *block = first_of(&p->findings, SEVERITY_BLOCK);

	if (block)
		printf(_("next: %s (igvm explain %s)\n"), _(finding_def(block->id)->fix),
		       finding_def(block->id)->id);
	else if (p->name)
		printf(_("next: igvm probe %s\n"), p->name);
	else
		printf(_("next: write a VM file, see igvm(1), and try it with `igvm probe NAME`\n"));
}

static void print_people(const struct pipeline *p, const struct pci_fact *f)
{
	size_t blocks = count_of(&p->findings, SEVERITY_BLOCK);
	size_t warns = count_of(&p->findings, SEVERITY_WARN);

	print_facts(p, f);
	print_findings(&p->findings);
	printf(_("\nverdict: %s (%zu block, %zu warn)\n"), verdict_text(verdict_of(&p->findings)),
	       blocks, warns);
	print_next(p);
}

/* --- for programs ------------------------------------------------------------------ */

static json_t *text_or_null(const char *s)
{
	return *s ? json_string(s) : json_null();
}

static json_t *device_json(const struct pci_fact *f)
{
	const struct igd_platform *pf = igd_find(f->device);
	uint64_t stolen = stolen_of(f, pf);
	char bdf[BDF_TEXT_MAX];

	return json_pack("{s:s,s:i,s:i,s:o,s:o,s:o,s:o,s:o}", "address", bdf_text(f->bdf, bdf),
			 "vendor", f->vendor, "device", f->device,
			 "platform", pf ? json_string(pf->key) : json_null(),
			 "generation", pf ? json_real(pf->gen10 / 10.0) : json_null(),
			 "driver", text_or_null(f->driver),
			 "group", f->group < 0 ? json_null() : json_integer(f->group),
			 "stolen_bytes", stolen == IGD_STOLEN_BAD ? json_null() :
			 json_integer((json_int_t)stolen));
}

static json_t *qemu_json(const struct pipeline *p)
{
	char version[48];

	if (!p->caps_known)
		return json_null();
	snprintf(version, sizeof(version), "%d.%d.%d", p->caps.major, p->caps.minor, p->caps.micro);
	return json_pack("{s:s,s:s}", "path", p->caps.path, "version", version);
}

static int print_json(const struct pipeline *p, const struct pci_fact *f)
{
	_json_ json_t *out = findings_json(&p->findings, "doctor", verdict_of(&p->findings));
	const struct finding *block = first_of(&p->findings, SEVERITY_BLOCK);

	if (!out ||
	    json_object_set_new(out, "igpu", f ? device_json(f) : json_null()) ||
	    json_object_set_new(out, "qemu", qemu_json(p)) ||
	    json_object_set_new(out, "cpu", text_or_null(p->host.cpu)) ||
	    json_object_set_new(out, "kernel", text_or_null(p->host.kernel)) ||
	    json_object_set_new(out, "next", block ? json_string(finding_def(block->id)->id) :
				json_null())) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	json_dumpf(out, stdout, JSON_INDENT(2));
	putchar('\n');
	return EXIT_OK;
}

/* --- the command ------------------------------------------------------------------- */

/* Where a shell would find @program; false: nowhere. Relative PATH entries are left out. */
static bool find_program(const char *program, char *path, size_t size)
{
	const char *s = getenv("PATH");

	for (s = s ? s : "/usr/bin:/bin"; *s; s += strspn(s, ":")) {
		size_t n = strcspn(s, ":");

		if (*s == '/' && n < PATH_MAX &&
		    str_print(path, size, "%.*s/%s", (int)n, s, program) && !access(path, X_OK))
			return true;
		s += n;
	}
	return false;
}

/* Without a VM: the caller's QEMU, and no wish to judge. */
static int without_vm(struct pipeline *p)
{
	int r = paths_mine(&p->paths, p->g->root);

	/* No HOME is no reason not to look at the host: there is only no cache then. */
	if (r)
		p->paths.cache[0] = '\0';
	if (!find_program(QEMU_PROGRAM, p->wish.qemu, sizeof(p->wish.qemu)))
		str_fit(p->wish.qemu, sizeof(p->wish.qemu), "/usr/bin/" QEMU_PROGRAM);
	p->wish.igpu_auto = true;
	return EXIT_OK;
}

/* The address the VM file names, else the iGPU's, else one that no function has. */
static struct bdf device_of(const struct pipeline *p)
{
	if (p->name && p->wish.igpu && !p->wish.igpu_auto)
		return p->wish.igpu_bdf;
	if (p->host.igpu >= 0)
		return p->host.pci[p->host.igpu].bdf;
	return (struct bdf){ 0xffff, 0xff, 0x1f, 7 };
}

/* With a VM, what its plan finds (firmware, ROM, disks) belongs to the answer. */
static int judge(struct pipeline *p)
{
	struct check_input in = {
		.host = &p->host, .caps = p->caps_known ? &p->caps : NULL,
		.wish = p->name ? &p->wish : NULL, .boot = p->boot_known ? &p->boot : NULL,
	};
	int code;

	in.device = p->device = device_of(p);
	if (p->name && p->caps_known && (!p->wish.igpu || host_find(&p->host, p->device) >= 0)) {
		code = pipeline_plan(p, PLAN_RUN, false, true);
		return code == EXIT_REFUSED ? EXIT_OK : code;
	}
	check_run(&in, &p->findings);
	return EXIT_OK;
}

static int run_doctor(const struct globals *g, int argc, char **argv)
{
	_pipeline_ struct pipeline *p = NULL;
	const struct pci_fact *f;
	int code;

	if (cmd_getopt(&cmd_doctor, argc, argv) != -1)
		return EXIT_USAGE;
	if (argc - optind > 1)
		return cmd_usage(&cmd_doctor, _("doctor takes at most one VM"));
	p = pipeline_new(g, argv[optind]);
	if (!p)
		return EXIT_FAILED;
	code = p->name ? pipeline_wish(p) : without_vm(p);
	if (!code)
		code = pipeline_facts(p, geteuid() ? HOST_VFIO_NEVER : HOST_VFIO_IF_FREE);
	if (!code)
		code = pipeline_boot(p);
	if (!code)
		code = judge(p);
	if (code)
		return code;
	f = igpu_of(p);
	if (!g->json)
		print_people(p, f);
	else if (print_json(p, f))
		return EXIT_FAILED;
	return verdict_of(&p->findings) == VERDICT_BLOCKED ? EXIT_REFUSED : EXIT_OK;
}
