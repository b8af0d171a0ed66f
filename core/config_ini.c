/*
 * config_ini.c: the INI syntax, a pure function over bytes.
 *
 * The rules are inih's (";" and "#" begin a comment line, " ;" a comment behind a value), read by ourselves because the
 * library cuts names of sections and keys at 49 bytes and long lines at 200 without a word, takes an indented
 * line for more of the line above, and hides line numbers and empty sections from its caller.
 */
#include "core/config_parts.h"

#include "core/config.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/utf8.h"

struct reader {
	unsigned	 line;
	struct buf	 section, key, value;	/* NUL-terminated copies of the present line */
	bool		 in_section;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct str
trim(struct str s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Where the comment behind a value begins: ";" with a blank before it; the length if there is none. */
static size_t
comment_at(struct str s)
{
	size_t i;

	for (i = 1; i < s.n; i++)
		if (s.p[i] == ';' && is_blank(s.p[i - 1]))
			break;
	return i < s.n ? i : s.n;
}

static enum status
copy(struct buf *to, struct str s, struct err *err)
{
	enum status st;

	buf_clear(to);
	if ((st = buf_str_add(to, s, err)) != ST_OK)
		return st;
	return buf_z(to, err);
}

/* "[tenant  acme] ; words" → "tenant acme": runs of blanks inside count as one. */
static enum status
read_section(struct reader *r, struct str line, struct err *err)
{
	const char *close = memchr(line.p, ']', line.n);
	struct str name, rest;
	enum status st;
	size_t i;

	if (close == NULL)
		return err_set(err, ST_USAGE, _("the name of a section has no \"]\" behind it"));
	rest = (struct str){ close + 1, (size_t)(line.p + line.n - close) - 1 };
	rest = trim(rest);
	if (rest.n > 0 && rest.p[0] != ';' && rest.p[0] != '#')
		return err_set(err, ST_USAGE, _("\"%.*s\" stands behind the name of a section"), STR_ARG(rest));
	name = trim((struct str){ line.p + 1, (size_t)(close - line.p) - 1 });
	if (name.n == 0)
		return err_set(err, ST_USAGE, _("a section has no name"));
	buf_clear(&r->section);
	for (i = 0; i < name.n; i++) {
		if (is_blank(name.p[i]) && is_blank(name.p[i - 1]))	/* trimmed: a blank is never the first */
			continue;
		if ((st = buf_putc(&r->section, is_blank(name.p[i]) ? ' ' : name.p[i], err)) != ST_OK)
			return st;
	}
	r->in_section = true;
	return buf_z(&r->section, err);
}

static enum status
read_key(struct reader *r, struct str line, struct err *err)
{
	const char *equals = memchr(line.p, '=', line.n);
	struct str key, value;
	enum status st;

	if (equals == NULL || comment_at(line) < (size_t)(equals - line.p))
		return err_set(err, ST_USAGE, _("neither \"[section]\" nor \"key = value\""));
	key = trim((struct str){ line.p, (size_t)(equals - line.p) });
	value = (struct str){ equals + 1, (size_t)(line.p + line.n - equals) - 1 };
	value.n = comment_at(value);
	value = trim(value);
	if (key.n == 0)
		return err_set(err, ST_USAGE, _("no key before \"=\""));
	if (!r->in_section)
		return err_set(err, ST_USAGE, _("the key \"%.*s\" stands before the first section"), STR_ARG(key));
	if ((st = copy(&r->key, key, err)) != ST_OK)
		return st;
	return copy(&r->value, value, err);
}

/* Control characters never belong here: NUL would cut values short, others hide from whoever reads the file. */
static enum status
check_line(struct str line, struct err *err)
{
	size_t i;

	for (i = 0; i < line.n; i++)
		if (((unsigned char)line.p[i] < 0x20 && line.p[i] != '\t') || line.p[i] == 0x7f)
			return err_set(err, ST_USAGE, _("a control character (\\x%02x)"), (unsigned)(unsigned char)line.p[i]);
	if (!utf8_ok(line))
		return err_set(err, ST_USAGE, _("not UTF-8"));
	return ST_OK;
}

static enum status
read_line(struct reader *r, struct str line, enum status (*visit)(void *, const struct config_item *, struct err *), void *ctx,
    struct err *err)
{
	struct config_item item = { NULL, NULL, NULL, r->line };
	enum status st;

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if ((st = check_line(line, err)) != ST_OK)
		return st;
	line = trim(line);
	if (line.n == 0 || line.p[0] == ';' || line.p[0] == '#')
		return ST_OK;
	if (line.p[0] == '[') {
		if ((st = read_section(r, line, err)) != ST_OK)
			return st;
	} else {
		if ((st = read_key(r, line, err)) != ST_OK)
			return st;
		item.key = r->key.p;
		item.value = r->value.p;
	}
	item.section = r->section.p;
	return visit(ctx, &item, err);
}

enum status
config_ini_read(const char *name, struct str text, enum status (*visit)(void *, const struct config_item *, struct err *),
    void *ctx, struct err *err)
{
	struct reader r = { 0 };
	const char *end;
	enum status st = ST_OK;
	struct str line;

	if (text.n > LIMIT_CONFIG)
		return err_set(err, ST_LIMIT, _("%s has more than %zu bytes"), name, LIMIT_CONFIG);
	buf_init(&r.section, LIMIT_CONFIG + 1);
	buf_init(&r.key, LIMIT_CONFIG + 1);
	buf_init(&r.value, LIMIT_CONFIG + 1);
	if (str_has_prefix(text, "\xef\xbb\xbf")) {	/* editors on Windows begin UTF-8 with it */
		text.p += 3;
		text.n -= 3;
	}
	while (text.n > 0 && st == ST_OK) {
		end = memchr(text.p, '\n', text.n);
		line = (struct str){ text.p, end == NULL ? text.n : (size_t)(end - text.p) };
		r.line++;
		st = read_line(&r, line, visit, ctx, err);
		if (st != ST_OK)
			(void)err_in(err, "%s:%u", name, r.line);
		text.p += line.n + (end == NULL ? 0 : 1);
		text.n -= line.n + (end == NULL ? 0 : 1);
	}
	buf_free(&r.value);
	buf_free(&r.key);
	buf_free(&r.section);
	return st;
}

struct free_ini {
	enum status (*put)(void *ctx, const char *section, const char *key, const char *value, struct err *);
	void *ctx;
};

static enum status
visit_free(void *ctx, const struct config_item *item, struct err *err)
{
	const struct free_ini *f = ctx;

	return item->key == NULL ? ST_OK : f->put(f->ctx, item->section, item->key, item->value, err);
}

enum status
config_ini(const char *name, struct str text,
    enum status (*put)(void *ctx, const char *section, const char *key, const char *value, struct err *), void *ctx, struct err *err)
{
	struct free_ini f = { put, ctx };

	return config_ini_read(name, text, visit_free, &f, err);
}
