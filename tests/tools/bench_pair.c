/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two commands against each other, in pairs, on this machine.
 *
 *   bench_pair ROUNDS TITLE OURS... -- THEIRS...
 *
 * Each round runs both to their end, in turn first, with output to nowhere;
 * what is printed is wall time and the ratio of each pair. Both must end with
 * status 0, or with the one in BENCH_STATUS, else there is nothing to compare.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tools/bench.h"

#define ROUNDS_MAX 500

static double run(char **argv)
{
	const char *other = getenv("BENCH_STATUS");
	double start = now_ms();
	int status;
	pid_t pid = spawn_silent(argv);

	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    (WEXITSTATUS(status) && !(other && WEXITSTATUS(status) == atoi(other)))) {
		fprintf(stderr, "bench_pair: %s failed\n", argv[0]);
		exit(1);
	}
	return now_ms() - start;
}

int main(int argc, char **argv)
{
	static double ours[ROUNDS_MAX], theirs[ROUNDS_MAX], ratio[ROUNDS_MAX];
	size_t rounds = argc > 3 ? strtoul(argv[1], NULL, 10) : 0;
	char **second = argv + 3;

	while (rounds && *second && strcmp(*second, "--"))
		second++;
	if (!rounds || rounds > ROUNDS_MAX || !*second || !second[1]) {
		fprintf(stderr, "usage: bench_pair ROUNDS TITLE OURS... -- THEIRS... (1 to %d)\n", ROUNDS_MAX);
		return 2;
	}
	*second++ = NULL;
	run(argv + 3);
	run(second);
	for (size_t i = 0; i < rounds; i++) {
		if (i & 1)
			ours[i] = run(argv + 3);
		theirs[i] = run(second);
		if (!(i & 1))
			ours[i] = run(argv + 3);
		ratio[i] = ours[i] / theirs[i];
	}
	printf("%s\n", argv[2]);
	print_row("  igvm", ours, rounds, " ms");
	print_row("  the other", theirs, rounds, " ms");
	print_row("  igvm / the other, by pair", ratio, rounds, "x ");
	return 0;
}
