/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options that findings are about: as the line has them, as igvm's own builder writes them. */
#include <errno.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/words.h"
#include "launcher/lint/lint_parts.h"

/** enum part - a group of options that is right or wrong as a whole */
enum part {
	PART_MACHINE, PART_CPU, PART_FIRMWARE, PART_FLASH, PART_DISPLAY, PART_DEVICE, PART_SLEEP, PART_BALLOON,
	PARTS
};

static const struct {
	enum finding_id id;
	enum part part;
} about[] = {
	{ FINDING_LINE_SLOT, PART_DEVICE },	    { FINDING_LINE_SLOT_TAKEN, PART_DISPLAY },
	{ FINDING_LINE_LEGACY_AUTO, PART_DEVICE },  { FINDING_LINE_LPC_Q35, PART_DEVICE },
	{ FINDING_LINE_LPC_MISSING, PART_DEVICE },  { FINDING_LINE_OPREGION_UNSAID, PART_DEVICE },
	{ FINDING_LINE_X_VGA, PART_DEVICE },	    { FINDING_LINE_ROMBAR_OFF, PART_DEVICE },
	{ FINDING_LINE_DISPLAY_ON, PART_DEVICE },   { FINDING_OPREGION_OFF, PART_DEVICE },
	{ FINDING_GMS_RANGE, PART_DEVICE },	    { FINDING_GMS_NO_EFFECT, PART_DEVICE },
	{ FINDING_LEGACY_IMPOSSIBLE, PART_DEVICE }, { FINDING_ROM_NONE_UEFI, PART_DEVICE },
	{ FINDING_ROM_WRONG_TYPE, PART_DEVICE },    { FINDING_ROM_NO_ASSIGNMENT_DRIVER, PART_DEVICE },
	{ FINDING_ROM_BAD, PART_DEVICE },	    { FINDING_ROM_MISSING_FILE, PART_DEVICE },
	{ FINDING_LINE_HIDDEN, PART_CPU },	    { FINDING_LINE_HV_VENDOR, PART_CPU },
	{ FINDING_LINE_NESTED, PART_CPU },	    { FINDING_LINE_PHYS_BITS, PART_CPU },
	{ FINDING_ACCEL_TCG_IGPU, PART_MACHINE },   { FINDING_LINE_SMM, PART_MACHINE },
	{ FINDING_LINE_MACHINE, PART_MACHINE },	    { FINDING_FIRMWARE_SECURE_Q35, PART_FIRMWARE },
	{ FINDING_LINE_SECURE_FLASH, PART_FLASH }, { FINDING_BIOS_NO_STOLEN, PART_FIRMWARE },
	{ FINDING_LINE_SLEEP, PART_SLEEP },	    { FINDING_LINE_BALLOON, PART_BALLOON },
};

static bool one_of(const char *option, const char *const *names)
{
	for (; *names; names++)
		if (!strcmp(option, *names))
			return true;
	return false;
}

/* @igpu: the value is that of the iGPU's own -device, or changes it. */
static bool is_in(enum part part, const char *option, const char *value, bool igpu)
{
	static const char *const machine[] = { "machine", "M", "accel", "enable-kvm", NULL },
				 *const display[] = { "vga", "nodefaults", NULL },
				 *const flash[] = { "bios", "pflash", NULL };

	switch (part) {
	case PART_MACHINE:
		return one_of(option, machine);
	case PART_CPU:
		return !strcmp(option, "cpu");
	case PART_FIRMWARE:
		return one_of(option, flash) || (!strcmp(option, "drive") && strstr(value, "if=pflash"));
	case PART_FLASH:
		return !strcmp(option, "global") && strstr(value, "cfi.pflash01");
	case PART_DISPLAY:
		return one_of(option, display);
	case PART_DEVICE:
		return igpu;
	case PART_SLEEP:
		return !strcmp(option, "global") && strstr(value, "disable_s");
	case PART_BALLOON:
		return (!strcmp(option, "device") && strstr(value, "virtio-balloon")) ||
		       !strcmp(option, "balloon");
	default:
		return false;
	}
}

/* Append "-OPTION VALUE" as a shell takes it. */
static int add_text(char **text, const char *option, const char *value)
{
	_free_ char *quoted = value ? words_quote(value) : NULL;
	char *longer;

	if ((value && !quoted) ||
	    asprintf(&longer, "%s%s-%s%s%s", *text ? *text : "", *text ? " " : "", option, quoted ? " " : "",
		     quoted ? quoted : "") < 0)
		return -ENOMEM;
	free(*text);
	*text = longer;
	return 0;
}

/* -device of the iGPU, and -set device.ID.... of it. */
static bool is_igpu(const struct judging *j, const char *option, size_t word)
{
	const char *rest = word ? str_starts(j->l->args->v[word], "device.") : NULL;
	size_t n = strlen(j->d->id);

	if (word == j->d->word)
		return true;
	return !strcmp(option, "set") && n && rest && !strncmp(rest, j->d->id, n) && rest[n] == '.';
}

static int take_yours(const struct judging *j, enum part part, char **text)
{
	const struct lint_args *a = j->l->args;
	int r = 0;

	for (size_t i = 1; i < a->n && !r; i++) {
		const char *option = line_option(a->v[i]);
		size_t word = 0;

		if (!option)
			continue;
		if (line_takes_value(option) && i + 1 < a->n)
			word = ++i;
		if (is_in(part, option, word ? a->v[word] : "", is_igpu(j, option, word)))
			r = add_text(text, option, word ? a->v[word] : NULL);
	}
	return r;
}

/* The builder's "id=igd0" by the name the line has for it, which other options may use. */
static int take_device(const struct judging *j, const char *value, char **text)
{
	static const char ours[] = "id=igd0,";
	const char *at = strstr(value, ours);
	_free_ char *named = NULL;

	if (!at || !*j->d->id || strchr(j->d->id, ','))
		return add_text(text, "device", value);
	if (asprintf(&named, "%.*sid=%s,%s", (int)(at - value), value, j->d->id, at + sizeof(ours) - 1) < 0)
		return -ENOMEM;
	return add_text(text, "device", named);
}

static int take_right(const struct judging *j, const struct words *w, enum part part, char **text)
{
	int r = 0;

	for (size_t i = 0; i < w->n && !r; i++) {
		const char *option = w->v[i].option + 1, *value = w->v[i].value;
		bool igpu = !strcmp(option, "device") && str_starts(value, "vfio-pci,");

		if (!is_in(part, option, value ? value : "", igpu))
			continue;
		r = igpu ? take_device(j, value, text) : add_text(text, option, value);
	}
	return r;
}

static int add_pair(const struct judging *j, const struct words *w, enum part part, struct lint *out)
{
	_free_ char *yours = NULL, *right = NULL;
	int r = take_yours(j, part, &yours);

	if (!r)
		r = take_right(j, w, part, &right);
	if (r || (yours && right && !strcmp(yours, right)) || (!yours && !right))
		return r;
	if (!yours)
		yours = strdup("");
	if (!right)
		right = strdup("");
	if (!yours || !right)
		return -ENOMEM;
	out->pair[out->n_pair++] = (struct lint_pair){ TAKE(yours), TAKE(right) };
	return 0;
}

int judge_pairs(const struct judging *j, struct lint *out)
{
	bool wrong[PARTS] = { 0 };
	struct words w = { 0 };
	const char *bad = NULL;
	int r;

	if (!out->corrected)
		return 0;
	/* Which width is right is not known without the machine: then there are no words for it. */
	for (size_t i = 0; i < ARRAY_SIZE(about); i++)
		if (finding_has(&out->findings, about[i].id))
			wrong[about[i].part] |= about[i].id != FINDING_LINE_PHYS_BITS || out->plan.phys_bits;
	r = words_build(&out->plan, &w, &bad);
	/* A path with a control byte can be judged, and not be written. */
	if (r == -EINVAL) {
		out->corrected = false;
		r = 0;
	}
	for (enum part part = 0; part < PARTS && !r && out->corrected; part++)
		if (wrong[part])
			r = add_pair(j, &w, part, out);
	words_done(&w);
	return r;
}
