/* module.c: see module.h. */
#include "core/module.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "core/i18n.h"

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;

static enum status
missing(const struct module *m, struct err *err)
{
	const char *why = dlerror();

	(void)err_set(err, ST_IO, _("the library %s cannot be used: %s"), m->soname, why == NULL ? "?" : why);
	return err_next(err, _("install the package that holds it; README.md names what this program needs"));
}

static enum status
fill(const struct module *m, struct err *err)
{
	void *library = dlopen(m->soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE), *f;
	size_t i;

	if (library == NULL)
		return missing(m, err);
	for (i = 0; i < m->n; i++) {
		if ((f = dlsym(library, m->functions[i].name)) == NULL)
			return missing(m, err);
		memcpy((char *)m->table + m->functions[i].at, &f, sizeof(f));	/* POSIX: a pointer to a function fits */
	}
	return ST_OK;
}

enum status
module_open(struct module *m, struct err *err)
{
	enum status st = ST_OK;

	(void)pthread_mutex_lock(&one);
	if (!m->open && (st = fill(m, err)) == ST_OK)
		m->open = true;
	(void)pthread_mutex_unlock(&one);
	return st;
}
