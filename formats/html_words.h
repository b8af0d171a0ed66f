/* html_words.h: words of records in both languages: reasons, flags, streams.  What stands in no table is shown as it is. */
#ifndef FORMATS_HTML_WORDS_H
#define FORMATS_HTML_WORDS_H

#include "formats/html_out.h"

struct html_word {
	const char *word, *zh, *en;
}; /* tables end with word == NULL */

extern const struct html_word html_reasons[]; /* of gaps and limits */
extern const struct html_word html_flags[];
extern const struct html_word html_streams[];

/* html_word(h, table, word): both languages, and the word itself in brackets where ${keep}; a word the table does not know alone. */
void html_word(struct html_out *, const struct html_word *table, struct str word, bool keep);
const struct html_word *html_word_find(const struct html_word *table, struct str word); /* NULL: none */

#endif
