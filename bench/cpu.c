/*
 * cpu.c: what commands cost, run in turn: CPU time (user + system) of the whole process tree, wall time, peak memory of its largest process.
 *
 *   bench_cpu BENCH ROUNDS LABEL COMMAND [LABEL COMMAND]…
 *
 * A round runs every COMMAND once (sh -c, in the order given); the first is ours.  A COMMAND of plain words is run without a shell, whose start would count, and
 * its output unread.  Printed are medians over the rounds, one line a figure:
 *   BENCH.LABEL VALUE s -          CPU time
 *   BENCH.LABEL.wall VALUE s -     wall time
 *   BENCH.LABEL.peak VALUE MiB -   largest resident size of one process
 *   BENCH.OURS VALUE x LABEL       our CPU time as a multiple of that of LABEL: median of the ratios of each round
 * This process adopts what the command leaves behind and waits for all of it, so that nothing escapes the account.  Exit status 1: a
 * command failed; its figures would mean nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX	8
#define ROUNDS_MAX	99

struct figures { double cpu[ROUNDS_MAX], wall[ROUNDS_MAX], peak[ROUNDS_MAX], ratio[ROUNDS_MAX]; };

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof(*v), by_value);
	return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

#define WORDS_MAX	64

static _Noreturn void
become(const char *command)
{
	char *words[WORDS_MAX + 1], *rest = strdup(command);
	size_t n = 0;

	if (rest != NULL && strpbrk(command, "|&;<>()$`\\\"'*?[]#~%!{}\n") == NULL) {
		while (n < WORDS_MAX && (words[n] = strtok_r(n == 0 ? rest : NULL, " ", &rest)) != NULL)
			n++;
		words[n] = NULL;
		if (n > 0 && n < WORDS_MAX && dup2(open("/dev/null", O_WRONLY), 1) == 1)
			execvp(words[0], words);
	} else
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/* Every child that ends reports itself and those it waited for; orphans come to us.  So each process is counted once. */
static bool
run(const char *command, struct figures *f, int round)
{
	struct rusage ru;
	double begin = now();
	bool good = false;
	pid_t child, pid;
	int status;

	fflush(stdout);
	if ((child = fork()) == 0)
		become(command);
	f->cpu[round] = f->peak[round] = 0;
	while (child > 0 && ((pid = wait4(-1, &status, 0, &ru)) > 0 || errno == EINTR)) {
		if (pid < 0)
			continue;
		f->cpu[round] += seconds(ru.ru_utime) + seconds(ru.ru_stime);
		if ((double)ru.ru_maxrss / 1024 > f->peak[round])
			f->peak[round] = (double)ru.ru_maxrss / 1024;
		if (pid == child)
			good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	f->wall[round] = now() - begin;
	return good;
}

int
main(int argc, char **argv)
{
	static struct figures f[COMMANDS_MAX];
	int n = (argc - 3) / 2, rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0, r, i;

	if (argc < 5 || argc % 2 == 0 || n > COMMANDS_MAX || rounds < 1 || rounds > ROUNDS_MAX) {
		fputs("usage: bench_cpu BENCH ROUNDS LABEL COMMAND [LABEL COMMAND]...\n", stderr);
		return 2;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	for (r = 0; r < rounds; r++)
		for (i = 0; i < n; i++) {
			if (!run(argv[4 + 2 * i], &f[i], r)) {
				fprintf(stderr, "bench_cpu: failed: %s\n", argv[4 + 2 * i]);
				return 1;
			}
			f[i].ratio[r] = f[0].cpu[r] / f[i].cpu[r];
		}
	for (i = 0; i < n; i++) {
		const char *label = argv[3 + 2 * i];

		printf("%s.%s %.5f s -\n", argv[1], label, median(f[i].cpu, rounds));
		printf("%s.%s.wall %.5f s -\n", argv[1], label, median(f[i].wall, rounds));
		printf("%s.%s.peak %.1f MiB -\n", argv[1], label, median(f[i].peak, rounds));
	}
	for (i = 1; i < n; i++)
		printf("%s.%s %.3f x %s\n", argv[1], argv[3], median(f[i].ratio, rounds), argv[3 + 2 * i]);
	return 0;
}
