/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/efi/guest_policy.h"

#include <string.h>

#include "romfiles/igd.h"

/* What was looked at, for the report. */
struct look {
	uint32_t asls;
	struct guest_vbt vbt; /* where NULL: not reached */
	const char *error;
};

static enum policy_answer find(const struct policy_env *env, struct look *l)
{
	struct span s;
	struct opreg o;

	if (!pci_is_igd(&env->pci, PCI_IGD)) {
		l->error = "no-device";
		return POLICY_NO_DEVICE;
	}
	l->asls = pci_read32(&env->pci, PCI_IGD, IGD_CFG_ASLS);
	l->error = guest_asls_error(l->asls);
	if (l->error)
		return POLICY_NOT_READY;
	if (!guest_span(&env->memory, l->asls, OPREG_BYTES, &s) || !opreg_parse(s, &o))
		l->error = "not-readable";
	else if (!o.signature)
		l->error = "no-signature";
	if (l->error)
		return POLICY_NO_VBT;
	guest_vbt_find(&env->memory, s, &o, l->asls, GUEST_VBT_OWN_BLOCK, &l->vbt);
	l->error = l->vbt.error;
	return l->error ? POLICY_NO_VBT : POLICY_GIVEN;
}

/* A byte that makes the sum of all zero is the old one less the sum. */
static enum policy_answer copy(const struct policy_env *env, struct look *l, struct policy *p)
{
	size_t n = l->vbt.bytes.n;
	uint64_t base = env->reserve(env->ctx, n);
	uint8_t *to;

	if (!base) {
		l->error = "no-memory";
		return POLICY_NO_MEMORY;
	}
	to = env->at(env->ctx, base);
	memcpy(to, l->vbt.bytes.p, n);
	to[OPREG_VBT_SUM_AT] = (uint8_t)(to[OPREG_VBT_SUM_AT] -
					 span_sum8((struct span){ to, n }));
	p->base = base;
	p->bytes = (uint32_t)n;
	return POLICY_GIVEN;
}

static const char *answer_word(enum policy_answer answer)
{
	switch (answer) {
	case POLICY_GIVEN:
		return "given";
	case POLICY_NOT_READY:
		return "not-ready";
	default:
		return "refused";
	}
}

static void say_table(struct emit *e, const struct look *l, const struct policy *p)
{
	emit_str(e, "where", l->vbt.where);
	emit_hex(e, "from", l->vbt.address, 8);
	emit_hex(e, "address", p->base, 8);
	emit_num(e, "size", p->bytes);
	emit_str(e, "checksum", l->vbt.checksum_ok ? "ok" : "corrected");
}

static void say(const struct policy_env *env, const struct look *l, const struct policy *p,
		enum policy_answer answer)
{
	struct emit *e = env->emit;

	emit_open(e, "vbt");
	emit_str(e, "result", answer_word(answer));
	if (answer != POLICY_NO_DEVICE)
		emit_hex(e, "asls", l->asls, 8);
	if (answer == POLICY_GIVEN)
		say_table(e, l, p);
	else
		emit_str(e, "error", l->error);
	if (l->vbt.rvda_error)
		emit_str(e, "rvda_error", l->vbt.rvda_error);
	emit_close(e);
}

enum policy_answer policy_vbt(const struct policy_env *env, struct policy *p)
{
	struct look l = { 0 };
	enum policy_answer answer;

	if (p->base)
		return POLICY_GIVEN;
	answer = find(env, &l);
	if (answer == POLICY_GIVEN)
		answer = copy(env, &l, p);
	if (answer != p->said)
		say(env, &l, p, answer);
	p->said = answer;
	return answer;
}
