/* pdf_file.c: see pdf_file.h. */
#include "formats/pdf_file.h"

#include <errno.h>
#include <unistd.h>

#include "core/fs.h"
#include "formats/pdf_sign.h"

#define DRAWN "pdf-pages.tmp"
#define FINAL "pdf-final.tmp"

static enum status
copy_out(const struct view_input *in, struct view_place *place, const char *path, struct err *err)
{
	char block[16384];
	struct sink *sink;
	ssize_t n = 0;
	enum status st;
	int fd;

	if ((st = fs_open_read(in->scratch, FINAL, &fd, err)) != ST_OK)
		return st;
	if ((st = place->begin(place, path, &sink, err)) == ST_OK) {
		while (st == ST_OK && (n = TEMP_FAILURE_RETRY(read(fd, block, sizeof(block)))) > 0)
			st = sink_write(sink, block, (size_t)n, err);
		if (st == ST_OK && n < 0)
			st = err_sys(err, "%s", FINAL);
		if (st == ST_OK)
			st = place->end(place, err);
	}
	fs_drop(&fd);
	return st;
}

static void
clean(int dir)
{
	(void)unlinkat(dir, DRAWN, 0);
	(void)unlinkat(dir, FINAL, 0);
}

enum status
pdf_file_clean(const struct view_input *in, struct err *err)
{
	char **names;
	size_t n, i;
	enum status st = fs_list(in->scratch, &names, &n, err);

	if (st != ST_OK)
		return st;
	for (i = 0; i < n; i++)
		if (strncmp(names[i], PDF_FONTS_TMP, sizeof(PDF_FONTS_TMP) - 1) == 0)
			(void)unlinkat(in->scratch, names[i], 0);
	fs_list_free(names, n);
	clean(in->scratch);
	return ST_OK;
}

enum status
pdf_file_make(const struct view_input *in, struct view_place *place, const char *path, struct pdf_job *job, struct pdf_a *a, struct err *err)
{
	struct view_signer *signer = in->opt->signer;
	enum status st;

	job->made_ms = a->made_ms = in->opt->made_ms;
	job->dir = in->scratch;
	job->name = DRAWN;
	a->signature = signer == NULL ? 0 : signer->room;
	if ((st = pdf_doc_make(job, err)) == ST_OK && (st = pdf_a_make(a, in->scratch, DRAWN, FINAL, err)) == ST_OK &&
	    (signer == NULL || (st = pdf_sign(signer, in->scratch, FINAL, err)) == ST_OK))
		st = copy_out(in, place, path, err);
	clean(in->scratch);
	return st;
}
