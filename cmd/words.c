/* words.c: see words.h. */
#include "cmd/words.h"

#include <stdio.h>

#include "core/config.h"
#include "core/i18n.h"

#define WORDS_MAX	16

static enum status
unknown(const char *name, const struct word *words, size_t n, struct err *err)
{
	const char *names[WORDS_MAX], *near;
	size_t i;

	for (i = 0; i < n && i < WORDS_MAX; i++)
		names[i] = words[i].name;
	err_set(err, ST_USAGE, _("unknown word \"%s=\""), name);
	if ((near = config_nearest(name, names, i)) != NULL)
		err_next(err, _("did you mean \"%s=\"?"), near);
	return ST_USAGE;
}

static enum status
one(const char *p, size_t n, struct word *words, size_t n_words, struct err *err)
{
	const char *eq = memchr(p, '=', n);
	char name[32];
	size_t i, m;

	/* Deliberate: a word without a name is not shown, it may be a secret in the wrong place. */
	if (eq == NULL || eq == p || (size_t)(eq - p) >= sizeof(name))
		return err_set(err, ST_USAGE, _("a word without a name: each is written NAME=VALUE, with no blank inside"));
	snprintf(name, sizeof(name), "%.*s", (int)(eq - p), p);
	m = n - (size_t)(eq - p) - 1;
	for (i = 0; i < n_words; i++) {
		if (strcmp(words[i].name, name) != 0)
			continue;
		if (words[i].value[0] != '\0' || m == 0 || m >= WORDS_VALUE_MAX)
			return err_set(err, ST_USAGE, m == 0 ? _("\"%s=\" has no value") : m >= WORDS_VALUE_MAX ? _("the value of \"%s=\" is too long") :
			    _("\"%s=\" stands there twice"), name);
		memcpy(words[i].value, eq + 1, m);
		words[i].value[m] = '\0';
		return ST_OK;
	}
	return unknown(name, words, n_words, err);
}

enum status
words_read(const char *text, struct word *words, size_t n_words, struct err *err)
{
	enum status st = ST_OK;
	size_t i, n;

	for (i = 0; i < n_words; i++)
		words[i].value[0] = '\0';
	for (; st == ST_OK && *(text += strspn(text, " \t")) != '\0'; text += n) {
		n = strcspn(text, " \t");
		st = one(text, n, words, n_words, err);
	}
	return st;
}
