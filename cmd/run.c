/* run.c: the frame of an export: what is opened, in which order, and what a new run and a resumed one share. */
#include "cmd/run_overflow.h"
#include "cmd/run_render.h"

#include <inttypes.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/secret.h"
#include "core/view.h"
#include "exporters/transport_curl.h"
#include "store/rebuild.h"
#include "version.h"


void
run_init(struct run *r, struct app *app)
{
	memset(r, 0, sizeof(*r));
	r->app = app;
	r->lock = r->archive_lock = r->overflow = -1;
	r->store.dir = -1;
	r->heads.dir = -1;
	run_state_init(&r->state);
	buf_init(&r->begun_at, r->state.cursor.max);
	buf_init(&r->begun_with, r->state.carry.max);
}

void
run_result_free(struct run_result *res)
{
	mem_free(res->archives);
	memset(res, 0, sizeof(*res));
}

void
run_free(struct run *r)
{
	size_t i;

	source_close(r->source);
	run_render_close(r);
	crypt_key_close(r->source_key);
	run_overflow_close(r);
	archive_free(r->archive);
	archive_free(r->next);
	crypt_to_close(r->to);
	for (i = 0; i < r->n_signers; i++)
		cms_signer_close(r->signers[i]);
	if (r->net != NULL)
		r->net->close(r->net);
	heads_close(&r->heads);
	run_authorities_free(r);
	run_paper_free(&r->paper);
	catalog_close(r->catalog);
	fs_drop(&r->archive_lock);
	if (r->lock >= 0)
		close(r->lock);
	store_close(&r->store);
	run_state_free(&r->state);
	buf_free(&r->begun_at);
	buf_free(&r->begun_with);
}

/*
 * Tests need the same bytes twice: CUSTODY_TEST_SEED (64 hex digits) fixes the salt key, chain and run id, CUSTODY_TEST_CLOCK the time.
 * Such an archive says "test key" in its Software label, so it cannot pass for evidence.  CUSTODY_TEST_COMMIT=page commits after every page,
 * CUSTODY_TEST_BACKOFF=MS shortens waits.
 */
enum status
run_test_seed(struct run *r, struct err *err)
{
	const char *seed = getenv("CUSTODY_TEST_SEED"), *clock = getenv("CUSTODY_TEST_CLOCK");
	const char *backoff = getenv("CUSTODY_TEST_BACKOFF");
	int64_t ms;
	enum status st;

	if (clock != NULL) {
		if ((st = when_parse_utc(str_of(clock), &ms, err)) != ST_OK)
			return err_set(err, ST_USAGE, "CUSTODY_TEST_CLOCK: %s", clock);
		when_test_clock(ms);
	}
	r->commit_each_page = getenv("CUSTODY_TEST_COMMIT") != NULL;
	if (backoff != NULL && (st = str_u64(str_of(backoff), 1, 60000, &r->backoff_ms, err)) != ST_OK)
		return err_set(err, ST_USAGE, "CUSTODY_TEST_BACKOFF: %s", backoff);
	if (seed == NULL)
		return ST_OK;
	if (!digest_unhex(str_of(seed), r->test_key, sizeof(r->test_key)))
		return err_set(err, ST_USAGE, _("CUSTODY_TEST_SEED is not 64 hexadecimal digits"));
	r->test = true;
	log_say(LOG_WARN_, _("test seed in use: this archive is no evidence"));
	return ST_OK;
}

static enum status
random_bytes(const struct run *r, const char *label, unsigned char *out, size_t n, struct err *err)
{
	unsigned char mac[32];
	enum status st;

	if (!r->test)
		return digest_random(out, n, err);
	if ((st = digest_hmac_sha256(r->test_key, sizeof(r->test_key), label, strlen(label), mac, err)) == ST_OK)
		memcpy(out, mac, n);
	return st;
}

enum status
run_network(struct run *r, struct err *err)
{
	const char *base = config_get(r->app->config, r->section, "base_url");
	struct buf ca;
	enum status st;

	buf_init(&ca, 4096);
	st = config_path(r->app->config, r->section, "ca", &ca, err);
	if (st == ST_OK)
		st = buf_z(&ca, err);
	if (st == ST_OK || st == ST_END)
		st = transport_curl_open(&r->net, ca.n > 0 ? ca.p : NULL, base != NULL && transport_curl_is_loopback(base), err);
	buf_free(&ca);
	return st;
}

/* Every secret that is named can be read: better told now than after hours of chat. */
static enum status
try_secrets(struct run *r, struct err *err)
{
	static const char *const prefixes[] = { "secret.", "chat.key.", NULL };
	struct secret secret = { NULL, 0, 0 };
	const char *key, *value;
	enum status st;
	size_t i, k;

	for (k = 0; prefixes[k] != NULL; k++)
		for (i = 0; (key = config_key(r->app->config, r->section, prefixes[k], i, &value)) != NULL; i++) {
			if ((st = secret_load(value, config_dir(r->app->config), &secret, err)) != ST_OK)
				return err_in(err, "%s", key);
			secret_free(&secret);
		}
	return ST_OK;
}

/* Names in an archive have at most 100 bytes; the longest of an encrypted one is LABEL-00000001/data/views/….gz.0001.cms. */
static enum status
label_fits(const struct run *r, const char *label, struct err *err)
{
	const size_t most = 100 - strlen("-00000001/") - VIEW_PATH_MAX - strlen(".gz.0001.cms");

	return r->to == NULL || strlen(label) <= most ? ST_OK :
	    err_set(err, ST_USAGE, _("%s: with encrypt_to a label has at most %zu characters"), config_file(r->app->config), most);
}

enum status
run_open_tenant(struct run *r, const char *tenant, struct err *err)
{
	const char *zone;
	struct buf path;
	char label[17];
	enum status st;

	buf_init(&path, 4096);
	if ((st = app_config(r->app, err)) != ST_OK || (st = app_tenant(r->app, tenant, r->section, sizeof(r->section), err)) != ST_OK)
		goto out;
	zone = config_get(r->app->config, r->section, "time_zone");
	if ((st = when_zone(zone != NULL ? zone : "Asia/Shanghai", err)) != ST_OK) {
		err_in(err, "%s", config_file(r->app->config));
		goto out;
	}
	if ((st = run_test_seed(r, err)) != ST_OK || (st = run_signers(r, true, err)) != ST_OK || (st = run_authorities(r, err)) != ST_OK ||
	    (st = run_receipts_check(r->app->config, err)) != ST_OK || (st = run_views_check(r->app->config, r->section, err)) != ST_OK || (st = run_paper(r, err)) != ST_OK ||
	    (st = run_recipients(r, err)) != ST_OK || (st = try_secrets(r, err)) != ST_OK ||
	    (st = app_store_path(r->app, r->section, &path, label, err)) != ST_OK || (st = label_fits(r, label, err)) != ST_OK || (st = buf_z(&path, err)) != ST_OK ||
	    (st = store_open(&r->store, path.p, label, true, err)) != ST_OK || (st = store_lock(&r->store, &r->lock, err)) != ST_OK ||
	    (st = catalog_open(&r->catalog, &r->store, err)) != ST_OK ||
	    (st = rebuild_catalog(r->catalog, &r->store, NULL, when_now_ms(), err)) != ST_OK)
		goto out;
	if ((st = run_volume_limit(r, err)) == ST_OK)
		st = run_network(r, err);
out:
	buf_free(&path);
	return st;
}

static void
operator_name(char *out, size_t n)
{
	char host[256] = "";
	struct passwd *pw = getpwuid(geteuid());

	if (gethostname(host, sizeof(host) - 1) != 0)
		host[0] = '\0';
	snprintf(out, n, "%s@%s", pw != NULL ? pw->pw_name : "?", host);
}

enum status
run_event(struct run *r, const char *action, struct str detail, struct err *err)
{
	char id[24], actor[320];
	struct record rec;
	struct run_stream *m;
	struct buf line;
	enum status st;

	record_init(&rec, REC_EVENT, "events");
	snprintf(id, sizeof(id), "%" PRIu64, ++r->state.events);
	operator_name(actor, sizeof(actor));
	rec.id = str_of(id);
	rec.tenant = str_of(r->state.tenant);
	rec.platform = str_of(r->state.platform);
	rec.endpoint = STR("custody");
	rec.fetched_ms = when_now_ms();
	record_set(&rec, "id", rec.id);
	record_set_time(&rec, "at", rec.fetched_ms);
	record_set(&rec, "actor", str_of(config_get(r->app->config, r->section, "operator") != NULL ?
	    config_get(r->app->config, r->section, "operator") : actor));
	record_set(&rec, "action", str_of(action));
	record_set(&rec, "detail", detail);
	buf_init(&line, LIMIT_RECORD);
	if ((st = record_encode(&rec, &line, err)) == ST_OK)
		st = archive_record(r->archive, "events", buf_str(&line), err);
	if (st == ST_OK && (m = run_state_stream(&r->state, "events", err)) == NULL)
		st = ST_LIMIT;
	else if (st == ST_OK) {
		m->n_records++;
		m->n_bytes += line.n;
	}
	buf_free(&line);
	return st;
}

enum status
run_commit(struct run *r, struct err *err)
{
	struct buf state;
	enum status st;

	if (r->source != NULL) {
		struct str cursor;

		if ((st = source_sync(r->source, err)) != ST_OK)
			return st;
		if ((st = run_overflow_sync(r, err)) != ST_OK)
			return st;
		cursor = source_cursor(r->source);
		buf_clear(&r->state.cursor);
		if ((st = buf_str_add(&r->state.cursor, cursor, err)) != ST_OK)
			return st;
	}
	if ((st = run_blobs_sync(r, err)) != ST_OK)
		return st;
	buf_init(&state, (size_t)32 << 20);
	if ((st = run_state_encode(&r->state, &state, err)) == ST_OK)
		st = archive_commit(r->archive, buf_str(&state), err);
	if (st == ST_OK)
		r->committed = true;
	buf_free(&state);
	return st;
}

/* --- a new run --- */

static enum status
refuse_unfinished(struct run *r, struct err *err)
{
	struct store_entry *list;
	enum status st;
	size_t i, n;

	if ((st = store_list(&r->store, false, &list, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n && st == ST_OK; i++)
		if (list[i].state == STORE_EMPTY)
			st = store_discard(&r->store, list[i].name, err);
		else if (list[i].state == STORE_UNFINISHED) {
			st = err_set(err, ST_USAGE, _("an interrupted run is waiting in %s: %s"), r->store.path, list[i].name);
			err_next(err, _("custody resume %s (or give it up: custody runs --discard %s --yes)"), list[i].name, list[i].name);
		}
	free(list);
	return st;
}

static enum status
name_run(struct run *r, struct err *err)
{
	unsigned char id[4];
	char hex[9], utc[21];
	enum status st;

	if ((st = random_bytes(r, "run", id, sizeof(id), err)) != ST_OK)
		return st;
	digest_hex(id, sizeof(id), hex);
	r->state.began_ms = when_now_ms();
	when_utc_s(r->state.began_ms, utc);
	snprintf(r->state.run, sizeof(r->state.run), "run-%.4s%.2s%.2sT%.2s%.2s%.2sZ-%s", utc, utc + 5, utc + 8, utc + 11, utc + 14, utc + 17, hex);
	return ST_OK;
}

static enum status
new_chain(const struct run *r, char out[48], struct err *err)
{
	unsigned char id[16];
	char hex[33];
	enum status st;

	if ((st = random_bytes(r, "chain", id, sizeof(id), err)) != ST_OK)
		return st;
	id[6] = (unsigned char)((id[6] & 0x0f) | 0x40);		/* RFC 9562: version 4, variant 10 */
	id[8] = (unsigned char)((id[8] & 0x3f) | 0x80);
	digest_hex(id, sizeof(id), hex);
	snprintf(out, 48, "urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
	return ST_OK;
}

static const char *
organization(const struct run *r)
{
	const char *name = config_get(r->app->config, r->section, "organization");

	return name != NULL ? name : r->state.tenant;
}

/* [seal] digest: algorithms beside SHA-256. */
static enum status
digests(const struct run *r, struct hash_set *set, struct err *err)
{
	const char *text = config_get(r->app->config, "seal", "digest");
	enum status st = hash_set_parse(text == NULL ? "" : text, set, err);

	return st == ST_OK ? st : (err_in(err, "%s: [seal] digest", config_file(r->app->config)), st);
}

enum status
run_create(struct run *r, int64_t covers_from_ms, char name[40], struct archive **out, struct err *err)
{
	struct archive_params p = { 0 };
	struct store_head head;
	char chain[48];
	enum status st;

	if ((st = digests(r, &p.digests, err)) != ST_OK || (st = store_head(&r->store, &p.digests, &head, err)) != ST_OK)
		return st;
	if (!head.any && (st = new_chain(r, chain, err)) != ST_OK)
		return st;
	p.sequence = head.any ? head.seal.sequence + 1 : 1;
	if (head.any && (st = run_refuse_rollback(r, head.seal.chain, p.sequence, err)) != ST_OK)
		return st;
	store_name(r->store.label, p.sequence, name);
	p.name = name;
	p.chain = head.any ? head.seal.chain : chain;
	p.has_previous = head.any;
	memcpy(p.previous, head.hash, sizeof(p.previous));
	p.organization = organization(r);
	p.group = r->state.run;
	p.software = "custody " CUSTODY_VERSION;
	p.began_ms = r->state.began_ms;
	p.covers_from_ms = covers_from_ms != WHEN_UNKNOWN ? covers_from_ms : head.any ? head.seal.covers_until_ms : 0;
	if (!head.any && !run_state_apart(&r->state) && r->state.scope.scope.since_ms != WHEN_UNKNOWN && r->state.scope.scope.since_ms <= p.began_ms)
		p.covers_from_ms = r->state.scope.scope.since_ms;
	p.to = r->to;
	p.test_salt_key = r->test ? r->test_key : NULL;
	return archive_create(out, r->store.dir, &p, 0, err);
}

enum status
run_begin_event(struct run *r, const char *action, struct err *err)
{
	struct buf detail;
	enum status st;

	buf_init(&detail, (size_t)1 << 20);
	if ((st = buf_addf(&detail, err, "{\"program\":\"custody %s\",\"session\":%" PRIu64 ",\"volume\":%" PRIu64 ",\"scope\":", CUSTODY_VERSION,
	    r->state.n_sessions, r->state.volume.number)) == ST_OK &&
	    (st = scope_encode(&r->state.scope, &detail, err)) == ST_OK &&
	    (!r->state.rendering.is || (st = run_render_from(r, &detail, err)) == ST_OK) && (st = buf_putc(&detail, '}', err)) == ST_OK)
		st = run_event(r, action, buf_str(&detail), err);
	buf_free(&detail);
	return st;
}

enum status
run_finish(struct run *r, struct run_result *result, struct err *err)
{
	enum status st = ST_OK;

	for (;;) {
		if (archive_phase(r->archive) == ARCHIVE_CAPTURE)
			st = run_capture(r, err);
		if (st == ST_OK && archive_phase(r->archive) == ARCHIVE_VIEWS)
			st = run_views_finish(r, err);
		if (st != ST_OK)
			return st;
		result->records = run_state_records(&r->state);
		result->gaps = run_state_gaps(&r->state);
		run_state_refused(&r->state, result->refused, sizeof(result->refused));
		result->limits = run_state_limits(&r->state);
		if ((st = run_seal(r, result, err)) != ST_OK || r->next == NULL)
			return st;
		archive_free(r->archive);
		fs_drop(&r->archive_lock);
		r->archive = r->next;
		r->next = NULL;
		r->state.volume = r->next_volume;
		memcpy(r->archive_name, r->next_name, sizeof(r->archive_name));
	}
}

/* An ended session: say how to go on, or take away what nobody could go on with. */
static enum status
interrupted(struct run *r, enum status st, struct err *err)
{
	struct err quiet;

	if (r->archive == NULL)
		return st;
	if (!r->committed && archive_phase(r->archive) == ARCHIVE_CAPTURE) {
		archive_free(r->archive);
		r->archive = NULL;
		err_init(&quiet);
		if (store_discard(&r->store, r->archive_name, &quiet) != ST_OK)
			log_say(LOG_WARN_, "%s", quiet.text);
		return st;
	}
	if (st == ST_RETRY || st == ST_REMOTE || st == ST_IO || st == ST_STOPPED || st == ST_NOMEM || err->next[0] == '\0')
		err_next(err, "custody resume %s", r->archive_name);
	else
		log_say(LOG_INFO_, _("what was fetched so far is kept; go on with: custody resume %s"), r->archive_name);
	return st;
}

enum status
run_export(struct run *r, const struct options *o, struct run_result *result, struct err *err)
{
	enum status st;

	memset(result, 0, sizeof(*result));
	if ((st = scope_options(&r->state.scope, o, err)) != ST_OK || (st = run_recipients_new(r, err)) != ST_OK || (st = refuse_unfinished(r, err)) != ST_OK ||
	    (st = run_refuse_signers(r, err)) != ST_OK || (st = name_run(r, err)) != ST_OK)
		return st;
	run_settings_take(r);
	if ((st = run_create(r, WHEN_UNKNOWN, r->archive_name, &r->archive, err)) == ST_OK) {
		r->state.n_sessions = 1;
		if ((st = run_begin_event(r, r->state.rendering.is ? "rendering.begin" : "run.begin", err)) == ST_OK)
			st = run_finish(r, result, err);
	}
	return st == ST_OK ? st : interrupted(r, st, err);
}

/* --- a resumed run --- */

enum status
run_resume(struct run *r, const char *name, struct run_result *result, struct err *err)
{
	struct buf state;
	enum status st;

	memset(result, 0, sizeof(*result));
	snprintf(r->archive_name, sizeof(r->archive_name), "%s", name);
	buf_init(&state, (size_t)32 << 20);
	if ((st = run_lock_archive(r, err)) != ST_OK || (st = archive_resume(&r->archive, r->store.dir, name, 0, &state, err)) != ST_OK) {
		if (st == ST_END && !run_is_closed(r))
			st = err_set(err, ST_USAGE, _("%s is not an open archive in %s"), name, r->store.path);
		goto out;
	}
	r->committed = true;
	if ((st = run_state_decode(&r->state, buf_str(&state), err)) == ST_OK && r->state.renewal) {	/* never encrypted */
		crypt_to_close(r->to);
		r->to = NULL;
	}
	if (st != ST_OK ||
	    (st = run_settings_same(r, archive_phase(r->archive) != ARCHIVE_SEALED || r->state.volume.goes_on, err)) != ST_OK ||
	    ((archive_phase(r->archive) != ARCHIVE_SEALED || r->state.volume.goes_on) && (st = run_recipients_same(r, err)) != ST_OK) ||
	    (r->state.rendering.is && archive_phase(r->archive) != ARCHIVE_SEALED && (st = run_render_open(r, err)) != ST_OK))
		goto out;
	if (archive_phase(r->archive) == ARCHIVE_CAPTURE) {
		r->state.n_sessions++;
		st = run_begin_event(r, "run.resume", err);
	}
	if (st == ST_OK)
		st = run_finish(r, result, err);
out:
	buf_free(&state);
	return st == ST_OK || st == ST_END ? st : interrupted(r, st, err);
}
