/*
 * html_out.h: HTML written safely: elements, attributes and text, each with the escaping of its place.  What people wrote passes html_text, html_attr or html_link and
 * nothing else; names of elements and attributes are literals.  The result is HTML5 and well-formed XML at once: a browser shows it and an XML parser reads it back.
 *
 * The first failure stays: later calls do nothing and html_end gives it.  Elements that are closed in another order than they were opened are our mistake (assert).
 *
 * Text keeps every character that can be shown; what would act unseen is written so that people see it, in <span class="c">: C0, C1, DEL, the bidi controls, line and
 * paragraph separator, U+FEFF, noncharacters.  "\r\n" is a line end.  Bytes that are not UTF-8 become U+FFFD.
 */
#ifndef FORMATS_HTML_OUT_H
#define FORMATS_HTML_OUT_H

#include "core/sink.h"

#define HTML_DEPTH 512u /* elements inside each other: forwarded bundles nest */

struct html_out {
	struct sink *to;
	struct buf buf;
	struct err *err;
	enum status st;
	uint64_t n_flushed;
	bool in_tag; /* the last element still takes attributes */
	unsigned depth;
	const char *open[HTML_DEPTH];
};

/* html_begin(h, to, err): borrows both until html_end.  The memory of ${h} is kept from page to page: zero it before the first; html_free after the last. */
void html_begin(struct html_out *, struct sink *to, struct err *);
/* html_end(h): every element closed, every byte in the sink. */
enum status html_end(struct html_out *) STATUS_USE;
void html_free(struct html_out *);
/* html_fail(h, st): something beside the writer failed, the error is set. */
void html_fail(struct html_out *, enum status);
static inline uint64_t html_size(const struct html_out *h) { return h->n_flushed + h->buf.n; }

void html_doctype(struct html_out *);
/* An element without content (br, img, link, meta) is opened and closed like any other. */
void html_open(struct html_out *, const char *name);
void html_close(struct html_out *, const char *name);
/* Attributes, straight behind html_open.  html_attr: any text; characters that XML forbids or that would turn the direction of text become \u{…}. */
void html_attr(struct html_out *, const char *name, struct str);
void html_attr_z(struct html_out *, const char *name, const char *value);
/*
 * html_attr_exact(h, name, value): to be read back without loss: ${name}="…", or where XML has no such character ${name}-json="…", the inside of a JSON string.
 */
void html_attr_exact(struct html_out *, const char *name, struct str);
void html_text(struct html_out *, struct str);
void html_z(struct html_out *, const char *);
void html_f(struct html_out *, const char *fmt, ...) __attribute__((format(printf, 2, 3))); /* short texts of our own: numbers, dates */
/* html_style(h, css): the inside of <style>, a literal of ours without "<" and "&". */
void html_style(struct html_out *, struct str css);

/* --- what is made of these --- */
/* html_el(h, name, class, text): a whole element; class NULL: none. */
void html_el(struct html_out *, const char *name, const char *class_, struct str text);
/* html_words(h, zh, en): the same in both languages, on a page whose language is Chinese. */
void html_words(struct html_out *, const char *zh, const char *en);
/* html_bdi(h, class, text): what people wrote, kept from turning the text around it. */
void html_bdi(struct html_out *, const char *class_, struct str text);
/*
 * html_link(h, url): an address in full; a link only if html_url_ok: absolute http or https, without white space, controls, quotes, backslash or what is shown
 * in <span class="c">.  Anything else is text.
 */
void html_link(struct html_out *, struct str url);
bool html_url_ok(struct str url);

#endif
