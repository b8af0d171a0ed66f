/* config_keys.c: every section and key of custody.conf, and the nearest name for a misspelt one. */
#include "core/config_parts.h"

#include <ctype.h>

#include "core/config.h"
#include "core/i18n.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define WORD_MAX	64	/* bytes; nobody misspells a longer name into one of ours */
#define NAME_MAX_BYTES	64	/* of NAME in "[tenant NAME]": it becomes part of file names */

enum naming { NAME_NONE, NAME_MAY, NAME_MUST };

static const struct { const char *kind; enum naming naming; } kinds[] = {
	{ "store", NAME_MAY }, { "seal", NAME_NONE }, { "trust", NAME_NONE }, { "tenant", NAME_MUST }, { "retention", NAME_MUST },
};

/* "x.*": any name behind the dot.  ${secret}: the value says where a secret is, and must not be one. */
static const struct { const char *kind, *name; bool secret; } keys[] = {
	{ "store", "path", false }, { "store", "label", false }, { "store", "volume", false }, { "store", "state", false },
	{ "store", "encrypt_to", false }, { "store", "region", false }, { "store", "level", false }, { "store", "heartbeat", false },

	{ "seal", "signer.*", false }, { "seal", "timestamp", false }, { "seal", "timestamp.ca", false }, { "seal", "timestamp.*", false },
	{ "seal", "signed", false }, { "seal", "pdf.signer", false },
	{ "seal", "digest", false }, { "seal", "receipt", false }, { "seal", "crl", false },

	{ "trust", "file", false },

	{ "tenant", "platform", false }, { "tenant", "corp_id", false }, { "tenant", "base_url", false }, { "tenant", "ca", false },
	{ "tenant", "store", false }, { "tenant", "secret.*", true }, { "tenant", "time_zone", false }, { "tenant", "region", false },
	{ "tenant", "region.allow", false }, { "tenant", "chat.sdk", false }, { "tenant", "chat.proxy", false },
	{ "tenant", "chat.passwd", true }, { "tenant", "chat.key.*", true }, { "tenant", "purpose", false },
	{ "tenant", "basis", false }, { "tenant", "organization", false }, { "tenant", "operator", false },
	{ "tenant", "description", false }, { "tenant", "csv.crlf", false },
	{ "tenant", "views", false }, { "tenant", "pdf.signer", false },

	{ "retention", "streams", false }, { "retention", "keep", false }, { "retention", "from", false }, { "retention", "law", false },
};

static size_t
min3(size_t a, size_t b, size_t c)
{
	a = a < b ? a : b;
	return a < c ? a : c;
}

/*
 * Letters inserted, left out, replaced, or two neighbours exchanged (optimal string alignment); upper and lower case of
 * ASCII are the same.  Longer than WORD_MAX: farther than anything.
 */
static size_t
distance(struct str a, struct str b)
{
	size_t rows[3][WORD_MAX + 1], *two = rows[0], *one = rows[1], *now = rows[2], *spare, i, j;

	if (a.n > WORD_MAX || b.n > WORD_MAX)
		return SIZE_MAX;
#define AT(s, i)	tolower((unsigned char)(s).p[i])
	for (j = 0; j <= b.n; j++)
		two[j] = now[j] = j;
	for (i = 1; i <= a.n; i++) {
		spare = two;
		two = one;
		one = now;
		now = spare;
		now[0] = i;
		for (j = 1; j <= b.n; j++) {
			now[j] = min3(one[j] + 1, now[j - 1] + 1, one[j - 1] + (AT(a, i - 1) == AT(b, j - 1) ? 0 : 1));
			if (i > 1 && j > 1 && AT(a, i - 1) == AT(b, j - 2) && AT(a, i - 2) == AT(b, j - 1) && two[j - 2] + 1 < now[j])
				now[j] = two[j - 2] + 1;
		}
	}
#undef AT
	return now[b.n];
}

/* How far a word may be off: one letter in a short one, about a third of a longer one. */
static size_t
tolerance(size_t n)
{
	return n < 4 ? 1 : (n + 1) / 3;
}

const char *
config_nearest(const char *word, const char *const *candidates, size_t n)
{
	const struct str w = str_of(word);
	size_t best = tolerance(w.n) + 1, i, d;
	const char *found = NULL;

	for (i = 0; i < n; i++) {
		d = distance(w, str_of(candidates[i]));
		if (d < best && d < w.n) {	/* as many changes as letters is no likeness */
			best = d;
			found = candidates[i];
		}
	}
	return found;
}

/* The first word of a section is its kind. */
static struct str
kind_of(const char *section)
{
	return (struct str){ section, strcspn(section, " ") };
}

static bool
kind_is(const char *section, const char *kind)
{
	return str_is(kind_of(section), kind);
}

enum status
config_keys_section(const char *section, struct err *err)
{
	const char *names[COUNT(kinds)], *near, *label;
	char word[WORD_MAX + 1] = "";
	struct str kind = kind_of(section);
	size_t i;

	for (i = 0; i < COUNT(kinds) && !str_is(kind, kinds[i].kind); i++)
		names[i] = kinds[i].kind;
	if (i == COUNT(kinds)) {
		if (kind.n <= WORD_MAX)
			memcpy(word, kind.p, kind.n);
		near = config_nearest(word, names, COUNT(kinds));
		(void)err_set(err, ST_USAGE, _("unknown section [%s]"), section);
		if (near != NULL)
			(void)err_next(err, _("the nearest known name is [%s%s]"), near, section + kind.n);
		else
			(void)err_next(err, _("sections are [store], [store NAME], [seal], [trust], [tenant NAME], [retention NAME]"));
		return ST_USAGE;
	}
	label = section[kind.n] == ' ' ? section + kind.n + 1 : "";
	if (kinds[i].naming == NAME_MUST && label[0] == '\0')
		return err_set(err, ST_USAGE, _("[%s] needs a name: [%s NAME]"), section, section);
	if (kinds[i].naming == NAME_NONE && label[0] != '\0')
		return err_set(err, ST_USAGE, _("[%s] takes no name"), kinds[i].kind);
	if (strpbrk(label, " /") != NULL || label[0] == '.' || strlen(label) > NAME_MAX_BYTES)
		return err_set(err, ST_USAGE, _("\"%s\" cannot be a name: no blank, no \"/\", no \".\" at the beginning, at most %d bytes"),
		    label, NAME_MAX_BYTES);
	return ST_OK;
}

/* "secret.*" matches "secret.chat" but not "secret.". */
static bool
matches(const char *pattern, const char *key)
{
	const size_t n = strlen(pattern);

	if (n < 2 || strcmp(pattern + n - 2, ".*") != 0)
		return strcmp(pattern, key) == 0;
	return strncmp(pattern, key, n - 1) == 0 && key[n - 1] != '\0';
}

/*
 * How far ${key} is from row ${i}.  Behind the dots of a pattern anything goes, so only what stands before counts;
 * *tail is then what the key has behind them.
 */
static size_t
row_distance(size_t i, const char *key, const char **tail)
{
	const char *name = keys[i].name, *dot = key, *at;
	size_t n = strlen(name);

	*tail = key + strlen(key);
	if (n < 2 || strcmp(name + n - 2, ".*") != 0)
		return distance(str_of(key), str_of(name));
	for (at = name; (at = strchr(at, '.')) != NULL; at++) {
		if ((dot = strchr(dot, '.')) == NULL)
			return SIZE_MAX;
		dot++;
	}
	*tail = dot;
	return distance((struct str){ key, (size_t)(dot - key) }, (struct str){ name, n - 1 });
}

static enum status
unknown_key(const struct config_item *item, struct err *err)
{
	const char *tail, *best_tail = "", *other = NULL, *name;
	size_t best = tolerance(strlen(item->key)) + 1, found = COUNT(keys), i, d, n;

	for (i = 0; i < COUNT(keys); i++) {
		if (!kind_is(item->section, keys[i].kind)) {
			if (matches(keys[i].name, item->key))
				other = keys[i].kind;
			continue;
		}
		d = row_distance(i, item->key, &tail);
		if (d < best) {
			best = d;
			found = i;
			best_tail = tail;
		}
	}
	(void)err_set(err, ST_USAGE, _("unknown key \"%s\" in [%s]"), item->key, item->section);
	if (other != NULL && (found == COUNT(keys) || best > 0)) {
		(void)err_next(err, _("this key belongs to a section [%s]"), other);
	} else if (found < COUNT(keys)) {
		name = keys[found].name;
		n = strlen(name);
		if (n > 2 && name[n - 1] == '*' && best_tail[0] != '\0')
			n--;	/* "secret." and what the key has behind the dot */
		else
			best_tail = "";
		(void)err_next(err, _("the nearest known name is \"%.*s%s\""), (int)n, name, best_tail);
	}
	return ST_USAGE;
}

enum status
config_keys_key(const struct config_item *item, struct err *err)
{
	const struct str value = str_of(item->value);
	size_t i;

	for (i = 0; i < COUNT(keys); i++)
		if (kind_is(item->section, keys[i].kind) && matches(keys[i].name, item->key))
			break;
	if (i == COUNT(keys))
		return unknown_key(item, err);
	if (keys[i].secret && value.n > 0 && !str_has_prefix(value, "file:") && !str_has_prefix(value, "credential:") &&
	    !str_has_prefix(value, "env:")) {
		/* Deliberate: the value is not shown. */
		(void)err_set(err, ST_USAGE, _("\"%s\" holds something that may be a secret, in place of where to find it"), item->key);
		(void)err_next(err, _("write file:PATH, credential:NAME or env:NAME"));
		return ST_USAGE;
	}
	return ST_OK;
}
