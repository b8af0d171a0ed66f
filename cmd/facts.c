/* facts.c: see facts.h. */
#include "cmd/facts.h"

#include <stdio.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/log.h"

#define REPORT_MAX	((uint64_t)64 << 20)

void
facts_init(struct facts *f)
{
	memset(f, 0, sizeof(*f));
	buf_init(&f->text, REPORT_MAX);
	arena_init(&f->arena, LIMIT_ARENA);
	f->zone = f->program = f->platform = f->tenant = "";
}

void
facts_free(struct facts *f)
{
	buf_free(&f->text);
	arena_free(&f->arena);
}

static enum status
load(struct lookup *l, struct facts *f, struct err *err)
{
	enum status st;
	char *room;
	off_t n;
	int fd = -1;

	if ((st = fs_nameless(-1, &fd, err)) == ST_OK && (st = lookup_payload(l, FACTS_REPORT, REPORT_MAX, fd, err)) == ST_OK) {
		if ((n = lseek(fd, 0, SEEK_END)) < 0)
			st = err_sys(err, _("cannot read %s"), FACTS_REPORT);
		else if ((st = arena_get(&f->arena, (size_t)n + 1, 1, (void **)&room, err)) == ST_OK &&
		    (st = fs_pread_all(fd, FACTS_REPORT, room, (size_t)n, 0, err)) == ST_OK)
			st = buf_add(&f->text, room, (size_t)n, err);
	}
	fs_drop(&fd);
	return st;
}

/* A member that is a text; anything else leaves ${out} as it is. */
static enum status
text_of(struct facts *f, const struct json_node *t, size_t i, const char *name, const char **out, struct err *err)
{
	const size_t at = json_get(t, i, name);
	struct str s, copy;
	enum status st;

	if (at == 0 || t[at].tok != JSON_STR)
		return ST_OK;
	if ((st = json_text(t[at].val, t[at].flags, &f->arena, &s, err)) == ST_OK && (st = arena_dup(&f->arena, s, &copy, err)) == ST_OK)
		*out = copy.p;
	return st;
}

static enum status
families(struct facts *f, const struct json_node *t, struct err *err)
{
	const size_t views = json_get(t, 0, "views"), list = views == 0 ? 0 : json_get(t, views, "formats"), crlf = views == 0 ? 0 : json_get(t, views, "crlf"),
	    pdf_signed = views == 0 ? 0 : json_get(t, views, "pdf_signed");
	struct str s, copy;
	enum status st;
	size_t k;

	if (views != 0 && (k = json_get(t, views, "history")) != 0) {
		f->history = "";
		if ((st = text_of(f, t, views, "history", &f->history, err)) != ST_OK)
			return st;
	}
	f->crlf = crlf != 0 && t[crlf].tok == JSON_TRUE;
	f->pdf_signed = pdf_signed != 0 && t[pdf_signed].tok == JSON_TRUE;
	for (k = list == 0 || t[list].tok != JSON_ARR ? 0 : list + 1; k != 0 && k < t[list].next; k = t[k].next) {
		if (t[k].tok != JSON_STR || f->n_formats == FACTS_FAMILIES)
			return err_set(err, ST_UNSURE, _("%s of the archive is no completeness report"), FACTS_REPORT);
		if ((st = json_text(t[k].val, t[k].flags, &f->arena, &s, err)) != ST_OK || (st = arena_dup(&f->arena, s, &copy, err)) != ST_OK)
			return st;
		f->formats[f->n_formats++] = copy.p;
	}
	return ST_OK;
}

static enum status
derived(struct facts *f, const struct json_node *t, struct err *err)
{
	const size_t at = json_get(t, 0, "derived_from"), number = at == 0 ? 0 : json_get(t, at, "sequence");
	const char *archive = "", *chain = "", *seal = "";
	enum status st;

	if (at == 0 || t[at].tok != JSON_OBJ)
		return ST_OK;
	if ((st = text_of(f, t, at, "archive", &archive, err)) != ST_OK || (st = text_of(f, t, at, "chain", &chain, err)) != ST_OK ||
	    (st = text_of(f, t, at, "seal_sha256", &seal, err)) != ST_OK)
		return st;
	if (number == 0 || str_u64(t[number].val, 1, UINT64_MAX, &f->source.sequence, NULL) != ST_OK || strlen(seal) != 64 || strchr(archive, '/') != NULL)
		return err_set(err, ST_UNSURE, _("%s of the archive is no completeness report"), FACTS_REPORT);
	f->source.is = true;
	(void)snprintf(f->source.archive, sizeof(f->source.archive), "%s", archive);
	(void)snprintf(f->source.chain, sizeof(f->source.chain), "%s", chain);
	(void)snprintf(f->source.seal, sizeof(f->source.seal), "%s", seal);
	return ST_OK;
}

static enum status
read_text(struct facts *f, struct err *err)
{
	const char *format = "", *began = "";
	struct json_node *t;
	struct err why;
	enum status st;
	size_t n, at;

	err_init(&why);
	if (json_tape(buf_str(&f->text), &f->arena, &t, &n, &why) != ST_OK || t[0].tok != JSON_OBJ)
		return err_set(err, ST_UNSURE, _("%s of the archive is no completeness report"), FACTS_REPORT);
	if ((st = text_of(f, t, 0, "format", &format, err)) != ST_OK || (st = text_of(f, t, 0, "began_at", &began, err)) != ST_OK ||
	    (st = text_of(f, t, 0, "organization", &f->organization, err)) != ST_OK || (st = text_of(f, t, 0, "time_zone", &f->zone, err)) != ST_OK ||
	    (st = text_of(f, t, 0, "program", &f->program, err)) != ST_OK || (st = text_of(f, t, 0, "platform", &f->platform, err)) != ST_OK ||
	    (st = text_of(f, t, 0, "tenant", &f->tenant, err)) != ST_OK || (st = families(f, t, err)) != ST_OK || (st = derived(f, t, err)) != ST_OK)
		return st;
	if (strcmp(format, "custody-completeness/1") != 0 || when_parse_utc(str_of(began), &f->made_ms, &why) != ST_OK)
		return err_set(err, ST_UNSURE, _("%s of the archive is no completeness report"), FACTS_REPORT);
	if ((at = json_get(t, 0, "scope")) != 0 && t[at].tok == JSON_OBJ)
		f->scope = t[at].val;
	f->there = true;
	return ST_OK;
}

enum status
facts_read(struct lookup *l, struct facts *f, struct err *err)
{
	const struct seal *s = &lookup_sealed(l)->evidence.parsed;
	unsigned char hash[32];
	enum status st;

	if ((st = digest_of(DIGEST_SHA256, lookup_sealed(l)->evidence.seal.p, lookup_sealed(l)->evidence.seal.n, hash, err)) != ST_OK)
		return st;
	digest_hex(hash, sizeof(hash), f->seal);
	memcpy(f->archive, s->archive, sizeof(f->archive));
	memcpy(f->chain, s->chain, sizeof(f->chain));
	f->sequence = s->sequence;
	f->made_ms = s->sealed_at_ms;
	if ((st = load(l, f, err)) == ST_END)
		return ST_OK;
	return st == ST_OK ? read_text(f, err) : st;
}

enum status
facts_zone(const struct facts *f, struct err *err)
{
	if (f->zone[0] == '\0')
		log_say(LOG_WARN_, _("the archive does not say in which time zone its views were made: times are in UTC"));
	return when_zone(f->zone[0] == '\0' ? "UTC" : f->zone, err);
}

void
facts_options(const struct facts *f, struct format_options *out)
{
	*out = (struct format_options){ .crlf = f->crlf, .organization = f->organization, .made_ms = f->made_ms, .chain = f->chain, .archive = f->archive,
	    .no_pdf = f->there && !facts_has(f, "pdf") };
}

bool
facts_has(const struct facts *f, const char *family)
{
	size_t i;

	for (i = 0; i < f->n_formats; i++)
		if (strcmp(f->formats[i], family) == 0)
			return true;
	return false;
}
