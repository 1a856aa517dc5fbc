/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/setup/setup_trial.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

#define UNIT_DIR	"/etc/systemd/system/"
#define SERVICE		UNIT_DIR "igvm-setup-trial.service"
#define TIMER		UNIT_DIR "igvm-setup-trial.timer"
/* A drop-in and not a link in timers.target.wants: it is undone like any other file. */
#define WANTS		UNIT_DIR "timers.target.d/igvm-setup-trial.conf"

bool setup_is_trial_file(const char *path)
{
	return !strcmp(path, SERVICE) || !strcmp(path, TIMER) || !strcmp(path, WANTS);
}

bool setup_trial_parse(const char *text, unsigned int *seconds)
{
	static const struct { char unit; unsigned int seconds; } units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 },
	};
	unsigned int factor = 1;
	char digits[16];
	uint64_t v;
	size_t n;

	if (!*text || !str_copy(digits, sizeof(digits), text))
		return false;
	n = strlen(digits);
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (digits[n - 1] == units[i].unit) {
			factor = units[i].seconds;
			digits[n - 1] = '\0';
			break;
		}
	if (!str_u64(digits, 10, SETUP_TRIAL_MAX, &v))
		return false;
	v *= factor;
	if (v < SETUP_TRIAL_MIN || v > SETUP_TRIAL_MAX)
		return false;
	*seconds = (unsigned int)v;
	return true;
}

bool setup_trial_possible(const struct tree *t)
{
	if (t->live)
		return tree_exists(t, "run/systemd/system") == TRI_YES;
	return tree_is_file(t, "usr/lib/systemd/systemd") || tree_is_file(t, "lib/systemd/systemd");
}

static int add(struct setup_plan *plan, const char *path, const char *text, const char *why)
{
	return setup_plan_file(plan, path, NULL, 0, text, strlen(text), 0644, why);
}

int setup_trial_add(struct setup_plan *plan, const char *program, unsigned int seconds)
{
	static const char *const reload[] = { "systemctl", "daemon-reload", NULL };
	_free_ char *service = NULL, *timer = NULL;
	int r;

	if (*program != '/' || program[strcspn(program, " \t\n\"'%$\\")])
		return -EINVAL;
	if (asprintf(&service, "[Unit]\nDescription=Take an igvm setup back that nobody has confirmed\n"
			       "ConditionPathExists=%s\n\n[Service]\nType=oneshot\n"
			       "ExecStart=%s setup --trial-expired\nTimeoutStartSec=infinity\n",
		     program, program) < 0)
		service = NULL;
	if (asprintf(&timer, "[Unit]\nDescription=The time an igvm setup is on trial\n\n"
			     "[Timer]\nOnBootSec=%us\nAccuracySec=1s\n", seconds) < 0)
		timer = NULL;
	if (!service || !timer)
		return -ENOMEM;
	r = add(plan, SERVICE, service, N_("takes the setup back when the trial is over"));
	if (!r)
		r = add(plan, TIMER, timer, N_("counts the trial from the next boot"));
	if (!r)
		r = add(plan, WANTS, "[Unit]\nWants=igvm-setup-trial.timer\n",
			N_("starts the timer at each boot"));
	if (!r)
		r = setup_plan_command(plan, reload, true, N_("systemd reads the units anew"));
	return r;
}

enum setup_trial setup_trial_judge(const struct setup_journal *j, const char *boot, uint64_t uptime)
{
	if (j->state != SETUP_APPLIED || !j->trial)
		return TRIAL_NONE;
	/* Without the id of both boots nobody knows which this is: then no reboot is assumed. */
	if (!*boot || !*j->boot || !strcmp(boot, j->boot))
		return TRIAL_REBOOT;
	return uptime < j->trial ? TRIAL_RUNS : TRIAL_OVER;
}
