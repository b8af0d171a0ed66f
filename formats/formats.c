/* formats.c: the table of families of views, in the order of help. */
#include "formats/formats.h"

#include <libxml/parser.h>

#include "formats/tables.h"
#include "formats/view_approvals.h"
#include "formats/view_dat.h"
#include "formats/view_edrm.h"
#include "formats/view_eml.h"
#include "formats/view_html.h"
#include "formats/view_ldif.h"
#include "formats/view_org.h"
#include "formats/view_person.h"
#include "formats/view_report.h"
#include "formats/view_scim.h"
#include "formats/view_vcard.h"
#include "formats/view_xlsx.h"

const struct view_family *const formats_all[] = {
	&csv_view, &xlsx_view, &json_view, &xml_view, &scim_view, &vcard_view, &vcard3_view, &ldif_view, &pdf_view, &html_view, &report_view, &eml_view, &dat_view,
	&edrm_view, &person_view, &person_json_view, NULL
};

const struct view_family *
formats_find(struct str name)
{
	size_t i;

	for (i = 0; formats_all[i] != NULL && !str_is(name, formats_all[i]->name); i++)
		;
	return formats_all[i];
}

void
formats_threads(void)
{
	xmlInitParser();
}
