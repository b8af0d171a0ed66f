/* bag_scan.c: the first reading of a bag: names only, and bagit.txt. */
#include <stdlib.h>

#include "archive/bag_parts.h"
#include "core/i18n.h"
#include "core/mem.h"
#include "core/stop.h"

static char *
copy(struct str s, struct err *err)
{
	char *p = mem_get(s.n + 1, 1, err);

	if (p != NULL && s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

static bool
has_suffix(struct str s, const char *z)
{
	size_t n = strlen(z);

	return s.n >= n && memcmp(s.p + s.n - n, z, n) == 0;
}

static bool
manifest_name(struct str s)
{
	return has_suffix(s, ".txt") && (str_has_prefix(s, "manifest-") || str_has_prefix(s, "tagmanifest-"));
}

static enum status
load(struct bag_source *s, struct buf *out, struct err *err)
{
	enum status st;
	size_t got;

	do {
		if ((st = buf_room(out, 512, err)) == ST_LIMIT)
			return err_set(err, ST_LIMIT, _("bagit.txt is over %zu bytes"), BAG_DECLARATION_MAX);
		if (st != ST_OK || (st = s->read(s, out->p + out->n, 512, &got, err)) != ST_OK)
			return st;
		out->n += got;
	} while (got > 0);
	return ST_OK;
}

enum status
bag_next(struct bag *b, struct bag_entry *e, bool first, struct err *err)
{
	enum bag_path_fault fault;
	enum status st;
	bool changed;

	for (;;) {
		if ((st = stop_check(err)) != ST_OK || (st = b->source->next(b->source, e, err)) != ST_OK)
			return st;
		buf_clear(&b->clean);
		if ((st = bag_path_clean(e->path, &b->clean, &changed, &fault, err)) != ST_OK)
			return st;
		if (fault == BAG_PATH_OK)
			return ST_OK;
		if (fault != BAG_PATH_EMPTY && first &&
		    (st = bag_issue(b->report, BAG_ERROR, "path-leaves", e->path, err, _("an entry of the %s would be unpacked outside the bag"),
		    b->source->kind)) != ST_OK)
			return st;
	}
}

static enum status
scan_entry(struct bag *b, struct bag_found *f, const struct bag_entry *e, struct err *err)
{
	struct str path = buf_str(&b->clean), name = path, dir;
	const char *slash = memchr(path.p, '/', path.n);
	bool file = e->type == BAG_FILE || e->type == BAG_LINK || e->type == BAG_HARDLINK;
	int depth = 0;
	enum status st;

	dir = (struct str){ path.p, slash == NULL ? path.n : (size_t)(slash - path.p) };
	if (b->source->packed && !bag_path_junk(dir)) {
		if (f->top == NULL && (f->top = copy(dir, err)) == NULL)
			return ST_NOMEM;
		f->several = f->several || !str_is(dir, f->top);
	}
	f->data[0] = f->data[0] || bag_is_payload(path) || (e->type == BAG_DIR && str_is(path, "data"));
	if (slash != NULL && b->source->packed) {
		depth = 1;
		name = (struct str){ slash + 1, path.n - dir.n - 1 };
		f->data[1] = f->data[1] || bag_is_payload(name) || (e->type == BAG_DIR && str_is(name, "data"));
	}
	if (memchr(name.p, '/', name.n) != NULL || !file)
		return ST_OK;
	if (str_is(name, "bagit.txt") && e->type == BAG_FILE) {
		if (f->declared[depth] != NULL) {
			f->second_bag = f->second_bag || (depth == 1 && !str_is(dir, f->declared[1]));
			return ST_OK;
		}
		if ((f->declared[depth] = copy(depth == 1 ? dir : STR(""), err)) == NULL)
			return ST_NOMEM;
		st = load(b->source, &f->text[depth], err);
		return st;
	}
	if (manifest_name(name)) {
		if (f->n_names == sizeof(f->names) / sizeof(f->names[0]))
			return err_set(err, ST_LIMIT, _("more than %u manifests"), LIMIT_BAG_MANIFESTS);
		if ((f->names[f->n_names] = copy(path, err)) == NULL)
			return ST_NOMEM;
		f->n_names++;
	}
	return ST_OK;
}

/* Which directory is the bag; issues about how it was packed. ST_END: there is none. */
static enum status
choose_base(struct bag *b, struct bag_found *f, int *depth, struct err *err)
{
	struct bag_report *r = b->report;
	enum status st;
	size_t n;

	*depth = f->declared[0] != NULL ? 0 : 1;
	if (f->declared[*depth] == NULL) {
		st = bag_issue(r, BAG_ERROR, "no-bagit", STR("bagit.txt"), err, _("there is no bagit.txt: this is no bag"));
		return st == ST_OK ? ST_END : st;
	}
	n = strlen(f->declared[*depth]);
	if ((b->base = mem_get(n + 2, 1, err)) == NULL)
		return ST_NOMEM;
	memcpy(b->base, f->declared[*depth], n);
	if (*depth == 1) {
		b->base[n] = '/';
		if ((r->base = copy(str_of(f->declared[1]), err)) == NULL)
			return ST_NOMEM;
	}
	if (f->second_bag)
		return bag_issue(r, BAG_ERROR, "several-bags", STR(""), err, _("more than one bag lies in the %s: pack and verify each alone"),
		    b->source->kind);
	if (*depth == 1 && f->several)
		return bag_issue(r, BAG_ERROR, "several-tops", STR(""), err, _("beside the bag's directory there is something else in the %s"),
		    b->source->kind);
	return ST_OK;
}

static enum status
add_manifest(struct bag *b, struct str name, bool tag, struct err *err)
{
	struct bag_manifest *m = &b->manifests[b->n_manifests];
	struct str word = { name.p + (tag ? strlen("tagmanifest-") : strlen("manifest-")), 0 };
	struct bag_algs *algs = tag ? &b->tags : &b->payload;
	char plain[40];
	size_t i, n = 0;
	bool odd = false;
	enum status st;

	if (b->n_manifests == LIMIT_BAG_MANIFESTS)
		return err_set(err, ST_LIMIT, _("more than %u manifests"), LIMIT_BAG_MANIFESTS);
	word.n = (size_t)(name.p + name.n - strlen(".txt") - word.p);
	for (i = 0; i < word.n && n + 1 < sizeof(plain); i++) {
		char c = word.p[i];
		bool upper = c >= 'A' && c <= 'Z', keep = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		odd = odd || upper || !keep;
		if (keep)
			plain[n++] = upper ? (char)(c + ('a' - 'A')) : c;
	}
	plain[n] = '\0';
	*m = (struct bag_manifest){ .name = copy(name, err), .tag = tag };
	if (m->name == NULL)
		return ST_NOMEM;
	b->n_manifests++;
	b->n_payload += !tag;
	for (i = 0; i < DIGEST__MAX && !m->known; i++)
		if (strcmp(plain, digest_name((enum digest_alg)i)) == 0 && digest_known((enum digest_alg)i)) {
			m->known = true;
			m->alg = (enum digest_alg)i;
		}
	if (odd && (st = bag_issue(b->report, BAG_WARNING, "algorithm-name", name, err,
	    _("the algorithm in its name is not in lower case letters and digits"))) != ST_OK)
		return st;
	if (!m->known)
		return bag_issue(b->report, BAG_UNSURE, "algorithm", name, err, _("this program cannot compute \"%s\" checksums"), plain);
	if ((m->alg == DIGEST_MD5 || m->alg == DIGEST_SHA1) && (st = bag_issue(b->report, BAG_WARNING, "weak-algorithm", name, err,
	    _("%s finds damage, but does not withstand forgery"), plain)) != ST_OK)
		return st;
	for (i = 0; i < algs->n; i++)
		if (algs->alg[i] == m->alg)
			return ST_OK;
	algs->alg[algs->n++] = m->alg;
	algs->size += digest_size(m->alg);
	return ST_OK;
}

static void
name_algs(const struct bag_algs *algs, char *out, size_t n)
{
	size_t i, at = 0;

	out[0] = '\0';
	for (i = 0; i < algs->n; i++) {
		const char *name = digest_name(algs->alg[i]);

		if (at + strlen(name) + 2 > n)
			break;
		if (at > 0)
			out[at++] = ' ';
		memcpy(out + at, name, strlen(name) + 1);
		at += strlen(name);
	}
}

static int
by_name(const void *a, const void *b)
{
	char *x, *y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return strcmp(x, y);
}

enum status
bag_scan(struct bag *b, struct bag_found *f, struct err *err)
{
	struct bag_report *r = b->report;
	struct bag_entry e;
	struct bag_text probe;
	enum status st;
	size_t i, n;
	int depth, tag;

	if ((st = b->source->rewind(b->source, err)) != ST_OK)
		return st;
	while ((st = bag_next(b, &e, true, err)) == ST_OK) {
		f->n_entries++;
		if ((st = scan_entry(b, f, &e, err)) != ST_OK)
			return st;
	}
	if (st != ST_END || (st = choose_base(b, f, &depth, err)) != ST_OK || (st = bag_declaration(b, buf_str(&f->text[depth]), err)) != ST_OK)
		return st;
	if (depth == 0 && b->source->packed && (st = bag_issue(r, b->v1 ? BAG_WARNING : BAG_ERROR, "no-base", STR(""), err,
	    _("packed from within its directory: unpacking it leaves no single directory"))) != ST_OK)
		return st;
	if (r->encoding[0] == '\0')
		return ST_END;
	st = bag_text_open(&probe, r->encoding, NULL, NULL, err);
	bag_text_close(&probe);
	if (st == ST_UNSURE) {	/* none of the lists can be read */
		st = bag_issue(r, BAG_UNSURE, "encoding", STR("bagit.txt"), NULL, "%s", err->text);
		return st == ST_OK ? ST_END : st;
	}
	if (st != ST_OK)
		return st;
	qsort(f->names, f->n_names, sizeof(f->names[0]), by_name);
	n = strlen(b->base);
	for (tag = 0; tag < 2; tag++)
		for (i = 0; i < f->n_names; i++) {
			struct str path = str_of(f->names[i]), name = { path.p + n, path.n - n };

			if (path.n <= n || memcmp(path.p, b->base, n) != 0 || memchr(name.p, '/', name.n) != NULL ||
			    str_has_prefix(name, "tagmanifest-") != (tag == 1))
				continue;
			if ((st = add_manifest(b, name, tag == 1, err)) != ST_OK)
				return st;
		}
	if (b->n_payload == 0)
		st = bag_issue(r, BAG_ERROR, "no-manifest", STR(""), err, _("there is no payload manifest (manifest-ALGORITHM.txt)"));
	if (st == ST_OK && b->n_manifests == b->n_payload)
		st = bag_issue(r, BAG_WARNING, "no-tagmanifest", STR(""), err, _("no tag manifest protects the manifests themselves"));
	if (st == ST_OK && !f->data[depth])
		st = bag_issue(r, BAG_ERROR, "no-data", STR("data"), err, _("there is no directory data"));
	name_algs(&b->payload, r->payload_algs, sizeof(r->payload_algs));
	name_algs(&b->tags, r->tag_algs, sizeof(r->tag_algs));
	return st;
}
