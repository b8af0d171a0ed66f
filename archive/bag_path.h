/*
 * bag_path.h: paths as other people's bags write them: what leaves the bag, what is written in a roundabout way, which names are the same
 * to somebody else's file system.  Source: RFC 8493, sections 2.1.3, 5.1 and 6.1.1.
 */
#ifndef ARCHIVE_BAG_PATH_H
#define ARCHIVE_BAG_PATH_H

#include "core/buf.h"
#include "core/digest.h"

enum bag_path_fault { BAG_PATH_OK, BAG_PATH_EMPTY, BAG_PATH_LEAVES, BAG_PATH_NUL };

/*
 * bag_path_clean(in, out, changed, fault, err): ${in} without "." components, doubled slashes and ".." that stay inside, appended to ${out};
 * ${changed} says that there were some.  ${fault}: not a path inside the bag: absolute, leaving by "..", "~", a drive or a share of Windows.
 * ST_LIMIT: over LIMIT_BAG_PATH bytes.
 */
enum status bag_path_clean(struct str in, struct buf *out, bool *changed, enum bag_path_fault *fault, struct err *) STATUS_USE;
/* bag_path_decode(in, out, err): %0A, %0D and %25 (and only those) as the bytes they stand for, appended. */
enum status bag_path_decode(struct str in, struct buf *out, struct err *) STATUS_USE;
/* bag_path_percent(in): whether it holds a percent sign that is none of these three. */
bool bag_path_percent(struct str in);
/* bag_path_nfc(in, out, err): in Unicode's normalisation form C, appended; what is not UTF-8 as it is. */
enum status bag_path_nfc(struct str in, struct buf *out, struct err *) STATUS_USE;
/*
 * bag_path_key(d, in, scratch, key, err): the same 16 octets for all names that may be meant by one another: other Unicode form, other case,
 * percent-encoded or not.  ${d} and ${scratch} are working memory.
 */
enum status bag_path_key(struct digest *, struct str in, struct buf *scratch, unsigned char key[16], struct err *) STATUS_USE;
/* What operating systems leave behind: .DS_Store, Thumbs.db and the like; by any component. */
bool bag_path_junk(struct str);

#endif
