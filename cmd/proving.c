/* proving.c: see proving.h. */
#include "cmd/proving.h"

#include "core/i18n.h"
#include "core/when.h"

const char *
proving_verdict(enum verdict v)
{
	return v == VERDICT_VALID ? "VALID" : v == VERDICT_INVALID ? "INVALID" : "INDETERMINATE";
}

enum status
proving_finish(struct package *p, const struct trust *trust, struct package_report *report, struct err *err)
{
	enum status st = package_check(package_dir(p), trust, when_now_ms(), NULL, report, err);

	if (st == ST_OK && report->verdict == VERDICT_INVALID)
		st = err_set(err, ST_CORRUPT, _("what was written does not hold: %s"), report->text[0] != '\0' ? report->text : verify_report_why(&report->seal));
	return st == ST_OK ? package_commit(p, err) : st;
}
