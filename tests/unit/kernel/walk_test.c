/*
 * The walk through tables of its own: nothing loads them, so they may say anything.
 * Values are written as numbers, bit by bit (SDM vol. 3A, 4.4).
 */
#include "ktest.h"

#include <asm/walk.h>
#include <lib/string.h>
#include <mm/page_alloc.h>

#define NX      0x8000000000000000ULL
#define P       0x001ULL
#define RW      0x002ULL
#define US      0x004ULL
#define PS      0x080ULL
#define GLOBAL  0x100ULL
#define LARGE_PAT 0x1000ULL /* PAT of a large page; no bit of its address */
#define NO_RAM  0xfffffff000ULL
#define ADDRESS 0x80a03123UL /* 10 | 000000101 | 000000011 | 0x123 */

/* A PDPT may begin at any multiple of 32; CR3's bits below say how it is cached. */
#define PDPT_AT   0x20
#define CR3_FLAGS 0x18

static u64 *pdpt, *directory, *table;
static phys_addr_t cr3;

static bool make_tables(void)
{
	char *page = get_zeroed_page(GFP_KERNEL);

	directory = get_zeroed_page(GFP_KERNEL);
	table = get_zeroed_page(GFP_KERNEL);
	if (!EXPECT(page && directory && table))
		return false;
	pdpt = (u64 *)(page + PDPT_AT);
	cr3 = __pa(pdpt) | CR3_FLAGS;
	pdpt[2] = __pa(directory) | P;
	directory[5] = __pa(table) | P | RW | US;
	table[3] = 0x345000 | P | RW | US;
	return true;
}

static void free_tables(void)
{
	free_page((char *)pdpt - PDPT_AT);
	free_page(directory);
	free_page(table);
}

static struct pt_walk walked(void)
{
	struct pt_walk walk;

	memset(&walk, 0xff, sizeof(walk));
	pt_walk(cr3, ADDRESS, &walk);
	return walk;
}

#define NEEDS_PAE()                                                                    \
	do {                                                                           \
		if (PAGETABLE_LEVELS != 3)                                             \
			SKIP("the tables are PAE's");                                  \
	} while (0)

TEST(walk, each_level_is_read_at_its_part_of_the_address)
{
	struct pt_walk walk;

	NEEDS_PAE();
	ASSERT(make_tables());
	walk = walked();
	EXPECT_EQ(walk.nr_levels, 3);
	EXPECT_EQ(walk.level[0].index, 2);
	EXPECT_EQ(walk.level[0].where, __pa(pdpt) + 2 * 8);
	EXPECT_EQ(walk.level[0].value, pdpt[2]);
	EXPECT_EQ(walk.level[1].index, 5);
	EXPECT_EQ(walk.level[1].where, __pa(directory) + 5 * 8);
	EXPECT_EQ(walk.level[2].index, 3);
	EXPECT_EQ(walk.level[2].where, __pa(table) + 3 * 8);
	EXPECT_EQ(walk.level[2].value, table[3]);
	EXPECT(walk.present && !walk.unreachable);
	EXPECT_EQ(walk.page_size, 0x1000);
	EXPECT_EQ(walk.phys, 0x345123);
	free_tables();
}

TEST(walk, a_large_page_ends_it_one_level_early)
{
	struct pt_walk walk;

	NEEDS_PAE();
	ASSERT(make_tables());
	directory[5] = 0x5600000 | P | RW | PS | GLOBAL | LARGE_PAT;
	walk = walked();
	EXPECT_EQ(walk.nr_levels, 2);
	EXPECT(walk.present && walk.global);
	EXPECT_EQ(walk.page_size, 0x200000);
	EXPECT_EQ(walk.phys, 0x5603123);
	directory[5] = __pa(table) | P | RW;
	table[3] = 0x345000 | P | PS; /* bit 7 means PAT here */
	EXPECT_EQ(walked().page_size, 0x1000);
	free_tables();
}

TEST(walk, a_right_holds_only_if_directory_and_table_grant_it)
{
	const struct {
		u64 directory, table;
		bool write, user, exec;
	} cases[] = {
		{RW | US, RW | US, true, true, true},
		{US, RW | US, false, true, true},
		{RW | US, US, false, true, true},
		{RW, RW | US, true, false, true},
		{RW | US, RW, true, false, true},
		{RW | US | NX, RW | US, true, true, false},
		{RW | US, RW | US | NX, true, true, false},
	};

	NEEDS_PAE();
	ASSERT(make_tables()); /* its PDPTE has none of these bits, and takes none away */
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pt_walk walk;

		directory[5] = __pa(table) | P | cases[i].directory;
		table[3] = 0x345000 | P | cases[i].table;
		walk = walked();
		EXPECT_EQ(walk.write, cases[i].write);
		EXPECT_EQ(walk.user, cases[i].user);
		EXPECT_EQ(walk.exec, cases[i].exec);
	}
	free_tables();
}

TEST(walk, an_entry_that_is_not_present_is_the_last_one)
{
	struct pt_walk walk;

	NEEDS_PAE();
	ASSERT(make_tables());
	table[3] = 0x345000 | RW | US;
	walk = walked();
	EXPECT(!walk.present && !walk.unreachable);
	EXPECT_EQ(walk.nr_levels, 3);
	directory[5] = 0x5600000 | RW | PS;
	EXPECT(!walked().present);
	EXPECT_EQ(walked().nr_levels, 2);
	pdpt[2] = __pa(directory);
	EXPECT(!walked().present);
	EXPECT_EQ(walked().nr_levels, 1);
	free_tables();
}

TEST(walk, a_frame_may_lie_above_4_gib)
{
	NEEDS_PAE();
	ASSERT(make_tables());
	table[3] = NX | 0xabcdef000ULL | P;
	EXPECT_EQ(walked().phys, 0xabcdef123ULL);
	directory[5] = NX | 0xa00600000ULL | P | PS;
	EXPECT_EQ(walked().phys, 0xa00603123ULL);
	free_tables();
}

TEST(walk, a_table_where_there_is_no_ram_is_not_read)
{
	struct pt_walk walk;

	NEEDS_PAE();
	ASSERT(make_tables());
	directory[5] = NO_RAM | P | RW;
	walk = walked();
	EXPECT(walk.unreachable && !walk.present);
	EXPECT_EQ(walk.nr_levels, 2);
	free_tables();
}
