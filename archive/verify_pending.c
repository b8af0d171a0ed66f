/*
 * verify_pending.c: an archive that is not closed: <name>.tar.gz.partial.  What its .seal directory holds is checked; the verdict is at best
 * INDETERMINATE, and says what is missing (archive format 5.2).
 */
#include <fcntl.h>
#include <stdio.h>

#include "archive/verify_parts.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/when.h"

#define TAIL	".tar.gz.partial"

/* Who has still to sign, or that only a token is missing. */
static enum status
say_stage(struct verify_report *report, struct err *err)
{
	struct buf text;
	enum status st;

	buf_init(&text, 4096);
	if ((st = pending_text(&report->stage, &text, err)) == ST_OK)
		verify_report_step(report, VERIFY_AUTHENTICITY, "stage", VERDICT_INDETERMINATE, "%.*s", STR_ARG(buf_str(&text)));
	buf_free(&text);
	return st;
}

enum status
verify_pending(const char *path, const struct trust *trust, int64_t now_ms, struct verify_report *report, struct err *err)
{
	const char *slash = strrchr(path, '/'), *base = slash == NULL ? path : slash + 1;
	size_t n_base = strlen(base) - strlen(TAIL);
	struct evidence e;
	struct buf name, side;
	enum status st;
	int fd = -1, dir = -1;

	memset(report, 0, sizeof(*report));
	report->token_ms = WHEN_UNKNOWN;
	report->pending = true;
	evidence_init(&e);
	e.pending = true;
	buf_init(&name, 8192);
	buf_init(&side, 8192);
	if ((st = fs_open_read(AT_FDCWD, path, &fd, err)) != ST_OK || (st = buf_add(&name, base, n_base, err)) != ST_OK || (st = buf_z(&name, err)) != ST_OK ||
	    (st = buf_add(&side, path, strlen(path) - strlen(TAIL), err)) != ST_OK || (st = buf_addz(&side, ".seal", err)) != ST_OK ||
	    (st = buf_z(&side, err)) != ST_OK)
		goto out;
	dir = openat(AT_FDCWD, side.p, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		verify_report_step(report, VERIFY_AUTHENTICITY, "seal", VERDICT_INDETERMINATE, _("not sealed yet: there is no %s"), side.p);
	else
		st = verify_directory(&e, dir, name.p, trust, now_ms, report, err);
	if (st == ST_OK && report->has_stage)
		st = say_stage(report, err);
	if (st == ST_OK)
		verify_report_step(report, VERIFY_INTEGRITY, "pending", VERDICT_INDETERMINATE, _("the archive is not closed: its content was not checked"));
out:
	fs_drop(&fd);
	fs_drop(&dir);
	buf_free(&name);
	buf_free(&side);
	evidence_free(&e);
	return st;
}
