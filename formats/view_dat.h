/*
 * view_dat.h: a load file for legal review (Concordance DAT): data/views/load/load.dat, with natives and texts beside it (documents.h).
 *
 * UTF-8 with a byte order mark, lines ending in CR LF, the first naming the fields.  Fields are separated by U+0014 and stand between U+00FE; a line end inside is U+00AE.
 * These three become U+FFFD where a text has them, as do other controls: nothing else in a line can be taken for a separator.  Several values are separated by "; ".
 *
 *   DOCID BEGATTACH ENDATTACH PARENTID   "<archive>-000000001"; the attachments of a day follow it
 *   DOCTYPE                              CHAT (a conversation's day) or ATTACHMENT
 *   CUSTODIAN FROM PARTICIPANTS          whom it was written by first, and who takes part (of a room: its messages tell)
 *   CONVERSATION CONVERSATIONID          as people know it, and the platform's id or the list of members
 *   DATESENT TIMESENT TIMEZONE DATELAST TIMELAST   YYYYMMDD, HH:MM:SS, +08:00: first and last message of the day
 *   MESSAGES RECORDIDS                   how many, and which (documents.h: document.records)
 *   FILENAME FILEEXT MIMETYPE FILESIZE SHA256HASH NATIVELINK TEXTLINK   links are relative to the load file, with backslashes
 *   ARCHIVEPATH MISSING                  where an attachment lies in the archive, or why it is not there
 */
#ifndef FORMATS_VIEW_DAT_H
#define FORMATS_VIEW_DAT_H

#include "core/view.h"

extern const struct view_family dat_view;

#endif
