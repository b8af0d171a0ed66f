/*
 * mail.h: one message of mail (RFC 5322, MIME) in the making, by GMime.  The parts lie in files and are encoded while the message is written, so nothing is held in memory but
 * its headers.  Texts may hold anything: what cannot stand in a header (controls, line ends, bad bytes) becomes U+FFFD.
 *
 * The same calls give the same bytes: boundaries are made from the message's id.
 */
#ifndef FORMATS_MAIL_H
#define FORMATS_MAIL_H

#include "core/view.h"

struct mail;

/* mail_open(out, id, err): ${id} is the Message-ID without angle brackets. */
enum status mail_open(struct mail **out, const char *id, struct err *) STATUS_USE;
void mail_close(struct mail *); /* NULL does nothing */
/* mail_address(m, to, name, address, err): a mailbox of From, or with ${to} of To.  ${address} is "local@domain", as mail_local makes it. */
enum status mail_address(struct mail *, bool to, struct str name, const char *address, struct err *) STATUS_USE;
enum status mail_header(struct mail *, const char *name, struct str value, struct err *) STATUS_USE; /* RFC 2047 where needed */
/* mail_date(m, ms, err): in the tenant's zone.  ST_END: a year that a date cannot hold; nothing was set. */
enum status mail_date(struct mail *, int64_t ms, struct err *) STATUS_USE;
/*
 * mail_part(m, fd, type, name, sha256, err): the next part: the file ${fd}, taken over, from its beginning.  ${type} is a media type as a platform gave it ("image/png"; what is
 * none becomes application/octet-stream); "text/plain" and "application/x-ndjson" are ours and UTF-8.  ${name} absent: shown in the message; else an attachment of that
 * name.  ${sha256} (absent: none) becomes its Content-ID.
 */
enum status mail_part(struct mail *, int fd, struct str type, struct str name, struct str sha256, struct err *) STATUS_USE;
/* mail_write(m, scratch, to, err): the whole message, lines ending in CR LF.  ST_IO: a file, or the sink. */
enum status mail_write(struct mail *, int scratch, struct sink *to, struct err *) STATUS_USE;

/* mail_local(id, out, n, err): ${id} as the local part of an address: letters, digits and -._ as they are, every other byte as =XX.  Cut below 64 bytes with a hash. */
#define MAIL_LOCAL	65
enum status mail_local(struct str id, char out[MAIL_LOCAL], struct err *) STATUS_USE;

/*
 * mail_read(fd, name, to, err): the decoded bytes of the attachment called ${name} of the message in ${fd}.  ST_INPUT: not a message, or there is no such part.
 */
enum status mail_read(int fd, const char *name, struct sink *to, struct err *) STATUS_USE;
#endif
