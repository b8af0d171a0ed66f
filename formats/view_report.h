/*
 * view_report.h: what a run says of itself: data/report/completeness.json (as it was handed over), and data/report/gaps.csv, every record of the streams gaps and
 * limits in one table; that one is there also without an entry: an empty list says more than a missing file.  data/report/report.pdf (view_certificate.h) shows both on
 * paper, unless opt->no_pdf.
 */
#ifndef FORMATS_VIEW_REPORT_H
#define FORMATS_VIEW_REPORT_H

#include "core/view.h"

extern const struct view_family report_view;

#endif
