/*
 * pki_driver.c: the evaluation's keys from a shell, for pki.sh.
 *
 *   pki_driver DIR PORT SEED open
 *   pki_driver DIR PORT SEED crl NAME            list on stdout
 *   pki_driver DIR PORT SEED stamp               query on stdin, reply on stdout
 *   pki_driver DIR PORT SEED threads N EACH      N threads, EACH replies to the
 *                                                query on stdin; prints one
 *                                                serial number per line
 *
 * Exit status 0, or 1 with a line on stderr from where it failed.
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ts.h>

#include "fixtures/simulator/pki.h"

#define QUERY_MAX	(1 << 20)
#define THREADS_MAX	64

static unsigned char query[QUERY_MAX];
static size_t n_query;
static struct pki *pki;
static pthread_mutex_t out_lock = PTHREAD_MUTEX_INITIALIZER;

static int
put(const unsigned char *p, size_t n)
{
	return fwrite(p, 1, n, stdout) == n && fflush(stdout) == 0 ? 0 : -1;
}

static int
print_serial(const unsigned char *reply, size_t n)
{
	const unsigned char *p = reply;
	TS_RESP *resp = d2i_TS_RESP(NULL, &p, (long)n);
	TS_TST_INFO *info = resp != NULL ? TS_RESP_get_tst_info(resp) : NULL;
	BIGNUM *bn = NULL;
	char *hex = NULL;

	if (info != NULL)
		bn = ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(info), NULL);
	if (bn != NULL)
		hex = BN_bn2hex(bn);
	if (hex != NULL) {
		pthread_mutex_lock(&out_lock);
		puts(hex);
		pthread_mutex_unlock(&out_lock);
	}
	BN_free(bn);
	TS_RESP_free(resp);
	if (hex == NULL) {
		fprintf(stderr, "pki_driver: a reply without a serial number\n");
		return -1;
	}
	OPENSSL_free(hex);
	return 0;
}

static void *
stamp_many(void *arg)
{
	const size_t *each = arg;
	unsigned char *reply, *crl;
	size_t i, n, n_crl;

	for (i = 0; i < *each; i++) {
		if (pki_timestamp(pki, query, n_query, &reply, &n) != 0 ||
		    print_serial(reply, n) != 0 ||
		    pki_crl(pki, i % 2 ? "ca" : "tsa", &crl, &n_crl) != 0)
			exit(1);
		free(reply);
		free(crl);
	}
	return NULL;
}

static int
threads(size_t n, size_t each)
{
	pthread_t id[THREADS_MAX];
	size_t i;

	if (n == 0 || n > THREADS_MAX)
		return -1;
	for (i = 0; i < n; i++)
		if (pthread_create(&id[i], NULL, stamp_many, &each) != 0)
			exit(1);
	for (i = 0; i < n; i++)
		pthread_join(id[i], NULL);
	return 0;
}

static int
run(int argc, char **argv)
{
	unsigned char *bytes = NULL;
	size_t n;
	int rc = -1;

	if (argc == 1 && strcmp(argv[0], "open") == 0)
		return 0;
	if (argc == 2 && strcmp(argv[0], "crl") == 0) {
		if ((rc = pki_crl(pki, argv[1], &bytes, &n)) == 0)
			rc = put(bytes, n);
		free(bytes);
		return rc;
	}
	n_query = fread(query, 1, sizeof(query), stdin);
	if (argc == 1 && strcmp(argv[0], "stamp") == 0) {
		if ((rc = pki_timestamp(pki, query, n_query, &bytes, &n)) == 0)
			rc = put(bytes, n);
		free(bytes);
		return rc;
	}
	if (argc == 3 && strcmp(argv[0], "threads") == 0)
		return threads(strtoul(argv[1], NULL, 10),
		    strtoul(argv[2], NULL, 10));
	fprintf(stderr, "pki_driver: what is %s?\n", argv[0]);
	return -1;
}

int
main(int argc, char **argv)
{
	int rc;

	if (argc < 5) {
		fprintf(stderr, "usage: pki_driver DIR PORT SEED "
		    "open|crl NAME|stamp|threads N EACH\n");
		return 2;
	}
	if (pki_open(&pki, argv[1], (unsigned)strtoul(argv[2], NULL, 10),
	    strtoull(argv[3], NULL, 10)) != 0)
		return 1;
	rc = run(argc - 4, argv + 4);
	pki_close(pki);
	return rc == 0 ? 0 : 1;
}
