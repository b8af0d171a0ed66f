/* scratch_file.h: temporary files without a name, for what is read again before a view is done. */
#ifndef FORMATS_SCRATCH_FILE_H
#define FORMATS_SCRATCH_FILE_H

#include "core/sink.h"

/* scratch_file_open(dir, fd, err): in the directory ${dir}; -1: where the system keeps such files.  For reading and writing. */
enum status scratch_file_open(int dir, int *fd, struct err *) STATUS_USE;
/* scratch_file_copy(fd, to, err): all of it, from its beginning; its position stays. */
enum status scratch_file_copy(int fd, struct sink *to, struct err *) STATUS_USE;

#endif
