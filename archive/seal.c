/*
 * seal.c: seal.txt as bytes.  Parsing reads loosely and then writes what it read: only text that comes back byte for byte the same is
 * a seal, so there is one description of the format here, the writer's.
 */
#include "archive/seal.h"

#include <inttypes.h>
#include <string.h>

#include "archive/names.h"
#include "core/i18n.h"
#include "core/when.h"

#define FORMAT_PREFIX	"Format: custody/"

static const char *const kind_names[] = { "cms", "sm2" };

static enum status
put_hash(struct buf *out, const char *name, enum digest_alg alg, const unsigned char *hash, struct err *err)
{
	char hex[DIGEST_HEX_MAX];

	digest_hex(hash, digest_size(alg), hex);
	return buf_addf(out, err, "%s: %s:%s\n", name, digest_name(alg), hex);
}

static enum status
put_head(const struct seal *s, struct buf *out, struct err *err)
{
	enum status st;
	size_t i;

	st = buf_addf(out, err, FORMAT_PREFIX "1\nChain: %s\nSequence: %" PRIu64 "\n", s->chain, s->sequence);
	if (st == ST_OK && !s->has_previous)
		st = buf_addz(out, "Previous: none\n", err);
	for (i = 0; st == ST_OK && s->has_previous && i < s->n_algs; i++)
		st = put_hash(out, "Previous", s->algs[i], s->previous[i], err);
	return st;
}

enum status
seal_encode(const struct seal *s, struct buf *out, struct err *err)
{
	char sealed[21], from[21], until[21], hex[65];
	enum status st;
	size_t i;

	when_utc_s(s->sealed_at_ms, sealed);
	when_utc_s(s->covers_from_ms, from);
	when_utc_s(s->covers_until_ms, until);
	if ((st = put_head(s, out, err)) != ST_OK)
		return st;
	st = buf_addf(out, err, "Archive: %s\nSealed-At: %s\nCovers: %s/%s\nPayload: %" PRIu64 ".%" PRIu64 "\nRecords: %" PRIu64 "\nGaps: %" PRIu64 "\n",
	    s->archive, sealed, from, until, s->payload_octets, s->payload_files, s->records, s->gaps);
	for (i = 0; st == ST_OK && i < s->n_algs; i++)
		st = put_hash(out, "Tagmanifest", s->algs[i], s->tagmanifest[i], err);
	for (i = 0; st == ST_OK && i < s->n_signers; i++) {
		const struct seal_signer *g = &s->signers[i];

		digest_hex(g->cert_sha256, sizeof(g->cert_sha256), hex);
		st = buf_addf(out, err, "Signer: %s %s sha256:%s\n", g->role, g->kind == SEAL_UNKNOWN ? g->kind_name : kind_names[g->kind], hex);
	}
	return st;
}

/* --- parsing --- */

struct lines { struct str rest; unsigned no; };

static enum status
bad(const struct lines *l, const char *what, struct err *err)
{
	return err_set(err, ST_CORRUPT, _("seal.txt, line %u: not a correct %s line"), l->no, what);
}

/* The value of the next line if it is called ${name}; absent otherwise, and then nothing is taken. */
static struct str
take(struct lines *l, const char *name)
{
	size_t n = strlen(name);
	const char *end;
	struct str value;

	if (l->rest.n < n + 2 || memcmp(l->rest.p, name, n) != 0 || memcmp(l->rest.p + n, ": ", 2) != 0 ||
	    (end = memchr(l->rest.p, '\n', l->rest.n)) == NULL)
		return STR_NONE;
	value = (struct str){ l->rest.p + n + 2, (size_t)(end - l->rest.p) - n - 2 };
	l->rest.n -= (size_t)(end + 1 - l->rest.p);
	l->rest.p = end + 1;
	l->no++;
	return value;
}

/* Cut ${s} at the first ${sep}; ${tail} is absent when there is none. */
static struct str
cut(struct str s, char sep, struct str *tail)
{
	const char *at = s.p == NULL ? NULL : memchr(s.p, sep, s.n);

	*tail = STR_NONE;
	if (at == NULL)
		return s;
	*tail = (struct str){ at + 1, s.n - (size_t)(at + 1 - s.p) };
	return (struct str){ s.p, (size_t)(at - s.p) };
}

static bool
copy(char *to, size_t size, struct str s)
{
	if (s.p == NULL || s.n >= size || memchr(s.p, '\0', s.n) != NULL)
		return false;
	memcpy(to, s.p, s.n);
	to[s.n] = '\0';
	return true;
}

static bool
number(struct str s, uint64_t min, uint64_t *out)
{
	return s.p != NULL && str_u64(s, min, UINT64_MAX, out, NULL) == ST_OK;
}

static bool
instant(struct str s, int64_t *ms)
{
	return s.p != NULL && s.n == 20 && when_parse_utc(s, ms, NULL) == ST_OK;
}

/* "sha256:<hex>"; unknown names are told apart from broken lines. */
static enum status
hash_value(const struct lines *l, struct str v, const char *what, enum digest_alg *alg, unsigned char *out, struct err *err)
{
	static const enum digest_alg known[SEAL_ALGS_MAX] = { DIGEST_SHA256, DIGEST_SHA512, DIGEST_SM3 };
	struct str hex, name = cut(v, ':', &hex);
	size_t i;

	if (hex.p == NULL)
		return bad(l, what, err);
	for (i = 0; i < SEAL_ALGS_MAX; i++) {
		if (!str_is(name, digest_name(known[i])))
			continue;
		*alg = known[i];
		return digest_unhex(hex, out, digest_size(known[i])) ? ST_OK : bad(l, what, err);
	}
	return err_set(err, ST_UNSURE, _("seal.txt, line %u: a digest algorithm this program does not know"), l->no);
}

static enum status
read_format(struct lines *l, struct err *err)
{
	struct str v = take(l, "Format");
	uint64_t n;

	if (v.p == NULL || !str_has_prefix(v, "custody/") || !number((struct str){ v.p + 8, v.n - 8 }, 1, &n))
		return bad(l, "Format", err);
	if (n > 1)
		return err_set(err, ST_UNSURE,
		    _("seal.txt has format custody/%" PRIu64 ", this program knows custody/1"), n);
	return ST_OK;
}

static enum status
read_previous(struct lines *l, struct seal *s, enum digest_alg algs[SEAL_ALGS_MAX], size_t *n, struct err *err)
{
	enum status st;
	struct str v = take(l, "Previous");

	*n = 0;
	s->has_previous = !str_is(v, "none");
	if (!s->has_previous)
		return ST_OK;
	for (; v.p != NULL; v = take(l, "Previous")) {
		if (*n == SEAL_ALGS_MAX)
			return bad(l, "Previous", err);
		if ((st = hash_value(l, v, "Previous", &algs[*n], s->previous[*n], err)) != ST_OK)
			return st;
		++*n;
	}
	return *n > 0 ? ST_OK : bad(l, "Previous", err);
}

static enum status
read_middle(struct lines *l, struct seal *s, struct err *err)
{
	struct str v, tail;

	v = take(l, "Archive");
	if (!copy(s->archive, sizeof(s->archive), v) || names_sequence(v) != s->sequence)
		return bad(l, "Archive", err);
	if (!instant(take(l, "Sealed-At"), &s->sealed_at_ms))
		return bad(l, "Sealed-At", err);
	v = cut(take(l, "Covers"), '/', &tail);
	if (!instant(v, &s->covers_from_ms) || !instant(tail, &s->covers_until_ms) || s->covers_until_ms < s->covers_from_ms)
		return bad(l, "Covers", err);
	v = cut(take(l, "Payload"), '.', &tail);
	if (!number(v, 0, &s->payload_octets) || !number(tail, 1, &s->payload_files))
		return bad(l, "Payload", err);
	if (!number(take(l, "Records"), 0, &s->records))
		return bad(l, "Records", err);
	return number(take(l, "Gaps"), 0, &s->gaps) ? ST_OK : bad(l, "Gaps", err);
}

static enum status
read_tagmanifests(struct lines *l, struct seal *s, const enum digest_alg *algs, size_t n_previous, struct err *err)
{
	enum status st;
	struct str v;

	for (v = take(l, "Tagmanifest"); v.p != NULL; v = take(l, "Tagmanifest")) {
		size_t i = s->n_algs;

		if (i == SEAL_ALGS_MAX)
			return bad(l, "Tagmanifest", err);
		if ((st = hash_value(l, v, "Tagmanifest", &s->algs[i], s->tagmanifest[i], err)) != ST_OK)
			return st;
		if (i == 0 ? s->algs[i] != DIGEST_SHA256 : s->algs[i] <= s->algs[i - 1])	/* the enum is in the format's order */
			return bad(l, "Tagmanifest", err);
		s->n_algs++;
	}
	if (s->n_algs == 0 || (s->has_previous && (n_previous != s->n_algs || memcmp(algs, s->algs, n_previous * sizeof(*algs)) != 0)))
		return bad(l, "Tagmanifest", err);
	return ST_OK;
}

static enum status
read_signers(struct lines *l, struct seal *s, bool *unknown, struct err *err)
{
	enum digest_alg alg;
	enum status st;
	struct str v;
	size_t i;

	for (v = take(l, "Signer"); v.p != NULL; v = take(l, "Signer")) {
		struct seal_signer *g = &s->signers[s->n_signers];
		struct str tail, hash, role = cut(v, ' ', &tail), kind = cut(tail, ' ', &hash);

		if (s->n_signers == SEAL_ROLES_MAX) {
			s->n_signers = 0;
			return err_set(err, ST_UNSURE, _("seal.txt names more than %d signers: this program cannot follow so many"), SEAL_ROLES_MAX);
		}
		if (!names_role_ok(role) || !copy(g->role, sizeof(g->role), role) ||
		    hash.p == NULL || kind.n == 0 || !copy(g->kind_name, sizeof(g->kind_name), kind))
			return bad(l, "Signer", err);
		g->kind = str_is(kind, "cms") ? SEAL_CMS : str_is(kind, "sm2") ? SEAL_SM2 : SEAL_UNKNOWN;
		*unknown |= g->kind == SEAL_UNKNOWN;
		if (!str_has_prefix(hash, "sha256:"))
			return bad(l, "Signer", err);
		if ((st = hash_value(l, hash, "Signer", &alg, g->cert_sha256, err)) != ST_OK)
			return st;
		for (i = 0; i < s->n_signers; i++)
			if (strcmp(s->signers[i].role, g->role) == 0)
				return bad(l, "Signer", err);
		s->n_signers++;
	}
	return s->n_signers > 0 ? ST_OK : bad(l, "Signer", err);
}

static enum status
check_same(const struct seal *s, struct str text, struct err *err)
{
	struct buf again;
	enum status st;
	size_t i, line = 1;

	buf_init(&again, LIMIT_SEAL * 2);
	if ((st = seal_encode(s, &again, err)) != ST_OK)
		goto out;
	if (!str_eq(buf_str(&again), text)) {
		for (i = 0; i < text.n && i < again.n && text.p[i] == again.p[i]; i++)
			line += text.p[i] == '\n';
		st = err_set(err, ST_CORRUPT, _("seal.txt, line %zu: not written as the format demands"), line);
	}
out:
	buf_free(&again);
	return st;
}

enum status
seal_parse(struct str text, struct seal *s, struct err *err)
{
	enum digest_alg algs[SEAL_ALGS_MAX] = { DIGEST_SHA256 };
	struct lines l = { text, 1 };
	size_t i, n_previous;
	bool unknown = false;
	enum status st;
	struct str v;

	memset(s, 0, sizeof(*s));
	if (text.n > LIMIT_SEAL)
		return err_set(err, ST_CORRUPT, _("seal.txt is longer than 64 KiB"));
	for (i = 0; i < text.n; i++)
		if (text.p[i] != '\n' && (text.p[i] < 0x20 || text.p[i] > 0x7e))
			return err_set(err, ST_CORRUPT, _("seal.txt, byte %zu: not printable ASCII"), i);
	if ((st = read_format(&l, err)) != ST_OK)
		return st;
	v = take(&l, "Chain");
	if (!names_chain_ok(v) || !copy(s->chain, sizeof(s->chain), v))
		return bad(&l, "Chain", err);
	if (!number(take(&l, "Sequence"), 1, &s->sequence))
		return bad(&l, "Sequence", err);
	if ((st = read_previous(&l, s, algs, &n_previous, err)) != ST_OK)
		return st;
	if (s->has_previous != (s->sequence > 1))
		return bad(&l, "Previous", err);
	if ((st = read_middle(&l, s, err)) != ST_OK || (st = read_tagmanifests(&l, s, algs, n_previous, err)) != ST_OK ||
	    (st = read_signers(&l, s, &unknown, err)) != ST_OK)
		return st;
	if (l.rest.n != 0)
		return err_set(err, ST_CORRUPT, _("seal.txt, line %u: a line that does not belong there"), l.no);
	if ((st = check_same(s, text, err)) != ST_OK)
		return st;
	return unknown ? err_set(err, ST_UNSURE, _("seal.txt names a kind of signature this program does not know")) : ST_OK;
}
