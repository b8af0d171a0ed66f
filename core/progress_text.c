/* progress_text.c: figures as words in the chosen language, cut to the width of the terminal. */
#include "core/progress_text.h"

#include <inttypes.h>

#include "core/i18n.h"
#include "core/log.h"
#include "core/utf8.h"

#define BAR_CELLS	16u
#define BAR_COLUMNS_MIN	64u	/* below this width the words need the room */
#define SETTLED_MS	2000	/* a rate from less than that is noise */
#define TEXT_MAX	((size_t)1 << 14)

/* Names of streams for gettext's tools; a stream without a word of its own shows its name. */
static const char *const names[] = {
	N_("departments"), N_("users"), N_("messages"), N_("rooms"), N_("approvals"), N_("approval-templates"), N_("files"),
	N_("gaps"), N_("limits"), N_("events"),
};

const char *
progress_text_name(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return gettext(names[i]);
	return name;
}

static enum status
add_bytes(uint64_t n, struct buf *out, struct err *err)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned unit = 0;
	uint64_t tenths = 0;

	if (n < 1024)
		return buf_addf(out, err, "%" PRIu64 " B", n);
	while (n >= 1024) {
		tenths = n % 1024 * 10 / 1024;
		n /= 1024;
		unit++;
	}
	return buf_addf(out, err, "%" PRIu64 ".%" PRIu64 " %s", n, tenths, units[unit]);
}

/* Records a second in this session; 0 while it cannot be known. */
static double
rate_of(const struct progress_stream *s, int64_t now_ms)
{
	const int64_t elapsed_ms = now_ms - s->begin_ms;

	if (elapsed_ms < SETTLED_MS || s->done <= s->begin_done)
		return 0;
	return (double)(s->done - s->begin_done) * 1000 / (double)elapsed_ms;
}

static enum status
add_left(const struct progress_stream *s, double rate, struct buf *out, struct err *err)
{
	uint64_t seconds;

	if (rate <= 0 || s->expected <= s->done || (double)(s->expected - s->done) / rate > 1e9)
		return ST_OK;
	seconds = (uint64_t)((double)(s->expected - s->done) / rate) + 1;
	if (seconds < 90)
		return buf_addf(out, err, _(", %" PRIu64 " s left"), seconds);
	if (seconds < 5400)
		return buf_addf(out, err, _(", %" PRIu64 " min left"), (seconds + 30) / 60);
	return buf_addf(out, err, _(", %" PRIu64 " h %" PRIu64 " min left"), seconds / 3600, seconds % 3600 / 60);
}

/* "messages: 120 of 4000, 3.1 MiB, 2 gaps" */
static enum status
add_counts(const struct progress_stream *s, struct buf *out, struct err *err)
{
	const char *name = progress_text_name(s->name);
	enum status st;

	if (s->expected > 0)
		st = buf_addf(out, err, _("%s: %" PRIu64 " of %" PRIu64), name, s->done, s->expected);
	else
		st = buf_addf(out, err, _("%s: %" PRIu64), name, s->done);
	if (st == ST_OK && s->bytes > 0 && (st = buf_addz(out, ", ", err)) == ST_OK)
		st = add_bytes(s->bytes, out, err);
	if (st == ST_OK && s->gaps > 0)
		st = buf_addf(out, err, ngettext(", %" PRIu64 " gap", ", %" PRIu64 " gaps", s->gaps), s->gaps);
	return st;
}

static enum status
add_speed(const struct progress_stream *s, int64_t now_ms, struct buf *out, struct err *err)
{
	const double rate = rate_of(s, now_ms);
	enum status st;

	if (rate <= 0)
		return ST_OK;
	if ((st = buf_addf(out, err, rate < 10 ? _(", %.1f a second") : _(", %.0f a second"), rate)) != ST_OK)
		return st;
	return add_left(s, rate, out, err);
}

enum status
progress_text_line(const struct progress_stream *s, int64_t now_ms, bool whole, struct buf *out, struct err *err)
{
	enum status st = add_counts(s, out, err);

	return st == ST_OK && !whole ? add_speed(s, now_ms, out, err) : st;
}

/* "[#####...........]"; never full before the end. */
static enum status
add_cells(const struct progress_stream *s, struct buf *out, struct err *err)
{
	const uint64_t done = s->done < s->expected ? s->done : s->expected;
	const unsigned full = (unsigned)((double)done / (double)s->expected * BAR_CELLS);
	enum status st = buf_putc(out, '[', err);
	unsigned i;

	for (i = 0; i < BAR_CELLS && st == ST_OK; i++)
		st = buf_putc(out, i < full && (i + 1 < BAR_CELLS || done == s->expected) ? '#' : '.', err);
	return st == ST_OK ? buf_addz(out, "] ", err) : st;
}

/* As many whole characters as fit into ${columns}. */
static struct str
cut(struct str text, size_t columns)
{
	size_t at = 0, next, used = 0;
	uint32_t cp;

	for (; at < text.n; at = next) {
		next = at;
		(void)utf8_next(text, &next, &cp);
		used += utf8_width((struct str){ text.p + at, next - at });
		if (used > columns)
			break;
	}
	return (struct str){ text.p, at };
}

enum status
progress_text_bar(const struct progress_stream *s, const char *phase, int64_t now_ms, size_t columns, bool color,
    struct buf *out, struct err *err)
{
	struct buf plain, clean;
	enum status st = ST_OK;
	struct str shown;

	buf_init(&plain, TEXT_MAX);
	buf_init(&clean, TEXT_MAX * 8);
	if (s != NULL) {
		if (s->expected > 0 && columns >= BAR_COLUMNS_MIN)
			st = add_cells(s, &plain, err);
		if (st == ST_OK)
			st = add_counts(s, &plain, err);
		if (st == ST_OK && phase[0] == '\0')
			st = add_speed(s, now_ms, &plain, err);
	}
	if (st == ST_OK && phase[0] != '\0')
		st = buf_addf(&plain, err, s == NULL ? "%s" : "; %s", phase);
	if (st != ST_OK || plain.n == 0 || (st = log_clean(buf_str(&plain), &clean, err)) != ST_OK)
		goto out;
	/* The last column stays free: some terminals go to the next line there. */
	shown = cut(buf_str(&clean), columns - 1);
	st = buf_addf(out, err, "\r%s%.*s%s\x1b[K", color ? "\x1b[36m" : "", STR_ARG(shown),
	    color ? "\x1b[0m" : "");
out:
	buf_free(&clean);
	buf_free(&plain);
	return st;
}
