/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The OpRegion that ASLS names, and the VBT that a driver would take. Memory
 * is read only where the map says that real memory is.
 */
#include "romfiles/efi/guest_probe_parts.h"
#include "romfiles/efi/opreg.h"
#include "romfiles/sha256.h"

/* False when any byte must not be read. */
static bool memory_span(const struct probe_env *env, uint64_t base, size_t n, struct span *s)
{
	if (!memmap_readable(env->map, base, n) || base > env->reach ||
	    n - 1 > env->reach - base)
		return false;
	*s = (struct span){ env->memory(env->ctx, base), n };
	return true;
}

static void emit_digest(struct emit *e, struct span s)
{
	uint8_t sum[SHA256_BYTES];
	char hex[SHA256_HEX];

	sha256_sum(s.p, s.n, sum);
	sha256_hex(sum, hex);
	emit_str(e, "sha256", hex);
}

/* A VBT that was looked at, good or not. */
struct candidate {
	uint64_t address;
	struct span bytes;
	struct opreg_vbt vbt;
	const char *error;
};

static void candidate_rvda(const struct probe_env *env, const struct opreg *o, uint64_t asls,
			   struct candidate *c)
{
	size_t n = o->rvds > OPREG_VBT_MAX ? OPREG_VBT_MAX : o->rvds;

	if (!opreg_rvda_address(o, asls, &c->address))
		c->error = "outside";
	else if (!memory_span(env, c->address, n, &c->bytes))
		c->error = "not-readable";
	else
		c->error = opreg_vbt(c->bytes, &c->vbt);
}

static void candidate_mailbox4(struct span s, const struct opreg *o, uint64_t asls,
			       struct candidate *c)
{
	c->address = asls + OPREG_VBT_AT;
	c->bytes = opreg_mailbox4(s, o);
	c->error = opreg_vbt(c->bytes, &c->vbt);
}

static void emit_vbt(const struct probe_env *env, uint64_t asls, const char *where,
		     const struct candidate *c)
{
	struct emit *e = env->emit;

	emit_str(e, "where", where);
	if (c->address >= asls)
		emit_num(e, "offset", c->address - asls);
	else
		emit_null(e, "offset");
	emit_hex(e, "address", c->address, 8);
	emit_num(e, "length", c->vbt.bytes);
	emit_str(e, "reserved", probe_reserved(env, c->address, c->vbt.bytes));
	emit_str(e, "checksum", c->vbt.checksum_ok ? "ok" : "bad");
	emit_digest(e, (struct span){ c->bytes.p, c->vbt.bytes });
}

/* The order of i915: RVDA when announced and valid, else mailbox 4. */
static void say_vbt(const struct probe_env *env, struct span s, const struct opreg *o,
		    uint64_t asls)
{
	struct candidate rvda = { 0 }, box = { 0 };
	bool announced = opreg_has_rvda(o);

	if (announced)
		candidate_rvda(env, o, asls, &rvda);
	candidate_mailbox4(s, o, asls, &box);
	emit_open(env->emit, "vbt");
	if (announced && !rvda.error) {
		emit_vbt(env, asls, "rvda", &rvda);
	} else if (!box.error) {
		emit_vbt(env, asls, "mailbox4", &box);
	} else {
		emit_str(env->emit, "where", "none");
		emit_str(env->emit, "error", box.error);
	}
	if (rvda.error)
		emit_str(env->emit, "rvda_error", rvda.error);
	emit_close(env->emit);
}

static void say_no_vbt(const struct probe_env *env)
{
	emit_open(env->emit, "vbt");
	emit_str(env->emit, "where", "none");
	emit_close(env->emit);
}

static void emit_header(struct emit *e, const struct opreg *o)
{
	char version[] = "0.0";

	/* Digits: real versions are 1.0 to 3.x; what is not shows as '?'. */
	version[0] = o->major < 10 ? (char)('0' + o->major) : '?';
	version[2] = o->minor < 10 ? (char)('0' + o->minor) : '?';
	emit_str(e, "version", version);
	emit_num(e, "size", o->bytes);
	emit_hex(e, "mailboxes", o->mailboxes, 8);
	emit_hex(e, "rvda", o->rvda, 8);
	emit_num(e, "rvds", o->rvds);
	if (o->bytes < OPREG_BYTES)
		emit_str(e, "error", "too-small");
}

/* Writes the members; true: there is an OpRegion in @s. */
static bool opregion_look(const struct probe_env *env, uint32_t asls, struct span *s,
			  struct opreg *o)
{
	struct emit *e = env->emit;

	if (!asls || asls == UINT32_MAX) {
		emit_str(e, "error", "not-set");
		return false;
	}
	emit_str(e, "reserved", probe_reserved(env, asls, OPREG_BYTES));
	if (!memory_span(env, asls, OPREG_BYTES, s) || !opreg_parse(*s, o)) {
		emit_str(e, "error", "not-readable");
		return false;
	}
	emit_bool(e, "signature", o->signature);
	if (o->signature)
		emit_header(e, o);
	else
		emit_str(e, "error", "no-signature");
	return o->signature;
}

void probe_opregion(const struct probe_env *env)
{
	uint32_t asls = pci_read32(&env->pci, PCI_IGD, IGD_CFG_ASLS);
	struct span bytes = { NULL, 0 };
	struct opreg o;
	bool found;

	emit_open(env->emit, "opregion");
	emit_hex(env->emit, "asls", asls, 8);
	found = opregion_look(env, asls, &bytes, &o);
	emit_close(env->emit);
	if (found)
		say_vbt(env, bytes, &o, asls);
	else
		say_no_vbt(env);
}
