/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading what a manifest is made of (launcher/verify/manifest.h). What cannot be read is left out. */
#ifndef IGVM_MANIFEST_READ_H
#define IGVM_MANIFEST_READ_H

#include "launcher/base/cleanup.h"

/** manifest_host() - an object with kernel, firmware and parameters of the host @root; NULL without memory */
json_t *manifest_host(const char *root);

/** manifest_put() - add a text; NULL and "" are left out */
void manifest_put(json_t *manifest, const char *key, const char *text);

/** manifest_put_sum() - add the SHA-256 of @n bytes; none is left out */
void manifest_put_sum(json_t *manifest, const char *key, const void *bytes, size_t n);

/** manifest_put_file() - the same of the file @path, at most 64 MiB */
void manifest_put_file(json_t *manifest, const char *key, const char *path);

#endif
