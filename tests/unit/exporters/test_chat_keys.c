/* test_chat_keys.c: whatever is wrong with a message key, the answer is the same. */
#include "chat_rig.h"

#include "exporters/chat_keys.h"

static void
test_unwrap(void **state)
{
	static const char binary[] = "\x01\x02\xff\xfe and more";
	struct chat_rig r;
	struct chat_keys *k;
	EVP_PKEY *other = EVP_RSA_gen(2048);
	char good[1024], bad[1024], out[CHAT_KEY_TEXT_MAX];
	size_t n;
	unsigned i;

	(void)state;
	chat_rig_open(&r);
	chat_rig_configure(&r, "x", NULL, "chat.key.3 = file:key.pem\nchat.key.7 = file:key.pem\n");
	assert_int_equal(chat_keys_open(&k, r.config, "tenant acme", 2, &r.err), ST_OK);
	assert_int_equal(chat_keys_count(k), 2);
	assert_true(chat_keys_has(k, 7));
	assert_false(chat_keys_has(k, 4));
	chat_rig_wrap(r.key, MESSAGE_KEY, strlen(MESSAGE_KEY), good, sizeof(good));
	for (i = 0; i < 6; i++) {	/* the same context again and again */
		assert_int_equal(chat_keys_unwrap(k, i % 2, i < 3 ? 3 : 7, str_of(good), out, &n, &r.err), ST_OK);
		assert_int_equal(n, strlen(MESSAGE_KEY));
		assert_string_equal(out, MESSAGE_KEY);
	}
	assert_int_equal(chat_keys_unwrap(k, 0, 4, str_of(good), out, &n, &r.err), ST_END);
	chat_rig_wrap(other, MESSAGE_KEY, strlen(MESSAGE_KEY), bad, sizeof(bad));
	for (i = 0; i < 5; i++) {
		struct str s = i == 0 ? str_of(bad) : i == 1 ? STR("AAAA") : i == 2 ? STR("not base64!") : i == 3 ? STR("") : STR_NONE;

		assert_int_equal(chat_keys_unwrap(k, 0, 3, s, out, &n, &r.err), ST_INPUT);
		assert_string_equal(r.err.text, "the message key cannot be decrypted");
		assert_int_equal(n, 0);
	}
	chat_rig_wrap(r.key, binary, sizeof(binary), bad, sizeof(bad));		/* decrypts, but has not the shape */
	assert_int_equal(chat_keys_unwrap(k, 0, 3, str_of(bad), out, &n, &r.err), ST_INPUT);
	assert_string_equal(r.err.text, "the message key cannot be decrypted");
	chat_rig_wrap(r.key, "short", 5, bad, sizeof(bad));
	assert_int_equal(chat_keys_unwrap(k, 0, 3, str_of(bad), out, &n, &r.err), ST_INPUT);
	good[10] = good[10] == 'A' ? 'B' : 'A';
	assert_int_equal(chat_keys_unwrap(k, 0, 3, str_of(good), out, &n, &r.err), ST_INPUT);
	assert_int_equal(chat_keys_unwrap(k, 0, 3, str_of(good), out, &n, NULL), ST_INPUT);
	EVP_PKEY_free(other);
	chat_keys_close(k);
	chat_rig_close(&r);
}

static void
test_configuration(void **state)
{
	static const struct { const char *line; enum status want; } cases[] = {
		{ "", ST_OK }, { "chat.key.x = file:key.pem", ST_USAGE }, { "chat.key.4294967296 = file:key.pem", ST_USAGE },
		{ "chat.key.1 = file:wrapped", ST_USAGE }, { "chat.key.1 = file:missing", ST_IO }, { "chat.key.1 = file:ec.pem", ST_USAGE },
		{ "chat.key.1 = file:small.pem", ST_USAGE }
	};
	struct chat_rig r;
	struct chat_keys *k;
	EVP_PKEY *ec = EVP_EC_gen("P-256"), *small = EVP_RSA_gen(1024);
	char path[128];
	FILE *f;
	size_t i;

	(void)state;
	chat_rig_open(&r);
	chat_rig_file(&r, "ec.pem", "");
	(void)snprintf(path, sizeof(path), "%s/ec.pem", r.dir);
	assert_non_null(f = fopen(path, "w"));
	assert_int_equal(PEM_write_PrivateKey(f, ec, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(f), 0);
	chat_rig_file(&r, "small.pem", "");
	(void)snprintf(path, sizeof(path), "%s/small.pem", r.dir);
	assert_non_null(f = fopen(path, "w"));
	assert_int_equal(PEM_write_PrivateKey(f, small, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(f), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		chat_rig_configure(&r, "x", NULL, cases[i].line);
		assert_int_equal(chat_keys_open(&k, r.config, "tenant acme", 1, &r.err), cases[i].want);
		if (cases[i].want != ST_OK)
			assert_null(k);
		chat_keys_close(k);
	}
	EVP_PKEY_free(ec);
	EVP_PKEY_free(small);
	chat_rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_unwrap), cmocka_unit_test(test_configuration) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
