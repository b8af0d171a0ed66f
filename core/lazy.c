/* lazy.c: see lazy.h. */
#include "core/lazy.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Made by cmake/lazy.sh, laid out by lazy_asm.h.  Names: of a library, of its functions in the order of the table, an empty one; and so on.  The table has
 * pages of its own.
 */
extern void *lazy_table[], *lazy_table_end[];
extern const char lazy_names[];
void lazy_first(void);		/* where a place leads before its library is opened */

static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

static const char *
next(const char *name)
{
	return name + strlen(name) + 1;
}

/* Twice the same names: first all are looked for, so that the table never holds half a library. */
static void
fill(const char *soname, unsigned first)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
	const size_t n = (size_t)((char *)lazy_table_end - (char *)lazy_table);
	const char *name;
	unsigned i;

	if (library == NULL)
		lazy_missing(soname, dlerror());
	for (name = next(soname); *name != '\0'; name = next(name))
		if (dlsym(library, name) == NULL)
			lazy_missing(soname, name);
	if (mprotect(lazy_table, n, PROT_READ | PROT_WRITE) != 0)
		lazy_missing(soname, strerror(errno));
	for (i = first, name = next(soname); *name != '\0'; name = next(name), i++)
		__atomic_store_n(&lazy_table[i], dlsym(library, name), __ATOMIC_RELEASE);
	if (mprotect(lazy_table, n, PROT_READ) != 0)
		lazy_missing(soname, strerror(errno));
}

void *
lazy_find(unsigned i)
{
	const char *soname = lazy_names, *name;
	unsigned first = 0, end;
	void *found;

	(void)pthread_mutex_lock(&opening);
	if (lazy_table[i] == (void *)lazy_first)	/* or another thread was quicker */
		for (;; first = end, soname = next(name)) {
			for (end = first, name = next(soname); *name != '\0'; name = next(name))
				end++;
			if (i < end) {
				fill(soname, first);
				break;
			}
		}
	found = lazy_table[i];
	(void)pthread_mutex_unlock(&opening);
	return found;
}
