/* version.c: the program and the libraries it runs with: an auditor asks years later. */
#include <libxml/xmlversion.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <stdio.h>
#include <utf8proc.h>
#include <zlib.h>

#include "archive/lib_archive.h"
#include "cmd/app.h"
#include "exporters/lib_curl.h"
#include "version.h"

void
app_version(void)
{
	struct err curl, archive;

	err_init(&curl);
	err_init(&archive);
	printf("custody %s\n%s\n%s\nSQLite %s\nlibxml2 %s\nzlib %s\n%s\nutf8proc %s\n", CUSTODY_VERSION, OpenSSL_version(OPENSSL_VERSION),
	    lib_curl_open(&curl) == ST_OK ? lib_curl.version() : curl.text, sqlite3_libversion(), LIBXML_DOTTED_VERSION, zlibVersion(),
	    lib_archive_open(&archive) == ST_OK ? lib_archive.version_string() : archive.text, utf8proc_version());
}
