/*
 * run_render.h: a run whose archive holds no records of the platform but views made from those of another, sealed archive: `render --into-chain`.  What it derives from stands
 * in its first event, in its state and in its completeness report; the views are made when the records of other runs would all be there (run_views.c), so commits, resuming,
 * dual control and time stamps are those of every run.  Like a renewal it takes no cursor from a tenant, leaves none, and covers no time.
 */
#ifndef CMD_RUN_RENDER_H
#define CMD_RUN_RENDER_H

#include "cmd/rendering.h"
#include "cmd/run.h"

/* run_render(app, o, formats, n, err): the whole command; n == 0: the formats that the archive has. */
enum status run_render(struct app *, const struct options *, const struct str *formats, size_t n, struct err *) STATUS_USE;
/*
 * run_render_open(r, err): the archive that state.rendering names, verified, with r->source_key when it is encrypted.  ST_CORRUPT, ST_UNSURE: it is not VALID, or not the one
 * that it was; ST_USAGE: it is encrypted and the run's store is not.
 * run_render_source(r, out, err): its source, which gives nothing.
 * run_render_families(r): what is rendered; NULL: this is no such run.
 * run_render_views(r, opt, place, err): make them; ${opt} is run_view_options with the report.
 * run_render_from(r, out, err): append "derived_from" and what belongs to it, for report and event.
 */
enum status run_render_open(struct run *, struct err *) STATUS_USE;
void run_render_close(struct run *);
enum status run_render_source(struct run *, struct source **out, struct err *) STATUS_USE;
const struct rendering *run_render_families(const struct run *);
enum status run_render_views(struct run *, const struct format_options *, struct view_place *, struct err *) STATUS_USE;
enum status run_render_from(const struct run *, struct buf *out, struct err *) STATUS_USE;

#endif
