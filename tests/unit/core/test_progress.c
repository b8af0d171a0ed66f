/* test_progress.c: what each mode writes, the width of the bar, threads. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <jansson.h>

#include "core/log.h"
#include "core/progress.h"
#include "core/progress_text.h"
#include "core/utf8.h"
#include "core/when.h"

static char captured[1 << 20];
static FILE *file;
static int real_stderr;

static void
capture_begin(void)
{
	real_stderr = dup(STDERR_FILENO);
	assert_true(real_stderr >= 0);
	assert_non_null(file = tmpfile());
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	log_start(LOG_INFO_, false);
}

static const char *
capture_end(void)
{
	size_t n;

	assert_true(dup2(real_stderr, STDERR_FILENO) >= 0);
	(void)close(real_stderr);
	rewind(file);
	n = fread(captured, 1, sizeof(captured) - 1, file);
	captured[n] = '\0';
	(void)fclose(file);
	return captured;
}

static void
plain(void **state)
{
	int i;

	(void)state;
	capture_begin();
	progress_start(PROGRESS_AUTO, true);	/* no terminal */
	for (i = 0; i < 1000; i++)
		progress_set("messages", (uint64_t)i, 1000, 2048, 0);
	progress_phase("sealing");
	progress_phase("sealing");
	progress_set("messages", 1000, 1000, 3072, 1);
	progress_set("messages", 1000, 1000, 3072, 1);
	progress_set("files", 7, 0, 0, 2);
	progress_set("odd-stream", 1, 0, 0, 0);
	progress_end();
	progress_set("files", 8, 0, 0, 0);	/* too late: nothing */
	progress_end();
	assert_string_equal(capture_end(), "custody: sealing\ncustody: messages: 1000 of 1000, 3.0 KiB, 1 gap\n"
	    "custody: files: 7, 2 gaps\ncustody: odd-stream: 1\n");
}

static void
json_lines(void **state)
{
	const char *got, *end;
	json_t *line, *last = NULL;
	int n = 0;
	uint64_t i;

	(void)state;
	capture_begin();
	progress_start(PROGRESS_JSON, false);
	progress_phase("translated words");
	for (i = 0; i <= 50; i++)
		progress_set("messages", i, 100, i * 10, 1);
	progress_set("x\"\n", 3, 0, UINT64_MAX, 0);
	progress_set("x\"\n", 4, 0, UINT64_MAX, 0);
	progress_end();
	for (got = capture_end(); *got != '\0'; got = end + 1, n++) {
		assert_non_null(end = strchr(got, '\n'));
		line = json_loadb(got, (size_t)(end - got), JSON_DECODE_INT_AS_REAL, NULL);
		assert_non_null(line);
		assert_int_equal(json_object_size(line), 6);
		assert_string_equal(json_string_value(json_object_get(line, "event")), "progress");
		if (strcmp(json_string_value(json_object_get(line, "stream")), "messages") == 0) {
			json_decref(last);
			last = json_incref(line);
		}
		json_decref(line);
	}
	assert_true(n >= 3 && n <= 8);	/* first, last, and no flood between */
	assert_true(json_number_value(json_object_get(last, "done")) == 50);
	assert_true(json_number_value(json_object_get(last, "expected")) == 100);
	assert_true(json_number_value(json_object_get(last, "bytes")) == 500);
	assert_true(json_number_value(json_object_get(last, "gaps")) == 1);
	json_decref(last);
}

static void
bar(void **state)
{
	const char *got;

	(void)state;
	capture_begin();
	progress_start(PROGRESS_BAR, false);
	progress_set("users", 1, 4, 0, 0);
	log_say(LOG_WARN_, "between");
	progress_phase("waiting 12 s: rate limit");
	progress_set("users", 4, 4, 0, 0);
	progress_end();
	got = capture_end();
	assert_string_equal(got,
	    "\r[####............] users: 1 of 4\x1b[K"
	    "\r\x1b[Kcustody: warning: between\n"
	    "\r[####............] users: 1 of 4\x1b[K"
	    "\r[####............] users: 1 of 4; waiting 12 s: rate limit\x1b[K"
	    "\r[################] users: 4 of 4\x1b[K"
	    "\r\x1b[Kcustody: users: 4 of 4\n");
}

static void
none(void **state)
{
	(void)state;
	capture_begin();
	progress_start(PROGRESS_NONE, false);
	progress_set("users", 1, 4, 0, 0);
	progress_phase("sealing");
	progress_end();
	assert_string_equal(capture_end(), "");
}

static void
throttled(void **state)
{
	const int64_t begin = when_mono_ms();
	const char *p;
	uint64_t n = 0, drawn = 0;

	(void)state;
	capture_begin();
	progress_start(PROGRESS_BAR, false);
	while (when_mono_ms() - begin < 550)
		progress_set("messages", ++n, 0, 0, 0);
	progress_end();
	for (p = capture_end(); (p = strstr(p, "\x1b[K")) != NULL; p++)
		drawn++;
	assert_true(n > 1000);
	assert_true(drawn >= 4 && drawn <= 8);
}

/* Rate and time left, from a session that began in the middle. */
static void
words(void **state)
{
	static const struct { uint64_t done, expected; int64_t at_ms; const char *want; } cases[] = {
		{ 1000, 4000, 0, "messages: 1000 of 4000" },
		{ 1100, 4000, 1999, "messages: 1100 of 4000" },
		{ 1100, 4000, 2000, "messages: 1100 of 4000, 50 a second, 59 s left" },
		{ 1010, 4000, 10000, "messages: 1010 of 4000, 1.0 a second, 50 min left" },
		{ 1010, 40000, 10000, "messages: 1010 of 40000, 1.0 a second, 10 h 49 min left" },
		{ 4000, 4000, 10000, "messages: 4000 of 4000, 300 a second" },
		{ 5000, 4000, 10000, "messages: 5000 of 4000, 400 a second" },
		{ 1500, 0, 10000, "messages: 1500, 50 a second" },
		{ 1000, 4000, 60000, "messages: 1000 of 4000" },
	};
	struct progress_stream s = { .name = "messages", .begin_done = 1000, .started = true };
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 4096);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s.done = cases[i].done;
		s.expected = cases[i].expected;
		buf_clear(&out);
		assert_int_equal(progress_text_line(&s, cases[i].at_ms, false, &out, NULL), ST_OK);
		assert_int_equal(buf_z(&out, NULL), ST_OK);
		assert_string_equal(out.p, cases[i].want);
	}
	s.done = UINT64_MAX;
	s.expected = UINT64_MAX;
	s.bytes = UINT64_MAX;
	buf_clear(&out);
	assert_int_equal(progress_text_line(&s, 1, true, &out, NULL), ST_OK);
	assert_int_equal(buf_z(&out, NULL), ST_OK);
	assert_string_equal(out.p, "messages: 18446744073709551615 of 18446744073709551615, 15.9 EiB");
	buf_free(&out);
}

/* Never wider than the terminal, never half a character, nothing of the stream's name or the phase gets at the terminal. */
static void
width(void **state)
{
	struct progress_stream s = { .name = "\xe4\xbc\x9a\xe8\xaf\x9d\xe6\xb6\x88\xe6\x81\xaf\x1b[31m", .done = 123456, .expected = 999999,
	    .bytes = 12345678, .gaps = 77, .started = true };
	struct str shown;
	struct buf out;
	size_t columns;

	(void)state;
	buf_init(&out, 4096);
	for (columns = 1; columns < 200; columns++) {
		buf_clear(&out);
		assert_int_equal(progress_text_bar(&s, "\xe7\xad\x89\xe5\xbe\x85 12 \xe7\xa7\x92", 100000, columns, false, &out, NULL), ST_OK);
		assert_true(out.n >= 4 && out.p[0] == '\r' && memcmp(out.p + out.n - 3, "\x1b[K", 3) == 0);
		shown = (struct str){ out.p + 1, out.n - 4 };
		assert_true(utf8_ok(shown));
		assert_true(utf8_width(shown) <= columns - 1);
		assert_null(memchr(shown.p, '\x1b', shown.n));
	}
	assert_non_null(memmem(shown.p, shown.n, "\xe7\xa7\x92", 3));	/* wide enough: all of it */
	buf_clear(&out);
	assert_int_equal(progress_text_bar(NULL, "", 0, 80, false, &out, NULL), ST_OK);
	assert_int_equal(out.n, 0);
	buf_free(&out);
}

static void *
count(void *arg)
{
	uint64_t i;

	for (i = 1; i <= 5000; i++) {
		progress_set(arg, i, 5000, i, 0);
		if (i % 1000 == 0)
			log_say(LOG_INFO_, "thousand");
	}
	return NULL;
}

static void
threads(void **state)
{
	static char names[4][8] = { "users", "rooms", "files", "gaps" };
	pthread_t thread[4];
	const char *got, *p;
	int n = 0;
	size_t i;

	(void)state;
	capture_begin();
	progress_start(PROGRESS_BAR, true);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, count, names[i]), 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	progress_end();
	got = capture_end();
	for (p = got; (p = strstr(p, "custody: thousand\n")) != NULL; p++)
		n++;
	assert_int_equal(n, 20);
	for (i = 0; i < 4; i++) {
		char want[128];

		(void)snprintf(want, sizeof(want), "custody: %s: 5000 of 5000, 4.8 KiB\n", names[i]);
		assert_non_null(strstr(got, want));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain), cmocka_unit_test(json_lines), cmocka_unit_test(bar), cmocka_unit_test(none),
		cmocka_unit_test(throttled), cmocka_unit_test(words), cmocka_unit_test(width), cmocka_unit_test(threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
