/* receipt.c: see receipt.h. */
#include "store/receipt.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "archive/names.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/mem.h"

#define PREFIX	"custody/1 head "
#define HASH	"sha256:"

void
receipt_line(const char *chain, uint64_t sequence, const unsigned char sha256[32], char out[RECEIPT_LINE_MAX])
{
	char hex[65];

	digest_hex(sha256, 32, hex);
	snprintf(out, RECEIPT_LINE_MAX, PREFIX "%.47s %" PRIu64 " " HASH "%s\n", chain, sequence, hex);
}

/* The next word, ended by one space or by the line's end. */
static struct str
word(struct str *s)
{
	const char *space = s->n == 0 ? NULL : memchr(s->p, ' ', s->n);
	struct str w = { s->p, space == NULL ? s->n : (size_t)(space - s->p) };

	*s = space == NULL ? (struct str){ s->p + s->n, 0 } : (struct str){ space + 1, s->n - w.n - 1 };
	return w;
}

bool
receipt_parse(struct str line, struct receipt *r)
{
	unsigned char sha256[sizeof(r->sha256)];
	struct str rest, chain, sequence;
	uint64_t n;

	if (!str_has_prefix(line, PREFIX))
		return false;
	rest = (struct str){ line.p + strlen(PREFIX), line.n - strlen(PREFIX) };
	chain = word(&rest);
	sequence = word(&rest);
	if (!names_chain_ok(chain) || chain.n >= sizeof(r->chain) || str_u64(sequence, 1, UINT64_MAX, &n, NULL) != ST_OK ||
	    !str_has_prefix(rest, HASH) || !digest_unhex((struct str){ rest.p + strlen(HASH), rest.n - strlen(HASH) }, sha256, sizeof(sha256)))
		return false;
	memcpy(r->chain, chain.p, chain.n);
	r->chain[chain.n] = '\0';
	r->sequence = n;
	memcpy(r->sha256, sha256, sizeof(sha256));
	return true;
}

enum status
receipts_parse(const char *name, struct str text, struct receipts *out, struct err *err)
{
	unsigned number = 0;

	while (text.n > 0) {
		const char *end = memchr(text.p, '\n', text.n);
		struct str line = { text.p, end == NULL ? text.n : (size_t)(end - text.p) };
		struct receipt r = { .line = ++number }, *grown;

		text = end == NULL ? STR_NONE : (struct str){ end + 1, text.n - line.n - 1 };
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (line.n == 0)
			continue;
		if (!receipt_parse(line, &r)) {
			err_set(err, ST_USAGE, _("%s, line %u: not a receipt (custody/1 head CHAIN SEQUENCE sha256:…)"), name, number);
			return err_next(err, _("leave only the lines of receipts in the file, whole and unchanged"));
		}
		if ((grown = mem_grow(out->list, out->n + 1, sizeof(*grown), err)) == NULL)
			return ST_NOMEM;
		out->list = grown;
		grown[out->n++] = r;
	}
	return ST_OK;
}

enum status
receipts_load(const char *path, struct receipts *out, struct err *err)
{
	size_t before = out->n;
	struct buf text;
	enum status st;

	buf_init(&text, RECEIPT_FILE_MAX + 1);
	st = fs_load(AT_FDCWD, path, RECEIPT_FILE_MAX, &text, err);
	if (st == ST_END)
		st = err_set(err, ST_USAGE, _("%s: no such file"), path);
	if (st == ST_OK)
		st = receipts_parse(path, buf_str(&text), out, err);
	if (st == ST_OK && out->n == before)
		st = err_set(err, ST_USAGE, _("%s: there is no receipt in it"), path);
	buf_free(&text);
	return st;
}

void
receipts_free(struct receipts *r)
{
	mem_free(r->list);
	*r = (struct receipts){ NULL, 0 };
}
