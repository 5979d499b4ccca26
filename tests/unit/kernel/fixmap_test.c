/*
 * Fixed addresses, and early_ioremap on top of them. (That a wrong constant slot
 * does not compile: tests/boot/test_window.py.)
 */
#include "ktest.h"

#include <asm/fixmap.h>
#include <asm/processor.h>
#include <asm/uaccess.h>
#include <asm/walk.h>
#include <lib/errno.h>
#include <lib/string.h>
#include <mm/page_alloc.h>

static bool can_read(unsigned long address)
{
	u32 word;

	return copy_from_kernel_nofault(&word, (void *)address, sizeof(word)) == 0;
}

static struct pt_walk walk_of(unsigned long address)
{
	struct pt_walk walk;

	pt_walk(read_cr3(), address, &walk);
	return walk;
}

TEST(fixmap, a_slot_shows_the_frame_it_is_set_to)
{
	struct page *page = alloc_page(GFP_KERNEL);
	u32 *direct, *fixed = (u32 *)fix_to_virt(FIX_BTMAP_END);

	ASSERT(page != NULL);
	direct = lowmem_page_address(page);
	*direct = 0x12345678;
	set_fixmap(FIX_BTMAP_END, page_to_phys(page));
	EXPECT_EQ(*fixed, 0x12345678);
	*fixed = 0x87654321;
	EXPECT_EQ(READ_ONCE(*direct), 0x87654321);
	EXPECT_EQ(walk_of((unsigned long)fixed).phys, page_to_phys(page));
	clear_fixmap(FIX_BTMAP_END);
	EXPECT(!can_read((unsigned long)fixed));
	__free_page(page);
}

TEST(fixmap, slots_count_down_from_the_top_and_back)
{
	EXPECT_EQ(fix_to_virt(FIX_HOLE), FIXADDR_TOP - PAGE_SIZE);
	EXPECT_EQ(fix_to_virt(FIX_APIC_BASE), FIXADDR_TOP - 2 * PAGE_SIZE);
	EXPECT_EQ(virt_to_fix(fix_to_virt(FIX_BTMAP_END) + 5), FIX_BTMAP_END);
}

TEST(fixmap, early_ioremap_reaches_any_address_byte_for_byte)
{
	const u8 *direct = __va(0xf0ffe), *mapped = early_ioremap(0xf0ffe, 4);

	ASSERT(mapped != NULL); /* crosses a page */
	EXPECT_EQ(memcmp(mapped, direct, 4), 0);
	EXPECT_EQ(early_ioremap_open(), 1);
	early_iounmap((void *)mapped, 4);
	EXPECT_EQ(early_ioremap_open(), 0);
	EXPECT(!can_read((unsigned long)mapped));
}

TEST(fixmap, early_ioremap_refuses_what_it_cannot_do)
{
	void *open[FIX_BTMAPS_SLOTS];

	EXPECT_EQ(early_ioremap(0x1000, 0), NULL);
	EXPECT_EQ(early_ioremap(0x1001, NR_FIX_BTMAPS * PAGE_SIZE), NULL);
	EXPECT_EQ(early_ioremap(~0ULL - 10, 100), NULL);
	EXPECT_EQ(early_ioremap(PFN_PHYS(MAX_ARCH_PFN), 4), NULL);
	for (int i = 0; i < FIX_BTMAPS_SLOTS; i++)
		ASSERT((open[i] = early_ioremap(0x1000, NR_FIX_BTMAPS * PAGE_SIZE)) != NULL);
	EXPECT_EQ(early_ioremap(0x1000, 1), NULL);
	for (int i = 0; i < FIX_BTMAPS_SLOTS; i++)
		early_iounmap(open[i], NR_FIX_BTMAPS * PAGE_SIZE);
}

TEST(fixmap, a_slot_can_be_mapped_without_the_cache)
{
	struct pt_walk walk;

	set_fixmap_nocache(FIX_BTMAP_END, 0xb8000);
	walk = walk_of(fix_to_virt(FIX_BTMAP_END) + 1);
	EXPECT_EQ(walk.phys, 0xb8001);
	EXPECT(walk.level[walk.nr_levels - 1].value & _PAGE_PCD);
	set_fixmap(FIX_BTMAP_END, 0xb8000);
	walk = walk_of(fix_to_virt(FIX_BTMAP_END));
	EXPECT(!(walk.level[walk.nr_levels - 1].value & _PAGE_PCD));
	clear_fixmap(FIX_BTMAP_END);
}

TEST(fixmap, a_slot_takes_the_rights_that_it_is_given)
{
	u8 byte;

	__set_fixmap(FIX_BTMAP_END, 0xf0000, PAGE_KERNEL_RO);
	EXPECT_EQ(copy_from_kernel_nofault(&byte, (void *)fix_to_virt(FIX_BTMAP_END), 1), 0);
	EXPECT_EQ(copy_to_kernel_nofault((void *)fix_to_virt(FIX_BTMAP_END), &byte, 1),
		  -EFAULT);
	clear_fixmap(FIX_BTMAP_END);
}

TEST(fixmap, each_slot_has_a_page_of_its_own_and_the_hole_is_never_mapped)
{
	for (unsigned int idx = 0; idx < __end_of_fixed_addresses; idx++) {
		unsigned long address = __fix_to_virt(idx);

		EXPECT(address >= FIXADDR_START && address < FIXADDR_TOP);
		EXPECT_EQ(virt_to_fix(address), idx);
		EXPECT_EQ(virt_to_fix(address + PAGE_SIZE - 1), idx);
	}
	EXPECT(!fixmap_used(FIX_HOLE));
	EXPECT(!can_read(fix_to_virt(FIX_HOLE)));
}

TEST(fixmap, used_slots_are_counted)
{
	unsigned int before = nr_fixmaps_used();

	set_fixmap(FIX_BTMAP_END, 0x1000);
	set_fixmap(FIX_BTMAP_BEGIN, 0x1000);
	EXPECT(fixmap_used(FIX_BTMAP_BEGIN));
	EXPECT_EQ(nr_fixmaps_used(), before + 2);
	clear_fixmap(FIX_BTMAP_END);
	clear_fixmap(FIX_BTMAP_BEGIN);
	EXPECT_EQ(nr_fixmaps_used(), before);
}

TEST(fixmap, a_slot_is_called_as_in_memory_layout_h)
{
	char name[FIXMAP_NAME_MAX];

	EXPECT_STR(fixmap_name(FIX_HOLE, name, sizeof(name)), "FIX_HOLE");
	EXPECT_STR(fixmap_name(FIX_IO_APIC_BASE, name, sizeof(name)), "FIX_IO_APIC_BASE");
	EXPECT_STR(fixmap_name(FIX_KMAP_BEGIN, name, sizeof(name)), "FIX_KMAP_BEGIN");
	EXPECT_STR(fixmap_name(FIX_KMAP_BEGIN + 3, name, sizeof(name)), "FIX_KMAP_BEGIN+3");
	EXPECT_STR(fixmap_name(FIX_BTMAP_BEGIN, name, sizeof(name)), "FIX_BTMAP_END+63");
	EXPECT(fixmap_same_name(FIX_BTMAP_BEGIN, FIX_BTMAP_END));
	EXPECT(!fixmap_same_name(FIX_BTMAP_END, FIX_KMAP_END));
}

static void map_slot(void *slot)
{
	__set_fixmap(*(volatile enum fixed_addresses *)slot, 0x1000, PAGE_KERNEL);
}

static void find_slot(void *address)
{
	virt_to_fix(*(volatile unsigned long *)address);
}

TEST(fixmap, a_wrong_slot_that_only_shows_at_run_time_is_a_bug)
{
	enum fixed_addresses slot = __end_of_fixed_addresses;
	unsigned long below = FIXADDR_START - 1, above = FIXADDR_TOP;

	EXPECT_BUG(map_slot, &slot);
	EXPECT_BUG(find_slot, &below);
	EXPECT_BUG(find_slot, &above);
}

static void unmap_as_too_long(void *mapped)
{
	early_iounmap(mapped, 5);
}

TEST(fixmap, early_iounmap_takes_back_what_early_ioremap_gave)
{
	void *mapped = early_ioremap(0xf0000, 4);

	ASSERT(mapped != NULL);
	EXPECT_BUG(unmap_as_too_long, mapped);
	early_iounmap(mapped, 4);
	EXPECT_EQ(early_ioremap_open(), 0);
}
