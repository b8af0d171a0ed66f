/*
 * app.h: what every command gets: global options as they were given, the configuration when it is asked for, and the ways to answer.
 */
#ifndef CMD_APP_H
#define CMD_APP_H

#include "archive/trust.h"
#include "cmd/options.h"
#include "core/config.h"
#include "core/progress.h"

struct app {
	const char	*config_option, *store_option;
	bool		 json, yes, quiet, color;
	bool		 answered;	/* a JSON result is on stdout already: the failure stands in it */
	enum progress_mode progress;
	struct config	*config;	/* NULL until app_config */
	const char	*program;	/* path of this executable */
	const char	*object;	/* what the command works on: named in the last line */
};

struct command {
	const char	*name;
	const char	*operands;	/* "TENANT", for help */
	const char	*summary;	/* N_() */
	const struct option_def *options;
	size_t		 min_operands, max_operands;
	/*
	 * ST_OK, or what ends the process; ${err} then holds the one last line.  The command has printed its data on stdout.
	 */
	enum status (*run)(struct app *, const struct options *, struct err *);
};
extern const struct command *const commands[];		/* NULL-terminated, in the order of help */
extern const struct command command_init, command_export, command_resume, command_runs, command_verify, command_list, command_show, command_extract, command_sign, command_timestamp;
extern const struct command command_chain, command_prove, command_check, command_redact, command_render;
extern const struct option_def options_scope[];

/* app_config(app, err): load the configuration once. */
enum status app_config(struct app *, struct err *) STATUS_USE;
/* app_tenant(app, name, section, n, err): checks that [tenant NAME] is there; "tenant NAME" into ${section}. */
enum status app_tenant(struct app *, const char *name, char *section, size_t n, struct err *) STATUS_USE;
/* app_store_path(app, tenant_section, out, err): --store, the tenant's store, or [store]. ${tenant_section} may be NULL. */
enum status app_store_path(struct app *, const char *tenant_section, struct buf *path, char label[17], struct err *) STATUS_USE;
/* app_trust(app, option, out, err): --trust FILE, else [trust] file of a configuration that can be found, else none. */
enum status app_trust(struct app *, const char *option, struct trust *, struct err *) STATUS_USE;
void app_version(void);		/* to stdout */
/* Write ${b} to stdout and flush: >&- and >/dev/full end in ST_IO. */
enum status app_print(const struct buf *, struct err *) STATUS_USE;

#endif
