/* html_page.c: the frame of every page. */
#include "formats/html_page.h"

#include <stdio.h>

#include "core/digest.h"

#define REST "base-uri 'none'; form-action 'none'"
#define POLICY "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; " REST

extern const char custody_chat_css[], custody_chat_css_end[], custody_report_css[], custody_report_css_end[];

struct str
html_style_chat(void)
{
	return (struct str){ custody_chat_css, (size_t)(custody_chat_css_end - custody_chat_css) };
}

struct str
html_style_report(void)
{
	return (struct str){ custody_report_css, (size_t)(custody_report_css_end - custody_report_css) };
}

static void
meta(struct html_out *h, const char *attribute, const char *name, const char *content)
{
	html_open(h, "meta");
	html_attr_z(h, attribute, name);
	html_attr_z(h, "content", content);
	html_close(h, "meta");
	html_z(h, "\n");
}

static void
head(struct html_out *h, struct str title, const char *policy)
{
	html_doctype(h);
	html_open(h, "html");
	html_attr_z(h, "xmlns", "http://www.w3.org/1999/xhtml");
	html_attr_z(h, "lang", "zh-Hans");
	html_attr_z(h, "xml:lang", "zh-Hans");
	html_open(h, "head");
	html_z(h, "\n");
	html_open(h, "meta");
	html_attr_z(h, "charset", "utf-8");
	html_close(h, "meta");
	html_z(h, "\n");
	meta(h, "http-equiv", "Content-Security-Policy", policy);
	meta(h, "http-equiv", "x-dns-prefetch-control", "off");
	meta(h, "name", "referrer", "no-referrer");
	meta(h, "name", "robots", "noindex, nofollow");
	meta(h, "name", "viewport", "width=device-width, initial-scale=1");
	html_el(h, "title", NULL, title);
	html_z(h, "\n");
}

static void
body(struct html_out *h)
{
	html_close(h, "head");
	html_z(h, "\n");
	html_open(h, "body");
	html_z(h, "\n");
}

void
html_page_begin(struct html_out *h, struct str title, const char *css)
{
	head(h, title, POLICY);
	html_open(h, "link");
	html_attr_z(h, "rel", "stylesheet");
	html_attr_z(h, "href", css);
	html_close(h, "link");
	html_z(h, "\n");
	body(h);
}

void
html_page_begin_alone(struct html_out *h, struct str title, struct str style)
{
	unsigned char hash[32];
	char text[64], policy[160], *at;

	if (digest_of(DIGEST_SHA256, style.p, style.n, hash, h->err) != ST_OK) {
		html_fail(h, ST_IO);
		memset(hash, 0, sizeof(hash));
	}
	digest_base64url(hash, sizeof(hash), text);
	for (at = text; *at != '\0'; at++) /* CSP names hashes in plain Base64 */
		*at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
	(void)snprintf(policy, sizeof(policy), "default-src 'none'; style-src 'sha256-%s='; " REST, text);
	head(h, title, policy);
	html_style(h, style);
	html_z(h, "\n");
	body(h);
}

void
html_page_end(struct html_out *h)
{
	html_close(h, "body");
	html_close(h, "html");
	html_z(h, "\n");
}

void
html_time(struct html_out *h, struct stamp *stamp, int64_t ms, bool day)
{
	char text[STAMP_LEN];

	if (stamp_local(stamp, ms, text) == 0) {
		html_words(h, "无时间", "no time");
		return;
	}
	html_open(h, "time");
	html_attr_z(h, "datetime", text);
	if (day)
		html_f(h, "%.10s ", text);
	html_f(h, "%.8s %s", text + 11, text + 23);
	html_close(h, "time");
}

void
html_fact(struct html_out *h, const char *zh, const char *en)
{
	html_open(h, "div");
	html_open(h, "dt");
	html_words(h, zh, en);
	html_close(h, "dt");
	html_open(h, "dd");
}

void
html_fact_end(struct html_out *h)
{
	html_close(h, "dd");
	html_close(h, "div");
}

void
html_href(struct html_out *h, const char *href, const char *zh, const char *en)
{
	html_open(h, "a");
	html_attr_z(h, "href", href);
	html_words(h, zh, en);
	html_close(h, "a");
	html_z(h, "\n");
}

void
html_table(struct html_out *h, const char *const (*columns)[2])
{
	html_open(h, "table");
	html_open(h, "thead");
	html_open(h, "tr");
	for (; (*columns)[0] != NULL; columns++) {
		const bool number = (*columns)[0][0] == '#';

		html_open(h, "th");
		html_attr_z(h, "scope", "col");
		if (number)
			html_attr_z(h, "class", "n");
		html_words(h, (*columns)[0] + number, (*columns)[1]);
		html_close(h, "th");
	}
	html_close(h, "tr");
	html_close(h, "thead");
	html_open(h, "tbody");
	html_z(h, "\n");
}

void
html_table_end(struct html_out *h)
{
	html_close(h, "tbody");
	html_close(h, "table");
}
