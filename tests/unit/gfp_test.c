/* Masks: the zone, the mobility, the contradictions, and the names as typed. */
#include "../../src/mm/page_alloc/internal.h"
#include "ktest.h"

#include <monitor/gfp_words.h>

TEST(gfp, the_composites_have_2_6_24_s_values)
{
	/* its __GFP_HARDWALL, 0x20000 in GFP_USER and above, is about cpusets */
	EXPECT_EQ(GFP_NOWAIT, 0);
	EXPECT_EQ(GFP_ATOMIC, 0x20);
	EXPECT_EQ(GFP_NOIO, 0x10);
	EXPECT_EQ(GFP_NOFS, 0x50);
	EXPECT_EQ(GFP_KERNEL, 0xd0);
	EXPECT_EQ(GFP_USER, 0xd0);
	EXPECT_EQ(GFP_HIGHUSER, 0xd2);
	EXPECT_EQ(GFP_HIGHUSER_MOVABLE, 0x1000d2);
	EXPECT_EQ(GFP_DMA, 0x01);
}

TEST(gfp, a_mask_names_its_best_zone)
{
	static const struct {
		gfp_t gfp;
		enum zone_type zone;
	} table[] = {
		{0, ZONE_NORMAL},
		{__GFP_DMA, ZONE_DMA},
		{__GFP_HIGHMEM, ZONE_HIGHMEM},
		{__GFP_MOVABLE, ZONE_NORMAL},
		{__GFP_DMA | __GFP_MOVABLE, ZONE_DMA},
		{__GFP_HIGHMEM | __GFP_MOVABLE, ZONE_MOVABLE},
		{__GFP_RECLAIMABLE, ZONE_NORMAL},
		{__GFP_HIGHMEM | __GFP_RECLAIMABLE, ZONE_HIGHMEM},
		{GFP_ATOMIC, ZONE_NORMAL},
		{GFP_NOIO, ZONE_NORMAL},
		{GFP_NOFS, ZONE_NORMAL},
		{GFP_KERNEL, ZONE_NORMAL},
		{GFP_USER, ZONE_NORMAL},
		{GFP_KERNEL | GFP_DMA, ZONE_DMA},
		{GFP_HIGHUSER, ZONE_HIGHMEM},
		{GFP_HIGHUSER_MOVABLE, ZONE_MOVABLE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (!EXPECT_EQ(gfp_zone(table[i].gfp), table[i].zone))
			ktest_printf("mask %#x\n", table[i].gfp);
}

/* Everything but the zone and the mobility must not change the zone. */
TEST(gfp, action_modifiers_do_not_choose_a_zone)
{
	for (unsigned int bit = 4; bit <= 16; bit++) {
		EXPECT_EQ(gfp_zone(1u << bit), ZONE_NORMAL);
		EXPECT_EQ(gfp_zone(GFP_HIGHUSER | 1u << bit), ZONE_HIGHMEM);
		EXPECT_EQ(gfp_zone(GFP_DMA | 1u << bit), ZONE_DMA);
	}
}

TEST(gfp, the_zonelist_of_a_mask_goes_down_from_its_zone)
{
	static const gfp_t masks[] = {GFP_DMA, GFP_KERNEL, GFP_HIGHUSER,
				      GFP_HIGHUSER_MOVABLE};

	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		const struct zonelist *list = gfp_zonelist(masks[i]);
		int last = gfp_zone(masks[i]) + 1;

		EXPECT_EQ(list->classzone_idx, gfp_zone(masks[i]));
		ASSERT(list->_zonerefs[0].zone != NULL);
		for (const struct zoneref *z = list->_zonerefs; z->zone; z++) {
			EXPECT((int)z->zone_idx < last);
			EXPECT_EQ(z->zone_idx, zone_idx(z->zone));
			last = (int)z->zone_idx;
		}
	}
}

TEST(gfp, mobility_bits_are_the_migrate_type_while_grouping_is_on)
{
	extern unsigned int mobility_mask;
	unsigned int saved = mobility_mask;

	mobility_mask = GFP_MOVABLE_MASK >> GFP_MOVABLE_SHIFT;
	EXPECT_EQ(gfp_migratetype(GFP_KERNEL), MIGRATE_UNMOVABLE);
	EXPECT_EQ(gfp_migratetype(GFP_KERNEL | __GFP_RECLAIMABLE), MIGRATE_RECLAIMABLE);
	EXPECT_EQ(gfp_migratetype(GFP_HIGHUSER_MOVABLE), MIGRATE_MOVABLE);
	EXPECT_EQ(gfp_migratetype(GFP_HIGHUSER | __GFP_ZERO | __GFP_COMP),
		  MIGRATE_UNMOVABLE);
	mobility_mask = 0;
	EXPECT_EQ(gfp_migratetype(GFP_HIGHUSER_MOVABLE), MIGRATE_UNMOVABLE);
	EXPECT_EQ(gfp_migratetype(GFP_KERNEL | __GFP_RECLAIMABLE), MIGRATE_UNMOVABLE);
	mobility_mask = saved;
}

TEST(gfp, two_zones_or_two_mobilities_contradict)
{
	EXPECT(gfp_contradicts(__GFP_DMA | __GFP_HIGHMEM));
	EXPECT(gfp_contradicts(GFP_HIGHUSER_MOVABLE | __GFP_DMA));
	EXPECT(gfp_contradicts(__GFP_MOVABLE | __GFP_RECLAIMABLE));
	EXPECT(gfp_contradicts(GFP_HIGHUSER_MOVABLE | __GFP_RECLAIMABLE));
	EXPECT(!gfp_contradicts(__GFP_DMA | __GFP_MOVABLE));
	EXPECT(!gfp_contradicts(__GFP_HIGHMEM | __GFP_RECLAIMABLE));
}

TEST(gfp, what_must_not_fail_has_to_wait_and_to_retry)
{
	EXPECT(gfp_contradicts(GFP_ATOMIC | __GFP_NOFAIL));
	EXPECT(gfp_contradicts(__GFP_NOFAIL));
	EXPECT(gfp_contradicts(GFP_KERNEL | __GFP_NOFAIL | __GFP_NORETRY));
	EXPECT(!gfp_contradicts(GFP_KERNEL | __GFP_NOFAIL));
	EXPECT(!gfp_contradicts(GFP_NOIO | __GFP_NOFAIL));
	EXPECT(!gfp_contradicts(GFP_KERNEL | __GFP_NORETRY));
}

TEST(gfp, no_composite_contradicts_itself)
{
	static const gfp_t masks[] = {GFP_NOWAIT, GFP_ATOMIC, GFP_NOIO,
				      GFP_NOFS, GFP_KERNEL, GFP_USER,
				      GFP_HIGHUSER, GFP_HIGHUSER_MOVABLE, GFP_DMA};

	for (size_t i = 0; i < ARRAY_SIZE(masks); i++)
		EXPECT(!gfp_contradicts(masks[i]));
}

/* ---- As typed ---- */

static gfp_t parsed(const char *word)
{
	gfp_t gfp = 0;

	return gfp_parse(word, &gfp) ? ~0u : gfp;
}

TEST(gfp, a_name_is_read_with_and_without_its_prefix_in_any_case)
{
	EXPECT_EQ(parsed("GFP_KERNEL"), GFP_KERNEL);
	EXPECT_EQ(parsed("KERNEL"), GFP_KERNEL);
	EXPECT_EQ(parsed("kernel"), GFP_KERNEL);
	EXPECT_EQ(parsed("__GFP_ZERO"), __GFP_ZERO);
	EXPECT_EQ(parsed("zero"), __GFP_ZERO);
	EXPECT_EQ(parsed("HIGH"), __GFP_HIGH);
	EXPECT_EQ(parsed("HIGHMEM"), __GFP_HIGHMEM);
	EXPECT_EQ(parsed("HIGHUSER"), GFP_HIGHUSER);
	EXPECT_EQ(parsed("HighUser_Movable"), GFP_HIGHUSER_MOVABLE);
	EXPECT_EQ(parsed("dma"), GFP_DMA);
}

TEST(gfp, names_are_joined_by_a_bar)
{
	EXPECT_EQ(parsed("GFP_KERNEL|__GFP_ZERO"), GFP_KERNEL | __GFP_ZERO);
	EXPECT_EQ(parsed("atomic|comp|nowarn"), GFP_ATOMIC | __GFP_COMP | __GFP_NOWARN);
}

TEST(gfp, what_is_no_name_is_pointed_at)
{
	gfp_t gfp = 0;

	EXPECT_STR(gfp_parse("banana", &gfp), "banana");
	EXPECT_STR(gfp_parse("GFP_KERNEL|GFP_BANANA", &gfp), "GFP_BANANA");
	EXPECT_STR(gfp_parse("KERN", &gfp), "KERN");
	EXPECT_STR(gfp_parse("KERNELS", &gfp), "KERNELS");
	EXPECT_STR(gfp_parse("", &gfp), "");
	EXPECT_STR(gfp_parse("GFP_", &gfp), "GFP_");
	EXPECT_STR(gfp_parse("KERNEL|", &gfp), "");
	EXPECT_STR(gfp_parse("0xd0", &gfp), "0xd0");
}

TEST(gfp, every_name_of_the_list_is_read)
{
	unsigned int names = 0;

	for (; gfp_name(names); names++)
		EXPECT(parsed(gfp_name(names)) != ~0u);
	EXPECT_EQ(names, 25); /* 16 flags and 9 composites */
}
