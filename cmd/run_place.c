/* run_place.c: views of a run: where they go, what stands in them, which are wanted. */
#include "cmd/run_render.h"
#include "core/i18n.h"
#include "formats/formats.h"
#include "formats/view_approvals.h"
#include "formats/view_report.h"

static enum status
append(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	return archive_view(((struct run_place *)p)->archive, path, out, err);
}

static enum status
begin(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	return archive_pages_begin(((struct run_place *)p)->pages, path, out, err);
}

static enum status
end(struct view_place *p, struct err *err)
{
	return archive_pages_end(((struct run_place *)p)->pages, err);
}

void
run_place_init(struct run_place *p, struct archive *a, struct archive_pages *pages)
{
	*p = (struct run_place){ { append, begin, end }, a, pages };
}

void
run_view_options(struct run *r, struct format_options *opt)
{
	const struct archive_params *p = archive_params_of(r->archive);
	const char *crlf = config_get(r->app->config, r->section, "csv.crlf");

	if (run_render_families(r) != NULL) {
		facts_options(&run_render_families(r)->facts, opt);
		return;
	}
	*opt = (struct format_options){ .crlf = crlf != NULL && strcmp(crlf, "yes") == 0,
		.organization = p->organization,
		.made_ms = r->state.began_ms,
		.chain = p->chain,
		.archive = p->name,
		.no_pdf = !run_view_wanted(r, &pdf_view),
		.signer = r->paper.cms == NULL ? NULL : &r->paper.signer };
}

/* The next word of a list that commas separate; false at the end. */
static bool
next_word(const char **at, struct str *word)
{
	const char *p = *at;

	p += strspn(p, " \t,");
	*word = (struct str){ p, strcspn(p, " \t,") };
	*at = p + word->n;
	return word->n > 0;
}

bool
run_view_wanted(const struct run *r, const struct view_family *family)
{
	const char *list = config_get(r->app->config, r->section, "views");
	struct str word;

	if (family == &report_view) /* what a run says of itself is no matter of taste */
		return true;
	if (run_render_families(r) != NULL)
		return rendering_has(run_render_families(r), family);
	if (list == NULL)
		return family->usual;
	while (next_word(&list, &word))
		if (str_is(word, family->name))
			return true;
	return false;
}

enum status
run_views_check(const struct config *c, const char *section, struct err *err)
{
	const char *list = config_get(c, section, "views"), *names[64], *near;
	char text[64];
	struct str word;
	size_t n;

	for (n = 0; formats_all[n] != NULL && n < 64; n++)
		names[n] = formats_all[n]->name;
	while (list != NULL && next_word(&list, &word))
		if (!str_is(word, "none") && formats_find(word) == NULL) {
			(void)snprintf(text, sizeof(text), "%.*s", STR_ARG(word));
			(void)err_set(err, ST_USAGE, _("%s: [%s] views: there is no format \"%s\""), config_file(c), section, text);
			if ((near = config_nearest(text, names, n)) != NULL)
				(void)err_next(err, _("did you mean \"%s\"?"), near);
			return ST_USAGE;
		}
	return ST_OK;
}
