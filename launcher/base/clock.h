/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IGVM_BASE_CLOCK_H
#define IGVM_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/** clock_ms() - milliseconds of a clock that nobody sets and that stands still in sleep (CLOCK_MONOTONIC) */
static inline int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/** clock_boot_ms() - the same since the boot, sleep counted (CLOCK_BOOTTIME): for what processes tell each other */
static inline int64_t clock_boot_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#endif
