/* Libraries opened at their first use: arguments arrive, threads may be first together, the table is not writable, what is missing is told by name. */
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/lazy.h"
#include "far.h"

extern void *lazy_table[];

static int told[2];	/* where a child says what is missing */

void
lazy_missing(const char *soname, const char *why)
{
	dprintf(told[1], "%s: %s", soname, why);
	_exit(5);
}

static bool
is_open(void)
{
	void *p = dlopen("liblazy_far.so.1", RTLD_NOW | RTLD_NOLOAD);

	if (p != NULL)
		dlclose(p);
	return p != NULL;
}

/* In a process that has opened nothing yet: ${what} ends it with a status, and may say something. */
static int
child(void (*what)(void), char said[static 512])
{
	ssize_t n;
	pid_t pid;
	int status;

	assert_int_equal(pipe(told), 0);
	if ((pid = fork()) == 0) {
		what();
		_exit(99);
	}
	close(told[1]);
	n = read(told[0], said, 511);
	said[n > 0 ? n : 0] = '\0';
	close(told[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define REQUIRE(what)	do { if (!(what)) { dprintf(told[1], "%s", #what); _exit(1); } } while (0)

/* The sum of the squares of 1 to 17, if every argument is what was given. */
static void
numbers(void)
{
	REQUIRE(!is_open());
	REQUIRE(call_sum(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17) == 1785);
	REQUIRE(is_open());
	REQUIRE(call_sum(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17) == 1785);
	_exit(0);
}

static void
variadic(void)
{
	char b[64];

	REQUIRE(!is_open());
	REQUIRE(call_print(b, sizeof(b), "%d %.1f %s %.1f %ld", 1, 2.5, "three", 4.5, 5L) == 17);
	REQUIRE(strcmp(b, "1 2.5 three 4.5 5") == 0);
	_exit(0);
}

static void
structure(void)
{
	struct far_big big;

	REQUIRE(!is_open());
	big = call_struct(7);
	REQUIRE(big.v[0] == 7 && big.v[4] == 11);
	_exit(0);
}

static pthread_barrier_t together;

static void *
first(void *arg)
{
	int i, *which = arg, wrong = 0;

	(void)pthread_barrier_wait(&together);
	for (i = 0; i < 100; i++)
		wrong += (*which == 41 ? call_number() : call_other()) != *which;
	return wrong == 0 ? NULL : arg;
}

static void
threads(void)
{
	static int which[2] = { 41, 43 };
	pthread_t t[16];
	void *wrong;
	size_t i;

	REQUIRE(!is_open());
	REQUIRE(pthread_barrier_init(&together, NULL, 16) == 0);
	for (i = 0; i < 16; i++)
		REQUIRE(pthread_create(&t[i], NULL, first, &which[i % 2]) == 0);
	for (i = 0; i < 16; i++) {
		REQUIRE(pthread_join(t[i], &wrong) == 0);
		REQUIRE(wrong == NULL);
	}
	_exit(0);
}

/* What the kernel says of the page of the table. */
static void
read_only(void)
{
	unsigned long from, to;
	char line[512], mode[8];
	FILE *f = fopen("/proc/self/maps", "re");
	bool seen = false;

	REQUIRE(f != NULL && call_number() == 41);
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3 && (unsigned long)lazy_table >= from && (unsigned long)lazy_table < to) {
			seen = true;
			REQUIRE(strcmp(mode, "r--p") == 0);
		}
	REQUIRE(seen);
	_exit(0);
}

static void gone(void) { (void)call_gone(); }
static void lost(void) { (void)call_lost(); }
static void kept(void) { (void)call_kept(); }	/* half a library is none: its versions do not fit */

static void
works(void **state)
{
	void (*const all[])(void) = { numbers, variadic, structure, threads, read_only };
	char said[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (child(all[i], said) != 0)
			fail_msg("%s", said);
}

static void
missing(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(child(gone, said), 5);
	assert_non_null(strstr(said, "liblazy_gone.so.1"));
	assert_non_null(strstr(said, "cannot open shared object file"));
	assert_int_equal(child(lost, said), 5);
	assert_string_equal(said, "liblazy_part.so.1: far_lost");
	assert_int_equal(child(kept, said), 5);
	assert_string_equal(said, "liblazy_part.so.1: far_lost");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(works), cmocka_unit_test(missing) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
