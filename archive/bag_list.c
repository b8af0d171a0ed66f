/* bag_list.c: the lines of manifests and of fetch.txt: taken apart, their paths judged, and put where the names are compared. */
#include "archive/bag_parts.h"
#include "core/i18n.h"

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word; ${rest} moves behind the white space that follows it.  False: none, or nothing behind it. */
static bool
word(struct str *rest, struct str *w)
{
	size_t i = 0;

	*w = *rest;
	while (i < rest->n && !blank(rest->p[i]))
		i++;
	w->n = i;
	while (i < rest->n && blank(rest->p[i]))
		i++;
	rest->p += i;
	rest->n -= i;
	return w->n > 0 && rest->n > 0;
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Upper and lower case; false: not whole octets of digits. */
static bool
unhex(struct str s, unsigned char *out, size_t max, size_t *n)
{
	size_t i;

	if (s.n == 0 || s.n % 2 != 0 || s.n / 2 > max)
		return false;
	for (i = 0; i < s.n; i += 2) {
		int a = digit(s.p[i]), b = digit(s.p[i + 1]);

		if (a < 0 || b < 0)
			return false;
		out[i / 2] = (unsigned char)(a * 16 + b);
	}
	*n = s.n / 2;
	return true;
}

enum status
bag_record(struct bag *b, struct str path, char kind, const void *rest, size_t n, struct str more, struct err *err)
{
	unsigned char key[16];
	enum status st;

	if ((st = bag_path_key(&b->key_digest, path, &b->scratch, key, err)) != ST_OK)
		return st;
	buf_clear(&b->item);
	if ((st = buf_add(&b->item, key, sizeof(key), err)) != ST_OK || (st = buf_str_add(&b->item, path, err)) != ST_OK ||
	    (st = buf_putc(&b->item, '\0', err)) != ST_OK || (st = buf_putc(&b->item, kind, err)) != ST_OK ||
	    (st = buf_add(&b->item, rest, n, err)) != ST_OK || (st = buf_str_add(&b->item, more, err)) != ST_OK)
		return st;
	return sorter_add(b->names, b->item.p, b->item.n, err);
}

/* What md5sum does with a backslash or line end in a name: "\" before the hash, "\\" and "\n" in the name. */
static enum status
unescape(struct str in, struct buf *out, struct err *err)
{
	enum status st;
	size_t i;

	buf_clear(out);
	for (i = 0; i < in.n; i++) {
		char c = in.p[i];

		if (c == '\\' && i + 1 < in.n && (in.p[i + 1] == '\\' || in.p[i + 1] == 'n' || in.p[i + 1] == 'r')) {
			i++;
			c = in.p[i] == 'n' ? '\n' : in.p[i] == 'r' ? '\r' : '\\';
		}
		if ((st = buf_putc(out, c, err)) != ST_OK)
			return st;
	}
	return ST_OK;
}

/*
 * Judge the path of a line and bring it into bag->clean (as written) and bag->decoded (what it means by the version's rules).
 * ST_END: it cannot be used; the issue is noted.
 */
static enum status
take_path(struct bag *b, struct str raw, const char *list, uint64_t no, struct err *err)
{
	struct bag_report *r = b->report;
	enum bag_path_fault fault;
	enum status st;
	bool changed;

	buf_clear(&b->clean);
	buf_clear(&b->decoded);
	if ((st = bag_path_clean(raw, &b->clean, &changed, &fault, err)) != ST_OK)
		return st;
	if (fault != BAG_PATH_OK) {
		if (fault == BAG_PATH_LEAVES)
			st = bag_issue(r, BAG_ERROR, "path-leaves", raw, err, _("%s, line %ju: this path leaves the bag"), list, (uintmax_t)no);
		else
			st = bag_issue(r, BAG_ERROR, "list-line", str_of(list), err, _("line %ju has no usable path"), (uintmax_t)no);
		return st == ST_OK ? ST_END : st;
	}
	if (changed && (st = bag_issue(r, BAG_WARNING, "relative-path", raw, err, _("%s, line %ju: the path is not written in its plain form"), list,
	    (uintmax_t)no)) != ST_OK)
		return st;
	return b->v1 ? bag_path_decode(buf_str(&b->clean), &b->decoded, err) : buf_str_add(&b->decoded, buf_str(&b->clean), err);
}

static enum status
judge_tag_path(struct bag *b, size_t manifest, const char *name, uint64_t no, struct err *err)
{
	struct str path = buf_str(&b->decoded);
	size_t i;

	if (bag_is_payload(path))
		return bag_issue(b->report, BAG_ERROR, "payload-in-tagmanifest", path, err, _("%s, line %ju: a tag manifest must not list payload"), name,
		    (uintmax_t)no);
	for (i = 0; i < b->n_manifests; i++) {
		if (!str_is(path, b->manifests[i].name))
			continue;
		if (b->manifests[i].tag)
			return bag_issue(b->report, b->v1 ? BAG_ERROR : BAG_WARNING, "tagmanifest-listed", path, err,
			    _("%s, line %ju: a tag manifest must not list tag manifests"), name, (uintmax_t)no);
		b->tag_lists[manifest][i] = true;
	}
	return ST_OK;
}

enum status
bag_manifest_line(void *ctx, struct str line, bool ok, uint64_t no, struct err *err)
{
	const struct bag_listing *l = ctx;
	struct bag *b = l->bag;
	const struct bag_manifest *m = &b->manifests[l->manifest];
	struct str name = str_of(m->name), hash, path = line;
	unsigned char rest[2 + DIGEST_MAX * 4 + 8];
	bool escaped = line.n > 0 && line.p[0] == '\\';
	size_t n_hash;
	enum status st;

	if (line.n == 0)
		return bag_issue(b->report, BAG_WARNING, "blank-line", name, err, _("line %ju is empty"), (uintmax_t)no);
	if (!ok)
		return bag_issue(b->report, BAG_ERROR, "encoding", name, err, _("line %ju is not text in %s"), (uintmax_t)no, b->report->encoding);
	if (escaped) {
		path.p++;
		path.n--;
	}
	if (!word(&path, &hash) || !unhex(hash, rest + 2, DIGEST_MAX * 4 - 1, &n_hash))
		return bag_issue(b->report, BAG_ERROR, "list-line", name, err, _("line %ju is not a checksum and a path"), (uintmax_t)no);
	if (m->known && n_hash != digest_size(m->alg))
		return bag_issue(b->report, BAG_ERROR, "checksum-length", name, err, _("line %ju: %zu octets are no %s checksum"), (uintmax_t)no, n_hash,
		    digest_name(m->alg));
	if (path.p[0] == '*' && path.n > 1) {
		path.p++;
		path.n--;
		if (no == 1 && (st = bag_issue(b->report, BAG_WARNING, "checksum-tool", name, err,
		    _("written by a checksum tool (\"*\" before paths): strict validation elsewhere will fail"))) != ST_OK)
			return st;
	}
	if (escaped) {
		if ((st = unescape(path, &b->scratch, err)) != ST_OK)
			return st;
		buf_clear(&b->item);
		if ((st = buf_str_add(&b->item, buf_str(&b->scratch), err)) != ST_OK)
			return st;
		path = buf_str(&b->item);
		if ((st = bag_issue(b->report, BAG_WARNING, "checksum-tool", name, err,
		    _("line %ju is escaped as checksum tools do: strict validation elsewhere will fail"), (uintmax_t)no)) != ST_OK)
			return st;
	}
	if ((st = take_path(b, path, m->name, no, err)) != ST_OK)
		return st == ST_END ? ST_OK : st;
	path = buf_str(&b->decoded);
	if (!m->tag && !bag_is_payload(path))
		return bag_issue(b->report, BAG_ERROR, "outside-payload", path, err, _("%s, line %ju: a payload manifest lists only files under data/"),
		    m->name, (uintmax_t)no);
	if (m->tag && (st = judge_tag_path(b, l->manifest, m->name, no, err)) != ST_OK)
		return st;
	if (b->v1 && bag_path_percent(buf_str(&b->clean)) && (st = bag_issue(b->report, BAG_WARNING, "percent", buf_str(&b->clean), err,
	    _("%s, line %ju: BagIt 1.0 wants a percent sign written as %%25"), m->name, (uintmax_t)no)) != ST_OK)
		return st;
	rest[0] = (unsigned char)l->manifest;
	rest[1] = (unsigned char)n_hash;
	bag_put64(rest + 2 + n_hash, no);
	return bag_record(b, path, BAG_REC_LISTED, rest, 2 + n_hash + 8, buf_str(&b->clean), err);
}

/* RFC 3986, 4.3: scheme ":" and no white space; what the scheme is, nobody here needs, for nothing is fetched. */
static bool
absolute_uri(struct str s)
{
	size_t i;

	for (i = 0; i < s.n && s.p[i] != ':'; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (i > 0 && ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'))))
			return false;
	}
	return i > 1 && i + 1 < s.n;
}

enum status
bag_fetch_line(void *ctx, struct str line, bool ok, uint64_t no, struct err *err)
{
	struct bag *b = ctx;
	struct str url, length, path = line;
	unsigned char rest[16];
	uint64_t n = UINT64_MAX;
	enum status st;

	if (line.n == 0)
		return bag_issue(b->report, BAG_WARNING, "blank-line", STR("fetch.txt"), err, _("line %ju is empty"), (uintmax_t)no);
	if (!ok)
		return bag_issue(b->report, BAG_ERROR, "encoding", STR("fetch.txt"), err, _("line %ju is not text in %s"), (uintmax_t)no,
		    b->report->encoding);
	if (!word(&path, &url) || !word(&path, &length) || !absolute_uri(url) ||
	    (!str_is(length, "-") && str_u64(length, 0, UINT64_MAX - 1, &n, NULL) != ST_OK))
		return bag_issue(b->report, BAG_ERROR, "list-line", STR("fetch.txt"), err, _("line %ju is not an absolute URL, a length and a path"),
		    (uintmax_t)no);
	if ((st = take_path(b, path, "fetch.txt", no, err)) != ST_OK)
		return st == ST_END ? ST_OK : st;
	path = buf_str(&b->decoded);
	if (!bag_is_payload(path))
		return bag_issue(b->report, BAG_ERROR, "outside-payload", path, err, _("%s, line %ju: only payload may be fetched"), "fetch.txt",
		    (uintmax_t)no);
	bag_put64(rest, b->report->n_fetch);
	bag_put64(rest + 8, n);
	if ((st = bag_report_fetch(b->report, url, path, n, err)) != ST_OK)
		return st;
	return bag_record(b, path, BAG_REC_FETCH, rest, sizeof(rest), buf_str(&b->clean), err);
}
