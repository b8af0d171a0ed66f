/* history_table.h: sightings of departments and members, archive after archive, newest first, and what follows from them; history.h holds the rule. */
#ifndef CMD_HISTORY_TABLE_H
#define CMD_HISTORY_TABLE_H

#include "core/record.h"
#include "formats/scratch_db.h"

struct history_table {
	struct scratch_db db;
	struct sqlite3_stmt *q[8];
	struct arena arena;
};

enum status history_table_open(struct history_table *, int scratch, struct err *) STATUS_USE;
void history_table_close(struct history_table *); /* accepts a zeroed one */
/* history_table_see(t, rec, sequence, err): a department or user stands in the archive ${sequence}; sequences never rise. */
enum status history_table_see(struct history_table *, const struct record *, uint64_t sequence, struct err *) STATUS_USE;

struct history_found {
	int64_t known_ms, same_ms; /* WHEN_UNKNOWN: not seen under this id; not seen as it stands, in the newest archive that has it */
	uint64_t known, same; /* sequences */
	bool changed; /* before ${same} it stood otherwise */
};
enum status history_table_ask(struct history_table *, const struct record *, struct history_found *, struct err *) STATUS_USE;

#endif
