/* key.c: keys in PEM; see key.h.  Tokens are in key_token.c. */
#include "archive/key.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "core/i18n.h"

/* A key may be locked: never ask on the terminal. */
static int
no_passphrase(char *out, int room, int writing, void *ctx)
{
	(void)out;
	(void)room;
	(void)writing;
	(void)ctx;
	return -1;
}

bool
key_is_token(const char *spec)
{
	return strncmp(spec, "pkcs11:", 7) == 0;
}

enum status
key_pem(struct str pem, const char *whose, EVP_PKEY **out, struct err *err)
{
	BIO *bio = pem.n > INT32_MAX ? NULL : BIO_new_mem_buf(pem.p, (int)pem.n);

	*out = NULL;
	if (bio == NULL)
		return err_oom(err, pem.n);
	*out = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	ERR_clear_error();	/* one text whatever is wrong inside a key */
	return *out != NULL ? ST_OK : err_set(err, ST_DENIED, _("the private key of %s cannot be read (PEM without a passphrase is needed)"), whose);
}
