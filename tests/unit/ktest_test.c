/* The framework itself, as far as a passing case can tell. */
#include "ktest.h"

#include <lib/bug.h>
#include <lib/string.h>

static int reached;

static void hit_a_bug(void *arg)
{
	reached = 1;
	BUG_ON(arg != NULL);
	reached = 2;
}

static void hit_a_panic(void *arg)
{
	panic("no memory for %s", (const char *)arg);
}

static void warn_if_set(void *arg)
{
	WARN_ON(arg != NULL);
	reached = 3;
}

static void catch_a_bug_within(void *arg)
{
	EXPECT(ktest_catches_bug(hit_a_bug, arg));
	panic("again");
}

TEST(ktest, a_bug_is_caught_and_the_rest_of_the_function_skipped)
{
	int thing;

	EXPECT(ktest_catches_bug(hit_a_bug, &thing));
	EXPECT_EQ(reached, 1);
	EXPECT(!ktest_catches_bug(hit_a_bug, NULL));
	EXPECT_EQ(reached, 2);
}

TEST(ktest, a_panic_is_caught)
{
	EXPECT_BUG(hit_a_panic, "nobody");
	EXPECT_EQ(bug_hook, NULL);
}

TEST(ktest, catching_nests)
{
	int thing;

	EXPECT(ktest_catches_bug(catch_a_bug_within, &thing));
}

TEST(ktest, a_warning_is_caught_and_the_function_goes_on)
{
	int thing;

	reached = 0;
	EXPECT_WARNING(warn_if_set, &thing);
	EXPECT_EQ(reached, 3);
	EXPECT(!ktest_catches_warning(warn_if_set, NULL));
}

TEST(ktest, values_of_all_types_compare_by_value)
{
	const char *text = "text";
	u8 byte = 255;
	s8 minus = -1;
	u64 large = 1ULL << 40;

	EXPECT_EQ(byte, 255);
	EXPECT_EQ(minus, -1);
	EXPECT_EQ(large, 1099511627776LL);
	EXPECT_EQ(text, &text[0]);
	EXPECT_EQ((void *)NULL, NULL);
	EXPECT_EQ(true, 1);
	EXPECT_STR(NULL, NULL);
	EXPECT_STR(text, "text");
}

TEST(ktest, an_argument_is_evaluated_once)
{
	int calls = 0;

	EXPECT_EQ(++calls, 1);
	EXPECT(++calls == 2);
	EXPECT_EQ(calls, 2);
}

TEST(ktest, a_seed_determines_the_sequence)
{
	u64 a = ktest_seed();
	u64 b = ktest_seed();
	u64 zero = 0;

	for (int i = 0; i < 100; i++)
		ASSERT_EQ(ktest_random(&a), ktest_random(&b));
	/* the reference implementation's first two numbers for the seed 0 */
	EXPECT_EQ(ktest_random(&zero), 0xE220A8397B1DCDAFULL);
	EXPECT_EQ(ktest_random(&zero), 0x6E789E6AA1B965F4ULL);
}

TEST(ktest, random_numbers_below_a_limit_reach_every_value)
{
	u64 state = ktest_seed();
	u32 seen = 0;

	for (int i = 0; i < 2000; i++) {
		u32 number = ktest_random_below(&state, 10);

		ASSERT(number < 10);
		seen |= 1U << number;
	}
	EXPECT_EQ(seen, 0x3FF);
	EXPECT_EQ(ktest_random_below(&state, 1), 0);
}

TEST(ktest, suites_follow_each_other_by_name)
{
	const char *suite = NULL;
	const char *next;
	bool found = false;

	while ((next = ktest_next_suite(suite))) {
		ASSERT(!suite || strcmp(suite, next) < 0);
		found = found || strcmp(next, "ktest") == 0;
		suite = next;
	}
	EXPECT(found);
}
