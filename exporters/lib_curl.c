/* lib_curl.c: see lib_curl.h. */
#include "exporters/lib_curl.h"

#include "sonames.h"

struct lib_curl lib_curl;

static const struct module_function functions[] = {
#define ROW(f)	{ "curl_" #f, offsetof(struct lib_curl, f) },
	LIB_CURL(ROW)
#undef ROW
};

enum status
lib_curl_open(struct err *err)
{
	static struct module m = { SONAME_CURL, functions, sizeof(functions) / sizeof(functions[0]), &lib_curl, false };

	return module_open(&m, err);
}
