/* verify_print.h: a report of the verifier for people and for programs. */
#ifndef CMD_VERIFY_PRINT_H
#define CMD_VERIFY_PRINT_H

#include "archive/verify.h"

/* The verdict as a word: translated; and as it stands in JSON. */
const char *verify_print_word(enum verdict);
const char *verify_print_id(enum verdict);
/* verify_print_text(path, r, out, err): append verdict, steps by group, and the seal's figures. */
enum status verify_print_text(const char *path, const struct verify_report *, struct buf *out, struct err *) STATUS_USE;
/* verify_print_json: append one object on one line. */
enum status verify_print_json(const char *path, const struct verify_report *, struct buf *out, struct err *) STATUS_USE;
/* Parts of it, for reports of other things: which seal, if its signatures hold (each member begins with a comma); ,"steps":[…]. */
enum status verify_print_json_seal(const struct verify_report *, struct buf *out, struct err *) STATUS_USE;
enum status verify_print_json_steps(const struct verify_report *, struct buf *out, struct err *) STATUS_USE;

#endif
