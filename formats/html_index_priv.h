/* html_index_priv.h: the state of the index, for the file that gathers and the file that writes lists. */
#ifndef FORMATS_HTML_INDEX_PRIV_H
#define FORMATS_HTML_INDEX_PRIV_H

#include "formats/html_index.h"
#include "formats/scratch_db.h"

enum html_index_query { PUT_TALK, PUT_DAY, SEEN_DAY, PUT_PERSON, PUT_PLACE, GET_PLACE, TOTALS, TALKS, ROOMS, MONTHS, MONTH, PEOPLE, PERSON, LONG_TALKS, DAYS, HTML_INDEX_QUERIES };
/* Columns of a conversation, before what a list has besides. */
enum { T_DIR, T_TITLE, T_ROOM, T_MESSAGES, T_DAYS, T_FIRST, T_LAST, T_MORE };

struct html_index {
	struct scratch_db db;
	struct sqlite3_stmt *q[HTML_INDEX_QUERIES];
	/* while writing */
	const struct view_input *in;
	struct reference *who;
	const struct html_gaps *gaps;
	struct stamp stamp;
	struct html_out *h;
	struct view_place *place;
	struct arena arena;
	int64_t n_talks, n_messages, n_people;
};

#endif
