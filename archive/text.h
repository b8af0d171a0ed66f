/* text.h: rows 2 and 3 of every archive: what a stranger reads first.  Fixed bytes per software version. */
#ifndef ARCHIVE_TEXT_H
#define ARCHIVE_TEXT_H

#include "core/str.h"

struct str text_verify(void);	/* about/VERIFY.txt: archive/VERIFY.txt of the sources */
struct str text_explain(void);	/* EXPLAIN.txt of a disclosure package: archive/EXPLAIN.txt of the sources */
struct str text_format(void);	/* about/FORMAT.txt: archive/FORMAT.md of the sources */

#endif
