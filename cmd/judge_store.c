/*
 * judge_store.c: a directory of archives: each judged, then the seals of each chain together.  An archive lies under one label; every label has a chain of
 * its own.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/judge.h"
#include "cmd/verify_print.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/progress.h"
#include "core/when.h"

struct judging_store {
	struct judging	*j;
	const char	*path;
	struct store	 store;
	struct chain_seal *seals;	/* of the label in work */
	size_t		 n_seals;
	char		 label[40];
	char		 (*chains)[48];	/* of the labels before it */
	size_t		 n_chains;
};

static void
label_of(const char *name, char label[40])
{
	snprintf(label, 40, "%.*s", (int)(strrchr(name, '-') - name), name);
}

/* Recipients change in the life of a chain: what was not meant for this one is judged as without a key. */
static enum status
judge_without_key(struct judging *j, const char *path, struct verify_report *r, struct err *err)
{
	struct crypt_key *key = j->key;
	enum status st;

	j->key = NULL;
	st = judge_content(j, path, r, err);
	j->key = key;
	return st;
}

static enum status
content(struct judging_store *s, const struct store_entry *e, struct buf *path, struct verify_report *r, struct err *err)
{
	bool read = !s->j->seals_only && e->state == STORE_CLOSED, open = e->state == STORE_PENDING || e->state == STORE_UNFINISHED;
	enum status st;

	if ((st = buf_addf(path, err, "%s/%s%s", s->path, e->name, open ? ".tar.gz.partial" : read ? ".tar.gz" : ".seal")) != ST_OK ||
	    (st = buf_z(path, err)) != ST_OK)
		return st;
	progress_phase(e->name);
	if (read || open) {
		st = judge_content(s->j, path->p, r, err);
		return st == ST_DENIED ? judge_without_key(s->j, path->p, r, err) : st;
	}
	if ((st = verify_seal_dir(path->p, e->name, &s->j->trust, when_now_ms(), r, err)) != ST_OK)
		return st;
	if (e->state != STORE_DESTROYED)
		verify_report_step(r, VERIFY_INTEGRITY, "content", VERDICT_VALID, "%s", _("only the seal was checked; the archive's content was not read"));
	else
		verify_report_step(r, VERIFY_USABILITY, "content", s->j->seals_only ? VERDICT_VALID : VERDICT_INDETERMINATE,
		    _("%s.tar.gz is missing, and no record says that it was destroyed: only its seal is left, nothing can be said of its content"), e->name);
	return ST_OK;
}

static bool
is_directory(const char *path)
{
	struct stat sb;

	return lstat(path, &sb) == 0 && S_ISDIR(sb.st_mode);
}

/* Beside a closed archive lies a copy of its seal/, the same files and no others: it is what remains when the archive is destroyed. */
static enum status
judge_copy(struct judging_store *s, const struct store_entry *e, struct verify_report *r, struct err *err)
{
	struct verify_report *copy;
	struct buf path;
	enum status st;

	if (s->j->seals_only || e->state != STORE_CLOSED || r->verdict == VERDICT_INVALID)
		return ST_OK;
	buf_init(&path, 8192);
	if ((copy = mem_get(1, sizeof(*copy), err)) == NULL)
		return ST_NOMEM;
	if ((st = buf_addf(&path, err, "%s/%s.seal", s->path, e->name)) == ST_OK && (st = buf_z(&path, err)) == ST_OK && is_directory(path.p) &&
	    (st = verify_seal_dir(path.p, e->name, &s->j->trust, when_now_ms(), copy, err)) == ST_OK && copy->verdict == VERDICT_INVALID)
		verify_report_step(r, VERIFY_AUTHENTICITY, "chain.seal", VERDICT_INVALID, _("%s.seal is no copy of what the archive has: %s"), e->name, verify_report_why(copy));
	mem_free(copy);
	buf_free(&path);
	return st;
}

/* The seal beside the archive becomes a link of the chain; ${r}: what was judged, whose seal must be the same. */
static enum status
take_seal(struct judging_store *s, const struct store_entry *e, struct verify_report *r, struct err *err)
{
	struct chain_seal *grown;
	struct seal seal;
	struct buf text;
	enum status st;

	buf_init(&text, LIMIT_SEAL);
	st = store_seal(&s->store, e->name, &text, &seal, err);
	if (st == ST_CORRUPT || st == ST_UNSURE || st == ST_END) {
		verify_report_step(r, VERIFY_AUTHENTICITY, "chain.seal", st == ST_UNSURE ? VERDICT_INDETERMINATE : VERDICT_INVALID, "%s",
		    st == ST_END ? _("its seal directory is missing") : err->text);
		st = ST_OK;
		goto out;
	}
	if (st != ST_OK)
		goto out;
	if ((grown = mem_grow(s->seals, s->n_seals + 1, sizeof(*grown), err)) == NULL) {
		st = ST_NOMEM;
		goto out;
	}
	s->seals = grown;
	if ((st = chain_seal_fill(&grown[s->n_seals], e->name, buf_str(&text), &seal, err)) != ST_OK)
		goto out;
	grown[s->n_seals].token_ms = r->token_ms;
	grown[s->n_seals].destroyed = e->state == STORE_DESTROYED;
	if (r->seal.sequence > 0 && memcmp(r->seal_sha256, grown[s->n_seals].hash[DIGEST_SHA256], 32) != 0)
		verify_report_step(r, VERIFY_AUTHENTICITY, "chain.seal", VERDICT_INVALID, "%s", _("the seal beside it differs from the seal inside"));
	s->n_seals++;
out:
	buf_free(&text);
	return st;
}

static enum status
one(struct judging_store *s, const struct store_entry *e, struct err *err)
{
	struct verify_report r;
	struct buf out, path;
	enum status st;

	memset(&r, 0, sizeof(r));
	r.token_ms = WHEN_UNKNOWN;
	buf_init(&out, (size_t)1 << 20);
	buf_init(&path, 8192);
	if ((st = content(s, e, &path, &r, err)) == ST_OK && (st = judge_copy(s, e, &r, err)) == ST_OK && (st = take_seal(s, e, &r, err)) == ST_OK &&
	    (st = judge_put(s->j, path.p, &r, &out, err)) == ST_OK && (st = app_print(&out, err)) == ST_OK)
		s->j->app->answered = s->j->app->json;
	buf_free(&path);
	buf_free(&out);
	return st;
}

static enum status
on_finding(void *ctx, const struct chain_finding *f, struct err *err)
{
	struct judging_store *s = ctx;

	return judge_say(s->j, f->at == SIZE_MAX ? s->label : s->seals[f->at].name, f->id, f->verdict, f->text, err);
}

/* What the end of the chain rests on, in words that promise nothing. */
static enum status
say_end(const struct judging_store *s, const struct chain_sum *sum, struct buf *out, struct err *err)
{
	char until[21], line[RECEIPT_LINE_MAX];
	enum status st;

	when_utc_s(sum->head->covers_until_ms, until);
	receipt_line(sum->head->chain, sum->last, sum->head->hash[DIGEST_SHA256], line);
	if ((st = buf_addf(out, err, _("%s: chain %s, sequences %" PRIu64 " to %" PRIu64 ", covers until %s: links %s\n"), s->label, sum->head->chain,
	    sum->first, sum->last, until, verify_print_word(sum->verdict))) != ST_OK)
		return st;
	if (sum->n_destroyed > 0 && (st = buf_addf(out, err, _("  of %zu archives only the seal is left\n"), sum->n_destroyed)) != ST_OK)
		return st;
	if (sum->receipt == sum->last && sum->verdict != VERDICT_INVALID)
		st = buf_addz(out, _("  end: a receipt names the head; nothing was cut off, nothing written anew\n"), err);
	else if (sum->receipt > 0)
		st = buf_addf(out, err, _("  end: a receipt confirms the chain up to sequence %" PRIu64 "; what follows it rests on signatures and time stamps alone\n"), sum->receipt);
	else if (sum->alive)
		st = buf_addz(out, _("  end: within the heartbeat; without a receipt, a shorter cut, or a past written anew by all who sign, cannot be excluded\n"), err);
	else
		st = buf_addz(out, _("  end: not proven: whether the end was cut off, or everything written anew by all who sign, only a receipt kept elsewhere can tell\n"), err);
	return st == ST_OK ? buf_addf(out, err, _("  head: %s"), line) : st;
}

static enum status
sum_json(const struct judging_store *s, const struct chain_sum *sum, struct buf *out, struct err *err)
{
	char until[21], line[RECEIPT_LINE_MAX];
	enum status st;

	when_utc_s(sum->head->covers_until_ms, until);
	receipt_line(sum->head->chain, sum->last, sum->head->hash[DIGEST_SHA256], line);
	if ((st = buf_addz(out, "{\"path\":", err)) != ST_OK || (st = json_put_string(out, str_of(s->path), err)) != ST_OK)
		return st;
	return buf_addf(out, err, ",\"label\":\"%s\",\"chain\":\"%s\",\"verdict\":\"%s\",\"archives\":%zu,\"destroyed\":%zu,\"first\":%" PRIu64 ",\"last\":%" PRIu64
	    ",\"covers_until\":\"%s\",\"head\":\"%.*s\",\"receipts\":%zu,\"receipt_up_to\":%" PRIu64 ",\"end_proven_by\":\"%s\"}\n", s->label, sum->head->chain,
	    verify_print_id(sum->verdict), sum->n, sum->n_destroyed, sum->first, sum->last, until, (int)strcspn(line, "\n"), line, sum->n_receipts, sum->receipt,
	    sum->receipt == sum->last ? "receipt" : sum->alive ? "heartbeat" : "nothing");
}

/* One chain under two labels would be two versions of it, each shown to somebody else. */
static enum status
no_other_label(struct judging_store *s, const char *chain, struct err *err)
{
	char (*grown)[48];
	size_t i;

	for (i = 0; i < s->n_chains; i++)
		if (strcmp(s->chains[i], chain) == 0)
			return judge_say(s->j, s->label, "chain.other", VERDICT_INVALID, _("its chain lies here under another label too"), err);
	if ((grown = mem_grow(s->chains, s->n_chains + 1, sizeof(*grown), err)) == NULL)
		return ST_NOMEM;
	s->chains = grown;
	snprintf(grown[s->n_chains++], sizeof(*grown), "%s", chain);
	return ST_OK;
}

static enum status
end_label(struct judging_store *s, struct err *err)
{
	struct chain_question q = { when_now_ms(), s->j->heartbeat_ms, &s->j->receipts, s->j->receipts_must };
	struct chain_sum sum;
	struct buf out;
	enum status st;

	if (s->n_seals == 0)
		return ST_OK;
	buf_init(&out, (size_t)1 << 16);
	if ((st = no_other_label(s, s->seals[0].chain, err)) == ST_OK && (st = chain_judge(s->seals, s->n_seals, &q, on_finding, s, &sum, err)) == ST_OK &&
	    (st = s->j->app->json ? sum_json(s, &sum, &out, err) : say_end(s, &sum, &out, err)) == ST_OK)
		st = app_print(&out, err);
	buf_free(&out);
	s->n_seals = 0;
	return st;
}

/* A volume that others follow is sealed before its run goes on: its seal is a link like any other. */
static bool
counts(struct judging_store *s, const struct store_entry *e)
{
	struct seal seal;
	struct buf text;
	enum status st;

	if (e->state != STORE_UNFINISHED && e->state != STORE_EMPTY)
		return true;
	buf_init(&text, LIMIT_SEAL);
	st = store_seal(&s->store, e->name, &text, &seal, NULL);
	buf_free(&text);
	return st == ST_OK || st == ST_UNSURE || st == ST_CORRUPT;
}

static enum status
no_archive(const struct store *store, const char *path, struct err *err)
{
	enum status st = err_set(err, ST_USAGE, _("%s holds no archive"), path);

	if (faccessat(store->dir, "bagit.txt", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		(void)err_next(err, _("it is a BagIt bag: custody verify --bag %s"), path);
	return st;
}

enum status
judge_store(struct judging *j, const char *path, struct err *err)
{
	struct judging_store s = { .j = j, .path = path, .store = { .dir = -1 } };
	struct store_entry *list = NULL;
	char label[40];
	enum status st;
	size_t i, n = 0, judged = 0;

	if ((st = store_open(&s.store, path, "archive", false, err)) != ST_OK || (st = store_list(&s.store, true, &list, &n, err)) != ST_OK)
		goto out;
	for (i = 0; i < n && st == ST_OK; i++) {
		if (!counts(&s, &list[i]))
			continue;
		judged++;
		label_of(list[i].name, label);
		if (strcmp(label, s.label) != 0) {
			if ((st = end_label(&s, err)) == ST_OK)
				st = judge_renewals(j, &s.store, label, err);
			memcpy(s.label, label, sizeof(label));
		}
		if (st == ST_OK)
			st = one(&s, &list[i], err);
	}
	if (st == ST_OK)
		st = end_label(&s, err);
	progress_end();
	if (st == ST_OK && judged == 0)
		st = no_archive(&s.store, path, err);
out:
	free(list);
	mem_free(s.seals);
	mem_free(s.chains);
	store_close(&s.store);
	return st;
}
