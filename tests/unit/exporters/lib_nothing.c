/* lib_nothing.c: a shared library that is not the chat library. */
int lib_nothing(void);

int
lib_nothing(void)
{
	return 0;
}
