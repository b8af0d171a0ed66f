/*
 * view_eml.h: chat as mail, for archives of mail and for review platforms: data/views/mail/<conversation>/<day>.eml, one message (RFC 5322) per conversation and day, one thread
 * per conversation.
 *
 * - The text is the conversation of the day, one line or more per message: time with offset, sender, words; recalls and missing attachments are told in Chinese and English.
 * - "records.jsonl" is attached: the records themselves, byte for byte as in the archive; by it the message says which it holds.
 * - Attachments of the day follow, up to 64 MiB each; of others, and where the input gives no files, the text says name, size, SHA-256 and path, or why they are missing.
 * - From is who wrote first, To everybody else who takes part; addresses are <id>@<tenant>.<platform>.invalid (RFC 2606), for a chat has none.  Date is the first message's.
 * - Message-ID is made from chain, conversation and day, References from chain and conversation.
 * - X-Custody-Chain, -Archive, -Conversation, -Day, -Messages.
 */
#ifndef FORMATS_VIEW_EML_H
#define FORMATS_VIEW_EML_H

#include "core/view.h"

extern const struct view_family eml_view;

#endif
