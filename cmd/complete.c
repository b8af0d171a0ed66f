/* complete.c: see complete.h.  Bash hands over "--format=csv" as three words, other shells as one. */
#include "cmd/complete.h"

#include "core/i18n.h"
#include "formats/formats.h"

struct line {
	struct app *app;
	const struct option_def *tables[2]; /* of all commands, of this one */
	const struct command *command; /* NULL: none yet */
	size_t n_operands; /* before the last word */
	bool unknown; /* the first word is no command */
	struct buf *out;
};

static const struct option_def *
find(const struct line *l, struct str name, char letter)
{
	const struct option_def *d;
	size_t i;

	for (i = 0; i < 2; i++)
		for (d = l->tables[i]; d != NULL && d->name != NULL; d++)
			if (letter != '\0' ? d->letter == letter : str_is(name, d->name))
				return d;
	return NULL;
}

/* The option that ${word} names, its value not in it; NULL: none that takes one. */
static const struct option_def *
awaits(const struct line *l, const char *word)
{
	const struct option_def *d = NULL;

	if (word[0] == '-' && word[1] == '-')
		d = find(l, str_of(word + 2), '\0');
	else if (word[0] == '-' && word[1] != '\0' && word[2] == '\0')
		d = find(l, STR(""), word[1]);
	return d != NULL && d->arg != NULL ? d : NULL;
}

static void
see(struct line *l, const char *word)
{
	size_t i;

	if (word[0] == '-')
		return;
	if (l->command != NULL) {
		l->n_operands++;
		return;
	}
	for (i = 0; commands[i] != NULL; i++)
		if (strcmp(commands[i]->name, word) == 0) {
			l->command = commands[i];
			l->tables[1] = l->command->options;
		}
	l->unknown |= l->command == NULL;
}

/* ${before}${word} where ${word} begins with ${begun}. */
static enum status
offer(const struct line *l, struct str before, struct str word, struct str begun, const char *meaning, struct err *err)
{
	if (word.n < begun.n || (begun.n > 0 && memcmp(word.p, begun.p, begun.n) != 0))
		return ST_OK;
	return buf_addf(l->out, err, "%.*s%.*s%s%s\n", STR_ARG(before), STR_ARG(word), meaning != NULL ? "\t" : "", meaning != NULL ? meaning : "");
}

/* "zh|en|auto" in the table, or the formats; of lists the part behind the last comma. */
static enum status
values(const struct line *l, const struct option_def *d, struct str before, struct str begun, struct err *err)
{
	const char *comma = begun.n > 0 && d->many ? memrchr(begun.p, ',', begun.n) : NULL, *p, *bar;
	char kept[4096];
	enum status st = ST_OK;
	size_t i, skip = comma == NULL ? 0 : (size_t)(comma + 1 - begun.p);

	if (before.n + skip >= sizeof(kept))
		return ST_OK;
	if (before.n > 0)
		memcpy(kept, before.p, before.n);
	if (skip > 0)
		memcpy(kept + before.n, begun.p, skip);
	before = (struct str){ kept, before.n + skip };
	begun = (struct str){ begun.p + skip, begun.n - skip };
	if (strcmp(d->name, "format") == 0) {
		for (i = 0; formats_all[i] != NULL && st == ST_OK; i++)
			st = offer(l, before, str_of(formats_all[i]->name), begun, _(formats_all[i]->summary), err);
		return st;
	}
	for (p = strchr(d->arg, '|') != NULL ? d->arg : ""; *p != '\0' && st == ST_OK; p = *bar == '\0' ? bar : bar + 1) {
		bar = strchrnul(p, '|');
		st = offer(l, before, (struct str){ p, (size_t)(bar - p) }, begun, NULL, err);
	}
	return st;
}

static enum status
options(const struct line *l, struct str begun, struct err *err)
{
	const struct option_def *d;
	enum status st = ST_OK;
	size_t i;

	for (i = 2; i-- > 0 && st == ST_OK;)
		for (d = l->tables[i]; d != NULL && d->name != NULL && st == ST_OK; d++)
			st = offer(l, STR("--"), str_of(d->name), begun, _(d->help), err);
	return st;
}

static enum status
operands(const struct line *l, struct str begun, struct err *err)
{
	enum status st = ST_OK;
	const char *name;
	size_t i;

	if (l->command == NULL) {
		for (i = 0; commands[i] != NULL && !l->unknown && st == ST_OK; i++)
			st = offer(l, STR(""), str_of(commands[i]->name), begun, _(commands[i]->summary), err);
		return st;
	}
	/* Without a configuration that can be read there is no name to offer, and nobody asked for a reason. */
	if (l->n_operands > 0 || strcmp(l->command->operands, "TENANT") != 0 || app_config(l->app, NULL) != ST_OK)
		return ST_OK;
	for (i = 0; (name = config_section(l->app->config, "tenant", i)) != NULL && st == ST_OK; i++)
		st = offer(l, STR(""), str_of(name), begun, NULL, err);
	return st;
}

enum status
complete(struct app *app, const struct option_def *global, const char *const *words, size_t n, struct buf *out, struct err *err)
{
	struct line l = { .app = app, .tables = { global, NULL }, .out = out };
	const struct option_def *open = NULL; /* the option whose value comes next */
	struct str last = str_of(n > 0 ? words[n - 1] : "");
	const char *equals;
	size_t i;

	for (i = 0; i + 1 < n; i++) {
		if (strcmp(words[i], "=") == 0)
			continue;
		if (open == NULL) {
			see(&l, words[i]);
			open = awaits(&l, words[i]);
			continue;
		}
		if (strcmp(open->name, "config") == 0)
			app->config_option = words[i];
		open = NULL;
	}
	if (str_is(last, "="))
		last = STR("");
	if (open != NULL)
		return values(&l, open, STR(""), last, err);
	if (last.n > 2 && last.p[0] == '-' && (equals = memchr(last.p, '=', last.n)) != NULL) {
		size_t at = (size_t)(equals - last.p);

		if ((open = find(&l, (struct str){ last.p + 2, at - 2 }, '\0')) == NULL || open->arg == NULL)
			return ST_OK;
		return values(&l, open, (struct str){ last.p, at + 1 }, (struct str){ equals + 1, last.n - at - 1 }, err);
	}
	if (last.n > 0 && last.p[0] == '-')
		return options(&l, (struct str){ last.p + (last.n > 1 ? 2 : 1), last.n - (last.n > 1 ? 2 : 1) }, err);
	return operands(&l, last, err);
}
