/* formats.h: the table of families of views.  A new one is one row in formats.c; help, checks of options and of configuration follow it. */
#ifndef FORMATS_FORMATS_H
#define FORMATS_FORMATS_H

#include "core/view.h"

extern const struct view_family *const formats_all[]; /* ended by NULL */

/* formats_find(name): NULL when there is none. */
const struct view_family *formats_find(struct str name);
/* formats_threads(): before families are made in several threads: libxml2 lays out its tables at its first use, in one thread only. */
void formats_threads(void);

#endif
