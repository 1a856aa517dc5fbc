/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clock and figures of the benchmarks. */
#ifndef TESTS_TOOLS_BENCH_H
#define TESTS_TOOLS_BENCH_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static inline double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Executes @argv with nothing to read and nowhere to write; -1: no process. */
static inline pid_t spawn_silent(char *const *argv)
{
	pid_t pid = fork();

	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	return pid;
}

static inline int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts @v and prints its median and quartiles. */
static inline void print_row(const char *what, double *v, size_t n, const char *unit)
{
	qsort(v, n, sizeof(*v), compare_double);
	printf("%-28s median %8.2f%s  p25 %8.2f  p75 %8.2f  n %zu\n", what, v[n / 2], unit,
	       v[n / 4], v[n * 3 / 4], n);
}

#endif
