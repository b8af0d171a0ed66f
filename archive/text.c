/* text.c: the two texts, put into the program by texts.S. */
#include "archive/text.h"

extern const char custody_text_verify[], custody_text_verify_end[], custody_text_format[], custody_text_format_end[],
    custody_text_explain[], custody_text_explain_end[];

struct str
text_verify(void)
{
	return (struct str){ custody_text_verify, (size_t)(custody_text_verify_end - custody_text_verify) };
}

struct str
text_explain(void)
{
	return (struct str){ custody_text_explain, (size_t)(custody_text_explain_end - custody_text_explain) };
}

struct str
text_format(void)
{
	return (struct str){ custody_text_format, (size_t)(custody_text_format_end - custody_text_format) };
}
