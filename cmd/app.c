/* app.c: what commands share. */
#include "cmd/app.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive/names.h"
#include "core/i18n.h"

enum status
app_config(struct app *app, struct err *err)
{
	struct buf path;
	enum status st;

	if (app->config != NULL)
		return ST_OK;
	buf_init(&path, 4096);
	if ((st = config_find(app->config_option, &path, err)) != ST_OK || (st = buf_z(&path, err)) != ST_OK)
		goto out;
	st = config_load(&app->config, path.p, err);
out:
	buf_free(&path);
	return st;
}

enum status
app_tenant(struct app *app, const char *name, char *section, size_t n, struct err *err)
{
	const char *names[64], *near;
	size_t i;
	int len;

	len = snprintf(section, n, "tenant %s", name);
	if (len < 0 || (size_t)len >= n)
		return err_set(err, ST_USAGE, _("the tenant's name is too long"));
	if (config_has_section(app->config, section))
		return ST_OK;
	for (i = 0; i < 64 && (names[i] = config_section(app->config, "tenant", i)) != NULL; i++)
		;
	err_set(err, ST_USAGE, _("%s has no section [tenant %s]"), config_file(app->config), name);
	if ((near = config_nearest(name, names, i)) != NULL)
		err_next(err, _("did you mean \"%s\"?"), near);
	else if (i > 0)
		err_next(err, _("tenants there: the first is \"%s\""), names[0]);
	return ST_USAGE;
}

enum status
app_store_path(struct app *app, const char *tenant_section, struct buf *path, char label[17], struct err *err)
{
	const char *name = NULL, *text;
	char section[80] = "store";
	enum status st;

	if (app->config == NULL && app->store_option != NULL) {
		snprintf(label, 17, "archive");
		return buf_addz(path, app->store_option, err);
	}
	if (tenant_section != NULL && (name = config_get(app->config, tenant_section, "store")) != NULL) {
		snprintf(section, sizeof(section), "store %s", name);
		if (!config_has_section(app->config, section))
			return err_set(err, ST_USAGE, _("%s: [%s] names the store \"%s\", but there is no section [%s]"),
			    config_file(app->config), tenant_section, name, section);
	}
	if ((text = config_get(app->config, section, "label")) == NULL)
		text = tenant_section != NULL ? tenant_section + strlen("tenant ") : "archive";
	if (!names_label_ok(str_of(text)))
		return err_set(err, ST_USAGE, _("%s: [%s] label \"%s\": 1 to 16 of a-z, 0-9 and -, not beginning with -"),
		    config_file(app->config), section, text);
	snprintf(label, 17, "%s", text);
	if (app->store_option != NULL)
		return buf_addz(path, app->store_option, err);
	if ((text = config_get(app->config, section, "path")) != NULL && strncmp(text, "s3:", 3) == 0)
		return err_set(err, ST_USAGE, _("%s: [%s] path: this version keeps archives in directories only"),
		    config_file(app->config), section);
	st = config_path(app->config, section, "path", path, err);
	if (st == ST_END)
		st = err_set(err, ST_USAGE, _("%s: [%s] has no path"), config_file(app->config), section);
	return st;
}

enum status
app_trust(struct app *app, const char *option, struct trust *trust, struct err *err)
{
	struct err quiet;
	struct buf path;
	enum status st = ST_OK;

	trust_none(trust);
	if (option != NULL)
		return trust_load(option, trust, err);
	err_init(&quiet);
	buf_init(&path, 4096);
	if (app->config == NULL && config_find(app->config_option, &path, &quiet) != ST_OK) {
		/* Asked for by name, it must be there; found nowhere, there is simply no trust. */
		if (app->config_option != NULL)
			st = config_find(app->config_option, &path, err);
		goto out;
	}
	buf_clear(&path);
	if ((st = app_config(app, err)) != ST_OK)
		goto out;
	st = config_path(app->config, "trust", "file", &path, err);
	if (st == ST_OK && (st = buf_z(&path, err)) == ST_OK)
		st = trust_load(path.p, trust, err);
	else if (st == ST_END)
		st = ST_OK;
out:
	buf_free(&path);
	return st;
}

enum status
app_print(const struct buf *b, struct err *err)
{
	if (b->n > 0 && fwrite(b->p, 1, b->n, stdout) != b->n)
		return err_sys(err, _("cannot write to standard output"));
	if (fflush(stdout) != 0)
		return err_sys(err, _("cannot write to standard output"));
	return ST_OK;
}
