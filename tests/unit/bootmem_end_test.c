/*
 * bootmem's end and its edges: handing over to the page allocator, misuse, the
 * checker's own eyes, and the functions that work on the one real node.
 */
#include "ktest.h"

#include <lib/errno.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <mm/bootmem.h>

#define MAP_LONGS   (PAGE_SIZE / sizeof(unsigned long))
#define NODE_PAGES  4096UL
#define NODE_BYTES  (NODE_PAGES << PAGE_SHIFT)
#define ARENA_PAGES 8UL
#define MAX_BLOCKS  16

static struct bootmem_data node;
static unsigned long map[MAP_LONGS];
static u8 arena[ARENA_PAGES << PAGE_SHIFT] __aligned(4096);

static struct {
	unsigned long pfn;
	unsigned int order;
} blocks[MAX_BLOCKS];
static unsigned int nr_blocks;

static void note_block(unsigned long pfn, unsigned int order)
{
	if (nr_blocks < MAX_BLOCKS) {
		blocks[nr_blocks].pfn = pfn;
		blocks[nr_blocks].order = order;
	}
	nr_blocks++;
}

static void new_node(unsigned long start_pfn, unsigned long end_pfn)
{
	memset(&node, 0, sizeof(node));
	init_bootmem_map(&node, map, start_pfn, end_pfn);
	nr_blocks = 0;
}

/* A node over the arena with its bitmap in page 1; all else free. */
static void new_arena_node(void)
{
	unsigned long start_pfn = PFN_DOWN(__pa(arena));

	memset(arena, 0, sizeof(arena));
	memset(&node, 0, sizeof(node));
	EXPECT_EQ(
	    init_bootmem_core(&node, start_pfn + 1, start_pfn, start_pfn + ARENA_PAGES),
	    PAGE_SIZE);
	free_bootmem_core(&node, __pa(arena), sizeof(arena));
	reserve_bootmem_core(&node, __pa(arena) + PAGE_SIZE, PAGE_SIZE,
	                     BOOTMEM_EXCLUSIVE);
	nr_blocks = 0;
}

TEST(bootmem, free_pages_are_handed_over_in_the_largest_aligned_blocks)
{
	new_node(0, NODE_PAGES);
	free_bootmem_core(&node, 0x1000, 0x5000);     /* frames 1 to 5 */
	free_bootmem_core(&node, 0x3ff000, 0x802000); /* frames 1023 to 3072 */
	EXPECT_EQ(free_all_bootmem_core(&node, note_block), 5 + 2050);
	ASSERT_EQ(nr_blocks, 7);
	EXPECT(blocks[0].pfn == 1 && blocks[0].order == 0);
	EXPECT(blocks[1].pfn == 2 && blocks[1].order == 1);
	EXPECT(blocks[2].pfn == 4 && blocks[2].order == 1);
	EXPECT(blocks[3].pfn == 1023 && blocks[3].order == 0);
	EXPECT(blocks[4].pfn == 1024 && blocks[4].order == 10);
	EXPECT(blocks[5].pfn == 2048 && blocks[5].order == 10);
	EXPECT(blocks[6].pfn == 3072 && blocks[6].order == 0);
}

TEST(bootmem, frame_zero_is_aligned_to_every_order)
{
	new_node(0, NODE_PAGES);
	free_bootmem_core(&node, 0, NODE_BYTES);
	EXPECT_EQ(free_all_bootmem_core(&node, note_block), NODE_PAGES);
	ASSERT_EQ(nr_blocks, 4);
	EXPECT(blocks[0].pfn == 0 && blocks[0].order == 10);
	EXPECT(blocks[3].pfn == 3072 && blocks[3].order == 10);
}

TEST(bootmem, a_node_that_ends_inside_a_word_hands_over_no_page_behind_it)
{
	new_node(8, 8 + 33);
	free_bootmem_core(&node, 8 << PAGE_SHIFT, 33 << PAGE_SHIFT);
	EXPECT_EQ(free_all_bootmem_core(&node, note_block), 33);
	ASSERT_EQ(nr_blocks, 4); /* 8 of order 3, 16 of 4, 32 of 3, 40 of 0 */
	EXPECT(blocks[0].pfn == 8 && blocks[0].order == 3);
	EXPECT(blocks[1].pfn == 16 && blocks[1].order == 4);
	EXPECT(blocks[2].pfn == 32 && blocks[2].order == 3);
	EXPECT(blocks[3].pfn == 40 && blocks[3].order == 0);
}

TEST(bootmem, the_bitmaps_own_pages_are_handed_over_last)
{
	unsigned long start_pfn = PFN_DOWN(__pa(arena));

	new_arena_node();
	EXPECT_EQ(bootmem_check_core(&node), 0);
	EXPECT_EQ(bootmem_nr_free(&node), ARENA_PAGES - 1);
	reserve_bootmem_core(&node, __pa(arena) + 2 * PAGE_SIZE,
	                     (ARENA_PAGES - 2) * PAGE_SIZE, BOOTMEM_EXCLUSIVE);
	EXPECT_EQ(free_all_bootmem_core(&node, note_block), 2);
	ASSERT_EQ(nr_blocks, 2);
	EXPECT(blocks[0].pfn == start_pfn && blocks[0].order == 0);
	EXPECT(blocks[1].pfn == start_pfn + 1 && blocks[1].order == 0);
	EXPECT_EQ(bootmem_check_core(&node), 0);
	EXPECT_EQ(bootmem_nr_free(&node), 0);
}

static void allocate(void *req)
{
	phys_addr_t addr;

	bootmem_place(&node, req, &addr);
}

static void free_range(void *range)
{
	const phys_addr_t *r = range;

	free_bootmem_core(&node, r[0], r[1]);
}

static void reserve_range(void *range)
{
	const phys_addr_t *r = range;

	reserve_bootmem_core(&node, r[0], r[1], BOOTMEM_DEFAULT);
}

static void hand_over(void *unused)
{
	(void)unused;
	free_all_bootmem_core(&node, note_block);
}

static void init_again(void *unused)
{
	(void)unused;
	init_bootmem_map(&node, map, 0, NODE_PAGES);
}

TEST(bootmem, any_use_of_a_retired_node_is_caught)
{
	struct bootmem_run run = {0};
	struct bootmem_request req = {1, 1, 0, 0};
	phys_addr_t range[] = {0, PAGE_SIZE};

	new_node(0, NODE_PAGES);
	free_bootmem_core(&node, 0, NODE_BYTES);
	free_all_bootmem_core(&node, note_block);
	EXPECT_BUG(allocate, &req);
	EXPECT_BUG(free_range, range);
	EXPECT_BUG(reserve_range, range);
	EXPECT_BUG(hand_over, NULL);
	EXPECT(!bootmem_next_run(&node, &run));
	EXPECT_EQ(bootmem_largest_run(&node), 0);
}

TEST(bootmem, initialising_a_node_twice_is_caught)
{
	new_node(0, NODE_PAGES);
	EXPECT_BUG(init_again, NULL);
}

TEST(bootmem, freeing_twice_is_caught_and_changes_nothing)
{
	phys_addr_t range[] = {0x1000, 0x4000};

	new_node(0, NODE_PAGES);
	free_bootmem_core(&node, 0x3000, 0x1000);
	EXPECT_BUG(free_range, range);
	EXPECT_EQ(bootmem_nr_free(&node), 1);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, impossible_ranges_are_caught)
{
	static phys_addr_t ranges[][2] = {
	    {0x100000, 0},                     /* empty */
	    {0xffffffffffffe000ULL, 0x4000},   /* wraps */
	    {0x7000, 0x2000},                  /* begins below the node */
	    {NODE_BYTES - 0x1000, 0x2000},     /* ends above it */
	    {0x100000000ULL + 0x9000, 0x1000}, /* the node's, cut to 32 bits */
	    {0x9000, 0x100000000ULL + 0x1000}, /* likewise its size */
	    {NODE_BYTES + 0x10, 0x20},         /* above, within a page */
	};

	new_node(8, NODE_PAGES);
	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		EXPECT_BUG(free_range, ranges[i]);
		EXPECT_BUG(reserve_range, ranges[i]);
	}
	EXPECT_EQ(bootmem_nr_free(&node), 0);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, impossible_requests_are_caught)
{
	struct bootmem_request no_size = {0, 32, 0, 0};
	struct bootmem_request no_align = {1, 0, 0, 0};
	struct bootmem_request odd_align = {1, 48, 0, 0};

	new_node(0, NODE_PAGES);
	free_bootmem_core(&node, 0, NODE_BYTES);
	EXPECT_BUG(allocate, &no_size);
	EXPECT_BUG(allocate, &no_align);
	EXPECT_BUG(allocate, &odd_align);
	EXPECT_EQ(bootmem_nr_free(&node), NODE_PAGES);
}

TEST(bootmem, handing_over_while_the_bitmap_is_not_reserved_is_caught)
{
	new_arena_node();
	free_bootmem_core(&node, __pa(arena) + PAGE_SIZE, PAGE_SIZE);
	EXPECT_EQ(bootmem_check_core(&node), 1);
	EXPECT_BUG(hand_over, NULL);
}

/* What was printed last, without its time stamp. */
static const char *last_message(void)
{
	static char line[256];
	const char *text;
	u64 pos = 0;

	while (printk_read(&pos, line, sizeof(line)) >= 0)
		;
	text = strstr(line, "] ");
	return text ? text + 2 : line;
}

TEST(bootmem, debug_says_each_step)
{
	struct bootmem_request req = {100, 32, 0x20000, 0};

	new_node(16, NODE_PAGES);
	node.debug = true;
	free_bootmem_core(&node, 0x10800, 0x10000);
	EXPECT_STR(last_message(),
	           "bootmem: free [mem 0x00010800-0x000207ff] pages 15");
	reserve_bootmem_core(&node, 0x11fff, 2, BOOTMEM_DEFAULT);
	EXPECT_STR(last_message(),
	           "bootmem: reserve [mem 0x00011fff-0x00012000] pages 2");
	reserve_bootmem_core(&node, 0x12000, 0x2000, BOOTMEM_DEFAULT);
	EXPECT_STR(last_message(),
	           "bootmem: reserved twice: pages 1, the first at 0x00012000");
	allocate(&req);
	EXPECT_STR(last_message(),
	           "bootmem: alloc [mem 0x00014000-0x00014063] pages 1, "
	           "align 32, goal 0x20000");
	allocate(&req);
	EXPECT_STR(last_message(),
	           "bootmem: alloc [mem 0x00014080-0x000140e3] pages 0, "
	           "align 32, goal 0x20000");
	hand_over(NULL);
	EXPECT_STR(last_message(),
	           "bootmem: retired: handed over pages 11, of these the bitmap's 0");
}

TEST(bootmem, the_checker_sees_every_kind_of_damage)
{
	struct bootmem_request req = {100, 32, 0x10000, 0};
	phys_addr_t addr;

	new_node(0, NODE_PAGES - 1);
	free_bootmem_core(&node, 0, 0x100000);
	ASSERT(bootmem_place(&node, &req, &addr));
	ASSERT_EQ(bootmem_check_core(&node), 0);

	node.nr_free++;
	EXPECT_EQ(bootmem_check_core(&node), 1);
	node.nr_free--;
	map[(NODE_PAGES - 1) / 32] &= 0x7fffffffUL; /* the bit behind the end */
	EXPECT_EQ(bootmem_check_core(&node), 1);
	map[(NODE_PAGES - 1) / 32] |= 0x80000000UL;
	node.last_pos = 0x20; /* a free page */
	EXPECT_EQ(bootmem_check_core(&node), 1);
	node.last_pos = NODE_PAGES;
	EXPECT_EQ(bootmem_check_core(&node), 1);
	node.last_pos = 0x10;
	node.last_offset += PAGE_SIZE;
	EXPECT_EQ(bootmem_check_core(&node), 1);
	node.last_offset -= PAGE_SIZE;
	node.last_success++; /* one free page too far */
	EXPECT_EQ(bootmem_check_core(&node), 1);
	node.last_success = node.last_goal - 1;
	EXPECT_EQ(bootmem_check_core(&node), 1);
}

/* The real node has retired in a running kernel, or was not chosen, and never
 * began on the host; these borrow it. */
static struct bootmem_data saved;
static const struct boot_allocator *saved_allocator;

static void borrow_real_node(void)
{
	saved = contig_bootmem_data;
	saved_allocator = boot_allocator;
	boot_allocator = &bitmap_allocator;
	memset(&contig_bootmem_data, 0, sizeof(contig_bootmem_data));
	init_bootmem_map(&contig_bootmem_data, map, 0, NODE_PAGES * 2);
}

static void give_real_node_back(void)
{
	contig_bootmem_data = saved;
	boot_allocator = saved_allocator;
}

static void *got;

static void alloc_one(void *unused)
{
	(void)unused;
	got = alloc_bootmem(1);
}

static void alloc_low_page(void *unused)
{
	(void)unused;
	got = alloc_bootmem_low_pages(PAGE_SIZE);
}

TEST(bootmem, the_real_node_is_out_of_service)
{
	EXPECT_EQ(bootmem_check(), 0);
	EXPECT_EQ(bootmem_nr_free(&contig_bootmem_data), 0);
	EXPECT_BUG(alloc_one, NULL);
}

TEST(bootmem, running_out_panics_unless_the_caller_asked_otherwise)
{
	borrow_real_node();
	EXPECT_BUG(alloc_one, NULL);
	EXPECT_BUG(alloc_low_page, NULL);
	EXPECT_EQ(alloc_bootmem_nopanic(1), NULL);
	EXPECT_EQ(bootmem_check(), 0);
	give_real_node_back();
}

TEST(bootmem, low_memory_is_not_taken_from_above_16_mib)
{
	borrow_real_node();
	free_bootmem(MAX_DMA_ADDRESS, PAGE_SIZE);
	EXPECT_BUG(alloc_low_page, NULL);
	EXPECT_EQ(bootmem_nr_free(&contig_bootmem_data), 1);
	EXPECT_EQ(reserve_bootmem(MAX_DMA_ADDRESS, 1, BOOTMEM_EXCLUSIVE), 0);
	EXPECT_EQ(reserve_bootmem(MAX_DMA_ADDRESS, 1, BOOTMEM_EXCLUSIVE), -EBUSY);
	EXPECT_EQ(bootmem_check(), 0);
	give_real_node_back();
}
