/* version.c: the program and the libraries it runs with: an auditor asks years later.  Some can only say whether they fit what the program was built with. */
#include <archive.h>
#include <cairo.h>
#include <curl/curl.h>
#include <fontconfig/fontconfig.h>
#include <gmime/gmime.h>
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
	const int lcms = cmsGetEncodedCMMversion(), fc = FcGetVersion();

	printf("custody %s\n%s\n%s\nSQLite %s\nlibxlsxwriter %s\nzlib %s\n%s\nutf8proc %s\n", CUSTODY_VERSION, OpenSSL_version(OPENSSL_VERSION), curl_version(),
	    sqlite3_libversion(), lxw_version(), zlibVersion(), archive_version_string(), utf8proc_version());
	printf("cairo %s\nPango %s\nHarfBuzz %s\nFontconfig %d.%d.%d\nqpdf %s\nLittle CMS %d.%d\nqrencode %s\n", cairo_version_string(), pango_version_string(),
	    hb_version_string(), fc / 10000, fc / 100 % 100, fc % 100, qpdf_get_qpdf_version(), lcms / 1000, lcms % 1000 / 10, QRcode_APIVersionString());
	xmlCheckVersion(LIBXML_VERSION);	/* complains on its own */
	printf("libxml2 " LIBXML_DOTTED_VERSION "\nGMime %d.%d.%d%s\nGLib %d.%d.%d%s\n", GMIME_MAJOR_VERSION, GMIME_MINOR_VERSION, GMIME_MICRO_VERSION,
	    g_mime_check_version(GMIME_MAJOR_VERSION, GMIME_MINOR_VERSION, GMIME_MICRO_VERSION) ? "" : " (an older one is installed)", GLIB_MAJOR_VERSION,
	    GLIB_MINOR_VERSION, GLIB_MICRO_VERSION, glib_check_version(GLIB_MAJOR_VERSION, GLIB_MINOR_VERSION, GLIB_MICRO_VERSION) == NULL ? "" : " (another is installed)");
}
