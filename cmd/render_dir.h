/*
 * render_dir.h: a directory of views: made aside, under another name beside it, and given its own when all of it is durable; never over anything that is there.  Files 0600,
 * directories 0700.
 */
#ifndef CMD_RENDER_DIR_H
#define CMD_RENDER_DIR_H

#include "core/view.h"

struct render_dir;

/*
 * render_dir_open(out, path, err): ${path} does not exist, or is an empty directory; what it lies in exists.  ST_USAGE: something is there.
 * render_dir_place(d): borrowed.  render_dir_scratch(d): a directory for temporary files, gone at the end.
 * render_dir_file(d, path, again, fd, err): a new file below it, open for reading and writing, or with ${again} one made before, emptied; close it with fs_close.
 */
enum status render_dir_open(struct render_dir **out, const char *path, struct err *) STATUS_USE;
struct view_place *render_dir_place(struct render_dir *);
int render_dir_scratch(const struct render_dir *);
enum status render_dir_file(struct render_dir *, const char *path, bool again, int *fd, struct err *) STATUS_USE;
uint64_t render_dir_files(const struct render_dir *);	/* made so far */
/* render_dir_commit(d, err): durable, under its name.  ST_USAGE: something stands there meanwhile. */
enum status render_dir_commit(struct render_dir *, struct err *) STATUS_USE;
void render_dir_free(struct render_dir *);	/* not committed: removed.  NULL does nothing */

#endif
