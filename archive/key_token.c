/*
 * key_token.c: PKCS#11 tokens through OpenSSL's engine of that name: the one file that knows of engines, which OpenSSL 3 keeps for this purpose while
 * Debian 12 has no provider for tokens.
 */
#define OPENSSL_SUPPRESS_DEPRECATED	/* deliberate: engines */

#include "archive/key.h"

#include <stdio.h>

#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/ui.h>

#include "core/i18n.h"

#define URI_MAX		1024u
#define MODULE_KEY	"module-path="

/* Held until the process ends: keys refer to it. */
static ENGINE *engine;
static char engine_module[URI_MAX];

static enum status
refuse(const char *why, struct err *err)
{
	err_set(err, ST_USAGE, "pkcs11: %s", why);
	return err_next(err, _("write pkcs11:token=NAME;object=NAME, and the PIN as pin=file:PATH"));
}

/* Attribute ${name}= of a URI's path or query: its value, absent when it is not there. */
static struct str
attribute(const char *uri, const char *name)
{
	const char *p = uri + strlen("pkcs11:");
	size_t n;

	for (; *p != '\0'; p += n + (p[n] != '\0')) {
		n = strcspn(p, ";?&");
		if (n > strlen(name) && strncmp(p, name, strlen(name)) == 0)
			return (struct str){ p + strlen(name), n - strlen(name) };
	}
	return STR_NONE;
}

enum status
key_token_check(const char *uri, struct err *err)
{
	size_t i, n = strlen(uri);

	if (!key_is_token(uri) || n >= URI_MAX)
		return refuse(_("not the address of a key on a token"), err);
	for (i = 0; i < n; i++)
		if ((unsigned char)uri[i] <= 0x20 || (unsigned char)uri[i] > 0x7e)
			return refuse(_("blanks and other letters than ASCII are written as %XX"), err);
	if (attribute(uri, "pin-value=").p != NULL || attribute(uri, "pin-source=").p != NULL)
		return refuse(_("a PIN must not stand in the address"), err);
	if (attribute(uri, "object=").p == NULL && attribute(uri, "id=").p == NULL)
		return refuse(_("neither object= nor id= says which key"), err);
	return ST_OK;
}

static int hex_of(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

/* A path out of a URI: %XX undone.  It is shorter than the URI. */
static bool
decode(struct str s, char out[URI_MAX])
{
	size_t i, n = 0;

	for (i = 0; i < s.n; i++) {
		int c = (unsigned char)s.p[i];

		if (c == '%') {
			if (s.n - i < 3 || hex_of(s.p[i + 1]) < 0 || hex_of(s.p[i + 2]) < 0)
				return false;
			c = hex_of(s.p[i + 1]) * 16 + hex_of(s.p[i + 2]);
			i += 2;
		}
		if (c == 0)
			return false;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return out[0] == '/';
}

/* The last words of the library, which name the token's own reason ("PIN incorrect"). */
static enum status
why(struct err *err, enum status st, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error()), *first = ERR_reason_error_string(ERR_peek_error());

	if (first != NULL && reason != NULL && strcmp(first, reason) != 0)
		(void)err_set(err, st, "%s: %s (%s)", what, first, reason);
	else if (reason != NULL)
		(void)err_set(err, st, "%s: %s", what, reason);
	else
		(void)err_set(err, st, "%s", what);
	ERR_clear_error();
	return st;
}

static enum status
open_engine(const char *module, struct err *err)
{
	if (engine != NULL)
		return strcmp(module, engine_module) == 0 ? ST_OK : err_set(err, ST_USAGE, _("pkcs11: keys behind two different libraries cannot be used at once"));
	ERR_clear_error();
	if ((engine = ENGINE_by_id("pkcs11")) == NULL) {
		(void)why(err, ST_IO, _("OpenSSL's engine for tokens is not there"));
		return err_next(err, _("install the package libengine-pkcs11-openssl"));
	}
	/*
	 * For the keys of the token alone: found in OpenSSL's list, it would be registered for every RSA and EC key of the process as soon as somebody
	 * (libcurl does) asks for all engines, and fail with those.
	 */
	(void)ENGINE_remove(engine);
	(void)ENGINE_ctrl_cmd_string(engine, "QUIET", NULL, 1);	/* it writes to the terminal otherwise */
	if ((module[0] != '\0' && ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", module, 0) != 1) || ENGINE_init(engine) != 1) {
		ENGINE_free(engine);
		engine = NULL;
		return why(err, ST_IO, _("OpenSSL's engine for tokens does not start"));
	}
	snprintf(engine_module, sizeof(engine_module), "%s", module);
	return ST_OK;
}

/* Nobody is asked by the library: who asks people for a PIN is the command. */
static int no_answer(UI *ui, UI_STRING *s) { (void)ui; (void)s; return 0; }

enum status
key_token(const char *uri, struct str pin, EVP_PKEY **out, struct err *err)
{
	struct str module = attribute(uri, MODULE_KEY);
	char path[URI_MAX] = "", id[URI_MAX + 16];
	UI_METHOD *silent;
	enum status st;

	*out = NULL;
	if ((st = key_token_check(uri, err)) != ST_OK)
		return st;
	if (module.p != NULL && !decode(module, path))
		return refuse(_("module-path= is not an absolute path"), err);
	if ((st = open_engine(path, err)) != ST_OK)
		return st;
	/* A PIN with a NUL inside would be cut in silence. */
	if (pin.p != NULL && (memchr(pin.p, '\0', pin.n) != NULL || pin.p[pin.n] != '\0'))
		return err_set(err, ST_USAGE, _("the PIN is not a text"));
	if ((silent = UI_create_method("custody")) == NULL || UI_method_set_reader(silent, no_answer) != 0 || UI_method_set_writer(silent, no_answer) != 0) {
		UI_destroy_method(silent);
		return err_oom(err, 0);
	}
	(void)snprintf(id, sizeof(id), "%.*s%s", (int)strcspn(uri, "?"), uri, attribute(uri, "type=").p == NULL ? ";type=private" : "");
	ERR_clear_error();
	if (pin.p != NULL && ENGINE_ctrl_cmd_string(engine, "PIN", pin.p, 0) != 1)
		st = why(err, ST_DENIED, _("the token takes no PIN"));
	else if ((*out = ENGINE_load_private_key(engine, id, silent, NULL)) == NULL) {
		st = why(err, ST_DENIED, _("the token does not give the use of this key"));
		(void)err_next(err, pin.p == NULL ? _("give the PIN: pin=file:PATH in [seal], --pin file:PATH on the command line") :
		    _("check token, object and PIN; tokens lock themselves after a few wrong PINs"));
	}
	UI_destroy_method(silent);
	return st;
}
