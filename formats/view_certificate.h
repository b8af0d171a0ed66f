/*
 * view_certificate.h: the completeness certificate on paper: data/report/report.pdf, made of opt->report (completeness.json, which is embedded in it) and of the streams
 * gaps and limits.  Up to CERTIFICATE_ROWS entries of each are printed; data/report/gaps.csv has all.
 */
#ifndef FORMATS_VIEW_CERTIFICATE_H
#define FORMATS_VIEW_CERTIFICATE_H

#include "core/view.h"

#define CERTIFICATE_PATH "data/report/report.pdf"
#define CERTIFICATE_ROWS 1000

/* certificate_make(in, place, err): nothing without opt->report.  ST_INPUT: that is no JSON object. */
enum status certificate_make(const struct view_input *, struct view_place *, struct err *) STATUS_USE;

#endif
