/*
 * lazy.h: shared libraries that are opened when the first of their functions is called.
 *
 * Binding libraries that bring fifty others costs more than most commands need in all.  So the program is not linked with them: the build
 * (cmake/lazy.cmake) finds which of their functions are called and makes, for each, a few instructions of the same name that jump through a table.  Calls are
 * written as ever.  At first each place of the table leads to lazy_find, which opens the library and fills in all of its functions at once; the
 * table lies among what is read-only after the start, and is writable only while that is done.
 * Works from any thread.  Variables of such a library cannot be reached so; the build says which one was used.
 */
#ifndef CORE_LAZY_H
#define CORE_LAZY_H

/* lazy_find(i): the ${i}th function of the table.  For lazy_asm.h alone. */
void *lazy_find(unsigned i);

/*
 * lazy_missing(soname, why): the library, or the function in it that ${why} names, is not there.  The program that is linked says so and ends: there
 * is nothing that the caller of a function could be given.  What is durable stays; it is as if the process had been killed, told in words.
 */
_Noreturn void lazy_missing(const char *soname, const char *why);

#endif
