/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. Every text of the report is gone through from left to right. Where a word may
 * begin, a table of matchers is asked, the most exact first: each says how many bytes to keep in
 * front (the path of a home directory, "serial=") and how many name somebody. Those become
 * "[mac 1]": the number is that of the distinct value, so that who reads it can still tell two
 * network cards from one. A replacement matches nothing itself.
 */
#include <ctype.h>
#include <errno.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "launcher/report/parts.h"

enum kind { KIND_KEY, KIND_SECRET, KIND_UUID, KIND_MAC, KIND_USER, KIND_HOST, KIND_SERIAL, KINDS };

static const struct {
	const char *word, *what;
} kinds[KINDS] = {
	[KIND_KEY] = { "key", "product keys" },	 [KIND_UUID] = { "uuid", "UUIDs" },
	[KIND_SECRET] = { "secret", "passwords" },
	[KIND_MAC] = { "mac", "MAC addresses" }, [KIND_USER] = { "user", "user names" },
	[KIND_HOST] = { "host", "host names" },	 [KIND_SERIAL] = { "serial", "serial numbers" },
};

struct redaction {
	const struct report_names *names;
	json_t *known[KINDS];	/* value -> its number */
	json_int_t count[KINDS];
};

struct match {
	enum kind kind;
	size_t keep, n;		/* bytes kept in front, and those that go */
};

/* "vm_ada" and "ada-vms" have a name in them. */
static bool word_byte(char c)
{
	return isalnum((unsigned char)c);
}

/* @groups groups of @digits bytes of @set with @sep between; 0: not that */
static size_t grouped(const char *s, const unsigned char *digits, size_t groups, char sep, int (*set)(int))
{
	size_t at = 0;

	for (size_t g = 0; g < groups; g++) {
		for (unsigned char d = 0; d < digits[g]; d++)
			if (!set((unsigned char)s[at++]))
				return 0;
		if (g + 1 < groups && s[at++] != sep)
			return 0;
	}
	return word_byte(s[at]) || s[at] == sep ? 0 : at;
}

static int key_byte(int c)
{
	return isdigit(c) || isupper(c);
}

static bool match_key(const struct redaction *r, const char *s, struct match *m)
{
	static const unsigned char digits[] = { 5, 5, 5, 5, 5 };

	(void)r;
	m->n = grouped(s, digits, ARRAY_SIZE(digits), '-', key_byte);
	return m->n;
}

static bool match_uuid(const struct redaction *r, const char *s, struct match *m)
{
	static const unsigned char digits[] = { 8, 4, 4, 4, 12 }, machine_id[] = { 32 };

	(void)r;
	m->n = grouped(s, digits, ARRAY_SIZE(digits), '-', isxdigit);
	if (!m->n)
		m->n = grouped(s, machine_id, 1, '-', isxdigit);
	return m->n;
}

static bool match_mac(const struct redaction *r, const char *s, struct match *m)
{
	static const unsigned char digits[] = { 2, 2, 2, 2, 2, 2 };

	(void)r;
	m->n = grouped(s, digits, ARRAY_SIZE(digits), ':', isxdigit);
	if (!m->n)
		m->n = grouped(s, digits, ARRAY_SIZE(digits), '-', isxdigit);
	return m->n;
}

/* What follows @prefix up to a byte of @end. */
static bool match_after(const char *s, const char *prefix, const char *end, struct match *m)
{
	m->keep = strlen(prefix);
	if (strncasecmp(s, prefix, m->keep) != 0)
		return false;
	m->n = strcspn(s + m->keep, end);
	/* What was taken out before stays as it is. */
	return m->n && s[m->keep] != '[';
}

static bool match_home(const struct redaction *r, const char *s, struct match *m)
{
	(void)r;
	return match_after(s, "home/", "/ ,'\"", m) || match_after(s, "Users/", "/ ,'\"", m);
}

static bool match_serial(const struct redaction *r, const char *s, struct match *m)
{
	static const char *const before[] = { "serial=", "wwn=", "serial_number=", "by-id/", "by-uuid/", "by-partuuid/",
					      "UUID=", "PARTUUID=", "asset=" };

	(void)r;
	for (size_t i = 0; i < ARRAY_SIZE(before); i++)
		if (match_after(s, before[i], "/ ,'\"", m))
			return true;
	return false;
}

static bool match_secret(const struct redaction *r, const char *s, struct match *m)
{
	static const char *const before[] = { "password=", "passwd=", "secret=", "data=" };

	(void)r;
	for (size_t i = 0; i < ARRAY_SIZE(before); i++)
		if (match_after(s, before[i], " ,'\"", m))
			return true;
	return false;
}

/* Names that many have, and that stand for other things, tell nobody anything. */
static bool is_common(const char *name, size_t n)
{
	static const char *const common[] = { "localhost", "debian", "ubuntu", "fedora", "arch", "archlinux", "pve",
					      "proxmox", "nixos", "linux", "intel", "qemu", "kvm", "igvm", "vfio", "guest",
					      "media", "user", "admin" };

	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		if (strlen(common[i]) == n && !strncmp(name, common[i], n))
			return true;
	return false;
}

/* How much of @s the first @n bytes of @name are, as a word; the device mapper doubles the '-' of a name (lvm(8)). */
static size_t name_at(const char *s, const char *name, size_t n)
{
	size_t at = 0;

	if (n < 3 || is_common(name, n))
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (s[at++] != name[i])
			return 0;
		at += name[i] == '-' && s[at] == '-';
	}
	return word_byte(s[at]) ? 0 : at;
}

static bool match_user(const struct redaction *r, const char *s, struct match *m)
{
	for (size_t i = 0; i < r->names->n_user; i++) {
		size_t n = name_at(s, r->names->user[i], strlen(r->names->user[i]));

		m->n = n > m->n ? n : m->n;
	}
	return m->n;
}

static bool match_host(const struct redaction *r, const char *s, struct match *m)
{
	const char *host = r->names->host;

	if (!host)
		return false;
	m->n = name_at(s, host, strlen(host));
	if (!m->n)
		m->n = name_at(s, host, strcspn(host, "."));
	return m->n;
}

static const struct {
	enum kind kind;
	bool (*match)(const struct redaction *, const char *, struct match *);
} matchers[] = {
	{ KIND_KEY, match_key },   { KIND_UUID, match_uuid },	  { KIND_MAC, match_mac },
	{ KIND_USER, match_home }, { KIND_SERIAL, match_serial }, { KIND_SECRET, match_secret },
	{ KIND_USER, match_user }, { KIND_HOST, match_host },
};

static bool find(const struct redaction *r, const char *s, struct match *m)
{
	for (size_t i = 0; i < ARRAY_SIZE(matchers); i++) {
		*m = (struct match){ .kind = matchers[i].kind };
		if (matchers[i].match(r, s, m))
			return true;
	}
	return false;
}

/* The number of the value @s of @n bytes; 0: no memory. */
static json_int_t number_of(struct redaction *r, enum kind kind, const char *s, size_t n)
{
	_free_ char *value = strndup(s, n);
	json_t *known = r->known[kind];
	const json_t *v = value ? json_object_get(known, value) : NULL;
	json_int_t next = (json_int_t)json_object_size(known) + 1;

	r->count[kind]++;
	if (v)
		return json_integer_value(v);
	return !value || json_object_set_new(known, value, json_integer(next)) ? 0 : next;
}

static int write_text(struct redaction *r, const char *s, FILE *f)
{
	struct match m;

	for (bool start = true; *s; start = !word_byte(s[-1])) {
		if (!start || !find(r, s, &m)) {
			fputc(*s++, f);
			continue;
		}
		json_int_t number = number_of(r, m.kind, s + m.keep, m.n);

		if (!number)
			return -ENOMEM;
		fprintf(f, "%.*s[%s %lld]", (int)m.keep, s, kinds[m.kind].word, (long long)number);
		s += m.keep + m.n;
	}
	return 0;
}

static int redact_string(struct redaction *r, json_t *v)
{
	_free_ char *clean = strdup(json_string_value(v)), *text = NULL;
	size_t n = 0;
	FILE *f = clean ? memory_open(&text, &n) : NULL;
	int e;

	if (!f)
		return -ENOMEM;
	str_sanitize(clean);
	e = write_text(r, clean, f);
	if (memory_close(f, &text) || e)
		return -ENOMEM;
	return !strcmp(text, json_string_value(v)) || !json_string_set(v, text) ? 0 : -ENOMEM;
}

/* igvm's own ids and kinds, which a login "gpu" would spoil; no report of somebody else's hides a text there. */
static bool is_ours(const char *key, const json_t *v)
{
	static const char *const keys[] = { "id", "area", "severity", "kind", "verdict", "cause", "state", "option" };
	static const char set[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(key, keys[i]))
			return json_is_string(v) && json_string_length(v) < 40 &&
			       !json_string_value(v)[strspn(json_string_value(v), set)];
	return false;
}

/* report_check() has bounded the depth. */
static int redact(struct redaction *r, json_t *v)
{
	const char *key;
	json_t *child;
	size_t i;
	int e = 0;

	if (json_is_string(v))
		return redact_string(r, v);
	json_array_foreach(v, i, child)
		if (!e)
			e = redact(r, child);
	json_object_foreach(v, key, child)
		if (!e && !is_ours(key, child))
			e = redact(r, child);
	return e;
}

/* Counts of an earlier time, of the machine that the report comes from, stay and are added to. */
static int list(struct redaction *r, json_t *report)
{
	_json_ json_t *removed = json_array();
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(report, "removed"), i, row)
		for (int k = 0; k < KINDS; k++)
			if (!strcmp(report_text_at(row, "what"), kinds[k].what) &&
			    report_number_at(row, "count") > 0 && report_number_at(row, "count") < INT32_MAX)
				r->count[k] += report_number_at(row, "count");
	for (int k = 0; k < KINDS; k++)
		if (r->count[k] &&
		    json_array_append_new(removed, json_pack("{s:s, s:I}", "what", kinds[k].what, "count", r->count[k])))
			return -ENOMEM;
	return json_object_set(report, "removed", removed) ? -ENOMEM : 0;
}

int report_redact(json_t *report, const struct report_names *names)
{
	struct redaction r = { .names = names };
	int e = 0;

	for (int k = 0; k < KINDS; k++)
		if (!(r.known[k] = json_object()))
			e = -ENOMEM;
	if (!e)
		e = redact(&r, report);
	if (!e)
		e = list(&r, report);
	for (int k = 0; k < KINDS; k++)
		json_decref(r.known[k]);
	return e;
}
