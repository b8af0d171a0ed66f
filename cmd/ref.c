/* ref.c: see ref.h. */
#include "cmd/ref.h"

#include <stdio.h>

#include "archive/names.h"
#include "core/i18n.h"

enum status
ref_parse(const char *text, struct ref *r, struct err *err)
{
	const size_t n = strcspn(text, "/@");
	const char *rest = text + n + (text[n] != '\0');

	memset(r, 0, sizeof(*r));
	if (text[n] == '\0' || rest[0] == '\0' || n >= sizeof(r->stream) || !names_stream_ok((struct str){ text, n }) ||
	    (text[n] == '@' && str_u64(str_of(rest), 0, UINT64_MAX, &r->number, NULL) != ST_OK)) {
		err_set(err, ST_USAGE, _("\"%s\" is not STREAM/ID or STREAM@NUMBER"), text);
		return err_next(err, _("for example: messages/ID, or messages@0 for the first message"));
	}
	snprintf(r->stream, sizeof(r->stream), "%.*s", (int)n, text);
	r->by_number = text[n] == '@';
	r->id = str_of(rest);
	return ST_OK;
}

enum status
ref_each(struct lookup *l, const char *archive, const char *text, enum status (*each)(void *ctx, const struct lookup_record *, struct err *), void *ctx,
    struct err *err)
{
	struct lookup_record found;
	struct ref r;
	enum status st;

	if ((st = ref_parse(text, &r, err)) != ST_OK)
		return st;
	if (!r.by_number)
		st = lookup_id(l, r.stream, r.id, each, ctx, err);
	else if ((st = lookup_number(l, r.stream, r.number, &found, err)) == ST_OK)
		st = each(ctx, &found, err);
	if (st != ST_END)
		return st;
	err_set(err, ST_USAGE, _("the archive has no record %s"), text);
	return err_next(err, "custody list %s --records %s --ids", archive, r.stream);
}
