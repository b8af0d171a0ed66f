/* cmd_init.c: a first configuration, from answers or options. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/init.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/log.h"

static const struct option_def init_options[] = {
	{ "platform", 0, "NAME", N_("the platform: wecom"), false },
	{ "corp-id", 0, "ID", N_("the organisation's id on the platform"), false },
	{ "tenant", 0, "NAME", N_("short name for commands and archive names"), false },
	{ "organization", 0, "NAME", N_("the organisation's name, for people"), false },
	{ "base-url", 0, "URL", N_("another host than the platform's own"), false },
	{ "ca", 0, "FILE", N_("certificate authority of that host"), false },
	{ "secret", 0, "AREA=PLACE", N_("contacts, contacts_sync, approvals or chat; file:PATH, credential:NAME or env:NAME"), true },
	{ "chat-sdk", 0, "FILE", N_("the vendor's library for the chat archive"), false },
	{ "chat-proxy", 0, "URL", N_("handed to the vendor's library as it is"), false },
	{ "chat-key", 0, "N=PLACE", N_("private key of version N of the chat archive"), true },
	{ "signer", 0, "ROLE=WORDS", N_("cert=FILE and, where it signs here, key=PLACE and pin=PLACE"), true },
	{ "roots", 0, "FILE", N_("authorities of the signers' certificates"), false },
	{ "evaluation-keys", 0, NULL, N_("make keys to try the program with; they are no evidence"), false },
	{ "timestamp", 0, "URL,…", N_("time-stamp authorities"), false },
	{ "tsa-roots", 0, "FILE", N_("root certificates of the time-stamp authorities"), false },
	{ "receipt", 0, "PLACE", N_("file:PATH or command:PROGRAM for the head of the chain"), false },
	{ "no-check", 0, NULL, N_("do not try the secrets at the platform"), false },
	{ NULL, 0, NULL, NULL, false }
};

static enum status set_organization(struct init *i, const char *v, struct err *err) { return init_set_text(i->organization, v, err); }
static enum status set_ca(struct init *i, const char *v, struct err *err) { return init_set_file(i->ca, v, err); }
static enum status set_sdk(struct init *i, const char *v, struct err *err) { return init_set_file(i->chat_sdk, v, err); }
static enum status set_proxy(struct init *i, const char *v, struct err *err) { return init_set_text(i->chat_proxy, v, err); }
static enum status set_roots(struct init *i, const char *v, struct err *err) { return init_set_file(i->roots, v, err); }
static enum status set_tsa_roots(struct init *i, const char *v, struct err *err) { return init_set_file(i->tsa_roots, v, err); }

static const struct { const char *option; enum status (*set)(struct init *, const char *, struct err *); } setters[] = {
	{ "platform", init_set_platform }, { "corp-id", init_set_corp_id }, { "tenant", init_set_tenant }, { "organization", set_organization },
	{ "base-url", init_set_base_url }, { "ca", set_ca }, { "secret", init_set_secret }, { "chat-sdk", set_sdk }, { "chat-proxy", set_proxy }, { "chat-key", init_set_chat_key },
	{ "signer", init_set_signer }, { "roots", set_roots }, { "timestamp", init_set_timestamp }, { "tsa-roots", set_tsa_roots },
	{ "receipt", init_set_receipt },
};

static enum status
take_options(struct init *i, const struct app *app, const struct options *o, struct err *err)
{
	enum status st = ST_OK;
	size_t k, n;

	snprintf(i->platform, sizeof(i->platform), "%s", "wecom");
	snprintf(i->tenant, sizeof(i->tenant), "%s", "main");
	if ((st = init_set_text(i->dir, o->n_operands > 0 ? o->operands[0] : ".", err)) != ST_OK)
		return err_in(err, "%s", o->operands[0]);
	if ((st = init_set_text(i->store, app->store_option != NULL ? app->store_option : "archives", err)) != ST_OK)
		return err_in(err, "--store");
	for (n = 0; n < o->n_given && st == ST_OK; n++)
		for (k = 0; k < sizeof(setters) / sizeof(setters[0]) && st == ST_OK; k++)
			if (strcmp(o->given[n].def->name, setters[k].option) == 0 && (st = setters[k].set(i, o->given[n].value, err)) != ST_OK)
				err_in(err, "--%s", setters[k].option);
	i->evaluation = options_has(o, "evaluation-keys");
	i->unchecked = options_has(o, "no-check");
	return st;
}

/* What options alone must give; with questions all of it has been asked. */
static enum status
complete(struct init *i, struct err *err)
{
	size_t k, n = 0;

	for (k = 0; k < INIT_AREAS; k++)
		n += i->secrets[k].place[0] != '\0' || i->secrets[k].typed.n > 0;
	if (i->corp_id[0] == '\0')
		return err_set(err, ST_USAGE, _("--corp-id is missing"));
	if (n == 0) {
		err_set(err, ST_USAGE, _("no secret was given: nothing could be exported"));
		return err_next(err, _("give one, for instance --secret contacts=file:PATH"));
	}
	if (i->evaluation && i->n_signers > 0)
		return err_set(err, ST_USAGE, _("either evaluation keys or signers of your own"));
	if (i->n_signers > 0 && i->roots[0] == '\0')
		return err_set(err, ST_USAGE, _("--roots is missing: the authority of the signers' certificates"));
	i->evaluation = i->n_signers == 0;
	return ST_OK;
}

static const char *
result_id(enum status st)
{
	return st == ST_OK ? "accepted" : st == ST_DENIED ? "refused" : "unreachable";
}

static enum status
print_json(const struct init *i, struct err *err)
{
	struct buf out;
	bool first = true;
	enum status st;
	size_t k;

	buf_init(&out, (size_t)1 << 16);
	if ((st = buf_addz(&out, "{\"directory\":", err)) == ST_OK && (st = json_put_string(&out, str_of(i->dir), err)) == ST_OK)
		st = buf_addf(&out, err, ",\"config\":\"custody.conf\",\"trust\":\"trust.conf\",\"tenant\":\"%s\",\"evaluation_keys\":%s,\"time_stamps\":%s,\"secrets\":{",
		    i->tenant, i->evaluation ? "true" : "false", i->timestamp[0] != '\0' ? "true" : "false");
	for (k = 0; k < INIT_AREAS && st == ST_OK; k++)
		if (i->secrets[k].place[0] != '\0') {
			st = buf_addf(&out, err, "%s\"%s\":\"%s\"", first ? "" : ",", init_areas[k].name, i->unchecked ? "not-checked" : result_id(i->tried[k].st));
			first = false;
		}
	if (st == ST_OK && (st = buf_addz(&out, "}}\n", err)) == ST_OK)
		st = app_print(&out, err);
	buf_free(&out);
	return st;
}

/* What was made and what it is worth; ST_DENIED when the platform refused a secret. */
static enum status
tell(const struct init *i, struct app *app, struct err *err)
{
	enum status st = ST_OK;
	const char *refused = NULL, *why = "";
	size_t k;

	if (app->json) {
		if ((st = print_json(i, err)) != ST_OK)
			return st;
		app->answered = true;
	} else {
		log_say(LOG_INFO_, _("written: %s/custody.conf, %s/trust.conf"), i->dir, i->dir);
		log_say(LOG_INFO_, _("next: custody -c %s/custody.conf export %s"), i->dir, i->tenant);
	}
	if (i->evaluation)
		log_say(LOG_WARN_, "%s", _("EVALUATION ONLY - NO EVIDENCE: the keys were made here and lie side by side; archives signed with them prove nothing"));
	if (i->timestamp[0] == '\0')
		log_say(LOG_WARN_, "%s", _("no time-stamp authority: nothing proves when an archive existed, and signatures cannot be judged once their certificates have ended"));
	else if (i->tsa_roots[0] == '\0')
		log_say(LOG_WARN_, "%s", _("no roots of the time-stamp authority: no archive can be VALID until trust.conf names them"));
	if (i->receipt[0] == '\0')
		log_say(LOG_WARN_, "%s", _("no place for receipts: a chain cut at its end cannot be noticed"));
	for (k = 0; k < INIT_AREAS; k++) {
		if (i->secrets[k].place[0] == '\0')
			continue;
		if (i->unchecked)
			log_say(LOG_INFO_, _("secret.%s: not tried"), init_areas[k].name);
		else if (i->tried[k].st == ST_OK)
			log_say(LOG_INFO_, _("secret.%s: the platform accepts it"), init_areas[k].name);
		else if (i->tried[k].st == ST_DENIED) {
			log_say(LOG_ERROR_, "secret.%s: %s", init_areas[k].name, i->tried[k].why);
			refused = init_areas[k].name;
			why = i->tried[k].why;
		} else
			log_say(LOG_WARN_, _("secret.%s: could not be tried, the platform was not reached%s%s"), init_areas[k].name, i->tried[k].why[0] != '\0' ? ": " : "",
			    i->tried[k].why);
	}
	if (refused == NULL)
		return ST_OK;
	err_set(err, ST_DENIED, _("the files are written, but secret.%s is not good: %s"), refused, why);
	return err_next(err, _("correct it where %s/custody.conf says"), i->dir);
}

static enum status
init_run(struct app *app, const struct options *o, struct err *err)
{
	static struct init i;	/* large */
	enum status st;
	size_t k;

	buf_init(&i.made_root, 65536);
	buf_init(&i.config, LIMIT_CONFIG);
	buf_init(&i.trust, LIMIT_CONFIG);
	if ((st = take_options(&i, app, o, err)) == ST_OK && (st = init_free_names(&i, err)) == ST_OK && (app->yes || (st = init_ask(&i, err)) == ST_OK) &&
	    (st = complete(&i, err)) == ST_OK && (st = init_write(&i, app, err)) == ST_OK)
		st = tell(&i, app, err);
	evalkeys_free(i.made, INIT_SIGNERS_MAX);
	for (k = 0; k < INIT_AREAS; k++)
		secret_free(&i.secrets[k].typed);
	buf_free(&i.made_root);
	buf_free(&i.config);
	buf_free(&i.trust);
	return st;
}

const struct command command_init = {
	"init", "[DIR]", N_("write a first configuration and trust file"), init_options, 0, 1, init_run
};
