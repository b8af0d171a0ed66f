/* proof.c: see proof.h. */
#include "archive/proof.h"

#include <inttypes.h>

#include "archive/names.h"
#include "archive/records_check.h"
#include "core/i18n.h"

#define FORMAT		"custody/1 record-proof"
#define SEGMENT_HEAD	"data/records/"
#define SEGMENT_TAIL	((size_t)13)		/* /NNNNNN.jsonl */

bool
proof_segment_ok(struct str path, struct str *stream, uint64_t *number)
{
	const size_t n_head = sizeof(SEGMENT_HEAD) - 1;
	const char *tail;
	size_t i;

	if (!str_has_prefix(path, SEGMENT_HEAD) || path.n <= n_head + SEGMENT_TAIL || path.n > LIMIT_PATH)
		return false;
	tail = path.p + path.n - SEGMENT_TAIL;
	*stream = (struct str){ path.p + n_head, path.n - n_head - SEGMENT_TAIL };
	if (tail[0] != '/' || memcmp(tail + 7, ".jsonl", 6) != 0 || !names_stream_ok(*stream))
		return false;
	for (*number = 0, i = 1; i <= 6; i++) {
		if (tail[i] < '0' || tail[i] > '9')
			return false;
		*number = *number * 10 + (uint64_t)(tail[i] - '0');
	}
	return true;
}

enum status
proof_encode(const struct proof *p, struct buf *out, struct err *err)
{
	enum status st;
	char hex[65];
	size_t i;

	st = buf_addf(out, err, "Format: " FORMAT "\nSegment: %s\nIndex: %" PRIu32 "\nCount: %" PRIu32 "\n", p->segment, p->index, p->count);
	for (i = 0; i < p->n_hashes && st == ST_OK; i++) {
		digest_hex(p->hashes[i], 32, hex);
		st = buf_addf(out, err, "Hash: %s\n", hex);
	}
	return st;
}

/* Take the line "<name>: <value>" off ${text}. */
static bool
take(struct str *text, const char *name, struct str *value)
{
	const char *lf = text->n == 0 ? NULL : memchr(text->p, '\n', text->n);
	const size_t n = strlen(name);

	if (lf == NULL || !str_has_prefix(*text, name) || (size_t)(lf - text->p) < n + 2 || memcmp(text->p + n, ": ", 2) != 0)
		return false;
	*value = (struct str){ text->p + n + 2, (size_t)(lf - text->p) - n - 2 };
	text->n -= (size_t)(lf + 1 - text->p);
	text->p = lf + 1;
	return true;
}

static enum status
wrong(const char *line, struct err *err)
{
	return err_set(err, ST_CORRUPT, _("proof.txt: the line \"%s\" is missing, misplaced or not as the format demands"), line);
}

enum status
proof_parse(struct str text, struct proof *p, struct err *err)
{
	uint64_t number, index, count;
	struct str value, stream;

	memset(p, 0, sizeof(*p));
	if (!take(&text, "Format", &value) || !str_is(value, FORMAT))
		return wrong("Format", err);
	if (!take(&text, "Segment", &value) || !proof_segment_ok(value, &stream, &number))
		return wrong("Segment", err);
	memcpy(p->segment, value.p, value.n);
	if (!take(&text, "Index", &value) || str_u64(value, 0, RECORDS_SEGMENT_MAX - 1, &index, NULL) != ST_OK)
		return wrong("Index", err);
	if (!take(&text, "Count", &value) || str_u64(value, index + 1, RECORDS_SEGMENT_MAX, &count, NULL) != ST_OK)
		return wrong("Count", err);
	p->index = (uint32_t)index;
	p->count = (uint32_t)count;
	for (; text.n > 0; p->n_hashes++)
		if (p->n_hashes == TREE_PATH_MAX || !take(&text, "Hash", &value) || !digest_unhex(value, p->hashes[p->n_hashes], 32))
			return wrong("Hash", err);
	return ST_OK;
}

enum status
proof_root(const struct proof *p, struct digest *d, const unsigned char leaf[32], unsigned char root[32], struct err *err)
{
	uint32_t fn = p->index, sn = p->count - 1;
	enum status st;
	size_t i;

	memcpy(root, leaf, 32);
	for (i = 0; i < p->n_hashes; i++, fn >>= 1, sn >>= 1) {
		if (sn == 0)
			return err_set(err, ST_CORRUPT, _("the proof has more hashes than its Index and Count demand"));
		if ((fn & 1) != 0 || fn == sn) {
			st = tree_node(d, p->hashes[i], root, root, err);
			for (; (fn & 1) == 0 && fn != 0; sn >>= 1)
				fn >>= 1;
		} else
			st = tree_node(d, root, p->hashes[i], root, err);
		if (st != ST_OK)
			return st;
	}
	return sn == 0 ? ST_OK : err_set(err, ST_CORRUPT, _("the proof has fewer hashes than its Index and Count demand"));
}
