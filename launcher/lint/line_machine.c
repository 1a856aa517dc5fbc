/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Machine, accelerator, processor and memory of a foreign line. */
#include <errno.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/lint/line_parts.h"

static void accel_is(struct line *l, const char *value)
{
	const char *first = value ? value : "";

	/* "kvm:tcg" takes the first that works. */
	if (!strncmp(first, "kvm", 3))
		l->accel = LINE_KVM;
	else if (!strncmp(first, "tcg", 3))
		l->accel = LINE_TCG;
	else if (*first)
		l->accel = LINE_ACCEL_OTHER;
}

void line_machine_type(struct line *l)
{
	if (strstr(l->machine, "q35"))
		l->type = LINE_Q35;
	else if (!*l->machine || !strcmp(l->machine, "pc") || str_starts(l->machine, "pc-i440fx") ||
		 str_starts(l->machine, "pc-1") || str_starts(l->machine, "pc-0"))
		l->type = LINE_PC;
	else
		l->type = LINE_OTHER_MACHINE;
}

int line_take_machine(struct reader *r, const char *value)
{
	_props_ struct props p = { 0 };
	int err = props_parse(value, "type", &p);
	struct line *l = r->l;

	if (err)
		return err;
	if (props_get(&p, "type"))
		str_fit(l->machine, sizeof(l->machine), props_get(&p, "type"));
	accel_is(l, props_get(&p, "accel"));
	if (props_get(&p, "smm"))
		l->smm = line_switch(props_get(&p, "smm"));
	if (props_get(&p, "pflash0"))
		str_fit(r->pflash0, sizeof(r->pflash0), props_get(&p, "pflash0"));
	return 0;
}

int line_take_accel(struct reader *r, const char *value)
{
	_props_ struct props p = { 0 };
	int err = props_parse(value, "accel", &p);

	/* The first -accel that works counts. */
	if (!err && r->l->accel == LINE_ACCEL_UNSAID)
		accel_is(r->l, props_get(&p, "accel"));
	return err;
}

int line_take_enable_kvm(struct reader *r, const char *value)
{
	(void)value;
	r->l->accel = LINE_KVM;
	return 0;
}

/* hv_vendor_id, hv-vendor-id: QEMU takes both. */
static bool is_key(const char *key, const char *name)
{
	for (; *key && *name; key++, name++)
		if (*key != *name && !(*key == '_' && *name == '-'))
			return false;
	return !*key && !*name;
}

/* "vmx=off", "-vmx", "+vmx", "vmx". */
static bool cpu_flag(const struct prop *x, const char *name, enum line_switch *is)
{
	const char *key = x->key;
	bool sign = *key == '-' || *key == '+';

	if (!is_key(key + sign, name))
		return false;
	*is = sign ? (*key == '-' ? LINE_OFF : LINE_ON) : line_switch(x->value);
	return true;
}

static void cpu_prop(struct line *l, const struct prop *x)
{
	enum line_switch is = LINE_UNSAID;
	uint64_t v;

	if (cpu_flag(x, "kvm", &is) || cpu_flag(x, "hypervisor", &is))
		l->hidden = l->hidden || is == LINE_OFF;
	else if (cpu_flag(x, "vmx", &is))
		l->vmx = is;
	else if (is_key(x->key, "hv-vendor-id"))
		str_fit(l->hv_vendor, sizeof(l->hv_vendor), x->value);
	else if (is_key(x->key, "host-phys-bits-limit") && line_number(x->value, 64, &v))
		l->phys_limit = (int)v;
	else if (is_key(x->key, "phys-bits") && line_number(x->value, 64, &v))
		l->phys_limit = (int)v;
	else if (!strncmp(x->key, "hv", 2) || !strncmp(x->key, "+hv", 3))
		l->n_hv++;
}

int line_take_cpu(struct reader *r, const char *value)
{
	_props_ struct props p = { 0 };
	int err = props_parse(value, "model", &p);

	if (err)
		return err;
	r->l->cpu_word = r->word;
	for (size_t i = 0; i < p.n; i++)
		if (strcmp(p.v[i].key, "model") != 0)
			cpu_prop(r->l, &p.v[i]);
	if (props_get(&p, "model"))
		str_fit(r->l->cpu, sizeof(r->l->cpu), props_get(&p, "model"));
	return 0;
}

/* "8G", "8192", "8192M": MiB without a unit (docs of -m). */
static uint64_t memory_bytes(const char *text)
{
	static const char units[] = "KMGT";
	char *end;
	unsigned long long v = strtoull(text, &end, 10);
	const char *unit = *end ? strchr(units, *end & ~0x20) : &units[1];
	unsigned int shift;

	if (end == text || *text == '-' || !unit || (*end && end[1]))
		return 0;
	shift = 10 * (unsigned int)(unit - units + 1);
	return v > UINT64_MAX >> shift ? 0 : v << shift;
}

int line_take_memory(struct reader *r, const char *value)
{
	_props_ struct props p = { 0 };
	int err = props_parse(value, "size", &p);

	if (!err && props_get(&p, "size"))
		r->l->memory_bytes = memory_bytes(props_get(&p, "size"));
	return err;
}

int line_take_smp(struct reader *r, const char *value)
{
	_props_ struct props p = { 0 };
	int err = props_parse(value, "cpus", &p);
	uint64_t v;

	if (!err && props_get(&p, "cpus") && str_u64(props_get(&p, "cpus"), 10, 1024, &v))
		r->l->cpus = (unsigned int)v;
	return err;
}

int line_take_rtc(struct reader *r, const char *value)
{
	r->l->windows = r->l->windows || strstr(value, "base=localtime");
	return 0;
}

/* Called by a name that ends in kvm, QEMU takes KVM by itself (vl.c configure_accelerators()). */
void line_default_accel(struct line *l)
{
	const char *program = l->args->n ? l->args->v[0] : "";
	size_t n = strlen(program);

	if (l->accel == LINE_ACCEL_UNSAID && n >= 3 && !strcmp(program + n - 3, "kvm"))
		l->accel = LINE_KVM;
}
