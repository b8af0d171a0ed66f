/* sign_ask.c: questions to the person at the terminal; see sign.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "archive/key.h"
#include "cmd/sign.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/log.h"
#include "core/stop.h"

#define ANSWER_MAX	256u

/* One line from ${fd}; false at its end, or when the user has had enough. */
static bool
read_line(int fd, char out[ANSWER_MAX])
{
	size_t n = 0;
	ssize_t got;
	char c;

	for (;;) {
		got = read(fd, &c, 1);
		if (got < 0 && errno == EINTR && stop_signal() == 0)
			continue;
		if (got <= 0)
			return false;
		if (c == '\n')
			break;
		if (n + 1 < ANSWER_MAX)
			out[n++] = c;
	}
	while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == '\r'))
		n--;
	out[n] = '\0';
	return true;
}

enum status
sign_confirm(struct app *app, struct str text, struct err *err)
{
	char answer[ANSWER_MAX];
	enum status st;

	if (!app->quiet || !app->yes)
		fprintf(stderr, "%.*s", STR_ARG(text));
	if (app->yes)
		return ST_OK;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		err_set(err, ST_USAGE, _("nobody is there to confirm what is signed"));
		return err_next(err, _("read what stands above, then repeat the command at a terminal, or with --yes"));
	}
	fprintf(stderr, _("Sign it? Type \"yes\" to sign, anything else not to: "));
	fflush(stderr);
	if (!read_line(STDIN_FILENO, answer)) {
		fputc('\n', stderr);
		if ((st = stop_check(err)) != ST_OK)
			return st;
		answer[0] = '\0';
	}
	if (strcmp(answer, "yes") == 0 || strcmp(answer, "YES") == 0 || strcmp(answer, "\xe6\x98\xaf") == 0)
		return ST_OK;
	err_set(err, ST_USAGE, _("not signed: the answer was not \"yes\""));
	return err_next(err, _("nothing was written; the key was not used"));
}

enum status
sign_ask_pin(const char *uri, struct secret *pin, struct err *err)
{
	struct termios before, silent;
	char answer[ANSWER_MAX];
	enum status st;
	bool ok;
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (tty < 0 || tcgetattr(tty, &before) != 0) {
		fs_drop(&tty);
		return ST_END;
	}
	fprintf(stderr, _("PIN for %s: "), uri);
	fflush(stderr);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	ok = tcsetattr(tty, TCSAFLUSH, &silent) == 0 && read_line(tty, answer);
	(void)tcsetattr(tty, TCSAFLUSH, &before);
	fputc('\n', stderr);
	fs_drop(&tty);
	if (!ok || answer[0] == '\0') {
		if ((st = stop_check(err)) == ST_OK)
			st = err_set(err, ST_USAGE, _("no PIN was given"));
	} else if ((st = secret_copy(pin, answer, strlen(answer), err)) == ST_OK)
		log_redact(secret_view(pin));
	explicit_bzero(answer, sizeof(answer));
	return st;
}

enum status
sign_key(struct cms_signer *s, const char *spec, const char *pin, struct err *err)
{
	struct secret asked = { NULL, 0, 0 };
	enum status st;

	if (!key_is_token(spec) || pin != NULL)
		return cms_signer_key(s, spec, pin, ".", err);
	if ((st = key_token_check(spec, err)) != ST_OK)
		return st;
	if ((st = sign_ask_pin(spec, &asked, err)) == ST_END)
		return cms_signer_key(s, spec, NULL, ".", err);
	if (st == ST_OK)
		st = cms_signer_key_pin(s, spec, &asked, err);
	secret_free(&asked);
	return st;
}
