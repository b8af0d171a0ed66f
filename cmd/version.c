/* version.c: the program and the libraries it runs with: an auditor asks years later. */
#include <archive.h>
#include <cairo.h>
#include <curl/curl.h>
#include <gmime/gmime-version.h>
#include <hb.h>
#include <lcms2.h>
#include <libxml/xmlversion.h>
#include <openssl/crypto.h>
#include <pango/pango.h>
#include <qpdf/qpdf-c.h>
#include <qrencode.h>
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
	printf("custody %s\n%s\n%s\nSQLite %s\nlibxml2 %s\nlibxlsxwriter %s\nzlib %s\n%s\nutf8proc %s\nGMime %u.%u.%u\ncairo %s\npango %s\nHarfBuzz %s\nqpdf %s\nlcms2 %d\nqrencode %s\n",
	    CUSTODY_VERSION, OpenSSL_version(OPENSSL_VERSION), curl_version(), sqlite3_libversion(), LIBXML_DOTTED_VERSION, lxw_version(), zlibVersion(),
	    archive_version_string(), utf8proc_version(), GMIME_MAJOR_VERSION, GMIME_MINOR_VERSION, GMIME_MICRO_VERSION, cairo_version_string(), pango_version_string(),
	    hb_version_string(), qpdf_get_qpdf_version(), LCMS_VERSION, QRcode_APIVersionString());
}
