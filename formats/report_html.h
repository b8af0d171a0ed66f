/*
 * report_html.h: the completeness certificate for people: data/report/report.html, both languages, one file that needs no other.
 *
 * Verdict, scope, method and figures are those of the certificate (opt->report); the entries are the records of the streams gaps and limits, the first
 * REPORT_HTML_ROWS of each: all of them stand in gaps.csv beside it.  A member of the certificate that this program does not know is shown as JSON.
 */
#ifndef FORMATS_REPORT_HTML_H
#define FORMATS_REPORT_HTML_H

#include "core/view.h"

#define REPORT_HTML_ROWS 200u

/* report_html(in, place, err): without a certificate nothing is made. */
enum status report_html(const struct view_input *, struct view_place *, struct err *) STATUS_USE;

#endif
