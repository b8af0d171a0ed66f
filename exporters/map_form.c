/*
 * map_form.c: the controls of an approval's form: what each holds, as it stands and as a reader sees it.
 * Source: public reference, page 91983, read 2026-11.
 */
#include "exporters/map_wecom_priv.h"

#include <stdio.h>
#include <stdlib.h>

#define FORM_DEPTH	16u	/* tables inside tables; a form has at most two levels today */

/* Text that a reader sees: parts with separators. */
struct words { const struct map_in *in; struct map_out *o; size_t n; };

static void
say(struct words *w, struct str s, const char *between)
{
	if (s.n == 0 || w->o->st != ST_OK)
		return;
	if (w->n++ > 0)
		w->o->st = buf_addz(&w->o->b, between, w->o->err);
	if (w->o->st == ST_OK)
		w->o->st = buf_str_add(&w->o->b, s, w->o->err);
}

static void
say_at(struct words *w, size_t i, const char *path, const char *between)
{
	if (i != 0 && (i = json_path(w->in->t, i, path)) != 0)
		say(w, map_text(w->in, i, &w->o->st, w->o->err), between);
}

/* "+8:00", "-03:30" → minutes; false: ${i} has no such timezone_info.zone_offset. */
static bool
zone_of(const struct json_node *t, size_t i, int *offset_min)
{
	uint64_t hours, minutes = 0;
	const char *colon;
	struct str s;

	if (i == 0 || (i = json_path(t, i, "timezone_info.zone_offset")) == 0 || t[i].tok != JSON_STR)
		return false;
	s = t[i].val;
	if (s.n < 2 || (s.p[0] != '+' && s.p[0] != '-'))
		return false;
	*offset_min = s.p[0] == '-' ? -1 : 1;
	s = (struct str){ s.p + 1, s.n - 1 };
	colon = memchr(s.p, ':', s.n);
	if (colon != NULL) {
		struct str behind = { colon + 1, s.n - (size_t)(colon + 1 - s.p) };

		if (behind.n != 2 || behind.p[0] < '0' || behind.p[0] > '5' || behind.p[1] < '0' || behind.p[1] > '9')
			return false;
		minutes = (uint64_t)(behind.p[0] - '0') * 10 + (uint64_t)(behind.p[1] - '0');
		s.n = (size_t)(colon - s.p);
	}
	if (s.n == 2 && s.p[0] == '0')
		s = (struct str){ s.p + 1, 1 };
	if (str_u64(s, 0, 14, &hours, NULL) != ST_OK)
		return false;
	*offset_min *= (int)(hours * 60 + minutes);
	return true;
}

/*
 * A moment as the person saw it who filled the form in: in the zone that the form names, else in the tenant's.  A day is nothing without its
 * zone; where the form's is not the tenant's, a time says so.
 */
static void
say_time(struct words *w, size_t i, bool day, size_t zone, const char *between)
{
	int64_t ms = map_seconds(w->in->t, i);
	char local[30], there[WHEN_UTC_LEN + 1], text[64];
	int offset_min;

	if (ms == WHEN_UNKNOWN)
		return;
	when_local(ms, local);		/* 2026-11-22T10:00:00.000+08:00 */
	if (strlen(local) < 16)
		return;
	local[10] = ' ';
	local[day ? 10 : 16] = '\0';
	if (zone_of(w->in->t, zone, &offset_min)) {
		when_utc(ms + (int64_t)offset_min * 60000, there);
		if (strlen(there) < 16)
			return;
		there[10] = ' ';
		there[day ? 10 : 16] = '\0';
		if (strcmp(local, there) != 0 && !day) {
			int off = abs(offset_min);

			(void)snprintf(text, sizeof(text), "%s %c%02d:%02d", there, offset_min < 0 ? '-' : '+', off / 60 % 24, off % 60);
			say(w, str_of(text), between);
		} else
			say(w, str_of(there), between);
		return;
	}
	say(w, str_of(local), between);
}

static size_t
lang_text(const struct json_node *t, size_t arr)
{
	size_t k, c, pick = 0, lang;

	if (arr == 0 || t[arr].tok != JSON_ARR)
		return 0;
	for (k = 0, c = arr + 1; k < t[arr].n_children; k++, c = t[c].next) {
		lang = json_get(t, c, "lang");
		if (pick == 0)
			pick = c;
		if (lang != 0 && str_has_prefix(t[lang].val, "zh")) {
			pick = c;
			break;
		}
	}
	return pick == 0 ? 0 : json_get(t, pick, "text");
}

static void
say_selector(struct words *w, size_t selector)
{
	const struct json_node *t = w->in->t;
	size_t options = selector == 0 ? 0 : json_get(t, selector, "options"), k, c, i;

	if (options == 0 || t[options].tok != JSON_ARR)
		return;
	for (k = 0, c = options + 1; k < t[options].n_children; k++, c = t[c].next) {
		i = lang_text(t, json_get(t, c, "value"));
		if (i == 0)
			i = json_get(t, c, "key");
		if (i != 0)
			say(w, map_text(w->in, i, &w->o->st, w->o->err), "; ");
	}
}

static void
say_range(struct words *w, size_t range)
{
	const struct json_node *t = w->in->t;
	size_t i;
	uint64_t s;
	char hours[40];

	if (range == 0)
		return;
	say_time(w, json_get(t, range, "new_begin"), false, range, ", ");
	say_time(w, json_get(t, range, "new_end"), false, range, " – ");
	i = json_get(t, range, "new_duration");
	if (i != 0 && str_u64(t[i].val, 1, UINT64_C(31536000000), &s, NULL) == ST_OK) {
		(void)snprintf(hours, sizeof(hours), "(%.2f h)", (double)s / 3600.0);
		say(w, str_of(hours), " ");
	}
}

/* Every object of a list: two members, the second in brackets or behind a blank. */
static void
say_list(struct words *w, size_t arr, const char *main, const char *side)
{
	const struct json_node *t = w->in->t;
	size_t k, c;

	if (arr == 0 || t[arr].tok != JSON_ARR)
		return;
	for (k = 0, c = arr + 1; k < t[arr].n_children; k++, c = t[c].next) {
		say_at(w, c, main, "; ");
		if (side != NULL)
			say_at(w, c, side, " ");
	}
}

/* The newer slot, unless it is empty. */
static void
say_newer(struct words *w, size_t v, const char *newer, const char *older)
{
	size_t before = w->n;

	say_at(w, v, newer, "");
	if (w->n == before)
		say_at(w, v, older, "");
}

static void c_text(struct words *w, size_t v) { say_at(w, v, "text", ""); }
static void c_number(struct words *w, size_t v) { say_newer(w, v, "new_number", "number"); }
static void c_money(struct words *w, size_t v) { say_newer(w, v, "new_money", "money"); }
static void c_selector(struct words *w, size_t v) { say_selector(w, json_get(w->in->t, v, "selector")); }
static void c_tips(struct words *w, size_t v) { (void)w; (void)v; }
static void c_file(struct words *w, size_t v) { say_list(w, json_get(w->in->t, v, "files"), "file_id", NULL); }
static void c_range(struct words *w, size_t v) { say_range(w, json_get(w->in->t, v, "date_range")); }
static void c_attendance(struct words *w, size_t v) { say_range(w, json_path(w->in->t, v, "attendance.date_range")); }
static void c_formula(struct words *w, size_t v) { say_at(w, v, "formula.value", ""); }

static void
c_date(struct words *w, size_t v)
{
	size_t date = json_get(w->in->t, v, "date"), type = json_path(w->in->t, v, "date.type");

	say_time(w, json_path(w->in->t, v, "date.s_timestamp"), type != 0 && str_is(w->in->t[type].val, "day"), date, "");
}

static void
c_contact(struct words *w, size_t v)
{
	say_list(w, json_get(w->in->t, v, "members"), "name", "userid");
	say_list(w, json_get(w->in->t, v, "departments"), "name", "openapi_id");
}

static void
c_vacation(struct words *w, size_t v)
{
	say_selector(w, json_path(w->in->t, v, "vacation.selector"));
	say_range(w, json_path(w->in->t, v, "vacation.attendance.date_range"));
}

static void
c_punch(struct words *w, size_t v)
{
	say_at(w, v, "punch_correction.state", "");
	say_time(w, json_path(w->in->t, v, "punch_correction.time"), false, 0, " ");
}

static void
c_location(struct words *w, size_t v)
{
	say_at(w, v, "location.title", "");
	say_at(w, v, "location.address", ", ");
	say_time(w, json_path(w->in->t, v, "location.time"), false, 0, ", ");
}

static void
c_related(struct words *w, size_t v)
{
	const struct json_node *t = w->in->t;
	size_t list = json_get(t, v, "related_approval"), k, c, i;

	if (list == 0 || t[list].tok != JSON_ARR)
		return;
	for (k = 0, c = list + 1; k < t[list].n_children; k++, c = t[c].next) {
		if ((i = lang_text(t, json_get(t, c, "template_names"))) != 0)
			say(w, map_text(w->in, i, &w->o->st, w->o->err), "; ");
		say_at(w, c, "sp_no", " ");
		say_at(w, c, "name", " ");
	}
}

static void
c_bank(struct words *w, size_t v)
{
	say_at(w, v, "bank_account.account_name", "");
	say_at(w, v, "bank_account.account_number", ", ");
	say_at(w, v, "bank_account.bank.bank_alias", ", ");
	say_at(w, v, "bank_account.bank.bank_branch_name", ", ");
	say_at(w, v, "bank_account.remark", ", ");
}

/* Control → where its value is, and how it reads.  Page 91983, "controls". */
static const struct { const char *control, *slot, *old_slot; void (*words)(struct words *, size_t value); } controls[] = {
	{ "Text", "text", NULL, c_text }, { "Textarea", "text", NULL, c_text }, { "Number", "new_number", "number", c_number },
	{ "Money", "new_money", "money", c_money }, { "Date", "date", NULL, c_date }, { "Selector", "selector", NULL, c_selector },
	{ "Contact", "members", "departments", c_contact }, { "Tips", "new_tips", NULL, c_tips }, { "File", "files", NULL, c_file },
	{ "Table", "children", NULL, c_tips }, { "Vacation", "vacation", NULL, c_vacation }, { "Attendance", "attendance", NULL, c_attendance },
	{ "PunchCorrection", "punch_correction", NULL, c_punch }, { "DateRange", "date_range", NULL, c_range },
	{ "Location", "location", NULL, c_location }, { "RelatedApproval", "related_approval", NULL, c_related },
	{ "Formula", "formula", NULL, c_formula }, { "BankAccount", "bank_account", NULL, c_bank },
};
#define N_CONTROLS	(sizeof(controls) / sizeof(controls[0]))

static void form_list(const struct map_in *, struct map_out *, size_t list, unsigned depth);

static bool
is_empty(const struct json_node *node)
{
	return node->tok == JSON_NULL || (node->tok == JSON_ARR && node->n_children == 0) || (node->tok == JSON_STR && node->val.n == 0);
}

static void
value_member(const struct map_in *in, struct map_out *o, size_t value, const char *slot, const char *old_slot)
{
	const struct json_node *t = in->t;
	size_t i = slot == NULL ? value : json_get(t, value, slot), older;

	if (old_slot != NULL && (older = json_get(t, value, old_slot)) != 0 && (i == 0 || is_empty(&t[i])))
		i = older;
	if (i == 0 || (t[i].flags & JSON_F_BAD_UTF8) != 0)
		return;
	map_wecom_member(o, "value", false);
	if (o->st == ST_OK)
		o->st = json_compact(json_whole(&t[i]), &o->b, o->err);
}

static void
rows_member(const struct map_in *in, struct map_out *o, size_t value, unsigned depth)
{
	const struct json_node *t = in->t;
	size_t rows = json_get(t, value, "children"), k, c, list;

	if (rows == 0 || t[rows].tok != JSON_ARR)
		return;
	map_wecom_member(o, "rows", false);
	map_put(o, "[");
	for (k = 0, c = rows + 1; k < t[rows].n_children; k++, c = t[c].next) {
		map_put(o, k == 0 ? "" : ",");
		list = json_get(t, c, "list");
		form_list(in, o, list, depth + 1);
	}
	map_put(o, "]");
}

static void
form_control(const struct map_in *in, struct map_out *o, size_t c, unsigned depth)
{
	const struct json_node *t = in->t;
	size_t name = json_get(t, c, "control"), value = json_get(t, c, "value"), k;
	struct map_out text;
	struct words w = { in, &text, 0 };
	struct str s = STR("");

	map_put(o, "{");
	map_wecom_text(in, o, "id", json_get(t, c, "id"), true);
	map_wecom_text(in, o, "control", name, false);
	map_wecom_text(in, o, "title", lang_text(t, json_get(t, c, "title")), false);
	for (k = 0; k < N_CONTROLS && (name == 0 || !str_is(t[name].val, controls[k].control)); k++)
		;
	if (k == N_CONTROLS)
		record_flag(in->rec, "unknown_control");
	map_out_begin(&text, o->err);
	if (k < N_CONTROLS && value != 0)
		controls[k].words(&w, value);
	if (map_out_end(&text, in->a, &s) != ST_OK && o->st == ST_OK)
		o->st = text.st;
	map_wecom_member(o, "text", false);
	map_put_text(o, s);
	if (k < N_CONTROLS && value != 0 && strcmp(controls[k].control, "Table") == 0 && depth < FORM_DEPTH)
		rows_member(in, o, value, depth);
	else if (value != 0)
		value_member(in, o, value, k < N_CONTROLS ? controls[k].slot : NULL, k < N_CONTROLS ? controls[k].old_slot : NULL);
	map_put(o, "}");
}

static void
form_list(const struct map_in *in, struct map_out *o, size_t list, unsigned depth)
{
	const struct json_node *t = in->t;
	size_t k, c;

	map_put(o, "[");
	if (list != 0 && t[list].tok == JSON_ARR)
		for (k = 0, c = list + 1; k < t[list].n_children; k++, c = t[c].next) {
			map_put(o, k == 0 ? "" : ",");
			form_control(in, o, c, depth);
		}
	map_put(o, "]");
}

enum status
map_form(const struct map_in *in, struct value *out, struct err *err)
{
	struct map_out o;

	if (in->v == 0)
		return ST_OK;
	map_out_begin(&o, err);
	form_list(in, &o, in->v, 0);
	return map_out_end(&o, in->a, &out->s);
}
