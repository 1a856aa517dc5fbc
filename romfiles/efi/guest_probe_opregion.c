/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The OpRegion that ASLS names, and the VBT that a driver would take. Memory
 * is read only where the map says that real memory is.
 */
#include "romfiles/efi/guest_probe_parts.h"
#include "romfiles/efi/guest_vbt.h"
#include "romfiles/sha256.h"

static struct guest_memory memory_of(const struct probe_env *env)
{
	return (struct guest_memory){ env->map, env->reach, env->ctx, env->memory };
}

static void emit_digest(struct emit *e, struct span s)
{
	uint8_t sum[SHA256_BYTES];
	char hex[SHA256_HEX];

	sha256_sum(s.p, s.n, sum);
	sha256_hex(sum, hex);
	emit_str(e, "sha256", hex);
}

static void emit_vbt(const struct probe_env *env, uint64_t asls, const struct guest_vbt *v)
{
	struct emit *e = env->emit;

	if (v->address >= asls)
		emit_num(e, "offset", v->address - asls);
	else
		emit_null(e, "offset");
	emit_hex(e, "address", v->address, 8);
	emit_num(e, "length", v->bytes.n);
	emit_str(e, "reserved", probe_reserved(env, v->address, v->bytes.n));
	emit_str(e, "checksum", v->checksum_ok ? "ok" : "bad");
	emit_digest(e, v->bytes);
}

static void say_vbt(const struct probe_env *env, struct span s, const struct opreg *o,
		    uint32_t asls)
{
	struct guest_memory memory = memory_of(env);
	struct guest_vbt v;

	guest_vbt_find(&memory, s, o, asls, GUEST_VBT_AS_DRIVER, &v);
	emit_open(env->emit, "vbt");
	emit_str(env->emit, "where", v.where);
	if (v.error)
		emit_str(env->emit, "error", v.error);
	else
		emit_vbt(env, asls, &v);
	if (v.rvda_error)
		emit_str(env->emit, "rvda_error", v.rvda_error);
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
	struct guest_memory memory = memory_of(env);
	const char *error = guest_asls_error(asls);
	struct emit *e = env->emit;

	if (error) {
		emit_str(e, "error", error);
		return false;
	}
	emit_str(e, "reserved", probe_reserved(env, asls, OPREG_BYTES));
	if (!guest_span(&memory, asls, OPREG_BYTES, s) || !opreg_parse(*s, o)) {
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
