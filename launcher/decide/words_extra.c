/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "launcher/decide/words_parts.h"

/* An option, and what follows it up to the next is its value; wish_words.c has judged them. */
void words_extra(struct builder *b)
{
	const char *word = b->p->words;

	for (size_t i = 0; i < b->p->n_words; i++) {
		if (*word == '-')
			words_add(b, word, N_("of the VM file, [qemu] words: igvm does not know what it does"));
		else
			words_plain(b, word);
		word += strlen(word) + 1;
	}
}
