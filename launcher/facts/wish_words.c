/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Extra words for QEMU. What a word does to the guest is its owner's to know; what igvm itself stands on is
 * refused: the monitor it attaches to, the descriptors it hands over, the sandbox and user it runs QEMU under,
 * the identity it recognizes QEMU by. A word is judged as QEMU reads it: one dash or two, keys up to a single
 * comma.
 */
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/facts/wish_value.h"

#define UUID		N_("igvm knows QEMU by its uuid; [vm] has a key for it")

/* Options that are refused whatever their value is. */
static const struct {
	const char *option, *why;
} refused[] = {
	{ "sandbox", N_("QEMU's sandbox is igvm's") },
	{ "runas", N_("QEMU's user is igvm's") },
	{ "run-with", N_("QEMU's user is igvm's") },
	{ "chroot", N_("QEMU's user is igvm's") },
	{ "daemonize", N_("igvm knows QEMU by its process") },
	{ "pidfile", N_("igvm knows QEMU by its process") },
	{ "uuid", UUID },
	{ "name", N_("the name is the VM's") },
	{ "qmp", N_("QEMU's monitor is igvm's; `igvm qmp` speaks to it") },
	{ "qmp-pretty", N_("QEMU's monitor is igvm's; `igvm qmp` speaks to it") },
	{ "mon", N_("QEMU's monitor is igvm's; `igvm qmp` speaks to it") },
	{ "monitor", N_("QEMU's monitor is igvm's; `igvm qmp` speaks to it") },
	{ "preconfig", N_("QEMU's monitor is igvm's; `igvm qmp` speaks to it") },
	{ "add-fd", N_("QEMU's descriptors are igvm's") },
	{ "readconfig", N_("words in a file cannot be judged; write them here") },
	{ "set", N_("it changes the words of igvm's") },
};

#define MONITOR		N_("QEMU's monitor is igvm's; `igvm qmp` speaks to it")
#define DESCRIPTORS	N_("QEMU's descriptors are igvm's")

static const char *judge_option(const char *option)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		if (!strcmp(refused[i].option, option))
			return refused[i].why;
	return NULL;
}

/* fd=, fds=, vhostfd=, vhostfds=, in a part of any depth: "a.fd" */
static bool is_fd_key(const char *key, size_t n)
{
	return (n >= 2 && !memcmp(key + n - 2, "fd", 2)) || (n >= 3 && !memcmp(key + n - 3, "fds", 3));
}

/* addr.type=fd: the number stands in another key then */
static bool is_fd_type(const char *key, size_t n)
{
	return n >= 4 && !memcmp(key + n - 4, "type", 4) && str_starts(key + n, "=fd") && strchr(",", key[n + 3]);
}

static bool has_fd_key(const char *value)
{
	while (*value) {
		size_t n = strcspn(value, ",="), rest;

		if (value[n] == '=' && (is_fd_key(value, n) || is_fd_type(value, n)))
			return true;
		rest = strcspn(value + n, ",");
		value += n + rest;
		value += *value == ',';
	}
	return false;
}

/* QEMU takes fd:N where it takes an address (migration, some backends), and names that lead to descriptors. */
static const char *judge_value(const char *option, const char *value)
{
	if (*value == '{' || strstr(value, "json:"))
		return N_("write key=value instead of JSON, so that it can be judged");
	if (has_fd_key(value) || str_starts(value, "fd:") || strstr(value, "/dev/fd") ||
	    strstr(value, "/proc/"))
		return DESCRIPTORS;
	if (!strcmp(option, "smbios") && strstr(value, "uuid="))
		return UUID;
	if (str_starts(value, "mon:") || (!strcmp(option, "object") && strstr(value, "monitor-")))
		return MONITOR;
	return NULL;
}

/* The next word of *@at into @word, unquoted; a double quote begins and ends what holds blanks. false: no end. */
static bool take_word(const char **at, char *word)
{
	bool quoted = false;

	for (; **at && (quoted || **at != ' '); (*at)++) {
		if (**at == '"')
			quoted = !quoted;
		else
			*word++ = **at;
	}
	*word = '\0';
	*at += strspn(*at, " ");
	return !quoted;
}

static bool judge(const struct wish_key *k, const char *word, const char **option, struct wish_why *why)
{
	const char *wrong;

	if (*word == '-') {
		*option = word + 1 + (word[1] == '-');
		wrong = judge_option(*option);
	} else if (!*option) {
		return value_refuse(why, _("%s: '%.80s' belongs to no option, which begins with -"), k->key, word);
	} else {
		wrong = judge_value(*option, word);
		*option = NULL;
	}
	return !wrong || value_refuse(why, _("%s: '%.80s' is refused: %s"), k->key, word, _(wrong));
}

bool value_words(const struct wish_key *k, void *base, const char *value, struct wish_why *why)
{
	struct wish *w = base;
	const char *at = value + strspn(value, " "), *option = NULL;
	char *word = w->words;

	w->n_words = 0;
	if (strlen(value) >= sizeof(w->words))
		return value_refuse(why, _("%s: longer than %zu bytes"), k->key, sizeof(w->words) - 1);
	while (*at) {
		if (!take_word(&at, word))
			return value_refuse(why, _("%s: a \" has no other at its end"), k->key);
		if (!judge(k, word, &option, why))
			return false;
		w->n_words++;
		word += strlen(word) + 1;
	}
	return true;
}
