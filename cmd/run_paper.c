/* run_paper.c: pages of paper: fonts for them, and a signature of their own. */
#include <pthread.h>

#include "cmd/run.h"
#include "core/i18n.h"
#include "formats/pdf_fonts.h"
#include "formats/view_approvals.h"

/* Families are made side by side, and a token signs one thing at a time. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static enum status
sign(struct view_signer *signer, struct str bytes, struct buf *der, struct err *err)
{
	enum status st;

	(void)pthread_mutex_lock(&lock);
	st = cms_sign_file(((struct run_paper *)signer)->cms, bytes, der, err);
	(void)pthread_mutex_unlock(&lock);
	return st;
}

enum status
run_paper(struct run *r, struct err *err)
{
	const struct config *c = r->app->config;
	const char *section = r->section, *value = config_get(c, section, "pdf.signer");
	enum status st;

	if (!run_view_wanted(r, &pdf_view))
		return ST_OK;
	if ((st = pdf_fonts_ready(err)) != ST_OK)
		return st;
	if (value == NULL)
		value = config_get(c, section = "seal", "pdf.signer");
	if (value == NULL)
		return ST_OK;
	if ((st = run_signer_load(c, section, "pdf.signer", "pdf", value, true, &r->paper.cms, err)) != ST_OK)
		return st;
	if (!cms_signer_has_key(r->paper.cms))
		return err_set(err, ST_USAGE, _("%s: [%s] pdf.signer: key=… is missing: pages are signed while they are made"), config_file(c), section);
	if (cms_signer_kind(r->paper.cms) != SEAL_CMS)
		return err_set(err, ST_USAGE, _("%s: [%s] pdf.signer: readers of PDF do not know SM2"), config_file(c), section);
	r->paper.signer = (struct view_signer){ cms_sign_file_room(r->paper.cms), sign };
	return ST_OK;
}

void
run_paper_free(struct run_paper *p)
{
	cms_signer_close(p->cms);
	p->cms = NULL;
}
