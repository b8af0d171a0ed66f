/* Libraries opened at their first use: the functions are there, once; a library or a function that is missing is told by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/module.h"

struct table { double (*cos)(double); char *(*nothing)(void); };

static struct table table;

static void
opened(void **state)
{
	static const struct module_function f[] = { { "cos", offsetof(struct table, cos) } };
	struct module m = { "libm.so.6", f, 1, &table, false };
	struct err err;

	(void)state;
	err_init(&err);
	assert_int_equal(module_open(&m, &err), ST_OK);
	assert_true(table.cos(0) == 1.0);
	table.cos = NULL;
	assert_int_equal(module_open(&m, &err), ST_OK);
	assert_null(table.cos);		/* not filled in again: other threads may be reading it */
}

static void
no_library(void **state)
{
	struct module m = { "libcustody-nowhere.so.1", NULL, 0, &table, false };
	struct err err;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {	/* asked again, it says so again */
		err_init(&err);
		assert_int_equal(module_open(&m, &err), ST_IO);
		assert_non_null(strstr(err.text, "libcustody-nowhere.so.1"));
		assert_true(err.next[0] != '\0');
	}
	assert_int_equal(module_open(&m, NULL), ST_IO);
}

static void
no_function(void **state)
{
	static const struct module_function f[] = { { "cos", offsetof(struct table, cos) }, { "custody_nothing", offsetof(struct table, nothing) } };
	struct module m = { "libm.so.6", f, 2, &table, false };
	struct err err;

	(void)state;
	err_init(&err);
	assert_int_equal(module_open(&m, &err), ST_IO);
	assert_non_null(strstr(err.text, "custody_nothing"));
	assert_null(table.nothing);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(opened), cmocka_unit_test(no_library), cmocka_unit_test(no_function) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
