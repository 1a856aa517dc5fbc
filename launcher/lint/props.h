/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The value of one of QEMU's options as keys and values: "vfio-pci,host=00:02.0" or the JSON form.
 * Pure. QEMU's own reading: util/qemu-option.c, get_opt_name_value().
 */
#ifndef IGVM_LINT_PROPS_H
#define IGVM_LINT_PROPS_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/base/cleanup.h"

#define PROPS_MAX	128u

struct prop {
	char *key, *value;	/* owned; of JSON: "a.b" for what is nested, booleans as on and off */
};

struct props {
	struct prop v[PROPS_MAX];
	size_t n;
};

/**
 * props_parse() - @text, whose first item may leave out its key @implied ("" none does)
 *
 * A doubled comma is a comma. An item without value is "on". 0; -EBADMSG no JSON although it begins
 * with a brace; -E2BIG more than PROPS_MAX; -ENOMEM. Release with props_done() whatever it returned.
 */
nodiscard_ int props_parse(const char *text, const char *implied, struct props *p);

/** props_get() - the last value of @key, which counts for QEMU; NULL: none */
const char *props_get(const struct props *p, const char *key);

/** props_set() - as if @key=@value stood at the end; 0, -E2BIG, -ENOMEM */
nodiscard_ int props_set(struct props *p, const char *key, const char *value);

void props_done(struct props *p);

static inline void cleanup_props(struct props *p)
{
	props_done(p);
}
#define _props_	__attribute__((cleanup(cleanup_props)))

#endif
