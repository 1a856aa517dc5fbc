/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/wish_value.h"

#include <stdarg.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

#define MIB	(1ull << 20)

bool value_refuse(struct wish_why *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return false;
}

bool value_wrong(const struct wish_key *k, const char *value, struct wish_why *why)
{
	return value_refuse(why, _("%s = %.80s: may be %s"), k->key, value, k->values);
}

static void *member(const struct wish_key *k, void *base)
{
	return (char *)base + k->at;
}

bool value_choice(const struct wish_key *k, void *base, const char *value,
		  struct wish_why *why)
{
	for (const struct wish_choice *c = k->choice; c->word; c++) {
		if (strcmp(c->word, value))
			continue;
		if (k->size == sizeof(bool))
			*(bool *)member(k, base) = c->value != 0;
		else
			memcpy(member(k, base), &c->value, sizeof(int));
		return true;
	}
	return value_wrong(k, value, why);
}

bool value_text(const struct wish_key *k, void *base, const char *value,
		struct wish_why *why)
{
	if (str_copy(member(k, base), k->size, value))
		return true;
	return value_refuse(why, _("%s: longer than %zu bytes"), k->key, k->size - 1);
}

static bool path_ok(const struct wish_key *k, const char *value, struct wish_why *why)
{
	if (*value == '/')
		return true;
	return value_refuse(why, _("%s = %.80s: write the whole path, from / on"), k->key, value);
}

/* An empty value takes back what the template or an earlier file gave. */
bool value_path(const struct wish_key *k, void *base, const char *value,
		struct wish_why *why)
{
	return (!*value || path_ok(k, value, why)) && value_text(k, base, value, why);
}

bool value_program(const struct wish_key *k, void *base, const char *value,
		   struct wish_why *why)
{
	return path_ok(k, value, why) && value_text(k, base, value, why);
}

bool value_disk_path(const struct wish_key *k, void *base, const char *value,
		     struct wish_why *why)
{
	struct wish_disk *d = base;

	d->device = str_starts(value, "/dev/") != NULL;
	return value_path(k, base, value, why);
}

bool value_template(const struct wish_key *k, void *base, const char *value,
		    struct wish_why *why)
{
	const char *wrong = *value ? vm_name_check(value) : NULL;

	if (wrong)
		return value_refuse(why, "%s = %.80s: %s", k->key, value, _(wrong));
	return value_text(k, base, value, why);
}

bool value_number(const struct wish_key *k, void *base, const char *value,
		  struct wish_why *why)
{
	uint64_t v;
	unsigned int n;

	if (!str_u64(value, 10, k->most, &v) || v < k->least)
		return value_wrong(k, value, why);
	n = (unsigned int)v;
	memcpy(member(k, base), &n, sizeof(n));
	return true;
}

/*
 * "8G", "8192M", or bytes. Everything else people write (8GB, 8g, 8 GiB) is
 * refused: it means 10^9 to some and 2^30 to others.
 */
bool value_memory(const struct wish_key *k, void *base, const char *value,
		  struct wish_why *why)
{
	static const char units[] = "MGT";
	size_t n = strlen(value);
	const char *unit = n ? strchr(units, value[n - 1]) : NULL;
	uint64_t v, factor = unit ? MIB << 10 * (unit - units) : 1;
	size_t count = strspn(value, "0123456789");
	char digits[24] = "";

	if (!count || count + (unit != NULL) != n)
		return value_wrong(k, value, why);
	if (count < sizeof(digits))
		memcpy(digits, value, count);
	if (!str_u64(digits, 10, k->most / factor, &v))
		return value_refuse(why, _("%s = %.80s: too much; at most %lluG"), k->key, value,
			      (unsigned long long)(k->most >> 30));
	v *= factor;
	if (v < k->least)
		return value_refuse(why, _("%s = %.80s: too little; at least %lluM (without M, G or T it is "
				     "bytes)"), k->key, value, (unsigned long long)(k->least / MIB));
	if (v % MIB)
		return value_refuse(why, _("%s = %.80s: no whole MiB; write for example 8G"), k->key, value);
	memcpy(member(k, base), &v, sizeof(v));
	return true;
}

bool value_machine(const struct wish_key *k, void *base, const char *value,
		   struct wish_why *why)
{
	struct wish *w = base;
	const char *version = str_starts(value, "pc-q35-");

	if (!version)
		version = str_starts(value, "pc-i440fx-");
	if (!version) {
		*w->machine_version = '\0';
		return value_choice(k, base, value, why);
	}
	if (!*version || version[strspn(version, "0123456789.-abcdefghijklmnopqrstuvwxyz")])
		return value_wrong(k, value, why);
	if (!str_copy(w->machine_version, sizeof(w->machine_version), value))
		return value_wrong(k, value, why);
	w->machine = value[3] == 'q' ? MACHINE_Q35 : MACHINE_I440FX;
	return true;
}

bool value_pin(const struct wish_key *k, void *base, const char *value, struct wish_why *why)
{
	struct wish *w = base;

	w->pin = (struct cpu_list){ 0 };
	return !*value || cpu_list_parse(value, &w->pin) || value_wrong(k, value, why);
}

bool value_uuid(const struct wish_key *k, void *base, const char *value,
		struct wish_why *why)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < sizeof(form); i++) {
		if (form[i] == 'x' ? !value[i] || !strchr("0123456789abcdef", value[i])
				   : form[i] != value[i])
			return value_wrong(k, value, why);
	}
	return value_text(k, base, value, why);
}

bool value_mac(const struct wish_key *k, void *base, const char *value,
	       struct wish_why *why)
{
	static const char form[] = "xx:xx:xx:xx:xx:xx";

	for (size_t i = 0; i < sizeof(form); i++) {
		if (form[i] == 'x' ? !value[i] || !strchr("0123456789abcdef", value[i])
				   : form[i] != value[i])
			return value_wrong(k, value, why);
	}
	if (strchr("13579bdf", value[1]))
		return value_refuse(why, _("%s = %s: that is a group address; make the second digit even"),
			      k->key, value);
	return value_text(k, base, value, why);
}

/* What the kernel takes for an interface (dev_valid_name(), IFNAMSIZ), and nothing a shell would mind. */
bool value_interface(const struct wish_key *k, void *base, const char *value,
		     struct wish_why *why)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	if (*value == '-' || *value == '.' || value[strspn(value, letters)] ||
	    strlen(value) >= k->size)
		return value_wrong(k, value, why);
	return value_text(k, base, value, why);
}

bool value_port(const struct wish_key *k, void *base, const char *value,
		struct wish_why *why)
{
	return value_number(k, base, strcmp(value, "auto") ? value : "0", why) &&
	       (!strcmp(value, "auto") || *(unsigned int *)member(k, base) >= 1024 ||
		value_wrong(k, value, why));
}

/* "1-4.2": a bus, then one to seven ports (USB 3.2, 10.16.2: at most five hubs in a row, and some inside devices). */
static bool port_ok(const char *s)
{
	size_t n = strspn(s, "0123456789");
	int tiers = 0;

	if (!n || n > 3 || s[n] != '-')
		return false;
	do {
		s += n + 1;
		n = strspn(s, "0123456789");
		if (!n || n > 3 || ++tiers > 7)
			return false;
	} while (s[n] == '.');
	return !s[n];
}

bool value_usb_port(const struct wish_key *k, void *base, const char *value,
		    struct wish_why *why)
{
	if (*value && !port_ok(value))
		return value_wrong(k, value, why);
	return value_text(k, base, value, why);
}

bool value_usb_id(const struct wish_key *k, void *base, const char *value,
		  struct wish_why *why)
{
	struct wish_usb *u = base;
	const char *colon = strchr(value, ':');
	uint64_t vendor = 0, product = 0;
	char left[5] = "";

	if (colon && colon - value == 4)
		memcpy(left, value, 4);
	if (*value && (!*left || strlen(colon + 1) != 4 || !str_u64(left, 16, 0xffff, &vendor) ||
		       !str_u64(colon + 1, 16, 0xffff, &product) || !vendor))
		return value_wrong(k, value, why);
	u->vendor = (uint16_t)vendor;
	u->product = (uint16_t)product;
	return true;
}

bool value_evdev_path(const struct wish_key *k, void *base, const char *value,
		      struct wish_why *why)
{
	if (*value && (!str_starts(value, "/dev/input/") || strstr(value, "..")))
		return value_wrong(k, value, why);
	return value_text(k, base, value, why);
}

/* "pipewire:USER"; the rest are plain words. A user's name as useradd(8) lets it be. */
bool value_audio(const struct wish_key *k, void *base, const char *value,
		 struct wish_why *why)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const char *user = str_starts(value, "pipewire:");
	struct wish *w = base;

	*w->audio_user = '\0';
	if (!user)
		return value_choice(k, base, value, why);
	if (!*user || *user == '-' || user[strspn(user, letters)] ||
	    !str_copy(w->audio_user, sizeof(w->audio_user), user))
		return value_wrong(k, value, why);
	w->audio = AUDIO_PIPEWIRE;
	return true;
}

bool value_igpu_device(const struct wish_key *k, void *base, const char *value,
		       struct wish_why *why)
{
	struct wish *w = base;
	struct bdf bdf = { 0 };
	bool automatic = !strcmp(value, "auto"), none = !strcmp(value, "none");

	if (!automatic && !none && !bdf_parse(value, &bdf))
		return value_wrong(k, value, why);
	w->igpu = !none;
	w->igpu_auto = automatic;
	w->igpu_bdf = bdf;
	return true;
}

bool value_rom(const struct wish_key *k, void *base, const char *value,
	       struct wish_why *why)
{
	struct wish *w = base;

	*w->rom_path = '\0';
	if (*value != '/')
		return value_choice(k, base, value, why);
	w->rom = ROM_FILE;
	if (str_copy(w->rom_path, sizeof(w->rom_path), value))
		return true;
	return value_refuse(why, _("%s: longer than %zu bytes"), k->key, sizeof(w->rom_path) - 1);
}

bool value_gms(const struct wish_key *k, void *base, const char *value,
	       struct wish_why *why)
{
	struct wish *w = base;
	const char *hex = str_starts(value, "0x");
	uint64_t v;

	if (!strcmp(value, "auto")) {
		w->gms = -1;
		return true;
	}
	if (!str_u64(hex ? hex : value, hex ? 16 : 10, k->most, &v))
		return value_wrong(k, value, why);
	w->gms = (int)v;
	return true;
}
