/* Bits, searches and ranges, against an array of one bool a bit. */
#include "ktest.h"

#include <lib/bitmap.h>
#include <lib/string.h>
#include <lib/util.h>

#define BITS       200
#define OPERATIONS 3000
#define GUARD      0xDEADBEEFUL

/* A word on each side shows writes beyond the map. */
static struct {
	unsigned long before;
	DECLARE_BITMAP(map, BITS);
	unsigned long after;
} guarded;

static bool model[BITS];

static void reset(void)
{
	guarded.before = GUARD;
	guarded.after = GUARD;
	bitmap_zero(guarded.map, BITS);
	memset(model, 0, sizeof(model));
}

static unsigned long model_find(bool wanted, unsigned long size, unsigned long offset)
{
	for (unsigned long i = offset; i < size; i++) {
		if (model[i] == wanted)
			return i;
	}
	return size;
}

static unsigned long model_find_last(unsigned long size)
{
	for (unsigned long i = size; i > 0; i--) {
		if (model[i - 1])
			return i - 1;
	}
	return size;
}

static unsigned long model_weight(unsigned long nbits)
{
	unsigned long weight = 0;

	for (unsigned long i = 0; i < nbits; i++)
		weight += model[i];
	return weight;
}

static void check_against_model(void)
{
	for (unsigned long i = 0; i < BITS; i++)
		ASSERT_EQ(test_bit(i, guarded.map), model[i]);
	EXPECT_EQ(guarded.before, GUARD);
	EXPECT_EQ(guarded.after, GUARD);
}

static void check_queries(unsigned long size, unsigned long offset)
{
	const unsigned long *map = guarded.map;

	EXPECT_EQ(find_next_bit(map, size, offset), model_find(true, size, offset));
	EXPECT_EQ(find_next_zero_bit(map, size, offset),
	          model_find(false, size, offset));
	EXPECT_EQ(find_first_bit(map, size), model_find(true, size, 0));
	EXPECT_EQ(find_first_zero_bit(map, size), model_find(false, size, 0));
	EXPECT_EQ(find_last_bit(map, size), model_find_last(size));
	EXPECT_EQ(bitmap_weight(map, size), model_weight(size));
	EXPECT_EQ(bitmap_empty(map, size), model_weight(size) == 0);
	EXPECT_EQ(bitmap_full(map, size), model_weight(size) == size);
}

TEST(bitmap, single_bits_atomic_and_plain)
{
	reset();
	set_bit(0, guarded.map);
	__set_bit(33, guarded.map);
	EXPECT_EQ(guarded.map[0], 1);
	EXPECT_EQ(guarded.map[1], 2);
	EXPECT(test_and_set_bit(33, guarded.map));
	EXPECT(!test_and_set_bit(34, guarded.map));
	EXPECT(!__test_and_set_bit(35, guarded.map));
	EXPECT(__test_and_set_bit(35, guarded.map));
	EXPECT_EQ(guarded.map[1], 0xE);
	EXPECT(test_and_clear_bit(34, guarded.map));
	EXPECT(!test_and_clear_bit(34, guarded.map));
	EXPECT(__test_and_clear_bit(35, guarded.map));
	EXPECT(!__test_and_clear_bit(35, guarded.map));
	clear_bit(33, guarded.map);
	__clear_bit(0, guarded.map);
	EXPECT(bitmap_empty(guarded.map, BITS));
	change_bit(63, guarded.map);
	EXPECT_EQ(guarded.map[1], 0x80000000UL);
	__change_bit(63, guarded.map);
	EXPECT_EQ(guarded.map[1], 0);
}

TEST(bitmap, bits_of_a_word)
{
	EXPECT_EQ(ffs(0), 0);
	EXPECT_EQ(fls(0), 0);
	EXPECT_EQ(fls64(0), 0);
	for (unsigned int i = 0; i < BITS_PER_LONG; i++) {
		EXPECT_EQ(ffs(1UL << i), i + 1);
		EXPECT_EQ(fls(1UL << i), i + 1);
		EXPECT_EQ(__ffs(~0UL << i), i);
		EXPECT_EQ(__fls(~0UL >> i), BITS_PER_LONG - 1 - i);
		EXPECT_EQ(fls64(1ULL << (i + 32)), i + 33);
		EXPECT_EQ(hweight_long(~0UL << i), BITS_PER_LONG - i);
	}
	EXPECT_EQ(hweight_long(0), 0);
	EXPECT_EQ(hweight_long(0x80000001UL), 2);
}

TEST(bitmap, powers_of_two_above_and_below)
{
	EXPECT_EQ(ilog2(1), 0);
	EXPECT_EQ(ilog2(4095), 11);
	EXPECT_EQ(ilog2(4096), 12);
	EXPECT_EQ(ilog2(1ULL << 36), 36);
	EXPECT_EQ(ilog2(~0ULL), 63);
	EXPECT_EQ(rounddown_pow_of_two(1), 1);
	EXPECT_EQ(rounddown_pow_of_two(1000), 512);
	EXPECT_EQ(rounddown_pow_of_two(~0UL), 1UL << 31);
	EXPECT_EQ(roundup_pow_of_two(1), 1);
	EXPECT_EQ(roundup_pow_of_two(512), 512);
	EXPECT_EQ(roundup_pow_of_two(513), 1024);
	EXPECT_EQ(roundup_pow_of_two(1UL << 31), 1UL << 31);
}

TEST(bitmap, searches_at_word_borders)
{
	static const unsigned long map[] = {0, 1UL << 31, 0, 1};

	EXPECT_EQ(find_first_bit(map, 128), 63);
	EXPECT_EQ(find_first_bit(map, 63), 63);
	EXPECT_EQ(find_next_bit(map, 128, 63), 63);
	EXPECT_EQ(find_next_bit(map, 128, 64), 96);
	EXPECT_EQ(find_next_bit(map, 96, 64), 96);
	EXPECT_EQ(find_next_bit(map, 128, 97), 128);
	EXPECT_EQ(find_next_bit(map, 128, 500), 128);
	EXPECT_EQ(find_next_zero_bit(map, 128, 63), 64);
	EXPECT_EQ(find_last_bit(map, 128), 96);
	EXPECT_EQ(find_last_bit(map, 96), 63);
	EXPECT_EQ(find_last_bit(map, 63), 63);
	EXPECT_EQ(find_first_bit(map, 0), 0);
}

TEST(bitmap, the_set_bits_are_visited_in_order)
{
	static const unsigned long map[] = {0x80000001UL, 0, 0x10};
	unsigned long seen[4] = {0};
	unsigned long bit;
	size_t nr = 0;

	for_each_set_bit (bit, map, 96) {
		ASSERT(nr < ARRAY_SIZE(seen));
		seen[nr++] = bit;
	}
	ASSERT_EQ(nr, 3);
	EXPECT_EQ(seen[0], 0);
	EXPECT_EQ(seen[1], 31);
	EXPECT_EQ(seen[2], 68);
}

TEST(bitmap, every_range_is_set_and_cleared_exactly)
{
	for (unsigned long start = 0; start < 70; start++) {
		for (unsigned long nr = 0; nr <= 100; nr++) {
			reset();
			bitmap_set(guarded.map, start, nr);
			ASSERT_EQ(bitmap_weight(guarded.map, BITS), nr);
			ASSERT_EQ(find_first_bit(guarded.map, BITS), nr ? start : BITS);
			ASSERT_EQ(find_next_zero_bit(guarded.map, BITS, start),
			          start + nr);

			bitmap_fill(guarded.map, BITS);
			bitmap_clear(guarded.map, start, nr);
			ASSERT_EQ(bitmap_weight(guarded.map, BITS), BITS - nr);
			ASSERT_EQ(find_first_zero_bit(guarded.map, BITS),
			          nr ? start : BITS);
			ASSERT_EQ(guarded.after, GUARD);
		}
	}
}

TEST(bitmap, random_operations_equal_the_model)
{
	u64 state = ktest_seed();

	reset();
	for (int i = 0; i < OPERATIONS && !ktest_failed(); i++) {
		unsigned long start = ktest_random_below(&state, BITS);
		unsigned long nr = ktest_random_below(&state, (u32)(BITS - start) + 1);
		bool set = ktest_random(&state) & 1;

		if (set)
			bitmap_set(guarded.map, start, nr);
		else
			bitmap_clear(guarded.map, start, nr);
		memset(&model[start], set, nr);
		check_against_model();
		check_queries(ktest_random_below(&state, BITS + 1),
		              ktest_random_below(&state, BITS));
	}
}

static bool model_fits(unsigned long start, unsigned long nr)
{
	for (unsigned long i = start; i < start + nr; i++) {
		if (i >= BITS || model[i])
			return false;
	}
	return true;
}

static unsigned long model_first_fit(unsigned long from, unsigned long nr,
                                     unsigned long align, unsigned long offset)
{
	for (unsigned long i = from; i < BITS; i++) {
		if ((i + offset) % align == 0 && model_fits(i, nr))
			return i;
	}
	return BITS;
}

TEST(bitmap, the_zero_area_found_is_the_first_that_fits)
{
	u64 state = ktest_seed();

	for (int i = 0; i < OPERATIONS && !ktest_failed(); i++) {
		unsigned long align = 1UL << ktest_random_below(&state, 6);
		unsigned long offset = ktest_random_below(&state, 40);
		unsigned long from = ktest_random_below(&state, BITS + 1);
		unsigned long nr = 1 + ktest_random_below(&state, 40);
		unsigned long bit = ktest_random_below(&state, BITS);

		if (i % 40 == 0)
			reset();
		model[bit] = true;
		__set_bit(bit, guarded.map);
		EXPECT_EQ(bitmap_find_next_zero_area_off(guarded.map, BITS, from, nr,
		                                         align - 1, offset),
		          model_first_fit(from, nr, align, offset));
	}
}

TEST(bitmap, a_zero_area_may_be_the_whole_map_but_not_more)
{
	reset();
	EXPECT_EQ(bitmap_find_next_zero_area(guarded.map, BITS, 0, BITS, 0), 0);
	EXPECT_EQ(bitmap_find_next_zero_area(guarded.map, BITS, 0, BITS + 1, 0), BITS);
	EXPECT_EQ(bitmap_find_next_zero_area(guarded.map, BITS, 0, ~0UL, 0), BITS);
	EXPECT_EQ(bitmap_find_next_zero_area(guarded.map, BITS, 1, 64, 63), 64);
}
