/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose a device's memory is on the host: /proc/iomem is a tree, and what lies in a BAR's range has requested it. */
#include <stdio.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/facts/host_sys.h"

#define BARS		6u
#define RESOURCE_MEM	0x200u	/* include/linux/ioport.h, IORESOURCE_MEM */

/* "0x0000004000000000 0x000000400fffffff 0x000000000014220c" */
static bool resource_line(const char *line, uint64_t *first, uint64_t *last)
{
	unsigned long long a, b, flags;

	if (sscanf(line, "%llx %llx %llx", &a, &b, &flags) != 3 || !(flags & RESOURCE_MEM) || !a || b < a)
		return false;
	*first = a;
	*last = b;
	return true;
}

/* The device's own line, and vfio-pci's ("vfio-pci" or "vfio", by the kernel), are as it should be. */
static bool is_stranger(const char *who, const char *bdf)
{
	size_t n = strcspn(who, "\n");

	return !(n == strlen(bdf) && !memcmp(who, bdf, n)) && !(n >= 4 && !memcmp(who, "vfio", 4));
}

static bool find_in(const char *iomem, uint64_t first, uint64_t last, const char *bdf, char *name, size_t n)
{
	for (const char *s = iomem; s && *s; s = strchr(s, '\n'), s = s ? s + 1 : NULL) {
		uint64_t a, b;
		const char *who;

		if (!host_iomem_line(s, &a, &b, &who) || a < first || b > last || !is_stranger(who, bdf))
			continue;
		snprintf(name, n, "%.*s", (int)strcspn(who, "\n"), who);
		str_sanitize(name);
		return true;
	}
	return false;
}

int host_bar_holder(const char *iomem, const char *resource, const char *bdf, char *name, size_t n)
{
	const char *line = resource;

	name[0] = '\0';
	for (unsigned int i = 0; i < BARS && line && *line; i++) {
		uint64_t first, last;

		if (resource_line(line, &first, &last) && find_in(iomem, first, last, bdf, name, n))
			return (int)i;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return -1;
}
