/* test_stop.c: the first signal asks, the second ends; sleeps and blocked calls come back. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/stop.h"
#include "core/when.h"

/* What a child answers by its exit status: 0 is right. */
static int
child_sleeps(int ready)
{
	struct err err;

	stop_start();
	if (stop_signal() != 0 || stop_check(&err) != ST_OK || write(ready, "x", 1) != 1)
		return 1;
	if (!when_sleep_ms(20000))
		return 2;
	if (stop_check(&err) != ST_STOPPED || err.text[0] == '\0')
		return 3;
	return stop_signal() == SIGTERM || stop_signal() == SIGINT || stop_signal() == SIGHUP ? 0 : 4;
}

static int
child_reads(int ready)
{
	int pipe_fds[2];
	char c;

	stop_start();
	if (pipe(pipe_fds) != 0 || write(ready, "x", 1) != 1)
		return 1;
	if (read(pipe_fds[0], &c, 1) != -1 || errno != EINTR)	/* no SA_RESTART */
		return 2;
	return 0;
}

static int
child_never_ends(int ready)
{
	stop_start();
	if (write(ready, "x", 1) != 1)
		return 1;
	while (stop_signal() == 0)
		(void)usleep(1000);
	if (write(ready, "x", 1) != 1)
		return 1;
	for (;;)
		(void)pause();
}

static int
child_pipe(int ready)
{
	int pipe_fds[2];

	stop_start();
	if (pipe(pipe_fds) != 0 || close(pipe_fds[0]) != 0)
		return 1;
	if (write(pipe_fds[1], "x", 1) != -1 || errno != EPIPE)
		return 2;
	(void)raise(SIGXFSZ);
	return write(ready, "x", 1) == 1 && stop_signal() == 0 ? 0 : 3;
}

static int
child_nohup(int ready)
{
	(void)signal(SIGHUP, SIG_IGN);
	stop_start();
	(void)raise(SIGHUP);
	return write(ready, "x", 1) == 1 && stop_signal() == 0 ? 0 : 1;
}

/* Run ${child}; send ${signals} (ended by 0), each after the child has said it is ready for it.  Returns the wait status. */
static int
run(int (*child)(int), const int *signals)
{
	int fds[2], status;
	pid_t pid;
	char c;

	assert_int_equal(pipe(fds), 0);
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		(void)alarm(30);
		_exit(child(fds[1]));
	}
	(void)close(fds[1]);
	for (; *signals != 0; signals++) {
		assert_int_equal(read(fds[0], &c, 1), 1);
		(void)usleep(150000);
		assert_int_equal(kill(pid, *signals), 0);
	}
	assert_true(waitpid(pid, &status, 0) == pid);
	(void)close(fds[0]);
	return status;
}

static void
stops(void **state)
{
	static const int first[] = { SIGTERM, 0 }, second[] = { SIGINT, 0 }, third[] = { SIGHUP, 0 }, none[] = { 0 };
	static const int twice[] = { SIGINT, SIGTERM, 0 }, twice_int[] = { SIGTERM, SIGINT, 0 };
	const int64_t begin = when_mono_ms();
	int status;

	(void)state;
	assert_int_equal(run(child_sleeps, first), 0);
	assert_int_equal(run(child_sleeps, second), 0);
	assert_int_equal(run(child_sleeps, third), 0);
	assert_true(when_mono_ms() - begin < 5000);
	assert_int_equal(run(child_reads, first), 0);
	assert_int_equal(run(child_pipe, none), 0);
	assert_int_equal(run(child_nohup, none), 0);
	status = run(child_never_ends, twice);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGTERM);
	status = run(child_never_ends, twice_int);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGINT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(stops) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
