/*
 * json.h: a strict parser of RFC 8259 that gives views into the page, and the few ways JSON is written here.
 *
 * Accepted is exactly RFC 8259: no BOM, comments, NaN, leading zeros, trailing commas or bytes after the value.
 * Not refused but reported (flags): invalid UTF-8, lone surrogates, NUL, noncharacters and duplicate names: the
 * platform's bytes are evidence and must get through.  Limits: limits.h (depth 128, string 16 MiB, names 65,536 in
 * an object, number text 1,024 bytes); one over is ST_LIMIT, bad syntax ST_INPUT with the byte offset.
 * Recursion is never used.
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include "core/arena.h"
#include "core/buf.h"

enum json_tok {
	JSON_OBJ, JSON_OBJ_END, JSON_ARR, JSON_ARR_END, JSON_KEY,
	JSON_STR, JSON_NUM, JSON_TRUE, JSON_FALSE, JSON_NULL, JSON_EOF
};
enum json_flag {
	JSON_F_ESCAPE = 1, JSON_F_BAD_UTF8 = 2, JSON_F_SURROGATE = 4, JSON_F_NUL = 8, JSON_F_NONCHAR = 16,
	JSON_F_DUPLICATE = 32,	/* on an object (tape only): some name occurs twice in it */
	JSON_F_ODD_NAME = 64,	/* on an object (tape only, and on it alone): one of its names is written with an escape */
	JSON_F_SPACE = 128	/* on the root (tape only): white space stands somewhere between tokens */
};

/* --- pull parser: one token a call, no memory beyond the struct --- */
struct json {
	const char *p;  size_t n, at;	/* the text and the offset of the next byte to read */
	unsigned depth; unsigned state;
	bool space;			/* white space was read between tokens */
	uint32_t n_keys[128];
	unsigned char stack[128];	/* JSON_OBJ or JSON_ARR per level */
};
struct json_event {
	enum json_tok	tok;
	unsigned	flags;	/* enum json_flag of a key or string */
	struct str	text;	/* key, string: between the quotes, still escaped; number, literal, bracket: its text */
};
/* json_next: ST_OK with one token; behind the value JSON_EOF, again and again.  After a failure only failures. */
void json_init(struct json *, struct str text);
enum status json_next(struct json *, struct json_event *, struct err *) STATUS_USE;
/*
 * json_skip(j, whole, flags, err): read the whole value that stands next: ${whole} is its text with quotes or brackets, *flags
 * (may be NULL) what was reported inside.  Its depth is counted from itself.  ST_INPUT where no value may stand.
 */
enum status json_skip(struct json *, struct str *whole, unsigned *flags, struct err *) STATUS_USE;
/* json_same(key, name): is ${key}, still escaped, the text ${name}?  json_order: order of two escaped texts by what they mean. */
bool json_same(struct str key, struct str name);
int json_order(struct str, struct str);

/* --- tape: the whole value as a flat array of views, for mapping by name --- */
struct json_node {
	enum json_tok	tok;	/* JSON_OBJ JSON_ARR JSON_STR JSON_NUM JSON_TRUE JSON_FALSE JSON_NULL */
	unsigned	flags;	/* of this value, for containers also of everything inside (names too) */
	struct str	key;	/* name in the enclosing object, still escaped; absent in arrays and at the root */
	struct str	val;	/* the value's text: containers with brackets, strings WITHOUT quotes, still escaped */
	uint32_t	next;	/* index just behind this value: its next sibling, if there is one */
	uint32_t	n_children;
};
/*
 * json_tape(text, a, out, n, err): parse all of ${text}; nodes live in ${a}, views point into ${text}.
 * Node 0 is the root; the children of container i start at i + 1, each followed by nodes[child].next.
 */
enum status json_tape(struct str text, struct arena *a, struct json_node **out, size_t *n, struct err *) STATUS_USE;
/* json_is_clean(node): it is I-JSON as it stands: json_clean would only take white space out. */
#define JSON_UNCLEAN	(JSON_F_BAD_UTF8 | JSON_F_SURROGATE | JSON_F_NONCHAR | JSON_F_DUPLICATE)
static inline bool json_is_clean(const struct json_node *node) { return (node->flags & JSON_UNCLEAN) == 0; }
/* json_get(t, i, name): index of the member of object ${i}; 0 when absent or not an object (0 is never a member).
 * Of a repeated name the LAST one, as most platform SDKs do.  ${name} is compared after unescaping. */
size_t json_get(const struct json_node *t, size_t i, const char *name);
/* json_path(t, i, path): "a.b.c" of json_get steps, "a.0" an array index; 0 when any is absent. */
size_t json_path(const struct json_node *t, size_t i, const char *path);
/* json_whole(node): the value with its quotes if it is a string: the bytes as they stand in the page. */
struct str json_whole(const struct json_node *);

/*
 * json_text(raw, a, out, flags, err): unescape the inside of a string into UTF-8.  Lone surrogates and invalid UTF-8 become U+FFFD;
 * NUL and controls stay.  Without escapes and faults the view itself is returned, nothing copied.
 */
enum status json_text(struct str raw, unsigned flags, struct arena *a, struct str *out, struct err *) STATUS_USE;
/* json_compact(value, out, err): append a value without the white space between its tokens, nothing else changed. */
enum status json_compact(struct str value, struct buf *out, struct err *) STATUS_USE;

/*
 * json_clean(value, out, err): append a value as I-JSON (RFC 7493), compact: lone surrogates, noncharacters and bad bytes become U+FFFD, of a name that
 * comes twice in an object the last member stays.  For views and normalised fields; what a platform sent is kept as it is elsewhere.
 */
enum status json_clean(struct str value, struct buf *out, struct err *err) STATUS_USE;

/* --- writing: the caller gives structure by literals, these give the leaves --- */
/* json_put_string(b, text, err): append a quoted string; ${text} must be UTF-8 (bad bytes become U+FFFD); only ", \ and C0 are escaped. */
enum status json_put_string(struct buf *, struct str text, struct err *) STATUS_USE;

#endif
