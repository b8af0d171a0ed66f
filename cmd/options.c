/* options.c: getopt_long over our tables. */
#include "cmd/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/config.h"
#include "core/i18n.h"
#include "core/utf8.h"

#define ROWS_MAX	64

/* All rows of all tables, and what getopt wants of them. */
struct rows {
	const struct option_def	*def[ROWS_MAX];
	struct option		 lng[ROWS_MAX + 1];
	char			 shorts[3 * ROWS_MAX + 3];
	size_t			 n;
};

static void
rows_fill(struct rows *r, const struct option_def *const *tables, bool stop_at_operand)
{
	size_t t, i, at = 0;

	memset(r, 0, sizeof(*r));
	r->shorts[at++] = stop_at_operand ? '+' : '-';	/* '-': operands come as option 1, argv stays in order */
	r->shorts[at++] = ':';
	for (t = 0; tables[t] != NULL; t++)
		for (i = 0; tables[t][i].name != NULL && r->n < ROWS_MAX; i++) {
			const struct option_def *d = &tables[t][i];

			r->def[r->n] = d;
			r->lng[r->n].name = d->name;
			r->lng[r->n].has_arg = d->arg != NULL ? required_argument : no_argument;
			r->lng[r->n].val = 256 + (int)r->n;
			r->n++;
			if (d->letter != 0) {
				r->shorts[at++] = d->letter;
				if (d->arg != NULL)
					r->shorts[at++] = ':';
			}
		}
}

static const struct option_def *
row_of(const struct rows *r, int c)
{
	size_t i;

	if (c >= 256)
		return r->def[c - 256];
	for (i = 0; i < r->n; i++)
		if (r->def[i]->letter == c)
			return r->def[i];
	return NULL;
}

/* ${shown} is not known; ${word}, which may go on with "=…", is what it was perhaps meant to be. */
static enum status
unknown(const struct rows *r, const char *shown, const char *word, struct err *err)
{
	const char *names[ROWS_MAX], *near;
	char plain[64];
	size_t i;

	for (i = 0; i < r->n; i++)
		names[i] = r->def[i]->name;
	snprintf(plain, sizeof(plain), "%.*s", (int)(strcspn(word, "=") < 60 ? strcspn(word, "=") : 60), word);
	near = plain[0] == '\0' ? NULL : config_nearest(plain, names, r->n);
	err_set(err, ST_USAGE, _("unknown option \"%s\""), shown == NULL ? plain : shown);
	if (near != NULL)
		err_next(err, _("did you mean --%s?"), near);
	return ST_USAGE;
}

/* What getopt answers '?' for.  It tells a letter by optopt alone: the word it stands in may go on behind it, or be past already. */
static enum status
refused(const struct rows *r, int argc, char **argv, struct err *err)
{
	const char *word = optind < argc ? argv[optind] : "";
	char shown[8];

	if (optopt >= 256)
		return err_set(err, ST_USAGE, _("option --%s takes no value"), r->def[optopt - 256]->name);
	if (optopt == 0)
		return unknown(r, NULL, argv[optind - 1] + strspn(argv[optind - 1], "-"), err);
	if (optopt > ' ' && optopt <= '~')
		snprintf(shown, sizeof(shown), "-%c", optopt);
	else
		snprintf(shown, sizeof(shown), "-\\x%02x", (unsigned)(unsigned char)optopt);
	/* "-since" is a long one with a dash too few. */
	return unknown(r, shown, word[0] == '-' && word[1] == (char)optopt && strcmp(argv[optind - 1], shown) != 0 ? word + 1 : "", err);
}

static enum status
keep(struct options *o, const struct option_def *def, const char *value, struct err *err)
{
	size_t i;

	for (i = 0; i < o->n_given; i++)
		if (o->given[i].def == def && !def->many && def->arg != NULL)
			return err_set(err, ST_USAGE, _("option --%s is given twice"), def->name);
	if (o->n_given == OPTIONS_VALUES_MAX)
		return err_set(err, ST_USAGE, _("more than %d options"), OPTIONS_VALUES_MAX);
	o->given[o->n_given].def = def;
	o->given[o->n_given++].value = value == NULL ? "" : value;
	return ST_OK;
}

enum status
options_parse(struct options *o, const struct option_def *const *tables, int argc, char **argv, bool stop_at_operand,
    int *used, struct err *err)
{
	const struct option_def *def;
	struct rows rows;
	enum status st;
	int c;

	memset(o, 0, sizeof(*o));
	rows_fill(&rows, tables, stop_at_operand);
	if (!stop_at_operand) {
		/* Operands are few: kept apart in memory that lives as long as the process. */
		o->operands = calloc((size_t)argc + 1, sizeof(*o->operands));
		if (o->operands == NULL)
			return err_oom(err, (size_t)argc * sizeof(*o->operands));
	}
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, rows.shorts, rows.lng, NULL)) != -1) {
		if (c == 1) {
			((const char **)(uintptr_t)o->operands)[o->n_operands++] = optarg;
			continue;
		}
		if (c == '?')
			return refused(&rows, argc, argv, err);
		if (c == ':')
			return err_set(err, ST_USAGE, _("option \"%s\" needs a value"), argv[optind - 1]);
		def = row_of(&rows, c);		/* getopt knows only ours */
		if ((st = keep(o, def, optarg, err)) != ST_OK)
			return st;
	}
	if (!stop_at_operand)
		for (; optind < argc; optind++)
			((const char **)(uintptr_t)o->operands)[o->n_operands++] = argv[optind];
	*used = optind;
	return ST_OK;
}

const char *
options_get(const struct options *o, const char *name)
{
	size_t i = o->n_given;

	while (i-- > 0)
		if (strcmp(o->given[i].def->name, name) == 0)
			return o->given[i].value;
	return NULL;
}

bool
options_has(const struct options *o, const char *name)
{
	return options_get(o, name) != NULL;
}

enum status
options_list(const struct options *o, const char *name, struct str *list, size_t max, size_t *n, struct err *err)
{
	const char *at, *end;
	size_t i;

	*n = 0;
	for (i = 0; i < o->n_given; i++) {
		if (strcmp(o->given[i].def->name, name) != 0)
			continue;
		for (at = o->given[i].value;; at = end + 1) {
			end = strchrnul(at, ',');
			if (end == at)
				return err_set(err, ST_USAGE, _("option --%s has an empty word"), name);
			if (*n == max)
				return err_set(err, ST_USAGE, _("option --%s takes at most %zu words"), name, max);
			list[(*n)++] = (struct str){ at, (size_t)(end - at) };
			if (*end == '\0')
				break;
		}
	}
	return ST_OK;
}

void
options_help(const struct option_def *d)
{
	char left[80];

	for (; d->name != NULL; d++) {
		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", d->letter != 0 ? '-' : ' ', d->letter != 0 ? d->letter : ' ',
		    d->letter != 0 ? ", " : "  ", d->name, d->arg != NULL ? " " : "", d->arg != NULL ? d->arg : "");
		printf("  %s%*s %s\n", left, (int)(28 - (utf8_width(str_of(left)) < 28 ? utf8_width(str_of(left)) : 27)), "", _(d->help));
	}
}
