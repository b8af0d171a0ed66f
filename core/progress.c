/*
 * progress.c: figures per stream and when to show them.  How they look is in progress_text.c.
 *
 * Locks: log.c calls the hooks with its own lock held, so nothing here may call log_say or log_hook with ours held.
 */
#include "core/progress.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/i18n.h"
#include "core/json.h"
#include "core/log.h"
#include "core/progress_text.h"
#include "core/when.h"

#define STREAMS_MAX	128	/* all platforms together have fewer; one more is not shown */
#define DRAW_MS		100
#define PLAIN_MS	30000
#define PHASE_MS	1000
#define COLUMNS		80	/* where the terminal does not say */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum progress_mode mode = PROGRESS_NONE;
static bool with_color, drawn;
static struct progress_stream streams[STREAMS_MAX];
static size_t n_streams;
static struct progress_stream *current;
static char phase[256];
static int64_t drawn_ms, plain_ms, phase_ms;

static void
put(struct str s)
{
	ssize_t n;

	while (s.n > 0) {
		n = write(STDERR_FILENO, s.p, s.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)	/* a run does not fail because nobody can watch it */
			return;
		s.p += n;
		s.n -= (size_t)n;
	}
}

static size_t
columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : COLUMNS;
}

/* --- with the lock held --- */

static void
clear_bar(void)
{
	if (drawn)
		put(STR("\r\x1b[K"));
	drawn = false;
}

static void
draw_bar(int64_t now_ms)
{
	struct buf line;

	buf_init(&line, 1 << 16);
	if (progress_text_bar(current, phase, now_ms, columns(), with_color, &line, NULL) == ST_OK && line.n > 0) {
		put(buf_str(&line));
		drawn = true;
	}
	buf_free(&line);
	drawn_ms = now_ms;
}

/* One object a line; names and keys are never translated. */
static void
put_json(struct progress_stream *s, int64_t now_ms)
{
	struct buf line;

	buf_init(&line, 4096);
	if (buf_addz(&line, "{\"event\":\"progress\",\"stream\":", NULL) == ST_OK &&
	    json_put_string(&line, str_of(s->name), NULL) == ST_OK &&
	    buf_addf(&line, NULL, ",\"done\":%ju,\"expected\":%ju,\"bytes\":%ju,\"gaps\":%ju}\n", (uintmax_t)s->done,
	    (uintmax_t)s->expected, (uintmax_t)s->bytes, (uintmax_t)s->gaps) == ST_OK)
		put(buf_str(&line));
	buf_free(&line);
	s->shown_ms = now_ms;
	s->changed = false;
}

static struct progress_stream *
find_stream(const char *name)
{
	struct progress_stream *s;
	size_t i;

	for (i = 0; i < n_streams; i++)
		if (strcmp(streams[i].name, name) == 0)
			return &streams[i];
	if (n_streams == STREAMS_MAX || strlen(name) >= sizeof(s->name))
		return NULL;
	s = &streams[n_streams++];
	*s = (struct progress_stream){ .changed = true };
	memcpy(s->name, name, strlen(name) + 1);
	return s;
}

/* Take the figures over; says whether the stream has just come to its end. */
static bool
update(struct progress_stream *s, const struct progress_stream *figures, int64_t now_ms)
{
	const bool was_complete = s->expected > 0 && s->done >= s->expected;

	if (!s->started) {	/* what an earlier session did says nothing about the speed of this one */
		s->started = true;
		s->begin_ms = now_ms;
		s->begin_done = figures->done;
		s->shown_ms = now_ms - DRAW_MS;
	}
	if (s->done != figures->done || s->expected != figures->expected || s->bytes != figures->bytes || s->gaps != figures->gaps)
		s->changed = true;
	s->done = figures->done;
	s->expected = figures->expected;
	s->bytes = figures->bytes;
	s->gaps = figures->gaps;
	return !was_complete && s->expected > 0 && s->done >= s->expected;
}

/* --- hooks around a line of the log: it takes the place of the bar, which is drawn again below it --- */

static void
before_line(void)
{
	(void)pthread_mutex_lock(&lock);
	clear_bar();
}

static void
after_line(void)
{
	if (mode == PROGRESS_BAR)
		draw_bar(when_mono_ms());
	(void)pthread_mutex_unlock(&lock);
}

/* --- what callers see --- */

void
progress_start(enum progress_mode wanted, bool color)
{
	const char *term = getenv("TERM");

	if (wanted == PROGRESS_AUTO)
		wanted = isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0 ? PROGRESS_BAR : PROGRESS_PLAIN;
	(void)pthread_mutex_lock(&lock);
	mode = wanted;
	with_color = color;
	drawn = false;
	n_streams = 0;
	current = NULL;
	phase[0] = '\0';
	drawn_ms = phase_ms = 0;
	plain_ms = when_mono_ms();
	(void)pthread_mutex_unlock(&lock);
	if (wanted == PROGRESS_BAR)
		log_hook(before_line, after_line);
}

/* A line of plain mode goes through the log, for the level and the journal's prefix. */
static void
say_stream(const struct progress_stream *s, int64_t now_ms, bool whole)
{
	struct buf line;

	buf_init(&line, 1 << 16);
	if (progress_text_line(s, now_ms, whole, &line, NULL) == ST_OK)
		log_say(LOG_INFO_, "%.*s", STR_ARG(buf_str(&line)));
	buf_free(&line);
}

void
progress_set(const char *stream, uint64_t done, uint64_t expected, uint64_t bytes, uint64_t gaps)
{
	const struct progress_stream figures = { .done = done, .expected = expected, .bytes = bytes, .gaps = gaps };
	const int64_t now_ms = when_mono_ms();
	struct progress_stream *s, copy;
	bool ended, say = false;

	(void)pthread_mutex_lock(&lock);
	if (mode == PROGRESS_NONE || (s = find_stream(stream)) == NULL) {
		(void)pthread_mutex_unlock(&lock);
		return;
	}
	ended = update(s, &figures, now_ms);
	current = s;
	phase[0] = '\0';
	if (mode == PROGRESS_BAR && (ended || now_ms - drawn_ms >= DRAW_MS)) {
		draw_bar(now_ms);
	} else if (mode == PROGRESS_JSON && (ended || now_ms - s->shown_ms >= DRAW_MS)) {
		put_json(s, now_ms);
	} else if (mode == PROGRESS_PLAIN && (ended || now_ms - plain_ms >= PLAIN_MS)) {
		say = true;
		plain_ms = now_ms;
		if (ended)
			s->changed = false;	/* its last line: progress_end need not repeat it */
	}
	copy = *s;
	(void)pthread_mutex_unlock(&lock);
	if (say)
		say_stream(&copy, now_ms, ended);
}

void
progress_phase(const char *text)
{
	const int64_t now_ms = when_mono_ms();
	bool say = false;

	(void)pthread_mutex_lock(&lock);
	if ((mode == PROGRESS_BAR || mode == PROGRESS_PLAIN) && strncmp(phase, text, sizeof(phase) - 1) != 0) {
		(void)snprintf(phase, sizeof(phase), "%s", text);
		if (mode == PROGRESS_BAR) {
			draw_bar(now_ms);
		} else if (now_ms - phase_ms >= PHASE_MS || phase_ms == 0) {
			phase_ms = now_ms;
			say = true;
		}
	}
	(void)pthread_mutex_unlock(&lock);
	if (say)
		log_say(LOG_INFO_, "%s", text);
}

void
progress_end(void)
{
	const int64_t now_ms = when_mono_ms();
	enum progress_mode was;
	size_t i;

	(void)pthread_mutex_lock(&lock);
	was = mode;
	clear_bar();
	for (i = 0; was == PROGRESS_JSON && i < n_streams; i++)
		if (streams[i].changed)
			put_json(&streams[i], now_ms);
	mode = PROGRESS_NONE;	/* from here on nobody else touches the figures */
	(void)pthread_mutex_unlock(&lock);
	if (was == PROGRESS_BAR)
		log_hook(NULL, NULL);
	for (i = 0; (was == PROGRESS_BAR || was == PROGRESS_PLAIN) && i < n_streams; i++)
		if (was == PROGRESS_BAR || streams[i].changed)
			say_stream(&streams[i], now_ms, true);
}
