/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of the usual guide, as a table for people. */
#include <stdio.h>
#include <string.h>

#include "launcher/doctor.h"

/* Columns a text takes on a terminal: 1 a character, 2 for the wide ones of East Asia. */
static int columns(const char *s)
{
	int n = 0;

	for (; *s; s++)
		if (((unsigned char)*s & 0xc0) != 0x80)
			n += (unsigned char)*s >= 0xe3 ? 2 : 1;
	return n;
}

static void pad(const char *s, int width)
{
	int n = columns(s);

	printf("%s%*s", s, n < width ? width - n : 1, "");
}

static size_t count(const struct doctor *d, enum guide_state s)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_guide; i++)
		n += d->guide[i].state == s;
	return n;
}

void doctor_guide(const struct doctor *d)
{
	for (size_t i = 0; i < d->n_guide; i++) {
		const struct guide_row *r = &d->guide[i];

		pad(_(guide_state_text(r->state)), 12);
		pad(_(r->step), 56);
		printf("%s\n", r->why);
	}
	printf(_("\n%zu done, %zu wrong, %zu not needed, %zu unknown\n"), count(d, GUIDE_DONE),
	       count(d, GUIDE_WRONG), count(d, GUIDE_NOT_NEEDED), count(d, GUIDE_UNKNOWN));
}
