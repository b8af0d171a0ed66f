/* scratch_file.h: what a view puts into a file without a name (fs_nameless) until it is wanted. */
#ifndef FORMATS_SCRATCH_FILE_H
#define FORMATS_SCRATCH_FILE_H

#include "core/sink.h"

/* scratch_file_copy(fd, to, err): all of it, from its beginning; its position stays. */
enum status scratch_file_copy(int fd, struct sink *to, struct err *) STATUS_USE;

#endif
