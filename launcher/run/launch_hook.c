/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hook before QEMU. It stands in the journal before it runs, so whatever ends the VM, this launch included, the
 * cleanup runs it once more, with "ended".
 */
#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/run/hook.h"
#include "launcher/run/journal.h"
#include "launcher/run/launch_parts.h"

static int refuse(struct launching *s, int r, int code, const char *why)
{
	const char *path = s->p->hook;

	if (r == -EPERM && *why)
		return launch_fail(s, EPERM, _("the hook %s: %s"), path, why);
	if (r == -ETIMEDOUT)
		return launch_fail(s, ETIMEDOUT, _("the hook %s is not through after %d seconds"), path, HOOK_MS / 1000);
	if (r)
		return launch_fail(s, -r, _("the hook %s cannot be executed by the VM's user (uid %u): %s"), path,
				   (unsigned int)s->uid, strerror(-r));
	return launch_fail(s, ECANCELED, _("the hook %s says no (exit code %d); `igvm logs %s` has what it wrote"), path,
			   code, s->p->name);
}

int launch_hook(struct launching *s)
{
	struct hook h = { .path = s->p->hook, .name = s->p->name, .when = "starting", .uid = s->uid, .out = s->out };
	struct journal_entry e = { .what = JOURNAL_HOOK, .given_to = s->uid };
	char why[512];
	int code = 0, r;

	if (!*s->p->hook)
		return 0;
	str_fit(e.path, sizeof(e.path), s->p->hook);
	str_fit(e.name, sizeof(e.name), s->p->name);
	r = journal_add(s->run_fd, &e);
	if (r)
		return launch_fail(s, -r, _("%s/journal.json: the hook cannot be noted: %s"), s->p->run_dir, strerror(-r));
	r = hook_run(&h, &code, why, sizeof(why));
	return r || code ? refuse(s, r, code, why) : 0;
}
