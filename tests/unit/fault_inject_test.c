/* Fault injection: which allocations fail is exactly what was asked for. */
#include "ktest.h"

#include <lib/params.h>
#include <mm/fault_inject.h>
#include <mm/page_alloc.h>

#include "said.h"

#define QUIET (GFP_KERNEL | __GFP_NOWARN)

/* Takes a page and gives it back. */
static bool works(gfp_t gfp)
{
	struct page *page = alloc_page(gfp);

	if (page)
		__free_page(page);
	return page != NULL;
}

/* Bit i: the i-th of nr allocations failed. */
static u32 failures(unsigned int nr)
{
	u32 failed = 0;

	for (unsigned int i = 0; i < nr; i++)
		failed |= (u32)!works(QUIET) << i;
	return failed;
}

static void chances(unsigned int probability, unsigned int interval, long times,
                    u64 seed)
{
	const struct fault_attr attr = {probability, interval, times};

	fault_inject_set(&attr, seed);
}

static void no_chances(void)
{
	chances(0, 1, 0, 1);
}

TEST(fault_inject, the_nth_allocation_fails_and_no_other)
{
	fault_inject_nth(3);
	EXPECT_EQ(failures(8), 1 << 2);
	EXPECT(!fault_inject_cancel());
	fault_inject_nth(1);
	EXPECT_EQ(failures(8), 1);
}

TEST(fault_inject, larger_blocks_count_like_single_pages)
{
	struct page *page;

	fault_inject_nth(2);
	EXPECT(works(QUIET));
	EXPECT_EQ(alloc_pages(QUIET, 3), NULL);
	page = alloc_pages(QUIET, 3);
	ASSERT(page != NULL);
	__free_pages(page, 3);
}

TEST(fault_inject, cancelling_tells_that_it_had_not_happened)
{
	fault_inject_nth(5);
	EXPECT_EQ(failures(4), 0);
	EXPECT(fault_inject_cancel());
	EXPECT_EQ(failures(4), 0);
	EXPECT(!fault_inject_cancel());
}

TEST(fault_inject, every_interval_th_is_a_candidate)
{
	chances(100, 4, -1, 1);
	EXPECT_EQ(failures(12), 1 << 3 | 1 << 7 | 1 << 11);
	no_chances();
	EXPECT_EQ(failures(12), 0);
}

TEST(fault_inject, it_ends_after_so_many_times)
{
	chances(100, 2, 3, 1);
	EXPECT_EQ(failures(16), 1 << 1 | 1 << 3 | 1 << 5);
	no_chances();
}

TEST(fault_inject, what_must_not_fail_does_not)
{
	chances(100, 1, -1, 1);
	EXPECT(works(GFP_KERNEL | __GFP_NOFAIL));
	EXPECT(!works(QUIET));
	no_chances();
	fault_inject_nth(1);
	EXPECT(works(GFP_KERNEL | __GFP_NOFAIL));
	EXPECT(fault_inject_cancel());
}

TEST(fault_inject, the_same_seed_gives_the_same_failures)
{
	u64 seed = ktest_seed();
	u32 first;

	chances(50, 1, -1, seed);
	first = failures(32);
	chances(50, 1, -1, seed);
	EXPECT_EQ(failures(32), first);
	chances(50, 1, -1, seed + 1);
	EXPECT(failures(32) != first);
	no_chances();
}

#define TRIALS 2000

/* 30 % of 2000: 600, and 20.5 is the standard deviation. */
TEST(fault_inject, the_probability_is_about_what_was_asked_for)
{
	unsigned int failed = 0;

	chances(30, 1, -1, ktest_seed());
	for (int i = 0; i < TRIALS; i++)
		failed += !works(QUIET);
	no_chances();
	EXPECT(failed > 480 && failed < 720);
}

TEST(fault_inject, a_failure_by_chance_is_said_unless_the_mask_forbids)
{
	said_nothing_yet();
	chances(100, 1, 1, 1);
	EXPECT(!works(QUIET));
	EXPECT(!said("fails on purpose"));
	chances(100, 1, 1, 1);
	EXPECT(!works(GFP_KERNEL));
	EXPECT(said("fails on purpose"));
	EXPECT(!said("page allocation failure"));
	no_chances();
}

TEST(fault_inject, calls_and_failures_are_counted)
{
	struct fault_stats before = fault_inject_stats(), after;

	chances(100, 3, -1, 1);
	failures(9);
	no_chances();
	failures(5); /* nobody asks while it is off */
	after = fault_inject_stats();
	EXPECT_EQ(after.calls - before.calls, 9);
	EXPECT_EQ(after.failed - before.failed, 3);
}

/* What code looks like that handles each failure. */
static bool take_three(void)
{
	struct page *pages[3];
	int nr;

	for (nr = 0; nr < 3; nr++)
		if (!(pages[nr] = alloc_pages(QUIET, (unsigned int)nr)))
			break;
	for (int i = 0; i < nr; i++)
		__free_pages(pages[i], (unsigned int)i);
	return nr == 3;
}

TEST(fault_inject, a_loop_over_n_tries_each_failure_once)
{
	unsigned long before = nr_free_pages(), n;

	drain_all_pages();
	before = nr_free_pages();
	for (n = 1;; n++) {
		bool worked;

		fault_inject_nth(n);
		worked = take_three();
		if (fault_inject_cancel()) {
			EXPECT(worked);
			break;
		}
		EXPECT(!worked);
	}
	EXPECT_EQ(n, 4);
	drain_all_pages();
	EXPECT_EQ(nr_free_pages(), before);
	EXPECT_EQ(buddy_check(), 0);
}

#ifdef K896_HOST
#include "machine.h"

#include "../../src/mm/page_debug/internal.h"

/* A boot with the parameter just parsed; the pages that its object caches took do
 * not count. */
static void boot_with_it(void)
{
	host_machine_init();
	fault_inject_announce();
}

TEST(fault_inject, the_parameter_is_probability_interval_times)
{
	EXPECT_EQ(parse_params("fail_page_alloc=100,4,2 fail_seed=7"), 0);
	boot_with_it();
	EXPECT_EQ(failures(16), 1 << 3 | 1 << 7);
	EXPECT_EQ(parse_params("fail_page_alloc=100,5,-1"), 0);
	boot_with_it();
	EXPECT_EQ(failures(16), 1 << 4 | 1 << 9 | 1 << 14);
	EXPECT_EQ(parse_params("fail_page_alloc=0,1,0 fail_seed=1"), 0);
	boot_with_it();
	EXPECT_EQ(failures(16), 0);
}

TEST(fault_inject, a_malformed_parameter_is_refused)
{
	static const char *const wrong[] = {
	    "fail_page_alloc",
	    "fail_page_alloc=",
	    "fail_page_alloc=10",
	    "fail_page_alloc=10,1",
	    "fail_page_alloc=10,1,1,1",
	    "fail_page_alloc=10,0,1",
	    "fail_page_alloc=101,1,1",
	    "fail_page_alloc=10,1,-2",
	    "fail_page_alloc=a,1,1",
	    "fail_page_alloc=10,1,99999999999",
	    "fail_page_alloc=10,,1",
	    "fail_seed",
	    "fail_seed=x",
	};

	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		EXPECT_EQ(parse_params(wrong[i]), 1);
	host_machine_init();
	EXPECT_EQ(failures(16), 0);
}

TEST(fault_inject, other_malformed_switches_are_refused_too)
{
	static const char *const wrong[] = {
	    "debug_pagealloc",
	    "debug_pagealloc=maybe",
	    "page_poison=2",
	    "page_owner=",
	    "init_on_alloc=x",
	    "init_on_free",
	    "debug_guardpage_minorder=6",
	    "debug_guardpage_minorder=-1",
	};

	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		EXPECT_EQ(parse_params(wrong[i]), 1);
}
#endif
