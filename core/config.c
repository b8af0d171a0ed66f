/* config.c: the configuration in memory: sections with their keys, in the order of the file.  Syntax: config_ini.c; names: config_keys.c. */
#include "core/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/arena.h"
#include "core/config_parts.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"

#define KEYS_MAX	4096	/* in one section, and sections in one file: searching is linear */
#define MEMORY_MAX	((size_t)32 << 20)	/* LIMIT_CONFIG bytes as the smallest keys, with their struct */
#define FILE_NAME	"custody.conf"

struct entry {
	struct entry	*next;
	const char	*key, *value;	/* value "" counts as absent; kept so that a second one is noticed */
	unsigned	 line;
};
struct section {
	struct section	*next;
	const char	*name;		/* "tenant acme" */
	struct entry	*first, *last;
	unsigned	 line;
	size_t		 n_entries;
};
struct config {
	struct arena	 mem;
	const char	*file, *dir;
	struct section	*first, *last;
	size_t		 n_sections;
};

static struct section *
find_section(const struct config *c, const char *name)
{
	struct section *s;

	for (s = c->first; s != NULL && strcmp(s->name, name) != 0; s = s->next)
		;
	return s;
}

/* The entry of a key, even an empty one. */
static struct entry *
find_entry(const struct section *s, const char *key)
{
	struct entry *e;

	for (e = s == NULL ? NULL : s->first; e != NULL && strcmp(e->key, key) != 0; e = e->next)
		;
	return e;
}

static enum status
add_section(struct config *c, const struct config_item *item, struct err *err)
{
	struct section *s = find_section(c, item->section);
	struct str name;
	enum status st;
	void *room;

	if (s != NULL)
		return err_set(err, ST_USAGE, _("section [%s] a second time: the first is at line %u"), item->section, s->line);
	if ((st = config_keys_section(item->section, err)) != ST_OK)
		return st;
	if (c->n_sections == KEYS_MAX)
		return err_set(err, ST_LIMIT, _("more than %d sections"), KEYS_MAX);
	if ((st = arena_get(&c->mem, 1, sizeof(*s), &room, err)) != ST_OK)
		return st;
	if ((st = arena_dup(&c->mem, str_of(item->section), &name, err)) != ST_OK)
		return st;
	s = room;
	s->name = name.p;
	s->line = item->line;
	if (c->last == NULL)
		c->first = s;
	else
		c->last->next = s;
	c->last = s;
	c->n_sections++;
	return ST_OK;
}

static enum status
add_key(struct config *c, const struct config_item *item, struct err *err)
{
	struct section *s = c->last;	/* a key always belongs to the section whose header came last */
	struct str key, value;
	struct entry *e;
	enum status st;
	void *room;

	if ((st = config_keys_key(item, err)) != ST_OK)
		return st;
	if ((e = find_entry(s, item->key)) != NULL)
		return err_set(err, ST_USAGE, _("key \"%s\" a second time in [%s]: the first is at line %u"), item->key,
		    item->section, e->line);
	if (s->n_entries == KEYS_MAX)
		return err_set(err, ST_LIMIT, _("more than %d keys in [%s]"), KEYS_MAX, item->section);
	if ((st = arena_get(&c->mem, 1, sizeof(*e), &room, err)) != ST_OK)
		return st;
	if ((st = arena_dup(&c->mem, str_of(item->key), &key, err)) != ST_OK)
		return st;
	if ((st = arena_dup(&c->mem, str_of(item->value), &value, err)) != ST_OK)
		return st;
	e = room;
	*e = (struct entry){ NULL, key.p, value.p, item->line };
	if (s->last == NULL)
		s->first = e;
	else
		s->last->next = e;
	s->last = e;
	s->n_entries++;
	return ST_OK;
}

static enum status
visit(void *ctx, const struct config_item *item, struct err *err)
{
	return item->key == NULL ? add_section(ctx, item, err) : add_key(ctx, item, err);
}

/* "a/b.conf" → "a", "b.conf" → ".", "/b.conf" → "/". */
static struct str
dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return STR(".");
	return (struct str){ path, slash == path ? 1 : (size_t)(slash - path) };
}

enum status
config_parse(struct config **out, const char *name, struct str text, struct err *err)
{
	struct str file, dir;
	struct config *c;
	enum status st;

	*out = NULL;
	if ((c = mem_get(1, sizeof(*c), err)) == NULL)
		return ST_NOMEM;
	arena_init(&c->mem, MEMORY_MAX);
	if ((st = arena_dup(&c->mem, str_of(name), &file, err)) != ST_OK)
		goto out;
	if ((st = arena_dup(&c->mem, dir_of(name), &dir, err)) != ST_OK)
		goto out;
	c->file = file.p;
	c->dir = dir.p;
	if ((st = config_ini_read(name, text, visit, c, err)) != ST_OK)
		goto out;
	*out = c;
	c = NULL;
out:
	config_close(c);
	return st;
}

enum status
config_load(struct config **out, const char *path, struct err *err)
{
	char *real = realpath(path, NULL);	/* /etc is often full of links; what they lead to must be a plain file */
	struct buf text;
	enum status st;

	*out = NULL;
	buf_init(&text, LIMIT_CONFIG);
	if (real == NULL) {
		st = errno == ENOENT || errno == ENOTDIR ? err_set(err, ST_USAGE, _("there is no configuration file %s"), path) :
		    err_sys(err, _("cannot read the configuration file %s"), path);
		goto out;
	}
	st = fs_load(AT_FDCWD, real, LIMIT_CONFIG, &text, err);
	if (st == ST_END)
		st = err_set(err, ST_USAGE, _("there is no configuration file %s"), path);
	if (st == ST_OK)
		st = config_parse(out, path, buf_str(&text), err);
out:
	free(real);
	buf_free(&text);
	return st;
}

void
config_close(struct config *c)
{
	if (c == NULL)
		return;
	arena_free(&c->mem);
	mem_free(c);
}

/* One more place: into ${path}, and onto the list for the message.  *there says whether a file is found. */
static enum status
try_place(const char *dir, const char *below, struct buf *path, struct buf *places, bool *there, struct err *err)
{
	struct stat sb;
	enum status st;

	buf_clear(path);
	if ((st = buf_addz(path, dir, err)) != ST_OK || (st = buf_addz(path, below, err)) != ST_OK ||
	    (st = buf_z(path, err)) != ST_OK)
		return st;
	*there = stat(path->p, &sb) == 0;
	if (places->n > 0 && (st = buf_addz(places, ", ", err)) != ST_OK)
		return st;
	return buf_str_add(places, buf_str(path), err);
}

static const char *
env(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

enum status
config_find(const char *option, struct buf *path, struct err *err)
{
	const struct { const char *dir, *below; } places[] = {
		{ ".", "/" FILE_NAME },
		{ env("XDG_CONFIG_HOME"), "/custody/" FILE_NAME },
		{ env("XDG_CONFIG_HOME") == NULL ? env("HOME") : NULL, "/.config/custody/" FILE_NAME },
		{ "/etc/custody", "/" FILE_NAME },
	};
	const char *given = option != NULL ? option : env("CUSTODY_CONFIG");
	bool there = false;
	struct buf looked;
	enum status st = ST_OK;
	size_t i;

	buf_clear(path);
	if (given != NULL) {	/* whoever names a file means that one, whether it is there or not */
		if ((st = buf_addz(path, given, err)) != ST_OK)
			return st;
		return buf_z(path, err);
	}
	buf_init(&looked, 1 << 16);
	for (i = 0; i < sizeof(places) / sizeof(places[0]) && st == ST_OK && !there; i++)
		if (places[i].dir != NULL)
			st = try_place(places[i].dir, places[i].below, path, &looked, &there, err);
	if (st == ST_OK && !there) {
		st = err_set(err, ST_USAGE, _("no configuration file; looked for %.*s"), STR_ARG(buf_str(&looked)));
		(void)err_next(err, _("name the file with --config FILE"));
		buf_clear(path);
	}
	buf_free(&looked);
	return st;
}

/* The entry with a value, NULL otherwise. */
static const struct entry *
value_of(const struct config *c, const char *section, const char *key)
{
	const struct entry *e = find_entry(find_section(c, section), key);

	return e == NULL || e->value[0] == '\0' ? NULL : e;
}

const char *
config_get(const struct config *c, const char *section, const char *key)
{
	const struct entry *e = value_of(c, section, key);

	return e == NULL ? NULL : e->value;
}

unsigned
config_line(const struct config *c, const char *section, const char *key)
{
	const struct entry *e = value_of(c, section, key);

	return e == NULL ? 0 : e->line;
}

enum status
config_path(const struct config *c, const char *section, const char *key, struct buf *out, struct err *err)
{
	const char *value = config_get(c, section, key);
	enum status st;

	if (value == NULL)
		return ST_END;
	/* A URL (s3://bucket) is no path of this computer. */
	if (value[0] != '/' && strstr(value, "://") == NULL &&
	    ((st = buf_addz(out, c->dir, err)) != ST_OK || (st = buf_putc(out, '/', err)) != ST_OK))
		return st;
	if ((st = buf_addz(out, value, err)) != ST_OK)
		return st;
	return buf_z(out, err);
}

const char *
config_dir(const struct config *c)
{
	return c->dir;
}

const char *
config_file(const struct config *c)
{
	return c->file;
}

bool
config_has_section(const struct config *c, const char *section)
{
	return find_section(c, section) != NULL;
}

const char *
config_section(const struct config *c, const char *kind, size_t i)
{
	const size_t n = strlen(kind);
	const struct section *s;

	for (s = c->first; s != NULL; s = s->next)
		if (strncmp(s->name, kind, n) == 0 && s->name[n] == ' ' && i-- == 0)
			return s->name + n + 1;
	return NULL;
}

const char *
config_key(const struct config *c, const char *section, const char *prefix, size_t i, const char **value)
{
	const struct section *s = find_section(c, section);
	const size_t n = strlen(prefix);
	const struct entry *e;

	for (e = s == NULL ? NULL : s->first; e != NULL; e = e->next)
		if (strncmp(e->key, prefix, n) == 0 && e->value[0] != '\0' && i-- == 0) {
			if (value != NULL)
				*value = e->value;
			return e->key;
		}
	return NULL;
}

enum status
config_bytes(const char *text, uint64_t *out, struct err *err)
{
	static const struct { const char *name; unsigned shift; } units[] = {
		{ "", 0 }, { "B", 0 }, { "KiB", 10 }, { "MiB", 20 }, { "GiB", 30 }, { "TiB", 40 },
	};
	const struct str number = { text, strspn(text, "0123456789") };
	const char *unit = text + number.n;
	uint64_t value;
	size_t i;

	while (*unit == ' ')
		unit++;
	for (i = 0; i < sizeof(units) / sizeof(units[0]) && strcmp(unit, units[i].name) != 0; i++)
		;
	if (i == sizeof(units) / sizeof(units[0]) ||
	    str_u64(number, 0, UINT64_MAX >> units[i].shift, &value, NULL) != ST_OK) {
		(void)err_set(err, ST_USAGE, _("\"%s\" is not a size"), text);
		(void)err_next(err, _("write bytes, or a number with KiB, MiB, GiB or TiB, as in 50 GiB"));
		return ST_USAGE;
	}
	*out = value << units[i].shift;
	return ST_OK;
}

enum status
config_duration(const char *text, int64_t *ms, struct err *err)
{
	static const struct { const char *name; int64_t hours; } units[] = {
		{ "h", 1 }, { "hour", 1 }, { "hours", 1 }, { "d", 24 }, { "day", 24 }, { "days", 24 }, { "w", 168 }, { "week", 168 }, { "weeks", 168 },
	};
	const struct str number = { text, strspn(text, "0123456789") };
	const char *unit = text + number.n;
	uint64_t value;
	size_t i;

	while (*unit == ' ')
		unit++;
	for (i = 0; i < sizeof(units) / sizeof(units[0]) && strcmp(unit, units[i].name) != 0; i++)
		;
	if (i == sizeof(units) / sizeof(units[0]) || str_u64(number, 1, 100000, &value, NULL) != ST_OK) {
		(void)err_set(err, ST_USAGE, _("\"%s\" is not a length of time"), text);
		(void)err_next(err, _("write a number with hours, days or weeks, as in 7 days"));
		return ST_USAGE;
	}
	*ms = (int64_t)value * units[i].hours * 3600000;
	return ST_OK;
}
