/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "launcher/hand_over.h"
#include "launcher/run/screen.h"
#include "launcher/start.h"

/* The screen goes on outside the session: this process only tells of it. */
static int start_outside(struct pipeline *p, const struct hand_over *h)
{
	int code;
	pid_t pid = hand_over_leave(h, &code);

	if (!pid)
		return code;
	p->elsewhere = true;
	pipeline_unclaim(p);
	return pid < 0 ? code : hand_over_follow(h, pid);
}

int start_before_claim(struct pipeline *p)
{
	const struct unit_orders *o = p->context;
	_free_ struct hand_over *h = calloc(1, sizeof(*h));
	int code;

	if (geteuid())
		return EXIT_OK;		/* the claim refuses */
	if (!h)
		return EXIT_FAILED;
	*h = (struct hand_over){ .paths = &p->paths, .what = p->name, .bdf = p->device, .yes = o->yes,
				 .vm = true };
	code = pipeline_lock_device(p);
	if (!code)
		code = hand_over_look(h);
	if (!code)
		code = hand_over_agree(h);
	/* A unit is outside already. */
	if (!code && hand_over_closes(h) && !unit_has_process(0, p->name))
		code = start_outside(p, h);
	if (code || p->elsewhere)
		return code;
	if (hand_over_needed(h))
		code = hand_over_take(h);
	else if (screen_adopt(&p->paths, p->device, p->name))
		code = EXIT_FAILED;
	p->screen = !code;
	return code;
}

int start_ask(struct pipeline *p)
{
	const struct unit_orders *o = p->context;
	_free_ struct hand_over *h = calloc(1, sizeof(*h));
	int code;

	if (!h)
		return EXIT_FAILED;
	*h = (struct hand_over){ .paths = &p->paths, .what = p->name, .bdf = p->device, .yes = o->yes,
				 .vm = true };
	code = hand_over_look(h);
	if (!code)
		code = hand_over_agree(h);
	p->elsewhere = true;
	pipeline_unclaim(p);
	return code;
}
