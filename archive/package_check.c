/* package_check.c: the directory of a package, its seal, its records one by one; segments of redacted copies are in package_segment.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "archive/package_parts.h"
#include "archive/records_check.h"
#include "core/i18n.h"
#include "core/mem.h"

/* --- files of a directory that nobody vouches for --- */

enum status
package_load(int dir, const char *name, size_t max, struct buf *out, struct err *err)
{
	struct stat sb;
	enum status st;

	if (fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? err_set(err, ST_CORRUPT, _("%s is missing"), name) : err_sys(err, _("cannot look at %s"), name);
	if (!S_ISREG(sb.st_mode))
		return err_set(err, ST_CORRUPT, _("%s is not a regular file"), name);
	if ((st = fs_load(dir, name, max, out, err)) == ST_LIMIT)
		return err_set(err, ST_CORRUPT, _("%s is larger than the format allows"), name);
	return st == ST_END ? err_set(err, ST_CORRUPT, _("%s is missing"), name) : st;
}

enum status
package_enter(int dir, const char *name, int *fd, struct err *err)
{
	*fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd >= 0)
		return ST_OK;
	if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
		return err_set(err, ST_CORRUPT, errno == ENOENT ? _("%s is missing") : _("%s is not a directory"), name);
	return err_sys(err, _("cannot open the directory %s"), name);
}

enum status
package_misplaced(const char *name, struct err *err)
{
	return err_set(err, ST_CORRUPT, _("%s must not stand here"), name);
}

enum status
package_hash(int dir, const char *name, unsigned char sha256[32], struct err *err)
{
	struct digest d = { .ctx = NULL };
	char chunk[16384];
	struct stat sb;
	enum status st;
	ssize_t got = 1;
	int fd;

	if (fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(sb.st_mode))
		return err_set(err, ST_CORRUPT, _("%s is not a regular file"), name);
	if ((st = fs_open_read(dir, name, &fd, err)) != ST_OK)
		return st;
	st = digest_begin(&d, DIGEST_SHA256, err);
	while (st == ST_OK && got > 0) {
		do
			got = read(fd, chunk, sizeof(chunk));
		while (got < 0 && errno == EINTR);
		st = got < 0 ? err_sys(err, _("cannot read %s"), name) : digest_add(&d, chunk, (size_t)got, err);
	}
	if (st == ST_OK)
		st = digest_end(&d, sha256, err);
	digest_free(&d);
	fs_drop(&fd);
	return st;
}

/* --- seal/ --- */

static enum status
take_file(struct checking *c, int dir, const char *name, size_t *n, struct err *err)
{
	char path[80];
	struct buf b;
	enum status st;

	buf_init(&b, LIMIT_CRL);
	snprintf(path, sizeof(path), "seal/%s", name);
	if ((st = package_load(dir, name, LIMIT_CRL, &b, err)) == ST_OK && (st = sealed_take(&c->sealed, path, buf_str(&b), err)) == ST_OK)
		++*n;
	buf_free(&b);
	return st;
}

/* The files in the order of row 14, which names those of rows 11 to 13; then itself and the tokens. */
static enum status
take_seal(struct checking *c, int dir, size_t *n, struct err *err)
{
	struct buf sums;
	char name[64];
	const char *p, *end, *lf;
	struct stat sb;
	enum status st;
	unsigned i;

	buf_init(&sums, LIMIT_SIGNATURE);
	if ((st = package_load(dir, "sha256sums.txt", LIMIT_SIGNATURE, &sums, err)) != ST_OK)
		goto out;
	if ((st = take_file(c, dir, "seal.txt", n, err)) != ST_OK)
		goto out;
	for (p = buf_str(&sums).p, end = p + sums.n; p < end && st == ST_OK; p = lf + 1) {
		if ((lf = memchr(p, '\n', (size_t)(end - p))) == NULL || lf - p < 67 || (size_t)(lf - p) - 66 >= sizeof(name) ||
		    memchr(p + 66, '/', (size_t)(lf - p) - 66) != NULL || memchr(p + 66, '\0', (size_t)(lf - p) - 66) != NULL) {
			st = err_set(err, ST_CORRUPT, _("seal/sha256sums.txt is not the list of the files that are there"));
			break;
		}
		snprintf(name, sizeof(name), "%.*s", (int)(lf - p) - 66, p + 66);
		if (strcmp(name, "seal.txt") != 0)
			st = take_file(c, dir, name, n, err);
	}
	if (st == ST_OK)
		st = take_file(c, dir, "sha256sums.txt", n, err);
	for (i = 1; i <= GRAMMAR_TOKENS_MAX && st == ST_OK; i++) {
		if (i == 1)
			snprintf(name, sizeof(name), "sha256sums.txt.tsr");
		else
			snprintf(name, sizeof(name), "sha256sums.txt.%u.tsr", i);
		if (fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) != 0)
			break;
		st = take_file(c, dir, name, n, err);
	}
out:
	buf_free(&sums);
	return st;
}

/* Which file of seal/ did nobody ask for? */
static enum status
check_taken(const struct checking *c, int dir, size_t n_taken, struct err *err)
{
	enum status st = ST_OK;
	char **names, shown[300];
	size_t n, i, k;

	if ((st = fs_list(dir, &names, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n && st == ST_OK && n != n_taken; i++) {
		for (k = 0; k < c->sealed.n_files && strcmp(c->sealed.files[k].name, names[i]) != 0; k++)
			;
		snprintf(shown, sizeof(shown), "seal/%s", names[i]);
		if (k == c->sealed.n_files)
			st = package_misplaced(shown, err);
	}
	fs_list_free(names, n);
	return st;
}

static enum status
read_seal(struct checking *c, struct err *err)
{
	enum status st;
	size_t n = 0;
	int dir;

	if ((st = package_load(c->dir, SEALED_SEGMENTS, SEALED_SEGMENTS_MAX, &c->sealed.segments, err)) != ST_OK ||
	    (st = package_load(c->dir, SEALED_TAGMANIFEST, SEALED_TAGMANIFEST_MAX, &c->sealed.tagmanifest, err)) != ST_OK ||
	    (st = package_enter(c->dir, "seal", &dir, err)) != ST_OK)
		return st;
	st = take_seal(c, dir, &n, err);
	if (st == ST_OK && c->sealed.fault == ST_OK && !c->sealed.grammar.loose)
		st = check_taken(c, dir, n, err);
	fs_drop(&dir);
	return st;
}

/* --- what stands in the directory --- */

static enum status
check_names(struct checking *c, struct err *err)
{
	static const char *const known[] = { SEALED_SEGMENTS, SEALED_TAGMANIFEST, "seal", PACKAGE_EXPLAIN };
	unsigned found = 0;
	enum status st;
	char **names, want[8];
	size_t n, i, k;

	if ((st = fs_list(c->dir, &names, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n && st == ST_OK; i++) {
		for (k = 0; k < 4 && strcmp(names[i], known[k]) != 0; k++)
			;
		snprintf(want, sizeof(want), "%04u", (c->n_records + 1) % 10000u);
		if (k < 4)
			found |= 1u << k;
		else if (strcmp(names[i], "data") == 0)
			c->redacted = true;
		else if (strcmp(names[i], want) == 0 && c->n_records < PACKAGE_RECORDS_MAX)
			c->n_records++;
		else
			st = package_misplaced(names[i], err);
	}
	fs_list_free(names, n);
	for (k = 0; k < 4 && st == ST_OK; k++)
		if ((found & 1u << k) == 0)
			st = err_set(err, ST_CORRUPT, _("%s is missing"), known[k]);
	if (st == ST_OK && c->redacted && c->n_records > 0)
		st = package_misplaced("data", err);
	if (st == ST_OK && !c->redacted && c->n_records == 0)
		st = err_set(err, ST_CORRUPT, _("the package shows no record"));
	if (st == ST_OK) {
		struct buf text;

		buf_init(&text, PACKAGE_EXPLAIN_MAX);
		st = package_load(c->dir, PACKAGE_EXPLAIN, PACKAGE_EXPLAIN_MAX, &text, err);
		buf_free(&text);
	}
	return st;
}

/* --- records --- */

enum status
package_answer(struct checking *c, struct package_item *it, enum status st, struct err *err)
{
	char text[sizeof(c->report->text)];

	if (st != ST_OK && st != ST_CORRUPT && st != ST_UNSURE)
		return st;
	c->doubt |= st != ST_OK;
	it->verdict = st == ST_OK ? VERDICT_VALID : st == ST_CORRUPT ? VERDICT_INVALID : VERDICT_INDETERMINATE;
	snprintf(text, sizeof(text), "%.*s", (int)sizeof(text) - 1, st == ST_OK ? "" : err->text);
	/* It cannot stand on firmer ground than the seal. */
	if (c->report->seal.verdict > it->verdict) {
		it->verdict = c->report->seal.verdict;
		snprintf(text, sizeof(text), "%s", it->verdict == VERDICT_INVALID ? _("what it rests on is INVALID") : _("it fits to the seal, but the seal is INDETERMINATE"));
	}
	it->text = text;
	if (it->verdict != VERDICT_VALID)
		it->record = STR_NONE;
	c->report->n_items++;
	c->report->n_valid += it->verdict == VERDICT_VALID;
	if (it->verdict > c->report->verdict) {
		c->report->verdict = it->verdict;
		if (st != ST_OK) {
			snprintf(c->report->fault, sizeof(c->report->fault), "%s", it->name);
			snprintf(c->report->text, sizeof(c->report->text), "%s", text);
		}
	}
	return c->taps.item == NULL ? ST_OK : c->taps.item(c->taps.ctx, it, err);
}

static enum status
check_proof(struct checking *c, int dir, struct package_item *it, struct err *err)
{
	unsigned char leaf[32], root[32];
	struct proof proof;
	enum status st;

	buf_clear(&c->record);
	buf_clear(&c->text);
	if ((st = package_load(dir, PACKAGE_RECORD, LIMIT_RECORD, &c->record, err)) != ST_OK ||
	    (st = package_load(dir, PACKAGE_PROOF, PROOF_TEXT_MAX, &c->text, err)) != ST_OK || (st = proof_parse(buf_str(&c->text), &proof, err)) != ST_OK)
		return st;
	memcpy(it->segment, proof.segment, sizeof(it->segment));
	it->index = proof.index;
	it->count = proof.count;
	if ((st = records_check_line(&c->form, buf_str(&c->record), err)) != ST_OK || (st = tree_leaf(&c->digest, c->record.p, c->record.n, leaf, err)) != ST_OK ||
	    (st = proof_root(&proof, &c->digest, leaf, root, err)) != ST_OK)
		return st;
	if (!sealed_is(&c->sealed, proof.segment, proof.count, root))
		return err_set(err, ST_CORRUPT, _("the proof does not lead from this record to a line of record-segments.tsv"));
	it->record = buf_str(&c->record);
	return ST_OK;
}

static enum status
check_attachment(struct checking *c, int dir, struct package_item *it, struct err *err)
{
	unsigned char want[32], got[32];
	char path[LIMIT_PATH + 1];
	struct stat sb;
	enum status st;

	if (fstatat(dir, PACKAGE_FILE, &sb, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? ST_OK : err_sys(err, _("cannot look at %s"), PACKAGE_FILE);
	arena_reset(&c->arena);
	if ((st = package_attachment(it->record, &c->arena, path, want, err)) == ST_END)
		return err_set(err, ST_CORRUPT, _("there is a file, but the record names none"));
	if (st != ST_OK || (st = package_hash(dir, PACKAGE_FILE, got, err)) != ST_OK)
		return st;
	it->file = memcmp(want, got, 32) == 0;
	return it->file ? ST_OK : err_set(err, ST_CORRUPT, _("the file is not the one that the record names: its SHA-256 differs"));
}

static enum status
check_record(struct checking *c, const char *name, struct err *err)
{
	static const char *const known[] = { PACKAGE_RECORD, PACKAGE_PROOF, PACKAGE_FILE };
	struct package_item it = { .name = name };
	char **names = NULL;
	size_t n = 0, i, k;
	enum status st;
	int dir;

	if ((st = package_enter(c->dir, name, &dir, err)) != ST_OK)
		return package_answer(c, &it, st, err);
	st = fs_list(dir, &names, &n, err);
	for (i = 0; i < n && st == ST_OK; i++) {
		for (k = 0; k < 3 && strcmp(names[i], known[k]) != 0; k++)
			;
		if (k == 3)
			st = package_misplaced(names[i], err);
	}
	fs_list_free(names, n);
	if (st == ST_OK && (st = check_proof(c, dir, &it, err)) == ST_OK)
		st = check_attachment(c, dir, &it, err);
	fs_drop(&dir);
	return package_answer(c, &it, st, err);
}

/* --- all of it --- */

/* What was said of each record, in one step for the whole; where only the seal is at fault, its own steps say so. */
static void
sum_up(struct checking *c)
{
	const struct package_report *r = c->report;

	if (r->fault[0] != '\0')
		verify_report_step(&c->report->seal, VERIFY_INTEGRITY, "records", r->verdict, "%s: %s", r->fault, r->text);
	else if (c->doubt)
		verify_report_step(&c->report->seal, VERIFY_INTEGRITY, "records", VERDICT_INDETERMINATE, "%s", _("not every record here could be judged"));
	else if (r->n_items > 0 && r->seal.verdict != VERDICT_INVALID) {
		verify_report_step(&c->report->seal, VERIFY_INTEGRITY, "records", VERDICT_VALID, "%s",
		    c->redacted ? _("every segment here, masked records included, leads to its sealed root") : _("every record here leads to the sealed root of its segment"));
		verify_report_step(&c->report->seal, VERIFY_USABILITY, "form", VERDICT_VALID, "%s",
		    _("what is shown can be read, and EXPLAIN.txt says how to check it without this program"));
	}
}

static enum status
judge(struct checking *c, const struct trust *trust, int64_t now_ms, struct err *err)
{
	struct verify_report *seal = &c->report->seal;
	enum status names, st;
	struct err e;
	char name[8];
	unsigned i;

	err_init(&e);
	if ((names = check_names(c, &e)) == ST_OK && (names = read_seal(c, &e)) == ST_OK)
		names = ST_OK;
	if (names != ST_OK && names != ST_CORRUPT && names != ST_UNSURE)
		return err_set(err, names, "%s", e.text);
	if ((st = sealed_judge(&c->sealed, trust, now_ms, seal, err)) != ST_OK)
		return st;
	verify_report_step(seal, VERIFY_SECURITY, "names", names == ST_OK ? VERDICT_VALID : names == ST_CORRUPT ? VERDICT_INVALID : VERDICT_INDETERMINATE, "%s",
	    names == ST_OK ? _("the directory holds what the format names and nothing else") : e.text);
	seal->unplaced = true;
	if (c->taps.seal != NULL)
		c->taps.seal(c->taps.ctx, seal);
	c->report->verdict = seal->verdict;
	if (names != ST_OK || !seal->seal_ok) {
		if (seal->verdict == VERDICT_VALID)	/* never by silence */
			c->report->verdict = seal->verdict = VERDICT_INDETERMINATE;
		if (names != ST_OK)
			return ST_OK;	/* what may be in there is not looked at */
	}
	for (i = 1; i <= c->n_records && st == ST_OK; i++) {
		snprintf(name, sizeof(name), "%04u", i % 10000u);
		st = check_record(c, name, err);
	}
	if (st == ST_OK && c->redacted)
		st = package_check_segments(c, err);
	if (st == ST_OK)
		sum_up(c);
	return st;
}

enum status
package_check(int dir, const struct trust *trust, int64_t now_ms, const struct package_taps *taps, struct package_report *report, struct err *err)
{
	struct checking *c = mem_get(1, sizeof(*c), err);
	struct err local;
	enum status st;

	memset(report, 0, sizeof(*report));
	if (c == NULL)
		return ST_NOMEM;
	if (err == NULL) {	/* texts are taken from it */
		err_init(&local);
		err = &local;
	}
	c->dir = dir;
	if (taps != NULL)
		c->taps = *taps;
	c->report = report;
	sealed_init(&c->sealed);
	buf_init(&c->record, LIMIT_RECORD + 1);
	buf_init(&c->text, PROOF_TEXT_MAX);
	arena_init(&c->arena, LIMIT_ARENA);
	records_check_init(&c->form);
	st = judge(c, trust, now_ms, err);
	sealed_free(&c->sealed);
	buf_free(&c->record);
	buf_free(&c->text);
	arena_free(&c->arena);
	digest_free(&c->digest);
	records_check_free(&c->form);
	mem_free(c->files);
	mem_free(c);
	return st;
}
