/* baginfo.c: one element per line, in a fixed order. */
#include "archive/baginfo.h"

#include "core/digest.h"
#include "core/i18n.h"
#include "core/utf8.h"

enum label {
	SOURCE, IDENTIFIER, DATE, OXUM, GROUP, COUNT, N_REQUIRED, DESCRIPTION = N_REQUIRED, ENCRYPTION, RECIPIENT, SOFTWARE, LABEL__MAX
};
static const char *const labels[LABEL__MAX] = {
	"Source-Organization", "External-Identifier", "Bagging-Date", "Payload-Oxum", "Bag-Group-Identifier", "Bag-Count",
	"External-Description", "Encryption", "Encryption-Recipient", "Software"
};

static enum status
bad(unsigned line, struct err *err)
{
	return err_set(err, ST_CORRUPT, _("bag-info.txt, line %u: not what the format demands"), line);
}

static bool
is_number(struct str s, uint64_t *n)
{
	return str_u64(s, 1, UINT64_MAX, n, NULL) == ST_OK;
}

static struct str
cut(struct str *s, const char *sep)
{
	const char *at = s->p == NULL ? NULL : memmem(s->p, s->n, sep, strlen(sep));
	struct str head;

	if (at == NULL)
		return STR_NONE;
	head = (struct str){ s->p, (size_t)(at - s->p) };
	*s = (struct str){ at + strlen(sep), s->n - head.n - strlen(sep) };
	return head;
}

static bool
is_date(struct str s)
{
	size_t i;

	if (s.n != 10)
		return false;
	for (i = 0; i < 10; i++)
		if (i == 4 || i == 7 ? s.p[i] != '-' : s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static bool
take(struct baginfo *b, enum label label, struct str v)
{
	unsigned char hash[32];
	struct str head;
	uint64_t n, m;

	switch (label) {
	case IDENTIFIER:
		b->identifier = v;
		return true;
	case DATE:
		b->date = v;
		return is_date(v);
	case OXUM:
		head = cut(&v, ".");
		return head.p != NULL && str_u64(head, 0, UINT64_MAX, &b->octets, NULL) == ST_OK && is_number(v, &b->files);
	case COUNT:
		head = cut(&v, " of ");
		return head.p != NULL && is_number(head, &n) && (str_is(v, "?") || (is_number(v, &m) && n <= m));
	case ENCRYPTION:
		b->encryption = v;
		return true;
	case RECIPIENT:
		b->n_recipients++;
		return str_has_prefix(v, "sha256:") && digest_unhex((struct str){ v.p + 7, v.n - 7 }, hash, sizeof(hash));
	default:
		return true;
	}
}

static int
label_of(struct str name)
{
	int i;

	for (i = 0; i < LABEL__MAX; i++)
		if (str_is(name, labels[i]))
			return i;
	return -1;
}

static bool
name_ok(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'A' && s.p[i] <= 'Z') && !(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '-')
			return false;
	return s.n > 0;
}

static bool
value_ok(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return s.n > 0 && s.p[0] != ' ' && s.p[s.n - 1] != ' ' && utf8_ok(s);
}

/* One recipient named twice would pass for the two that keep each other's keys in check. */
static bool
named_before(const char *text, struct str value)
{
	const char *line = value.p - strlen("\nEncryption-Recipient: ");	/* never the first line of the file */
	size_t n = (size_t)(value.p + value.n - line);

	return memmem(text, (size_t)(value.p - text), line, n) != NULL;
}

enum status
baginfo_parse(struct str text, struct baginfo *b, struct err *err)
{
	const char *begin = text.p;
	int last = -1;
	unsigned line;

	memset(b, 0, sizeof(*b));
	b->text = text;
	for (line = 1; text.n > 0; line++) {
		struct str value = cut(&text, "\n"), name;
		int label;

		if (value.p == NULL || (name = cut(&value, ": ")).p == NULL || !name_ok(name) || !value_ok(value))
			return bad(line, err);
		label = label_of(name);
		if (last < COUNT ? label != last + 1 : label >= 0 && (label < last || (label == last && label != RECIPIENT)))
			return bad(line, err);
		if (label < 0)
			continue;
		if (!take(b, (enum label)label, value) || (label == RECIPIENT && named_before(begin, value)))
			return bad(line, err);
		last = label;
	}
	return last >= COUNT ? ST_OK : bad(line, err);
}

bool
baginfo_is_for(const struct baginfo *b, const unsigned char sha256[32])
{
	char line[] = "\nEncryption-Recipient: sha256:0123456789012345678901234567890123456789012345678901234567890123\n";

	digest_hex(sha256, 32, line + sizeof(line) - 2 - 64);
	line[sizeof(line) - 2] = '\n';
	return b->text.p != NULL && memmem(b->text.p, b->text.n, line, sizeof(line) - 1) != NULL;
}
