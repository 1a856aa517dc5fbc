/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/cpu_list.h"

#include <stdio.h>
#include <string.h>

/* The number at *@s, which moves behind it; false: there is none, or it is too high. */
static bool take_number(const char **s, unsigned int *v)
{
	size_t n = strspn(*s, "0123456789");

	if (!n || n > 4)
		return false;
	*v = 0;
	for (; n; n--)
		*v = *v * 10 + (unsigned int)(*(*s)++ - '0');
	return *v < CPU_LIST_MAX;
}

static bool take_range(const char **s, struct cpu_list *l)
{
	unsigned int first, last;

	if (!take_number(s, &first))
		return false;
	last = first;
	if (**s == '-') {
		(*s)++;
		if (!take_number(s, &last) || last < first)
			return false;
	}
	for (; first <= last; first++)
		l->bits[first / 64] |= UINT64_C(1) << first % 64;
	return true;
}

bool cpu_list_parse(const char *text, struct cpu_list *l)
{
	struct cpu_list v = { 0 };

	*l = v;
	while (take_range(&text, &v)) {
		if (!*text) {
			*l = v;
			return true;
		}
		if (*text++ != ',')
			return false;
	}
	return false;
}

bool cpu_list_has(const struct cpu_list *l, unsigned int n)
{
	return n < CPU_LIST_MAX && l->bits[n / 64] >> n % 64 & 1;
}

unsigned int cpu_list_count(const struct cpu_list *l)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < CPU_LIST_MAX; i++)
		n += cpu_list_has(l, i);
	return n;
}

struct cpu_list cpu_list_minus(const struct cpu_list *a, const struct cpu_list *b)
{
	struct cpu_list v;

	for (size_t i = 0; i < CPU_LIST_MAX / 64; i++)
		v.bits[i] = a->bits[i] & ~b->bits[i];
	return v;
}

char *cpu_list_text(const struct cpu_list *l, char *buf, size_t size)
{
	size_t at = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < CPU_LIST_MAX && at + 12 < size; i++) {
		unsigned int last = i;

		if (!cpu_list_has(l, i))
			continue;
		while (cpu_list_has(l, last + 1))
			last++;
		at += (size_t)snprintf(buf + at, size - at, last > i ? "%s%u-%u" : "%s%u", at ? "," : "", i, last);
		i = last;
	}
	return buf;
}
