/* Heapsort: order, permutation, and the number of comparisons. */
#include "ktest.h"

#include <lib/bitops.h>
#include <lib/sort.h>
#include <lib/util.h>

#define ELEMENTS 600

static unsigned int nr_compared;

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a;
	u32 y = *(const u32 *)b;

	nr_compared++;
	return x < y ? -1 : x > y;
}

/* Twelve bytes: no word's multiple of two, no power of two. */
struct wide {
	u16 key;
	u16 same_as_key;
	u64 key_squared;
} __packed;

static int compare_wide(const void *a, const void *b)
{
	return ((const struct wide *)a)->key - ((const struct wide *)b)->key;
}

static u32 numbers[ELEMENTS];

static bool is_sorted(size_t nr)
{
	for (size_t i = 1; i < nr; i++) {
		if (numbers[i - 1] > numbers[i])
			return false;
	}
	return true;
}

TEST(sort, nothing_and_one_element_are_sorted)
{
	u32 one = 7;

	sort(NULL, 0, sizeof(one), compare_u32, NULL);
	sort(&one, 1, sizeof(one), compare_u32, NULL);
	EXPECT_EQ(one, 7);
}

/* All 5! orders: the digits of a number in factorial base pick each one. */
TEST(sort, every_order_of_five_elements)
{
	for (u32 order = 0; order < 120; order++) {
		u32 rest = order;

		for (u32 i = 0; i < 5; i++) {
			u32 j = rest % (i + 1);

			rest /= i + 1;
			numbers[i] = numbers[j];
			numbers[j] = i;
		}
		sort(numbers, 5, sizeof(numbers[0]), compare_u32, NULL);
		for (u32 i = 0; i < 5; i++)
			ASSERT_EQ(numbers[i], i);
	}
}

TEST(sort, random_arrays_come_out_in_order_with_their_elements)
{
	u64 state = ktest_seed();

	for (size_t nr = 0; nr < 100; nr++) {
		u64 sum_before = 0;
		u64 sum_after = 0;

		for (size_t i = 0; i < nr; i++) {
			numbers[i] = (u32)ktest_random(&state) % (u32)(nr + 1);
			sum_before += (u64)numbers[i] * numbers[i];
		}
		sort(numbers, nr, sizeof(numbers[0]), compare_u32, NULL);
		for (size_t i = 0; i < nr; i++)
			sum_after += (u64)numbers[i] * numbers[i];
		ASSERT(is_sorted(nr));
		ASSERT_EQ(sum_after, sum_before);
	}
}

static void count_comparisons(void)
{
	nr_compared = 0;
	sort(numbers, ELEMENTS, sizeof(numbers[0]), compare_u32, NULL);
	EXPECT(is_sorted(ELEMENTS));
	/* heapsort: at most 2 n log2 n to empty the heap and 2 n to build it */
	EXPECT(nr_compared <= 2 * ELEMENTS * (ilog2(ELEMENTS) + 1));
}

TEST(sort, no_order_makes_it_slow)
{
	for (u32 i = 0; i < ELEMENTS; i++)
		numbers[i] = i;
	count_comparisons();
	for (u32 i = 0; i < ELEMENTS; i++)
		numbers[i] = ELEMENTS - i;
	count_comparisons();
	for (u32 i = 0; i < ELEMENTS; i++)
		numbers[i] = 5;
	count_comparisons();
	for (u32 i = 0; i < ELEMENTS; i++)
		numbers[i] = i % 2 ? i : ELEMENTS - i;
	count_comparisons();
}

TEST(sort, elements_of_any_size_move_whole)
{
	static struct wide wides[37];

	for (u16 i = 0; i < ARRAY_SIZE(wides); i++) {
		u16 key = (u16)(i * 29 % 37);

		wides[i] = (struct wide){key, key, (u64)key * key};
	}
	sort(wides, ARRAY_SIZE(wides), sizeof(wides[0]), compare_wide, NULL);
	for (u16 i = 0; i < ARRAY_SIZE(wides); i++) {
		EXPECT_EQ(wides[i].key, i);
		EXPECT_EQ(wides[i].same_as_key, i);
		EXPECT_EQ(wides[i].key_squared, (u64)i * i);
	}
}

static unsigned int nr_swapped;

static void swap_u32(void *a, void *b, size_t size)
{
	nr_swapped++;
	EXPECT_EQ(size, sizeof(u32));
	swap(*(u32 *)a, *(u32 *)b);
}

TEST(sort, a_swap_function_is_used_when_given)
{
	u32 three[] = {3, 1, 2};

	nr_swapped = 0;
	sort(three, ARRAY_SIZE(three), sizeof(three[0]), compare_u32, swap_u32);
	EXPECT(nr_swapped > 0);
	EXPECT_EQ(three[0], 1);
	EXPECT_EQ(three[1], 2);
	EXPECT_EQ(three[2], 3);
}
