/* The host's stand-in: bytes, one by one, where the sanitizers see them. */
#ifndef ASM_STRING_H
#define ASM_STRING_H

#include <lib/types.h>

static inline void arch_copy_forward(void *dst, const void *src, size_t len)
{
	const u8 *from = src;
	u8 *to = dst;

	while (len--)
		*to++ = *from++;
}

static inline void arch_fill(void *dst, u8 byte, size_t len)
{
	u8 *to = dst;

	while (len--)
		*to++ = byte;
}

#endif
