/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/decide/cpu.h"

#include <ctype.h>
#include <string.h>

#include "launcher/base/str.h"

/* Words that say nothing: the maker, what it is, which generation. */
static bool is_filler(const char *word)
{
	static const char *const fillers[] = { "Intel", "CPU", "Processor", "Gen", "processor" };

	for (size_t i = 0; i < ARRAY_SIZE(fillers); i++)
		if (!strcmp(word, fillers[i]))
			return true;
	return isdigit((unsigned char)word[0]) && strlen(word) > 2 &&
	       (!strcmp(word + strlen(word) - 2, "th") || !strcmp(word + strlen(word) - 2, "nd"));
}

/* "i5-1340P", "m3-8100Y": a family and a number. */
static bool is_core_number(const char *word)
{
	return (*word == 'i' || *word == 'm') && isdigit((unsigned char)word[1]) && word[2] == '-';
}

/* Without "(R)" and "(TM)". */
static void plain_word(const char *s, size_t n, char *word, size_t size)
{
	size_t have = 0;

	for (size_t i = 0; i < n && have + 1 < size; i++) {
		if (s[i] == '(' && memchr(s + i, ')', n - i))
			i += (size_t)((const char *)memchr(s + i, ')', n - i) - (s + i));
		else
			word[have++] = s[i];
	}
	word[have] = '\0';
}

/* The next word of *@s that means something; false: none, or "@ 3.20GHz" begins. */
static bool next_word(const char **s, char *word, size_t size)
{
	for (;;) {
		size_t n;

		*s += strspn(*s, " ");
		n = strcspn(*s, " ");
		if (!n || **s == '@')
			return false;
		plain_word(*s, n, word, size);
		*s += n;
		if (*word && !is_filler(word))
			return true;
	}
}

char *cpu_name(const char *model, char buf[static CPU_NAME_MAX])
{
	const char *s = model;
	char word[48], text[CPU_NAME_MAX] = "";

	if (!strstr(model, "Intel")) {
		str_fit(buf, CPU_NAME_MAX, model);
		return buf;
	}
	while (next_word(&s, word, sizeof(word))) {
		size_t have = strlen(text);

		if (is_core_number(word) && !strcmp(text, "Core"))
			have = 0;
		snprintf(text + have, sizeof(text) - have, "%s%s", have ? " " : "", word);
	}
	str_fit(buf, CPU_NAME_MAX, *text ? text : model);
	return buf;
}

/* The last word that holds a number of three digits or more: "12400F", "155H", "N100". */
static const char *number_of(const char *name)
{
	const char *found = NULL;

	for (const char *s = name; *s; s++) {
		size_t n = strspn(s, "0123456789");

		if (n >= 3)
			found = s;
		s += n ? n - 1 : 0;
	}
	return found;
}

static bool has_letter(const char *s, char letter)
{
	return memchr(s, letter, strcspn(s, " ")) != NULL;
}

/* i7-3820 to i7-6900K: generations 3 to 6 on the large sockets have 8 or 9 hundred, and no laptop's letters. */
static bool is_large_socket(const char *number)
{
	const char *letters = number + 4;

	return number[0] >= '3' && number[0] <= '6' && (number[1] == '8' || number[1] == '9') &&
	       (!*letters || *letters == ' ' || *letters == 'K');
}

/* "i5-12400F" from "12400F" on. */
static enum tri core_has_igpu(const char *name, const char *number, size_t digits)
{
	const char *letters = number + digits;

	/* Three digits are the first generation, of which only some have graphics. */
	if (digits < 4)
		return TRI_UNKNOWN;
	/* HX is a laptop's processor, with graphics; X alone is one of the large sockets. */
	if (*letters == 'X' || has_letter(letters, 'F'))
		return TRI_NO;
	return digits == 4 && name[1] == '7' && is_large_socket(number) ? TRI_NO : TRI_YES;
}

enum tri cpu_has_igpu(const char *model)
{
	char name[CPU_NAME_MAX];
	const char *number, *letters;
	size_t digits;

	if (!strstr(model, "Intel"))
		return TRI_UNKNOWN;
	cpu_name(model, name);
	number = number_of(name);
	if (!number)
		return TRI_UNKNOWN;
	digits = strspn(number, "0123456789");
	letters = number + digits;
	if (str_starts(name, "Xeon"))
		return has_letter(letters, 'G') ? TRI_YES : TRI_UNKNOWN;
	if (is_core_number(name))
		return core_has_igpu(name, number, digits);
	if (str_starts(name, "Core "))
		return has_letter(letters, 'F') ? TRI_NO : TRI_YES;
	return str_starts(name, "Celeron") || str_starts(name, "Pentium") || *name == 'N' ? TRI_YES :
	       TRI_UNKNOWN;
}

/* Models, and families by what follows their name: desktop parts have no letter, or T, S, E, TE. */
static const struct {
	const char *begins;
	unsigned int first, last;	/* of the number behind it */
	bool exact;			/* the letters are part of begins' row: K alone */
} without_vtd[] = {
	{ "i5-", 2500, 2500, true }, { "i7-", 2600, 2600, true }, { "i7-", 2700, 2700, true },
	{ "i5-", 3570, 3570, true }, { "i7-", 3770, 3770, true },
	{ "i5-", 4670, 4670, true }, { "i7-", 4770, 4770, true },
	{ "i3-", 2100, 2130, false }, { "i3-", 3210, 3250, false }, { "i3-", 4130, 4370, false },
	{ "Pentium G", 620, 870, false }, { "Pentium G", 2010, 2140, false }, { "Pentium G", 3220, 3470, false },
	{ "Celeron G", 440, 555, false }, { "Celeron G", 1610, 1630, false }, { "Celeron G", 1820, 1850, false },
};

enum tri cpu_has_vtd(const char *model)
{
	char name[CPU_NAME_MAX];

	if (!strstr(model, "Intel"))
		return TRI_UNKNOWN;
	cpu_name(model, name);
	for (size_t i = 0; i < ARRAY_SIZE(without_vtd); i++) {
		const char *at = str_starts(name, without_vtd[i].begins);
		size_t n = at ? strspn(at, "0123456789") : 0;
		unsigned int number = 0;

		for (size_t k = 0; k < n && n < 6; k++)
			number = number * 10 + (unsigned int)(at[k] - '0');
		if (!n || number < without_vtd[i].first || number > without_vtd[i].last)
			continue;
		if (without_vtd[i].exact ? !strcmp(at + n, "K") : !at[n] || strchr("TSE", at[n]))
			return TRI_NO;
	}
	return TRI_UNKNOWN;
}
