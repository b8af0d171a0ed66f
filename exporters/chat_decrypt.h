/*
 * chat_decrypt.h: the rows of a page, decrypted on all processors.
 *
 * Workers unwrap message keys with RSA (ring.h), sixteen rows a slot; the caller's thread meanwhile hands what is ready to
 * the child that decrypts.  RSA is some fifty times dearer than all the rest of a message.  Memory is bounded by the page.
 */
#ifndef EXPORTERS_CHAT_DECRYPT_H
#define EXPORTERS_CHAT_DECRYPT_H

#include "exporters/chat_page.h"
#include "exporters/chat_proc.h"

struct chat_decrypt;
/* chat_decrypt_open(out, keys, proc, n_threads, err): ${keys} must have as many workers (1 for 0 threads); both borrowed until close. */
enum status chat_decrypt_open(struct chat_decrypt **out, struct chat_keys *, struct chat_proc *, unsigned n_threads, struct err *) STATUS_USE;
void chat_decrypt_close(struct chat_decrypt *);
/* chat_decrypt_rows(d, rows, n, a, err): fill state, code and plain (in ${a}) of every row that is NEW.  As chat_proc_decrypt. */
enum status chat_decrypt_rows(struct chat_decrypt *, struct chat_row *, size_t n, struct arena *, struct err *) STATUS_USE;

#endif
