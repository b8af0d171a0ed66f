/*
 * view_approvals.h: one PDF per approval: data/views/approvals/<id>.pdf (path.h), PDF/A-3b with the record's line inside as record.json (approval.h, pdf_a.h).
 *
 * An id with several versions in the archive has a file for each: the second ends in "-2".  Not there when the archive has no approval.
 */
#ifndef FORMATS_VIEW_APPROVALS_H
#define FORMATS_VIEW_APPROVALS_H

#include "core/view.h"

extern const struct view_family pdf_view;

#endif
