/* sign_report.c: the completeness report of a sealed archive in plain words; see sign.h.  Its bytes come from the archive, so every text passes the terminal's filter. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/sign.h"
#include "core/arena.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/utf8.h"

struct report { const struct json_node *t; struct arena arena; struct buf *out; };

static enum status
text_of(struct report *r, size_t at, struct str *out, struct err *err)
{
	*out = STR("-");
	return at == 0 || r->t[at].tok != JSON_STR ? ST_OK : json_text(r->t[at].val, r->t[at].flags, &r->arena, out, err);
}

static enum status
line(struct report *r, const char *what, const char *member, struct err *err)
{
	struct str text;
	enum status st;

	if ((st = text_of(r, json_path(r->t, 0, member), &text, err)) != ST_OK || (st = buf_addf(r->out, err, "    %s: ", what)) != ST_OK ||
	    (st = utf8_terminal(text, r->out, err)) != ST_OK)
		return st;
	return buf_putc(r->out, '\n', err);
}

static enum status
put_reasons(struct report *r, size_t list, struct err *err)
{
	struct str reason;
	enum status st = ST_OK;
	bool first = true;
	size_t k;

	for (k = list + 1; list != 0 && st == ST_OK && k < r->t[list].next; k = r->t[k].next) {
		size_t n = json_get(r->t, k, "objects");

		if ((st = text_of(r, json_get(r->t, k, "reason"), &reason, err)) != ST_OK || (st = buf_addz(r->out, first ? " (" : ", ", err)) != ST_OK ||
		    (st = utf8_terminal(reason, r->out, err)) != ST_OK)
			break;
		if (n != 0 && r->t[n].tok == JSON_NUM)
			st = buf_addf(r->out, err, " %.*s", STR_ARG(r->t[n].val));
		first = false;
	}
	return st == ST_OK && !first ? buf_putc(r->out, ')', err) : st;
}

static struct str
number(const struct report *r, size_t at)
{
	return at != 0 && r->t[at].tok == JSON_NUM ? r->t[at].val : STR("?");
}

static enum status
put_stream(struct report *r, size_t k, struct err *err)
{
	struct str name, missing = number(r, json_get(r->t, k, "missing"));
	enum status st;

	if ((st = text_of(r, json_get(r->t, k, "stream"), &name, err)) != ST_OK || (st = buf_addz(r->out, "      ", err)) != ST_OK ||
	    (st = utf8_terminal(name, r->out, err)) != ST_OK ||
	    (st = buf_addf(r->out, err, _(": %.*s expected, %.*s archived, %.*s missing"), STR_ARG(number(r, json_get(r->t, k, "expected"))),
	    STR_ARG(number(r, json_get(r->t, k, "archived"))), STR_ARG(missing))) != ST_OK ||
	    (st = put_reasons(r, json_get(r->t, k, "gaps"), err)) != ST_OK)
		return st;
	return buf_putc(r->out, '\n', err);
}

static enum status
put_all(struct report *r, struct err *err)
{
	size_t streams = json_get(r->t, 0, "streams"), complete = json_get(r->t, 0, "complete"), k;
	enum status st;

	if (streams == 0 || r->t[streams].tok != JSON_ARR || complete == 0 || (r->t[complete].tok != JSON_TRUE && r->t[complete].tok != JSON_FALSE && r->t[complete].tok != JSON_NULL))
		return err_set(err, ST_CORRUPT, _("%s of the archive is no completeness report"), SIGN_REPORT);
	if ((st = buf_addz(r->out, r->t[complete].tok == JSON_NULL ?
	    _("  Completeness report (checked: it is the sealed one): views of another archive, nothing is said of the platform\n") : r->t[complete].tok == JSON_TRUE ? _("  Completeness report (checked: it is the sealed one): complete\n") :
	    _("  Completeness report (checked: it is the sealed one): NOT complete\n"), err)) != ST_OK ||
	    (r->t[complete].tok == JSON_NULL && ((st = line(r, _("views of"), "derived_from.archive", err)) != ST_OK ||
	    (st = line(r, _("the seal it has (SHA-256)"), "derived_from.seal_sha256", err)) != ST_OK)) ||
	    (st = line(r, _("organisation"), "organization", err)) != ST_OK || (st = line(r, _("platform"), "platform", err)) != ST_OK ||
	    (st = line(r, _("account"), "account", err)) != ST_OK || (st = line(r, _("purpose"), "purpose", err)) != ST_OK ||
	    (st = line(r, _("legal basis"), "legal_basis", err)) != ST_OK || (st = line(r, _("operator"), "operator", err)) != ST_OK ||
	    (st = line(r, _("captured at"), "captured_at", err)) != ST_OK ||
	    (st = buf_addf(r->out, err, _("    what platform or grant never offered (limits): %.*s\n"), STR_ARG(number(r, json_get(r->t, 0, "limits"))))) != ST_OK)
		return st;
	for (k = streams + 1; k < r->t[streams].next && st == ST_OK; k = r->t[k].next)
		st = put_stream(r, k, err);
	return st;
}

enum status
sign_report(struct str json, struct buf *out, char zone[64], struct err *err)
{
	struct report r = { .out = out };
	struct json_node *t;
	struct str name;
	enum status st;
	size_t n, at;

	zone[0] = '\0';
	arena_init(&r.arena, LIMIT_ARENA);
	if ((st = json_tape(json, &r.arena, &t, &n, err)) == ST_INPUT)
		st = err_set(err, ST_CORRUPT, _("%s of the archive is no completeness report"), SIGN_REPORT);
	if (st == ST_OK) {
		r.t = t;
		st = put_all(&r, err);
	}
	if (st == ST_OK && (at = json_get(t, 0, "time_zone")) != 0 && (st = text_of(&r, at, &name, err)) == ST_OK && name.n < 64)
		snprintf(zone, 64, "%.*s", STR_ARG(name));
	arena_free(&r.arena);
	return st;
}
