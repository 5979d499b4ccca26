/* cma=: what can be asked for, and where it is put. */
#include "ktest.h"
#include "said.h"

#include <mm/cma.h>

#define MIB     (1ULL << 20)
#define MIB_PFN (1UL << (20 - PAGE_SHIFT))

TEST(cma, a_request_is_size_at_base_up_to_limit)
{
	struct cma_request r;

	ASSERT(cma_parse("64M", &r));
	EXPECT(r.size == 64 * MIB && !r.base && !r.limit && !r.fixed);
	ASSERT(cma_parse("0", &r));
	EXPECT_EQ(r.size, 0);
	ASSERT(cma_parse("16M@1G", &r));
	EXPECT(r.size == 16 * MIB && r.base == 1024 * MIB && r.fixed);
	ASSERT(cma_parse("0x400000@0x1000000-512M", &r));
	EXPECT(r.size == 4 * MIB && r.base == 16 * MIB && r.limit == 512 * MIB &&
	       !r.fixed);
	ASSERT(cma_parse("4m@0-64m", &r));
	EXPECT(r.size == 4 * MIB && !r.base && r.limit == 64 * MIB && !r.fixed);
}

TEST(cma, a_malformed_request_changes_nothing)
{
	static const char *const wrong[] = {"",
	                                    "banana",
	                                    "-1",
	                                    "64Q",
	                                    "64M ",
	                                    "64M@",
	                                    "64M@x",
	                                    "64M-1G",
	                                    "64M@16M-",
	                                    "64M@1G-x",
	                                    "64M@1G-1G",
	                                    "64M@1G-512M",
	                                    "64M@1-2-3",
	                                    "99999999999999999999",
	                                    "64M@99999999999999999999E",
	                                    "64M,1"};
	struct cma_request r = {1, 2, 3, true};

	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++)
		if (!EXPECT(!cma_parse(wrong[i], &r)))
			ktest_printf("\"%s\"", wrong[i]);
	EXPECT(!cma_parse(NULL, &r));
	EXPECT(r.size == 1 && r.base == 2 && r.limit == 3 && r.fixed);
}

/* A machine with 896 MiB of lowmem, 2 GiB in all, of which some is in use. */
static unsigned long used_start, used_end; /* MiB */

static bool claim(unsigned long start, unsigned long end)
{
	return end <= used_start * MIB_PFN || start >= used_end * MIB_PFN;
}

static const struct cma_machine machine = {16 * MIB_PFN, 896 * MIB_PFN, 2048 * MIB_PFN,
                                           claim};

/* Where it comes to lie, MiB; -1: nowhere. */
static long placed(const char *text, unsigned long from, unsigned long to)
{
	struct cma_request r;
	unsigned long start;

	used_start = from;
	used_end = to;
	if (!EXPECT(cma_parse(text, &r)) || !cma_place(&r, &machine, &start))
		return -1;
	return (long)(start / MIB_PFN);
}

TEST(cma, without_a_base_it_lies_at_the_top_of_lowmem)
{
	EXPECT_EQ(placed("64M", 0, 1), 832);
	EXPECT_EQ(placed("64M", 895, 896), 828);
	EXPECT_EQ(placed("64M", 100, 896), 36);
	EXPECT_EQ(placed("64M", 78, 896), -1); /* 14 to 78 is over DMA's end */
	EXPECT_EQ(placed("8M", 20, 896), 8);
	EXPECT_EQ(placed("880M", 0, 1), 16);
	EXPECT_EQ(placed("884M", 0, 1), -1);
}

TEST(cma, sizes_are_rounded_up_to_the_alignment)
{
	struct cma_request r;
	unsigned long start;

	used_start = used_end = 0;
	ASSERT(cma_parse("1", &r));
	EXPECT_EQ(cma_place(&r, &machine, &start), CMA_ALIGN_PAGES);
	EXPECT_EQ(start, 892 * MIB_PFN);
	ASSERT(cma_parse("5M", &r));
	EXPECT_EQ(cma_place(&r, &machine, &start), 2 * CMA_ALIGN_PAGES);
}

TEST(cma, a_base_is_kept_exactly_or_not_at_all)
{
	EXPECT_EQ(placed("64M@256M", 0, 1), 256);
	EXPECT_EQ(placed("64M@256M", 300, 301), -1);
	EXPECT_EQ(placed("64M@1G", 0, 1), 1024);
	EXPECT_EQ(placed("8M@8M", 0, 1), 8);
	EXPECT_EQ(placed("16M@8M", 0, 1), -1);    /* over the end of DMA */
	EXPECT_EQ(placed("64M@864M", 0, 1), -1);  /* over the end of lowmem */
	EXPECT_EQ(placed("64M@2044M", 0, 1), -1); /* over the end of memory */
}

TEST(cma, with_a_limit_it_lies_as_high_as_that_allows)
{
	EXPECT_EQ(placed("64M@16M-512M", 0, 1), 448);
	EXPECT_EQ(placed("64M@16M-512M", 400, 512), 336);
	EXPECT_EQ(placed("64M@16M-512M", 70, 512), -1);
	EXPECT_EQ(placed("64M@0-8G", 0, 1), 1984);
	EXPECT_EQ(placed("64M@0-8G", 900, 2048), 832); /* not over lowmem's end */
	EXPECT_EQ(placed("16M@1M-2M", 0, 1), -1);
	EXPECT_EQ(placed("4M@1M-9M", 0, 1), 4);
}

TEST(cma, what_cannot_be_says_why)
{
	said_nothing_yet();
	EXPECT_EQ(placed("64M@257M", 0, 1), -1);
	EXPECT(
	    said("cma: BASE is not aligned: nothing reserved (an area is aligned to 4 "
	         "MiB)"));
	EXPECT_EQ(placed("64M@4G", 0, 1), -1);
	EXPECT(said("cma: BASE lies behind the end of memory: nothing reserved"));
	EXPECT_EQ(placed("8E@0-8G", 0, 1), -1);
	EXPECT_EQ(placed("2G", 0, 1), -1);
	EXPECT_EQ(times_said("cma: SIZE is more than all memory: nothing reserved"), 2);
	said_nothing_yet();
	EXPECT_EQ(placed("1G", 0, 1), -1);
	EXPECT(said("cma: no place for 1024 MiB in [mem 0x0-0x37ffffff]"));
}
