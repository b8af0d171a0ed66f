/* view_edrm.c: documents of a review as EDRM XML; the relationships follow them, so they wait in a file. */
#include "formats/view_edrm.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include <libxml/xmlreader.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/documents.h"
#include "formats/scratch_file.h"
#include "formats/stamp.h"
#include "formats/xml_free.h"
#include "formats/xml_out.h"

#define DIR		"data/views/edrm"
#define FILE_NAME	DIR "/edrm.xml"
#define RECORDS		"RecordIDs"

struct pair { uint64_t parent, child; };

struct edrm {
	const struct view_input *in;
	int		 xml, pairs;	/* temporary files */
	uint64_t	 n_pairs;
	struct sink_fd	 sink;
	struct xml_out	 out;
	struct stamp	 stamp;
};

/* --- writing --- */

static void
doc_id(const struct edrm *e, uint64_t number, char out[80])
{
	(void)snprintf(out, 80, "%.48s-%09" PRIu64, e->in->opt->archive != NULL ? e->in->opt->archive : "custody", number);
}

static enum status
tag(struct edrm *e, const char *name, const char *type, struct str value, struct err *err)
{
	enum status st;

	if (value.n == 0)
		return ST_OK;
	if ((st = xml_out_start(&e->out, "Tag", err)) != ST_OK || (st = xml_out_attribute(&e->out, "TagName", str_of(name), err)) != ST_OK ||
	    (st = xml_out_attribute(&e->out, "TagDataType", str_of(type), err)) != ST_OK || (st = xml_out_attribute(&e->out, "TagValue", value, err)) != ST_OK)
		return st;
	return xml_out_end(&e->out, err);
}

static enum status
moment(struct edrm *e, const char *name, int64_t ms, struct err *err)
{
	char text[STAMP_LEN];

	return stamp_local(&e->stamp, ms, text) == 0 ? ST_OK : tag(e, name, "DateTime", str_of(text), err);
}

static enum status
tags(struct edrm *e, const struct document *d, struct err *err)
{
	char n[24], attachments[24];
	enum status st;

	(void)snprintf(n, sizeof(n), "%" PRIu64, d->n_messages);
	(void)snprintf(attachments, sizeof(attachments), "%" PRIu64, d->last - d->number);
	if ((st = xml_out_start(&e->out, "Tags", err)) != ST_OK || (st = tag(e, "#From", "Text", d->from, err)) != ST_OK ||
	    (st = tag(e, "#To", "Text", d->people, err)) != ST_OK || (st = moment(e, "#DateSent", d->from_ms, err)) != ST_OK)
		return st;
	if (d->parent == 0) {
		if ((st = tag(e, "#Subject", "Text", d->title, err)) != ST_OK || (st = moment(e, "DateLast", d->until_ms, err)) != ST_OK ||
		    (st = tag(e, "#AttachmentCount", "Integer", str_of(attachments), err)) != ST_OK || (st = tag(e, "Messages", "LongInteger", str_of(n), err)) != ST_OK ||
		    (st = tag(e, "Day", "Text", str_of(d->day), err)) != ST_OK || (st = tag(e, RECORDS, "Text", d->records, err)) != ST_OK)
			return st;
	} else if ((st = tag(e, "#FileName", "Text", d->name, err)) != ST_OK || (st = tag(e, "#FileSize", "LongInteger", d->size, err)) != ST_OK ||
	    (st = tag(e, "SHA256", "Text", d->sha256, err)) != ST_OK || (st = tag(e, "ArchivePath", "Text", d->path, err)) != ST_OK ||
	    (st = tag(e, "Missing", "Text", d->missing, err)) != ST_OK)
		return st;
	if ((st = tag(e, "ConversationID", "Text", d->key, err)) != ST_OK)
		return st;
	return xml_out_end(&e->out, err);
}

/* ${relative} is "natives/000/000000001.jsonl". */
static enum status
file(struct edrm *e, const char *type, const char *relative, struct str size, struct str sha256, struct err *err)
{
	const char *slash = strrchr(relative, '/');
	enum status st;

	if (relative[0] == '\0')
		return ST_OK;
	if ((st = xml_out_start(&e->out, "File", err)) != ST_OK || (st = xml_out_attribute(&e->out, "FileType", str_of(type), err)) != ST_OK ||
	    (st = xml_out_start(&e->out, "ExternalFile", err)) != ST_OK ||
	    (st = xml_out_attribute(&e->out, "FilePath", (struct str){ relative, (size_t)(slash - relative) }, err)) != ST_OK ||
	    (st = xml_out_attribute(&e->out, "FileName", str_of(slash + 1), err)) != ST_OK ||
	    (size.n > 0 && (st = xml_out_attribute(&e->out, "FileSize", size, err)) != ST_OK) ||
	    (sha256.n > 0 && ((st = xml_out_attribute(&e->out, "Hash", sha256, err)) != ST_OK || (st = xml_out_attribute(&e->out, "HashType", STR("SHA-256"), err)) != ST_OK)) ||
	    (st = xml_out_end(&e->out, err)) != ST_OK)
		return st;
	return xml_out_end(&e->out, err);
}

static enum status
location(struct edrm *e, const struct document *d, struct err *err)
{
	enum status st;

	if ((st = xml_out_start(&e->out, "Locations", err)) != ST_OK || (st = xml_out_start(&e->out, "Location", err)) != ST_OK ||
	    (st = xml_out_element(&e->out, "Custodian", d->from, err)) != ST_OK ||
	    (st = xml_out_element(&e->out, "LocationURI", e->in->opt->chain != NULL ? str_of(e->in->opt->chain) : STR(""), err)) != ST_OK ||
	    (st = xml_out_end(&e->out, err)) != ST_OK)
		return st;
	return xml_out_end(&e->out, err);
}

static enum status
document(void *ctx, const struct document *d, struct err *err)
{
	struct edrm *e = ctx;
	const struct pair pair = { d->parent, d->number };
	char id[80];
	enum status st;

	doc_id(e, d->number, id);
	if ((st = xml_out_start(&e->out, "Document", err)) != ST_OK || (st = xml_out_attribute(&e->out, "DocID", str_of(id), err)) != ST_OK ||
	    (st = xml_out_attribute(&e->out, "DocType", d->parent == 0 ? STR("Message") : STR("File"), err)) != ST_OK ||
	    (d->media_type.n > 0 && (st = xml_out_attribute(&e->out, "MimeType", d->media_type, err)) != ST_OK) ||
	    (st = xml_out_start(&e->out, "Files", err)) != ST_OK || (st = file(e, "Native", d->native, d->size, d->sha256, err)) != ST_OK ||
	    (st = file(e, "Text", d->text, STR_NONE, STR_NONE, err)) != ST_OK || (st = xml_out_end(&e->out, err)) != ST_OK ||
	    (st = tags(e, d, err)) != ST_OK || (st = location(e, d, err)) != ST_OK || (st = xml_out_end(&e->out, err)) != ST_OK ||
	    (st = xml_out_flush(&e->out, err)) != ST_OK || d->parent == 0)
		return st;
	e->n_pairs++;
	return fs_write_all(e->pairs, FILE_NAME, &pair, sizeof(pair), err);
}

static enum status
relationships(struct edrm *e, struct err *err)
{
	struct pair pair;
	char parent[80], child[80];
	enum status st;
	uint64_t i;

	if ((st = xml_out_start(&e->out, "Relationships", err)) != ST_OK)
		return st;
	for (i = 0; i < e->n_pairs; i++) {
		if ((st = fs_pread_all(e->pairs, FILE_NAME, &pair, sizeof(pair), i * sizeof(pair), err)) != ST_OK)
			return st;
		doc_id(e, pair.parent, parent);
		doc_id(e, pair.child, child);
		if ((st = xml_out_start(&e->out, "Relationship", err)) != ST_OK || (st = xml_out_attribute(&e->out, "Type", STR("Attachment"), err)) != ST_OK ||
		    (st = xml_out_attribute(&e->out, "ParentDocId", str_of(parent), err)) != ST_OK ||
		    (st = xml_out_attribute(&e->out, "ChildDocId", str_of(child), err)) != ST_OK || (st = xml_out_end(&e->out, err)) != ST_OK ||
		    (st = xml_out_flush(&e->out, err)) != ST_OK)
			return st;
	}
	return xml_out_end(&e->out, err);
}

/* The tags that are not the standard's, declared as it wants. */
static enum status
fields(struct edrm *e, struct err *err)
{
	static const struct { const char *name, *type; } own[] = {
		{ "DateLast", "DateTime" }, { "Messages", "LongInteger" }, { "Day", "Text" }, { RECORDS, "Text" }, { "SHA256", "Text" }, { "ArchivePath", "Text" },
		{ "Missing", "Text" }, { "ConversationID", "Text" },
	};
	enum status st = xml_out_start(&e->out, "Fields", err);
	size_t i;

	for (i = 0; i < sizeof(own) / sizeof(own[0]) && st == ST_OK; i++)
		if ((st = xml_out_start(&e->out, "Field", err)) == ST_OK && (st = xml_out_attribute(&e->out, "Name", str_of(own[i].name), err)) == ST_OK &&
		    (st = xml_out_attribute(&e->out, "DataType", str_of(own[i].type), err)) == ST_OK)
			st = xml_out_end(&e->out, err);
	return st == ST_OK ? xml_out_end(&e->out, err) : st;
}

static enum status
write_all(struct edrm *e, struct view_place *place, struct err *err)
{
	const struct documents_sink to = { document, e };
	const struct format_options *opt = e->in->opt;
	enum status st;

	if ((st = xml_out_start(&e->out, "Root", err)) != ST_OK || (st = xml_out_attribute(&e->out, "MajorVersion", STR("1"), err)) != ST_OK ||
	    (st = xml_out_attribute(&e->out, "MinorVersion", STR("2"), err)) != ST_OK || (st = xml_out_attribute(&e->out, "DataInterchangeType", STR("Update"), err)) != ST_OK ||
	    (opt->organization != NULL && (st = xml_out_attribute(&e->out, "Description", str_of(opt->organization), err)) != ST_OK) || (st = fields(e, err)) != ST_OK ||
	    (st = xml_out_start(&e->out, "Batch", err)) != ST_OK ||
	    (st = xml_out_attribute(&e->out, "name", opt->archive != NULL ? str_of(opt->archive) : STR("custody"), err)) != ST_OK ||
	    (st = xml_out_start(&e->out, "Documents", err)) != ST_OK || (st = documents_make(e->in, place, DIR, &to, err)) != ST_OK ||
	    (st = xml_out_end(&e->out, err)) != ST_OK || (st = relationships(e, err)) != ST_OK)
		return st;
	return xml_out_finish(&e->out, err);
}

static enum status
make(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct edrm e = { .in = in, .xml = -1, .pairs = -1 };
	struct sink *sink;
	enum status st;

	stamp_init(&e.stamp);
	if ((st = fs_nameless(in->scratch, &e.xml, err)) == ST_OK && (st = fs_nameless(in->scratch, &e.pairs, err)) == ST_OK) {
		sink_fd_init(&e.sink, e.xml, FILE_NAME);
		if ((st = xml_out_open(&e.out, &e.sink.sink, err)) == ST_OK && (st = write_all(&e, place, err)) == ST_OK &&
		    (st = place->begin(place, FILE_NAME, &sink, err)) == ST_OK && (st = scratch_file_copy(e.xml, sink, err)) == ST_OK)
			st = place->end(place, err);
		xml_out_close(&e.out);
	}
	fs_drop(&e.xml);
	fs_drop(&e.pairs);
	return st;
}

/* --- read back --- */

static bool
owns(const char *path)
{
	return strcmp(path, FILE_NAME) == 0;
}

static enum status
take(const xmlChar *list, struct view_found *found, struct err *err)
{
	const struct str s = str_of((const char *)list);
	struct str id, version;
	struct arena a;
	size_t at = 0;
	enum status st;

	arena_init(&a, LIMIT_ARENA);
	while ((st = documents_record(s, &at, &id, &version, &a, err)) == ST_OK && (st = found->record(found, "messages", id, version, err)) == ST_OK)
		arena_reset(&a);
	arena_free(&a);
	return st == ST_END ? ST_OK : st;
}

static enum status
element(xmlTextReaderPtr x, struct view_found *found, struct err *err)
{
	xmlChar *name, *value;
	enum status st = ST_OK;

	if (xmlTextReaderNodeType(x) != XML_READER_TYPE_ELEMENT || !xmlStrEqual(xmlTextReaderConstLocalName(x), (const xmlChar *)"Tag"))
		return ST_OK;
	name = xmlTextReaderGetAttribute(x, (const xmlChar *)"TagName");
	if (xmlStrEqual(name, (const xmlChar *)RECORDS) && (value = xmlTextReaderGetAttribute(x, (const xmlChar *)"TagValue")) != NULL) {
		st = take(value, found, err);
		xml_free(value);
	}
	xml_free(name);
	return st;
}

static enum status
read_back(int fd, const char *path, struct view_found *found, struct err *err)
{
	xmlTextReaderPtr x;
	enum status st = ST_OK;
	int r = 0;

	if (lseek(fd, 0, SEEK_SET) != 0)
		return err_sys(err, _("cannot read %s"), path);
	if ((x = xmlReaderForFd(fd, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE)) == NULL)
		return err_oom(err, 0);
	while (st == ST_OK && (r = xmlTextReaderRead(x)) == 1)
		st = element(x, found, err);
	if (st == ST_OK && r < 0)
		st = err_set(err, ST_INPUT, _("%s: not well-formed XML"), path);
	xmlFreeTextReader(x);
	return st;
}

const struct view_family edrm_view = {
	"edrm", N_("chat as EDRM XML for electronic discovery, with natives and texts"), 1u << REC_MESSAGE, VIEW_SEALED, make, owns, read_back, { 0, 0, 0 }
};
