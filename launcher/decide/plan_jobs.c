/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What watches over the guest, the folders it shares with the host, and the owner's own program. */
#include <errno.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/plan_parts.h"

/* Linux has the driver since 5.13; Windows has none, and tells KVM (hv-crash) instead. */
static void plan_watch(struct planning *g)
{
	const struct qemu_caps *caps = g->in->caps;

	g->p->panic = g->p->os == OS_LINUX && caps->panic != TRI_NO;
	g->p->watchdog = g->w->watchdog;
	if (g->p->watchdog && caps->watchdog == TRI_NO)
		plan_refuse(g, FINDING_PLAN_OPTION_BAD, _("%.150s:%d: watchdog: %.150s has no device i6300esb"),
			    g->w->where_watchdog.file, g->w->where_watchdog.line, g->p->qemu);
}

/* virtiofsd separates its options by commas; its user is root, who alone may give files any owner. */
static void look_at_share(struct planning *g, const struct wish_share *s)
{
	const struct wish_where *at = &s->where;

	if (s->err)
		plan_flag(g, FINDING_SHARE_MISSING, "%.150s:%d: [share %s] %.100s: %s", at->file, at->line, s->name,
			  s->path, s->err == ELOOP ? _("a symbolic link is in this path; write where it leads") :
			  strerror(s->err));
	if (!g->in->paths->system)
		plan_refuse(g, FINDING_SHARE_USER, _("%.150s:%d: [share %s]: this VM is an ordinary user's"), at->file,
			    at->line, s->name);
	if (g->in->caps->share == TRI_NO)
		plan_refuse(g, FINDING_PLAN_OPTION_BAD, _("%.150s:%d: [share %s]: %.100s has no device vhost-user-fs-pci"),
			    at->file, at->line, s->name, g->p->qemu);
}

static void plan_shares(struct planning *g)
{
	const struct host_facts *h = g->in->host;
	struct plan *p = g->p;

	for (size_t i = 0; i < g->w->n_share; i++) {
		p->share[i] = g->w->share[i];
		look_at_share(g, &p->share[i]);
	}
	p->n_share = g->w->n_share;
	if (!p->n_share)
		return;
	if (h)
		str_fit(p->virtiofsd, sizeof(p->virtiofsd), h->virtiofsd);
	if (!*p->virtiofsd)
		plan_refuse(g, FINDING_SHARE_NO_VIRTIOFSD, _("[share %s], and virtiofsd is not installed"),
			    p->share[0].name);
}

static void plan_hook(struct planning *g)
{
	const struct wish *w = g->w;

	str_fit(g->p->hook, sizeof(g->p->hook), w->hook);
	if (w->hook_err)
		plan_flag(g, FINDING_HOOK_MISSING, "%.150s:%d: hook = %.150s: %s", w->where_hook.file,
			  w->where_hook.line, w->hook, strerror(w->hook_err));
}

void plan_jobs(struct planning *g)
{
	plan_watch(g);
	plan_shares(g);
	plan_hook(g);
}

void plan_share_fds(struct plan *p)
{
	for (size_t i = 0; i < p->n_share; i++)
		plan_fd_add(p, PLAN_FD_SHARE, NULL)->index = i;
}
