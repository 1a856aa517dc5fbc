/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "launcher/facts/dmar.h"
#include "launcher/facts/host_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The table as bytes, and the same bytes as a kernel log. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdf igpu = { .dev = 2 };
	struct host_log log = { 0 };
	char *text = malloc(size + 1);
	struct dmar d;

	if (!text)
		return 0;
	if (!dmar_parse((struct span){ data, size }, igpu, &d) && (!d.valid || d.n_rmrr > DMAR_RMRR_MAX))
		abort();
	for (size_t i = 0; i < size; i++)
		text[i] = (char)(data[i] ? data[i] : ' ');
	text[size] = '\0';
	host_log_text(text, igpu, &log);
	free(text);
	return 0;
}
