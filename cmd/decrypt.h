/* decrypt.h: --decrypt-key and --decrypt-cert: the key of a recipient, for whoever looks into an encrypted archive. */
#ifndef CMD_DECRYPT_H
#define CMD_DECRYPT_H

#include "archive/crypt.h"
#include "cmd/options.h"

/* Rows for the table of a command. */
#define DECRYPT_OPTIONS \
	{ "decrypt-key", 0, "FILE", N_("private key of a recipient (PEM): FILE, env:NAME or credential:NAME"), false }, \
	{ "decrypt-cert", 0, "FILE", N_("the recipient's certificate (PEM)"), false }

/* decrypt_open(o, out, err): NULL when neither is given.  ST_USAGE: one without the other; as secret_load and crypt_key_open. */
enum status decrypt_open(const struct options *, struct crypt_key **out, struct err *) STATUS_USE;

#endif
