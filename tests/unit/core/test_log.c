/* test_log.c: no secret and no escape passes; one message is one line. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/log.h"
#include "core/mem.h"

static char captured[1 << 20];
static FILE *file;
static int real_stderr;

static void
capture_begin(void)
{
	(void)fflush(stderr);
	real_stderr = dup(STDERR_FILENO);
	assert_true(real_stderr >= 0);
	assert_non_null(file = tmpfile());
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
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

static int
teardown(void **state)
{
	(void)state;
	log_end();
	return 0;
}

static void
lines(void **state)
{
	(void)state;
	capture_begin();
	log_start(LOG_DEBUG_, false);
	log_say(LOG_ERROR_, "a %d", 1);
	log_say(LOG_WARN_, "two\nlines");
	log_say(LOG_INFO_, "%s", "\xe4\xb8\xad");
	log_say(LOG_DEBUG_, "%s", "");
	log_start(LOG_WARN_, false);
	log_say(LOG_INFO_, "not shown");
	log_say(LOG_WARN_, "shown");
	log_start(LOG_INFO_, true);
	log_say(LOG_ERROR_, "red");
	log_say(LOG_DEBUG_, "not shown");
	assert_string_equal(capture_end(), "custody: error: a 1\ncustody: warning: two\\x0alines\ncustody: \xe4\xb8\xad\ncustody: debug: \n"
	    "custody: warning: shown\ncustody: \x1b[1;31merror:\x1b[0m red\n");
}

static void
escapes(void **state)
{
	static const char bad[] = "\x1b]0;title\x07 \xc2\x9b 31m \xe2\x80\xae abc \xe2\x81\xa6 \xe2\x80\xa8 \r \xff \x7f";
	const char *got, *p;

	(void)state;
	capture_begin();
	log_start(LOG_INFO_, false);
	log_say(LOG_INFO_, "%s", bad);
	got = capture_end();
	assert_non_null(strstr(got, "title"));
	assert_non_null(strstr(got, "abc"));
	for (p = got; *p != '\0'; p++)
		assert_true((*p >= 0x20 && *p < 0x7f) || (*p == '\n' && p[1] == '\0'));
}

static void
clean(const char *in, size_t n, struct buf *out)
{
	buf_clear(out);
	assert_int_equal(log_clean((struct str){ in, n }, out, NULL), ST_OK);
	assert_int_equal(buf_z(out, NULL), ST_OK);
}

/* Every spelling of one secret, made here by hand or by other tools. */
static void
spellings(void **state)
{
	static const char secret[] = "s3cr/t+\"k\\y \xe2\x82\xac?";
	static const char *const forms[] = {
		"s3cr/t+\"k\\y \xe2\x82\xac?",
		"s3cr%2Ft%2B%22k%5Cy%20%E2%82%AC%3F", "s3cr%2ft%2b%22k%5cy%20%e2%82%ac%3f", "s3cr%2Ft%2B%22k%5Cy+%E2%82%AC%3F",
		"s3cr/t+\\\"k\\\\y \xe2\x82\xac?", "s3cr\\/t+\\\"k\\\\y \xe2\x82\xac?",
		"733363722f742b226b5c7920e282ac3f", "733363722F742B226B5C7920E282AC3F",
		"czNjci90KyJrXHkg4oKsPw==",		/* base64 of it alone */
		"YTpzM2NyL3QrImtceSDigqw/",		/* of "a:" and it */
		"eHhhOnMzY3IvdCsia1x5IOKCrD8=",		/* of "xxa:" and it */
		"YTpzM2NyL3QrImtceSDigqw_",		/* base64url */
	};
	char text[256];
	struct buf out;
	size_t i;

	(void)state;
	log_redact(str_of(secret));
	log_redact(str_of(secret));
	buf_init(&out, 4096);
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		(void)snprintf(text, sizeof(text), "before %s after", forms[i]);
		clean(text, strlen(text), &out);
		if (strstr(out.p, "***") == NULL)
			fail_msg("form %zu came through: %s", i, out.p);
		assert_null(strstr(out.p, "3cr"));
		assert_null(strstr(out.p, "363722"));
		assert_null(strstr(out.p, "NyL3Qr"));
		assert_non_null(strstr(out.p, "before "));
		assert_non_null(strstr(out.p, " after"));
	}
	clean("s3cr/t+\" alone", 14, &out);	/* the first eight bytes */
	assert_string_equal(out.p, "*** alone");
	clean("nothing here", 12, &out);
	assert_string_equal(out.p, "nothing here");
	clean("", 0, &out);
	assert_string_equal(out.p, "");
	buf_free(&out);
	log_end();
}

static void
edges(void **state)
{
	static const char key[] = "-----BEGIN PRIVATE KEY-----\nQUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo\nabcdefghijklmnop0123\n-----END PRIVATE KEY-----\n";
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	log_redact(STR("abc"));		/* too short: it would be everywhere */
	clean("abc", 3, &out);
	assert_string_equal(out.p, "abc");
	log_redact(STR("aaaa"));
	clean("xaaaaaay aaa", 12, &out);	/* overlapping */
	assert_string_equal(out.p, "x***y aaa");
	log_redact(STR("bbbbcccc"));
	clean("aaaabbbbcccc!", 13, &out);
	assert_string_equal(out.p, "***!");
	log_redact((struct str){ "nul\0inside", 10 });
	clean("a nul\0inside b", 14, &out);
	assert_string_equal(out.p, "a *** b");
	log_redact(str_of(key));
	clean("line abcdefghijklmnop0123 -----BEGIN PRIVATE KEY-----", 53, &out);
	assert_string_equal(out.p, "line *** -----BEGIN PRIVATE KEY-----");
	log_redact(STR_NONE);
	log_end();
	clean("aaaabbbbcccc", 12, &out);	/* forgotten */
	assert_string_equal(out.p, "aaaabbbbcccc");
	buf_free(&out);
}

/* One secret too many: from then on nothing is shown, rather than that one. */
static void
too_many(void **state)
{
	char text[32];
	struct buf out;
	int i;

	(void)state;
	buf_init(&out, 4096);
	for (i = 0; i < 256; i++) {
		(void)snprintf(text, sizeof(text), "canary-number-%d-end", i);
		log_redact(str_of(text));
	}
	clean("x canary-number-255-end y", 25, &out);
	assert_string_equal(out.p, "x *** y");
	log_redact(STR("one-too-many"));
	buf_clear(&out);
	assert_int_equal(log_clean(STR("one-too-many"), &out, NULL), ST_NOMEM);
	assert_int_equal(out.n, 0);
	capture_begin();
	log_say(LOG_ERROR_, "one-too-many");
	assert_string_equal(capture_end(), "custody: a message is lost: too long, or no memory\n");
	buf_free(&out);
	log_end();
}

static void
journal(void **state)
{
	char stream[64];
	struct stat sb;

	(void)state;
	capture_begin();
	assert_int_equal(fstat(STDERR_FILENO, &sb), 0);
	(void)snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)sb.st_dev, (uintmax_t)sb.st_ino);
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
	log_start(LOG_INFO_, true);
	log_say(LOG_ERROR_, "e");
	log_say(LOG_INFO_, "i");
	assert_int_equal(setenv("JOURNAL_STREAM", "1:1", 1), 0);	/* somebody else's */
	log_start(LOG_INFO_, false);
	log_say(LOG_INFO_, "i");
	assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
	assert_string_equal(capture_end(), "<3>custody: error: e\n<6>custody: i\ncustody: i\n");
}

static int n_before, n_after;
static void before(void) { n_before++; }
static void after(void) { n_after++; }

static void *
talk(void *arg)
{
	int i;

	for (i = 0; i < 200; i++)
		log_say(LOG_INFO_, "thread %s says %d canary-thread", (const char *)arg, i);
	return NULL;
}

static void
threads(void **state)
{
	static char names[4][2] = { "a", "b", "c", "d" };
	pthread_t thread[4];
	const char *p, *end;
	size_t i, n = 0;

	(void)state;
	capture_begin();
	log_start(LOG_INFO_, false);
	log_redact(STR("canary-thread"));
	log_hook(before, after);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, talk, names[i]), 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	log_hook(NULL, NULL);
	for (p = capture_end(); *p != '\0'; p = end + 1, n++) {	/* every line whole */
		assert_non_null(end = strchr(p, '\n'));
		assert_int_equal(strncmp(p, "custody: thread ", 16), 0);
		assert_int_equal(memcmp(end - 4, " ***", 4), 0);
	}
	assert_int_equal(n, 800);
	assert_int_equal(n_before, 800);
	assert_int_equal(n_after, 800);
	log_end();
}

static void
long_text(void **state)
{
	char *text = malloc(600001);
	const char *got;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 600000);
	text[600000] = '\0';
	capture_begin();
	log_start(LOG_INFO_, false);
	log_say(LOG_INFO_, "%s", text);
	got = capture_end();
	assert_int_equal(strlen(got), 600000 + 10);
	free(text);
}

/* Each allocation failing once: no text, or the whole text without the secret. */
static void
no_memory(void **state)
{
	struct buf out;
	enum status st;
	long n;

	(void)state;
	log_redact(STR("canary-memory"));
	for (n = 1;; n++) {
		buf_init(&out, 4096);
		mem_fail_at(n);
		st = log_clean(STR("a canary-memory b"), &out, NULL);
		if (!mem_fail_hit())
			break;
		assert_int_equal(st, ST_NOMEM);
		assert_null(out.p == NULL ? NULL : memmem(out.p, out.n, "canary", 6));
		buf_free(&out);
	}
	mem_fail_at(0);
	assert_int_equal(st, ST_OK);
	assert_true(str_is(buf_str(&out), "a *** b"));
	buf_free(&out);
	/* The secret itself finds no room: nothing is shown any more. */
	mem_fail_at(1);
	log_redact(STR("canary-second"));
	mem_fail_at(0);
	buf_init(&out, 4096);
	assert_int_equal(log_clean(STR("canary-second"), &out, NULL), ST_NOMEM);
	assert_int_equal(out.n, 0);
	buf_free(&out);
	log_end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines), cmocka_unit_test(escapes), cmocka_unit_test(spellings), cmocka_unit_test(edges),
		cmocka_unit_test(too_many), cmocka_unit_test(journal), cmocka_unit_test(threads), cmocka_unit_test(long_text),
		cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
