/* How an entry of a page table is told to people: the flags' names. The bits are the
 * manual's (SDM vol. 3A, 4.4), written as numbers on purpose. */
#include "ktest.h"

#include <asm/walk.h>
#include <lib/string.h>

#define FRAME 0x12345000

static char text[128];

static void keep_first(const char *line, void *arg)
{
	bool *kept = arg;

	if (!*kept)
		strlcpy(text, line, sizeof(text));
	*kept = true;
}

/* What stands behind the frame in the line of an entry. */
static const char *flags_of(const char *table, u64 value)
{
	const struct pt_walk walk = {.address = 0xc0a03123,
				     .nr_levels = 1,
				     .level = {{table, 5, 0x1028, value | FRAME}}};
	const char *flags;
	bool kept = false;

	pt_describe(&walk, keep_first, &kept);
	flags = strstr(text, "-> 012345000 ");
	return flags ? flags + strlen("-> 012345000 ") : text;
}

TEST(pt_describe, flags_are_named_from_the_lowest_bit_up)
{
	EXPECT_STR(flags_of("PT", 0x001), "P");
	EXPECT_STR(flags_of("PT", 0x003), "P RW");
	EXPECT_STR(flags_of("PT", 0x065), "P US A D");
	EXPECT_STR(flags_of("PT", 0x119), "P PWT PCD G");
	EXPECT_STR(flags_of("PT", 0x031), "P PCD A");
	EXPECT_STR(flags_of("PT", 0x17f), "P RW US PWT PCD A D G");
}

TEST(pt_describe, bit_7_of_a_directory_s_entry_is_ps)
{
	EXPECT_STR(flags_of("PD", 0x081), "P PS");
	EXPECT_STR(flags_of("PDPT", 0x081), "P PS");
}

TEST(pt_describe, bit_7_of_a_page_table_s_entry_is_pat)
{
	EXPECT_STR(flags_of("PT", 0x081), "P PAT");
	EXPECT_STR(flags_of("PT", 0x001), "P");
}

TEST(pt_describe, bits_9_to_11_are_there_for_the_kernel)
{
	EXPECT_STR(flags_of("PT", 0x201), "P AVL9");
	EXPECT_STR(flags_of("PT", 0x401), "P AVL10");
	EXPECT_STR(flags_of("PT", 0xa01), "P AVL9 AVL11");
}

TEST(pt_describe, bit_63_is_nx)
{
	if (!_PAGE_NX)
		SKIP("entries of this format have 32 bits");
	EXPECT_STR(flags_of("PT", 0x8000000000000001), "P NX");
	EXPECT_STR(flags_of("PD", 0x8000000000000001), "P NX");
}
