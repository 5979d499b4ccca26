/*
 * Page debugging: what each option does, and that it catches the bug that it is
 * meant for. On the host each case builds the machine anew with the options that
 * it needs; in the kernel it is skipped unless the kernel was booted with them
 * (tests/boot/test_page_debug.py does).
 */
#include "ktest.h"
#include "said.h"

#include <asm/pageattr.h>
#include <lib/bug.h>
#include <lib/params.h>
#include <mm/highmem.h>
#include <mm/page_debug.h>
#include <mm/page_owner.h>

#include "buddy_test.h"

struct need {
	const char *options; /* as boot parameters */
	bool (*met)(void);
};

static bool has_guards(void)
{
	return debug_guardpage_minorder() >= 2;
}

static bool clears_new_pages(void)
{
	return page_init_on_alloc();
}

/* A free page shows it only where it is mapped. */
static bool clears_free_pages(void)
{
	return page_init_on_free() && !debug_pagealloc_enabled();
}

static bool poisons_mapped_pages(void)
{
	return page_poisoning_enabled() && !debug_pagealloc_enabled();
}

static bool has_owner_and_pagealloc(void)
{
	return page_owner_enabled() && debug_pagealloc_enabled();
}

static const struct need pagealloc = {"debug_pagealloc=on", debug_pagealloc_enabled};
static const struct need guards = {"debug_pagealloc=on debug_guardpage_minorder=2",
                                   has_guards};
static const struct need poison = {"page_poison=on", poisons_mapped_pages};
static const struct need owner = {"page_owner=on", page_owner_enabled};
static const struct need explained = {"debug_pagealloc=on page_owner=on",
                                      has_owner_and_pagealloc};
static const struct need init_on_alloc = {"init_on_alloc=1", clears_new_pages};
static const struct need init_on_free = {"init_on_free=1", clears_free_pages};

#ifdef K896_HOST
#include "machine.h"

#define ALL_OFF                                                                        \
	"debug_pagealloc=off debug_guardpage_minorder=0 page_poison=off "              \
	"page_owner=off init_on_alloc=0 init_on_free=0"

static void boot_with(const char *options)
{
	parse_params(ALL_OFF);
	parse_params(options);
	host_machine_init();
}

static void run_with(const struct need *need, void (*body)(void))
{
	boot_with(need->options);
	if (EXPECT(need->met()))
		body();
	EXPECT_EQ(buddy_check(), 0);
	EXPECT_EQ(page_owner_check(), 0);
	boot_with("");
}
#else
static void run_with(const struct need *need, void (*body)(void))
{
	if (!need->met())
		SKIP(need->options);
	body();
	EXPECT_EQ(buddy_check(), 0);
	EXPECT_EQ(page_owner_check(), 0);
}
#endif

#define TEST_WITH(need_, name_)                                                        \
	static void with_##name_(void);                                                \
	TEST(page_debug, name_)                                                        \
	{                                                                              \
		run_with(&need_, with_##name_);                                        \
	}                                                                              \
	static void with_##name_(void)

static bool is_full_of(struct page *page, u8 byte)
{
	void *address = kmap_atomic(page);
	bool full = !memchr_inv(address, byte, PAGE_SIZE);

	kunmap_atomic(address);
	return full;
}

static void fill(struct page *page, u8 byte)
{
	void *address = kmap_atomic(page);

	memset(address, byte, PAGE_SIZE);
	kunmap_atomic(address);
}

static void flip_a_bit(struct page *page, unsigned int at)
{
	u8 *address = kmap_atomic(page);

	address[at] ^= 0x10;
	kunmap_atomic(address);
}

/* ---- debug_pagealloc ---- */

TEST_WITH(pagealloc, a_page_is_mapped_as_long_as_it_is_in_use)
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	EXPECT(kernel_page_present(page));
	fill(page, 0x55);
	__free_page(page);
	EXPECT(!kernel_page_present(page));
}

TEST_WITH(pagealloc, all_pages_of_a_block_come_and_go)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);

	ASSERT(page != NULL);
	for (int i = 0; i < 8; i++)
		EXPECT(kernel_page_present(page + i));
	__free_pages(page, 3);
	for (int i = 0; i < 8; i++)
		EXPECT(!kernel_page_present(page + i));
}

/* The pages in free lists; those in per-CPU lists are put there first. */
static bool free_blocks_are_unmapped(struct zone *zone, int order, int type)
{
	const struct page *page;

	list_for_each_entry (page, &zone->free_area[order].free_list[type], lru)
		for (long i = 0; i < 1L << order; i++)
			if (!PageHighMem(page) && kernel_page_present(page + i))
				return false;
	return true;
}

TEST_WITH(pagealloc, no_free_page_is_mapped)
{
	struct zone *zone;

	drain_all_pages();
	for_each_zone (zone) {
		int order, type;

		for_each_migratetype_order(order, type)
		    EXPECT(free_blocks_are_unmapped(zone, order, type));
	}
}

TEST_WITH(pagealloc, highmem_has_no_mapping_to_lose)
{
	struct page *page = alloc_page(GFP_HIGHUSER);

	ASSERT(page != NULL);
	fill(page, 0x55);
	__free_page(page);
}

TEST_WITH(pagealloc, a_fault_in_a_free_page_is_called_use_after_free)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long address;

	ASSERT(page != NULL && fault_hook != NULL);
	address = (unsigned long)lowmem_page_address(page) + 0x123;
	said_nothing_yet();
	fault_hook(address);
	EXPECT(!said("use after free")); /* it is in use: something else is wrong */
	__free_page(page);
	fault_hook(address);
	EXPECT(said("use after free"));
}

TEST_WITH(pagealloc, a_fault_elsewhere_is_not_explained)
{
	said_nothing_yet();
	fault_hook(0);
	fault_hook(0x1000);
	fault_hook((unsigned long)__va(0) - 1);
	fault_hook(0xfffff000UL);
	EXPECT(!said("use after free"));
	EXPECT(!said("past the end"));
}

static noinline struct page *take_here(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	barrier(); /* not the last call: it must return here */
	return page;
}

static noinline void free_here(struct page *page, unsigned int order)
{
	__free_pages(page, order);
	barrier();
}

TEST_WITH(explained, the_explanation_names_who_took_and_who_freed_the_page)
{
	struct page *page = take_here(GFP_KERNEL, 0);

	ASSERT(page != NULL);
	free_here(page, 0);
	said_nothing_yet();
	fault_hook((unsigned long)lowmem_page_address(page));
	EXPECT(said("use after free"));
	EXPECT(said("was taken as order 0, mask 0xd0(GFP_KERNEL), by"));
	EXPECT(said("was freed by"));
}

/* ---- Guard pages ---- */

static unsigned long guard_pages(void)
{
	return 1UL << debug_guardpage_minorder();
}

TEST_WITH(guards, the_rest_of_a_small_block_is_guards)
{
	unsigned long before = nr_unused_pages();

	for (unsigned int order = 0; order < debug_guardpage_minorder(); order++) {
		struct page *page = alloc_pages(GFP_KERNEL, order);

		ASSERT(page != NULL);
		EXPECT_EQ(page_to_pfn(page) % guard_pages(), 0);
		for (unsigned long i = 0; i < guard_pages(); i++) {
			EXPECT_EQ(PageGuard(page + i), i >= 1UL << order);
			EXPECT_EQ(kernel_page_present(page + i), i < 1UL << order);
		}
		EXPECT_EQ(nr_unused_pages(), before - guard_pages());
		__free_pages(page, order);
		EXPECT(!PageGuard(page + guard_pages() - 1));
		EXPECT_EQ(nr_unused_pages(), before);
	}
}

TEST_WITH(guards, a_block_of_the_full_order_has_no_guards)
{
	struct page *page = alloc_pages(GFP_KERNEL, debug_guardpage_minorder());

	ASSERT(page != NULL);
	for (unsigned long i = 0; i < guard_pages(); i++)
		EXPECT(!PageGuard(page + i) && kernel_page_present(page + i));
	__free_pages(page, debug_guardpage_minorder());
}

TEST_WITH(guards, pages_of_a_split_block_wait_for_one_another)
{
	unsigned long before = nr_unused_pages();
	struct page *page = alloc_pages(GFP_KERNEL, 1);

	ASSERT(page != NULL);
	split_page(page, 1);
	__free_page(page);
	EXPECT(PageGuard(page) && !kernel_page_present(page));
	EXPECT_EQ(nr_unused_pages(), before - guard_pages());
	EXPECT(kernel_page_present(page + 1));
	__free_page(page + 1);
	EXPECT(!PageGuard(page));
	EXPECT_EQ(nr_unused_pages(), before);
}

TEST_WITH(guards, an_access_past_the_end_is_called_so)
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	said_nothing_yet();
	fault_hook((unsigned long)lowmem_page_address(page) + PAGE_SIZE);
	EXPECT(said("past the end"));
	EXPECT(!said("use after free"));
	__free_page(page);
}

TEST_WITH(guards, a_page_that_waits_for_its_block_is_free_already)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);

	ASSERT(page != NULL);
	split_page(page, 1);
	__free_page(page);
	said_nothing_yet();
	fault_hook((unsigned long)lowmem_page_address(page));
	EXPECT(said("use after free"));
	__free_page(page + 1);
}

/* ---- page_poison ---- */

TEST_WITH(poison, a_free_page_is_full_of_the_pattern)
{
	gfp_t masks[] = {GFP_KERNEL, GFP_HIGHUSER, GFP_DMA};

	for (unsigned int i = 0; i < ARRAY_SIZE(masks); i++) {
		struct page *page = alloc_page(masks[i]);

		ASSERT(page != NULL);
		fill(page, 0x55);
		__free_page(page);
		EXPECT(is_full_of(page, PAGE_POISON));
	}
}

static void take_one(void *gfp)
{
	alloc_page(*(gfp_t *)gfp);
}

/* A page goes back to the list of its pageblock's mobility, which is another one
 * than it was taken for if that had run out: the mask that takes it from there. */
static gfp_t mask_of_its_list(const struct page *page, gfp_t gfp)
{
	gfp &= ~GFP_MOVABLE_MASK;
	switch (get_pageblock_migratetype(page)) {
	case MIGRATE_UNMOVABLE:
		return gfp;
	case MIGRATE_RECLAIMABLE:
		return gfp | __GFP_RECLAIMABLE;
	default:
		return gfp | __GFP_MOVABLE;
	}
}

/* The page that was freed last is the first to be taken. */
static void damage_is_found(gfp_t gfp, unsigned int at)
{
	struct page *page = alloc_page(gfp);

	ASSERT(page != NULL);
	gfp = mask_of_its_list(page, gfp);
	__free_page(page);
	flip_a_bit(page, at);
	EXPECT_BUG(take_one, &gfp);
	EXPECT_EQ(page->_count, 1); /* it was about to be ours */
	__free_page(page);
	page = alloc_page(gfp);
	ASSERT(page != NULL);
	__free_page(page);
}

TEST_WITH(poison, a_write_to_a_free_page_is_found_wherever_it_is)
{
	damage_is_found(GFP_KERNEL, 0);
	damage_is_found(GFP_KERNEL, 1);
	damage_is_found(GFP_KERNEL, 2049);
	damage_is_found(GFP_KERNEL, PAGE_SIZE - 1);
}

TEST_WITH(poison, a_write_to_a_free_highmem_page_is_found)
{
	damage_is_found(GFP_HIGHUSER, 77);
}

TEST_WITH(poison, a_write_past_the_end_into_a_free_page_is_found)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);
	gfp_t gfp;

	ASSERT(page != NULL);
	gfp = mask_of_its_list(page, GFP_KERNEL);
	split_page(page, 1);
	__free_page(page + 1);
	((u8 *)lowmem_page_address(page))[PAGE_SIZE] = 0;
	EXPECT_BUG(take_one, &gfp);
	__free_page(page + 1);
	__free_page(page);
}

/* ---- page_owner ---- */

#define FUNCTION_MAX 1024 /* bytes, with the sanitizers' code */

/* Unlike any call of take_here, or the compiler may make one function of both. */
static noinline struct page *leak_here(void)
{
	struct page *page = alloc_page(GFP_NOIO);

	barrier(); /* not the last call: it must return here */
	return page;
}

/* Return addresses lie in the one of these that begins next below them. */
static bool is_in(unsigned long address, unsigned long function)
{
	const unsigned long functions[] = {(unsigned long)take_here,
	                                   (unsigned long)free_here,
	                                   (unsigned long)leak_here};

	for (unsigned int i = 0; i < ARRAY_SIZE(functions); i++)
		if (functions[i] > function && functions[i] < address)
			return false;
	return address - function < FUNCTION_MAX;
}

static bool chain_leads_through(unsigned int n, unsigned long function)
{
	const struct page_owner_chain *chain = page_owner_chain(n);

	for (unsigned int i = 0; chain && i < chain->nr; i++)
		if (is_in(chain->entries[i], function))
			return true;
	return false;
}

TEST_WITH(owner, a_page_knows_who_took_it_and_how)
{
	struct page *page = take_here(GFP_NOFS | __GFP_ZERO, 1);
	struct page_owner who;

	ASSERT(page != NULL);
	for (unsigned long i = 0; i < 2; i++) {
		ASSERT(page_owner_get(page_to_pfn(page) + i, &who));
		EXPECT(who.taken);
		EXPECT_EQ(who.order, 1);
		EXPECT_EQ(who.gfp, GFP_NOFS | __GFP_ZERO);
		EXPECT(chain_leads_through(who.alloc_chain, (unsigned long)take_here));
	}
	__free_pages(page, 1);
}

TEST_WITH(owner, a_free_page_knows_who_freed_it)
{
	struct page *page = take_here(GFP_KERNEL, 0);
	struct page_owner who;

	ASSERT(page != NULL);
	free_here(page, 0);
	ASSERT(page_owner_get(page_to_pfn(page), &who));
	EXPECT(!who.taken);
	EXPECT(chain_leads_through(who.alloc_chain, (unsigned long)take_here));
	EXPECT(chain_leads_through(who.free_chain, (unsigned long)free_here));
}

static void free_as_order_1(void *page)
{
	__free_pages(page, 1);
}

static void free_as_order_2(void *page)
{
	__free_pages(page, 2);
}

TEST_WITH(owner, a_block_freed_as_another_order_is_caught)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	unsigned long before;

	ASSERT(page != NULL);
	before = nr_free_pages();
	EXPECT_BUG(free_as_order_1, page);
	EXPECT_EQ(nr_free_pages(), before);
	page->_count = 1; /* what the caught bug took away */
	__free_pages(page, 2);
}

TEST_WITH(owner, a_single_page_freed_as_a_larger_block_is_caught)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	ASSERT(page != NULL);
	split_page(page, 2);
	__free_page(page + 3);
	__free_page(page + 2);
	__free_page(page + 1);
	EXPECT_BUG(free_as_order_2, page);
	page->_count = 1;
	__free_page(page);
}

TEST_WITH(owner, a_split_block_is_freed_page_by_page)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	struct page_owner who;

	ASSERT(page != NULL);
	split_page(page, 2);
	for (unsigned long i = 0; i < 4; i++) {
		ASSERT(page_owner_get(page_to_pfn(page) + i, &who));
		EXPECT(who.taken && who.order == 0);
	}
	for (int i = 3; i >= 0; i--)
		__free_page(page + i);
}

#define LEAKED 7

/* By how much the chains through a function have grown; a compiler that unrolls
 * the loop around the call makes several of one. */
static long grown_through(unsigned long function)
{
	const struct page_owner_chain *chain;
	long grown = 0;

	for (unsigned int n = 1; (chain = page_owner_chain(n)) != NULL; n++)
		if (chain_leads_through(n, function))
			grown += (long)(chain->pages - chain->marked);
	return grown;
}

TEST_WITH(owner, a_leak_is_the_chain_that_grew)
{
	struct page *pages[LEAKED];

	page_owner_mark();
	for (int i = 0; i < LEAKED; i++)
		ASSERT((pages[i] = leak_here()) != NULL);
	EXPECT_EQ(grown_through((unsigned long)leak_here), LEAKED);
	for (int i = 0; i < LEAKED; i++)
		__free_page(pages[i]);
	EXPECT_EQ(grown_through((unsigned long)leak_here), 0);
}

#define ROUNDS 2000
#define HELD   64

TEST_WITH(owner, the_records_agree_after_many_steps)
{
	static struct page *held[HELD];
	static unsigned int orders[HELD];
	u64 state = ktest_seed();

	memset(held, 0, sizeof(held));
	for (int i = 0; i < ROUNDS; i++) {
		u32 at = ktest_random_below(&state, HELD);

		if (held[at]) {
			__free_pages(held[at], orders[at]);
			held[at] = NULL;
			continue;
		}
		orders[at] = ktest_random_below(&state, 5);
		held[at] = alloc_pages(GFP_HIGHUSER | __GFP_NOWARN, orders[at]);
	}
	EXPECT_EQ(page_owner_check(), 0);
	for (int i = 0; i < HELD; i++)
		if (held[i])
			__free_pages(held[i], orders[i]);
}

/* ---- init_on_alloc, init_on_free ---- */

TEST_WITH(init_on_alloc, a_new_page_is_cleared_unasked)
{
	gfp_t masks[] = {GFP_KERNEL, GFP_HIGHUSER};

	for (unsigned int i = 0; i < ARRAY_SIZE(masks); i++) {
		struct page *page = alloc_page(masks[i]);

		ASSERT(page != NULL);
		fill(page, 0x55);
		__free_page(page);
		page = alloc_page(masks[i]); /* the same one, most likely */
		ASSERT(page != NULL);
		EXPECT(is_full_of(page, 0));
		__free_page(page);
	}
}

TEST_WITH(init_on_free, a_freed_page_is_cleared)
{
	gfp_t masks[] = {GFP_KERNEL, GFP_HIGHUSER};

	for (unsigned int i = 0; i < ARRAY_SIZE(masks); i++) {
		struct page *page = alloc_page(masks[i]);

		ASSERT(page != NULL);
		fill(page, 0x55);
		__free_page(page);
		EXPECT(is_full_of(page, 0));
	}
}

/* ---- Always ---- */

static void free_page_twice(void *page)
{
	__free_page(page);
	__free_page(page);
}

TEST(page_debug, a_double_free_is_caught_without_any_option)
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	EXPECT_BUG(free_page_twice, page);
	EXPECT_EQ(page->_count, 0);
	EXPECT_EQ(buddy_check(), 0);
}

static void free_frame_0(void *unused)
{
	(void)unused;
	__free_page(pfn_to_page(0));
}

TEST(page_debug, freeing_a_reserved_page_is_caught_without_any_option)
{
	ASSERT(PageReserved(pfn_to_page(0)));
	EXPECT_BUG(free_frame_0, NULL);
	EXPECT(PageReserved(pfn_to_page(0)));
	EXPECT_EQ(pfn_to_page(0)->_count, 0);
}

TEST(page_debug, with_nothing_on_there_are_no_hooks)
{
	bool any = debug_pagealloc_enabled() || page_poisoning_enabled() ||
	           page_owner_enabled();

	if (any || page_init_on_alloc() || page_init_on_free())
		SKIP("an option is on");
	EXPECT_EQ(gfp_always, 0);
	EXPECT(!free_hooks);
	EXPECT(!PageGuard(pfn_to_page(0)));
}

TEST(page_debug, a_mask_is_told_in_words)
{
	char text[GFP_TEXT_MAX];

	gfp_text(GFP_KERNEL | __GFP_ZERO, text, sizeof(text));
	EXPECT_STR(text, "GFP_KERNEL|__GFP_ZERO");
	gfp_text(GFP_HIGHUSER_MOVABLE, text, sizeof(text));
	EXPECT_STR(text, "GFP_HIGHUSER_MOVABLE");
	gfp_text(GFP_ATOMIC | __GFP_DMA, text, sizeof(text));
	EXPECT_STR(text, "GFP_ATOMIC|GFP_DMA");
	gfp_text(0, text, sizeof(text));
	EXPECT_STR(text, "GFP_NOWAIT");
	gfp_text(GFP_NOIO | 0x1000000, text, sizeof(text));
	EXPECT_STR(text, "GFP_NOIO|0x1000000");
}
