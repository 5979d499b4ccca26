/* What the fuzz targets share. */
#ifndef FUZZ_H
#define FUZZ_H

#include <lib/types.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* A property that has to hold whatever comes in: stop with its text if not. */
#define PROPERTY(cond)                                                                 \
	do {                                                                           \
		if (!(cond))                                                           \
			property_broken(#cond, __FILE__, __LINE__);                    \
	} while (0)

_Noreturn void property_broken(const char *what, const char *file, int line);

/* Let panic() end the input at hand as if it had returned normally: it is right
 * to panic on some inputs. False if fn(arg) panicked. */
bool survives(void (*fn)(void *), void *arg);

#endif
