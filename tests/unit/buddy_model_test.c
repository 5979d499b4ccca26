/*
 * A million random operations against a model that knows only which block it was
 * given: every frame carries the number of its owner, so a frame handed out
 * twice, or lost, shows at once.
 */
#include "ktest.h"

#include "buddy_test.h"

#define OPERATIONS  1000000
#define CHECK_EVERY 1000
#define MAX_LIVE    4096

#ifdef K896_HOST
#define SHARE_OF_CHECKS 50 /* buddy_check walks all lists, under sanitizers */
#else
#define SHARE_OF_CHECKS 1
#endif

struct live_block {
	struct page *page;
	unsigned int order;
	unsigned long owner;
};
static struct live_block live[MAX_LIVE];
static unsigned int nr_live;
static unsigned long live_pages, next_owner;

static const gfp_t masks[] = {
	GFP_KERNEL, GFP_ATOMIC, GFP_DMA, GFP_HIGHUSER, GFP_HIGHUSER_MOVABLE,
	GFP_KERNEL | __GFP_RECLAIMABLE, GFP_KERNEL | __GFP_MOVABLE,
	GFP_HIGHUSER | __GFP_COLD, GFP_NOFS, GFP_KERNEL | __GFP_NORETRY,
};

/* Small orders are by far the most frequent ones. */
static unsigned int random_order(u64 *state)
{
	u32 r = ktest_random_below(state, 1000);

	if (r < 700)
		return 0;
	if (r < 970)
		return 1 + ktest_random_below(state, 4);
	return ktest_random_below(state, MAX_ORDER);
}

static bool stamp(const struct live_block *b)
{
	for (unsigned long i = 0; i < 1UL << b->order; i++) {
		if (b->page[i].index) {
			ktest_printf("pfn %#lx was handed out twice\n",
				     page_to_pfn(b->page + i));
			return false;
		}
		b->page[i].index = b->owner;
	}
	return true;
}

static bool unstamp(const struct live_block *b)
{
	for (unsigned long i = 0; i < 1UL << b->order; i++) {
		if (b->page[i].index != b->owner) {
			ktest_printf("pfn %#lx changed its owner\n",
				     page_to_pfn(b->page + i));
			return false;
		}
		b->page[i].index = 0;
	}
	return true;
}

static bool do_alloc(u64 *state)
{
	gfp_t gfp = masks[ktest_random_below(state, ARRAY_SIZE(masks))] | __GFP_NOWARN;
	struct live_block b = {.order = random_order(state), .owner = ++next_owner};

	b.page = alloc_pages(gfp, b.order);
	if (!b.page)
		return true; /* memory may be short: the marks are another suite's */
	live[nr_live++] = b;
	live_pages += 1UL << b.order;
	return EXPECT_EQ(page_to_pfn(b.page) & ((1UL << b.order) - 1), 0) && stamp(&b);
}

static bool do_free(unsigned int i)
{
	struct live_block b = live[i];
	bool good = unstamp(&b);

	live[i] = live[--nr_live];
	live_pages -= 1UL << b.order;
	__free_pages(b.page, b.order);
	return good;
}

/* Live pages, free pages and per-CPU pages are all there ever were. */
static bool nothing_is_lost(unsigned long total)
{
	unsigned long pages = live_pages + nr_free_pages();
	struct zone *zone;

	for_each_populated_zone (zone)
		pages += (unsigned long)zone_pcp(zone)->count;
	return EXPECT_EQ(pages, total);
}

static bool step(u64 *state)
{
	u32 r = ktest_random_below(state, 1000);

	if (r == 0)
		drain_all_pages();
	/* fill for a while, then empty: the phase is a bit of the counter */
	if (nr_live < MAX_LIVE && (nr_live == 0 || r < (next_owner & 0x2000 ? 400 : 600)))
		return do_alloc(state);
	return do_free(ktest_random_below(state, nr_live));
}

TEST(buddy_model, a_million_random_operations_lose_and_double_nothing)
{
	struct buddy_counts before, after;
	u64 state = ktest_seed();
	unsigned long total;
	bool good = true;

	count_blocks(&before);
	total = nr_free_pages();
	nr_live = 0;
	live_pages = 0;
	for (int i = 1; i <= OPERATIONS && good; i++) {
		good = step(&state);
		if (i % CHECK_EVERY == 0)
			good = good && nothing_is_lost(total);
		if (i % (CHECK_EVERY * SHARE_OF_CHECKS) == 0)
			good = good && EXPECT_EQ(buddy_check(), 0);
	}
	while (nr_live)
		do_free(nr_live - 1);
	count_blocks(&after);
	EXPECT_EQ(nr_free_pages(), total);
	EXPECT(same_blocks(&before, &after)); /* all merged again */
	EXPECT_EQ(buddy_check(), 0);
}
