/* chat_sdk.c: load the library and find every function before the first call. */
#include "exporters/chat_sdk.h"

#include <dlfcn.h>
#include <stdio.h>

#include "exporters/chat_wire.h"

#define FN(name)	{ #name, offsetof(struct chat_sdk, name) }
static const struct { const char *name; size_t offset; } functions[] = {
	FN(NewSdk), FN(Init), FN(GetChatData), FN(DecryptData), FN(GetMediaData), FN(DestroySdk), FN(NewSlice), FN(FreeSlice),
	FN(GetContentFromSlice), FN(GetSliceLen), FN(NewMediaData), FN(FreeMediaData), FN(GetOutIndexBuf), FN(GetData),
	FN(GetIndexLen), FN(GetDataLen), FN(IsMediaDataFinish)
};

bool
chat_sdk_load(struct chat_sdk *sdk, const char *path, int *code, char why[256])
{
	size_t i;

	memset(sdk, 0, sizeof(*sdk));
	why[0] = '\0';
	if ((sdk->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL)) == NULL) {
		const char *text = dlerror();

		*code = CHAT_E_LOAD;
		snprintf(why, 256, "%s", text == NULL ? "" : text);
		return false;
	}
	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *symbol = dlsym(sdk->handle, functions[i].name);

		if (symbol == NULL) {
			*code = CHAT_E_SYMBOL;
			snprintf(why, 256, "%s", functions[i].name);
			return false;	/* the process ends soon: the library stays loaded */
		}
		/* POSIX promises that an object pointer from dlsym holds a function's address; C has no cast for it. */
		memcpy((char *)sdk + functions[i].offset, &symbol, sizeof(symbol));
	}
	return true;
}
