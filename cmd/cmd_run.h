/* cmd_run.h: what `export` and `resume` say when a run has ended. */
#ifndef CMD_CMD_RUN_H
#define CMD_CMD_RUN_H

#include "cmd/run.h"

/* cmd_run_answer(app, res, err): paths on stdout, or one JSON object; ST_PARTIAL when there are gaps. */
enum status cmd_run_answer(struct app *app, const struct run_result *res, struct err *err) STATUS_USE;

#endif
