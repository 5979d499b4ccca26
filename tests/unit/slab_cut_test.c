/*
 * How SLAB cuts its slabs, computed by hand: a descriptor has 24 bytes and 4 more
 * for each object, a page 4096, a cache line 64.
 */
#ifdef CONFIG_SLAB

#include "ktest.h"

#include "../../src/mm/slab/internal.h"

struct cut {
	unsigned int size, align; /* asked for */
	unsigned int order, num, descriptor, left_over, colours;
	bool off_slab;
};

/* The descriptor in front of the objects. */
static const struct cut on_slab[] = {
    /* 480 + 113 * 32 and 320 + 59 * 64: not a byte is left */
    {32, 32, 0, 113, 480, 0, 0, false},
    {64, 64, 0, 59, 320, 0, 0, false},
    {96, 8, 0, 40, 184, 72, 1, false},
    {128, 64, 0, 30, 192, 64, 1, false},
    {192, 8, 0, 20, 104, 152, 2, false},
    {256, 8, 0, 15, 88, 168, 2, false},
    {500, 4, 0, 8, 56, 40, 0, false},
    {508, 4, 0, 7, 52, 488, 7, false},
};

/* From an eighth of a page on it lies elsewhere ... */
static const struct cut off_slab[] = {
    {512, 8, 0, 8, 56, 0, 0, true},
    {680, 4, 0, 6, 48, 16, 0, true},
    {1024, 8, 0, 4, 40, 0, 0, true},
    {2048, 8, 0, 2, 32, 0, 0, true},
    {4096, 8, 0, 1, 28, 0, 0, true},
};

/* ... unless it fits into what is left over. */
static const struct cut moved_in[] = {
    {516, 4, 0, 7, 52, 432, 6, false},
    {1000, 4, 0, 4, 40, 56, 0, false},
    {1300, 4, 0, 3, 36, 160, 2, false},
};

static const struct cut larger[] = {
    /* 1096 of 4096 bytes would be lost: two pages */
    {1500, 4, 1, 5, 44, 648, 10, false},
    {3000, 4, 1, 2, 32, 2160, 33, false},
    {5000, 4, 1, 1, 28, 3164, 49, false},
    {8192, 8, 1, 1, 28, 0, 0, true},
    {131072, 8, 5, 1, 28, 0, 0, true},
    {4194304, 8, 10, 1, 28, 0, 0, true},
};

/* What check looks at in each row, as the machine with much memory cuts it. */
static void for_each_cut(const struct cut *cuts, size_t nr,
                         void (*check)(const struct cut *, const struct slab_geometry *))
{
	unsigned int saved = slab_break_gfp_order;

	slab_break_gfp_order = 1;
	for (size_t i = 0; i < nr && !ktest_failed(); i++) {
		unsigned long flags = 0;
		struct slab_geometry g;

		if (EXPECT(slab_geometry(&g, cuts[i].size, cuts[i].align, &flags, true)))
			check(&cuts[i], &g);
		if (ktest_failed())
			ktest_printf("size %u", cuts[i].size);
	}
	slab_break_gfp_order = saved;
}

static void check_num(const struct cut *cut, const struct slab_geometry *g)
{
	EXPECT_EQ(g->num, cut->num);
}

static void check_bytes(const struct cut *cut, const struct slab_geometry *g)
{
	EXPECT_EQ(g->slab_size, cut->descriptor);
	EXPECT_EQ(g->left_over, cut->left_over);
}

static void check_place(const struct cut *cut, const struct slab_geometry *g)
{
	EXPECT_EQ(g->off_slab, cut->off_slab);
	EXPECT_EQ(g->num, cut->num);
	check_bytes(cut, g);
}

static void check_order(const struct cut *cut, const struct slab_geometry *g)
{
	EXPECT_EQ(g->gfporder, cut->order);
	EXPECT_EQ(g->num, cut->num);
}

static void check_colours(const struct cut *cut, const struct slab_geometry *g)
{
	EXPECT_EQ(g->colour, cut->colours);
}

TEST(slab_cut, beside_its_descriptor_a_slab_has_as_many_objects_as_fit)
{
	for_each_cut(on_slab, ARRAY_SIZE(on_slab), check_num);
}

TEST(slab_cut, what_is_left_over_is_known_to_the_byte)
{
	for_each_cut(on_slab, ARRAY_SIZE(on_slab), check_bytes);
}

TEST(slab_cut, without_a_descriptor_large_objects_fill_the_slab)
{
	for_each_cut(off_slab, ARRAY_SIZE(off_slab), check_place);
}

TEST(slab_cut, a_descriptor_moves_into_what_is_left_over)
{
	for_each_cut(moved_in, ARRAY_SIZE(moved_in), check_place);
}

TEST(slab_cut, the_first_order_that_wastes_an_eighth_or_less_is_taken)
{
	for_each_cut(larger, ARRAY_SIZE(larger), check_order);
	for_each_cut(on_slab, ARRAY_SIZE(on_slab), check_order);
}

TEST(slab_cut, large_slabs_are_cut_to_the_byte_too)
{
	for_each_cut(larger, ARRAY_SIZE(larger), check_place);
}

TEST(slab_cut, there_is_a_colour_for_each_cache_line_that_is_left_over)
{
	for_each_cut(on_slab, ARRAY_SIZE(on_slab), check_colours);
	for_each_cut(off_slab, ARRAY_SIZE(off_slab), check_colours);
	for_each_cut(moved_in, ARRAY_SIZE(moved_in), check_colours);
	for_each_cut(larger, ARRAY_SIZE(larger), check_colours);
}

TEST(slab_cut, colours_are_a_cache_line_apart_or_an_alignment_if_that_is_more)
{
	static const unsigned int steps[][2] = {{4, 64}, {32, 64}, {64, 64}, {128, 128}, {256, 256}};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		unsigned long flags = 0;
		struct slab_geometry g;

		ASSERT(slab_geometry(&g, 200, steps[i][0], &flags, true));
		EXPECT_EQ(g.colour_off, steps[i][1]);
	}
}

static void check_single_page(unsigned int break_order, unsigned long flags)
{
	unsigned int saved = slab_break_gfp_order;
	struct slab_geometry g;

	slab_break_gfp_order = break_order;
	EXPECT(slab_geometry(&g, 1500, 4, &flags, true));
	EXPECT_EQ(g.gfporder, 0);
	EXPECT_EQ(g.num, 2);
	slab_break_gfp_order = saved;
}

TEST(slab_cut, a_small_machine_and_reclaimable_caches_keep_to_single_pages)
{
	check_single_page(1, SLAB_RECLAIM_ACCOUNT);
	check_single_page(0, 0);
}

TEST(slab_cut, in_bootstrap_no_descriptor_lies_elsewhere)
{
	unsigned long flags = 0;
	struct slab_geometry g;

	ASSERT(slab_geometry(&g, 512, 8, &flags, false));
	EXPECT(!g.off_slab);
	EXPECT_EQ(g.num, 7); /* 4072 / 516 */
}

TEST(slab_cut, every_size_leaves_its_objects_inside_the_slab)
{
	for (size_t size = 4; size < 9000 && !ktest_failed(); size += 4) {
		unsigned long flags = 0;
		struct slab_geometry g;
		unsigned int front;

		ASSERT(slab_geometry(&g, size, 4, &flags, true));
		front = g.off_slab ? 0 : g.slab_size;
		EXPECT_EQ(front + g.num * size + g.left_over, PAGE_SIZE << g.gfporder);
		EXPECT(g.colour * g.colour_off <= g.left_over);
		EXPECT(!g.off_slab || g.left_over < g.slab_size);
	}
}

TEST(slab_cut, red_zones_and_the_last_user_surround_the_object)
{
	unsigned long flags = SLAB_RED_ZONE | SLAB_STORE_USER;
	struct slab_geometry g;

	/* 8 zone, 13 object, 3 padding, 8 zone, 16 user */
	ASSERT(slab_geometry(&g, 13, 4, &flags, true));
	EXPECT_EQ(g.obj_offset, 8);
	EXPECT_EQ(g.red_offset, 16);
	EXPECT_EQ(g.track_offset, 24);
	EXPECT_EQ(g.buffer_size, 8 + 40);
	ASSERT(slab_geometry(&g, 64, 64, &flags, true));
	EXPECT_EQ(g.obj_offset, 64); /* objects stay aligned */
	EXPECT_EQ(g.buffer_size, 192);
	/* the largest block has no byte to spare */
	ASSERT(slab_geometry(&g, KMALLOC_MAX_SIZE, 8, &flags, true));
	EXPECT_EQ(flags, 0);
	EXPECT_EQ(g.obj_offset, 0);
}

TEST(slab_cut, multiplying_divides_every_offset_in_a_slab)
{
	for (u32 size = 4; size < 5000; size += 4) {
		u64 reciprocal = reciprocal_value(size);

		for (u32 n = 0; n * size < 2 * PAGE_SIZE; n++)
			if (n * size * reciprocal >> 32 != n)
				EXPECT_EQ(n * size * reciprocal >> 32, n);
	}
}

TEST(slab_cut, arrays_are_shorter_for_larger_objects)
{
	EXPECT_EQ(default_array_limit(256), 120);
	EXPECT_EQ(default_array_limit(257), 54);
	EXPECT_EQ(default_array_limit(1024), 54);
	EXPECT_EQ(default_array_limit(1028), 24);
	EXPECT_EQ(default_array_limit(4096), 24);
	EXPECT_EQ(default_array_limit(4100), 8);
	EXPECT_EQ(default_array_limit(131072), 8);
	EXPECT_EQ(default_array_limit(131076), 1);
}

#endif
