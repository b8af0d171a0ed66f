/*
 * module.h: outside libraries that only some commands need.  They are not linked, but opened where they are first used: to bind libcurl, libxml2 and
 * libarchive with the forty libraries that they bring costs more than the proof of a record.
 *
 * Such a library has one header beside its users: a list of the functions used, from which the table of pointers is made, with the types of the
 * library's own header; and one C file with the table and the function that opens it:
 *
 *	lib_x.h:	#define LIB_X(F) F(start) F(read)
 *			#define POINTER(f) __typeof__(x_##f) *f;
 *			struct lib_x { LIB_X(POINTER) };
 *			extern struct lib_x lib_x;
 *			enum status lib_x_open(struct err *) STATUS_USE;
 *	users:		lib_x_open(err) where work begins, then lib_x.read(…)
 *
 * Which file is opened stands in the generated sonames.h: the one whose headers were compiled against, not whatever is newest.
 */
#ifndef CORE_MODULE_H
#define CORE_MODULE_H

#include <stdbool.h>

#include "core/status.h"

struct module_function { const char *name; size_t at; };	/* ${at}: offset of its pointer in the table */

struct module {
	const char	*soname;
	const struct module_function *functions;
	size_t		 n;
	void		*table;
	bool		 open;		/* set by module_open */
};

/*
 * module_open(m, err): open the library and fill in the table, once: later calls only look whether that was done.  For any thread.  It stays open until the
 * process ends.  ST_IO: the library is not there, or lacks one of the functions; the message names it.
 */
enum status module_open(struct module *, struct err *) STATUS_USE;

#endif
