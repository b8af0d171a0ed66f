/* lib_archive.h: the functions of libarchive used here; core/module.h says how. */
#ifndef ARCHIVE_LIB_ARCHIVE_H
#define ARCHIVE_LIB_ARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

#include "core/module.h"

#define LIB_ARCHIVE(F) \
	F(entry_filetype) F(entry_gname) F(entry_hardlink) F(entry_pathname) F(entry_symlink) F(entry_uname) F(error_string) F(filter_bytes) \
	F(read_data) F(read_free) F(read_new) F(read_next_header) F(read_open1) F(read_set_callback_data) F(read_set_read_callback) \
	F(read_set_skip_callback) F(read_support_format_tar) F(set_error) F(version_string)

struct lib_archive {
#define POINTER(f)	__typeof__(archive_##f) *f;
	LIB_ARCHIVE(POINTER)
#undef POINTER
	__typeof__(archive_errno) *error_number;	/* errno is a macro */
};
extern struct lib_archive lib_archive;

enum status lib_archive_open(struct err *) STATUS_USE;	/* as module_open */

#endif
