/* i18n.c: which language, and where its catalogue is. */
#include "core/i18n.h"

#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "version.h"

#define DOMAIN	"custody"

static int shows_zh;

static const char *
env(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* As gettext decides: the locale C means untranslated, else LANGUAGE goes before the locale's own language. */
static bool
environment_is_zh(void)
{
	const char *locale = env("LC_ALL"), *language = env("LANGUAGE");

	if (locale == NULL)
		locale = env("LC_MESSAGES");
	if (locale == NULL)
		locale = env("LANG");
	if (locale != NULL && (strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0))
		return false;
	if (language == NULL)
		language = locale;
	return language != NULL && strncmp(language, "zh", 2) == 0;
}

static bool
is_dir(const char *path)
{
	struct stat sb;

	return stat(path, &sb) == 0 && S_ISDIR(sb.st_mode);
}

/*
 * $CUSTODY_LOCALEDIR, "locale" beside the program (a build directory, an unpacked bundle), the place of installation.
 * Deliberate: the build directory's own path is not tried, for after the build anybody may own it, and catalogues hold formats.
 */
static const char *
catalogue_dir(char *room, size_t size)
{
	const char *asked = env("CUSTODY_LOCALEDIR");
	const char suffix[] = "locale";
	ssize_t n;
	char *slash;

	if (asked != NULL)
		return asked;
	n = readlink("/proc/self/exe", room, size - sizeof(suffix));
	if (n > 0 && (size_t)n < size - sizeof(suffix)) {
		room[n] = '\0';
		if ((slash = strrchr(room, '/')) != NULL) {
			memcpy(slash + 1, suffix, sizeof(suffix));
			if (is_dir(room))
				return room;
		}
	}
	return CUSTODY_LOCALEDIR;
}

void
i18n_start(const char *lang)
{
	char room[4096];

	if (lang == NULL || strcmp(lang, "auto") == 0)
		shows_zh = environment_is_zh();
	else
		shows_zh = strcmp(lang, "zh") == 0;
	/*
	 * C.UTF-8 is part of the C library; zh_CN.UTF-8 exists only where somebody generated it, and without it gettext
	 * would stay silent.  In a locale other than C, LANGUAGE alone decides.
	 */
	(void)setenv("LANGUAGE", shows_zh ? "zh_CN" : "en", 1);
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	(void)setlocale(LC_MESSAGES, "C.UTF-8");
	(void)bindtextdomain(DOMAIN, catalogue_dir(room, sizeof(room)));
	(void)bind_textdomain_codeset(DOMAIN, "UTF-8");
	(void)textdomain(DOMAIN);
}

int
i18n_is_zh(void)
{
	return shows_zh;
}
