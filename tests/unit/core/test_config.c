/* test_config.c: syntax, known names and the nearest for others, values, places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/config.h"
#include "core/limits.h"
#include "core/mem.h"

static const char good[] =
	"; a comment\n"
	"# another one\n"
	"\n"
	"[store]\n"
	"path        = /var/lib/custody/acme      ; or s3://bucket/prefix\n"
	"label       = acme\n"
	"volume=50 GiB\n"
	"encrypt_to  = legal.crt, escrow.crt\t; absent: not encrypted\n"
	"region=;cn\n"
	"\n"
	"  [store  second ]   ; indented\n"
	"\tpath = backup/second\n"
	"[store cloud]\n"
	"path = s3://bucket/prefix\n"
	"[seal]\n"
	"signer.administrator      = cert=admin.crt key=file:admin.key\n"
	"signer.compliance-officer = cert=officer.crt            ; key elsewhere\n"
	"timestamp   = https://tsa.example/a;b\n"
	"[tenant acme]\n"
	"platform    = wecom\n"
	"base_url    =                            ; other host\n"
	"ca=\n"
	"secret.contacts = file:/etc/custody/contacts.secret\n"
	"secret.default = env:CUSTODY_SECRET\n"
	"chat.key.3  = file:/etc/custody/chat-3.pem\n"
	"chat.key.12 = credential:chat-12\n"
	"purpose     = \xe5\x85\xb3\xe9\x97\xad\xe5\x89\x8d\xe5\xbd\x92\xe6\xa1\xa3\n"
	"[tenant empty]\n"
	"[retention \xe8\xb4\xa2\xe5\x8a\xa1]\n"
	"keep = 7 years";

static struct config *
parse(const char *text)
{
	struct config *c = NULL;
	struct err err;

	err_init(&err);
	if (config_parse(&c, "dir/custody.conf", str_of(text), &err) != ST_OK)
		fail_msg("%s", err.text);
	return c;
}

static void
values(void **state)
{
	struct config *c = parse(good);
	const char *value = NULL;
	struct buf path;

	(void)state;
	assert_string_equal(config_get(c, "store", "path"), "/var/lib/custody/acme");
	assert_string_equal(config_get(c, "store", "volume"), "50 GiB");
	assert_string_equal(config_get(c, "store", "encrypt_to"), "legal.crt, escrow.crt");
	assert_string_equal(config_get(c, "store", "region"), ";cn");	/* no blank before it: no comment */
	assert_string_equal(config_get(c, "store second", "path"), "backup/second");
	assert_string_equal(config_get(c, "seal", "signer.administrator"), "cert=admin.crt key=file:admin.key");
	assert_string_equal(config_get(c, "seal", "signer.compliance-officer"), "cert=officer.crt");
	assert_string_equal(config_get(c, "seal", "timestamp"), "https://tsa.example/a;b");
	assert_string_equal(config_get(c, "tenant acme", "purpose"), "\xe5\x85\xb3\xe9\x97\xad\xe5\x89\x8d\xe5\xbd\x92\xe6\xa1\xa3");
	assert_string_equal(config_get(c, "retention \xe8\xb4\xa2\xe5\x8a\xa1", "keep"), "7 years");
	assert_null(config_get(c, "tenant acme", "base_url"));
	assert_null(config_get(c, "tenant acme", "ca"));
	assert_null(config_get(c, "tenant acme", "store"));
	assert_null(config_get(c, "tenant nobody", "platform"));
	assert_int_equal(config_line(c, "store", "path"), 5);
	assert_int_equal(config_line(c, "tenant acme", "platform"), 20);
	assert_int_equal(config_line(c, "tenant acme", "ca"), 0);
	assert_true(config_has_section(c, "tenant empty"));
	assert_false(config_has_section(c, "trust"));
	assert_string_equal(config_section(c, "tenant", 0), "acme");
	assert_string_equal(config_section(c, "tenant", 1), "empty");
	assert_null(config_section(c, "tenant", 2));
	assert_string_equal(config_section(c, "store", 0), "second");
	assert_string_equal(config_section(c, "store", 1), "cloud");
	assert_null(config_section(c, "store", 2));
	assert_null(config_section(c, "ten", 0));
	assert_string_equal(config_key(c, "tenant acme", "chat.key.", 0, &value), "chat.key.3");
	assert_string_equal(value, "file:/etc/custody/chat-3.pem");
	assert_string_equal(config_key(c, "tenant acme", "chat.key.", 1, &value), "chat.key.12");
	assert_null(config_key(c, "tenant acme", "chat.key.", 2, &value));
	assert_null(config_key(c, "tenant acme", "base_url", 0, NULL));	/* empty is absent */
	assert_string_equal(config_dir(c), "dir");
	assert_string_equal(config_file(c), "dir/custody.conf");

	buf_init(&path, 4096);
	assert_int_equal(config_path(c, "store second", "path", &path, NULL), ST_OK);
	assert_string_equal(path.p, "dir/backup/second");
	buf_clear(&path);
	assert_int_equal(config_path(c, "store", "path", &path, NULL), ST_OK);
	assert_string_equal(path.p, "/var/lib/custody/acme");
	buf_clear(&path);
	assert_int_equal(config_path(c, "store cloud", "path", &path, NULL), ST_OK);
	assert_string_equal(path.p, "s3://bucket/prefix");
	assert_int_equal(config_path(c, "store cloud", "state", &path, NULL), ST_END);
	buf_free(&path);
	config_close(c);
	config_close(NULL);
}

/* Refused: ${where} must stand in the message, ${next} in the next step. */
static const struct { const char *text, *where, *next; } refusals[] = {
	{ "[store]\npth = x\n", "dir/custody.conf:2: unknown key \"pth\" in [store]", "\"path\"" },
	{ "[store]\nPath = x\n", "custody.conf:2", "\"path\"" },
	{ "[store]\nlabell = x\n", "custody.conf:2", "\"label\"" },
	{ "[store]\nlabel\xe3\x80\x80 = x\n", "custody.conf:2", "\"label\"" },
	{ "[store]\nencryptto = x\n", "custody.conf:2", "\"encrypt_to\"" },
	{ "[seal]\nsinger.administrator = x\n", "\"singer.administrator\"", "\"signer.administrator\"" },
	{ "[seal]\nsigner. = x\n", "\"signer.\"", "\"signer.*\"" },
	{ "[seal]\nsigner = x\n", "\"signer\"", "" },
	{ "[seal]\ntime_stamp = x\n", "\"time_stamp\"", "\"timestamp\"" },
	{ "[tenant a]\nsecrets.chat = file:x\n", "\"secrets.chat\"", "\"secret.chat\"" },
	{ "[tenant a]\nchat.kye.3 = file:x\n", "\"chat.kye.3\"", "\"chat.key.3\"" },
	{ "[tenant a]\ncorpid = x\n", "\"corpid\"", "\"corp_id\"" },
	{ "[tenant a]\ntimezone = x\n", "\"timezone\"", "\"time_zone\"" },
	{ "[tenant a]\ncsv.clrf = x\n", "\"csv.clrf\"", "\"csv.crlf\"" },
	{ "[tenant a]\npath = x\n", "\"path\" in [tenant a]", "[store]" },
	{ "[store]\nplatform = x\n", "\"platform\" in [store]", "[tenant]" },
	{ "[store]\ncompletely_else = x\n", "\"completely_else\"", "" },
	{ "[tennant acme]\n", "custody.conf:1: unknown section [tennant acme]", "[tenant acme]" },
	{ "[Store]\n", "unknown section [Store]", "[store]" },
	{ "[zzzzzzzz]\n", "unknown section [zzzzzzzz]", "[retention NAME]" },
	{ "[tenant]\n", "[tenant] needs a name", NULL },
	{ "[seal x]\n", "[seal] takes no name", NULL },
	{ "[tenant a/b]\n", "\"a/b\" cannot be a name", NULL },
	{ "[tenant ..]\n", "\"..\" cannot be a name", NULL },
	{ "[tenant a b]\n", "\"a b\" cannot be a name", NULL },
	{ "\n[store]\npath = a\nlabel = b\npath = c\n", "custody.conf:5: key \"path\" a second time in [store]: the first is at line 3", NULL },
	{ "[store]\npath =\npath = c\n", "custody.conf:3: key \"path\" a second time", NULL },
	{ "[tenant a]\n[store]\n[tenant  a ]\n", "custody.conf:3: section [tenant a] a second time: the first is at line 1", NULL },
	{ "path = a\n", "custody.conf:1: the key \"path\" stands before the first section", NULL },
	{ "[store]\npath\n", "custody.conf:2: neither", NULL },
	{ "[store]\npath ; = x\n", "custody.conf:2: neither", NULL },
	{ "[store]\n= x\n", "custody.conf:2: no key", NULL },
	{ "[store\npath = x\n", "custody.conf:1: the name of a section has no \"]\"", NULL },
	{ "[]\n", "custody.conf:1: a section has no name", NULL },
	{ "[store] path = x\n", "custody.conf:1: \"path = x\" stands behind", NULL },
	{ "[store]\nlabel = a\x1b[31m\n", "custody.conf:2: a control character (\\x1b)", NULL },
	{ "[store]\nlabel = a\rb\n", "custody.conf:2: a control character (\\x0d)", NULL },
	{ "[store]\nlabel = \xff\n", "custody.conf:2: not UTF-8", NULL },
	{ "[store]\nlabel = \xc0\xaf\n", "custody.conf:2: not UTF-8", NULL },
	{ "[store]\n\xef\xbb\xbflabel = a\n", "custody.conf:2: unknown key", "\"label\"" },	/* only at the start of the file */
	{ "[tenant a]\nsecret.chat = Zq8hunter2\n", "\"secret.chat\" holds something that may be a secret", "file:PATH" },
	{ "[tenant a]\nchat.passwd = Zq8hunter2\n", "\"chat.passwd\" holds", "file:PATH" },
	{ "[tenant a]\nchat.key.1 = -----BEGIN Zq8hunter2\n", "\"chat.key.1\" holds", "file:PATH" },
};

static void
refused(void **state)
{
	struct config *c;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		err_init(&err);
		assert_int_equal(config_parse(&c, "dir/custody.conf", str_of(refusals[i].text), &err), ST_USAGE);
		assert_null(c);
		if (strstr(err.text, refusals[i].where) == NULL)
			fail_msg("case %zu: \"%s\" lacks \"%s\"", i, err.text, refusals[i].where);
		if (refusals[i].next != NULL && strstr(err.next, refusals[i].next) == NULL)
			fail_msg("case %zu: \"%s\" lacks \"%s\"", i, err.next, refusals[i].next);
		assert_null(strstr(err.text, "hunter2"));
		assert_null(strstr(err.next, "hunter2"));
	}
	/* A name that resembles nothing gets no suggestion. */
	assert_int_equal(config_parse(&c, "f", STR("[store]\nqqqq = x\n"), &err), ST_USAGE);
	assert_string_equal(err.next, "");
	assert_int_equal(config_parse(&c, "f", STR("[store]\nlabel = a\0b\n"), &err), ST_USAGE);
	assert_non_null(strstr(err.text, "f:2: a control character (\\x00)"));
}

/* Every key of the manual is known where the manual puts it. */
static void
known_keys(void **state)
{
	struct config *c = parse(
	    "\xef\xbb\xbf[store]\r\npath=a\r\nlabel=a\r\nvolume=a\r\nstate=a\r\nencrypt_to=a\r\nregion=a\r\nlevel=a\r\n"
	    "[seal]\r\nsigner.x=a\r\ntimestamp=a\r\ntimestamp.ca=a\r\ndigest=a\r\nreceipt=a\r\ncrl=a\r\n[trust]\r\nfile=a\r\n"
	    "[tenant t]\r\nplatform=a\r\ncorp_id=a\r\nbase_url=a\r\nca=a\r\nstore=a\r\nsecret.x=file:a\r\ntime_zone=a\r\nregion=a\r\n"
	    "region.allow=a\r\nchat.sdk=a\r\nchat.proxy=a\r\nchat.passwd=env:a\r\nchat.key.1=credential:a\r\npurpose=a\r\nbasis=a\r\n"
	    "organization=a\r\noperator=a\r\ndescription=a\r\ncsv.crlf=a\r\n[retention r]\r\nstreams=a\r\nkeep=a\r\nfrom=a\r\nlaw=a");

	(void)state;
	assert_string_equal(config_get(c, "store", "path"), "a");	/* CR is no part of a value */
	assert_string_equal(config_get(c, "retention r", "law"), "a");
	assert_int_equal(config_line(c, "store", "path"), 2);
	config_close(c);
}

static void
limits(void **state)
{
	static const char head[] = "[store]\n";
	char *text = malloc(LIMIT_CONFIG + 1);
	struct config *c;
	struct err err;
	struct buf many;
	int i;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', LIMIT_CONFIG + 1);
	memcpy(text, head, sizeof(head) - 1);
	assert_int_equal(config_parse(&c, "f", (struct str){ text, LIMIT_CONFIG }, &err), ST_OK);
	config_close(c);
	assert_int_equal(config_parse(&c, "f", (struct str){ text, LIMIT_CONFIG + 1 }, &err), ST_LIMIT);
	assert_null(c);
	/* A line as long as the file, in one piece. */
	memset(text, 'x', LIMIT_CONFIG);
	memcpy(text, "[store]\nlabel=", 14);
	assert_int_equal(config_parse(&c, "f", (struct str){ text, LIMIT_CONFIG }, &err), ST_OK);
	assert_int_equal(strlen(config_get(c, "store", "label")), LIMIT_CONFIG - 14);
	config_close(c);
	free(text);

	buf_init(&many, LIMIT_CONFIG);
	assert_int_equal(buf_addz(&many, "[tenant a]\n", NULL), ST_OK);
	for (i = 0; i < 4096; i++)
		assert_int_equal(buf_addf(&many, NULL, "secret.%d=file:a\n", i), ST_OK);
	assert_int_equal(config_parse(&c, "f", buf_str(&many), &err), ST_OK);
	config_close(c);
	assert_int_equal(buf_addz(&many, "secret.x=file:a\n", NULL), ST_OK);
	assert_int_equal(config_parse(&c, "f", buf_str(&many), &err), ST_LIMIT);
	buf_free(&many);
}

static void
nearest(void **state)
{
	static const char *const words[] = { "export", "extract", "resume", "verify", "list", "plan", "runs" };
	static const struct { const char *word, *want; } cases[] = {
		{ "exprot", "export" }, { "EXPORT", "export" }, { "expor", "export" }, { "extrakt", "extract" }, { "lst", "list" },
		{ "vrefiy", "verify" }, { "run", "runs" }, { "planning", NULL }, { "", NULL }, { "x", NULL }, { "zzz", NULL },
		{ "completely-different", NULL },
	};
	char longer[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = config_nearest(cases[i].word, words, sizeof(words) / sizeof(words[0]));

		if (cases[i].want == NULL)
			assert_null(got);
		else
			assert_string_equal(got, cases[i].want);
	}
	memset(longer, 'e', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_null(config_nearest(longer, words, sizeof(words) / sizeof(words[0])));
	assert_null(config_nearest("export", words, 0));
}

static void
sizes(void **state)
{
	static const struct { const char *in; uint64_t want; } good_sizes[] = {
		{ "0", 0 }, { "1", 1 }, { "512 B", 512 }, { "1KiB", 1024 }, { "50 GiB", UINT64_C(50) << 30 }, { "3  MiB", 3 << 20 },
		{ "16777215 TiB", UINT64_C(16777215) << 40 }, { "18446744073709551615", UINT64_MAX },
	};
	static const char *const bad[] = {
		"", "x", "50 GB", "1.5 GiB", "-1", "+1", " 1", "01", "16777216 TiB", "18446744073709551616", "50 gib", "GiB", "1 KiB x",
	};
	uint64_t got = 42;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good_sizes) / sizeof(good_sizes[0]); i++) {
		assert_int_equal(config_bytes(good_sizes[i].in, &got, &err), ST_OK);
		assert_true(got == good_sizes[i].want);
	}
	got = 42;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(config_bytes(bad[i], &got, &err), ST_USAGE);
		assert_true(got == 42);
	}
}

static enum status
collect(void *ctx, const char *section, const char *key, const char *value, struct err *err)
{
	if (strcmp(key, "stop") == 0)
		return err_set(err, ST_CORRUPT, "no more");
	return buf_addf(ctx, err, "%s|%s|%s;", section, key, value);
}

static void
free_ini(void **state)
{
	struct buf got;
	struct err err;

	(void)state;
	buf_init(&got, 4096);
	assert_int_equal(config_ini("trust.conf", STR("[roots]\nfile = a\nfile = b ; x\n[empty]\n[any thing]\nX.y=\n"), collect, &got, &err), ST_OK);
	assert_int_equal(buf_z(&got, NULL), ST_OK);
	assert_string_equal(got.p, "roots|file|a;roots|file|b;any thing|X.y|;");
	assert_int_equal(config_ini("trust.conf", STR("[a]\nb=c\n\nstop=1\n"), collect, &got, &err), ST_CORRUPT);
	assert_string_equal(err.text, "trust.conf:4: no more");
	buf_free(&got);
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
places(void **state)
{
	char dir[] = "/tmp/custody-test-config-XXXXXX", old[4096];
	struct config *c;
	struct err err;
	struct buf path;

	(void)state;
	assert_non_null(getcwd(old, sizeof(old)));
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(mkdir("home", 0700) | mkdir("home/.config", 0700) | mkdir("home/.config/custody", 0700), 0);
	assert_int_equal(mkdir("xdg", 0700) | mkdir("xdg/custody", 0700), 0);
	assert_int_equal(setenv("HOME", "home", 1) | unsetenv("XDG_CONFIG_HOME") | unsetenv("CUSTODY_CONFIG"), 0);
	buf_init(&path, 4096);

	if (access("/etc/custody/custody.conf", F_OK) != 0) {
		assert_int_equal(config_find(NULL, &path, &err), ST_USAGE);
		assert_non_null(strstr(err.text, "./custody.conf, home/.config/custody/custody.conf, /etc/custody/custody.conf"));
		assert_int_equal(path.n, 0);
	}
	write_file("home/.config/custody/custody.conf", "[store]\n");
	assert_int_equal(config_find(NULL, &path, &err), ST_OK);
	assert_string_equal(path.p, "home/.config/custody/custody.conf");
	write_file("xdg/custody/custody.conf", "[store]\n");
	assert_int_equal(setenv("XDG_CONFIG_HOME", "xdg", 1), 0);
	assert_int_equal(config_find(NULL, &path, &err), ST_OK);
	assert_string_equal(path.p, "xdg/custody/custody.conf");
	write_file("custody.conf", "[store]\npath = here\n");
	assert_int_equal(config_find(NULL, &path, &err), ST_OK);
	assert_string_equal(path.p, "./custody.conf");
	assert_int_equal(setenv("CUSTODY_CONFIG", "elsewhere.conf", 1), 0);
	assert_int_equal(config_find(NULL, &path, &err), ST_OK);
	assert_string_equal(path.p, "elsewhere.conf");
	assert_int_equal(config_find("option.conf", &path, &err), ST_OK);
	assert_string_equal(path.p, "option.conf");
	buf_free(&path);

	assert_int_equal(config_load(&c, "custody.conf", &err), ST_OK);
	assert_string_equal(config_dir(c), ".");
	config_close(c);
	assert_int_equal(symlink("custody.conf", "link.conf"), 0);
	assert_int_equal(config_load(&c, "link.conf", &err), ST_OK);
	assert_string_equal(config_get(c, "store", "path"), "here");
	config_close(c);
	assert_int_equal(config_load(&c, "missing.conf", &err), ST_USAGE);
	assert_null(c);
	assert_int_equal(config_load(&c, "xdg", &err), ST_IO);
	assert_int_equal(truncate("custody.conf", (off_t)LIMIT_CONFIG + 1), 0);
	assert_int_equal(config_load(&c, "custody.conf", &err), ST_LIMIT);

	assert_int_equal(chdir(old), 0);
}

/* Each allocation failing once: the status says so, nothing half made comes out, nothing is lost. */
static void
no_memory(void **state)
{
	struct config *c;
	struct err err;
	enum status st;
	long n;

	(void)state;
	for (n = 1;; n++) {
		mem_fail_at(n);
		st = config_parse(&c, "dir/custody.conf", str_of(good), &err);
		if (!mem_fail_hit())
			break;
		assert_int_equal(st, ST_NOMEM);
		assert_null(c);
	}
	mem_fail_at(0);
	assert_int_equal(st, ST_OK);
	assert_true(n > 3);
	config_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values), cmocka_unit_test(refused), cmocka_unit_test(known_keys), cmocka_unit_test(limits),
		cmocka_unit_test(nearest), cmocka_unit_test(sizes), cmocka_unit_test(free_ini), cmocka_unit_test(places),
		cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
