/* renewals.c: who vouches for whom; see renewals.h.  Reading a renewal archive is in renewals_read.c. */
#include "archive/renewals.h"

#include <stdlib.h>
#include <string.h>

#include "archive/renewals_parts.h"
#include "core/mem.h"
#include "core/when.h"

void
renewals_init(struct renewals *rs)
{
	memset(rs, 0, sizeof(*rs));
}

void
renewals_free(struct renewals *rs)
{
	size_t i;

	for (i = 0; i < rs->n; i++)
		mem_free(rs->list[i].words);
	mem_free(rs->list);
	mem_free(rs->refused);
	sk_X509_CRL_pop_free(rs->crls, X509_CRL_free);
	renewals_init(rs);
}

static int
by_archive(const void *va, const void *vb)
{
	const struct renewal_word *a = va, *b = vb;

	return strcmp(a->archive, b->archive);
}

enum status
renewals_keep(struct renewals *rs, struct renewal *r, STACK_OF(X509_CRL) *crls, struct err *err)
{
	struct renewal *grown;
	size_t i;

	if (rs->crls == NULL && (rs->crls = sk_X509_CRL_new_null()) == NULL)
		return err_oom(err, 0);
	if ((grown = mem_grow(rs->list, rs->n + 1, sizeof(*grown), err)) == NULL)
		return ST_NOMEM;
	rs->list = grown;
	while (crls != NULL && sk_X509_CRL_num(crls) > 0)
		if (sk_X509_CRL_push(rs->crls, sk_X509_CRL_value(crls, 0)) <= 0)
			return err_oom(err, 0);
		else
			(void)sk_X509_CRL_shift(crls);
	qsort(r->words, r->n_words, sizeof(*r->words), by_archive);
	for (i = rs->n; i > 0 && rs->list[i - 1].sequence < r->sequence; i--)
		rs->list[i] = rs->list[i - 1];
	rs->list[i] = *r;
	rs->n++;
	memset(r, 0, sizeof(*r));
	return ST_OK;
}

bool
renewals_has(const struct renewals *rs, const unsigned char seal[32])
{
	size_t i;

	for (i = 0; i < rs->n; i++)
		if (memcmp(rs->list[i].seal, seal, 32) == 0)
			return true;
	return false;
}

static const struct renewal_word *
word_of(const struct renewal *r, const char *archive)
{
	struct renewal_word key = { .archive = "" };
	size_t n = strlen(archive);

	if (n >= sizeof(key.archive))
		return NULL;
	memcpy(key.archive, archive, n + 1);
	return r->n_words == 0 ? NULL : bsearch(&key, r->words, r->n_words, sizeof(*r->words), by_archive);
}

bool
renewals_name(const struct renewals *rs, struct str archive)
{
	char name[40];
	size_t i;

	if (rs == NULL || archive.n >= sizeof(name))
		return false;
	memcpy(name, archive.p, archive.n);
	name[archive.n] = '\0';
	for (i = 0; i < rs->n; i++)
		if (word_of(&rs->list[i], name) != NULL)
			return true;
	return false;
}

bool
renewals_alg(const struct trust *t, int64_t now_ms, enum digest_alg *alg)
{
	*alg = algorithms_digest(&t->algorithms, DIGEST_SHA512, now_ms) ? DIGEST_SHA512 : DIGEST_SHA256;
	return algorithms_digest(&t->algorithms, *alg, now_ms);
}

const struct renewal_refused *
renewals_could(const struct renewals *rs, uint64_t sequence)
{
	const struct renewal_refused *last = NULL;
	size_t i;

	for (i = 0; rs != NULL && i < rs->n_refused; i++)
		if (rs->refused[i].sequence > sequence && (last == NULL || rs->refused[i].sequence > last->sequence))
			last = &rs->refused[i];
	return last;
}

const struct renewal *
renewals_gone(const struct renewals *rs, const char *archive)
{
	const struct renewal_word *w;
	size_t i;

	for (i = rs == NULL ? 0 : rs->n; i-- > 0;)
		if ((w = word_of(&rs->list[i], archive)) != NULL && w->destroyed)
			return &rs->list[i];
	return NULL;
}

enum match { SAME, OTHER, SILENT };

/* What lies here, and what that archive held. */
static enum match
compare(const struct renewal_word *w, const struct renewals_evidence *e, bool sha256)
{
	if (memcmp(w->seal, e->seal_sha256, 32) != 0)
		return OTHER;
	if (e->tar != NULL)
		return !w->has_tar ? SILENT :
		    memcmp(e->tar_alg == DIGEST_SHA512 ? w->sha512 : w->sha256, e->tar, digest_size(e->tar_alg)) == 0 ? SAME : OTHER;
	if (e->files == NULL || !w->has_files || !sha256)
		return SILENT;
	return memcmp(w->files, e->files, 32) == 0 ? SAME : OTHER;
}

/*
 * From the latest backwards: each is believed as of the time the one after it proves, so every step goes further into the past, and what is the same by an
 * algorithm accepted today was the same then.
 */
void
renewals_ask(const struct renewals *rs, const struct trust *t, const struct renewals_evidence *e, int64_t now_ms, struct renewals_answer *a)
{
	bool sha256 = algorithms_digest(&t->algorithms, DIGEST_SHA256, now_ms);
	size_t i;

	memset(a, 0, sizeof(*a));
	a->at_ms = now_ms;
	for (i = 0; rs != NULL && i < rs->n; i++) {
		const struct renewal *r = &rs->list[i];
		const struct renewal_word *w;

		if (r->sequence <= e->seal->sequence || strcmp(r->chain, e->seal->chain) != 0 || (w = word_of(r, e->seal->archive)) == NULL)
			continue;
		switch (compare(w, e, sha256)) {
		case SAME:
			if (r->at_ms < a->at_ms) {
				a->at_ms = r->at_ms;
				a->by = r;
				a->only_seal = e->tar == NULL;
			}
			break;
		case OTHER:
			if (!w->invalid && a->against == NULL)
				a->against = r;
			break;
		case SILENT:
			break;
		}
	}
	if (a->against != NULL) {	/* one of the two is false, and nobody knows which */
		a->by = NULL;
		a->at_ms = now_ms;
	}
}
