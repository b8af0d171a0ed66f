/*
 * fs.h: files.  Everything is opened beneath a directory descriptor, never follows a symbolic link in its last component,
 * is close-on-exec and, when made by us, mode 0600.  Messages carry the name and the system's text.
 */
#ifndef CORE_FS_H
#define CORE_FS_H

#include "core/buf.h"
#include "core/sink.h"

#define FS_TMP_PREFIX	".custody-tmp-"	/* every temporary name starts so; leftovers are deleted once the lock is held */

/*
 * fs_dir_open(path, create, fd, err): a directory of ours.  ${create} makes it (0700) with missing parents.
 * ST_USAGE: a symlink, not owned by us (root may use any), or writable by others (sticky or not).  ST_IO: the rest.
 */
enum status fs_dir_open(const char *path, bool create, int *fd, struct err *) STATUS_USE;
/* fs_dir_at(dir, name, create, fd, err): a subdirectory, one component. */
enum status fs_dir_at(int dir, const char *name, bool create, int *fd, struct err *) STATUS_USE;
/* fs_open_read(dir, name, fd, err): regular file or ST_IO; ${dir} may be AT_FDCWD, ${name} then any path. */
enum status fs_open_read(int dir, const char *name, int *fd, struct err *) STATUS_USE;
/* fs_open_append(dir, name, length, fd, err): made if missing, must be at least ${length} long (else ST_CORRUPT), cut to it, positioned at its end. */
enum status fs_open_append(int dir, const char *name, uint64_t length, int *fd, struct err *) STATUS_USE;
/* fs_load(dir, name, max, out, err): whole regular file appended to ${out}; ST_LIMIT above ${max}.  ST_END: there is no such file. */
enum status fs_load(int dir, const char *name, size_t max, struct buf *out, struct err *) STATUS_USE;
/* fs_replace(dir, name, bytes, n, err): temporary name, fsync, rename, fsync of the directory; ${dir} may be AT_FDCWD, ${name} any path. */
enum status fs_replace(int dir, const char *name, const void *, size_t, struct err *) STATUS_USE;
/* The same for what is too long for memory: begin, write to ${fd} (which can be read too), then commit, or drop what was begun (also after a failed commit). */
struct fs_new { int dir, fd; char tmp[64]; const char *name, *base; };
enum status fs_new_begin(struct fs_new *, int dir, const char *name /* borrowed until the end */, struct err *) STATUS_USE;
enum status fs_new_commit(struct fs_new *, struct err *) STATUS_USE;
void fs_new_drop(struct fs_new *);	/* nothing begun, or all done: does nothing; never begun: dir and fd must be -1 */
/* fs_nameless(dir, fd, err): a file that no name leads to, so nothing is left of it whatever happens; to read and to write.  ${dir} -1: where the system keeps such files ($TMPDIR, /tmp). */
enum status fs_nameless(int dir, int *fd, struct err *) STATUS_USE;
/* fs_write_all / fs_read_all handle short counts and EINTR.  fs_read_all: ST_CORRUPT when the file ends early. */
enum status fs_write_all(int fd, const char *name, const void *, size_t, struct err *) STATUS_USE;
enum status fs_pread_all(int fd, const char *name, void *, size_t, uint64_t at, struct err *) STATUS_USE;
/* fs_sync(fd, name, err): fsync, once; a failure is final. */
enum status fs_sync(int fd, const char *name, struct err *) STATUS_USE;
/* fs_close(fd, name, err): -1 does nothing; EIO at close is a failure. Sets *fd to -1 always. */
enum status fs_close(int *fd, const char *name, struct err *) STATUS_USE;
/* fs_drop(fd): close where there is nothing left to lose: read only, or the call has failed already. -1 does nothing. */
void fs_drop(int *fd);
enum status fs_rename(int dir, const char *from, const char *to, struct err *) STATUS_USE;	/* and fsync of the directory */
enum status fs_unlink(int dir, const char *name, struct err *) STATUS_USE;			/* missing is no failure */
/* fs_remove_tree(dir, name, err): a directory of plain files and directories, depth at most 8; missing is no failure. */
enum status fs_remove_tree(int dir, const char *name, struct err *) STATUS_USE;
/* fs_list(dir, names, n, err): names of entries but . and .., sorted by bytes; release with fs_list_free. */
enum status fs_list(int dir, char ***names, size_t *n, struct err *) STATUS_USE;
void fs_list_free(char **names, size_t n);
/* fs_copy_range(in, in_at, out, n, ...): append ${n} bytes of ${in} from ${in_at} to ${out} at its position (copy_file_range where it works). */
enum status fs_copy(int in, uint64_t in_at, int out, uint64_t n, const char *name, struct err *) STATUS_USE;
/* fs_lock(dir, name, fd, err): exclusive lock on a file holding "pid start-time"; ST_BUSY names the holder.  Held until ${fd} is closed. */
enum status fs_lock(int dir, const char *name, int *fd, struct err *) STATUS_USE;

#endif
