/*
 * cmd_sign.c: the second signature.  On the officer's computer `sign seal.txt --role R --cert FILE --key KEY -o FILE` needs nothing but these; on the store's
 * computer `sign ARCHIVE --role R` signs, or takes in with --attach what was signed elsewhere, and closes the archive when nothing is missing any more.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/cms_verify.h"
#include "archive/names.h"
#include "archive/sealed_file.h"
#include "cmd/cmd_run.h"
#include "cmd/sign.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/log.h"

static const struct option_def sign_options[] = {
	{ "role", 0, "ROLE", N_("as whom: a role that the seal names"), false },
	{ "cert", 0, "FILE", N_("the certificate (PEM), behind it the issuing ones"), false },
	{ "key", 0, "KEY", N_("its key: file:PATH, credential:NAME, env:NAME or pkcs11:token=…;object=…"), false },
	{ "pin", 0, "SECRET", N_("where the token's PIN is: file:PATH …; without it the terminal is asked"), false },
	{ "output", 'o', "FILE", N_("write the signature to this new file (officer's computer)"), false },
	{ "attach", 0, "FILE", N_("take in this signature made elsewhere (store's computer)"), false },
	{ "archive", 0, "PATH", N_("the sealed archive, to show its completeness report; found by itself beside seal.txt"), false },
	{ "state", 0, "FILE", N_("where it is remembered what was signed on this computer"), false },
	{ NULL, 0, NULL, NULL, false }
};

/* What both ways of signing work on. */
struct signing {
	struct app	*app;
	const struct options *o;
	const char	*role;
	struct buf	 text;			/* seal.txt */
	struct seal	 seal;
	unsigned char	 sha256[32];
	const struct seal_signer *line;		/* of the role */
	struct cms_signer *signer;		/* of the options */
	struct cms_signer *ours;		/* or of the configuration; borrowed */
	struct heads	 own, *heads;
	struct heads_word word;
	struct buf	 report, der, pem;	/* pem: of the signer */
};

static void
signing_init(struct signing *s, struct app *app, const struct options *o)
{
	memset(s, 0, sizeof(*s));
	s->app = app;
	s->o = o;
	s->own.dir = -1;
	s->heads = &s->own;
	buf_init(&s->text, LIMIT_SEAL + 1);
	buf_init(&s->report, SIGN_REPORT_MAX);
	buf_init(&s->der, LIMIT_SIGNATURE);
	buf_init(&s->pem, LIMIT_CRL);
}

static void
signing_free(struct signing *s)
{
	cms_signer_close(s->signer);
	heads_close(&s->own);
	buf_free(&s->text);
	buf_free(&s->report);
	buf_free(&s->der);
	buf_free(&s->pem);
}

static enum status
read_seal(struct signing *s, struct err *err)
{
	enum status st = seal_parse(buf_str(&s->text), &s->seal, err);

	if (st == ST_CORRUPT)
		return err_next(err, _("get seal.txt once more, byte for byte: mail programs and editors change line ends"));
	if (st != ST_OK)
		return st;
	return digest_of(DIGEST_SHA256, s->text.p, s->text.n, s->sha256, err);
}

static enum status
find_line(struct signing *s, struct err *err)
{
	char names[SEAL_ROLES_MAX * 36] = "";
	size_t i, n = 0;

	for (i = 0; i < s->seal.n_signers; i++) {
		if (strcmp(s->seal.signers[i].role, s->role) == 0) {
			s->line = &s->seal.signers[i];
			return ST_OK;
		}
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", i == 0 ? "" : ", ", s->seal.signers[i].role);
	}
	err_set(err, ST_USAGE, _("the seal names no signer \"%s\""), s->role);
	return err_next(err, _("it names: %s"), names);
}

/* The certificate, before anybody touches a key: the seal must name it, and it must be good now. */
static enum status
open_certificate(struct signing *s, const char *path, struct err *err)
{
	enum status st;

	if ((st = cms_signer_open(&s->signer, s->role, path, STR_NONE, err)) != ST_OK)
		return st;
	if (memcmp(cms_signer_fingerprint(s->signer), s->line->cert_sha256, 32) != 0) {
		err_set(err, ST_DENIED, _("the seal names another certificate for %s than %s"), s->role, path);
		return err_next(err, _("use the certificate whose fingerprint stands in the Signer line: openssl x509 -in FILE -outform DER | sha256sum"));
	}
	return cms_signer_valid_at(s->signer, when_now_ms(), err);
}

/* --- the archive at hand --- */

/*
 * Beside seal.txt: in the same directory, or, seen from NAME.seal/seal.txt, one higher, or, seen from the unpacked NAME/seal/seal.txt, two.
 * ST_END: nowhere.
 */
static enum status
find_archive(const struct signing *s, const char *seal_path, struct buf *path, struct err *err)
{
	static const char *const up[] = { "", "../", "../../" }, *const tails[] = { ".tar.gz.partial", ".tar.gz", ".tar", "" };
	const char *slash = strrchr(seal_path, '/');
	size_t i, n = slash == NULL ? 0 : (size_t)(slash + 1 - seal_path);
	struct stat sb;
	enum status st;

	for (i = 0; i < 12; i++) {
		buf_clear(path);
		if ((st = buf_add(path, seal_path, n, err)) != ST_OK ||
		    (st = buf_addf(path, err, "%s%s%s", up[i / 4], s->seal.archive, tails[i % 4])) != ST_OK || (st = buf_z(path, err)) != ST_OK)
			return st;
		if (stat(path->p, &sb) == 0 && (S_ISREG(sb.st_mode) || (S_ISDIR(sb.st_mode) && i % 4 == 3)))
			return ST_OK;
	}
	return ST_END;
}

static enum status
load_report(struct signing *s, const char *path, struct err *err)
{
	enum status st;

	progress_phase(_("looking for the completeness report in the archive"));
	st = sealed_file(path, &s->seal, SIGN_REPORT, SIGN_REPORT_MAX, &s->report, err);
	progress_end();
	if (st == ST_END) {
		log_say(LOG_INFO_, _("%s has no completeness report that can be read without a key"), path);
		return ST_OK;
	}
	return st == ST_CORRUPT ? err_next(err, _("do not sign: ask for the archive that belongs to this seal")) : st;
}

/* --- shown, asked, signed --- */

static enum status
show_and_ask(struct signing *s, struct err *err)
{
	struct sign_view view = { .seal = &s->seal, .sha256 = s->sha256, .signer = s->ours != NULL ? s->ours : s->signer, .word = &s->word,
	    .report = s->report.n > 0 ? buf_str(&s->report) : STR_NONE };
	struct buf text;
	enum status st;

	buf_init(&text, SIGN_REPORT_MAX);
	if ((st = sign_show(&view, &text, err)) == ST_OK)
		st = sign_confirm(s->app, buf_str(&text), err);
	buf_free(&text);
	return st;
}

static enum status
remembered(struct signing *s, struct err *err)
{
	enum status st;

	if (s->heads->dir < 0 && (st = heads_open(s->heads, options_get(s->o, "state"), err)) != ST_OK)
		return err_next(err, _("name a file of yours that is kept: --state FILE"));
	return heads_look(s->heads, &s->seal, s->sha256, &s->word, err);
}

/* Made, checked as the store will check it, remembered durably; only then may it be given out. */
static enum status
make_signature(struct signing *s, struct err *err)
{
	struct cms_signer *signer = s->ours != NULL ? s->ours : s->signer;
	enum status st = cms_signer_pem(signer, &s->pem, err);

	if (st != ST_OK)
		return st;
	if (s->ours == NULL && (st = sign_key(signer, options_get(s->o, "key"), options_get(s->o, "pin"), err)) != ST_OK)
		return st;
	if ((st = cms_sign(signer, buf_str(&s->text), when_now_ms(), &s->der, err)) != ST_OK)
		return st;
	if ((st = cms_verify_alone(s->line, buf_str(&s->der), buf_str(&s->pem), buf_str(&s->text), err)) != ST_OK) {
		err_in(err, "%s", _("the signature just made is not good"));
		return err->code = ST_DENIED;
	}
	return heads_keep(s->heads, &s->seal, s->sha256, err);
}

/* --- the officer's computer --- */

static enum status
check_output(const char *path, struct err *err)
{
	if (access(path, F_OK) == 0) {
		err_set(err, ST_USAGE, _("%s is there already"), path);
		return err_next(err, _("name another file for the signature, or remove that one"));
	}
	return errno == ENOENT ? ST_OK : err_sys(err, "%s", path);
}

static enum status
say_signed(struct signing *s, const char *path, struct err *err)
{
	struct sign_view view = { .seal = &s->seal, .word = &s->word };
	const char *warnings[7];
	struct buf out;
	char hex[65];
	enum status st;
	size_t i;

	buf_init(&out, 16384);
	if (!s->app->json) {
		if ((st = buf_addf(&out, err, "%s\n", path)) == ST_OK)
			st = app_print(&out, err);
		if (st == ST_OK)
			log_say(LOG_INFO_, _("signed; take it to the store's computer: custody sign %s --role %s --attach %s"), s->seal.archive, s->role, path);
		goto out;
	}
	digest_hex(s->sha256, 32, hex);
	if ((st = buf_addz(&out, "{\"signature\":", err)) != ST_OK || (st = json_put_string(&out, str_of(path), err)) != ST_OK ||
	    (st = buf_addf(&out, err, ",\"role\":\"%s\",\"archive\":\"%s\",\"chain\":\"%s\",\"sequence\":%" PRIu64 ",\"seal_sha256\":\"%s\",\"records\":%" PRIu64
	    ",\"gaps\":%" PRIu64 ",\"report_checked\":%s,\"warnings\":[", s->role, s->seal.archive, s->seal.chain, s->seal.sequence, hex, s->seal.records,
	    s->seal.gaps, s->report.n > 0 ? "true" : "false")) != ST_OK)
		goto out;
	sign_warnings(&view, warnings);
	for (i = 0; warnings[i] != NULL && st == ST_OK; i++)
		st = buf_addf(&out, err, "%s\"%s\"", i == 0 ? "" : ",", warnings[i]);
	if (st == ST_OK && (st = buf_addz(&out, "]}\n", err)) == ST_OK && (st = app_print(&out, err)) == ST_OK)
		s->app->answered = true;
out:
	buf_free(&out);
	return st;
}

static enum status
sign_elsewhere(struct signing *s, const char *seal_path, struct err *err)
{
	const char *cert = options_get(s->o, "cert"), *out = options_get(s->o, "output"), *archive = options_get(s->o, "archive");
	struct buf beside;
	enum status st;

	if (cert == NULL || options_get(s->o, "key") == NULL || out == NULL || options_has(s->o, "attach")) {
		err_set(err, ST_USAGE, _("a seal is signed with --cert FILE --key KEY -o FILE"));
		return err_next(err, "custody sign %s --role %s --cert FILE --key file:FILE -o %s.p7s", seal_path, s->role, s->role);
	}
	buf_init(&beside, 8192);
	if ((st = read_seal(s, err)) != ST_OK || (st = find_line(s, err)) != ST_OK || (st = open_certificate(s, cert, err)) != ST_OK ||
	    (st = check_output(out, err)) != ST_OK || (st = remembered(s, err)) != ST_OK)
		goto out;
	if (archive == NULL && (st = find_archive(s, seal_path, &beside, err)) == ST_OK)
		archive = beside.p;
	if ((st != ST_OK && st != ST_END) || (archive != NULL && (st = load_report(s, archive, err)) != ST_OK))
		goto out;
	if ((st = show_and_ask(s, err)) == ST_OK && (st = make_signature(s, err)) == ST_OK &&
	    (st = fs_replace(AT_FDCWD, out, s->der.p, s->der.n, err)) == ST_OK)
		st = say_signed(s, out, err);
out:
	buf_free(&beside);
	return st;
}

/* --- the store's computer --- */

/* A signature of kind sm2 does not carry its certificate: it is the one of [seal], or of --cert. */
static enum status
certificate_of(struct signing *s, struct run *r, struct err *err)
{
	const char *cert = options_get(s->o, "cert");
	struct cms_signer *ours = run_signer_of(r, s->line);
	enum status st = ST_OK;

	if (cert != NULL && (st = open_certificate(s, cert, err)) == ST_OK)
		ours = s->signer;
	if (st == ST_OK && ours == NULL) {
		err_set(err, ST_USAGE, _("[seal] does not name the certificate that the seal names for %s"), s->role);
		return err_next(err, _("give it with --cert FILE"));
	}
	return st == ST_OK ? cms_signer_pem(ours, &s->pem, err) : st;
}

static enum status
attach(struct signing *s, struct run *r, const char *file, struct err *err)
{
	enum status st;

	if ((st = fs_load(AT_FDCWD, file, LIMIT_SIGNATURE, &s->der, err)) == ST_END)
		return err_set(err, ST_USAGE, _("%s: there is no such file"), file);
	if (st != ST_OK || (s->line->kind == SEAL_SM2 && (st = certificate_of(s, r, err)) != ST_OK))
		return st;
	if ((st = cms_verify_alone(s->line, buf_str(&s->der), buf_str(&s->pem), buf_str(&s->text), err)) != ST_OK) {
		err_in(err, "%s", file);
		return st == ST_CORRUPT ? err_next(err, _("it was not taken in; sign the seal.txt of %s.seal, byte for byte, as %s"), s->seal.archive, s->role) : st;
	}
	return archive_put_signature(r->archive, s->role, buf_str(&s->der), buf_str(&s->pem), err);
}

/* The key of the options, or of the configuration; used only after the question. */
static enum status
sign_here(struct signing *s, struct run *r, struct err *err)
{
	const char *cert = options_get(s->o, "cert"), *key = options_get(s->o, "key");
	struct buf path;
	enum status st = ST_OK;

	if ((cert == NULL) != (key == NULL))
		return err_set(err, ST_USAGE, _("--cert and --key go together"));
	buf_init(&path, 8192);
	if ((st = buf_addf(&path, err, "%s/%s.tar.gz.partial", r->store.path, r->archive_name)) != ST_OK || (st = buf_z(&path, err)) != ST_OK)
		goto out;
	if (cert != NULL)
		st = open_certificate(s, cert, err);
	else if ((s->ours = run_signer_of(r, s->line)) != NULL)
		st = cms_signer_valid_at(s->ours, when_now_ms(), err);
	else {
		st = err_set(err, ST_USAGE, _("[seal] does not name the certificate that the seal names for %s"), s->role);
		err_next(err, _("give it with --cert FILE --key KEY, or --attach a signature made elsewhere"));
	}
	if (st != ST_OK || (st = run_refuse_signer(r, cert != NULL ? s->signer : s->ours, err)) != ST_OK ||
	    (st = run_heads(r, options_get(s->o, "state"), err)) != ST_OK)
		goto out;
	s->heads = &r->heads;
	if ((st = remembered(s, err)) == ST_OK && (st = load_report(s, path.p, err)) == ST_OK && (st = show_and_ask(s, err)) == ST_OK &&
	    (cert != NULL || (st = run_signer_key(r, s->role, err)) == ST_OK) && (st = make_signature(s, err)) == ST_OK)
		st = archive_put_signature(r->archive, s->role, buf_str(&s->der), buf_str(&s->pem), err);
out:
	buf_free(&path);
	return st;
}

static enum status
sign_archive(struct signing *s, const char *operand, struct err *err)
{
	const char *file = options_get(s->o, "attach");
	struct run_result result = { 0 };
	char part[48];
	struct run r;
	enum status st;

	if (file != NULL && options_has(s->o, "key"))
		return err_set(err, ST_USAGE, _("--attach takes in a signature that is made already: no --key goes with it"));
	run_init(&r, s->app);
	if ((st = run_pending_open(&r, operand, false, err)) == ST_END) {
		st = cmd_run_closed(s->app, r.store.path, r.archive_name, err);
		goto out;
	}
	if (st != ST_OK || (st = buf_str_add(&s->text, archive_seal_text(r.archive), err)) != ST_OK || (st = read_seal(s, err)) != ST_OK ||
	    (st = find_line(s, err)) != ST_OK)
		goto out;
	pending_signature(s->line, part);
	if (archive_has_part(r.archive, part))
		log_say(LOG_INFO_, _("%s is signed by %s already"), r.archive_name, s->role);
	else if ((st = file != NULL ? attach(s, &r, file, err) : sign_here(s, &r, err)) != ST_OK)
		goto out;
	if ((st = run_finish(&r, &result, err)) == ST_OK)
		st = cmd_run_print(s->app, &result, err);
	run_result_free(&result);
out:
	run_free(&r);
	return st;
}

/* What the operand is decides where we are: a seal.txt on its own, or an archive of a store. */
static enum status
sign_run(struct app *app, const struct options *o, struct err *err)
{
	const char *operand = o->operands[0], *role = options_get(o, "role");
	struct signing s;
	struct stat sb;
	bool there;
	enum status st = ST_OK;

	if (role == NULL || !names_role_ok(str_of(role))) {
		err_set(err, ST_USAGE, role == NULL ? _("as whom? --role is missing") : _("\"%s\" is no name for a role"), role);
		return err_next(err, "custody sign %s --role compliance-officer", operand);
	}
	signing_init(&s, app, o);
	s.role = role;
	there = stat(operand, &sb) == 0;
	if (there && S_ISREG(sb.st_mode) && sb.st_size <= (off_t)LIMIT_SEAL)
		st = fs_load(AT_FDCWD, operand, LIMIT_SEAL, &s.text, err);
	if (st == ST_OK && str_has_prefix(buf_str(&s.text), "Format: custody/"))
		st = sign_elsewhere(&s, operand, err);
	else if (st == ST_OK && !there && options_has(o, "output"))
		st = err_set(err, ST_USAGE, _("there is no such file"));
	else if (st == ST_OK && (options_has(o, "output") || (there && S_ISREG(sb.st_mode) && strstr(operand, ".tar") == NULL))) {
		st = err_set(err, ST_USAGE, _("not a seal.txt"));
		err_next(err, _("take seal.txt out of the .seal directory beside the archive, byte for byte"));
	} else if (st == ST_OK) {
		buf_clear(&s.text);
		st = sign_archive(&s, operand, err);
	}
	signing_free(&s);
	return st;
}

const struct command command_sign = {
	"sign", "SEAL|ARCHIVE", N_("sign a seal elsewhere, or a pending archive here; take in a signature made elsewhere"), sign_options, 1, 1, sign_run
};
