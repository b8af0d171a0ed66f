/* main.c: command table, help, the one last line, exit status.  No work of its own. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cmd/app.h"
#include "cmd/class.h"
#include "cmd/complete.h"
#include "cmd/rendering.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/lazy.h"
#include "core/log.h"
#include "core/secret.h"
#include "core/stop.h"
#include "core/utf8.h"
#include "exporters/chat_child.h"

const struct command *const commands[] = {
	&command_init, &command_export, &command_resume, &command_runs, &command_verify, &command_list, &command_show, &command_extract,
	&command_render, &command_prove, &command_check, &command_redact, &command_sign, &command_timestamp, &command_chain, NULL
};

#define FILES_MAX 65536

static const struct option_def global_options[] = {
	{ "config", 'c', "FILE", N_("configuration file"), false },
	{ "store", 0, "PATH", N_("directory of the archives, instead of the configured one"), false },
	{ "lang", 0, "zh|en|auto", N_("language of messages"), false },
	{ "json", 0, NULL, N_("machine output on standard output, untranslated"), false },
	{ "quiet", 'q', NULL, N_("errors and warnings only"), false },
	{ "verbose", 'v', NULL, N_("say more; twice: everything"), true },
	{ "color", 0, "auto|always|never", N_("colours of messages"), false },
	{ "progress", 0, "auto|bar|plain|json|none", N_("how progress is shown"), false },
	{ "yes", 0, NULL, N_("do not ask"), false },
	{ "version", 0, NULL, N_("version of the program and its libraries"), false },
	{ "help", 'h', NULL, N_("this help"), false },
	{ NULL, 0, NULL, NULL, false }
};

static void
help_all(void)
{
	size_t i;

	printf(_("usage: custody [global options] COMMAND [options] [arguments]\n\n"
	    "Takes an organisation's records out of a work-chat platform and leaves archives\n"
	    "that a stranger can verify without it.\n\ncommands:\n"));
	for (i = 0; commands[i] != NULL; i++)
		printf("  %-10s %s%*s %s\n", commands[i]->name, commands[i]->operands,
		    (int)(18 - utf8_width(str_of(commands[i]->operands))), "", _(commands[i]->summary));
	printf(_("\nglobal options:\n"));
	options_help(global_options);
	printf(_("\nexit status: 0 complete or valid, 2 usage, 3 finished with gaps, 4 platform, 5 disk or system,\n"
	    "6 credentials, 7 invalid, 8 cannot tell, 9 over a limit, 10 busy, 130/143 stopped\n"));
}

static void
help_command(const struct command *c)
{
	printf(_("usage: custody [global options] %s [options] %s\n\n%s\n"), c->name, c->operands, _(c->summary));
	if (c->options != NULL) {
		printf(_("\noptions:\n"));
		options_help(c->options);
	}
	if (c == &command_render || c == &command_export)	/* [tenant] views names them */
		formats_help();
	printf(_("\nglobal options:\n"));
	options_help(global_options);
}

static const char *
next_step(enum status st, const struct err *err)
{
	const char *usual = class_of(st)->next;

	return err->next[0] != '\0' ? err->next : usual[0] != '\0' ? _(usual) : "";
}

/* The four facts of a failure for programs: what, on what, why, next step. */
static enum status
last_json(const struct app *app, const char *command, enum status failed, const struct err *why, struct err *err)
{
	const struct class_row *c = class_of(failed);
	struct buf b;
	enum status st;

	buf_init(&b, 16384);
	if ((st = buf_addf(&b, err, "{\"class\":\"%s\",\"exit\":%d,\"what\":", c->name, c->exit)) == ST_OK &&
	    (st = json_put_string(&b, str_of(command), err)) == ST_OK && (st = buf_addz(&b, ",\"object\":", err)) == ST_OK &&
	    (st = json_put_string(&b, str_of(app->object == NULL ? "" : app->object), err)) == ST_OK &&
	    (st = buf_addz(&b, ",\"why\":", err)) == ST_OK && (st = json_put_string(&b, str_of(why->text), err)) == ST_OK &&
	    (st = buf_addz(&b, ",\"next\":", err)) == ST_OK && (st = json_put_string(&b, str_of(next_step(failed, why)), err)) == ST_OK &&
	    (st = buf_addz(&b, "}\n", err)) == ST_OK)
		st = app_print(&b, err);
	buf_free(&b);
	return st;
}

/* And for people.  One line, whatever happens. */
static void
last_line(const struct app *app, const char *command, enum status st, const struct err *err)
{
	const char *next = next_step(st, err);
	struct err e2;
	struct buf b, line;

	err_init(&e2);
	buf_init(&b, 8192);
	buf_init(&line, 8192);
	if ((command[0] == '\0' || buf_addf(&b, &e2, "%s%s%s: ", command, app->object == NULL ? "" : " ", app->object == NULL ? "" : app->object) == ST_OK) &&
	    buf_addf(&b, &e2, "%s", err->text) == ST_OK &&
	    (next[0] == '\0' || buf_addf(&b, &e2, _("; next: %s"), next) == ST_OK) &&
	    log_clean(buf_str(&b), &line, &e2) == ST_OK)
		fprintf(stderr, "custody: %.*s\n", (int)line.n, line.p);
	else
		fprintf(stderr, "custody: %s\n", class_of(st)->name);
	buf_free(&b);
	buf_free(&line);
}

static enum status
choose(const char *value, const char *option, const char *const *words, int *out, struct err *err)
{
	int i;

	*out = 0;
	if (value == NULL)
		return ST_OK;
	for (i = 0; words[i] != NULL; i++)
		if (strcmp(value, words[i]) == 0) {
			*out = i;
			return ST_OK;
		}
	return err_set(err, ST_USAGE, _("--%s cannot be \"%s\""), option, value);
}

static enum status
apply_globals(struct app *app, const struct options *before, const struct options *after, struct err *err)
{
	static const char *const colors[] = { "auto", "always", "never", NULL };
	static const char *const modes[] = { "auto", "bar", "plain", "json", "none", NULL };
	enum log_level level = LOG_INFO_;
	const char *v;
	enum status st;
	size_t i, verbose = 0;
	int n;

#define GLOBAL(name)	(options_has(after, name) ? options_get(after, name) : options_get(before, name))
	app->config_option = GLOBAL("config");
	app->store_option = GLOBAL("store");
	app->json = GLOBAL("json") != NULL;
	app->yes = GLOBAL("yes") != NULL;
	app->quiet = GLOBAL("quiet") != NULL;
	if ((st = choose(GLOBAL("color"), "color", colors, &n, err)) != ST_OK)
		return st;
	app->color = n == 1 || (n == 0 && isatty(2) && getenv("NO_COLOR") == NULL);
	if ((st = choose(GLOBAL("progress"), "progress", modes, &n, err)) != ST_OK)
		return st;
	app->progress = app->quiet && n == 0 ? PROGRESS_NONE : (enum progress_mode)n;
	for (i = 0; i < before->n_given; i++)
		verbose += strcmp(before->given[i].def->name, "verbose") == 0;
	for (i = 0; i < after->n_given; i++)
		verbose += strcmp(after->given[i].def->name, "verbose") == 0;
	if (app->quiet)
		level = LOG_WARN_;
	else if (verbose > 0)
		level = LOG_DEBUG_;
	v = GLOBAL("lang");
#undef GLOBAL
	if (v != NULL && strcmp(v, "zh") != 0 && strcmp(v, "en") != 0 && strcmp(v, "auto") != 0)
		return err_set(err, ST_USAGE, _("--lang cannot be \"%s\""), v);
	log_start(level, app->color);
	return ST_OK;
}

static const struct command *
find_command(const char *name, struct err *err)
{
	const char *names[48], *near;
	size_t i;

	for (i = 0; commands[i] != NULL; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
		names[i] = commands[i]->name;
	}
	err_set(err, ST_USAGE, _("unknown command \"%s\""), name);
	if ((near = config_nearest(name, names, i)) != NULL)
		err_next(err, _("did you mean `custody %s`?"), near);
	return NULL;
}

/* Language first of all, so that even a wrong option is told in it. */
static void
early_language(struct app *app, int argc, char **argv)
{
	const char *lang = NULL;
	int i;

	for (i = 1; i < argc; i++) {
		app->json |= strcmp(argv[i], "--json") == 0;
		if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
			lang = argv[i + 1];
		else if (strncmp(argv[i], "--lang=", 7) == 0)
			lang = argv[i] + 7;
	}
	/* What programs read is never translated. */
	i18n_start(app->json ? "en" : lang);
}

static enum status
offer(struct app *app, int n, const char *const *words, struct err *err)
{
	struct buf out;
	enum status st;

	buf_init(&out, (size_t)1 << 20);
	if ((st = complete(app, global_options, words, (size_t)n, &out, err)) == ST_OK)
		st = app_print(&out, err);
	buf_free(&out);
	return st;
}

static enum status
dispatch(struct app *app, int argc, char **argv, const char **name, struct err *err)
{
	static const struct option_def *const only_global[] = { global_options, NULL };
	const struct option_def *both[3] = { global_options, NULL, NULL };
	const struct command *c;
	static struct options before, after;	/* operands live as long as the process */
	enum status st;
	int used;

	if (argc > 1 && strcmp(argv[1], COMPLETE_WORD) == 0)
		return offer(app, argc - 2, (const char *const *)argv + 2, err);
	if ((st = options_parse(&before, only_global, argc, argv, true, &used, err)) != ST_OK)
		return st;
	if (options_has(&before, "version")) {
		app_version();
		return ST_END;
	}
	if (used >= argc || options_has(&before, "help")) {
		if (options_has(&before, "help")) {
			help_all();
			return ST_END;
		}
		return err_set(err, ST_USAGE, _("no command given"));
	}
	if ((c = find_command(argv[used], err)) == NULL)
		return ST_USAGE;
	*name = c->name;
	both[1] = c->options;
	argc -= used;
	argv += used;
	if ((st = options_parse(&after, both, argc, argv, false, &used, err)) != ST_OK ||
	    (st = apply_globals(app, &before, &after, err)) != ST_OK)
		return st;
	if (options_has(&after, "help")) {
		help_command(c);
		return ST_END;
	}
	if (after.n_operands < c->min_operands || after.n_operands > c->max_operands)
		return err_set(err, ST_USAGE, _("usage: custody %s [options] %s"), c->name, c->operands);
	if (after.n_operands > 0)
		app->object = after.operands[0];
	return c->run(app, &after, err);
}

/* The program was ended by ${st}.  That this cannot be told to the program that reads us may be worse still. */
static enum status
tell(const struct app *app, const char *command, enum status st, struct err *err)
{
	struct err unsaid;
	enum status st2;

	err_init(&unsaid);
	if (app->json && !app->answered && (st2 = last_json(app, command, st, err, &unsaid)) != ST_OK && class_worse(st, st2) != st) {
		st = st2;
		*err = unsaid;
	}
	last_line(app, command, st, err);
	return st;
}

/* What the last line tells of; here, since a library can be found missing anywhere. */
static struct app app;
static const char *command_name = "";

void
lazy_missing(const char *soname, const char *why)
{
	struct err err;

	err_init(&err);
	(void)err_set(&err, ST_IO, _("the library %s cannot be used: %s"), soname, why);
	(void)err_next(&err, _("install the package that holds it; README.md names what this program needs"));
	progress_end();
	(void)fflush(stdout);
	_exit(class_of(tell(&app, command_name, ST_IO, &err))->exit);
}

/*
 * Started with a standard descriptor closed, the next file opened would take its number, and what is meant for people would go into a lock or an
 * archive.  The place is held open for reading: whoever writes there is refused as if it were closed.
 */
static bool
hold_standard(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
			return false;
	return true;
}

/*
 * What is large and released goes back to the system.  Left to itself, glibc takes each large piece that is released as a reason to keep larger ones in its heap: the pieces of a
 * moment (fonts being cut, pages of 2 MiB) then stay beside each other for hours.  Costs no time that could be measured.
 */
static void
memory_returns(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, 128 << 10);
}

/* A mail holds its attachments open until it is written, thousands of them on a busy day: what the system allows is taken. */
static void
many_files(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max > FILES_MAX ? FILES_MAX : r.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &r);
	}
}

int
main(int argc, char **argv)
{
	static char self[PATH_MAX];
	struct err err;
	enum status st;
	ssize_t n;

	if (!hold_standard())
		return class_of(ST_IO)->exit;	/* nothing is open that could be told why */
	if (argc == 2 && strcmp(argv[1], "--chat-child") == 0)
		return chat_child_main(3);
	memory_returns();
	many_files();
	err_init(&err);
	early_language(&app, argc, argv);
	stop_start();
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	app.program = n > 0 ? self : argv[0];
	app.color = false;
	log_start(LOG_INFO_, false);
	if ((st = secret_protect_process(&err)) == ST_OK)
		st = dispatch(&app, argc, argv, &command_name, &err);
	progress_end();
	if ((st == ST_OK || st == ST_END) && (fflush(stdout) != 0 || ferror(stdout)))
		st = err_sys(&err, _("cannot write to standard output"));
	if (st != ST_OK && st != ST_END)
		st = tell(&app, command_name, st, &err);
	config_close(app.config);
	log_end();
	return class_of(st)->exit;
}
