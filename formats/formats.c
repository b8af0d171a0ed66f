/* formats.c: the table of families of views, in the order of help. */
#include "formats/formats.h"

#include "formats/tables.h"
#include "formats/view_approvals.h"
#include "formats/view_org.h"
#include "formats/view_report.h"

const struct view_family *const formats_all[] = { &csv_view, &json_view, &xml_view, &pdf_view, &report_view, NULL };

const struct view_family *
formats_find(struct str name)
{
	size_t i;

	for (i = 0; formats_all[i] != NULL && !str_is(name, formats_all[i]->name); i++)
		;
	return formats_all[i];
}
