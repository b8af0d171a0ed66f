/* api_judge.c: what an answer means: the code and the words in it, and which verdict follows. */
#include "exporters/api_priv.h"

#include <stdio.h>

#include "core/i18n.h"
#include "core/log.h"

#define WAIT_MAX_S	31536000u	/* a year: longer than any run waits */

static enum action
action_of(const struct api *api, const struct call *call, struct str code)
{
	const struct code_actions *lists[2] = { &call->errors, &api->p->errors };
	size_t i, k;

	for (k = 0; k < 2; k++)
		for (i = 0; i < lists[k]->n; i++)
			if (str_is(code, lists[k]->v[i].code))
				return lists[k]->v[i].act;
	return ACT_UNKNOWN;
}

/* Cut at a character's border. */
void
api_keep(char *out, size_t size, struct str s)
{
	size_t n = s.n < size - 1 ? s.n : size - 1;

	while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	if (n > 0)
		memcpy(out, s.p, n);
	out[n] = '\0';
}

static char
first_byte(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (strchr(" \t\r\n", s.p[i]) == NULL || s.p[i] == '\0')
			return s.p[i];
	return '\0';
}

/* The platform's words go into records and messages: without our secrets, should it repeat one. */
static void
keep_words(struct answer *ans, struct str text)
{
	struct buf clean;

	if (!log_holds_secret(text)) {
		api_keep(ans->text, sizeof(ans->text), text);
		return;
	}
	buf_init(&clean, text.n * 8 + 64);
	if (log_clean(text, &clean, NULL) != ST_OK)
		buf_clear(&clean);
	api_keep(ans->text, sizeof(ans->text), buf_str(&clean));
	buf_free(&clean);
}

/* A wait in seconds; 0: none stated.  More than a year is a year. */
static uint64_t
seconds(struct str s)
{
	uint64_t n = 0;
	size_t i;

	if (str_u64(s, 1, WAIT_MAX_S, &n, NULL) == ST_OK)
		return n;
	for (i = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		;
	return i > 0 && i == s.n && s.p[0] != '0' ? WAIT_MAX_S : 0;
}

/* The wait that a ban's own words name, else the description's. */
static int64_t
ban_ms(const struct api *api, const struct answer *ans, size_t field)
{
	uint64_t s;

	if (ans->resp.retry_after_s >= 0)
		return (int64_t)ans->resp.retry_after_s * 1000;
	if (field != 0 && (s = seconds(ans->t[field].val)) > 0)
		return (int64_t)s * 1000;
	return api_scaled(api, api->p->ban_wait_s * 1000);
}

static int64_t
throttle_ms(const struct api *api, const struct answer *ans)
{
	return ans->resp.retry_after_s >= 0 ? (int64_t)ans->resp.retry_after_s * 1000 : api_scaled(api, api->p->throttle_wait_s * 1000);
}

/* The code of a failing answer and what it asks for. */
static enum verdict
read_code(struct api *api, const struct call *call, struct answer *ans, int64_t *wait)
{
	struct str text = STR_NONE;
	size_t i, k;

	for (k = 0, i = 0; k < api->p->code_paths.n && i == 0; k++)
		i = json_path(ans->t, 0, api->p->code_paths.v[k]);
	if (i != 0)
		api_keep(ans->code, sizeof(ans->code), ans->t[i].val);
	k = api->p->text_path == NULL ? 0 : json_path(ans->t, 0, api->p->text_path);
	if (k != 0 && json_text(ans->t[k].val, ans->t[k].flags, &ans->arena, &text, NULL) == ST_OK)
		keep_words(ans, text);
	for (k = 0; k < api->p->ban_fields.n; k++) {
		size_t field = json_get(ans->t, 0, api->p->ban_fields.v[k]);

		if (field != 0) {
			*wait = ban_ms(api, ans, field);
			return BAN;
		}
	}
	if (i == 0) {
		api_keep(ans->text, sizeof(ans->text), str_of(_("an answer without a code")));
		return AGAIN;
	}
	ans->act = action_of(api, call, str_of(ans->code));
	switch (ans->act) {
	case ACT_REFRESH:
		return REFRESH;
	case ACT_RETRY:
		return BUSY;
	case ACT_WAIT:
		*wait = throttle_ms(api, ans);
		return THROTTLE;
	default:
		return DONE;
	}
}

static enum status
read_json(struct api *api, const struct call *call, struct str body, struct answer *ans, enum verdict *v, int64_t *wait, struct err *err)
{
	struct err why;
	size_t i;
	enum status st;

	err_init(&why);
	if ((st = json_tape(body, &ans->arena, &ans->t, &ans->n, &why)) == ST_INPUT) {
		(void)snprintf(ans->text, sizeof(ans->text), "%.300s", why.text);
		ans->t = NULL;
		*v = AGAIN;
		return ST_OK;
	}
	if (st != ST_OK)
		return err_set(err, st, "%s: %s", call->path, why.text);
	i = json_path(ans->t, 0, api->p->success_path);
	if (i != 0 && str_is(ans->t[i].val, api->p->success_equals) && ans->resp.status / 100 == 2) {
		ans->act = ACT_OK;
		*v = DONE;
		return ST_OK;
	}
	*v = read_code(api, call, ans, wait);
	return ST_OK;
}

static enum status
ban_page(struct api *api, struct answer *ans, enum verdict *v, int64_t *wait)
{
	(void)snprintf(ans->text, sizeof(ans->text), "%s", _("a page where data should be: the platform blocks this caller"));
	*wait = ban_ms(api, ans, 0);
	*v = BAN;
	return ST_OK;
}

/* What went to the sink: content, or an error or a ban that calls itself content. */
static enum status
content(struct api *api, const struct call *call, struct download *to, struct answer *ans, enum verdict *v, int64_t *wait, struct err *err)
{
	struct str head = to->head(to);
	bool ranged = to->from != 0 || to->upto != 0, piece = ans->resp.status == 206;

	if (ans->resp.disposition[0] == '\0' && !(ranged && piece)) {	/* content has a name, or is the piece that was asked for */
		if (first_byte(head) == '{' && ans->resp.n_body <= head.n)
			return read_json(api, call, head, ans, v, wait, err);
		if (strcmp(ans->resp.content_type, "text/html") == 0 || first_byte(head) == '<')
			return ban_page(api, ans, v, wait);
	}
	if ((ans->resp.status != 200 && !piece) || (piece && !ranged && ans->resp.range_total != ans->resp.n_body)) {
		(void)snprintf(ans->text, sizeof(ans->text), "%s", _("this is not the content that was asked for"));
		*v = AGAIN;
		return ST_OK;
	}
	ans->act = ACT_OK;
	*v = DONE;
	return ST_OK;
}

/* What a complete answer means. */
enum status
api_judge(struct api *api, const struct call *call, struct download *to, struct answer *ans, enum verdict *v, int64_t *wait, struct err *err)
{
	struct str body = buf_str(&ans->resp.body);
	char first;

	ans->act = ACT_UNKNOWN;
	(void)snprintf(ans->code, sizeof(ans->code), "http %ld", ans->resp.status);
	ans->text[0] = '\0';
	if (ans->resp.to_sink && to != NULL)
		return content(api, call, to, ans, v, wait, err);
	if (ans->resp.status == 408 || ans->resp.status >= 500) {
		if (ans->resp.retry_after_s > 0)
			*wait = (int64_t)ans->resp.retry_after_s * 1000;
		*v = AGAIN;
		return ST_OK;
	}
	if (ans->resp.status / 100 == 3)
		return err_set(err, ST_REMOTE, _("%s: answered with HTTP %ld, which is neither an answer nor a way to one"), call->path,
		    ans->resp.status);
	first = first_byte(body);
	if (first == '{' || first == '[') {
		enum status st = read_json(api, call, body, ans, v, wait, err);

		if (st != ST_OK)
			return st;
		if (ans->t == NULL && strcmp(ans->resp.content_type, "text/html") == 0)
			return ban_page(api, ans, v, wait);
		if (ans->resp.status == 429 && (*v == AGAIN || (*v == DONE && ans->act == ACT_UNKNOWN))) {
			*wait = throttle_ms(api, ans);
			*v = THROTTLE;
		}
		if (to == NULL || ans->act != ACT_OK)
			return ST_OK;
		(void)snprintf(ans->text, sizeof(ans->text), "%s", _("success announced, but no content came"));
		*v = AGAIN;
		return ST_OK;
	}
	if (ans->resp.status == 429) {
		*wait = throttle_ms(api, ans);
		*v = THROTTLE;
		return ST_OK;
	}
	if (body.n == 0 && ans->resp.status / 100 == 2) {
		(void)snprintf(ans->text, sizeof(ans->text), "%s", _("an empty answer"));
		*v = AGAIN;
		return ST_OK;
	}
	return ban_page(api, ans, v, wait);
}
