/* lib_xml2.c: see lib_xml2.h. */
#include "formats/lib_xml2.h"

#include "sonames.h"

struct lib_xml2 lib_xml2;

static const struct module_function functions[] = {
#define ROW(f)	{ "xml" #f, offsetof(struct lib_xml2, f) },
	LIB_XML2(ROW)
#undef ROW
};

enum status
lib_xml2_open(struct err *err)
{
	static struct module m = { SONAME_XML2, functions, sizeof(functions) / sizeof(functions[0]), &lib_xml2, false };

	return module_open(&m, err);
}
