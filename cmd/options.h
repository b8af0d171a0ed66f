/*
 * options.h: option tables.  One row serves parsing, help and the manual.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "core/str.h"

struct option_def {
	const char	*name;		/* long name without dashes; NULL ends a table */
	char		 letter;	/* short form, 0: none */
	const char	*arg;		/* name of the value in help, NULL: a flag */
	const char	*help;		/* N_() */
	bool		 many;		/* may be given more than once */
};

#define OPTIONS_VALUES_MAX	64

/* What was given.  Views into argv; live as long as the process. */
struct options {
	struct { const struct option_def *def; const char *value; } given[OPTIONS_VALUES_MAX];
	size_t		 n_given;
	const char	*const *operands;	/* not options, NULL-terminated */
	size_t		 n_operands;
};

/*
 * options_parse(o, tables, argc, argv, stop_at_operand, used, err): ${tables} is a NULL-terminated list of option tables.  argv[0] is skipped.
 * With ${stop_at_operand} the first operand ends it and ${used} says how many arguments were consumed.  Operands are moved to the end of argv.
 * ST_USAGE: unknown option (with the nearest name), value missing or too many.
 */
enum status options_parse(struct options *, const struct option_def *const *tables, int argc, char **argv, bool stop_at_operand,
    int *used, struct err *) STATUS_USE;
/* The (last) value of an option, NULL when not given; a flag given has "". */
const char *options_get(const struct options *, const char *name);
bool options_has(const struct options *, const char *name);
/* options_list(o, name, list, max, n, err): comma-separated values of all its occurrences, as views. ST_USAGE over ${max} or empty words. */
enum status options_list(const struct options *, const char *name, struct str *list, size_t max, size_t *n, struct err *) STATUS_USE;
/* options_help(tables row): print one table to stdout, aligned, in the chosen language. */
void options_help(const struct option_def *);

#endif
