/* chain.c: see chain.h.  Links first, then what only time and receipts can tell. */
#include "store/chain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/i18n.h"
#include "core/when.h"

struct judging {
	const struct chain_seal *seals;
	size_t		 n;
	const struct chain_question *q;
	enum status	(*each)(void *ctx, const struct chain_finding *, struct err *);
	void		*ctx;
	struct chain_sum *sum;
};

enum status
chain_seal_fill(struct chain_seal *c, const char *name, struct str text, const struct seal *s, struct err *err)
{
	static const enum digest_alg algs[SEAL_ALGS_MAX] = { DIGEST_SHA256, DIGEST_SHA512, DIGEST_SM3 };
	enum status st = ST_OK;
	size_t i;

	memset(c, 0, sizeof(*c));
	snprintf(c->name, sizeof(c->name), "%s", name);
	snprintf(c->archive, sizeof(c->archive), "%s", s->archive);
	snprintf(c->chain, sizeof(c->chain), "%s", s->chain);
	c->sequence = s->sequence;
	c->has_previous = s->has_previous;
	c->n_algs = s->n_algs;
	memcpy(c->algs, s->algs, sizeof(c->algs));
	memcpy(c->previous, s->previous, sizeof(c->previous));
	c->sealed_at_ms = s->sealed_at_ms;
	c->covers_from_ms = s->covers_from_ms;
	c->covers_until_ms = s->covers_until_ms;
	c->token_ms = WHEN_UNKNOWN;
	for (i = 0; i < SEAL_ALGS_MAX && st == ST_OK; i++)
		st = digest_of(algs[i], text.p, text.n, c->hash[algs[i]], err);
	return st;
}

static enum status say(struct judging *, size_t at, const char *id, enum verdict, struct err *, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

static enum status
say(struct judging *j, size_t at, const char *id, enum verdict verdict, struct err *err, const char *fmt, ...)
{
	struct chain_finding f = { .at = at, .id = id, .verdict = verdict };
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(f.text, sizeof(f.text), fmt, ap);
	va_end(ap);
	if (verdict > j->sum->verdict)
		j->sum->verdict = verdict;
	return j->each(j->ctx, &f, err);
}

/* What is no fault of a seal but worth knowing: time not covered or covered twice. */
static enum status
covers(struct judging *j, size_t i, struct err *err)
{
	const struct chain_seal *s = &j->seals[i], *b = s - 1;
	char until[21], from[21];

	if ((s->covers_from_ms == b->covers_from_ms && s->covers_until_ms == b->covers_until_ms) || s->covers_from_ms == b->covers_until_ms)
		return ST_OK;
	when_utc_s(b->covers_until_ms, until);
	when_utc_s(s->covers_from_ms, from);
	if (s->covers_from_ms > b->covers_until_ms)
		return say(j, i, "chain.covers", VERDICT_VALID, err, _("no archive covers the time from %s to %s: the archive before it ends there, this one begins here"),
		    until, from);
	return say(j, i, "chain.covers", VERDICT_VALID, err, _("the archive before it covers the time until %s, this one from %s: covered twice"), until, from);
}

static enum status
previous(struct judging *j, size_t i, struct err *err)
{
	const struct chain_seal *s = &j->seals[i], *b = s - 1;
	size_t k;

	for (k = 0; k < s->n_algs; k++)
		if (!s->has_previous || memcmp(s->previous[k], b->hash[s->algs[k]], digest_size(s->algs[k])) != 0)
			return say(j, i, "chain.previous", VERDICT_INVALID, err,
			    _("its Previous line (%s) is not the hash of the seal before it: one of the two was exchanged"), digest_name(s->algs[k]));
	return ST_OK;
}

static enum status
link(struct judging *j, size_t i, struct err *err)
{
	const struct chain_seal *s = &j->seals[i], *b = s - 1;
	enum status st = ST_OK;

	if (strcmp(s->name, s->archive) != 0 && (st = say(j, i, "chain.name", VERDICT_INVALID, err,
	    _("it is %s under the name of another: archives were swapped or renamed"), s->archive)) != ST_OK)
		return st;
	if (i == 0)
		return s->sequence == 1 ? ST_OK : say(j, i, "chain.first", VERDICT_INDETERMINATE, err,
		    _("the first archive here has sequence %" PRIu64 ": those before it are missing"), s->sequence);
	if (strcmp(s->chain, b->chain) != 0)
		return say(j, i, "chain.other", VERDICT_INVALID, err, _("it belongs to another chain than the archive before it"));
	if (s->sequence == b->sequence)
		return say(j, i, "chain.sequence", VERDICT_INVALID, err, _("two archives have sequence %" PRIu64), s->sequence);
	if (s->sequence != b->sequence + 1)
		return say(j, i, "chain.sequence", VERDICT_INVALID, err, _("sequence %" PRIu64 " follows %" PRIu64 ": archives between them are missing"),
		    s->sequence, b->sequence);
	if ((st = previous(j, i, err)) != ST_OK)
		return st;
	return covers(j, i, err);
}

/* A rewritten past has new tokens: they are later than the sealing they belong to, unless a receipt of then confirms the seal. */
static enum status
tokens(struct judging *j, struct err *err)
{
	const struct chain_seal *before = NULL;
	enum status st = ST_OK;
	char sealed[21], stamped[21];
	size_t i;

	for (i = 0; i < j->n && st == ST_OK; i++) {
		const struct chain_seal *s = &j->seals[i];
		bool confirmed = s->sequence <= j->sum->receipt;

		if (s->token_ms == WHEN_UNKNOWN)
			continue;
		if (before != NULL && s->token_ms < before->token_ms)
			st = say(j, i, "chain.token", VERDICT_VALID, err, _("its time stamp is earlier than that of %s before it"), before->name);
		when_utc_s(s->sealed_at_ms, sealed);
		when_utc_s(s->token_ms, stamped);
		if (st == ST_OK && s->token_ms - s->sealed_at_ms > CHAIN_LATE_MS)
			st = say(j, i, "chain.late", confirmed ? VERDICT_VALID : VERDICT_INDETERMINATE, err, confirmed ?
			    _("the seal says it was made on %s, its time stamp is of %s; a receipt confirms the seal") :
			    _("the seal says it was made on %s, its time stamp is of %s: closed late, or written anew; only a receipt of that time can tell"),
			    sealed, stamped);
		if (j->sum->first_token_ms == WHEN_UNKNOWN)
			j->sum->first_token_ms = s->token_ms;
		j->sum->last_token_ms = s->token_ms;
		before = s;
	}
	return st;
}

static size_t
find(const struct judging *j, uint64_t sequence)
{
	size_t lo = 0, hi = j->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (j->seals[mid].sequence < sequence)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < j->n && j->seals[lo].sequence == sequence ? lo : SIZE_MAX;
}

static enum status
one_receipt(struct judging *j, const struct receipt *r, struct err *err)
{
	size_t at = find(j, r->sequence);
	char hex[65];

	j->sum->n_receipts++;
	digest_hex(r->sha256, sizeof(r->sha256), hex);
	if (at == SIZE_MAX && r->sequence > j->sum->last)
		return say(j, SIZE_MAX, "chain.receipt", VERDICT_INVALID, err,
		    _("a receipt names sequence %" PRIu64 ", but the chain ends here with %" PRIu64 ": its end was cut off (receipt, line %u)"),
		    r->sequence, j->sum->last, r->line);
	if (at == SIZE_MAX)
		return say(j, SIZE_MAX, "chain.receipt", VERDICT_INVALID, err, _("a receipt names sequence %" PRIu64 ", which is not here (receipt, line %u)"),
		    r->sequence, r->line);
	if (memcmp(j->seals[at].hash[DIGEST_SHA256], r->sha256, sizeof(r->sha256)) != 0)
		return say(j, at, "chain.receipt", VERDICT_INVALID, err,
		    _("a receipt names another seal for sequence %" PRIu64 " (sha256:%.16s…): the chain was written anew (receipt, line %u)"), r->sequence, hex, r->line);
	if (r->sequence > j->sum->receipt)
		j->sum->receipt = r->sequence;
	return ST_OK;
}

static enum status
receipts(struct judging *j, struct err *err)
{
	const struct receipts *all = j->q->receipts;
	enum status st = ST_OK;
	size_t i;

	for (i = 0; all != NULL && i < all->n && st == ST_OK; i++)
		if (strcmp(all->list[i].chain, j->seals[0].chain) == 0)
			st = one_receipt(j, &all->list[i], err);
	if (st == ST_OK && j->q->receipts_must && j->sum->n_receipts == 0)
		st = say(j, SIZE_MAX, "chain.receipt", VERDICT_INDETERMINATE, err, _("the receipts given say nothing of this chain (%s)"), j->seals[0].chain);
	return st;
}

static enum status
heartbeat(struct judging *j, struct err *err)
{
	char until[21];

	if (j->q->heartbeat_ms == 0)
		return ST_OK;
	j->sum->alive = j->q->now_ms - j->sum->head->covers_until_ms <= j->q->heartbeat_ms;
	if (j->sum->alive)
		return ST_OK;
	when_utc_s(j->sum->head->covers_until_ms, until);
	return say(j, j->n - 1, "chain.heartbeat", VERDICT_INDETERMINATE, err,
	    _("the last archive covers the time until %s, longer ago than the heartbeat of %" PRId64 " hours: no export was made since, or the end of the chain was cut off"),
	    until, j->q->heartbeat_ms / 3600000);
}

static int
by_sequence(const void *va, const void *vb)
{
	const struct chain_seal *a = va, *b = vb;

	return a->sequence != b->sequence ? (a->sequence < b->sequence ? -1 : 1) : strcmp(a->name, b->name);
}

enum status
chain_judge(struct chain_seal *seals, size_t n, const struct chain_question *q, enum status (*each)(void *ctx, const struct chain_finding *, struct err *),
    void *ctx, struct chain_sum *sum, struct err *err)
{
	struct judging j = { seals, n, q, each, ctx, sum };
	enum status st = ST_OK;
	size_t i;

	memset(sum, 0, sizeof(*sum));
	sum->first_token_ms = sum->last_token_ms = WHEN_UNKNOWN;
	if (n == 0)
		return ST_OK;
	qsort(seals, n, sizeof(*seals), by_sequence);
	sum->n = n;
	sum->first = seals[0].sequence;
	sum->last = seals[n - 1].sequence;
	sum->head = &seals[n - 1];
	for (i = 0; i < n && st == ST_OK; i++) {
		sum->n_destroyed += seals[i].destroyed;
		st = link(&j, i, err);
	}
	if (st == ST_OK && (st = receipts(&j, err)) == ST_OK && (st = tokens(&j, err)) == ST_OK)
		st = heartbeat(&j, err);
	return st;
}
