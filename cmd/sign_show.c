/* sign_show.c: a seal in plain words, for the person who is going to sign it; see sign.h. */
#include "cmd/sign.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/i18n.h"
#include "core/utf8.h"
#include "core/when.h"

#define LABEL_COLUMNS	24

static enum status
label(struct buf *out, const char *name, struct err *err)
{
	int pad = LABEL_COLUMNS - (int)utf8_width(str_of(name));

	return buf_addf(out, err, "  %s%*s ", name, pad > 0 ? pad : 0, "");
}

static enum status
put_hash(struct buf *out, const unsigned char sha256[32], struct err *err)
{
	char hex[65];

	digest_hex(sha256, 32, hex);
	return buf_addf(out, err, "sha256:%s", hex);
}

static enum status
put_period(const struct seal *s, struct buf *out, struct err *err)
{
	char from[30], until[30];
	enum status st;

	when_local(s->covers_from_ms, from);
	when_local(s->covers_until_ms, until);
	if ((st = label(out, _("covers"), err)) != ST_OK)
		return st;
	if (s->covers_from_ms == 0)
		return buf_addf(out, err, _("from the beginning until before %s (%s)\n"), until, when_zone_name());
	return buf_addf(out, err, _("from %s until before %s (%s)\n"), from, until, when_zone_name());
}

static enum status
put_size(const struct seal *s, struct buf *out, struct err *err)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double n = (double)s->payload_octets / 1024;
	size_t u = 0;

	while (n >= 1024 && u + 1 < sizeof(units) / sizeof(units[0])) {
		n /= 1024;
		u++;
	}
	return buf_addf(out, err, _("%" PRIu64 " records in %" PRIu64 " files, %" PRIu64 " bytes (%.1f %s)\n"), s->records, s->payload_files, s->payload_octets,
	    n, units[u]);
}

static enum status
put_gaps(const struct seal *s, struct buf *out, struct err *err)
{
	if (s->gaps == 0)
		return buf_addz(out, _("none: nothing that was in scope is known to be missing\n"), err);
	return buf_addf(out, err, _("%" PRIu64 ": so many things were in scope and are missing; which and why stands in data/report/gaps.csv of the archive\n"), s->gaps);
}

static enum status
put_previous(const struct sign_view *v, struct buf *out, struct err *err)
{
	const struct seal *s = v->seal;
	enum status st;

	if (!s->has_previous)
		return buf_addz(out, _("none: it is the first of its chain\n"), err);
	if ((st = put_hash(out, s->previous[0], err)) != ST_OK)
		return st;
	return buf_addz(out, v->word->previous ? _(" (signed here)\n") : _(" (NOT signed here)\n"), err);
}

static enum status
put_signers(const struct sign_view *v, struct buf *out, struct err *err)
{
	const struct seal *s = v->seal;
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < s->n_signers && st == ST_OK; i++) {
		const struct seal_signer *g = &s->signers[i];

		if ((st = label(out, i == 0 ? _("must be signed by") : "", err)) != ST_OK || (st = buf_addf(out, err, "%s ", g->role)) != ST_OK ||
		    (st = put_hash(out, g->cert_sha256, err)) != ST_OK)
			break;
		st = buf_addz(out, strcmp(g->role, cms_signer_role(v->signer)) == 0 ? _("  <- you\n") : "\n", err);
	}
	return st;
}

static enum status
put_signer(const struct sign_view *v, struct buf *out, struct err *err)
{
	char ends[30] = "?";
	struct buf name;
	int64_t ends_ms;
	enum status st;

	buf_init(&name, 8192);
	if ((st = cms_signer_describe(v->signer, &name, &ends_ms, err)) == ST_OK) {
		if (ends_ms != WHEN_UNKNOWN)
			when_local(ends_ms, ends);
		if ((st = buf_addf(out, err, _("Seal to be signed as %s, with the certificate\n  "), cms_signer_role(v->signer))) == ST_OK &&
		    (st = utf8_terminal(buf_str(&name), out, err)) == ST_OK)
			st = buf_addf(out, err, _(", valid until %s\n"), ends);
	}
	buf_free(&name);
	return st;
}

void
sign_warnings(const struct sign_view *v, const char *list[7])
{
	const struct heads_word *w = v->word;
	const struct seal *s = v->seal;
	size_t n = 0;

	if (w->same)
		list[n++] = "signed-before";
	if (!w->known)
		list[n++] = "chain-unknown";
	if (w->other_previous && !w->previous)
		list[n++] = "previous-other";
	else if (w->known && s->has_previous && !w->previous)
		list[n++] = "previous-unknown";
	if (w->known && !w->same && s->sequence > w->last + 1)
		list[n++] = "sequence-jump";
	if (w->known && !w->same && s->sequence < w->last)
		list[n++] = "sequence-back";
	if (s->sealed_at_ms > when_now_ms() + INT64_C(86400000))
		list[n++] = "sealed-in-future";
	list[n] = NULL;
}

static enum status
put_warning(const struct sign_view *v, const char *id, struct buf *out, struct err *err)
{
	const struct seal *s = v->seal;

	if (strcmp(id, "signed-before") == 0)
		return buf_addz(out, _("! this very seal was signed here before: signing it again changes nothing\n"), err);
	if (strcmp(id, "chain-unknown") == 0)
		return buf_addz(out, _("! no seal of this chain was ever signed here: compare the chain and the hash of the seal with what you know from elsewhere\n"), err);
	if (strcmp(id, "previous-other") == 0)
		return buf_addf(out, err, _("! ATTENTION: for sequence %" PRIu64 " you signed ANOTHER seal than the one this seal says comes before it: the chain may have been rewritten\n"),
		    s->sequence - 1);
	if (strcmp(id, "previous-unknown") == 0)
		return buf_addf(out, err, _("! ATTENTION: the seal before it (sequence %" PRIu64 ") is not among those signed here\n"), s->sequence - 1);
	if (strcmp(id, "sequence-jump") == 0)
		return buf_addf(out, err, _("! ATTENTION: the last one of this chain signed here has sequence %" PRIu64 ", this one %" PRIu64 ": ask for those between\n"),
		    v->word->last, s->sequence);
	if (strcmp(id, "sequence-back") == 0)
		return buf_addf(out, err, _("! this seal is older than the last one of its chain signed here (sequence %" PRIu64 ")\n"), v->word->last);
	return buf_addz(out, _("! ATTENTION: the seal says that it was made in the future: one of the two clocks is wrong\n"), err);
}

static enum status
put_seal(const struct sign_view *v, struct buf *out, struct err *err)
{
	const struct seal *s = v->seal;
	char sealed[30];
	enum status st;

	when_local(s->sealed_at_ms, sealed);
	if ((st = label(out, _("archive"), err)) != ST_OK || (st = buf_addf(out, err, "%s\n", s->archive)) != ST_OK ||
	    (st = label(out, _("chain"), err)) != ST_OK || (st = buf_addf(out, err, "%s\n", s->chain)) != ST_OK ||
	    (st = label(out, _("sequence"), err)) != ST_OK || (st = buf_addf(out, err, "%" PRIu64 "\n", s->sequence)) != ST_OK ||
	    (st = label(out, _("the seal before it"), err)) != ST_OK || (st = put_previous(v, out, err)) != ST_OK ||
	    (st = label(out, _("sealed at"), err)) != ST_OK || (st = buf_addf(out, err, _("%s (as the archive's maker says)\n"), sealed)) != ST_OK ||
	    (st = put_period(s, out, err)) != ST_OK || (st = label(out, _("holds"), err)) != ST_OK || (st = put_size(s, out, err)) != ST_OK ||
	    (st = label(out, _("gaps"), err)) != ST_OK || (st = put_gaps(s, out, err)) != ST_OK || (st = put_signers(v, out, err)) != ST_OK ||
	    (st = label(out, _("hash of this seal"), err)) != ST_OK || (st = put_hash(out, v->sha256, err)) != ST_OK)
		return st;
	return buf_putc(out, '\n', err);
}

/* Local times are those of the report's zone, else the computer's, else the one this program takes when nobody says. */
static void
choose_zone(const char *zone)
{
	const char *tz = getenv("TZ");

	if ((zone[0] != '\0' && when_zone(zone, NULL) == ST_OK) || (tz != NULL && tz[0] != '\0' && when_zone(tz[0] == ':' ? tz + 1 : tz, NULL) == ST_OK))
		return;
	(void)!when_zone("Asia/Shanghai", NULL);
}

enum status
sign_show(const struct sign_view *v, struct buf *out, struct err *err)
{
	const char *warnings[7];
	struct buf report;
	char zone[64] = "";
	enum status st = ST_OK;
	size_t i;

	buf_init(&report, SIGN_REPORT_MAX);
	if (v->report.p != NULL)
		st = sign_report(v->report, &report, zone, err);
	choose_zone(zone);
	if (st != ST_OK || (st = put_signer(v, out, err)) != ST_OK || (st = put_seal(v, out, err)) != ST_OK)
		goto out;
	if (v->report.p != NULL)
		st = buf_str_add(out, buf_str(&report), err);
	else
		st = buf_addz(out, _("  The archive is not at hand: its completeness report was not seen.\n"), err);
	sign_warnings(v, warnings);
	for (i = 0; warnings[i] != NULL && st == ST_OK; i++)
		st = put_warning(v, warnings[i], out, err);
out:
	buf_free(&report);
	return st;
}
