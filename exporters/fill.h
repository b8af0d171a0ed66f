/*
 * fill.h: requests from templates.  "{name}" stands for a value, in a body "{name:number}" for one written without quotes.
 *
 * A query parameter or body member whose placeholder has no value is left out.
 */
#ifndef EXPORTERS_FILL_H
#define EXPORTERS_FILL_H

#include "core/buf.h"
#include "exporters/platform.h"

struct var { const char *name; struct str value; };
struct vars { const struct var *v; size_t n; };

/* fill_query(pairs, vars, out, err): append "?a=b&c=d", percent-encoded; '&' in place of '?' when ${out} holds one already. */
enum status fill_query(const struct pairs *, const struct vars *, struct buf *out, struct err *) STATUS_USE;
/* fill_param(name, value, out, err): append one parameter more. */
enum status fill_param(const char *name, struct str value, struct buf *out, struct err *) STATUS_USE;
/* fill_path(path, vars, out, err): append ${path}, values percent-encoded.  ST_USAGE: a placeholder without value. */
enum status fill_path(const char *path, const struct vars *, struct buf *out, struct err *) STATUS_USE;
/* fill_body(body, vars, out, err): append the JSON. ST_USAGE: a ":number" whose value is none. */
enum status fill_body(const char *body, const struct vars *, struct buf *out, struct err *) STATUS_USE;
struct str fill_var(const struct vars *, struct str name);	/* absent when there is none */

#endif
