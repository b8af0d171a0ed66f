/* bag_report.c: what was found, counted in full and kept up to a bound. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive/bag_parts.h"
#include "core/mem.h"

static char *
copy(struct str s, struct err *err)
{
	char *p = mem_get(s.n + 1, 1, err);

	if (p != NULL && s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

enum status
bag_issue(struct bag_report *r, enum bag_severity severity, const char *code, struct str path, struct err *err, const char *fmt, ...)
{
	struct bag_issue *i;
	char text[700];
	va_list ap;

	if (r->n[severity]++ >= BAG_ISSUES_MAX)
		return ST_OK;
	if (r->issues == NULL && (r->issues = mem_get((size_t)BAG_ISSUES_MAX * BAG_SEVERITY__MAX, sizeof(*r->issues), err)) == NULL)
		return ST_NOMEM;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	i = &r->issues[r->n_issues++];
	*i = (struct bag_issue){ severity, code, copy(path, err), copy(str_of(text), err) };
	return i->path == NULL || i->text == NULL ? ST_NOMEM : ST_OK;
}

/* Without what may be a secret: the user's part before the host, query and fragment. */
static size_t
shown(struct str url, char *out)
{
	const char *p = url.p, *end = url.p + url.n, *host, *stop, *at;
	size_t n = 0;

	for (host = p; host + 2 < end && memcmp(host, "://", 3) != 0; host++)
		;
	host = host + 2 < end ? host + 3 : p;
	for (stop = host; stop < end && *stop != '/' && *stop != '?' && *stop != '#'; stop++)
		;
	for (at = stop; at > host && at[-1] != '@'; at--)
		;
	memcpy(out, p, (size_t)(host - p));
	n = (size_t)(host - p);
	for (p = at > host ? at : host; p < end && *p != '?' && *p != '#'; p++)
		out[n++] = *p;
	if (p < end)
		out[n++] = *p;
	if (p + 1 < end) {
		memcpy(out + n, "…", strlen("…"));
		n += strlen("…");
	}
	return n;
}

enum status
bag_report_fetch(struct bag_report *r, struct str url, struct str path, uint64_t length, struct err *err)
{
	struct bag_fetch *f;

	if (r->n_fetch++ >= BAG_FETCH_MAX)
		return ST_OK;
	if (r->fetch == NULL && (r->fetch = mem_get(BAG_FETCH_MAX, sizeof(*r->fetch), err)) == NULL)
		return ST_NOMEM;
	f = &r->fetch[r->n_fetch_kept++];
	f->length = length;
	if ((f->path = copy(path, err)) == NULL || (f->url = mem_get(url.n + 8, 1, err)) == NULL)
		return ST_NOMEM;
	f->url[shown(url, f->url)] = '\0';
	return ST_OK;
}

void
bag_report_free(struct bag_report *r)
{
	size_t i;

	for (i = 0; i < r->n_issues; i++) {
		mem_free(r->issues[i].path);
		mem_free(r->issues[i].text);
	}
	for (i = 0; i < r->n_fetch_kept; i++) {
		mem_free(r->fetch[i].url);
		mem_free(r->fetch[i].path);
	}
	mem_free(r->issues);
	mem_free(r->fetch);
	mem_free(r->base);
	memset(r, 0, sizeof(*r));
}

const char *
bag_severity_word(enum bag_severity s)
{
	static const char *const words[BAG_SEVERITY__MAX] = { "error", "missing", "warning" };

	return words[s];
}
