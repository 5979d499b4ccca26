/*
 * 64-bit division on a 32-bit machine. The kernel links no libgcc: divide with
 * these. (math64.c also has the functions that a compiler calls for a plain `/`,
 * so a forgotten one is slow but right.) A divisor of 0 traps, as `/` does.
 */
#ifndef LIB_MATH64_H
#define LIB_MATH64_H

#include <asm/div64.h>
#include <lib/types.h>

/* Two DIV instructions: the schoolbook's long division with 32-bit digits. */
static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	u32 high = (u32)(dividend >> 32);
	u32 rest = high % divisor;
	u32 low = div_u64_by_u32(rest, (u32)dividend, divisor, remainder);

	return (u64)(high / divisor) << 32 | low;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	u32 remainder;

	return div_u64_rem(dividend, divisor, &remainder);
}

u64 div64_u64_rem(u64 dividend, u64 divisor, u64 *remainder);

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	u64 remainder;

	return div64_u64_rem(dividend, divisor, &remainder);
}

/* The largest r with r * r <= x. */
unsigned long int_sqrt(unsigned long x);

#endif
