/* log.c: one message is one line and one write, with the secrets out of it. */
#include "core/log.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/i18n.h"
#include "core/log_parts.h"
#include "core/utf8.h"

#define LINE_MAX_BYTES	((size_t)1 << 20)
#define FIRST_TRY	((size_t)512)

static const struct { const char *word, *color; char priority; } levels[] = {	/* priority: sd-daemon(3) */
	[LOG_ERROR_] = { N_("error"), "\x1b[1;31m", '3' },
	[LOG_WARN_] = { N_("warning"), "\x1b[1;33m", '4' },
	[LOG_INFO_] = { NULL, "", '6' },
	[LOG_DEBUG_] = { N_("debug"), "\x1b[2m", '7' },
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum log_level max_level = LOG_INFO_;
static bool with_color, to_journal;
static void (*hook_before)(void), (*hook_after)(void);

/* systemd.exec(5): JOURNAL_STREAM is "device:inode"; when stderr was sent elsewhere afterwards, it is not for us. */
static bool
stderr_is_journal(void)
{
	const char *text = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat sb;
	char *end;

	if (text == NULL || fstat(STDERR_FILENO, &sb) != 0)
		return false;
	device = strtoumax(text, &end, 10);
	if (end == text || *end != ':')
		return false;
	inode = strtoumax(end + 1, &end, 10);
	return *end == '\0' && device == sb.st_dev && inode == sb.st_ino;
}

void
log_start(enum log_level max, bool color)
{
	(void)pthread_mutex_lock(&lock);
	max_level = max;
	to_journal = stderr_is_journal();
	with_color = color && !to_journal;
	(void)pthread_mutex_unlock(&lock);
}

void
log_hook(void (*before)(void), void (*after)(void))
{
	(void)pthread_mutex_lock(&lock);
	hook_before = before;
	hook_after = after;
	(void)pthread_mutex_unlock(&lock);
}

enum status
log_clean(struct str text, struct buf *out, struct err *err)
{
	struct buf bare;
	enum status st;

	buf_init(&bare, out->max);
	if ((st = log_redact_apply(text, &bare, err)) == ST_OK)
		st = utf8_terminal(buf_str(&bare), out, err);
	buf_free(&bare);
	return st;
}

bool
log_holds_secret(struct str text)
{
	struct buf bare;
	bool same;

	if (text.n == 0)
		return false;
	buf_init(&bare, text.n * 4 + 16);	/* the shortest secret, 4 bytes, becomes 3 */
	same = log_redact_apply(text, &bare, NULL) == ST_OK && str_eq(buf_str(&bare), text);
	buf_free(&bare);
	return !same;
}

/* The formatted text, as it came: it may hold secrets, so the caller wipes it. */
static enum status format_text(struct buf *, const char *, va_list) __attribute__((format(printf, 2, 0)));

static enum status
format_text(struct buf *text, const char *fmt, va_list args)
{
	size_t room = FIRST_TRY;
	enum status st;
	va_list again;
	int n;

	for (;;) {
		if ((st = buf_room(text, room, NULL)) != ST_OK)
			return st;
		va_copy(again, args);
		n = vsnprintf(text->p, room, fmt, again);
		va_end(again);
		if (n < 0)
			return ST_INPUT;
		if ((size_t)n < room) {
			text->n = (size_t)n;
			return ST_OK;
		}
		buf_wipe(text);		/* not left behind by a growing buffer */
		buf_init(text, LINE_MAX_BYTES);
		room = (size_t)n + 1;
	}
}

static enum status
make_line(enum log_level level, struct str text, struct buf *line)
{
	const char *word = levels[level].word;
	enum status st = ST_OK;

	if (to_journal)
		st = buf_addf(line, NULL, "<%c>", levels[level].priority);
	if (st == ST_OK)
		st = buf_addz(line, "custody: ", NULL);
	if (st == ST_OK && word != NULL)
		st = with_color ? buf_addf(line, NULL, "%s%s:\x1b[0m ", levels[level].color, gettext(word)) :
		    buf_addf(line, NULL, "%s: ", gettext(word));
	if (st == ST_OK)
		st = log_clean(text, line, NULL);
	return st == ST_OK ? buf_putc(line, '\n', NULL) : st;
}

/* Nothing can be said about a failure to say something. */
static void
put(struct str line)
{
	ssize_t n;

	while (line.n > 0) {
		n = write(STDERR_FILENO, line.p, line.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		line.p += n;
		line.n -= (size_t)n;
	}
}

void
log_say(enum log_level level, const char *fmt, ...)
{
	const int saved = errno;
	struct buf text, line;
	enum status st;
	va_list args;

	(void)pthread_mutex_lock(&lock);
	if (level <= max_level) {
		buf_init(&text, LINE_MAX_BYTES);
		buf_init(&line, LINE_MAX_BYTES * 8);
		va_start(args, fmt);
		st = format_text(&text, fmt, args);
		va_end(args);
		if (st == ST_OK)
			st = make_line(level, buf_str(&text), &line);
		if (hook_before != NULL)
			hook_before();
		put(st == ST_OK ? buf_str(&line) : STR("custody: a message is lost: too long, or no memory\n"));
		if (hook_after != NULL)
			hook_after();
		buf_free(&line);
		buf_wipe(&text);
	}
	(void)pthread_mutex_unlock(&lock);
	errno = saved;
}

void
log_end(void)
{
	(void)pthread_mutex_lock(&lock);
	max_level = LOG_INFO_;
	with_color = to_journal = false;
	hook_before = hook_after = NULL;
	(void)pthread_mutex_unlock(&lock);
	log_redact_forget();
}
