/* xml_free.c: see xml_free.h. */
#include "formats/xml_free.h"

#include <libxml/xmlmemory.h>

void
xml_free(void *p)
{
	xmlFreeFunc give_back = NULL;

	if (p != NULL && xmlMemGet(&give_back, NULL, NULL, NULL) == 0)
		give_back(p);
}
