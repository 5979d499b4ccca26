/* The host's stand-in: its own compiler's division. */
#ifndef ASM_DIV64_H
#define ASM_DIV64_H

#include <lib/types.h>

static inline u32 div_u64_by_u32(u32 high, u32 low, u32 divisor, u32 *remainder)
{
	u64 dividend = (u64)high << 32 | low;

	*remainder = (u32)(dividend % divisor);
	return (u32)(dividend / divisor);
}

#endif
