/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/frame.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"

int frame_write(FILE *out, const json_t *json, struct span s)
{
	_free_ char *text = json_dumps(json, JSON_COMPACT);
	uint64_t n = text ? strlen(text) : 0;

	if (!text)
		return 1;
	return fwrite(&n, sizeof(n), 1, out) != 1 || fwrite(text, 1, n, out) != n ||
	       (s.n && fwrite(s.p, 1, s.n, out) != s.n);
}

int frame_read(const struct sandbox_answer *a, json_t **json, struct span *s)
{
	struct span whole = { (const uint8_t *)a->bytes, a->n }, text;
	uint64_t n;

	*json = NULL;
	if (!span_copy(whole, 0, &n, sizeof(n)) || n > FRAME_JSON_MAX ||
	    !span_sub(whole, sizeof(n), (size_t)n, &text))
		return -EBADMSG;
	*json = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(*json)) {
		json_decref(*json);
		*json = NULL;
		return -EBADMSG;
	}
	*s = span_from(whole, sizeof(n) + text.n);
	return 0;
}

void frame_say_lost(const char *name, const struct sandbox_answer *a)
{
	if (a->how == SANDBOX_LATE)
		say(_("%s: decoding took longer than %d s and was ended"), name, SANDBOX_ITEM_SECONDS);
	else if (a->how == SANDBOX_DIED)
		say(_("%s: the decoder was ended by signal %d; please report this file's kind and size"),
		    name, a->signal);
	else
		say(_("%s: the decoder's answer is not as agreed; nothing was written"), name);
}
