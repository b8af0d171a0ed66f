/* view_vcard.c: the two files of contacts, made and read back. */
#include "formats/view_vcard.h"

#include <string.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "formats/fold.h"
#include "formats/vcard.h"

#define VCF_4 "data/views/org/contacts.vcf"
#define VCF_3 "data/views/org/contacts-3.vcf"

struct making {
	struct vcard card;
	struct view_place *place;
	const char *path;
	struct sink *sink; /* NULL: no member yet */
};

static enum status
each(void *ctx, const struct record *rec, struct err *err)
{
	struct making *m = ctx;
	enum status st;

	if (rec->kind != REC_USER)
		return ST_OK;
	if (m->sink == NULL && (st = m->place->begin(m->place, m->path, &m->sink, err)) != ST_OK)
		return st;
	buf_clear(&m->card.out);
	if ((st = vcard_put(&m->card, rec, err)) != ST_OK) {
		(void)err_in(err, "%s %.*s", rec->stream, STR_ARG(rec->id));
		return st;
	}
	return sink_write(m->sink, m->card.out.p, m->card.out.n, err);
}

static enum status
make(const struct view_input *in, struct view_place *place, enum vcard_version version, const char *path, struct err *err)
{
	struct making m = { .place = place, .path = path };
	struct orgtree *tree;
	enum status st;

	if ((st = orgtree_open(&tree, in, err)) != ST_OK)
		return st;
	vcard_init(&m.card, version, in, tree);
	if ((st = in->records->run(in->records, "users", each, &m, err)) == ST_OK && m.sink != NULL)
		st = place->end(place, err);
	vcard_free(&m.card);
	orgtree_close(tree);
	return st;
}

static enum status
make_4(const struct view_input *in, struct view_place *place, struct err *err)
{
	return make(in, place, VCARD_4, VCF_4, err);
}
static enum status
make_3(const struct view_input *in, struct view_place *place, struct err *err)
{
	return make(in, place, VCARD_3, VCF_3, err);
}
static bool
owns_4(const char *path)
{
	return strcmp(path, VCF_4) == 0;
}
static bool
owns_3(const char *path)
{
	return strcmp(path, VCF_3) == 0;
}

/* --- read back --- */

/* The value of a line "NAME:text" or "NAME;X-FORM=hex:…", into ${out}. */
static enum status
value(struct str line, size_t at, struct buf *out, struct err *err)
{
	static const char hex[] = "0123456789abcdef";
	const struct str rest = { line.p + at, line.n - at };
	const bool octets = str_has_prefix(rest, ";X-FORM=hex:");
	enum status st = ST_OK;
	const char *a, *b;

	if (!octets && !str_has_prefix(rest, ":"))
		return ST_INPUT;
	buf_clear(out);
	for (at += octets ? strlen(";X-FORM=hex:") : 1; st == ST_OK && at < line.n; at++) {
		char c = line.p[at];

		if (octets) {
			if (at + 1 == line.n || (a = strchr(hex, c)) == NULL || (b = strchr(hex, line.p[at + 1])) == NULL)
				return ST_INPUT;
			c = (char)((a - hex) << 4 | (b - hex));
			at++;
		} else if (c == '\\') {
			if (++at == line.n)
				return ST_INPUT;
			c = line.p[at] == 'n' || line.p[at] == 'N' ? '\n' : line.p[at];
		}
		st = buf_putc(out, c, err);
	}
	return st;
}

struct reading {
	struct view_found *found;
	struct buf id, version;
	bool inside, has_id, has_version;
};

static enum status
one_line(struct reading *r, struct str line, struct err *err)
{
	const struct str none = STR_NONE;

	if (str_is(line, "BEGIN:VCARD")) {
		if (r->inside)
			return ST_INPUT;
		r->inside = true;
		r->has_id = r->has_version = false;
		return ST_OK;
	}
	if (!r->inside)
		return ST_INPUT;
	if (str_has_prefix(line, "X-CUSTODY-ID:") || str_has_prefix(line, "X-CUSTODY-ID;")) {
		r->has_id = true;
		return value(line, strlen("X-CUSTODY-ID"), &r->id, err);
	}
	if (str_has_prefix(line, "X-CUSTODY-VERSION:") || str_has_prefix(line, "X-CUSTODY-VERSION;")) {
		r->has_version = true;
		return value(line, strlen("X-CUSTODY-VERSION"), &r->version, err);
	}
	if (!str_is(line, "END:VCARD"))
		return ST_OK;
	r->inside = false;
	return r->has_id ? r->found->record(r->found, "users", buf_str(&r->id), r->has_version ? buf_str(&r->version) : none, err) : ST_INPUT;
}

static enum status
read_cards(int fd, const char *path, struct view_found *found, struct err *err)
{
	struct reading r = { .found = found };
	struct unfold u;
	struct str line;
	enum status st;

	buf_init(&r.id, LIMIT_RECORD);
	buf_init(&r.version, LIMIT_RECORD);
	st = unfold_open(&u, fd, path, err);
	while (st == ST_OK && (st = unfold_next(&u, &line, err)) == ST_OK)
		if ((st = one_line(&r, line, err)) == ST_INPUT)
			(void)err_set(err, ST_INPUT, _("%s: not a file of contacts of this program"), path);
	if (st == ST_END)
		st = r.inside ? err_set(err, ST_INPUT, _("%s: not a file of contacts of this program"), path) : ST_OK;
	unfold_close(&u);
	buf_free(&r.id);
	buf_free(&r.version);
	return st;
}

const struct view_family vcard_view = { "vcard", N_("members as contacts, vCard 4.0"), 1u << REC_USER, VIEW_USUAL, make_4, owns_4, read_cards, { 100, 0, 0 } };
const struct view_family vcard3_view = { "vcard3", N_("members as contacts, vCard 3.0, for older address books"), 1u << REC_USER, VIEW_USUAL, make_3, owns_3,
	read_cards, { 100, 0, 0 } };
