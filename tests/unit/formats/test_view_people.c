/*
 * test_view_people.c: departments and members for HR systems and address books: the records of tests/golden/records become exactly the files below tests/golden/views (acme.jsonl)
 * and tests/golden/views/people (people.jsonl: hard cases, with dates of a history); every family reads its records back.  What the bytes mean to other programs is
 * tests/e2e/54-people.sh's.
 */
#include "shelf.h"

#include <fcntl.h>

#include "core/mem.h"
#include "formats/fold.h"
#include "formats/formats.h"
#include "formats/ldif.h"
#include "formats/orgtree.h"

static const char *const families[] = { "json", "xml", "scim", "vcard", "vcard3", "ldif", NULL };
static const struct format_options opt = { .organization = "青松设计事务所 & Partner", .made_ms = INT64_C(1795312800000), .chain = "urn:uuid:0", .archive = "acme-00000007" };

static int
scratch_dir(char path[64])
{
	int fd;

	(void)snprintf(path, 64, "/tmp/custody-test-XXXXXX");
	assert_non_null(mkdtemp(path));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* --- a history: who is known, and how surely, by the first letter of the id --- */

static enum status
since(struct view_history *h, const struct record *rec, struct view_since *out, struct err *err)
{
	const bool old = rec->id.n > 0 && rec->id.p[0] < 'n';

	(void)h;
	(void)err;
	if (rec->fetched_ms == WHEN_UNKNOWN)
		return ST_END;
	out->known = (struct view_moment){ INT64_C(1780000000000), "acme-00000002", old };
	out->unchanged = old ? (struct view_moment){ INT64_C(1790000000000), "acme-00000005", false } : out->known;
	return ST_OK;
}
static struct view_history history = { since };

static void
make(struct shelf *shelf, const struct view_family *family, const char *file, struct view_history *h)
{
	struct records recs;
	struct view_input in = { .opt = &opt, .records = &recs.iter, .history = h };
	struct err err;
	char dir[64];

	err_init(&err);
	in.scratch = scratch_dir(dir);
	records_open(&recs, file);
	if (family->make(&in, &shelf->place, &err) != ST_OK)
		fail_msg("%s: %s", family->name, err.text);
	shelf_holds(shelf, family, &recs);
	records_close(&recs);
	close(in.scratch);
	assert_int_equal(rmdir(dir), 0); /* nothing was left */
}

static void
exact_bytes(void **state)
{
	struct shelf shelf;
	size_t i, k, n = 0;

	(void)state;
	for (i = 0; families[i] != NULL; i++) {
		shelf_init(&shelf);
		make(&shelf, formats_find(str_of(families[i])), "acme.jsonl", NULL);
		n += shelf.n;
		for (k = 0; k < shelf.n; k++)
			shelf_golden(&shelf, shelf.at[k].path);
		shelf_empty(&shelf);
	}
	assert_int_equal(n, 8);
}

static void
hard_cases(void **state)
{
	char path[LIMIT_PATH + 1];
	struct shelf shelf, again;
	size_t i, k;

	(void)state;
	for (i = 0; families[i] != NULL; i++) {
		shelf_init(&shelf);
		shelf_init(&again);
		make(&shelf, formats_find(str_of(families[i])), "people.jsonl", &history);
		make(&again, formats_find(str_of(families[i])), "people.jsonl", &history);
		assert_int_equal(shelf.n, again.n);
		for (k = 0; k < shelf.n; k++) {
			assert_true(str_eq(buf_str(&shelf.at[k].buf), shelf_get(&again, shelf.at[k].path)));
			(void)snprintf(path, sizeof(path), "people/%s", shelf.at[k].path);
			memcpy(shelf.at[k].path, path, sizeof(path));
			shelf_golden(&shelf, path);
		}
		shelf_empty(&shelf);
		shelf_empty(&again);
	}
}

/* No member, no department: no file. */
static void
nothing(void **state)
{
	struct records recs;
	struct view_input in = { .opt = &opt, .records = &recs.iter };
	struct shelf shelf;
	struct err err;
	char dir[64];
	size_t i;

	(void)state;
	err_init(&err);
	in.scratch = scratch_dir(dir);
	records_open(&recs, NULL);
	shelf_init(&shelf);
	for (i = 0; families[i] != NULL; i++)
		assert_int_equal(formats_find(str_of(families[i]))->make(&in, &shelf.place, &err), ST_OK);
	assert_int_equal(shelf.n, 0);
	records_close(&recs);
	close(in.scratch);
	assert_int_equal(rmdir(dir), 0);
}

/* Records that were decoded before, so that giving them asks for no memory. */
struct ready {
	struct record_iter iter;
	struct record recs[64];
	size_t n;
	struct arena arena;
};

static enum status
ready_run(struct record_iter *it, const char *stream, enum status (*each)(void *, const struct record *, struct err *), void *ctx, struct err *err)
{
	const struct ready *r = (const struct ready *)it;
	enum status st = ST_OK;
	size_t i;

	for (i = 0; st == ST_OK && i < r->n; i++)
		if (strcmp(r->recs[i].stream, stream) == 0)
			st = each(ctx, &r->recs[i], err);
	return st;
}

static enum status
keep(void *ctx, const struct record *rec, struct err *err)
{
	struct ready *r = ctx;
	struct str line;

	assert_true(r->n < 64);
	assert_int_equal(arena_dup(&r->arena, rec->line, &line, err), ST_OK);
	assert_int_equal(record_decode(line, &r->arena, &r->recs[r->n], err), ST_OK);
	r->recs[r->n++].stream = rec->stream;
	return ST_OK;
}

/* Whichever call for memory fails: said, and nothing is left. */
static void
no_memory(void **state)
{
	static struct ready ready = { .iter = { ready_run, NULL } };
	struct records recs;
	struct view_input in = { .opt = &opt, .records = &ready.iter, .history = &history };
	struct shelf shelf;
	struct err err;
	char dir[64];
	size_t i;
	long n;

	(void)state;
	err_init(&err);
	arena_init(&ready.arena, LIMIT_ARENA);
	records_open(&recs, "people.jsonl");
	assert_int_equal(recs.iter.run(&recs.iter, NULL, keep, &ready, &err), ST_OK);
	records_close(&recs);
	in.scratch = scratch_dir(dir);
	for (i = 0; families[i] != NULL; i++)
		for (n = 1;; n++) {
			enum status st;
			int hit;

			shelf_init(&shelf);
			mem_fail_at(n);
			st = formats_find(str_of(families[i]))->make(&in, &shelf.place, &err);
			hit = mem_fail_hit();
			mem_fail_at(0);
			shelf_empty(&shelf);
			if (st != (hit ? ST_NOMEM : ST_OK))
				fail_msg("%s, call %ld: %d", families[i], n, (int)st);
			if (!hit) {
				assert_true(n > 5);
				break;
			}
		}
	close(in.scratch);
	assert_int_equal(rmdir(dir), 0);
	arena_free(&ready.arena);
}

/* --- files that are not ours, or not whole --- */

static enum status
ignore(struct view_found *f, const char *stream, struct str id, struct str version, struct err *err)
{
	(void)f;
	(void)stream;
	(void)id;
	(void)version;
	(void)err;
	return ST_OK;
}

static void
foreign(void **state)
{
	static const struct {
		const char *family, *path, *text;
	} cases[] = {
		{ "vcard", "data/views/org/contacts.vcf", "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\nEND:VCARD\r\n" },
		{ "vcard", "data/views/org/contacts.vcf", "BEGIN:VCARD\r\nX-CUSTODY-ID:a\r\n" },
		{ "vcard3", "data/views/org/contacts-3.vcf", "BEGIN:VCARD\r\nX-CUSTODY-ID;X-FORM=hex:4\r\nEND:VCARD\r\n" },
		{ "vcard", "data/views/org/contacts.vcf", "FN:x\r\n" },
		{ "scim", "data/views/org/scim-users.jsonl", "{\"id\":\"user:1\"}\n" },
		{ "scim", "data/views/org/scim-users.jsonl", "{\"id\"\n" },
		{ "ldif", "data/views/org/organization.ldif", "dn: ou=1,o=x\nobjectClass: organizationalUnit\n" },
		{ "ldif", "data/views/org/organization.ldif", "dn: ou=1,o=x\nou: 1\n" },
		{ "ldif", "data/views/org/organization.ldif", "dn:: !\n" },
		{ "ldif", "data/views/org/organization.ldif", "ou: 1\n" },
	};
	struct view_found found = { ignore };
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct view_family *f = formats_find(str_of(cases[i].family));
		int fd = shelf_fd(str_of(cases[i].text));

		err_init(&err);
		assert_true(f->owns(cases[i].path));
		if (f->read(fd, cases[i].path, &found, &err) != ST_INPUT)
			fail_msg("taken: %s", cases[i].text);
		assert_true(err.text[0] != '\0');
		close(fd);
	}
}

/* --- lines --- */

static void
folding(void **state)
{
	struct buf text, out;
	struct unfold u;
	struct str line, at;
	struct err err;
	size_t lead, n;
	int fd;

	(void)state;
	err_init(&err);
	buf_init(&text, 4096);
	buf_init(&out, 4096);
	/* Characters of three and four octets at every distance from the border. */
	for (lead = 0; lead < 160; lead++) {
		buf_clear(&text);
		buf_clear(&out);
		for (n = 0; n < lead; n++)
			assert_int_equal(buf_putc(&text, 'x', &err), ST_OK);
		for (n = 0; n < 40; n++)
			assert_int_equal(buf_addz(&text, n % 3 == 0 ? "😀" : "折", &err), ST_OK);
		assert_int_equal(fold_line(buf_str(&text), 75, "\r\n", &out, &err), ST_OK);
		for (at = buf_str(&out); at.n > 0; at.p += n + 2, at.n -= n + 2) {
			const char *end = memchr(at.p, '\r', at.n);

			assert_non_null(end);
			n = (size_t)(end - at.p);
			assert_true(n <= 75);
			assert_true(n >= 72 || end + 2 == out.p + out.n);
			assert_true(at.p == out.p ? (unsigned char)at.p[0] != ' ' : at.p[0] == ' ');
			assert_true(((unsigned char)at.p[at.p == out.p ? 0 : 1] & 0xC0) != 0x80);
		}
		fd = shelf_fd(buf_str(&out));
		assert_int_equal(unfold_open(&u, fd, "x", &err), ST_OK);
		assert_int_equal(unfold_next(&u, &line, &err), ST_OK);
		assert_true(str_eq(line, buf_str(&text)));
		assert_int_equal(unfold_next(&u, &line, &err), ST_END);
		unfold_close(&u);
		close(fd);
	}
	buf_free(&text);
	buf_free(&out);
}

/* RFC 2849 and RFC 4514: what the values of their examples and rules are. */
static void
directory_text(void **state)
{
	static const struct {
		const char *in, *want;
	} lines[] = {
		{ "plain", "x: plain\n" }, { "", "x: \n" }, { " lead", "x:: IGxlYWQ=\n" }, { ":c", "x:: OmM=\n" }, { "<u", "x:: PHU=\n" }, { "a:<b", "x: a:<b\n" },
		{ "end ", "x:: ZW5kIA==\n" }, { "a\nb", "x:: YQpi\n" }, { "a\rb", "x:: YQ1i\n" }, { "a\tb", "x: a\tb\n" }, { "中", "x:: 5Lit\n" }, { "\x7f", "x: \x7f\n" },
	}, names[] = {
		{ "plain", "ou=plain" }, { "a,b", "ou=a\\,b" }, { " a ", "ou=\\ a\\ " }, { "#a#", "ou=\\#a#" }, { "a+b\"c\\d<e>f;g=h", "ou=a\\+b\\\"c\\\\d\\<e\\>f\\;g\\=h" },
		{ "a\nb", "ou=a\\0Ab" }, { "中", "ou=中" }, { " ", "ou=\\ " },
	};
	struct buf line, out;
	struct err err;
	struct str name;
	size_t i;

	(void)state;
	err_init(&err);
	buf_init(&line, 4096);
	buf_init(&out, 4096);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		buf_clear(&out);
		assert_int_equal(ldif_line(&line, "x", str_of(lines[i].in), &out, &err), ST_OK);
		assert_true(str_is(buf_str(&out), lines[i].want));
		assert_int_equal(ldif_value((struct str){ out.p, out.n - 1 }, &name, &line, &err), ST_OK);
		assert_true(str_is(name, "x") && str_is(buf_str(&line), lines[i].in));
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_clear(&out);
		assert_int_equal(ldif_rdn("ou", str_of(names[i].in), &out, &err), ST_OK);
		assert_true(str_is(buf_str(&out), names[i].want));
	}
	buf_clear(&out);
	assert_int_equal(ldif_rdn("ou", STR("a\0b"), &out, &err), ST_OK);
	assert_true(str_is(buf_str(&out), "ou=a\\00b"));
	buf_free(&line);
	buf_free(&out);
}

/* --- the tree --- */

static void
add_department(struct buf *text, const char *id, const char *parent)
{
	assert_int_equal(buf_addf(text, NULL,
			     "{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"kind\":\"department\",\"id\":\"%s\",\"tenant\":\"t\",\"source\":{\"platform\":\"p\",\"endpoint\":"
			     "\"departments\"},\"flags\":[],\"n\":{\"id\":\"%s\",\"parent_id\":\"%s\"}}\n",
			     id, id, parent),
	    ST_OK);
}

static void
tree(void **state)
{
	enum { CHAIN = 200, RINGS = 50 };
	struct orgtree_node path[ORGTREE_DEPTH], node;
	struct records recs;
	struct view_input in = { .opt = &opt, .records = &recs.iter };
	struct orgtree *t;
	struct arena a;
	struct err err;
	char dir[64], id[64], parent[64];
	size_t i, n, cut = 0;

	(void)state;
	err_init(&err);
	arena_init(&a, LIMIT_ARENA);
	records_open(&recs, NULL);
	/* One below the other, deepest first; rings of 1 to RINGS departments, each with one hanging on it. */
	for (i = CHAIN; i-- > 0;) {
		(void)snprintf(id, sizeof(id), "c%zu", i);
		(void)snprintf(parent, sizeof(parent), i == 0 ? "0" : "c%zu", i - 1);
		add_department(&recs.text, id, parent);
	}
	for (n = 1; n <= RINGS; n++) {
		(void)snprintf(id, sizeof(id), "h%zu", n);
		(void)snprintf(parent, sizeof(parent), "r%zu.%zu", n, n / 2);
		add_department(&recs.text, id, parent);
		for (i = 0; i < n; i++) {
			(void)snprintf(id, sizeof(id), "r%zu.%zu", n, i);
			(void)snprintf(parent, sizeof(parent), "r%zu.%zu", n, (i + 1) % n);
			add_department(&recs.text, id, parent);
		}
	}
	in.scratch = scratch_dir(dir);
	assert_int_equal(orgtree_open(&t, &in, &err), ST_OK);
	assert_int_equal(orgtree_depth(t), ORGTREE_DEPTH - 1);
	for (i = 0; i < CHAIN; i++) {
		(void)snprintf(id, sizeof(id), "c%zu", i);
		assert_int_equal(orgtree_path(t, str_of(id), &a, path, &n, &err), ST_OK);
		assert_int_equal(n, i % ORGTREE_DEPTH + 1);
		assert_int_equal(path[0].depth, i % ORGTREE_DEPTH);
		assert_int_equal(path[n - 1].why, i < ORGTREE_DEPTH ? ORGTREE_TOP : ORGTREE_DEEP);
	}
	for (n = 1; n <= RINGS; n++) {
		for (i = 0; i < n; i++) {
			(void)snprintf(id, sizeof(id), "r%zu.%zu", n, i);
			assert_int_equal(orgtree_get(t, str_of(id), &a, &node, &err), ST_OK);
			/* The first of the archive is on top; the one whose parent it is below it, and so on. */
			assert_int_equal(node.why, i == 0 ? ORGTREE_CYCLE : ORGTREE_BELOW);
			assert_int_equal(node.depth, i == 0 ? 0 : n - i);
			cut += node.why == ORGTREE_CYCLE;
		}
		(void)snprintf(id, sizeof(id), "h%zu", n);
		assert_int_equal(orgtree_get(t, str_of(id), &a, &node, &err), ST_OK);
		assert_int_equal(node.why, ORGTREE_BELOW);
	}
	assert_int_equal(cut, RINGS);
	assert_int_equal(orgtree_get(t, STR("nobody"), &a, &node, &err), ST_END);
	assert_int_equal(orgtree_path(t, STR("nobody"), &a, path, &n, &err), ST_OK);
	assert_int_equal(n, 0);
	orgtree_close(t);
	records_close(&recs);
	arena_free(&a);
	close(in.scratch);
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(exact_bytes), cmocka_unit_test(hard_cases), cmocka_unit_test(nothing), cmocka_unit_test(no_memory),
		cmocka_unit_test(foreign), cmocka_unit_test(folding), cmocka_unit_test(directory_text), cmocka_unit_test(tree) };

	if (when_zone("Asia/Shanghai", NULL) != ST_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
