/* trust.c: the trust file: who may sign for what, and which authorities are believed. */
#include "archive/trust.h"

#include <fcntl.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "archive/names.h"
#include "archive/renewals.h"
#include "core/digest.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"

#define TRUST_CERTS_MAX	1024u
#define TRUST_ROLES_MAX	8u

struct loading {
	struct trust	*t;
	struct str	 dir;			/* of the trust file, with its slash; "" when it has none */
	char		 issuer[TRUST_NAME_MAX];	/* read, its subject must follow; "": none */
	char		 role[33];		/* of that issuer */
};

void
trust_none(struct trust *t)
{
	memset(t, 0, sizeof(*t));
	t->token_required = true;
	algorithms_all(&t->algorithms);
}

void
trust_free(struct trust *t)
{
	X509_STORE_free(t->roots);
	X509_STORE_free(t->tsa_roots);
	mem_free(t->certs);
	if (t->own_renewals != NULL)
		renewals_free(t->own_renewals);
	mem_free(t->own_renewals);
	trust_none(t);
}

/* Load a file named in the trust file, relative to it. */
static enum status
load(const struct loading *l, const char *name, struct buf *out, struct err *err)
{
	struct buf path;
	enum status st;

	buf_init(&path, 8192);
	if ((st = name[0] == '/' ? ST_OK : buf_str_add(&path, l->dir, err)) != ST_OK || (st = buf_addz(&path, name, err)) != ST_OK ||
	    (st = buf_z(&path, err)) != ST_OK)
		goto out;
	st = fs_load(AT_FDCWD, path.p, LIMIT_CRL, out, err);
	if (st == ST_END)
		st = err_set(err, ST_USAGE, _("%s: no such file"), path.p);
out:
	buf_free(&path);
	return st;
}

/* Call ${each} for every certificate of a PEM text; anything that is no certificate is refused. */
static enum status
each_cert(const char *name, const struct buf *pem, enum status (*each)(void *, X509 *, struct err *), void *ctx, struct err *err)
{
	BIO *bio = BIO_new_mem_buf(pem->p, (int)pem->n);
	enum status st = ST_OK;
	size_t n = 0;
	X509 *x;

	if (bio == NULL)
		return err_oom(err, pem->n);
	while (st == ST_OK && (x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		st = each(ctx, x, err);
		X509_free(x);
		n++;
	}
	BIO_free(bio);
	if (st == ST_OK && n == 0)
		st = err_set(err, ST_USAGE, _("%s: no certificate in it"), name);
	return st;
}

static enum status
add_root(void *ctx, X509 *x, struct err *err)
{
	return X509_STORE_add_cert(ctx, x) == 1 ? ST_OK : err_oom(err, 0);
}

static enum status
load_roots(const struct loading *l, const char *name, X509_STORE **out, struct err *err)
{
	struct buf pem;
	enum status st;

	buf_init(&pem, LIMIT_CRL);
	if ((st = load(l, name, &pem, err)) == ST_OK && *out == NULL && (*out = X509_STORE_new()) == NULL)
		st = err_oom(err, sizeof(void *));
	if (st == ST_OK)
		st = each_cert(name, &pem, add_root, *out, err);
	buf_free(&pem);
	return st;
}

static enum status
fingerprint(void *ctx, X509 *x, struct err *err)
{
	unsigned int n;

	return X509_digest(x, EVP_sha256(), ctx, &n) == 1 && n == 32 ? ST_OK : err_oom(err, 0);
}

static enum status
load_fingerprint(const struct loading *l, const char *name, unsigned char out[32], struct err *err)
{
	struct buf pem;
	enum status st;

	buf_init(&pem, LIMIT_CRL);
	if ((st = load(l, name, &pem, err)) == ST_OK)
		st = each_cert(name, &pem, fingerprint, out, err);
	/* deliberate: of several certificates the last would count; a role's file must hold one */
	if (st == ST_OK && pem.n > 0) {
		struct str rest = buf_str(&pem);
		const char *first = memmem(rest.p, rest.n, "-----BEGIN", 10);

		if (first != NULL && memmem(first + 10, rest.n - (size_t)(first + 10 - rest.p), "-----BEGIN", 10) != NULL)
			st = err_set(err, ST_USAGE, _("%s: more than one certificate in it"), name);
	}
	buf_free(&pem);
	return st;
}

/* The next blank-separated word of ${s}. */
static struct str
word(struct str *s)
{
	size_t i = 0, j;
	struct str w;

	while (i < s->n && (s->p[i] == ' ' || s->p[i] == '\t'))
		i++;
	for (j = i; j < s->n && s->p[j] != ' ' && s->p[j] != '\t'; j++)
		;
	w = j > i ? (struct str){ s->p + i, j - i } : STR_NONE;
	*s = (struct str){ s->p + j, s->n - j };
	return w;
}

/* from=N and to=N at the beginning of ${rest}, which then begins with what follows them. */
static enum status
ranges(struct str *rest, struct trust_cert *c, struct err *err)
{
	for (;;) {
		struct str after = *rest, w = word(&after);
		bool from = str_has_prefix(w, "from="), to = str_has_prefix(w, "to=");
		size_t skip = from ? 5 : 3;

		if (!from && !to)
			break;
		if (str_u64((struct str){ w.p + skip, w.n - skip }, 1, UINT64_MAX, from ? &c->from : &c->to, NULL) != ST_OK)
			return err_set(err, ST_USAGE, _("from= and to= are sequences, from 1"));
		*rest = after;
	}
	while (rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t'))
		*rest = (struct str){ rest->p + 1, rest->n - 1 };
	return c->from <= c->to ? ST_OK : err_set(err, ST_USAGE, _("cert: from is behind to"));
}

static enum status
append(struct trust *t, const struct trust_cert *c, struct err *err)
{
	struct trust_cert *grown;

	if (t->n_certs == TRUST_CERTS_MAX)
		return err_set(err, ST_USAGE, _("more than %u certificates"), TRUST_CERTS_MAX);
	if ((grown = mem_grow(t->certs, t->n_certs + 1, sizeof(*grown), err)) == NULL)
		return ST_NOMEM;
	t->certs = grown;
	grown[t->n_certs++] = *c;
	return ST_OK;
}

static enum status
put_cert(const struct loading *l, const char *role, const char *value, struct err *err)
{
	struct trust_cert c = { .from = 1, .to = UINT64_MAX };
	struct str rest = str_of(value), w = word(&rest);
	char name[4096];
	enum status st;

	memcpy(c.role, role, strlen(role) + 1);
	if (str_has_prefix(w, "sha256:")) {
		if (!digest_unhex((struct str){ w.p + 7, w.n - 7 }, c.sha256, sizeof(c.sha256)))
			return err_set(err, ST_USAGE, _("cert: sha256: needs 64 lower-case hexadecimal digits"));
	} else if (str_has_prefix(w, "file:") && w.n - 5 < sizeof(name)) {
		memcpy(name, w.p + 5, w.n - 5);
		name[w.n - 5] = '\0';
		if ((st = load_fingerprint(l, name, c.sha256, err)) != ST_OK)
			return st;
	} else
		return err_set(err, ST_USAGE, _("cert: neither sha256:… nor file:…"));
	if ((st = ranges(&rest, &c, err)) != ST_OK)
		return st;
	if (word(&rest).p != NULL)
		return err_set(err, ST_USAGE, _("cert: only from=N and to=N may follow"));
	return append(l->t, &c, err);
}

/* A certificate known by who gave it and to whom: two lines, the second ends it. */
static enum status
put_name(struct loading *l, const char *role, const char *key, const char *value, struct err *err)
{
	struct trust_cert c = { .from = 1, .to = UINT64_MAX };
	struct str rest = str_of(value);
	enum status st;

	if (rest.n >= TRUST_NAME_MAX)
		return err_set(err, ST_USAGE, _("%s: longer than %u bytes"), key, TRUST_NAME_MAX - 1);
	if (strcmp(key, "issuer") == 0) {
		memcpy(l->issuer, value, rest.n + 1);
		memcpy(l->role, role, strlen(role) + 1);
		return ST_OK;
	}
	if (l->issuer[0] == '\0')
		return err_set(err, ST_USAGE, _("subject: its issuer must stand in the line before"));
	if ((st = ranges(&rest, &c, err)) != ST_OK)
		return st;
	if (rest.n == 0)
		return err_set(err, ST_USAGE, _("subject: the name is missing"));
	memcpy(c.role, role, strlen(role) + 1);
	memcpy(c.issuer, l->issuer, sizeof(c.issuer));
	memcpy(c.subject, rest.p, rest.n);
	l->issuer[0] = '\0';
	return append(l->t, &c, err);
}

static enum status
put_roles(struct trust *t, const char *value, struct err *err)
{
	const char *p = value;

	while (*p != '\0') {
		size_t n;

		p += strspn(p, " \t");
		n = strcspn(p, ", \t");
		if (!names_role_ok((struct str){ p, n }))
			return err_set(err, ST_USAGE, _("roles: not a list of roles"));
		if (t->n_required == TRUST_ROLES_MAX)
			return err_set(err, ST_USAGE, _("roles: more than %u"), TRUST_ROLES_MAX);
		memcpy(t->required[t->n_required], p, n);
		t->required[t->n_required++][n] = '\0';
		p += n;
		p += strspn(p, " \t");
		if (*p == ',')
			p++;
		else if (*p != '\0')
			return err_set(err, ST_USAGE, _("roles: a comma between two roles is missing"));
	}
	return ST_OK;
}

static enum status
put_choice(const char *key, const char *value, bool *required, struct err *err)
{
	if (strcmp(value, "required") != 0 && strcmp(value, "optional") != 0)
		return err_set(err, ST_USAGE, _("%s: neither required nor optional"), key);
	*required = strcmp(value, "required") == 0;
	return ST_OK;
}

static enum status
put_main(const struct loading *l, const char *key, const char *value, struct err *err)
{
	struct trust *t = l->t;

	if (strcmp(key, "chain") == 0) {
		if (!names_chain_ok(str_of(value)))
			return err_set(err, ST_USAGE, _("chain: not a urn:uuid: name"));
		memcpy(t->chain, value, strlen(value) + 1);
		return ST_OK;
	}
	if (strcmp(key, "roots") == 0)
		return load_roots(l, value, &t->roots, err);
	if (strcmp(key, "tsa_roots") == 0)
		return load_roots(l, value, &t->tsa_roots, err);
	if (strcmp(key, "token") == 0)
		return put_choice(key, value, &t->token_required, err);
	if (strcmp(key, "revocation") == 0)
		return put_choice(key, value, &t->revocation_required, err);
	if (strcmp(key, "roles") == 0)
		return put_roles(t, value, err);
	return err_set(err, ST_USAGE, _("unknown key %s in [trust]"), key);
}

static enum status
put(void *ctx, const char *section, const char *key, const char *value, struct err *err)
{
	struct loading *l = ctx;

	if (l->issuer[0] != '\0' && (strcmp(key, "subject") != 0 || strncmp(section, "role ", 5) != 0 || strcmp(section + 5, l->role) != 0))
		return err_set(err, ST_USAGE, _("issuer: its subject must stand in the next line"));
	if (value == NULL || value[0] == '\0')
		return ST_OK;
	if (strcmp(section, "trust") == 0)
		return put_main(l, key, value, err);
	if (strcmp(section, "algorithms") == 0)
		return algorithms_put(&l->t->algorithms, key, value, err);
	if (strncmp(section, "role ", 5) != 0 || !names_role_ok(str_of(section + 5)))
		return err_set(err, ST_USAGE, _("unknown section [%s]"), section);
	if (strcmp(key, "issuer") == 0 || strcmp(key, "subject") == 0)
		return put_name(l, section + 5, key, value, err);
	if (strcmp(key, "cert") != 0)
		return err_set(err, ST_USAGE, _("unknown key %s in [%s]"), key, section);
	return put_cert(l, section + 5, value, err);
}

enum status
trust_parse(const char *path, struct str text, struct trust *out, struct err *err)
{
	const char *slash = strrchr(path, '/');
	struct loading l = { .t = out, .dir = { path, slash == NULL ? 0 : (size_t)(slash + 1 - path) } };
	enum status st;

	trust_none(out);
	st = config_ini(path, text, put, &l, err);
	if (st == ST_OK && l.issuer[0] != '\0')
		st = err_set(err, ST_USAGE, _("%s: issuer: its subject must stand in the next line"), path);
	if (st != ST_OK)
		trust_free(out);
	return st;
}

enum status
trust_load(const char *path, struct trust *out, struct err *err)
{
	struct buf text;
	enum status st;

	trust_none(out);
	buf_init(&text, LIMIT_CONFIG);
	st = fs_load(AT_FDCWD, path, LIMIT_CONFIG, &text, err);
	if (st == ST_END)
		st = err_set(err, ST_USAGE, _("%s: no such file"), path);
	if (st == ST_OK)
		st = trust_parse(path, buf_str(&text), out, err);
	buf_free(&text);
	return st;
}
