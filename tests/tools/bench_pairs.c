/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_pairs ROUNDS COMMAND-A -- COMMAND-B
 *
 * Runs two shell commands in pairs, in turn first, both with the output thrown
 * away, and prints medians with spread, and the median of A / B by pair. A
 * command that does not end with 0 ends the measurement.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 500

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double run(char **argv)
{
	double from = now_ms();
	pid_t pid = fork();
	int status, null;

	if (pid < 0)
		exit(1);
	if (!pid) {
		null = open("/dev/null", O_RDWR);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || status) {
		fprintf(stderr, "bench_pairs: %s failed\n", argv[0]);
		exit(1);
	}
	return now_ms() - from;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_row(const char *what, double *v, size_t n, const char *unit)
{
	qsort(v, n, sizeof(*v), compare);
	printf("  %-28s median %8.2f%s  p25 %8.2f  p75 %8.2f  n %zu\n", what, v[n / 2], unit,
	       v[n / 4], v[n * 3 / 4], n);
}

int main(int argc, char **argv)
{
	static double a[ROUNDS_MAX], b[ROUNDS_MAX], ratio[ROUNDS_MAX];
	size_t rounds = argc > 4 ? strtoul(argv[1], NULL, 10) : 0;
	int split = 2;

	while (split < argc && strcmp(argv[split], "--"))
		split++;
	if (!rounds || rounds > ROUNDS_MAX || split + 1 >= argc) {
		fprintf(stderr, "usage: bench_pairs ROUNDS A... -- B...\n");
		return 2;
	}
	argv[split] = NULL;
	for (size_t i = 0; i < rounds; i++) {
		if (i & 1)
			b[i] = run(argv + split + 1);
		a[i] = run(argv + 2);
		if (!(i & 1))
			b[i] = run(argv + split + 1);
		ratio[i] = a[i] / b[i];
	}
	print_row(argv[2], a, rounds, " ms");
	print_row(strrchr(argv[split + 1], '/') ? strrchr(argv[split + 1], '/') + 1 :
						  argv[split + 1], b, rounds, " ms");
	print_row("by pair", ratio, rounds, "x ");
	return 0;
}
