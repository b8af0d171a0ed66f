/* init_text.c: the first custody.conf and trust.conf, with comments in the language of the person who asked for them; see init.h. */
#include <stdio.h>

#include "cmd/init.h"
#include "core/digest.h"
#include "core/i18n.h"

/* Every line of ${text} as a comment. */
static enum status
comment(struct buf *out, const char *text, struct err *err)
{
	enum status st = ST_OK;
	size_t n;

	while (*text != '\0' && st == ST_OK) {
		n = strcspn(text, "\n");
		st = buf_addf(out, err, "; %.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
	return st;
}

static enum status
section(struct buf *out, const char *name, const char *why, struct err *err)
{
	enum status st = buf_addf(out, err, "\n[%s]\n", name);

	return st == ST_OK ? comment(out, why, err) : st;
}

/* "key = value"; without a value the line is there as a comment, to be filled in later. */
static enum status
line(struct buf *out, const char *key, const char *value, const char *without, struct err *err)
{
	if (value[0] == '\0')
		return without == NULL ? ST_OK : buf_addf(out, err, "; %s = %s\n", key, without);
	return buf_addf(out, err, "%s = %s\n", key, value);
}

static enum status
put_signers(const struct init *i, struct buf *out, struct err *err)
{
	enum status st = ST_OK;
	size_t k;

	for (k = 0; k < i->n_signers && st == ST_OK; k++) {
		const struct init_signer *s = &i->signers[k];

		if ((st = buf_addf(out, err, "signer.%s = cert=%s", s->role, s->cert)) == ST_OK && s->key[0] != '\0')
			st = buf_addf(out, err, " key=%s", s->key);
		if (st == ST_OK && s->pin[0] != '\0')
			st = buf_addf(out, err, " pin=%s", s->pin);
		if (st == ST_OK)
			st = buf_putc(out, '\n', err);
	}
	return st;
}

static enum status
put_seal(const struct init *i, struct buf *out, struct err *err)
{
	enum status st;

	if ((st = section(out, "seal", _("Who signs.  Two roles whose keys are kept apart: neither can make an archive alone.\n"
	    "A signer whose key= is missing signs elsewhere with `custody sign`."), err)) != ST_OK ||
	    (i->evaluation && (st = comment(out, _("EVALUATION ONLY - NO EVIDENCE: these keys were made by `custody init` and lie side by side on this computer.\n"
	    "An archive signed with them proves nothing to anybody.  Before real use replace them by certificates of an authority,\n"
	    "put the keys in the hands of two people, and write a new trust file."), err)) != ST_OK) ||
	    (st = put_signers(i, out, err)) != ST_OK ||
	    (st = comment(out, i->timestamp[0] != '\0' ? _("Time-stamp authorities: they prove when an archive existed.") :
	    _("NO TIME STAMP: nothing proves when an archive existed.  It can be backdated, and once a signer's certificate has ended\n"
	    "or was revoked nobody can tell whether the signature was made before.  Name an RFC 3161 authority here."), err)) != ST_OK ||
	    (st = line(out, "timestamp", i->timestamp, "https://tsa.example/", err)) != ST_OK ||
	    (st = comment(out, _("After each seal the head of the chain goes here: to a place that the keepers of the archives cannot change."), err)) != ST_OK)
		return st;
	return line(out, "receipt", i->receipt, "file:/mnt/elsewhere/custody.heads", err);
}

static enum status
put_tenant(const struct init *i, struct buf *out, struct err *err)
{
	char name[40], key[40];
	enum status st;
	size_t k;

	snprintf(name, sizeof(name), "tenant %s", i->tenant);
	if ((st = section(out, name, _("The organisation whose records are taken: custody export NAME"), err)) != ST_OK ||
	    (st = line(out, "platform", i->platform, NULL, err)) != ST_OK || (st = line(out, "corp_id", i->corp_id, NULL, err)) != ST_OK ||
	    (st = line(out, "organization", i->organization, _("name of the organisation"), err)) != ST_OK ||
	    (st = line(out, "base_url", i->base_url, NULL, err)) != ST_OK || (st = line(out, "ca", i->ca, NULL, err)) != ST_OK ||
	    (st = comment(out, _("Where the secrets are: file:PATH (mode 0600), credential:NAME (systemd) or env:NAME.\nAn area without a secret is not exported, and the archive says so."), err)) != ST_OK)
		return st;
	for (k = 0; k < INIT_AREAS; k++) {
		snprintf(key, sizeof(key), "secret.%s", init_areas[k].name);
		if ((st = line(out, key, i->secrets[k].place, "file:…", err)) != ST_OK)
			return st;
	}
	if ((st = comment(out, _("The chat archive needs the vendor's library and every version of the private key."), err)) != ST_OK ||
	    (st = line(out, "chat.sdk", i->chat_sdk, "/opt/wecom/libWeWorkFinanceSdk_C.so", err)) != ST_OK ||
	    (st = line(out, "chat.proxy", i->chat_proxy, NULL, err)) != ST_OK)
		return st;
	for (k = 0; k < i->n_chat_keys && st == ST_OK; k++) {
		snprintf(key, sizeof(key), "chat.key.%s", i->chat_keys[k].version);
		st = line(out, key, i->chat_keys[k].place, NULL, err);
	}
	if (st == ST_OK && i->n_chat_keys == 0)
		st = line(out, "chat.key.1", "", "file:chat-1.pem", err);
	if (st == ST_OK)
		st = comment(out, _("These stand in the completeness certificate; when absent it says that none was given."), err);
	if (st == ST_OK && (st = line(out, "purpose", "", "…", err)) == ST_OK)
		st = line(out, "basis", "", "…", err);
	return st;
}

enum status
init_config(struct init *i, struct err *err)
{
	struct buf *out = &i->config;
	enum status st;

	buf_clear(out);
	if ((st = comment(out, _("custody.conf, written by `custody init`.  Paths are relative to this file.  No secret stands in it.\n"
	    "All keys: docs/configuration.md, man custody."), err)) != ST_OK ||
	    (st = section(out, "store", _("Where the archives are kept, and the first part of their names."), err)) != ST_OK ||
	    (st = line(out, "path", i->store, NULL, err)) != ST_OK || (st = line(out, "label", i->tenant, NULL, err)) != ST_OK ||
	    (st = put_seal(i, out, err)) != ST_OK ||
	    (st = section(out, "trust", _("What `custody verify` trusts on this computer when --trust is not given."), err)) != ST_OK ||
	    (st = line(out, "file", "trust.conf", NULL, err)) != ST_OK)
		return st;
	return put_tenant(i, out, err);
}

enum status
init_trust(struct init *i, struct err *err)
{
	struct buf *out = &i->trust;
	enum status st;
	char hex[65];
	size_t k;

	buf_clear(out);
	if ((st = comment(out, _("The trust file: whom a verifier believes.  Hand it over by another way than the archives:\n"
	    "whoever can change both can forge both."), err)) != ST_OK ||
	    (i->evaluation && (st = comment(out, _("EVALUATION ONLY - NO EVIDENCE: it trusts keys that `custody init` made."), err)) != ST_OK) ||
	    (st = section(out, "trust", _("The authorities of the signers' certificates, and of the time stamps."), err)) != ST_OK ||
	    (st = line(out, "roots", "trust/roots.pem", NULL, err)) != ST_OK ||
	    (st = line(out, "tsa_roots", i->tsa_roots[0] != '\0' ? "trust/tsa-roots.pem" : "", "trust/tsa-roots.pem", err)) != ST_OK)
		return st;
	if (i->timestamp[0] == '\0' && (st = comment(out, _("No time-stamp authority is configured, so none is required: a VALID of this trust file says nothing of when."), err)) != ST_OK)
		return st;
	if (i->timestamp[0] != '\0' && i->tsa_roots[0] == '\0' && (st = comment(out, _("The authority's roots are missing: until they are named above, no archive can be VALID."), err)) != ST_OK)
		return st;
	if ((st = line(out, "token", i->timestamp[0] != '\0' ? "required" : "optional", NULL, err)) != ST_OK || (st = buf_addz(out, "roles = ", err)) != ST_OK)
		return st;
	for (k = 0; k < i->n_signers; k++)
		if ((st = buf_addf(out, err, "%s%s", k == 0 ? "" : ", ", i->signers[k].role)) != ST_OK)
			return st;
	if ((st = buf_putc(out, '\n', err)) != ST_OK)
		return st;
	for (k = 0; k < i->n_signers && st == ST_OK; k++) {
		digest_hex(i->signers[k].sha256, sizeof(i->signers[k].sha256), hex);
		st = buf_addf(out, err, "\n[role %s]\ncert = sha256:%s\n", i->signers[k].role, hex);
	}
	return st;
}
