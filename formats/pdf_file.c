/* pdf_file.c: see pdf_file.h. */
#include "formats/pdf_file.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "core/fs.h"
#include "formats/pdf_sign.h"

static enum status
copy_out(const struct view_input *in, struct view_place *place, const char *path, const char *from, struct err *err)
{
	char block[16384];
	struct sink *sink;
	ssize_t n = 0;
	enum status st;
	int fd;

	if ((st = fs_open_read(in->scratch, from, &fd, err)) != ST_OK)
		return st;
	if ((st = place->begin(place, path, &sink, err)) == ST_OK) {
		while (st == ST_OK && (n = TEMP_FAILURE_RETRY(read(fd, block, sizeof(block)))) > 0)
			st = sink_write(sink, block, (size_t)n, err);
		if (st == ST_OK && n < 0)
			st = err_sys(err, "%s", from);
		if (st == ST_OK)
			st = place->end(place, err);
	}
	fs_drop(&fd);
	return st;
}

struct temporary { char drawn[64], final[64]; };

static void
name(struct temporary *t, const char *tag)
{
	(void)snprintf(t->drawn, sizeof(t->drawn), "paper-%.30s-pages.tmp", tag);
	(void)snprintf(t->final, sizeof(t->final), "paper-%.30s-final.tmp", tag);
}

enum status
pdf_file_clean(const struct view_input *in, const char *tag, struct err *err)
{
	char prefix[64], **names;
	size_t n, i;
	enum status st = fs_list(in->scratch, &names, &n, err);

	if (st != ST_OK)
		return st;
	(void)snprintf(prefix, sizeof(prefix), "paper-%.30s-", tag);
	for (i = 0; i < n; i++)
		if (strncmp(names[i], prefix, strlen(prefix)) == 0)
			(void)unlinkat(in->scratch, names[i], 0);
	fs_list_free(names, n);
	return ST_OK;
}

enum status
pdf_file_make(const struct view_input *in, struct view_place *place, const char *path, struct pdf_job *job, struct pdf_a *a, struct err *err)
{
	struct view_signer *signer = in->opt->signer;
	struct temporary t;
	enum status st;

	name(&t, job->tag);
	job->made_ms = a->made_ms = in->opt->made_ms;
	job->dir = in->scratch;
	job->name = t.drawn;
	a->signature = signer == NULL ? 0 : signer->room;
	if ((st = pdf_doc_make(job, err)) == ST_OK && (st = pdf_a_make(a, in->scratch, t.drawn, t.final, err)) == ST_OK &&
	    (signer == NULL || (st = pdf_sign(signer, in->scratch, t.final, err)) == ST_OK))
		st = copy_out(in, place, path, t.final, err);
	(void)unlinkat(in->scratch, t.drawn, 0);
	(void)unlinkat(in->scratch, t.final, 0);
	return st;
}
