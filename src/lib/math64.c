/*
 * 64-bit division without libgcc.
 *
 * The long case follows Warren, Hacker's Delight (2nd edition), 9-5, figure 9-5
 * "divlu": when the divisor has more than 32 bits the quotient has fewer than
 * 32, and dividing by the divisor's leading 32 bits gives it, or one too many.
 *
 * __udivdi3, __umoddi3 and __udivmoddi4 are what GCC and Clang call for `/` and
 * `%` on u64, __divdi3, __moddi3 and __divmoddi4 for s64. Both compilers hand arguments
 * to them as -mregparm=3 says, as to any other function, so plain definitions match;
 * tests/unit/math64_test.c divides with the compiler's own operator in the kernel,
 * which would show otherwise.
 */
#include <lib/bitops.h>
#include <lib/math64.h>

#define U32_BITS 32

u64 __udivdi3(u64 dividend, u64 divisor);
u64 __umoddi3(u64 dividend, u64 divisor);
u64 __udivmoddi4(u64 dividend, u64 divisor, u64 *remainder);
s64 __divdi3(s64 dividend, s64 divisor);
s64 __moddi3(s64 dividend, s64 divisor);
s64 __divmoddi4(s64 dividend, s64 divisor, s64 *remainder);

u64 div64_u64_rem(u64 dividend, u64 divisor, u64 *remainder)
{
	unsigned int shift = fls64(divisor);
	u64 quotient;

	if (shift <= U32_BITS) {
		u32 rest;

		quotient = div_u64_rem(dividend, (u32)divisor, &rest);
		*remainder = rest;
		return quotient;
	}

	/* At most one too many: take one away, and give it back if it fits. */
	shift -= U32_BITS;
	quotient = div_u64(dividend >> 1, (u32)(divisor >> shift)) >> (shift - 1);
	if (quotient)
		quotient--;
	*remainder = dividend - quotient * divisor;
	if (*remainder >= divisor) {
		*remainder -= divisor;
		quotient++;
	}
	return quotient;
}

u64 __udivmoddi4(u64 dividend, u64 divisor, u64 *remainder)
{
	u64 rest;
	u64 quotient = div64_u64_rem(dividend, divisor, &rest);

	if (remainder)
		*remainder = rest;
	return quotient;
}

u64 __udivdi3(u64 dividend, u64 divisor)
{
	return div64_u64(dividend, divisor);
}

u64 __umoddi3(u64 dividend, u64 divisor)
{
	u64 rest;

	div64_u64_rem(dividend, divisor, &rest);
	return rest;
}

static u64 magnitude(s64 value)
{
	return value < 0 ? 0 - (u64)value : (u64)value;
}

/* Towards zero, as C says: the quotient's sign is the product of the signs, the
 * remainder's the dividend's. */
s64 __divdi3(s64 dividend, s64 divisor)
{
	u64 quotient = div64_u64(magnitude(dividend), magnitude(divisor));

	return (dividend < 0) != (divisor < 0) ? (s64)(0 - quotient) : (s64)quotient;
}

s64 __moddi3(s64 dividend, s64 divisor)
{
	u64 rest;

	div64_u64_rem(magnitude(dividend), magnitude(divisor), &rest);
	return dividend < 0 ? (s64)(0 - rest) : (s64)rest;
}

s64 __divmoddi4(s64 dividend, s64 divisor, s64 *remainder)
{
	*remainder = __moddi3(dividend, divisor);
	return __divdi3(dividend, divisor);
}

/* Bit by bit from the highest: Warren, Hacker's Delight, 11-1. */
unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0;

	for (int bit = BITS_PER_LONG / 2 - 1; bit >= 0; bit--) {
		unsigned long trial = root | 1UL << bit;

		if (trial * trial <= x)
			root = trial;
	}
	return root;
}
