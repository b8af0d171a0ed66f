/* approval_words.h: the values of an approval as words of both languages; a value that the table does not know is shown as it is. */
#ifndef FORMATS_APPROVAL_WORDS_H
#define FORMATS_APPROVAL_WORDS_H

#include "formats/pdf_doc.h"

enum approval_list { APPROVAL_STATUS, APPROVAL_RESULT, APPROVAL_ROLE, APPROVAL_MODE, APPROVAL_ATTENDANCE, APPROVAL_GAP };

/* approval_word(list, value, style): zh is NULL where it is not known; ${style} (may be NULL) how it looks. */
struct pdf_label approval_word(enum approval_list, struct str value, enum pdf_style *);
/* pdf_reason(reason): why something is missing or was never offered; zh is NULL where it is not known. */
struct pdf_label pdf_reason(struct str reason);
/* The same of the platform's number for a state, as related approvals have it. */
struct pdf_label approval_state(struct str number);

#endif
