/* cmd_run.h: what `export` and `resume` say when a run has ended. */
#ifndef CMD_CMD_RUN_H
#define CMD_CMD_RUN_H

#include "cmd/run.h"

/* cmd_run_print(app, res, err): paths on stdout, or one JSON object; what a pending archive lacks. */
enum status cmd_run_print(struct app *app, const struct run_result *res, struct err *err) STATUS_USE;
/* cmd_run_closed(app, store, archive, err): the same for one that was closed before. */
enum status cmd_run_closed(struct app *app, const char *store, const char *archive, struct err *err) STATUS_USE;
/* cmd_run_answer(app, res, err): the same; ST_PARTIAL when there are gaps. */
enum status cmd_run_answer(struct app *app, const struct run_result *res, struct err *err) STATUS_USE;

#endif
