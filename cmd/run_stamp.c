/* run_stamp.c: the time-stamp authorities of [seal]: who they are, how we log in there, and their tokens. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive/pending.h"
#include "archive/tsp.h"
#include "archive/tsp_verify.h"
#include "cmd/run.h"
#include "cmd/words.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/log.h"
#include "core/progress.h"

#define TRIES	3

enum { WORD_URL, WORD_USER, WORD_PASSWORD, WORD_CERT, WORD_KEY, WORD_CA, WORD__MAX };

void
run_authorities_free(struct run *r)
{
	size_t i;

	for (i = 0; i < PENDING_TOKENS_MAX; i++) {
		struct run_authority *a = &r->authorities[i];

		free(a->url);
		free(a->user);
		free(a->ca);
		secret_free(&a->password);
		secret_free(&a->key);
		buf_free(&a->cert);
	}
	memset(r->authorities, 0, sizeof(r->authorities));
	r->n_authorities = 0;
}

static enum status
keep(char **to, struct str s, struct err *err)
{
	free(*to);
	*to = strndup(s.p, s.n);
	return *to != NULL ? ST_OK : err_oom(err, s.n);
}

/* "https://a.example/, https://b.example/": authorities 1, 2 … */
static enum status
read_list(struct run *r, const char *value, struct err *err)
{
	enum status st = ST_OK;
	size_t n;

	for (; st == ST_OK && *(value += strspn(value, ", \t")) != '\0'; value += n) {
		n = strcspn(value, ", \t");
		if (r->n_authorities == PENDING_TOKENS_MAX)
			return err_set(err, ST_USAGE, _("%s: [seal] timestamp: more than %d authorities"), config_file(r->app->config), PENDING_TOKENS_MAX);
		st = keep(&r->authorities[r->n_authorities++].url, (struct str){ value, n }, err);
	}
	return st;
}

/* The words of one "timestamp.N". */
static enum status
fill(const struct config *c, struct run_authority *a, const struct word *w, struct err *err)
{
	struct buf path;
	enum status st = ST_OK;

	if ((w[WORD_USER].value[0] == '\0') != (w[WORD_PASSWORD].value[0] == '\0'))
		return err_set(err, ST_USAGE, _("user= and password= go together"));
	if ((w[WORD_CERT].value[0] == '\0') != (w[WORD_KEY].value[0] == '\0'))
		return err_set(err, ST_USAGE, _("cert= and key= go together"));
	buf_init(&path, 8192);
	if (w[WORD_URL].value[0] != '\0')
		st = keep(&a->url, str_of(w[WORD_URL].value), err);
	if (st == ST_OK && w[WORD_USER].value[0] != '\0' && (st = keep(&a->user, str_of(w[WORD_USER].value), err)) == ST_OK)
		st = secret_load(w[WORD_PASSWORD].value, config_dir(c), &a->password, err);
	if (st == ST_OK && w[WORD_KEY].value[0] != '\0' && (st = secret_load(w[WORD_KEY].value, config_dir(c), &a->key, err)) == ST_OK &&
	    (st = run_beside_config(c, w[WORD_CERT].value, &path, err)) == ST_OK) {
		buf_init(&a->cert, LIMIT_CRL);
		if ((st = fs_load(AT_FDCWD, path.p, LIMIT_CRL - 1, &a->cert, err)) == ST_END)
			st = err_set(err, ST_IO, _("%s: there is no such certificate file"), path.p);
	}
	buf_clear(&path);
	if (st == ST_OK && w[WORD_CA].value[0] != '\0' && (st = run_beside_config(c, w[WORD_CA].value, &path, err)) == ST_OK)
		st = keep(&a->ca, buf_str(&path), err);
	buf_free(&path);
	return st;
}

static enum status
read_options(struct run *r, const char *key, const char *value, struct err *err)
{
	struct word words[WORD__MAX] = { [WORD_URL] = { .name = "url" }, [WORD_USER] = { .name = "user" }, [WORD_PASSWORD] = { .name = "password" },
		[WORD_CERT] = { .name = "cert" }, [WORD_KEY] = { .name = "key" }, [WORD_CA] = { .name = "ca" } };
	const struct config *c = r->app->config;
	struct run_authority *a;
	enum status st;
	uint64_t n;

	if (str_u64(str_of(key + strlen("timestamp.")), 1, PENDING_TOKENS_MAX, &n, NULL) != ST_OK) {
		err_set(err, ST_USAGE, _("%s: [seal] %s: authorities are numbered from timestamp.1 to timestamp.%d"), config_file(c), key, PENDING_TOKENS_MAX);
		return err_next(err, _("write timestamp.1 = url=https://… user=NAME password=file:PATH"));
	}
	a = &r->authorities[n - 1];
	if ((st = words_read(value, words, WORD__MAX, err)) == ST_OK) {
		if (a->url != NULL && words[WORD_URL].value[0] != '\0')
			st = err_set(err, ST_USAGE, _("the address of authority %" PRIu64 " stands in \"timestamp\" already"), n);
		else if (a->url == NULL && words[WORD_URL].value[0] == '\0')
			st = err_set(err, ST_USAGE, _("url= is missing, and \"timestamp\" has no address number %" PRIu64), n);
		else
			st = fill(c, a, words, err);
	}
	if (st != ST_OK)
		err_in(err, "%s: [seal] %s", config_file(c), key);
	return st;
}

enum status
run_authorities(struct run *r, struct err *err)
{
	const struct config *c = r->app->config;
	const char *list = config_get(c, "seal", "timestamp"), *key, *value;
	struct buf ca;
	enum status st;
	size_t i;

	if (list != NULL && (st = read_list(r, list, err)) != ST_OK)
		return st;
	for (i = 0; (key = config_key(c, "seal", "timestamp.", i, &value)) != NULL; i++)
		if (strcmp(key, "timestamp.ca") != 0 && (st = read_options(r, key, value, err)) != ST_OK)
			return st;
	buf_init(&ca, 8192);
	if ((st = config_path(c, "seal", "timestamp.ca", &ca, err)) == ST_END)
		st = ST_OK;
	for (i = 0; i < PENDING_TOKENS_MAX && st == ST_OK; i++) {
		if (r->authorities[i].url == NULL)
			continue;
		if (r->n_authorities < i && r->authorities[i - 1].url == NULL)
			st = err_set(err, ST_USAGE, _("%s: [seal] there is a time-stamp authority %zu, but none with the number %zu"), config_file(c), i + 1, i);
		else if (ca.n > 0 && r->authorities[i].ca == NULL)
			st = keep(&r->authorities[i].ca, buf_str(&ca), err);
		r->n_authorities = i + 1;
	}
	buf_free(&ca);
	return st;
}

/* Said at once, not years later: a token that the configured trust would not believe. */
static void
warn_unbelieved(struct run *r, const char *url, struct str der, struct str sums)
{
	int64_t gen_ms, ends_ms;
	struct cms_world w = { .at_ms = when_now_ms() };
	struct trust trust;
	struct err why;

	err_init(&why);
	if (app_trust(r->app, NULL, &trust, &why) != ST_OK)
		return;
	w.roots = trust.tsa_roots;
	if (trust.tsa_roots != NULL && tsp_verify(der, sums, &w, &gen_ms, &ends_ms, &why) != ST_OK)
		log_say(LOG_WARN_, _("%s: with the configured trust file this time stamp proves nothing: %s"), url, why.text);
	trust_free(&trust);
}

static enum status
one_token(struct run *r, size_t n, struct str sums, struct err *err)
{
	const struct run_authority *a = &r->authorities[n - 1];
	struct http_login login = { .user = str_of(a->user), .password = secret_view(&a->password), .key_pem = secret_view(&a->key), .ca_file = a->ca };
	struct buf token;
	int64_t at;
	enum status st = ST_RETRY;
	int try;

	if (a->cert.n > 0)
		login.cert_pem = buf_str(&a->cert);
	buf_init(&token, LIMIT_SIGNATURE);
	for (try = 0; try < TRIES && st == ST_RETRY; try++) {
		if (try > 0 && when_sleep_ms(500 << try))
			break;
		buf_clear(&token);
		st = tsp_fetch(r->net, a->url, &login, sums, &token, &at, err);
	}
	if (st == ST_OK && (st = archive_put_token(r->archive, n, buf_str(&token), err)) == ST_OK)
		warn_unbelieved(r, a->url, buf_str(&token), sums);
	buf_free(&token);
	return st;
}

enum status
run_stamp(struct run *r, struct str sums, struct err *err)
{
	enum status st, worst = ST_OK;
	struct err one;
	char name[48];
	size_t i;

	for (i = 1; i <= r->n_authorities; i++) {
		pending_token(i, name);
		if (archive_has_part(r->archive, name))
			continue;
		progress_phase(_("asking for a time stamp"));
		err_init(&one);
		if ((st = one_token(r, i, sums, &one)) == ST_OK)
			continue;
		(void)err_in(&one, "%s", r->authorities[i - 1].url);
		/* Whatever is wrong with an authority, the archive is sealed and can wait; only trouble of our own ends it here. */
		if (st == ST_IO || st == ST_NOMEM || st == ST_STOPPED) {
			*err = one;
			return st;
		}
		/* One that is down keeps nobody from asking the others: they are not asked again. */
		if (worst == ST_OK)
			*err = one;
		else
			log_say(LOG_WARN_, "%s", one.text);
		r->login_denied |= st == ST_DENIED;
		worst = ST_UNSURE;
	}
	return worst;
}
