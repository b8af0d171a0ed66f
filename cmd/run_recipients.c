/* run_recipients.c: for whom the store's archives are encrypted: encrypt_to of its section (archive format 8). */
#include <stdio.h>

#include "cmd/run.h"
#include "core/i18n.h"
#include "core/log.h"

#define PATH_MAX_N	2048u

/* The section that says where the tenant's archives lie. */
static void
store_section(const struct run *r, char out[80])
{
	const char *name = config_get(r->app->config, r->section, "store");

	if (name != NULL)
		snprintf(out, 80, "store %s", name);
	else
		snprintf(out, 80, "store");
}

static enum status
add(struct run *r, struct str name, struct err *err)
{
	char path[PATH_MAX_N + 1];
	struct buf whole;
	enum status st;

	if (name.n == 0 || name.n > PATH_MAX_N)
		return err_set(err, ST_USAGE, _("certificate files separated by commas are wanted"));
	snprintf(path, sizeof(path), "%.*s", STR_ARG(name));
	buf_init(&whole, 8192);
	if ((st = run_beside_config(r->app->config, path, &whole, err)) == ST_OK && (st = crypt_to_add(r->to, whole.p, err)) == ST_DENIED)
		err_next(err, _("name a certificate of RSA from 3072 bits, P-256 or P-384 that is for encryption: openssl x509 -in FILE -noout -text shows what it is"));
	buf_free(&whole);
	return st;
}

static enum status
read_list(struct run *r, struct str list, struct err *err)
{
	enum status st = ST_OK;

	while (st == ST_OK && list.p != NULL) {
		const char *comma = memchr(list.p, ',', list.n);
		struct str one = { list.p, comma == NULL ? list.n : (size_t)(comma - list.p) };

		list = comma == NULL ? STR_NONE : (struct str){ comma + 1, list.n - one.n - 1 };
		while (one.n > 0 && (one.p[0] == ' ' || one.p[0] == '\t'))
			one = (struct str){ one.p + 1, one.n - 1 };
		while (one.n > 0 && (one.p[one.n - 1] == ' ' || one.p[one.n - 1] == '\t'))
			one.n--;
		st = add(r, one, err);
	}
	return st == ST_OK ? crypt_to_enough(r->to, err) : st;
}

enum status
run_recipients(struct run *r, struct err *err)
{
	char section[80];
	const char *text;
	enum status st;

	if (r->state.renewal)	/* it holds nothing of the content, and must vouch without anybody's key */
		return ST_OK;
	store_section(r, section);
	if ((text = config_get(r->app->config, section, "encrypt_to")) == NULL)
		return ST_OK;
	if ((st = crypt_to_open(&r->to, err)) == ST_OK && (st = read_list(r, str_of(text), err)) != ST_OK)
		err_in(err, "%s: [%s] encrypt_to", config_file(r->app->config), section);
	return st;
}

enum status
run_recipients_new(struct run *r, struct err *err)
{
	enum status st = r->to == NULL ? ST_OK : crypt_to_valid_at(r->to, when_now_ms(), err);

	if (st != ST_OK) {
		err_in(err, "%s: encrypt_to", config_file(r->app->config));
		err_next(err, _("name the recipient's new certificate in encrypt_to"));
	}
	return st;
}

enum status
run_recipients_same(struct run *r, struct err *err)
{
	const struct crypt_to *began = archive_params_of(r->archive)->to;
	struct err why;

	if (!crypt_to_same(began, r->to)) {
		err_set(err, ST_USAGE, began == NULL ? _("%s was begun without encryption, the configuration now has encrypt_to") :
		    r->to == NULL ? _("%s was begun with encryption, the configuration now has no encrypt_to") :
		    _("%s was begun for other recipients than encrypt_to now names"), r->archive_name);
		return err_next(err, _("put encrypt_to back as it was, and resume; or give the archive up: custody runs --discard %s --yes"), r->archive_name);
	}
	err_init(&why);
	/* What is there already is encrypted to them: it would help nobody to stop half way. */
	if (began != NULL && crypt_to_valid_at(began, when_now_ms(), &why) != ST_OK)
		log_say(LOG_WARN_, "%s", why.text);
	return ST_OK;
}
