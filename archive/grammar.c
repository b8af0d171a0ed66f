/* grammar.c: the rows of archive format 3 in their order; paths have passed names_path_ok. */
#include "archive/grammar.h"

#include <stdio.h>
#include <string.h>

#include "archive/names.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"

#define SEGMENT_DIGITS	((size_t)6)
#define FILE_DIGITS	((size_t)9)
#define PART_DIGITS	((size_t)4)
#define EXT_MAX		((size_t)8)

static const enum digest_alg alg_order[SEAL_ALGS_MAX] = { DIGEST_SHA256, DIGEST_SHA512, DIGEST_SM3 };

void
grammar_init(struct grammar *g)
{
	memset(g, 0, sizeof(*g));
	g->next_file = 1;
	names_set_init(&g->views);
}

void
grammar_free(struct grammar *g)
{
	size_t i;

	for (i = 0; i < g->n_streams; i++)
		mem_free(g->streams[i].name);
	mem_free(g->streams);
	names_set_free(&g->views);
}

static enum status
misplaced(const char *path, struct err *err)
{
	return err_set(err, ST_CORRUPT, _("%s must not stand here"), path);
}

static bool
digits(const char *p, size_t n, uint64_t *out)
{
	*out = 0;
	for (; n > 0; n--, p++) {
		if (*p < '0' || *p > '9')
			return false;
		*out = *out * 10 + (uint64_t)(*p - '0');
	}
	return true;
}

/* Take the suffix of an encrypted part, ".gz.<4 digits>.cms", off ${plain}. */
static unsigned
strip_part(char *plain)
{
	size_t n = strlen(plain), n_suffix = 4 + PART_DIGITS + 4;
	uint64_t part;

	if (n <= n_suffix || memcmp(plain + n - n_suffix, ".gz.", 4) != 0 || strcmp(plain + n - 4, ".cms") != 0 ||
	    !digits(plain + n - 4 - PART_DIGITS, PART_DIGITS, &part) || part == 0)
		return 0;
	plain[n - n_suffix] = '\0';
	return (unsigned)part;
}

/* --- payload --- */

static enum status
stream_of(struct grammar *g, struct str name, struct grammar_stream **out, struct err *err)
{
	struct grammar_stream *grown;
	size_t i;

	for (i = 0; i < g->n_streams; i++)
		if (str_is(name, g->streams[i].name)) {
			*out = &g->streams[i];
			return ST_OK;
		}
	if (g->n_streams == GRAMMAR_STREAMS_MAX)
		return err_set(err, ST_UNSURE, _("more than %u streams: this program cannot follow so many"), GRAMMAR_STREAMS_MAX);
	if ((grown = mem_grow(g->streams, g->n_streams + 1, sizeof(*grown), err)) == NULL)
		return ST_NOMEM;
	g->streams = grown;
	grown[g->n_streams] = (struct grammar_stream){ mem_get(1, name.n + 1, err), 0 };
	if (grown[g->n_streams].name == NULL)
		return ST_NOMEM;
	memcpy(grown[g->n_streams].name, name.p, name.n);
	*out = &grown[g->n_streams++];
	return ST_OK;
}

/* data/records/<stream>/<NNNNNN>.jsonl */
static enum status
next_segment(struct grammar *g, const char *path, const char *plain, struct err *err)
{
	const char *name = plain + strlen("data/records/"), *slash = strchr(name, '/');
	struct grammar_stream *s = NULL;
	enum status st;
	uint64_t n;

	if (slash == NULL || !names_stream_ok((struct str){ name, (size_t)(slash - name) }) || strlen(slash + 1) != SEGMENT_DIGITS + 6 ||
	    strcmp(slash + 1 + SEGMENT_DIGITS, ".jsonl") != 0 || !digits(slash + 1, SEGMENT_DIGITS, &n))
		return misplaced(path, err);
	if ((st = stream_of(g, (struct str){ name, (size_t)(slash - name) }, &s, err)) != ST_OK)
		return st;
	if (n != s->next)
		return err_set(err, ST_CORRUPT, _("%s: the next segment of this stream has number %06ju"), path, (uintmax_t)s->next);
	s->next++;
	return ST_OK;
}

/* data/files/<NNNNNN>/<NNNNNNNNN>[.ext] */
static enum status
next_file(struct grammar *g, const char *path, const char *plain, struct err *err)
{
	const char *p = plain + strlen("data/files/"), *ext;
	uint64_t dir, n;
	size_t i;

	if (strlen(p) < SEGMENT_DIGITS + 1 + FILE_DIGITS || !digits(p, SEGMENT_DIGITS, &dir) || p[SEGMENT_DIGITS] != '/' ||
	    !digits(p + SEGMENT_DIGITS + 1, FILE_DIGITS, &n) || dir != n / 1000)
		return misplaced(path, err);
	ext = p + SEGMENT_DIGITS + 1 + FILE_DIGITS;
	if (ext[0] != '\0') {
		if (ext[0] != '.' || ext[1] == '\0' || strlen(ext + 1) > EXT_MAX)
			return misplaced(path, err);
		for (i = 1; ext[i] != '\0'; i++)
			if (!(ext[i] >= 'a' && ext[i] <= 'z') && !(ext[i] >= '0' && ext[i] <= '9'))
				return misplaced(path, err);
	}
	if (n != g->next_file)
		return err_set(err, ST_CORRUPT, _("%s: the next file has number %09ju"), path, (uintmax_t)g->next_file);
	g->next_file++;
	return ST_OK;
}

static enum status
next_payload(struct grammar *g, const char *path, struct grammar_entry *e, struct err *err)
{
	unsigned part;

	snprintf(e->plain, sizeof(e->plain), "%s", path);
	part = strip_part(e->plain);
	e->encrypted = part > 0;
	e->first_part = part <= 1;
	if (part > 1) {
		if (strcmp(g->part_of, e->plain) != 0 || part != g->part + 1)
			return err_set(err, ST_CORRUPT, _("%s: a part does not follow the one before it"), path);
		g->part = part;
		g->n_encrypted++;
		return ST_OK;
	}
	g->part_of[0] = '\0';
	if (part == 1)
		memcpy(g->part_of, e->plain, sizeof(e->plain));
	g->part = part;
	if (part == 1)
		g->n_encrypted++;
	else
		g->n_plain++;
	switch (e->row) {
	case ROW_RECORDS:
		return next_segment(g, path, e->plain, err);
	case ROW_FILES:
		return next_file(g, path, e->plain, err);
	default:
		return names_set_add(&g->views, e->plain, err);
	}
}

/* --- rows 7 to 15 --- */

/* "<prefix>-<algorithm>.txt": the algorithm's index in the format's order, SEAL_ALGS_MAX for another path. */
static size_t
manifest_alg(const char *path, const char *prefix)
{
	char name[48];
	size_t i;

	for (i = 0; i < SEAL_ALGS_MAX; i++) {
		snprintf(name, sizeof(name), "%s-%s.txt", prefix, digest_name(alg_order[i]));
		if (strcmp(path, name) == 0)
			break;
	}
	return i;
}

static enum status
next_manifest(struct grammar *g, const char *path, struct grammar_entry *e, struct err *err)
{
	size_t alg = manifest_alg(path, "manifest");

	if (!g->any_payload || g->last > ROW_MANIFEST || (g->n_algs == 0) != (alg == 0) ||
	    (g->n_algs > 0 && alg_order[alg] <= g->algs[g->n_algs - 1]))
		return misplaced(path, err);
	e->i = g->n_algs;
	g->algs[g->n_algs++] = alg_order[alg];
	return ST_OK;
}

static enum status
next_tagmanifest(struct grammar *g, const char *path, struct grammar_entry *e, struct err *err)
{
	size_t alg = manifest_alg(path, "tagmanifest");

	if ((g->last != ROW_BAGINFO && g->last != ROW_TAGMANIFEST) || g->n_tag == g->n_algs || g->algs[g->n_tag] != alg_order[alg])
		return misplaced(path, err);
	e->i = g->n_tag++;
	return ST_OK;
}

/* Row 12, in the order of the Signer lines. */
static bool
is_signature(struct grammar *g, const char *name, struct grammar_entry *e)
{
	const struct seal_signer *s;
	char want[48];

	if (g->seal == NULL || g->i_signer >= g->seal->n_signers)
		return false;
	s = &g->seal->signers[g->i_signer];
	if (s->kind == SEAL_UNKNOWN) {	/* whatever files that kind may have */
		size_t n = strlen(s->role);

		e->row = ROW_SIGNATURE;
		e->i = g->i_signer;
		if (strncmp(name, s->role, n) == 0 && name[n] == '.')
			return true;
		g->i_signer++;
		return is_signature(g, name, e);
	}
	snprintf(want, sizeof(want), "%s.%s", s->role, s->kind == SEAL_CMS ? "p7s" : g->sm2_cert_due ? "crt.pem" : "sm2sig");
	if (strcmp(name, want) != 0)
		return false;
	e->row = ROW_SIGNATURE;
	e->i = g->i_signer;
	e->cert = g->sm2_cert_due;
	if (s->kind == SEAL_SM2 && !g->sm2_cert_due) {
		g->sm2_cert_due = true;
	} else {
		g->sm2_cert_due = false;
		g->i_signer++;
	}
	return true;
}

/* Row 13: NN from 01, growing by at most one, the names in byte order. */
static bool
is_pem(struct grammar *g, const char *name, struct grammar_entry *e)
{
	uint64_t n;

	if (strlen(name) != 10 || !digits(name, 2, &n) || n == 0 || (n != g->pem_no && n != g->pem_no + 1) ||
	    (strcmp(name + 2, ".crl.pem") != 0 && strcmp(name + 2, ".crt.pem") != 0) || strcmp(name, g->pem_last) <= 0)
		return false;
	e->row = ROW_PEM;
	e->cert = name[5] == 't';
	g->pem_no = (unsigned)n;
	memcpy(g->pem_last, name, 11);
	return true;
}

/* Row 15: sha256sums.txt.tsr, then .2.tsr to .9.tsr. */
static bool
is_token(struct grammar *g, const char *name, struct grammar_entry *e)
{
	char want[32];

	if (g->n_tokens == GRAMMAR_TOKENS_MAX)
		return false;
	if (g->n_tokens == 0)
		snprintf(want, sizeof(want), "sha256sums.txt.tsr");
	else
		snprintf(want, sizeof(want), "sha256sums.txt.%zu.tsr", g->n_tokens + 1);
	if (strcmp(name, want) != 0)
		return false;
	e->row = ROW_TOKEN;
	e->i = g->n_tokens++;
	return true;
}

static enum status
next_seal(struct grammar *g, const char *path, struct grammar_entry *e, struct err *err)
{
	const char *name = path + strlen("seal/");
	bool all_signed;

	if (strcmp(name, "seal.txt") == 0) {
		if (g->last != ROW_TAGMANIFEST || g->n_tag != g->n_algs)
			return misplaced(path, err);
		e->row = ROW_SEAL;
		return ST_OK;
	}
	if (g->last < ROW_SEAL)
		return misplaced(path, err);
	if (g->loose) {
		e->row = g->last;
		return ST_OK;
	}
	if (g->last <= ROW_SIGNATURE && g->seal != NULL && g->i_signer < g->seal->n_signers && is_signature(g, name, e))
		return ST_OK;
	all_signed = g->seal != NULL && g->i_signer == g->seal->n_signers;
	if (g->last <= ROW_SIGNATURE && !all_signed) {
		return err_set(err, ST_CORRUPT, _("%s must not stand here: the signature of %s is missing before it"), path,
		    g->seal == NULL ? "?" : g->seal->signers[g->i_signer].role);
	}
	if (g->last <= ROW_PEM && is_pem(g, name, e))
		return ST_OK;
	if (g->last < ROW_SUMS && strcmp(name, "sha256sums.txt") == 0) {
		e->row = ROW_SUMS;
		return ST_OK;
	}
	if (g->last >= ROW_SUMS && is_token(g, name, e))
		return ST_OK;
	return misplaced(path, err);
}

static enum status
classify(struct grammar *g, const char *path, struct grammar_entry *e, struct err *err)
{
	static const struct { const char *path; enum grammar_row row, after; } fixed[] = {
		{ "bagit.txt", ROW_BAGIT, ROW_NONE }, { "about/VERIFY.txt", ROW_VERIFY, ROW_BAGIT },
		{ "about/FORMAT.txt", ROW_FORMAT, ROW_VERIFY }, { "record-segments.tsv", ROW_SEGMENTS, ROW_MANIFEST },
		{ "bag-info.txt", ROW_BAGINFO, ROW_SEGMENTS },
	};
	static const struct { const char *prefix; enum grammar_row row; } payload[] = {
		{ "data/records/", ROW_RECORDS }, { "data/files/", ROW_FILES }, { "data/views/", ROW_VIEWS }, { "data/report/", ROW_VIEWS },
	};
	struct str p = str_of(path);
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (strcmp(path, fixed[i].path) == 0) {
			e->row = fixed[i].row;
			return g->last == fixed[i].after ? ST_OK : misplaced(path, err);
		}
	for (i = 0; i < sizeof(payload) / sizeof(payload[0]); i++)
		if (str_has_prefix(p, payload[i].prefix)) {
			e->row = payload[i].row;
			if (g->last < ROW_FORMAT || g->last > ROW_VIEWS)
				return misplaced(path, err);
			g->any_payload = true;
			return next_payload(g, path, e, err);
		}
	if (manifest_alg(path, "manifest") < SEAL_ALGS_MAX) {
		e->row = ROW_MANIFEST;
		return next_manifest(g, path, e, err);
	}
	if (manifest_alg(path, "tagmanifest") < SEAL_ALGS_MAX) {
		e->row = ROW_TAGMANIFEST;
		return next_tagmanifest(g, path, e, err);
	}
	return str_has_prefix(p, "seal/") ? next_seal(g, path, e, err) : misplaced(path, err);
}

enum status
grammar_next(struct grammar *g, const char *path, struct grammar_entry *e, struct err *err)
{
	enum status st;

	memset(e, 0, sizeof(*e));
	if ((st = classify(g, path, e, err)) == ST_OK)
		g->last = e->row;
	return st;
}

enum status
grammar_finish(struct grammar *g, struct err *err)
{
	bool repeated;
	enum status st;

	if ((st = names_set_check(&g->views, &repeated, err)) != ST_OK)
		return st;
	if (repeated)
		return err_set(err, ST_CORRUPT, _("a path below data/views or data/report comes twice, or is the directory of another"));
	if (g->last < ROW_SUMS && !(g->loose && g->last >= ROW_SEAL))
		return err_set(err, ST_CORRUPT, _("the archive ends before seal/sha256sums.txt"));
	return ST_OK;
}
