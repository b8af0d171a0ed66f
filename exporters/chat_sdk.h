/*
 * chat_sdk.h: the C interface of the vendor's chat archive library (wecom document 91774 and the header of its public
 * package, read 2026-11): loaded at run time from a path that the operator gives, never linked and never shipped.
 *
 * Only chat_child.c calls it: the library is closed, and a crash or a leak in it must not cost the run.
 */
#ifndef EXPORTERS_CHAT_SDK_H
#define EXPORTERS_CHAT_SDK_H

#include "core/buf.h"

struct WeWorkFinanceSdk_t;
struct Slice_t { char *buf; int len; };
struct MediaData { char *outindexbuf; int out_len; char *data; int data_len; int is_finish; };

struct chat_sdk {
	void *handle;
	struct WeWorkFinanceSdk_t *(*NewSdk)(void);
	int (*Init)(struct WeWorkFinanceSdk_t *, const char *corpid, const char *secret);
	int (*GetChatData)(struct WeWorkFinanceSdk_t *, unsigned long long seq, unsigned int limit, const char *proxy,
	    const char *passwd, int timeout_s, struct Slice_t *);
	int (*DecryptData)(const char *encrypt_key, const char *encrypt_msg, struct Slice_t *);
	int (*GetMediaData)(struct WeWorkFinanceSdk_t *, const char *indexbuf, const char *file_id, const char *proxy,
	    const char *passwd, int timeout_s, struct MediaData *);
	void (*DestroySdk)(struct WeWorkFinanceSdk_t *);
	struct Slice_t *(*NewSlice)(void);
	void (*FreeSlice)(struct Slice_t *);
	char *(*GetContentFromSlice)(struct Slice_t *);
	int (*GetSliceLen)(struct Slice_t *);
	struct MediaData *(*NewMediaData)(void);
	void (*FreeMediaData)(struct MediaData *);
	char *(*GetOutIndexBuf)(struct MediaData *);
	char *(*GetData)(struct MediaData *);
	int (*GetIndexLen)(struct MediaData *);
	int (*GetDataLen)(struct MediaData *);
	int (*IsMediaDataFinish)(struct MediaData *);
};

/* chat_sdk_load(sdk, path, code, why): false with CHAT_E_LOAD or CHAT_E_SYMBOL and, in ${why}, the loader's text or the name. */
bool chat_sdk_load(struct chat_sdk *, const char *path, int *code, char why[256]);

#endif
