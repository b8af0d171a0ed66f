/*
 * view_edrm.h: chat as EDRM XML 1.2 (the interchange format of electronic discovery): data/views/edrm/edrm.xml, with natives and texts beside it (documents.h).
 *
 *   Root[MajorVersion=1 MinorVersion=2 DataInterchangeType=Update] / Fields / Batch[name] / Documents / Document[DocID DocType MimeType]
 *     Files / File[FileType=Native|Text] / ExternalFile[FilePath FileName FileSize Hash HashType]      of an attachment without content: none
 *     Tags / Tag[TagName TagDataType TagValue]       standard names begin with #
 *     Locations / Location / Custodian, LocationURI
 *   Batch / Relationships / Relationship[Type=Attachment ParentDocId ChildDocId]
 * DocType is Message for a conversation's day and File for an attachment.  Records of a day are the tag RecordIDs, written as document.records.
 * Source: EDRM XML schema documentation, version 1.2 of 31 October 2010.
 */
#ifndef FORMATS_VIEW_EDRM_H
#define FORMATS_VIEW_EDRM_H

#include "core/view.h"

extern const struct view_family edrm_view;

#endif
