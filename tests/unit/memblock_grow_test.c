/*
 * memblock's arrays when 128 regions are not enough, and its end: what goes to the
 * page allocator. The memory that arrays grow into is the world's.
 */
#include "memblock_world.h"
#include "said.h"

#include <lib/errno.h>
#include <lib/string.h>
#include <lib/util.h>
#include <lib/vsprintf.h>

#define NR_REGIONS 128UL
#define FAKE_BASE  0x200000000ULL /* nobody touches what lies here */
#define FAKE_SIZE  0x8000ULL

/* Page-aligned bytes of an array of `nr` regions; 256 of 20 bytes are 2 pages. */
static phys_addr_t array_bytes(unsigned long nr)
{
	return PAGE_ALIGN((phys_addr_t)nr * sizeof(struct memblock_region));
}

/* Ranges with a gap behind each, so that they stay regions of their own. */
static phys_addr_t fake(unsigned long i)
{
	return FAKE_BASE + i * 2 * FAKE_SIZE;
}

static void reserve_fakes_but(unsigned long nr, unsigned long skip)
{
	for (unsigned long i = 0; i < nr; i++) {
		if (i != skip)
			EXPECT_EQ(memblock_reserve(fake(i), FAKE_SIZE), 0);
	}
}

static void world_is_memory(void)
{
	memset(world, 0xaa, sizeof(world));
	memblock_allow_resize();
	memblock_add(__pa(world), WORLD_BYTES);
}

/* The case starts anew with the lists that the machine never sees. */
static void reset_with_world(void)
{
	memblock_world_reset();
	world_is_memory();
}

TEST(memblock, the_129th_reservation_doubles_the_array_wherever_it_comes)
{
	OWN_MEMBLOCK();
	phys_addr_t grown = array_bytes(2 * NR_REGIONS);

	for (unsigned long skip = 0; skip <= NR_REGIONS && !ktest_failed(); skip++) {
		reset_with_world();
		reserve_fakes_but(NR_REGIONS + 1, skip);
		LIST_HAS(reserved, NR_REGIONS, NR_REGIONS * FAKE_SIZE);
		EXPECT_EQ(memblock.reserved.max, NR_REGIONS);
		EXPECT_EQ(memblock_reserve(fake(skip), FAKE_SIZE), 0);
		LIST_HAS(reserved, NR_REGIONS + 2,
		         (NR_REGIONS + 1) * FAKE_SIZE + grown);
		EXPECT_EQ(memblock.reserved.max, 2 * NR_REGIONS);
		/* From the top of the only memory that there is. */
		EXPECT_EQ(memblock.reserved.regions,
		          (struct memblock_region *)(world + WORLD_BYTES - grown));
		RESERVED_IS(skip + (__pa(world) < FAKE_BASE), fake(skip), FAKE_SIZE);
		EXPECT_EQ(memblock_check(), 0);
	}
}

TEST(memblock, the_array_of_memory_grows_into_memory_and_is_reserved)
{
	OWN_MEMBLOCK();
	phys_addr_t grown = array_bytes(2 * NR_REGIONS);

	reset_with_world();
	/* Nothing of what is added may be written to. */
	memblock_set_current_limit(__pa(world) + WORLD_BYTES);
	for (unsigned long i = 0; i < NR_REGIONS; i++)
		EXPECT_EQ(memblock_add(fake(i), FAKE_SIZE), 0);
	LIST_HAS(memory, NR_REGIONS + 1, WORLD_BYTES + NR_REGIONS * FAKE_SIZE);
	EXPECT_EQ(memblock.memory.max, 2 * NR_REGIONS);
	LIST_HAS(reserved, 1, grown);
	RESERVED_IS(0, __pa(world) + WORLD_BYTES - grown, grown);
	MEMORY_IS(NR_REGIONS, fake(NR_REGIONS - 1), FAKE_SIZE);
}

TEST(memblock, an_array_does_not_grow_into_the_range_that_is_being_reserved)
{
	OWN_MEMBLOCK();
	phys_addr_t base = __pa(world), grown = array_bytes(2 * NR_REGIONS);

	reset_with_world();
	reserve_fakes_but(NR_REGIONS, ~0UL);
	/* The upper half is wanted: the array goes below. */
	EXPECT_EQ(memblock_reserve(base + WORLD_BYTES / 2, WORLD_BYTES / 2), 0);
	EXPECT_EQ(memblock.reserved.regions,
	          (struct memblock_region *)(world + WORLD_BYTES / 2 - grown));
	/* The array and the range touch: one region. */
	LIST_HAS(reserved, NR_REGIONS + 1,
	         NR_REGIONS * FAKE_SIZE + WORLD_BYTES / 2 + grown);

	reset_with_world();
	reserve_fakes_but(NR_REGIONS, ~0UL);
	EXPECT_EQ(memblock_reserve(base, WORLD_BYTES - 2 * PAGE_SIZE), 0);
	EXPECT_EQ(memblock.reserved.regions,
	          (struct memblock_region *)(world + WORLD_BYTES - grown));
	EXPECT(!memblock_is_region_reserved(base + WORLD_BYTES, 0x1000));
}

TEST(memblock, an_array_that_grows_again_gives_the_old_one_back)
{
	OWN_MEMBLOCK();
	phys_addr_t base = __pa(world), top = base + WORLD_BYTES;

	reset_with_world();
	reserve_fakes_but(3 * NR_REGIONS, ~0UL);
	EXPECT_EQ(memblock.reserved.max, 4 * NR_REGIONS);
	/* 2 pages from the top first, then 3 pages below them. */
	EXPECT(!memblock_is_region_reserved(top - 0x2000, 0x2000));
	EXPECT(memblock_is_region_reserved(top - 0x3000, 0x1000));
	EXPECT(!memblock_is_region_reserved(base, 0x3000));
	LIST_HAS(reserved, 3 * NR_REGIONS + 1, 3 * NR_REGIONS * FAKE_SIZE + 0x3000);
}

TEST(memblock, an_array_without_room_to_grow_refuses_and_changes_nothing)
{
	OWN_MEMBLOCK();

	memblock_allow_resize();
	reserve_fakes_but(NR_REGIONS, ~0UL);
	said_nothing_yet();
	EXPECT_EQ(memblock_reserve(fake(NR_REGIONS), FAKE_SIZE), -ENOMEM);
	EXPECT(said("Failed to double reserved array from 128 to 256 entries"));
	EXPECT_EQ(memblock_phys_free(fake(5) + 0x1000, 0x1000), -ENOMEM);
	LIST_HAS(reserved, NR_REGIONS, NR_REGIONS * FAKE_SIZE);
	/* What needs no more regions works all the same. */
	EXPECT_EQ(memblock_reserve(fake(3), FAKE_SIZE), 0);
	EXPECT_EQ(memblock_phys_free(fake(5), FAKE_SIZE), 0);
	EXPECT_EQ(memblock_phys_free(fake(6) + 0x1000, 0x1000), -ENOMEM);
	EXPECT_EQ(memblock_phys_free(fake(6) + 0x1000, FAKE_SIZE), 0);
	LIST_HAS(reserved, NR_REGIONS - 1, (NR_REGIONS - 2) * FAKE_SIZE + 0x1000);
}

TEST(memblock, both_arrays_may_be_full_at_once)
{
	OWN_MEMBLOCK();

	reset_with_world();
	memblock_set_current_limit(__pa(world) + WORLD_BYTES);
	reserve_fakes_but(NR_REGIONS, ~0UL);
	for (unsigned long i = 0; i < NR_REGIONS; i++)
		EXPECT_EQ(memblock_add(fake(i), FAKE_SIZE), 0);
	EXPECT_EQ(memblock.memory.max, 2 * NR_REGIONS);
	EXPECT_EQ(memblock.reserved.max, 2 * NR_REGIONS);
	/* Two pages each, side by side. */
	LIST_HAS(reserved, NR_REGIONS + 1, NR_REGIONS * FAKE_SIZE + 0x4000);
}

TEST(memblock, memory_that_cannot_have_its_array_reserved_is_refused)
{
	OWN_MEMBLOCK();

	memblock_add(__pa(world), 0x2000); /* room for one array, not for two */
	memblock_allow_resize();
	memblock_set_current_limit(__pa(world) + 0x2000);
	reserve_fakes_but(NR_REGIONS, ~0UL);
	for (unsigned long i = 0; i + 1 < NR_REGIONS; i++)
		EXPECT_EQ(memblock_add(fake(i), FAKE_SIZE), 0);
	EXPECT_EQ(memblock_add(fake(NR_REGIONS), FAKE_SIZE), -ENOMEM);
	LIST_HAS(memory, NR_REGIONS, 0x2000 + (NR_REGIONS - 1) * FAKE_SIZE);
	LIST_HAS(reserved, NR_REGIONS, NR_REGIONS * FAKE_SIZE);
}

/* What was handed over, as "start-end start-end" in frames. */
static char handed[256];

static unsigned long note_run(unsigned long start_pfn, unsigned long end_pfn)
{
	size_t len = strlen(handed);

	snprintf(handed + len, sizeof(handed) - len, "%s%lx-%lx", len ? " " : "",
	         start_pfn, end_pfn);
	return end_pfn - start_pfn;
}

static unsigned long hand_over(void)
{
	handed[0] = '\0';
	return memblock_release_all(note_run);
}

TEST(memblock, what_is_free_in_whole_pages_is_handed_over)
{
	OWN_MEMBLOCK();

	memblock_add(0x1000, 0x9e000);
	memblock_add(0x100800, 0x100000); /* frames 0x101 to 0x200 */
	memblock_reserve(0x3100, 0x100);  /* page 3 is used in part */
	memblock_reserve(0x5000, 0x1001); /* 5, and a byte of 6 */
	memblock_reserve(0x6fff, 1);      /* 6 again */
	EXPECT_EQ(hand_over(), 2 + 1 + 0x98 + 0xff);
	EXPECT_STR(handed, "1-3 4-5 7-9f 101-200");
}

TEST(memblock, nothing_above_the_limit_is_handed_over)
{
	OWN_MEMBLOCK();

	memblock_add(0x100000, 0x40000000);
	memblock_set_current_limit(0x38000000);
	EXPECT_EQ(hand_over(), 0x37f00);
	EXPECT_STR(handed, "100-38000");
	memblock_world_reset();
	memblock_add(0x100000000ULL, 0x2000);
	EXPECT_EQ(hand_over(), 2); /* no limit: highmem as well */
	EXPECT_STR(handed, "100000-100002");
}

TEST(memblock, memory_that_may_be_unplugged_is_handed_over_and_nomap_is_not)
{
	OWN_MEMBLOCK();

	memblock_add(0x1000, 0x3000);
	memblock_mark_hotplug(0x2000, 0x1000);
	memblock_mark_nomap(0x3000, 0x1000);
	movable_node_enabled = true;
	EXPECT_EQ(hand_over(), 2);
	EXPECT_STR(handed, "1-2 2-3");
	MEMORY_FLAGS(1, 0x2000, 0x1000, MEMBLOCK_HOTPLUG);
}

static void allocate(void *unused)
{
	(void)unused;
	EXPECT_EQ(memblock_alloc(64, 64), NULL);
	EXPECT_EQ(memblock_phys_alloc_range(64, 64, 0, MEMBLOCK_ALLOC_ANYWHERE), 0);
}

static void hand_over_again(void *unused)
{
	(void)unused;
	hand_over();
}

TEST(memblock, after_the_hand_over_the_lists_stay_and_allocating_fails)
{
	OWN_MEMBLOCK();

	memblock_add(0x100000, 0x100000);
	memblock_reserve(0x110000, 0x1000);
	hand_over();
	LIST_HAS(memory, 1, 0x100000);
	LIST_HAS(reserved, 1, 0x1000);
	EXPECT_WARNING(allocate, NULL);
	EXPECT_BUG(hand_over_again, NULL);
	LIST_HAS(reserved, 1, 0x1000);
}

static void discard(void *unused)
{
	(void)unused;
	memblock_release_arrays(note_run);
}

TEST(memblock, discarding_gives_grown_arrays_back_and_forgets_all)
{
	OWN_MEMBLOCK();
	unsigned long top = PFN_DOWN(__pa(world)) + WORLD_PAGES;
	char expected[32];

	reset_with_world();
	memblock_set_current_limit(__pa(world) + WORLD_BYTES);
	reserve_fakes_but(NR_REGIONS + 1, ~0UL);
	EXPECT_BUG(discard, NULL); /* they are in use */
	EXPECT_EQ(hand_over(), WORLD_PAGES - 2);
	handed[0] = '\0';
	EXPECT_EQ(memblock_release_arrays(note_run), 2);
	snprintf(expected, sizeof(expected), "%lx-%lx", top - 2, top);
	EXPECT_STR(handed, expected);
	LIST_IS_EMPTY(memory);
	LIST_IS_EMPTY(reserved);
	EXPECT_EQ(memblock_add(0x1000, 0x1000), -ENOMEM);
	EXPECT_EQ(memblock_check(), 0);
}

TEST(memblock, discarding_gives_nothing_back_when_no_array_has_grown)
{
	OWN_MEMBLOCK();

	memblock_add(0x1000, 0x1000);
	hand_over();
	EXPECT_EQ(memblock_release_arrays(note_run), 0);
	LIST_IS_EMPTY(memory);
}
