/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/lint/args.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

int args_add(struct lint_args *a, const char *text, size_t n)
{
	char **v;

	if (a->n >= LINT_ARGS_MAX)
		return -E2BIG;
	v = realloc(a->v, (a->n + 1) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	a->v = v;
	v[a->n] = strndup(text, n);
	return v[a->n] ? (a->n++, 0) : -ENOMEM;
}

void args_done(struct lint_args *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i]);
	free(a->v);
	*a = (struct lint_args){ 0 };
}

bool args_is_qemu(const char *word)
{
	static const char *const names[] = { "qemu-system-x86_64", "qemu-system-i386", "qemu-kvm", "kvm",
					     "qemu-system-x86" };
	const char *base = strrchr(word, '/');

	base = base ? base + 1 : word;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(base, names[i]))
			return true;
	/* builds of one's own: qemu-system-x86_64-11.1 */
	return str_starts(base, "qemu-system-x86_64") != NULL;
}

int args_from_nul(const char *text, size_t n, struct lint_args *a, struct lint_error *e)
{
	int r = 0;

	for (size_t at = 0; at < n && !r;) {
		size_t len = strnlen(text + at, n - at);

		r = args_add(a, text + at, len);
		at += len + 1;
	}
	if (r == -E2BIG)
		*e = (struct lint_error){ .text = N_("more words than a command line of QEMU has") };
	else if (!r && (!a->n || !args_is_qemu(a->v[0])))
		*e = (struct lint_error){ .text = N_("is not a QEMU for PCs") };
	if (r || e->text)
		args_done(a);
	else
		a->calls = 1;
	return e->text ? -EBADMSG : r;
}
