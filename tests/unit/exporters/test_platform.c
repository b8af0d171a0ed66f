/* test_platform.c: the description in this program is good; what is wrong in another is named with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "exporters/platform.h"

static void
test_builtin(void **state)
{
	struct platform *p;
	struct err err;

	(void)state;
	assert_int_equal(platform_open(&p, "wecom", platform_builtin("wecom"), &err), ST_OK);
	assert_string_equal(p->name, "wecom");
	assert_non_null(platform_stream(p, "approvals"));
	assert_null(platform_stream(p, "approval"));
	assert_string_equal(p->streams[0].name, "messages");		/* what expires comes first */
	assert_string_equal(platform_word(p, "gender", STR("2")), "female");
	assert_null(platform_word(p, "gender", STR("7")));
	platform_close(p);
	assert_null(platform_builtin("nobody").p);
	assert_string_equal(platform_builtin_name(0), "wecom");
}

#define TOP	"\"platform\":\"x\",\"title\":\"X\",\"base_url\":\"https://x.example\",\"first_day\":\"2020-01-01T00:00:00Z\",\"token\":{\"path\":\"/t\"},\"token_value\":\"t\"," \
	"\"token_in\":\"query\",\"token_name\":\"t\",\"success_path\":\"c\",\"success_equals\":\"0\",\"code\":[\"c\"],\"errors\":{}"
#define LIST	"\"list\":{\"path\":\"/l\",\"items\":\"l\",\"id\":\"i\"}"
#define MAP	"\"map\":{\"id\":\"i\"}"
#define STREAM(more)	"\"streams\":[{\"name\":\"s\",\"area\":\"a\",\"record\":\"user\"" more "}]"

static void
test_complaints(void **state)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "{" TOP "," STREAM("," LIST "," MAP) "}", NULL },
		{ "{" TOP "," STREAM("," LIST "," MAP ",\"note\":\"free\"") "}", NULL },
		{ "", "not JSON" },
		{ "[]", "an object" },
		{ "{" TOP "}", "\"streams\" is missing" },
		{ "{" TOP ",\"streams\":[]}", "/streams" },
		{ "{" TOP ",\"streems\":1," STREAM("," LIST "," MAP) "}", "near: \"streams\"" },
		{ "{" TOP ",\"platform\":\"y\"," STREAM("," LIST "," MAP) "}", "twice" },
		{ "{" TOP "," STREAM("," LIST "," MAP ",\"windw\":{}") "}", "/streams/0: unknown slot \"windw\"; near: \"window\"" },
		{ "{" TOP "," STREAM("," LIST "," MAP ",\"window\":{\"unit\":\"h\",\"span_s\":1}") "}", "/streams/0/window/unit: unknown value \"h\"" },
		{ "{" TOP "," STREAM("," LIST "," MAP ",\"window\":{\"unit\":\"s\",\"span_s\":1}") "}", "{from}" },
		{ "{" TOP "," STREAM("," LIST "," MAP ",\"window\":{\"unit\":\"s\",\"span_s\":-1}") "}", "whole number" },
		{ "{" TOP "," STREAM("," LIST ",\"map\":{\"nmae\":\"n\"}") "}", "near: \"name\"" },
		{ "{" TOP "," STREAM("," LIST ",\"map\":{\"name\":\"n|txt\"}") "}", "near: \"text\"" },
		{ "{" TOP "," STREAM("," LIST ",\"map\":{\"name\":\"n|word(w)\"}") "}", "no table of words \"w\"" },
		{ "{" TOP "," STREAM("," LIST ",\"map\":{\"name\":\"n|list(w\"}") "}", "closing bracket" },
		{ "{" TOP "," STREAM("," LIST) "}", "\"map\" is missing" },
		{ "{" TOP "," STREAM("," MAP) "}", "\"list\" or \"hook\" is missing" },
		{ "{" TOP "," STREAM(",\"hook\":\"wecom.chatt\"") "}", "near: \"wecom.chat\"" },
		{ "{" TOP "," STREAM("," LIST "," MAP ",\"fan_out\":\"nowhere\"") "}", "fan_out \"nowhere\"" },
		{ "{" TOP "," STREAM("," LIST "," MAP ",\"scope\":{\"user\":\"idd\"}") "}", "near: \"id\"" },
		{ "{" TOP "," STREAM(",\"list\":{\"path\":\"l\"}," MAP) "}", "does not begin with /" },
		{ "{" TOP "," STREAM(",\"list\":{\"path\":\"/l\",\"method\":\"PUT\"}," MAP) "}", "\"PUT\"" },
		{ "{" TOP "," STREAM(",\"list\":{\"path\":\"/l\",\"paging\":{\"style\":\"cursor\",\"next\":\"n\"}}," MAP) "}", "{cursor}" },
		{ "{" TOP "," STREAM(",\"list\":{\"path\":\"/l\",\"errors\":{\"1\":\"RETYR\"}}," MAP) "}", "/streams/0/list/errors: unknown value \"RETYR\"; near: \"RETRY\"" },
		{ "{" TOP "," STREAM(",\"list\":{\"path\":\"/l\",\"errors\":{\"1\":\"OK\"}}," MAP) "}", "no action" },
	};
	struct platform *p;
	struct err err;
	size_t i;
	enum status st;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err_init(&err);
		st = platform_open(&p, "test.json", str_of(cases[i].text), &err);
		if (st != (cases[i].want == NULL ? ST_OK : ST_USAGE) || (cases[i].want != NULL && strstr(err.text, cases[i].want) == NULL))
			fail_msg("%s\n→ %d %s, not %s", cases[i].text, (int)st, err.text, cases[i].want == NULL ? "good" : cases[i].want);
		platform_close(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_builtin), cmocka_unit_test(test_complaints) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
