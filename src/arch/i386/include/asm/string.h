/*
 * The CPU's string instructions. Direction is up: the ABI has DF clear at every
 * function's entry, and the trap stubs clear it.
 *
 * Each form moves whole words and then the 0..3 bytes that are left. Alignment
 * costs little: REP MOVS and STOS work on any address.
 */
#ifndef ASM_STRING_H
#define ASM_STRING_H

#include <lib/types.h>

#define WORD_BYTES sizeof(u32)

static inline void arch_copy_forward(void *dst, const void *src, size_t len)
{
	size_t words = len / WORD_BYTES;
	size_t bytes = len % WORD_BYTES;

	__asm__ volatile("rep movsl" : "+D"(dst), "+S"(src), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(bytes) : : "memory");
}

static inline void arch_fill(void *dst, u8 byte, size_t len)
{
	size_t words = len / WORD_BYTES;
	size_t bytes = len % WORD_BYTES;
	u32 pattern = byte * 0x01010101U;

	__asm__ volatile("rep stosl"
	                 : "+D"(dst), "+c"(words)
	                 : "a"(pattern)
	                 : "memory");
	__asm__ volatile("rep stosb"
	                 : "+D"(dst), "+c"(bytes)
	                 : "a"(pattern)
	                 : "memory");
}

#endif
