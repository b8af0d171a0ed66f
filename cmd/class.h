/*
 * class.h: the one table from a status to the class of the process: exit status and its name (robustness: classes never overlap).
 */
#ifndef CMD_CLASS_H
#define CMD_CLASS_H

#include "core/status.h"

struct class_row { int exit; const char *name; const char *next; /* the usual next step, N_() */ };

/* class_of(st): never fails; an unknown status is IO, never OK. */
const struct class_row *class_of(enum status);
/* class_worse(a, b): of two that happened, the one that threatens data more. */
enum status class_worse(enum status, enum status);

#endif
