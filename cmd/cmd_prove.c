/* cmd_prove.c: a disclosure package: some records with their proofs, checked as a stranger would before it gets its name. */
#include <inttypes.h>
#include <stdio.h>

#include "archive/package.h"
#include "cmd/look.h"
#include "cmd/proving.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/log.h"
#include "core/when.h"

static const struct option_def prove_options[] = {
	{ "output", 'o', "DIR", N_("the directory to make; it must not exist yet"), false },
	{ "with-files", 0, NULL, N_("attachments too"), false },
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	DECRYPT_OPTIONS,
	{ NULL, 0, NULL, NULL, false }
};

struct proving {
	struct lookup	*lookup;
	struct package	*package;
	bool		with_files;
	uint64_t	n_records, n_files, n_named;	/* n_named: records that name a file */
	struct arena	arena;
	struct buf	seen;		/* "path index" of the records put in: each once */
};

/* Two references may name one record. */
static enum status
is_new(struct proving *p, const struct proof *proof, bool *yes, struct err *err)
{
	unsigned char key[LIMIT_PATH + 8] = { 0 };
	size_t i;

	memcpy(key, proof->segment, strlen(proof->segment));
	memcpy(key + LIMIT_PATH, &proof->index, sizeof(proof->index));
	*yes = true;
	for (i = 0; i < p->seen.n && *yes; i += sizeof(key))
		*yes = memcmp(p->seen.p + i, key, sizeof(key)) != 0;
	return *yes ? buf_add(&p->seen, key, sizeof(key), err) : ST_OK;
}

static enum status
put_record(void *ctx, const struct lookup_record *r, struct err *err)
{
	struct proving *p = ctx;
	unsigned char sha256[32];
	char path[LIMIT_PATH + 1];
	enum status st;
	bool yes;
	int fd = -1;

	if ((st = is_new(p, &r->proof, &yes, err)) != ST_OK || !yes || (st = package_record(p->package, r, err)) != ST_OK)
		return st;
	p->n_records++;
	arena_reset(&p->arena);
	if ((st = package_attachment(r->line, &p->arena, path, sha256, err)) != ST_OK)
		return st == ST_END || st == ST_UNSURE ? ST_OK : st;
	p->n_named++;
	if (!p->with_files)
		return ST_OK;
	if ((st = package_file(p->package, NULL, &fd, err)) == ST_OK && (st = lookup_file(p->lookup, path, fd, sha256, err)) == ST_OK) {
		st = package_file_end(p->package, &fd, err);
		p->n_files++;
	}
	fs_drop(&fd);
	return st == ST_END ? err_set(err, ST_CORRUPT, _("%s, which a record names, is not in the archive"), path) : st;
}

static enum status
print_result(struct app *app, const struct proving *p, const struct package_report *report, const char *to, struct err *err)
{
	struct buf out;
	enum status st;

	buf_init(&out, 65536);
	if (app->json) {
		if ((st = buf_addz(&out, "{\"package\":", err)) == ST_OK && (st = json_put_string(&out, str_of(to), err)) == ST_OK)
			st = buf_addf(&out, err, ",\"records\":%" PRIu64 ",\"files\":%" PRIu64 ",\"verdict\":\"%s\"}\n", p->n_records, p->n_files,
			    proving_verdict(report->verdict));
	} else
		st = buf_addf(&out, err, "%s\n", to);
	if (st == ST_OK)
		st = app_print(&out, err);
	buf_free(&out);
	return st;
}

static enum status
make(struct app *app, struct proving *p, const struct options *o, const char *to, const struct trust *trust, struct err *err)
{
	struct package_report report;
	enum status st;
	size_t i;

	if ((st = package_begin(&p->package, to, lookup_sealed(p->lookup), err)) != ST_OK)
		return st;
	for (i = 1; i < o->n_operands && st == ST_OK; i++)
		st = ref_each(p->lookup, o->operands[0], o->operands[i], put_record, p, err);
	if (st == ST_OK)
		st = proving_finish(p->package, trust, &report, err);
	if (st != ST_OK)
		return st;
	if (p->n_named > 0 && !p->with_files)
		log_say(LOG_INFO_, _("%" PRIu64 " of the records name an attachment, which is not in the package (--with-files)"), p->n_named);
	return print_result(app, p, &report, to, err);
}

static enum status
prove_run(struct app *app, const struct options *o, struct err *err)
{
	struct proving p = { .with_files = options_has(o, "with-files") };
	const char *to = options_get(o, "output");
	struct crypt_key *key = NULL;
	struct trust trust;
	struct ref ref;
	enum status st;
	size_t i;

	if (to == NULL || to[0] == '\0') {
		err_set(err, ST_USAGE, _("no directory given for the package"));
		return err_next(err, "custody prove %s %s -o DIR", o->operands[0], o->operands[1]);
	}
	for (i = 1; i < o->n_operands; i++)
		if ((st = ref_parse(o->operands[i], &ref, err)) != ST_OK)
			return st;
	if ((st = app_trust(app, options_get(o, "trust"), &trust, err)) != ST_OK)
		return st;
	arena_init(&p.arena, LIMIT_ARENA);
	buf_init(&p.seen, (size_t)(LIMIT_PATH + 8) * (PACKAGE_RECORDS_MAX + 1));
	if ((st = decrypt_open(o, &key, err)) == ST_OK && (st = look_lookup(app, o->operands[0], &trust, key, false, &p.lookup, err)) == ST_OK)
		st = make(app, &p, o, to, &trust, err);
	package_free(p.package);
	lookup_close(p.lookup);
	crypt_key_close(key);
	trust_free(&trust);
	arena_free(&p.arena);
	buf_free(&p.seen);
	return st;
}

const struct command command_prove = {
	"prove", "ARCHIVE REF…", N_("a package that shows and proves single records (STREAM/ID or STREAM@NUMBER)"), prove_options, 2, 4096, prove_run
};
