/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/decide/keys.h"

#include <string.h>

#include "launcher/base/str.h"

/** struct key_row - a key; @plain and @shifted are what a US keyboard gives for it, 0 nothing */
static const struct key_row {
	const char *name, *key;
	char plain, shifted;
} rows[] = {
	{ "a", "a", 'a', 'A' }, { "b", "b", 'b', 'B' }, { "c", "c", 'c', 'C' }, { "d", "d", 'd', 'D' },
	{ "e", "e", 'e', 'E' }, { "f", "f", 'f', 'F' }, { "g", "g", 'g', 'G' }, { "h", "h", 'h', 'H' },
	{ "i", "i", 'i', 'I' }, { "j", "j", 'j', 'J' }, { "k", "k", 'k', 'K' }, { "l", "l", 'l', 'L' },
	{ "m", "m", 'm', 'M' }, { "n", "n", 'n', 'N' }, { "o", "o", 'o', 'O' }, { "p", "p", 'p', 'P' },
	{ "q", "q", 'q', 'Q' }, { "r", "r", 'r', 'R' }, { "s", "s", 's', 'S' }, { "t", "t", 't', 'T' },
	{ "u", "u", 'u', 'U' }, { "v", "v", 'v', 'V' }, { "w", "w", 'w', 'W' }, { "x", "x", 'x', 'X' },
	{ "y", "y", 'y', 'Y' }, { "z", "z", 'z', 'Z' },
	{ "1", "1", '1', '!' }, { "2", "2", '2', '@' }, { "3", "3", '3', '#' }, { "4", "4", '4', '$' },
	{ "5", "5", '5', '%' }, { "6", "6", '6', '^' }, { "7", "7", '7', '&' }, { "8", "8", '8', '*' },
	{ "9", "9", '9', '(' }, { "0", "0", '0', ')' },
	{ "minus", "minus", '-', '_' }, { "equal", "equal", '=', '+' },
	{ "bracket_left", "bracket_left", '[', '{' }, { "bracket_right", "bracket_right", ']', '}' },
	{ "semicolon", "semicolon", ';', ':' }, { "apostrophe", "apostrophe", '\'', '"' },
	{ "grave_accent", "grave_accent", '`', '~' }, { "backslash", "backslash", '\\', '|' },
	{ "comma", "comma", ',', '<' }, { "dot", "dot", '.', '>' }, { "slash", "slash", '/', '?' },
	{ "spc", "spc", ' ', 0 }, { "space", "spc", 0, 0 },
	{ "ret", "ret", '\n', 0 }, { "enter", "ret", 0, 0 }, { "return", "ret", 0, 0 },
	{ "tab", "tab", '\t', 0 }, { "esc", "esc", 0, 0 }, { "escape", "esc", 0, 0 },
	{ "backspace", "backspace", 0, 0 },
	{ "shift", "shift", 0, 0 }, { "shift_r", "shift_r", 0, 0 },
	{ "ctrl", "ctrl", 0, 0 }, { "control", "ctrl", 0, 0 }, { "ctrl_r", "ctrl_r", 0, 0 },
	{ "alt", "alt", 0, 0 }, { "alt_r", "alt_r", 0, 0 }, { "altgr", "alt_r", 0, 0 },
	{ "win", "meta_l", 0, 0 }, { "super", "meta_l", 0, 0 }, { "meta", "meta_l", 0, 0 },
	{ "meta_l", "meta_l", 0, 0 }, { "meta_r", "meta_r", 0, 0 }, { "menu", "menu", 0, 0 },
	{ "caps_lock", "caps_lock", 0, 0 }, { "num_lock", "num_lock", 0, 0 },
	{ "scroll_lock", "scroll_lock", 0, 0 }, { "print", "print", 0, 0 }, { "sysrq", "sysrq", 0, 0 },
	{ "pause", "pause", 0, 0 },
	{ "insert", "insert", 0, 0 }, { "delete", "delete", 0, 0 }, { "del", "delete", 0, 0 },
	{ "home", "home", 0, 0 }, { "end", "end", 0, 0 }, { "pgup", "pgup", 0, 0 }, { "pgdn", "pgdn", 0, 0 },
	{ "left", "left", 0, 0 }, { "right", "right", 0, 0 }, { "up", "up", 0, 0 }, { "down", "down", 0, 0 },
	{ "f1", "f1", 0, 0 }, { "f2", "f2", 0, 0 }, { "f3", "f3", 0, 0 }, { "f4", "f4", 0, 0 },
	{ "f5", "f5", 0, 0 }, { "f6", "f6", 0, 0 }, { "f7", "f7", 0, 0 }, { "f8", "f8", 0, 0 },
	{ "f9", "f9", 0, 0 }, { "f10", "f10", 0, 0 }, { "f11", "f11", 0, 0 }, { "f12", "f12", 0, 0 },
	{ "kp_0", "kp_0", 0, 0 }, { "kp_1", "kp_1", 0, 0 }, { "kp_2", "kp_2", 0, 0 }, { "kp_3", "kp_3", 0, 0 },
	{ "kp_4", "kp_4", 0, 0 }, { "kp_5", "kp_5", 0, 0 }, { "kp_6", "kp_6", 0, 0 }, { "kp_7", "kp_7", 0, 0 },
	{ "kp_8", "kp_8", 0, 0 }, { "kp_9", "kp_9", 0, 0 }, { "kp_enter", "kp_enter", 0, 0 },
	{ "kp_add", "kp_add", 0, 0 }, { "kp_subtract", "kp_subtract", 0, 0 },
	{ "kp_multiply", "kp_multiply", 0, 0 }, { "kp_divide", "kp_divide", 0, 0 },
	{ "kp_decimal", "kp_decimal", 0, 0 }, { "less", "less", 0, 0 },
	{ "henkan", "henkan", 0, 0 }, { "muhenkan", "muhenkan", 0, 0 },
	{ "volumeup", "volumeup", 0, 0 }, { "volumedown", "volumedown", 0, 0 },
	{ "audiomute", "audiomute", 0, 0 }, { "power", "power", 0, 0 }, { "sleep", "sleep", 0, 0 },
	{ "wake", "wake", 0, 0 },
};

static const char *find(const char *part)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcasecmp(rows[i].name, part))
			return rows[i].key;
	return NULL;
}

static bool add(struct keys_chord *c, const char *key)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->key[i], key))
			return false;
	if (c->n == KEYS_CHORD_MAX)
		return false;
	c->key[c->n++] = key;
	return true;
}

bool keys_word(const char *word, struct keys_chord *c, char bad[static 32])
{
	*c = (struct keys_chord){ 0 };
	for (const char *at = word;; at++) {
		size_t n = strcspn(at, "-");
		const char *key;

		if (n >= 32) {
			str_fit(bad, 32, at);
			return false;
		}
		snprintf(bad, 32, "%.*s", (int)n, at);
		key = find(bad);
		if (!key)
			return false;
		*bad = '\0';
		if (!add(c, key))
			return false;
		at += n;
		if (!*at)
			return true;
	}
}

const char *keys_nearest(const char *part)
{
	unsigned int best = 3;
	const char *hit = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned int d = str_distance(rows[i].name, part);

		if (d < best && d < strlen(rows[i].name)) {
			best = d;
			hit = rows[i].name;
		}
	}
	return hit;
}

bool keys_char(char ch, struct keys_chord *c)
{
	*c = (struct keys_chord){ 0 };
	for (size_t i = 0; ch && i < ARRAY_SIZE(rows); i++) {
		if (rows[i].plain != ch && rows[i].shifted != ch)
			continue;
		return (rows[i].plain == ch || add(c, "shift")) && add(c, rows[i].key);
	}
	return false;
}
