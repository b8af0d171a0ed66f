/* stop.h: signals.  The first INT, TERM or HUP asks to stop after the current unit, the second ends the process at once. */
#ifndef CORE_STOP_H
#define CORE_STOP_H

#include "core/status.h"

void stop_start(void);			/* handlers; SIGPIPE and SIGXFSZ ignored */
int  stop_signal(void);			/* 0, or the signal that asked to stop */
enum status stop_check(struct err *) STATUS_USE;	/* ST_OK, or ST_STOPPED with a message */

#endif
