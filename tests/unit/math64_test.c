/*
 * 64-bit division, against a model that subtracts and shifts.
 * The cases with `/` and `%` make the compiler call its helper: libgcc's on the
 * host, ours in the kernel, by whatever convention the compiler believes in.
 */
#include "ktest.h"

#include <lib/math64.h>
#include <lib/util.h>

#define RANDOM_DIVISIONS 20000

/* Where division algorithms go wrong: borders of words and of signs. */
static const u64 edges[] = {
    0,
    1,
    2,
    3,
    10,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFE,
    0xFFFFFFFF,
    0x100000000,
    0x100000001,
    0x1FFFFFFFF,
    0x7FFFFFFFFFFFFFFF,
    0x8000000000000000,
    0x8000000000000001,
    0xFFFFFFFEFFFFFFFF,
    0xFFFFFFFF00000000,
    0xFFFFFFFF00000001,
    0xFFFFFFFFFFFFFFFE,
    0xFFFFFFFFFFFFFFFF,
};

/* The schoolbook's long division, one binary digit after the other. */
static u64 model_divide(u64 n, u64 d, u64 *rest)
{
	u64 q = 0;
	u64 r = 0;

	for (int bit = 63; bit >= 0; bit--) {
		bool carry = r >> 63;

		r = r << 1 | (n >> bit & 1);
		if (carry || r >= d) {
			r -= d;
			q |= 1ULL << bit;
		}
	}
	*rest = r;
	return q;
}

/* volatile: the compiler must not know the operands, nor divide only once. */
static void divide_every_way(u64 dividend, u64 divisor)
{
	volatile u64 n = dividend;
	volatile u64 d = divisor;
	u64 r;
	u64 q = model_divide(n, d, &r);
	u64 r64;
	u32 r32;

	EXPECT_EQ(div64_u64_rem(n, d, &r64), q);
	EXPECT_EQ(r64, r);
	EXPECT_EQ(div64_u64(n, d), q);
	EXPECT_EQ(n / d, q);
	EXPECT_EQ(n % d, r);

	if (divisor >> 32)
		return;
	EXPECT_EQ(div_u64_rem(n, (u32)d, &r32), q);
	EXPECT_EQ(r32, r);
	EXPECT_EQ(div_u64(n, (u32)d), q);
}

TEST(math64, every_pair_of_edge_values_divides)
{
	for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
		for (size_t j = 1; j < ARRAY_SIZE(edges); j++)
			divide_every_way(edges[i], edges[j]);
	}
}

TEST(math64, random_numbers_of_all_lengths_divide)
{
	u64 state = ktest_seed();

	for (int i = 0; i < RANDOM_DIVISIONS && !ktest_failed(); i++) {
		u64 n = ktest_random(&state) >> ktest_random_below(&state, 64);
		u64 d = ktest_random(&state) >> ktest_random_below(&state, 64);

		divide_every_way(n, d ? d : 1);
	}
}

TEST(math64, known_quotients)
{
	volatile u64 four_gib = 1ULL << 32;
	volatile u64 ten = 10;

	EXPECT_EQ(four_gib / ten, 429496729);
	EXPECT_EQ(four_gib % ten, 6);
	EXPECT_EQ(div64_u64(~0ULL, 3), 0x5555555555555555ULL);
	EXPECT_EQ(div64_u64(~0ULL, 0x100000001ULL), 0xFFFFFFFF);
	EXPECT_EQ(div64_u64(~0ULL, ~0ULL), 1);
	EXPECT_EQ(div64_u64(~0ULL - 1, ~0ULL), 0);
}

static void divide_signed(s64 dividend, s64 divisor, s64 quotient, s64 rest)
{
	volatile s64 n = dividend;
	volatile s64 d = divisor;

	EXPECT_EQ(n / d, quotient);
	EXPECT_EQ(n % d, rest);
}

TEST(math64, signed_division_goes_towards_zero)
{
	divide_signed(7, 2, 3, 1);
	divide_signed(-7, 2, -3, -1);
	divide_signed(7, -2, -3, 1);
	divide_signed(-7, -2, 3, -1);
	divide_signed(-0x7FFFFFFFFFFFFFFF - 1, 2, -0x4000000000000000, 0);
	divide_signed(-0x7FFFFFFFFFFFFFFF, 0x100000000, -0x7FFFFFFF, -0xFFFFFFFFLL);
}

/* Both at once is one call (__udivmoddi4) in GCC, with a third argument. */
static noinline u64 divide_both(u64 n, u64 d, u64 *rest)
{
	*rest = n % d;
	return n / d;
}

static noinline s64 divide_both_signed(s64 n, s64 d, s64 *rest)
{
	*rest = n % d;
	return n / d;
}

TEST(math64, quotient_and_rest_from_one_call)
{
	volatile u64 n = 0x123456789ABCDEFULL;
	volatile u64 d = 0x1000000001ULL;
	volatile s64 minus = -1000000000007LL;
	volatile s64 milliard = 1000000000LL;
	u64 rest;
	s64 signed_rest;

	EXPECT_EQ(divide_both(n, d, &rest), 0x123456);
	EXPECT_EQ(rest, 0x789ABCDEFULL - 0x123456);
	EXPECT_EQ(divide_both_signed(minus, milliard, &signed_rest), -1000);
	EXPECT_EQ(signed_rest, -7);
}

TEST(math64, int_sqrt_is_the_floor_of_the_root)
{
	EXPECT_EQ(int_sqrt(0), 0);
	EXPECT_EQ(int_sqrt(1), 1);
	EXPECT_EQ(int_sqrt(3), 1);
	EXPECT_EQ(int_sqrt(4), 2);
	EXPECT_EQ(int_sqrt(0xFFFFFFFF), 65535);
	EXPECT_EQ(int_sqrt(65535UL * 65535 - 1), 65534);
	EXPECT_EQ(int_sqrt(65535UL * 65535), 65535);
	for (unsigned long x = 0; x < 5000; x++) {
		unsigned long root = int_sqrt(x);

		ASSERT(root * root <= x && (root + 1) * (root + 1) > x);
	}
}
