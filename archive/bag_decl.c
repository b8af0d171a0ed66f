/* bag_decl.c: bagit.txt, which says how to read the rest, and the one line of bag-info.txt that can be checked: Payload-Oxum. */
#include <stdio.h>
#include <strings.h>

#include "archive/bag_parts.h"
#include "core/i18n.h"
#include "core/utf8.h"

static const struct str declaration = { "bagit.txt", 9 };

/* "Label: value", its label in the case of the RFC or in another; ${value} without the one space.  No other white space is allowed. */
static bool
element(struct str line, const char *label, struct str *value, bool *odd_case)
{
	size_t n = strlen(label);

	if (line.n < n + 3 || strncasecmp(line.p, label, n) != 0 || line.p[n] != ':' || line.p[n + 1] != ' ')
		return false;
	*odd_case = *odd_case || memcmp(line.p, label, n) != 0;
	*value = (struct str){ line.p + n + 2, line.n - n - 2 };
	return value->p[0] != ' ' && value->p[0] != '\t' && value->p[value->n - 1] != ' ' && value->p[value->n - 1] != '\t';
}

static bool
version(struct bag *b, struct str s)
{
	unsigned v[2] = { 0, 0 };
	size_t i, part = 0, digits = 0;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '.' && part == 0 && digits > 0) {
			part = 1;
			digits = 0;
		} else if (s.p[i] >= '0' && s.p[i] <= '9' && ++digits <= 6) {
			v[part] = v[part] * 10 + (unsigned)(s.p[i] - '0');
		} else {
			return false;
		}
	}
	if (part != 1 || digits == 0)
		return false;
	b->major = v[0];
	b->minor = v[1];
	return true;
}

struct two_lines { struct str line[3]; size_t n; char text[2][256]; bool ok; };

static enum status
collect(void *ctx, struct str line, bool ok, uint64_t no, struct err *err)
{
	struct two_lines *t = ctx;

	(void)no;
	(void)err;
	t->ok = t->ok && ok && line.n < sizeof(t->text[0]);
	if (t->n < 2) {
		size_t n = line.n < sizeof(t->text[0]) ? line.n : sizeof(t->text[0]) - 1;

		if (n > 0)
			memcpy(t->text[t->n], line.p, n);
		t->line[t->n] = (struct str){ t->text[t->n], n };
	}
	t->n++;
	return ST_OK;
}

enum status
bag_declaration(struct bag *b, struct str text, struct err *err)
{
	struct bag_report *r = b->report;
	struct two_lines t = { .ok = true };
	struct str v, e;
	struct bag_text reader;
	enum status st;
	bool odd = false;

	if ((st = bag_text_open(&reader, "UTF-8", collect, &t, err)) == ST_OK && (st = bag_text_put(&reader, text.p, text.n, err)) == ST_OK)
		st = bag_text_end(&reader, err);
	bag_text_close(&reader);
	if (st != ST_OK)
		return st;
	if (reader.bom && (st = bag_issue(r, BAG_ERROR, "bom", declaration, err, _("begins with a byte-order mark"))) != ST_OK)
		return st;
	if (!t.ok || t.n != 2) {
		if ((st = bag_issue(r, BAG_ERROR, "declaration", declaration, err, _("must be exactly two lines of UTF-8 text"))) != ST_OK || t.n == 0)
			return st;
	}
	if (!element(t.line[0], "BagIt-Version", &v, &odd) || !version(b, v))
		return bag_issue(r, BAG_ERROR, "declaration", declaration, err, _("its first line is not \"BagIt-Version: M.N\""));
	(void)snprintf(r->version, sizeof(r->version), "%u.%u", b->major, b->minor);
	b->v1 = b->major >= 1;
	if (!(b->major == 1 && b->minor == 0) && !(b->major == 0 && b->minor >= 93 && b->minor <= 97) &&
	    (st = bag_issue(r, BAG_UNSURE, "version", declaration, err, _("BagIt %s is a version this program does not know (0.93 to 0.97, 1.0)"),
	    r->version)) != ST_OK)
		return st;
	if (t.n < 2 || !element(t.line[1], "Tag-File-Character-Encoding", &e, &odd) || e.n >= sizeof(r->encoding))
		return bag_issue(r, BAG_ERROR, "declaration", declaration, err, _("its second line is not \"Tag-File-Character-Encoding: …\""));
	memcpy(r->encoding, e.p, e.n);
	if (odd && (st = bag_issue(r, BAG_WARNING, "declaration-case", declaration, err, _("its labels are written in another case"))) != ST_OK)
		return st;
	if (!bag_text_is_utf8(r->encoding))
		return bag_issue(r, BAG_WARNING, "tag-encoding", declaration, err, _("tag files are in %s: UTF-8 is strongly recommended"), r->encoding);
	return ST_OK;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct str
trim(struct str s)
{
	while (s.n > 0 && blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static enum status
oxum(struct bag_info *i, struct str value, struct err *err)
{
	struct bag *b = i->bag;
	const char *dot = memchr(value.p, '.', value.n);
	uint64_t octets, files;
	size_t n = dot == NULL ? 0 : (size_t)(dot - value.p);

	if (dot == NULL || str_u64((struct str){ value.p, n }, 0, UINT64_MAX, &octets, NULL) != ST_OK ||
	    str_u64((struct str){ dot + 1, value.n - n - 1 }, 0, UINT64_MAX, &files, NULL) != ST_OK)
		return bag_issue(b->report, BAG_ERROR, "oxum", i->name, err, _("Payload-Oxum is not OctetCount.StreamCount"));
	if (b->n_oxum++ > 0) {
		if (octets != b->oxum_octets || files != b->oxum_files)
			return bag_issue(b->report, BAG_ERROR, "oxum", i->name, err, _("two Payload-Oxum contradict each other"));
		return bag_issue(b->report, b->v1 ? BAG_ERROR : BAG_WARNING, "oxum", i->name, err, _("Payload-Oxum stands there more than once"));
	}
	b->oxum_octets = octets;
	b->oxum_files = files;
	return ST_OK;
}

enum status
bag_info_line(void *ctx, struct str line, bool ok, uint64_t no, struct err *err)
{
	struct bag_info *i = ctx;
	struct bag_report *r = i->bag->report;
	const char *colon = line.n == 0 ? NULL : memchr(line.p, ':', line.n);
	struct str label, value;

	if (!ok)
		return bag_issue(r, BAG_ERROR, "encoding", i->name, err, _("line %ju is not text in %s"), (uintmax_t)no, r->encoding);
	if (line.n == 0)
		return bag_issue(r, BAG_WARNING, "blank-line", i->name, err, _("line %ju is empty"), (uintmax_t)no);
	if (blank(line.p[0])) {
		if (!i->any)
			return bag_issue(r, BAG_ERROR, "info-line", i->name, err, _("line %ju continues nothing"), (uintmax_t)no);
		return ST_OK;
	}
	i->any = true;
	if (colon == NULL)
		return bag_issue(r, BAG_ERROR, "info-line", i->name, err, _("line %ju is not \"Label: value\""), (uintmax_t)no);
	label = (struct str){ line.p, (size_t)(colon - line.p) };
	value = (struct str){ colon + 1, line.n - label.n - 1 };
	if (trim(label).n == 0)
		return bag_issue(r, BAG_ERROR, "info-line", i->name, err, _("line %ju has no label"), (uintmax_t)no);
	if (i->bag->v1 && (trim(label).n != label.n || (value.n > 0 && !blank(value.p[0]))))
		return bag_issue(r, BAG_ERROR, "info-line", i->name, err,
		    _("line %ju: BagIt 1.0 wants no space before the colon and one behind it"), (uintmax_t)no);
	label = trim(label);
	if (label.n == strlen("Payload-Oxum") && strncasecmp(label.p, "Payload-Oxum", label.n) == 0)
		return oxum(i, trim(value), err);
	return ST_OK;
}
