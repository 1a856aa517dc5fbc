/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processors by number, as the kernel writes them: "0-3,8" (cpuset(7), list format). */
#ifndef IGVM_FACTS_CPU_LIST_H
#define IGVM_FACTS_CPU_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPU_LIST_MAX	1024	/* numbers below it: the size of the C library's cpu_set_t */

/* The longest text: every other one, 512 of at most five bytes. */
#define CPU_LIST_TEXT	2600

/** struct cpu_list - zeroed: none */
struct cpu_list {
	uint64_t bits[CPU_LIST_MAX / 64];
};

/** cpu_list_parse() - false: not in this format, or a number that is too high; *@l is then without any */
bool cpu_list_parse(const char *text, struct cpu_list *l);

/** cpu_list_has() - is number @n in it? */
bool cpu_list_has(const struct cpu_list *l, unsigned int n);

/** cpu_list_count() - how many there are */
unsigned int cpu_list_count(const struct cpu_list *l);

/** cpu_list_minus() - those of @a that are not in @b */
struct cpu_list cpu_list_minus(const struct cpu_list *a, const struct cpu_list *b);

/** cpu_list_text() - "0-3,8" in @buf, whole with CPU_LIST_TEXT bytes, else cut behind a number */
char *cpu_list_text(const struct cpu_list *l, char *buf, size_t size);

#endif
