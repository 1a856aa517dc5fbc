/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The answer file of an unattended Windows set-up, out of its template
 * (vm-templates/win11-answers.xml). In the template
 *
 *	@{name}		is replaced by the value of that name, escaped for XML
 *	@if name@	and @end@, each alone on its line: kept when name has a value
 *
 * Pure: texts in, text out.
 */
#ifndef IGVM_CREATE_ANSWERS_H
#define IGVM_CREATE_ANSWERS_H

#include <stdbool.h>

#include "launcher/base/cleanup.h"

/** struct answer_value - one name of the template; @value NULL or "": not set */
struct answer_value {
	const char *name, *value;
};

/**
 * answers_fill() - *@text is owned; @values ends with a NULL name
 *
 * 0; -EINVAL the template is malformed or names what @values has not (*@line says where); -EILSEQ a value
 * is not UTF-8 or holds a control character, which no XML can carry; -ENOMEM.
 */
nodiscard_ int answers_fill(const char *template, const struct answer_value *values, char **text,
			    int *line);

/**
 * answers_user_check() - may this name be a local account's in Windows?
 *
 * 1 to 20 characters of UTF-8, none of "/\[]:;|=,+*?<>@%, no control character, no dot or blank at its
 * end, not only dots and blanks, and none of the names Windows keeps (Microsoft, "Naming conventions
 * in Active Directory", local accounts). NULL: it may; else one N_() sentence.
 */
const char *answers_user_check(const char *user);

/** answers_host_name() - a NetBIOS name out of a VM's: 15 letters, digits and dashes, not all digits */
void answers_host_name(const char *vm, char out[static 16]);

#endif
