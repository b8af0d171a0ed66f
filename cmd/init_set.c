/* init_set.c: one value at a time, however it was given; see init.h. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "archive/key.h"
#include "archive/names.h"
#include "cmd/init.h"
#include "core/i18n.h"
#include "core/log.h"
#include "core/utf8.h"
#include "exporters/platform.h"
#include "exporters/transport_curl.h"

const struct init_area init_areas[INIT_AREAS] = {
	{ "contacts", N_("secret of a self-built app that sees the whole organisation (org chart)") },
	{ "contacts_sync", N_("contact-sync secret (cross-check that no member is hidden)") },
	{ "approvals", N_("secret of an app allowed to read approvals") },
	{ "chat", N_("chat archive secret") },
};

enum status
init_set_text(char out[INIT_VALUE], const char *v, struct err *err)
{
	struct str s = str_of(v);
	struct buf shown;
	size_t i;
	bool same;

	buf_init(&shown, 8192);
	same = utf8_terminal(s, &shown, NULL) == ST_OK && str_eq(buf_str(&shown), s);
	buf_free(&shown);
	if (s.n >= INIT_VALUE)
		return err_set(err, ST_USAGE, _("longer than %u bytes"), INIT_VALUE - 1);
	if (!utf8_ok(s) || !same)
		return err_set(err, ST_USAGE, _("characters in it that nobody sees, or no UTF-8"));
	if (s.n > 0 && (isspace((unsigned char)v[0]) || isspace((unsigned char)v[s.n - 1])))
		return err_set(err, ST_USAGE, _("blanks before or behind it"));
	for (i = 0; i < s.n; i++)
		if (v[i] == ';' && (i == 0 || v[i - 1] == ' '))
			return err_set(err, ST_USAGE, _("a semicolon behind a blank would begin a comment"));
	memcpy(out, v, s.n + 1);
	return ST_OK;
}

static enum status
set_word(char out[INIT_VALUE], const char *v, struct err *err)
{
	if (strpbrk(v, " \t") != NULL)
		return err_set(err, ST_USAGE, _("a blank in it"));
	return init_set_text(out, v, err);
}

enum status
init_set_tenant(struct init *i, const char *v, struct err *err)
{
	if (!names_label_ok(str_of(v)))
		return err_set(err, ST_USAGE, _("1 to 16 of a-z, 0-9 and -, not beginning with -"));
	snprintf(i->tenant, sizeof(i->tenant), "%s", v);
	return ST_OK;
}

enum status
init_set_platform(struct init *i, const char *v, struct err *err)
{
	if (platform_builtin(v).p == NULL || strlen(v) >= sizeof(i->platform))
		return err_set(err, ST_USAGE, _("no such platform here; there is %s"), platform_builtin_name(0));
	snprintf(i->platform, sizeof(i->platform), "%s", v);
	return ST_OK;
}

enum status
init_set_corp_id(struct init *i, const char *v, struct err *err)
{
	size_t k;

	for (k = 0; isalnum((unsigned char)v[k]) || v[k] == '-' || v[k] == '_'; k++)
		;
	if (k == 0 || v[k] != '\0')
		return err_set(err, ST_USAGE, _("the organisation's id is letters and digits, as the administration pages show it"));
	return set_word(i->corp_id, v, err);
}

static bool
is_url(const char *v)
{
	return strncmp(v, "https://", 8) == 0 || (strncmp(v, "http://", 7) == 0 && transport_curl_is_loopback(v));
}

enum status
init_set_base_url(struct init *i, const char *v, struct err *err)
{
	if (v[0] != '\0' && !is_url(v))
		return err_set(err, ST_USAGE, _("an address begins with https://"));
	return set_word(i->base_url, v, err);
}

enum status
init_set_file(char out[INIT_VALUE], const char *v, struct err *err)
{
	char full[PATH_MAX];
	struct stat sb;

	if (v[0] == '\0') {
		out[0] = '\0';
		return ST_OK;
	}
	if (realpath(v, full) == NULL)
		return errno == ENOENT || errno == ENOTDIR ? err_set(err, ST_USAGE, _("%s: no such file"), v) : err_sys(err, "%s", v);
	if (stat(full, &sb) != 0)
		return err_sys(err, "%s", v);
	if (!S_ISREG(sb.st_mode))
		return err_set(err, ST_USAGE, _("%s: not a file"), v);
	return set_word(out, full, err);
}

enum status
init_set_place(char out[INIT_VALUE], const char *v, struct err *err)
{
	struct secret secret = { NULL, 0, 0 };
	char full[INIT_VALUE];
	enum status st;

	if (strncmp(v, "credential:", 11) == 0 || strncmp(v, "env:", 4) == 0)
		return strchr(v, ':')[1] != '\0' ? set_word(out, v, err) : err_set(err, ST_USAGE, _("a name is missing behind the colon"));
	if (strncmp(v, "file:", 5) != 0 || v[5] == '\0')	/* deliberate: what was given is not shown, it may be the secret */
		return err_set(err, ST_USAGE, _("not file:PATH, credential:NAME or env:NAME; a secret itself is never given on a command line"));
	if ((st = init_set_file(full, v + 5, err)) != ST_OK)
		return st;
	if (strlen(full) + 6 > INIT_VALUE)
		return err_set(err, ST_USAGE, _("longer than %u bytes"), INIT_VALUE - 1);
	memcpy(out, "file:", 5);
	memcpy(out + 5, full, strlen(full) + 1);
	st = secret_load(out, ".", &secret, err);	/* readable, by its owner alone, not empty */
	secret_free(&secret);
	return st;
}

/* "NAME=REST": NAME into ${name}. */
static const char *
split(const char *v, char *name, size_t n)
{
	const char *eq = strchr(v, '=');

	if (eq == NULL || eq == v || (size_t)(eq - v) >= n)
		return NULL;
	memcpy(name, v, (size_t)(eq - v));
	name[eq - v] = '\0';
	return eq + 1;
}

enum status
init_set_secret(struct init *i, const char *v, struct err *err)
{
	char area[32];
	const char *place = split(v, area, sizeof(area));
	size_t k;

	for (k = 0; place != NULL && k < INIT_AREAS; k++)
		if (strcmp(area, init_areas[k].name) == 0)
			return init_set_place(i->secrets[k].place, place, err);
	return err_set(err, ST_USAGE, _("not AREA=PLACE with contacts, contacts_sync, approvals or chat as the area"));
}

enum status
init_set_chat_key(struct init *i, const char *v, struct err *err)
{
	char version[12];
	const char *place = split(v, version, sizeof(version));
	uint64_t n;
	size_t k;
	enum status st;

	if (place == NULL || str_u64(str_of(version), 1, UINT32_MAX, &n, NULL) != ST_OK)
		return err_set(err, ST_USAGE, _("not VERSION=file:PATH, as in 1=file:chat-1.pem"));
	for (k = 0; k < i->n_chat_keys; k++)
		if (strcmp(i->chat_keys[k].version, version) == 0)
			return err_set(err, ST_USAGE, _("version %s is there already"), version);
	if (i->n_chat_keys == INIT_KEYS_MAX)
		return err_set(err, ST_USAGE, _("more than %u keys"), INIT_KEYS_MAX);
	if ((st = init_set_place(i->chat_keys[i->n_chat_keys].place, place, err)) != ST_OK)
		return st;
	snprintf(i->chat_keys[i->n_chat_keys++].version, sizeof(version), "%s", version);
	return ST_OK;
}

enum status
init_set_signer(struct init *i, const char *v, struct err *err)
{
	static struct word w[3];
	struct init_signer *s;
	char role[40];
	const char *rest = split(v, role, sizeof(role));
	enum status st;
	size_t k;

	if (rest == NULL || !names_role_ok(str_of(role)))
		return err_set(err, ST_USAGE, _("not ROLE=cert=FILE key=file:FILE, with a role as in compliance-officer"));
	for (k = 0; k < i->n_signers; k++)
		if (strcmp(i->signers[k].role, role) == 0)
			return err_set(err, ST_USAGE, _("the role %s is there already"), role);
	if (i->n_signers == INIT_SIGNERS_MAX)
		return err_set(err, ST_USAGE, _("more than %u signers"), INIT_SIGNERS_MAX);
	w[0].name = "cert";
	w[1].name = "key";
	w[2].name = "pin";
	if ((st = words_read(rest, w, 3, err)) != ST_OK)
		return st;
	s = &i->signers[i->n_signers];
	memset(s, 0, sizeof(*s));
	if (w[0].value[0] == '\0')
		return err_set(err, ST_USAGE, _("cert=FILE is missing"));
	if ((st = init_set_file(s->cert, w[0].value, err)) != ST_OK)
		return st;
	if (w[1].value[0] != '\0' && (st = key_is_token(w[1].value) ? set_word(s->key, w[1].value, err) : init_set_place(s->key, w[1].value, err)) != ST_OK)
		return st;
	if (w[2].value[0] != '\0' && (st = init_set_place(s->pin, w[2].value, err)) != ST_OK)
		return st;
	memcpy(s->role, role, strlen(role) + 1);	/* at most 32 bytes: names_role_ok */
	i->n_signers++;
	return ST_OK;
}

enum status
init_set_timestamp(struct init *i, const char *v, struct err *err)
{
	const char *p = v;

	while (*p != '\0') {
		if (strncmp(p, "https://", 8) != 0 && strncmp(p, "http://", 7) != 0)
			return err_set(err, ST_USAGE, _("addresses of time-stamp authorities begin with http:// or https:// and have a comma between them"));
		p += strcspn(p, ",");
		p += strspn(p, ", ");
	}
	return init_set_text(i->timestamp, v, err);
}

enum status
init_set_receipt(struct init *i, const char *v, struct err *err)
{
	if (v[0] != '\0' && strncmp(v, "file:", 5) != 0 && strncmp(v, "command:", 8) != 0)
		return err_set(err, ST_USAGE, _("neither file:PATH nor command:PROGRAM"));
	return init_set_text(i->receipt, v, err);
}
