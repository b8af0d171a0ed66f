/* formats.h: the table of formats.  A new one is one row in formats.c. */
#ifndef FORMATS_FORMATS_H
#define FORMATS_FORMATS_H

#include "core/format.h"

extern const struct format *const formats_all[];	/* ended by NULL */

/* formats_find(name): NULL when there is none. */
const struct format *formats_find(const char *name);

#endif
