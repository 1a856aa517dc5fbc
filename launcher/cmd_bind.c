/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd.h"
#include "launcher/facts/holders.h"
#include "launcher/facts/host.h"
#include "launcher/run/bind.h"
#include "launcher/run/lock.h"
#include "launcher/run/screen.h"

#define OWNER		"cli"
#define VFIO_PCI	"vfio-pci"

static int run_bind(const struct globals *g, int argc, char **argv);
static int run_release(const struct globals *g, int argc, char **argv);

const struct cmd cmd_bind = {
	.name = "bind",
	.args = "[BDF]",
	.help = N_("hand the iGPU to vfio-pci"),
	.more = N_("Takes the device (0000:00:02.0 unless another is named) from its driver and gives\n"
		   "it to vfio-pci. Refuses with exit status 5 while a program shows a picture with\n"
		   "it, a VM holds it, or other devices share its IOMMU group. `igvm release` undoes\n"
		   "it. Not needed before `igvm start`, which does it by itself."),
	.json = true,
	.run = run_bind,
};

const struct cmd cmd_release = {
	.name = "release",
	.args = "[BDF]",
	.help = N_("give the iGPU back to the driver it had"),
	.more = N_("Undoes `igvm bind`, and what a start left behind that was interrupted. Refuses\n"
		   "with exit status 5 while a VM holds the device."),
	.json = true,
	.run = run_release,
};

/** struct move - one call of bind or release */
struct move {
	const struct globals *g;
	const struct cmd *cmd;
	struct paths paths;
	struct bdf bdf;
	char text[BDF_TEXT_MAX];
	char before[32], after[32];	/* drivers */
	char error[640];
};

static int refuse(struct move *m, int code, const char *fmt, ...) printf_(3, 4);

static int refuse(struct move *m, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(m->error, sizeof(m->error), fmt, ap);
	va_end(ap);
	return code;
}

/* Every device of the group is handed over with the first one, so it must be alone (bridges aside). */
static int check_group(struct move *m, const struct host_facts *h, int i)
{
	int group = h->pci[i].group;
	char other[BDF_TEXT_MAX];

	if (group < 0)
		return refuse(m, EXIT_REFUSED,
			      _("%s: has no IOMMU group: VT-d is off in the firmware or the kernel (iommu.off)"),
			      m->text);
	for (size_t k = 0; k < h->n_pci; k++) {
		const struct pci_fact *f = &h->pci[k];

		if ((int)k == i || f->group != group || f->class >> 16 == 0x06 ||
		    !strcmp(f->driver, VFIO_PCI))
			continue;
		return refuse(m, EXIT_REFUSED,
			      _("%s: shares IOMMU group %d with %s %s (iommu.group-shared)"), m->text,
			      group, bdf_text(f->bdf, other), f->name);
	}
	return EXIT_OK;
}

static int find_device(struct move *m, const char *arg, bool check)
{
	struct host_facts *h = calloc(1, sizeof(*h));
	int i, code = EXIT_OK, r = h ? host_read(m->g->root, HOST_VFIO_NEVER, h) : -ENOMEM;

	if (r) {
		free(h);
		return refuse(m, EXIT_FAILED, _("%s: cannot read the host: %s"), m->g->root,
			      strerror(-r));
	}
	i = arg ? host_find(h, m->bdf) : h->igpu;
	if (i >= 0) {
		m->bdf = h->pci[i].bdf;
		bdf_text(m->bdf, m->text);
		if (check)
			code = check_group(m, h, i);
	} else if (arg) {
		code = refuse(m, EXIT_REFUSED, _("%s: no such PCI device (igpu.none)"), arg);
	} else {
		code = refuse(m, EXIT_REFUSED,
			      _("no Intel display function at 0000:00:02.0 (igpu.none)"));
	}
	host_done(h);
	free(h);
	return code;
}

/* Everybody who has it open, and the command for each. */
static int explain_holders(struct move *m, const struct bind_error *e)
{
	_free_ struct holders *h = calloc(1, sizeof(*h));
	char who[160], fix[160], list[480] = "";
	struct tree t;

	if (h && !tree_init(&t, m->g->root)) {
		(void)!holders_read(&t, m->bdf, h);
		close(t.fd);
	}
	for (size_t i = 0, n = 0; h && i < h->n; i++) {
		if (!h->v[i].pid)
			continue;
		n = strlen(list);
		snprintf(list + n, sizeof(list) - n, "%s%s (%s)", n ? ", " : "",
			 holder_text(&h->v[i], who, sizeof(who)),
			 holder_fix(h, &h->v[i], fix, sizeof(fix)));
	}
	if (!*list)
		str_fit(list, sizeof(list), e->value);
	return refuse(m, EXIT_REFUSED, _("%s: in use (igpu.busy): end first: %s"), m->text, list);
}

static int explain(struct move *m, int err, const struct bind_error *e)
{
	switch (err) {
	case EBUSY:
		return explain_holders(m, e);
	case ETIMEDOUT:
		return refuse(m, EXIT_FAILED,
			      _("%s: the kernel does not come back from %s: a driver waits for somebody who uses the device; the next boot clears it"),
			      m->text, e->path);
	case ENOENT:
		if (!strcmp(e->value, VFIO_PCI))
			return refuse(m, EXIT_REFUSED,
				      _("%s: this kernel has no driver vfio-pci (vfio.module-missing)"),
				      m->text);
	}
	return refuse(m, EXIT_FAILED, "%s: %s%s%s%s: %s", m->text, e->path, *e->value ? " (" : "",
		      e->value, *e->value ? ")" : "", strerror(err));
}

static int move_locked(struct move *m, bool bind)
{
	struct bind_error e = { 0 };
	struct screen_error s = { 0 };
	char before[32];
	int back = 0, r = bind_driver(m->g->root, m->bdf, m->before);

	if (!r)
		r = bind_repair(m->g->root, &m->paths, m->bdf, &e);
	if (!r && bind)
		r = bind_claim(m->g->root, &m->paths, m->bdf, OWNER, before, &e);
	else if (!r)
		r = bind_release(m->g->root, &m->paths, m->bdf, NULL, &e);
	if (!bind && r != -EBUSY)
		back = screen_give_back(m->g->root, &m->paths, m->bdf, &s);
	if (bind_driver(m->g->root, m->bdf, m->after))
		m->after[0] = '\0';
	if (r)
		return explain(m, -r, &e);
	if (back)
		return refuse(m, EXIT_FAILED, _("%s: the screen does not come back: %s: %s"), m->text,
			      s.text, strerror(s.err));
	if (!bind && !strcmp(m->after, VFIO_PCI))
		return refuse(m, EXIT_FAILED,
			      _("%s: vfio-pci took it again: vfio-pci.ids= on the kernel's command line or in modprobe.d names it"),
			      m->text);
	return EXIT_OK;
}

static int move_device(struct move *m, const char *arg, bool bind)
{
	int code = find_device(m, arg, bind), r;
	_fd_ int lock = -1;

	if (code)
		return code;
	r = paths_mine(&m->paths, m->g->root);
	if (r)
		return refuse(m, EXIT_FAILED, "%s", strerror(-r));
	lock = lock_device(&m->paths, m->bdf);
	if (lock == -EBUSY)
		return refuse(m, EXIT_REFUSED, _("%s: a VM holds it; `igvm list` shows which (igpu.busy)"),
			      m->text);
	if (lock < 0)
		return refuse(m, EXIT_FAILED, _("%s: cannot be locked below %s: %s"), m->text,
			      m->paths.run, strerror(-lock));
	return move_locked(m, bind);
}

static void print_json(const struct move *m, int code)
{
	_json_ json_t *json = json_pack("{s:i, s:s, s:s, s:b, s:i, s:s, s:s, s:s}", "version", 1, "kind",
					m->cmd->name, "device", m->text, "ok", code == EXIT_OK, "code",
					code, "before", m->before, "after", m->after, "error", m->error);

	if (json && !json_dumpf(json, stdout, JSON_INDENT(2) | JSON_SORT_KEYS))
		putchar('\n');
}

static void print_people(const struct move *m, int code)
{
	if (code)
		say("%s", m->error);
	else if (!strcmp(m->before, m->after))
		printf(_("%s is with %s already.\n"), m->text, *m->after ? m->after : _("no driver"));
	else
		printf(_("%s is with %s now; it was with %s.\n"), m->text,
		       *m->after ? m->after : _("no driver"), *m->before ? m->before : _("no driver"));
}

static int run(const struct globals *g, const struct cmd *cmd, int argc, char **argv)
{
	struct move m = { .g = g, .cmd = cmd };
	const char *arg;
	int code;

	if (cmd_getopt(cmd, argc, argv) != -1)
		return EXIT_USAGE;
	if (argc - optind > 1)
		return cmd_usage(cmd, _("%s takes one device at most"), cmd->name);
	arg = argv[optind];
	if (arg && !bdf_parse(arg, &m.bdf))
		return cmd_usage(cmd, _("'%s' is not a PCI address like 0000:00:02.0"), arg);
	if (arg)
		bdf_text(m.bdf, m.text);
	if (!g->foreign_root && geteuid()) {
		say(_("only root can change who drives a device: sudo igvm %s"), cmd->name);
		return EXIT_PRIVILEGE;
	}
	code = move_device(&m, arg, cmd == &cmd_bind);
	if (g->json)
		print_json(&m, code);
	else
		print_people(&m, code);
	return code;
}

static int run_bind(const struct globals *g, int argc, char **argv)
{
	return run(g, &cmd_bind, argc, argv);
}

static int run_release(const struct globals *g, int argc, char **argv)
{
	return run(g, &cmd_release, argc, argv);
}
