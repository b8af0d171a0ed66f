/* init_ask.c: the questions of `custody init`, in plain words; see init.h. */
#include <errno.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "cmd/init.h"
#include "core/i18n.h"
#include "core/log.h"
#include "core/stop.h"

struct asking { struct init *i; char answer[INIT_VALUE]; };

/* One line from the terminal; ST_USAGE at its end. */
static enum status
read_line(char out[INIT_VALUE], bool *whole, struct err *err)
{
	enum status st;
	size_t n = 0;
	ssize_t got;
	char c;

	*whole = true;
	for (;;) {
		got = read(STDIN_FILENO, &c, 1);
		if (got < 0 && errno == EINTR && stop_signal() == 0)
			continue;
		if (got <= 0) {
			if ((st = stop_check(err)) != ST_OK)
				return st;
			err_set(err, ST_USAGE, _("the answers ended before the questions"));
			return err_next(err, _("nothing was written; begin again"));
		}
		if (c == '\n')
			break;
		if (n + 1 < INIT_VALUE)
			out[n++] = c;
		else
			*whole = false;
	}
	while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == '\r' || out[n - 1] == '\t'))
		n--;
	out[n] = '\0';
	return ST_OK;
}

/* A question; an empty answer stands for ${preset} (NULL: there must be one). */
static enum status
ask(struct asking *a, const char *question, const char *preset, struct err *err)
{
	enum status st;
	bool whole;

	for (;;) {
		if (preset != NULL && preset[0] != '\0')
			fprintf(stderr, "%s [%s]: ", question, preset);
		else
			fprintf(stderr, "%s: ", question);
		fflush(stderr);
		if ((st = read_line(a->answer, &whole, err)) != ST_OK)
			return st;
		if (whole && (a->answer[0] != '\0' || preset != NULL))
			break;
		fprintf(stderr, "  %s\n", whole ? _("an answer is needed") : _("too long"));
	}
	if (a->answer[0] == '\0')
		snprintf(a->answer, sizeof(a->answer), "%s", preset);
	return ST_OK;
}

/* Say what was wrong with an answer, without the place it stands in. */
static void
again(const struct err *why)
{
	fprintf(stderr, "  %s\n", why->text);
}

static enum status
ask_set(struct asking *a, const char *question, const char *preset, enum status (*set)(struct init *, const char *, struct err *), struct err *err)
{
	struct err why;
	enum status st;

	for (;;) {
		if ((st = ask(a, question, preset, err)) != ST_OK)
			return st;
		err_init(&why);
		if (set(a->i, a->answer, &why) == ST_OK)
			return ST_OK;
		again(&why);
	}
}

static enum status set_organization(struct init *i, const char *v, struct err *err) { return init_set_text(i->organization, v, err); }
static enum status set_store(struct init *i, const char *v, struct err *err) { return init_set_text(i->store, v, err); }
static enum status set_sdk(struct init *i, const char *v, struct err *err) { return init_set_file(i->chat_sdk, v, err); }
static enum status set_roots(struct init *i, const char *v, struct err *err) { return init_set_file(i->roots, v, err); }
static enum status set_tsa_roots(struct init *i, const char *v, struct err *err) { return init_set_file(i->tsa_roots, v, err); }

/* A secret: typed unseen, or the place where it is. */
static enum status
ask_secret(struct asking *a, size_t k, struct err *err)
{
	struct termios before, silent;
	struct err why;
	enum status st;
	bool tty = tcgetattr(STDIN_FILENO, &before) == 0;

	for (;;) {
		silent = before;
		silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
		if (!tty || tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) != 0)
			return err_sys(err, _("the terminal cannot be kept from showing what is typed"));
		st = ask(a, _(init_areas[k].question), "", err);
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', stderr);
		if (st != ST_OK || a->answer[0] == '\0')
			return st;
		err_init(&why);
		if (strncmp(a->answer, "file:", 5) == 0 || strncmp(a->answer, "credential:", 11) == 0 || strncmp(a->answer, "env:", 4) == 0)
			st = init_set_place(a->i->secrets[k].place, a->answer, &why);
		else if (strpbrk(a->answer, " \t") != NULL)
			st = err_set(&why, ST_USAGE, _("a blank in it"));
		else if ((st = secret_copy(&a->i->secrets[k].typed, a->answer, strlen(a->answer), err)) == ST_OK) {
			log_redact(secret_view(&a->i->secrets[k].typed));
			explicit_bzero(a->answer, sizeof(a->answer));
			return ST_OK;
		} else
			return st;
		explicit_bzero(a->answer, sizeof(a->answer));
		if (st == ST_OK)
			return ST_OK;
		again(&why);
	}
}

static enum status
ask_chat(struct asking *a, struct err *err)
{
	char question[128], given[INIT_VALUE + 16];
	struct err why;
	enum status st;

	if ((st = ask_set(a, _("Vendor's chat library (path; empty: not now)"), "", set_sdk, err)) != ST_OK || a->i->chat_sdk[0] == '\0')
		return st;
	while (a->i->n_chat_keys < INIT_KEYS_MAX) {
		snprintf(question, sizeof(question), _("Private key of version %zu (path; empty: no more)"), a->i->n_chat_keys + 1);
		if ((st = ask(a, question, "", err)) != ST_OK || a->answer[0] == '\0')
			return st;
		snprintf(given, sizeof(given), "%zu=%s%s", a->i->n_chat_keys + 1, strchr(a->answer, ':') == NULL ? "file:" : "", a->answer);
		err_init(&why);
		if (init_set_chat_key(a->i, given, &why) != ST_OK)
			again(&why);
	}
	return ST_OK;
}

static enum status
ask_signer(struct asking *a, const char *role, const char *who, struct err *err)
{
	char question[160], cert[INIT_VALUE], given[3 * INIT_VALUE];
	struct err why;
	enum status st;

	for (;;) {
		snprintf(question, sizeof(question), _("Certificate of the %s (PEM file)"), who);
		if ((st = ask(a, question, NULL, err)) != ST_OK)
			return st;
		snprintf(cert, sizeof(cert), "%s", a->answer);
		snprintf(question, sizeof(question), _("Private key of the %s (file:PATH or pkcs11:…; empty: signs on another computer)"), who);
		if ((st = ask(a, question, "", err)) != ST_OK)
			return st;
		snprintf(given, sizeof(given), "%s=cert=%s%s%s%s", role, cert, a->answer[0] != '\0' ? " key=" : "",
		    a->answer[0] == '\0' || strchr(a->answer, ':') != NULL ? "" : "file:", a->answer);
		err_init(&why);
		if (init_set_signer(a->i, given, &why) == ST_OK)
			return ST_OK;
		again(&why);
	}
}

static enum status
ask_signers(struct asking *a, struct err *err)
{
	enum status st;

	if (a->i->n_signers > 0)
		return ST_OK;
	for (;;) {
		if ((st = ask(a, _("Signing: 1 evaluation keys made now (NO EVIDENCE, to try the program), 2 certificates you have"), NULL, err)) != ST_OK)
			return st;
		if (strcmp(a->answer, "1") == 0) {
			a->i->evaluation = true;
			return ST_OK;
		}
		if (strcmp(a->answer, "2") == 0)
			break;
		fprintf(stderr, "  %s\n", _("1 or 2"));
	}
	if ((st = ask_signer(a, "administrator", _("administrator"), err)) != ST_OK ||
	    (st = ask_signer(a, "compliance-officer", _("compliance officer"), err)) != ST_OK)
		return st;
	return ask_set(a, _("Authority that issued them (PEM file with root certificates)"), NULL, set_roots, err);
}

enum status
init_ask(struct init *i, struct err *err)
{
	struct asking a = { .i = i };
	enum status st;
	size_t k;

	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		err_set(err, ST_USAGE, _("nobody is there to answer"));
		return err_next(err, _("run it at a terminal, or give everything as options with --yes: custody init --help"));
	}
	fprintf(stderr, "%s\n\n", _("A first configuration is made. Nothing is written before the last answer; Ctrl-C leaves without a trace.\n"
	    "An empty answer takes what stands in brackets."));
	if ((st = ask_set(&a, _("Platform"), i->platform, init_set_platform, err)) != ST_OK ||
	    (i->corp_id[0] == '\0' && (st = ask_set(&a, _("Organisation's id on the platform (corp id)"), NULL, init_set_corp_id, err)) != ST_OK) ||
	    (st = ask_set(&a, _("Short name for commands and file names (a-z, 0-9, -)"), i->tenant, init_set_tenant, err)) != ST_OK ||
	    (st = ask_set(&a, _("Organisation's name, for people"), i->organization, set_organization, err)) != ST_OK ||
	    (st = ask_set(&a, _("Directory of the archives"), i->store, set_store, err)) != ST_OK)
		return st;
	fprintf(stderr, "\n%s\n", _("Secrets: typed unseen and kept in files of their own, or file:PATH, credential:NAME, env:NAME. Empty: this area is not exported."));
	for (k = 0; k < INIT_AREAS; k++)
		if (i->secrets[k].place[0] == '\0' && (st = ask_secret(&a, k, err)) != ST_OK)
			return st;
	if ((i->secrets[INIT_AREAS - 1].place[0] != '\0' || i->secrets[INIT_AREAS - 1].typed.n > 0) && i->chat_sdk[0] == '\0' && (st = ask_chat(&a, err)) != ST_OK)
		return st;
	fputc('\n', stderr);
	if ((st = ask_signers(&a, err)) != ST_OK ||
	    (st = ask_set(&a, _("Time-stamp authorities (addresses; empty: none, and nothing proves when an archive existed)"), i->timestamp, init_set_timestamp, err)) != ST_OK)
		return st;
	if (i->timestamp[0] != '\0' && i->tsa_roots[0] == '\0' &&
	    (st = ask_set(&a, _("Root certificates of these authorities (PEM file; empty: not now, and no archive is VALID until then)"), "", set_tsa_roots, err)) != ST_OK)
		return st;
	return ask_set(&a, _("Receipts of the chain's head go to (file:PATH or command:PROGRAM, kept by somebody else; empty: nowhere)"), i->receipt, init_set_receipt, err);
}
