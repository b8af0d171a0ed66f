/* version.c: the program and the libraries it runs with: an auditor asks years later. */
#include <archive.h>
#include <curl/curl.h>
#include <libxml/xmlversion.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <stdio.h>
#include <utf8proc.h>
#include <xlsxwriter.h>
#include <zlib.h>

#include "cmd/app.h"
#include "version.h"

void
app_version(void)
{
	printf("custody %s\n%s\n%s\nSQLite %s\nlibxml2 %s\nlibxlsxwriter %s\nzlib %s\n%s\nutf8proc %s\n", CUSTODY_VERSION, OpenSSL_version(OPENSSL_VERSION), curl_version(),
	    sqlite3_libversion(), LIBXML_DOTTED_VERSION, lxw_version(), zlibVersion(), archive_version_string(), utf8proc_version());
}
