/*
 * view_report.h: what a run says of itself: data/report/completeness.json (as it was handed over), report.html and report.pdf, the same for people (report_html.h,
 * view_certificate.h; the latter not with opt->no_pdf), and data/report/gaps.csv, every record of the streams gaps and limits in one table; that one is there also without an
 * entry: an empty list says more than a missing file.
 */
#ifndef FORMATS_VIEW_REPORT_H
#define FORMATS_VIEW_REPORT_H

#include "core/view.h"

extern const struct view_family report_view;

#endif
