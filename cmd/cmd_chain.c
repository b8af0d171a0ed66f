/* cmd_chain.c: the chain of a store: is it whole, what is its head, who has been told. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/cmd_run.h"
#include "cmd/judge.h"
#include "cmd/run.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/log.h"

static const struct option_def chain_options[] = {
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	{ "receipt", 0, "FILE", N_("head receipts kept elsewhere: was a chain cut off or written anew?"), true },
	{ "renewal", 0, "FILE", N_("a renewal archive kept elsewhere, to vouch for what is older"), true },
	{ "heartbeat", 0, "DURATION", N_("check: the last archive must reach this near to now, as in 7d"), false },
	{ "html", 0, "FILE", N_("write the report as a page, too"), false },
	{ "seals", 0, NULL, N_("check: the seals alone, without reading the archives"), false },
	{ NULL, 0, NULL, NULL, false }
};

/* One store to work on: given by its path, or by the configuration. */
struct place { char path[4096]; char section[80]; /* "" when given by its path */ };
#define PLACES_MAX	64

static enum status
add_place(struct app *app, const char *tenant, struct place *list, size_t *n, struct err *err)
{
	char section[80], label[17];
	const char *store;
	struct buf path;
	enum status st;
	size_t i;

	buf_init(&path, sizeof(list->path) - 1);
	if ((st = app_tenant(app, tenant, section, sizeof(section), err)) != ST_OK || (st = app_store_path(app, section, &path, label, err)) != ST_OK)
		goto out;
	for (i = 0; i < *n; i++)
		if (str_is(buf_str(&path), list[i].path))
			goto out;
	if (*n == PLACES_MAX) {
		st = err_set(err, ST_LIMIT, _("more than %d stores"), PLACES_MAX);
		goto out;
	}
	store = config_get(app->config, section, "store");
	snprintf(list[*n].section, sizeof(list->section), "store%s%s", store != NULL ? " " : "", store != NULL ? store : "");
	snprintf(list[(*n)++].path, sizeof(list->path), "%.*s", STR_ARG(buf_str(&path)));
out:
	buf_free(&path);
	return st;
}

static enum status
places(struct app *app, const struct options *o, struct place *list, size_t *n, struct err *err)
{
	const char *path = o->n_operands > 1 ? o->operands[1] : app->store_option, *tenant;
	enum status st;
	size_t i;

	*n = 0;
	if (path != NULL) {
		if ((size_t)snprintf(list[0].path, sizeof(list->path), "%s", path) >= sizeof(list->path))
			return err_set(err, ST_USAGE, _("the path is too long"));
		list[0].section[0] = '\0';
		*n = 1;
		return ST_OK;
	}
	if ((st = app_config(app, err)) != ST_OK)
		return st == ST_USAGE ? err_next(err, _("name the store: custody chain %s PATH"), o->n_operands > 0 ? o->operands[0] : "check") : st;
	for (i = 0; st == ST_OK && (tenant = config_section(app->config, "tenant", i)) != NULL; i++)
		st = add_place(app, tenant, list, n, err);
	if (st == ST_OK && *n == 0)
		st = err_set(err, ST_USAGE, _("%s has no tenant, so no store is known"), config_file(app->config));
	return st;
}

/* Receipts that this configuration keeps in files are compared too; their absence proves nothing. */
static enum status
own_receipts(struct app *app, struct judging *j, struct err *err)
{
	char place[2048];
	struct buf path;
	enum status st = ST_OK;
	size_t i;

	buf_init(&path, 8192);
	for (i = 0; st == ST_OK && run_receipt_place(app->config, i, place, sizeof(place)); i++) {
		buf_clear(&path);
		if (strncmp(place, "file:", 5) != 0 || (st = run_beside_config(app->config, place + 5, &path, err)) != ST_OK)
			continue;
		if (access(path.p, F_OK) != 0)
			log_say(LOG_WARN_, _("the receipts in %s cannot be compared: there is no such file"), path.p);
		else
			st = receipts_load(path.p, &j->receipts, err);
	}
	buf_free(&path);
	return st;
}

static enum status
heartbeat(struct app *app, const struct options *o, const struct place *p, int64_t *ms, struct err *err)
{
	const char *text = options_get(o, "heartbeat");
	bool given = text != NULL;

	*ms = 0;
	if (!given && p->section[0] != '\0')
		text = config_get(app->config, p->section, "heartbeat");
	if (text == NULL || config_duration(text, ms, err) == ST_OK)
		return ST_OK;
	return given ? err_in(err, "--heartbeat") : err_in(err, "%s: [%s] heartbeat", config_file(app->config), p->section);
}

static enum status
check(struct app *app, const struct options *o, struct err *err)
{
	static struct place list[PLACES_MAX];	/* app->object points into it */
	struct judging j;
	enum status st;
	size_t i, n;

	if ((st = places(app, o, list, &n, err)) != ST_OK || (st = judge_open(&j, app, o, err)) != ST_OK)
		return st;
	j.seals_only = options_has(o, "seals");
	if (list[0].section[0] != '\0')
		st = own_receipts(app, &j, err);
	for (i = 0; i < n && st == ST_OK; i++) {
		app->object = list[i].path;
		if ((st = heartbeat(app, o, &list[i], &j.heartbeat_ms, err)) == ST_OK)
			st = judge_store(&j, list[i].path, err);
	}
	st = judge_answer(&j, st, err);
	judge_close(&j);
	return st;
}

/* --- the head of every chain of a store --- */

struct head { char label[40]; char archive[40]; char chain[48]; uint64_t sequence; unsigned char sha256[32]; };

static enum status
each_head(const char *path, enum status (*each)(void *ctx, const struct head *, struct err *), void *ctx, struct err *err)
{
	struct hash_set set;
	struct store store = { .dir = -1 };
	struct store_entry *list = NULL;
	struct store_head head;
	struct head h;
	char label[40] = "";
	enum status st;
	size_t i, n = 0, found = 0;

	hash_set_sha256(&set);
	if ((st = store_open(&store, path, "archive", false, err)) == ST_OK)
		st = store_list(&store, true, &list, &n, err);
	for (i = 0; i < n && st == ST_OK; i++) {
		snprintf(h.label, sizeof(h.label), "%.*s", (int)(strrchr(list[i].name, '-') - list[i].name), list[i].name);
		if (strcmp(h.label, label) == 0)
			continue;
		memcpy(label, h.label, sizeof(label));
		snprintf(store.label, sizeof(store.label), "%.16s", label);
		if ((st = store_head(&store, &set, &head, err)) != ST_OK || !head.any)
			continue;
		found++;
		snprintf(h.archive, sizeof(h.archive), "%s", head.seal.archive);
		snprintf(h.chain, sizeof(h.chain), "%s", head.seal.chain);
		h.sequence = head.seal.sequence;
		memcpy(h.sha256, head.hash[0], sizeof(h.sha256));
		st = each(ctx, &h, err);
	}
	if (st == ST_OK && found == 0)
		st = err_set(err, ST_USAGE, _("%s holds no sealed archive"), path);
	free(list);
	store_close(&store);
	return st;
}

static enum status
put_head(void *ctx, const struct head *h, struct err *err)
{
	struct app *app = ctx;
	char line[RECEIPT_LINE_MAX], hex[65];
	struct buf out;
	enum status st;

	receipt_line(h->chain, h->sequence, h->sha256, line);
	digest_hex(h->sha256, sizeof(h->sha256), hex);
	buf_init(&out, 4096);
	st = !app->json ? buf_addz(&out, line, err) : buf_addf(&out, err, "{\"archive\":\"%s\",\"chain\":\"%s\",\"sequence\":%" PRIu64
	    ",\"sha256\":\"%s\",\"line\":\"%.*s\"}\n", h->archive, h->chain, h->sequence, hex, (int)strcspn(line, "\n"), line);
	if (st == ST_OK && (st = app_print(&out, err)) == ST_OK)
		app->answered = app->json;
	buf_free(&out);
	return st;
}

struct sending { struct app *app; size_t n, failed; char why[400]; };

static enum status
tell(struct sending *s, const struct head *h, const char *place, const struct err *why, struct err *err)
{
	struct buf out;
	enum status st;

	buf_init(&out, 16384);
	if (!s->app->json)
		st = why == NULL ? buf_addf(&out, err, _("%s: sent to %s\n"), h->archive, place) :
		    buf_addf(&out, err, _("%s: NOT delivered to %s: %s\n"), h->archive, place, why->text);
	else if ((st = buf_addf(&out, err, "{\"archive\":\"%s\",\"sequence\":%" PRIu64 ",\"delivered\":%s,\"place\":", h->archive, h->sequence,
	    why == NULL ? "true" : "false")) == ST_OK && (st = json_put_string(&out, str_of(place), err)) == ST_OK &&
	    (st = why == NULL ? ST_OK : buf_addz(&out, ",\"why\":", err)) == ST_OK && (st = why == NULL ? ST_OK : json_put_string(&out, str_of(why->text), err)) == ST_OK)
		st = buf_addz(&out, "}\n", err);
	if (st == ST_OK && (st = app_print(&out, err)) == ST_OK)
		s->app->answered = s->app->json;
	buf_free(&out);
	return st;
}

static enum status
send_head(void *ctx, const struct head *h, struct err *err)
{
	struct sending *s = ctx;
	char line[RECEIPT_LINE_MAX], place[2048];
	struct err why;
	enum status st = ST_OK;
	size_t i;

	receipt_line(h->chain, h->sequence, h->sha256, line);
	for (i = 0; st == ST_OK && run_receipt_place(s->app->config, i, place, sizeof(place)); i++) {
		bool sent;

		err_init(&why);
		s->n++;
		sent = run_receipt_send(s->app->config, place, line, &why) == ST_OK;
		if (!sent && s->failed++ == 0)
			snprintf(s->why, sizeof(s->why), "%.200s: %.190s", place, why.text);
		st = tell(s, h, place, sent ? NULL : &why, err);
	}
	return st;
}

static enum status
head(struct app *app, const struct options *o, struct err *err)
{
	static struct place list[PLACES_MAX];
	enum status st;
	size_t i, n;

	st = places(app, o, list, &n, err);
	for (i = 0; i < n && st == ST_OK; i++) {
		app->object = list[i].path;
		st = each_head(list[i].path, put_head, app, err);
	}
	return st;
}

static enum status
receipt(struct app *app, const struct options *o, struct err *err)
{
	static struct place list[PLACES_MAX];
	struct sending s = { .app = app };
	char none[8];
	enum status st;
	size_t i, n = 0;

	if ((st = app_config(app, err)) != ST_OK)
		return st;
	if (!run_receipt_place(app->config, 0, none, sizeof(none))) {
		err_set(err, ST_USAGE, _("%s: [seal] names no place for receipts"), config_file(app->config));
		return err_next(err, _("add receipt = file:PATH or command:PROGRAM to [seal], or keep the line that custody chain head prints"));
	}
	st = places(app, o, list, &n, err);
	for (i = 0; i < n && st == ST_OK; i++) {
		app->object = list[i].path;
		st = each_head(list[i].path, send_head, &s, err);
	}
	if (st == ST_OK && s.failed > 0) {
		err_set(err, ST_IO, _("%zu of %zu receipts were not delivered: %s"), s.failed, s.n, s.why);
		err_next(err, _("make the place reachable, then: custody chain receipt"));
		st = ST_IO;
	}
	return st;
}

/* An ordinary run whose source is the chain. */
static enum status
renew(struct app *app, const struct options *o, struct err *err)
{
	static struct place list[PLACES_MAX];
	struct run_result res = { 0 };
	struct trust trust;
	const char *tenant;
	struct run run;
	enum status st;
	size_t n = 0;

	if ((st = app_config(app, err)) != ST_OK)
		return st;
	if (o->n_operands > 1)
		app->store_option = o->operands[1];
	else if ((st = places(app, o, list, &n, err)) == ST_OK && n > 1) {
		err_set(err, ST_USAGE, _("%s has more than one store"), config_file(app->config));
		st = err_next(err, _("name the store: custody chain %s PATH"), "renew");
	}
	if (st != ST_OK || (st = app_trust(app, NULL, &trust, err)) != ST_OK)
		return st;
	if (trust.roots == NULL)
		st = err_set(err, ST_USAGE, _("%s: [trust] names no file: what cannot be verified is not renewed"), config_file(app->config));
	trust_free(&trust);
	if (st != ST_OK)
		return st;
	if ((tenant = config_section(app->config, "tenant", 0)) == NULL)
		return err_set(err, ST_USAGE, _("%s has no tenant, so no store is known"), config_file(app->config));
	run_init(&run, app);
	run.state.renewal = true;
	if ((st = run_open_tenant(&run, tenant, err)) == ST_OK && (st = run_export(&run, o, &res, err)) == ST_OK)
		st = cmd_run_answer(app, &res, err);
	run_result_free(&res);
	run_free(&run);
	return st;
}

static enum status
chain_run(struct app *app, const struct options *o, struct err *err)
{
	static const struct { const char *name; enum status (*run)(struct app *, const struct options *, struct err *); } verbs[] = {
		{ "check", check }, { "head", head }, { "receipt", receipt }, { "renew", renew },
	};
	static const char *const names[] = { "check", "head", "receipt", "renew" };
	const char *verb = o->n_operands > 0 ? o->operands[0] : "check", *near;
	const struct option_def *d;
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verb, verbs[i].name) != 0)
			continue;
		for (d = chain_options; d->name != NULL; d++)
			if (strcmp(verb, "check") != 0 && options_has(o, d->name))
				return err_set(err, ST_USAGE, _("--%s belongs to chain check"), d->name);
		return verbs[i].run(app, o, err);
	}
	err_set(err, ST_USAGE, _("\"%s\" is none of check, head, receipt, renew"), verb);
	if ((near = config_nearest(verb, names, sizeof(names) / sizeof(names[0]))) != NULL)
		return err_next(err, _("did you mean \"%s\"?"), near);
	return access(verb, F_OK) == 0 ? err_next(err, "custody chain check %s", verb) : err_next(err, "custody chain --help");
}

const struct command command_chain = {
	"chain", "[VERB] [PATH]", N_("check a store's chain (check), print its head (head), send receipts (receipt), renew it (renew)"), chain_options, 0, 2, chain_run
};
