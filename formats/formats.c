/* formats.c: the table of formats. */
#include "formats/formats.h"

#include "formats/csv.h"
#include "formats/org.h"
#include "formats/xml_org.h"

const struct format *const formats_all[] = { &csv_format, &org_format, &xml_org_format, NULL };

const struct format *
formats_find(const char *name)
{
	size_t i;

	for (i = 0; formats_all[i] != NULL && strcmp(formats_all[i]->name, name) != 0; i++)
		;
	return formats_all[i];
}
