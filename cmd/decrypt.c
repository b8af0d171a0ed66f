/* decrypt.c: see decrypt.h. */
#include "cmd/decrypt.h"

#include "core/i18n.h"
#include "core/secret.h"

static bool
is_place(const char *spec)
{
	static const char *const schemes[] = { "file:", "env:", "credential:", NULL };
	size_t i;

	for (i = 0; schemes[i] != NULL; i++)
		if (strncmp(spec, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return false;
}

enum status
decrypt_open(const struct options *o, struct crypt_key **out, struct err *err)
{
	const char *key = options_get(o, "decrypt-key"), *cert = options_get(o, "decrypt-cert");
	struct secret secret = { NULL, 0, 0 };
	struct buf spec;
	enum status st;

	*out = NULL;
	if (key == NULL && cert == NULL)
		return ST_OK;
	if (key == NULL || cert == NULL) {
		err_set(err, ST_USAGE, _("--%s is missing: a recipient's key and certificate go together"), key == NULL ? "decrypt-key" : "decrypt-cert");
		return err_next(err, "--decrypt-key KEY.pem --decrypt-cert CERT.pem");
	}
	buf_init(&spec, 8192);
	if ((st = buf_addz(&spec, is_place(key) ? "" : "file:", err)) == ST_OK && (st = buf_addz(&spec, key, err)) == ST_OK &&
	    (st = buf_z(&spec, err)) == ST_OK && (st = secret_load(spec.p, ".", &secret, err)) == ST_OK)
		st = crypt_key_open(out, cert, secret_view(&secret), err);
	secret_free(&secret);
	buf_free(&spec);
	return st;
}
