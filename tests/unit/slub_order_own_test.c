/*
 * SLUB's arithmetic: which order a slab gets, what lies where in a slot. The
 * expected numbers are worked out by hand, or real Linux's.
 */
#ifdef CONFIG_SLUB

#include "slub_test.h"

#include <mm/fault_inject.h>

/* ---- Orders ---- */

static int order_with(struct slub_parameters parameters, unsigned int size)
{
	struct slub_parameters before = slub_parameters;
	int order;

	slub_parameters = parameters;
	order = slub_calculate_order(size);
	slub_parameters = before;
	return order;
}

TEST(slub, a_slab_has_four_objects_or_more_while_that_takes_eight_pages_or_less)
{
	EXPECT_EQ(order_with(as_built, 8), 0);     /* 512 */
	EXPECT_EQ(order_with(as_built, 1024), 0);  /* 4 */
	EXPECT_EQ(order_with(as_built, 1500), 1);  /* 5, 692 left over */
	EXPECT_EQ(order_with(as_built, 2048), 1);  /* 4 */
	EXPECT_EQ(order_with(as_built, 3000), 2);  /* 5, 1384 left over */
	EXPECT_EQ(order_with(as_built, 4096), 2);  /* 4 */
	EXPECT_EQ(order_with(as_built, 8192), 3);  /* 4 */
	EXPECT_EQ(order_with(as_built, 16384), 3); /* 2 */
	EXPECT_EQ(order_with(as_built, 20000), 3); /* 1 */
}

TEST(slub, an_eighth_of_a_slab_may_be_left_over_and_then_a_quarter)
{
	EXPECT_EQ(order_with(as_built, 768), 0); /* 5, 256 of 4096 left over */
	EXPECT_EQ(order_with(as_built, 700), 1); /* 5 leave 596; 11 leave 492 of 8192 */
	EXPECT_EQ(order_with(as_built, 9000), 3); /* 3, 5768 of 32768: above 4096 */
}

TEST(slub, a_large_object_has_the_smallest_slab_that_holds_it)
{
	EXPECT_EQ(order_with(as_built, 32768), 3);
	EXPECT_EQ(order_with(as_built, 32769), 4);
	EXPECT_EQ(order_with(as_built, 4U << 20), 10);
	EXPECT_EQ(order_with(as_built, (4U << 20) + 4), -1);
}

TEST(slub, the_parameters_choose_the_order)
{
	struct slub_parameters single = {.min_objects = 4, .max_order = 0};
	struct slub_parameters many = {.min_objects = 16, .max_order = 3};
	struct slub_parameters large = {
	    .min_objects = 4, .max_order = 3, .min_order = 2};
	struct slub_parameters huge = {
	    .min_objects = 4, .max_order = 3, .min_order = 10};

	EXPECT_EQ(order_with(single, 2048), 0); /* 2 */
	EXPECT_EQ(order_with(single, 1500), 0); /* 2, 1096 left over: no choice */
	EXPECT_EQ(order_with(single, 5000), 1); /* above slub_max_order: no choice */
	EXPECT_EQ(order_with(many, 1024), 2);   /* 16 */
	EXPECT_EQ(order_with(many, 2048), 3);   /* 16 */
	EXPECT_EQ(order_with(many, 4096), 3);   /* 8 */
	EXPECT_EQ(order_with(large, 32), 2);
	EXPECT_EQ(order_with(huge, 4096), 10); /* 1024 */
	EXPECT_EQ(order_with(huge, 8), 0);     /* 524288 were too many to count */
	huge.min_order = 6;
	EXPECT_EQ(order_with(huge, 8), 0); /* and so are 32768 */
	huge.min_order = 5;
	EXPECT_EQ(order_with(huge, 8), 5); /* 16384 */
}

/* tests/oracle/pc-4G/slabinfo: Linux 6.1 wants eight objects on one CPU. It tries a
 * sixteenth of waste before an eighth, so eight caches of its 132 differ. */
TEST(slub, wanting_eight_objects_gives_the_orders_of_linux_6_1)
{
	static const struct {
		unsigned int size, order;
	} caches[] = {
	    {96, 0},   /* fscrypt_info */
	    {576, 1},  /* xfrm_state */
	    {640, 1},  /* mqueue_inode_cache */
	    {768, 1},  /* RAW */
	    {896, 1},  /* UDP */
	    {1024, 1}, /* UDPv6 */
	    {1472, 2}, /* MPTCP */
	    {1600, 2}, /* MPTCPv6 */
	    {1920, 2}, /* TCPv6 */
	    {3072, 3}, /* biovec-max */
	};
	struct slub_parameters parameters = {.min_objects = 8, .max_order = 3};

	for (unsigned int i = 0; i < ARRAY_SIZE(caches); i++)
		EXPECT_EQ(order_with(parameters, caches[i].size), caches[i].order);
}

TEST(slub, short_of_memory_a_slab_is_as_small_as_it_can_be)
{
	SKIP_IF_DEBUGGED();
	struct kmem_cache *cache = create(8192, 0);
	void *object;

	ASSERT(cache != NULL);
	EXPECT_EQ(cache->oo.objects, 4);
	EXPECT_EQ(cache->min.order, 1);
	fault_inject_nth(1); /* the slab of eight pages */
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	EXPECT(!fault_inject_cancel());
	ASSERT(object != NULL);
	EXPECT_EQ(compound_order(slab_of(object)), 1);
	EXPECT_EQ(slab_of(object)->objects, 1);
	EXPECT_EQ(slab_check(), 0);
	kmem_cache_free(cache, object);
	EXPECT(kmem_cache_destroy(cache));
}

/* ---- Slots ---- */

static void no_ctor(void *object)
{
	(void)object;
}

static struct kmem_cache slot_of(unsigned int size, unsigned int align,
                                 unsigned long flags, void (*ctor)(void *))
{
	struct kmem_cache cache = {
	    .objsize = size, .align = align, .flags = flags, .ctor = ctor};

	EXPECT(slub_calculate_sizes(&cache));
	return cache;
}

TEST(slub, the_free_pointer_lies_in_the_object_unless_its_contents_must_stay)
{
	struct kmem_cache plain = slot_of(20, 4, 0, NULL);
	struct kmem_cache built = slot_of(20, 4, 0, no_ctor);
	struct kmem_cache poisoned = slot_of(20, 4, SLAB_POISON, NULL);

	EXPECT_EQ(plain.offset, 0);
	EXPECT_EQ(plain.size, 20);
	EXPECT_EQ(built.offset, 20);
	EXPECT_EQ(built.size, 24);
	EXPECT_EQ(poisoned.offset, 20);
	EXPECT_EQ(poisoned.size, 24);
}

TEST(slub, debugging_puts_red_zones_tracks_and_padding_around_the_object)
{
	struct kmem_cache red = slot_of(20, 4, SLAB_RED_ZONE, NULL);
	struct kmem_cache odd = slot_of(21, 4, SLAB_RED_ZONE, NULL);
	struct kmem_cache tiny = slot_of(1, 4, SLAB_RED_ZONE, NULL);
	struct kmem_cache all = slot_of(20, 64, ALL_DEBUG, NULL);

	EXPECT_EQ(red.red_left, 4);
	EXPECT_EQ(red.inuse, 24); /* 20 and a word */
	EXPECT_EQ(red.size, 28);
	EXPECT_EQ(odd.inuse, 24); /* 21: the three bytes up to the next word will do */
	EXPECT_EQ(odd.size, 28);
	EXPECT_EQ(tiny.offset, 4);   /* in the object, it would reach the red zone */
	EXPECT_EQ(all.red_left, 64); /* the object is aligned, not the slot */
	EXPECT_EQ(all.offset, 24);
	EXPECT_EQ(all.track, 28);
	EXPECT_EQ(all.padding, 60); /* two tracks of four words */
	EXPECT_EQ(all.size, 128);   /* 60 + 64, aligned */
}

TEST(slub, a_slot_that_debugging_makes_too_large_goes_without)
{
	struct kmem_cache cache = slot_of(4U << 20, 8, ALL_DEBUG, NULL);

	EXPECT_EQ(cache.size, 4U << 20);
	EXPECT_EQ(cache.flags, 0);
	EXPECT_EQ(cache.oo.order, 10);
}

TEST(slub, only_caches_without_debugging_and_with_two_objects_have_a_cpu_slab)
{
	struct slub_parameters before = slub_parameters;

	slub_parameters = as_built;
	EXPECT(!slot_of(16384, 8, 0, NULL).unfrozen);
	EXPECT(slot_of(32768, 8, 0, NULL).unfrozen);
	EXPECT(slot_of(32, 8, SLAB_DEBUG_FREE, NULL).unfrozen);
	slub_parameters = before;
}

#endif
