/*
 * i18n.h: every text that a person reads passes through gettext.
 *
 * _("...")  translates now; N_("...") only marks a text in a table, which is translated where it is printed.
 */
#ifndef CORE_I18N_H
#define CORE_I18N_H

#include <libintl.h>

#define _(s)	gettext(s)
#define N_(s)	(s)

/*
 * i18n_start(lang): choose the language of messages.
 * ${lang} is "zh", "en", "auto" or NULL (as auto: from the environment).  Works where no locale
 * but C.UTF-8 has been generated, as in containers.  Call once, before any thread starts.
 */
void i18n_start(const char *lang);

/* i18n_is_zh(): true when messages are being shown in Chinese. */
int i18n_is_zh(void);

#endif
