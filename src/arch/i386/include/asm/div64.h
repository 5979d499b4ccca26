/* The CPU's division of 64 bits by 32. */
#ifndef ASM_DIV64_H
#define ASM_DIV64_H

#include <lib/types.h>

/* high:low by divisor. high must be below divisor, so that the quotient has 32
 * bits: DIV raises #DE otherwise. */
static inline u32 div_u64_by_u32(u32 high, u32 low, u32 divisor, u32 *remainder)
{
	u32 quotient;
	u32 rest;

	__asm__("divl %4"
	        : "=a"(quotient), "=d"(rest)
	        : "0"(low), "1"(high), "rm"(divisor)
	        : "cc");
	*remainder = rest;
	return quotient;
}

#endif
