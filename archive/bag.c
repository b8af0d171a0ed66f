/*
 * bag.c: a bag is read twice.  bag_scan finds the base directory, bagit.txt and the names of the manifests, hence which hashes are needed; the
 * second reading, here, computes them, reads the lists on the way, and leaves one record per file and line, which bag_join compares.
 */
#include "archive/bag.h"

#include "archive/bag_parts.h"
#include "core/i18n.h"
#include "core/mem.h"
#include "core/stop.h"

#define PIECE		((size_t)256 << 10)
#define NAMES_MEMORY	((size_t)8 << 20)

/* --- the second reading --- */

struct hashing { struct digest digests[DIGEST__MAX]; unsigned char *piece; };

/* Lists are read while they are hashed. */
struct listing { struct bag_text text; struct bag_listing manifest; struct bag_info info; bool open; };

static enum status
open_list(struct bag *b, struct str path, struct listing *l, struct err *err)
{
	const char *encoding = b->report->encoding;
	size_t i;

	memset(l, 0, sizeof(*l));
	for (i = 0; i < b->n_manifests && !str_is(path, b->manifests[i].name); i++)
		;
	l->open = true;
	if (i < b->n_manifests) {
		l->manifest = (struct bag_listing){ b, i };
		return bag_text_open(&l->text, encoding, bag_manifest_line, &l->manifest, err);
	}
	if (str_is(path, "fetch.txt"))
		return bag_text_open(&l->text, encoding, bag_fetch_line, b, err);
	if (str_is(path, "bag-info.txt") || (str_is(path, "package-info.txt") && !b->v1 && b->minor <= 95)) {
		l->info = (struct bag_info){ .bag = b, .name = path };
		return bag_text_open(&l->text, encoding, bag_info_line, &l->info, err);
	}
	l->open = false;
	return ST_OK;
}

static enum status
close_list(struct bag *b, struct str path, struct listing *l, struct err *err)
{
	enum status st;

	if ((st = bag_text_end(&l->text, err)) != ST_OK)
		return st;
	if (l->text.bom && bag_text_is_utf8(b->report->encoding))
		st = bag_issue(b->report, b->v1 ? BAG_ERROR : BAG_WARNING, "bom", path, err, _("begins with a byte-order mark"));
	if (st == ST_OK && l->text.unended)
		st = bag_issue(b->report, BAG_WARNING, "no-line-end", path, err, _("its last line has no end"));
	return st;
}

static enum status
read_file(struct bag *b, struct hashing *h, struct str path, const struct bag_algs *algs, unsigned char *record, uint64_t *n_read, struct err *err)
{
	struct listing l;
	enum status st;
	size_t i, got = 1, at = 9;

	st = open_list(b, path, &l, err);
	for (i = 0; i < algs->n && st == ST_OK; i++)
		st = digest_begin(&h->digests[i], algs->alg[i], err);
	*n_read = 0;
	while (st == ST_OK && (st = b->source->read(b->source, h->piece, PIECE, &got, err)) == ST_OK && got > 0) {
		*n_read += got;
		for (i = 0; i < algs->n && st == ST_OK; i++)
			st = digest_add(&h->digests[i], h->piece, got, err);
		if (st == ST_OK && l.open && *n_read > LIMIT_MANIFEST)
			st = err_set(err, ST_LIMIT, _("%.*s is over %ju bytes"), STR_ARG(path), (uintmax_t)LIMIT_MANIFEST);
		if (st == ST_OK && l.open)
			st = bag_text_put(&l.text, h->piece, got, err);
		if (st == ST_OK)
			st = stop_check(err);
	}
	if (st == ST_OK && l.open)
		st = close_list(b, path, &l, err);
	bag_text_close(&l.text);
	for (i = 0; i < algs->n && st == ST_OK; i++) {
		st = digest_end(&h->digests[i], record + at, err);
		at += digest_size(algs->alg[i]);
	}
	return st;
}

/* A link that was not followed, a device: it is there, but its bytes are not part of the bag. */
static enum status
odd_entry(struct bag *b, struct str path, const struct bag_entry *e, struct err *err)
{
	enum bag_path_fault fault = BAG_PATH_OK;
	struct buf whole;
	enum status st = ST_OK;
	bool changed;
	size_t dir = path.n;

	if (e->type == BAG_OTHER)
		return bag_issue(b->report, BAG_ERROR, "special-file", path, err, _("is neither file nor directory"));
	if (!b->source->packed)
		return bag_issue(b->report, BAG_ERROR, "link", path, err, _("a symbolic link out of the bag, to a directory or to nothing: not followed"));
	/* Where it would lead from the directory it stands in. */
	buf_init(&whole, 2 * LIMIT_BAG_PATH + 2);
	while (dir > 0 && path.p[dir - 1] != '/')
		dir--;
	if ((e->type == BAG_LINK && (st = buf_add(&whole, path.p, dir, err)) == ST_OK && e->target.n > 0 && e->target.p[0] == '/') ||
	    (st == ST_OK && (st = buf_str_add(&whole, e->target, err)) != ST_OK))
		fault = BAG_PATH_LEAVES;
	buf_clear(&b->decoded);
	if (st == ST_OK && fault == BAG_PATH_OK)
		st = bag_path_clean(buf_str(&whole), &b->decoded, &changed, &fault, err);
	buf_free(&whole);
	if (st != ST_OK)
		return st;
	if (e->type == BAG_HARDLINK && fault == BAG_PATH_OK && !str_has_prefix(buf_str(&b->decoded), b->base))
		fault = BAG_PATH_LEAVES;
	if (fault != BAG_PATH_OK)
		return bag_issue(b->report, BAG_ERROR, "link", path, err, _("a link that leaves the bag"));
	return bag_issue(b->report, BAG_UNSURE, "link", path, err, _("a link within the %s: unpack it and verify the directory"), b->source->kind);
}

static enum status
second_entry(struct bag *b, struct hashing *h, const struct bag_entry *e, struct err *err)
{
	unsigned char record[9 + DIGEST__MAX * DIGEST_MAX] = { 0 };
	size_t base = strlen(b->base);
	const struct bag_algs *algs;
	struct buf name;
	struct str path = buf_str(&b->clean);
	uint64_t n = 0;
	enum status st;

	if (e->type == BAG_DIR || path.n <= base || memcmp(path.p, b->base, base) != 0)
		return ST_OK;
	/* The lists use bag->clean for their own lines. */
	buf_init(&name, LIMIT_BAG_PATH + 1);
	if ((st = buf_add(&name, path.p + base, path.n - base, err)) != ST_OK)
		return st;
	path = buf_str(&name);
	algs = bag_is_payload(path) ? &b->payload : &b->tags;
	if (e->type == BAG_FILE) {
		if (e->followed)
			st = bag_issue(b->report, BAG_WARNING, "link", path, err, _("a symbolic link to a file in the bag: a copy may lose it"));
		if (st == ST_OK)
			st = read_file(b, h, path, algs, record, &n, err);
	} else {
		record[0] = BAG_FILE_UNREAD;
		st = odd_entry(b, path, e, err);
	}
	if (bag_is_payload(path)) {
		b->report->files++;
		b->report->octets += n;
	} else {
		b->report->tag_files++;
	}
	if (st == ST_OK && str_is(path, "package-info.txt") && (b->v1 || b->minor > 95))
		st = bag_issue(b->report, BAG_WARNING, "old-tag-file", path, err, _("this name of bag-info.txt ended with BagIt 0.95"));
	bag_put64(record + 1, n);
	if (st == ST_OK)
		st = bag_record(b, path, BAG_REC_FILE, record, 9 + algs->size, STR(""), err);
	buf_free(&name);
	return st;
}

static enum status
second_reading(struct bag *b, uint64_t n_entries, struct err *err)
{
	struct hashing h = { .piece = NULL };
	struct bag_entry e;
	enum status st;
	uint64_t n = 0;
	size_t i;

	if ((h.piece = mem_get(PIECE, 1, err)) == NULL)
		return ST_NOMEM;
	if ((st = b->source->rewind(b->source, err)) == ST_OK)
		while ((st = bag_next(b, &e, false, err)) == ST_OK && (n++, st = second_entry(b, &h, &e, err)) == ST_OK)
			;
	for (i = 0; i < DIGEST__MAX; i++)
		digest_free(&h.digests[i]);
	mem_free(h.piece);
	if (st != ST_END)
		return st;
	return n == n_entries ? ST_OK : err_set(err, ST_IO, _("the bag changed while it was being read"));
}

/* What only the whole can tell. */
static enum status
finish(struct bag *b, struct err *err)
{
	struct bag_report *r = b->report;
	enum status st;
	size_t i, j;

	if (b->n_oxum > 0 && r->n_unfetched == 0 && (b->oxum_octets != r->octets || b->oxum_files != r->files) &&
	    (st = bag_issue(r, BAG_ERROR, "oxum", STR(""), err, _("Payload-Oxum says %ju octets in %ju files, there are %ju in %ju"),
	    (uintmax_t)b->oxum_octets, (uintmax_t)b->oxum_files, (uintmax_t)r->octets, (uintmax_t)r->files)) != ST_OK)
		return st;
	for (i = b->n_payload; i < b->n_manifests; i++)
		for (j = 0; j < b->n_payload; j++)
			if (!b->tag_lists[i][j] && (st = bag_issue(r, b->v1 ? BAG_ERROR : BAG_WARNING, "manifest-unlisted", str_of(b->manifests[j].name),
			    err, _("is not in %s, which must list every payload manifest"), b->manifests[i].name)) != ST_OK)
				return st;
	if (r->n_unfetched > 0)
		return bag_issue(r, BAG_UNSURE, "unfetched", STR("fetch.txt"), err, _("%ju files are still to be fetched: nothing was downloaded"),
		    (uintmax_t)r->n_unfetched);
	return ST_OK;
}

static enum status
examine(struct bag *b, struct err *err)
{
	struct bag_found f = { .top = NULL };
	enum status st;
	size_t i;

	buf_init(&f.text[0], BAG_DECLARATION_MAX);
	buf_init(&f.text[1], BAG_DECLARATION_MAX);
	if ((st = bag_scan(b, &f, err)) == ST_OK && (st = second_reading(b, f.n_entries, err)) == ST_OK && (st = bag_join(b, err)) == ST_OK)
		st = finish(b, err);
	for (i = 0; i < f.n_names; i++)
		mem_free(f.names[i]);
	mem_free(f.top);
	mem_free(f.declared[0]);
	mem_free(f.declared[1]);
	buf_free(&f.text[0]);
	buf_free(&f.text[1]);
	/* A damaged container is a finding about the bag. */
	if (st == ST_CORRUPT || st == ST_UNSURE)
		st = bag_issue(b->report, st == ST_CORRUPT ? BAG_ERROR : BAG_UNSURE, "container", STR(""), NULL, "%s", err->text);
	return st == ST_END ? ST_OK : st;
}

enum status
bag_verify(const char *path, struct bag_report *r, struct err *err)
{
	struct bag *b;
	struct err local;
	enum status st;
	size_t i;

	memset(r, 0, sizeof(*r));
	r->kind = "";
	err = err == NULL ? &local : err;
	if ((b = mem_get(1, sizeof(*b), err)) == NULL)
		return ST_NOMEM;
	b->report = r;
	buf_init(&b->clean, 4 * LIMIT_BAG_PATH);
	buf_init(&b->decoded, 4 * LIMIT_BAG_PATH);
	buf_init(&b->scratch, 4 * LIMIT_BAG_LINE);
	buf_init(&b->item, 4 * LIMIT_BAG_LINE);
	st = bag_source_open(&b->source, path, err);
	if (st == ST_OK) {
		r->kind = b->source->kind;
		if ((st = sorter_open(&b->names, NAMES_MEMORY, err)) == ST_OK)
			st = examine(b, err);
		b->source->close(b->source);
	} else if (st == ST_CORRUPT || st == ST_UNSURE) {
		r->kind = "zip";
		st = bag_issue(r, st == ST_CORRUPT ? BAG_ERROR : BAG_UNSURE, "container", STR(""), NULL, "%s", err->text);
	}
	r->verdict = r->n[BAG_ERROR] > 0 ? BAG_INVALID : r->n[BAG_UNSURE] > 0 ? BAG_INCOMPLETE : BAG_VALID;
	for (i = 0; i < b->n_manifests; i++)
		mem_free(b->manifests[i].name);
	sorter_close(b->names);
	digest_free(&b->key_digest);
	buf_free(&b->clean);
	buf_free(&b->decoded);
	buf_free(&b->scratch);
	buf_free(&b->item);
	mem_free(b->base);
	mem_free(b);
	return st;
}
