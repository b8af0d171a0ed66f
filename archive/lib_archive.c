/* lib_archive.c: see lib_archive.h. */
#include "archive/lib_archive.h"

#include "sonames.h"

struct lib_archive lib_archive;

static const struct module_function functions[] = {
#define ROW(f)	{ "archive_" #f, offsetof(struct lib_archive, f) },
	LIB_ARCHIVE(ROW)
#undef ROW
	{ "archive_errno", offsetof(struct lib_archive, error_number) },
};

enum status
lib_archive_open(struct err *err)
{
	static struct module m = { SONAME_ARCHIVE, functions, sizeof(functions) / sizeof(functions[0]), &lib_archive, false };

	return module_open(&m, err);
}
