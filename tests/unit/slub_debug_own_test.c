/*
 * What SLUB finds of misuse, and what it says: the damage is planted, the offsets
 * are worked out by hand, and after the report life can go on.
 */
#ifdef CONFIG_SLUB

#include "said.h"
#include "slub_test.h"

struct victim {
	struct kmem_cache *cache;
	void *object;
};

static void free_victim(void *arg)
{
	struct victim *victim = arg;

	kmem_cache_free(victim->cache, victim->object);
}

static void take_victim(void *arg)
{
	struct victim *victim = arg;

	victim->object = kmem_cache_alloc(victim->cache, GFP_KERNEL);
}

TEST(slub, the_object_freed_last_is_not_freed_again_even_without_debugging)
{
	struct victim victim = {.cache = create(QUARTER_PAGE, 0)};

	ASSERT(victim.cache != NULL);
	ASSERT(take(victim.cache, 5));
	victim.object = taken[4]; /* the CPU's slab */
	free_victim(&victim);
	said_nothing_yet();
	EXPECT_BUG(free_victim, &victim);
	EXPECT(said("BUG slub-test: object already free"));
	victim.object = taken[0]; /* a slab of the lists */
	free_victim(&victim);
	EXPECT_BUG(free_victim, &victim);
	EXPECT(!irqs_disabled());
	EXPECT_EQ(slab_check(), 0);
	give(victim.cache, 1, 4);
	EXPECT(kmem_cache_destroy(victim.cache));
}

TEST(slub, the_checker_sees_each_count_and_each_mark_that_is_wrong)
{
	SKIP_IF_DEBUGGED();
	struct kmem_cache *cache = create(QUARTER_PAGE, 0);
	struct page *full, *partial;

	ASSERT(cache != NULL);
	ASSERT(take(cache, 9)); /* two slabs, and one of the CPU */
	kmem_cache_free(cache, taken[0]);
	partial = slab_of(taken[0]);
	full = slab_of(taken[4]);
	EXPECT_EQ(slab_check(), 0);
	cache->node.nr_partial++;
	EXPECT_EQ(slab_check(), 1);
	cache->node.nr_partial--;
	cache->node.nr_slabs++;
	EXPECT_EQ(slab_check(), 1);
	cache->node.nr_slabs--;
	partial->inuse--;
	EXPECT_EQ(slab_check(), 1);
	partial->inuse++;
	full->frozen = 1;
	EXPECT_EQ(slab_check(), 1);
	full->frozen = 0;
	full->slab = kmalloc_caches[0][0];
	EXPECT_EQ(slab_check(), 1);
	full->slab = cache;
	list_move(&full->lru, &cache->node.partial);
	cache->node.nr_partial++;
	EXPECT_EQ(slab_check(), 1);
	list_move(&full->lru, &cache->node.full);
	cache->node.nr_partial--;
	*(void **)taken[0] = taken[0]; /* a ring */
	EXPECT_EQ(slab_check(), 1);
	*(void **)taken[0] = NULL;
	EXPECT_EQ(slab_check(), 0);
	give(cache, 1, 9);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slub, an_underrun_is_told_with_its_negative_offset_and_mended)
{
	struct victim victim = {.cache = create(40, ALL_DEBUG)};

	ASSERT(victim.cache != NULL);
	take_victim(&victim);
	ASSERT(victim.object != NULL);
	((char *)victim.object)[-1] = 'x';
	EXPECT_EQ(slab_check(), 1);
	said_nothing_yet();
	EXPECT_BUG(free_victim, &victim);
	EXPECT(said("BUG slub-test: redzone before the object overwritten"));
	EXPECT(said("offset -1"));
	EXPECT(said("First byte 0x78 instead of 0xcc"));
	EXPECT(said("FIX slub-test: Restoring Redzone"));
	EXPECT_EQ(slab_check(), 0);
	free_victim(&victim);
	EXPECT(kmem_cache_destroy(victim.cache));
}

TEST(slub, a_write_behind_the_red_zone_hits_the_padding)
{
	SKIP_IF_DEBUGGED();
	struct victim victim = {.cache = create(40, SLAB_POISON)};
	char *object;

	ASSERT(victim.cache != NULL);
	take_victim(&victim);
	ASSERT((object = victim.object) != NULL);
	EXPECT_EQ(victim.cache->size, 44); /* 93 slots, 4 bytes left over */
	((char *)lowmem_page_address(slab_of(object)))[PAGE_SIZE - 1] = 'x';
	said_nothing_yet();
	EXPECT_BUG(free_victim, &victim);
	EXPECT(said("BUG slub-test: padding overwritten"));
	EXPECT(said("offset 4095"));
	EXPECT_EQ(slab_check(), 0);
	free_victim(&victim);
	((char *)lowmem_page_address(slab_of(object)))[PAGE_SIZE - 2] = 'x';
	EXPECT_EQ(slab_check(), 1);
	EXPECT_BUG(take_victim, &victim);
	EXPECT(said("offset 4094"));
	EXPECT_EQ(slab_check(), 0);
	EXPECT(kmem_cache_destroy(victim.cache));
}

TEST(slub, a_free_pointer_that_leads_out_of_the_slab_is_not_followed)
{
	SKIP_IF_DEBUGGED();
	struct victim victim = {.cache = create(40, SLAB_DEBUG_FREE)};
	void **object;

	ASSERT(victim.cache != NULL);
	take_victim(&victim);
	ASSERT((object = victim.object) != NULL);
	free_victim(&victim);
	*object = (char *)object + 3; /* used after it was freed */
	EXPECT_EQ(slab_check(), 1);
	said_nothing_yet();
	EXPECT_BUG(take_victim, &victim);
	EXPECT(said("BUG slub-test: free list corrupt"));
	EXPECT_EQ(slab_check(), 0);
	EXPECT_EQ(slab_of(object)->inuse + 1, slab_of(object)->objects);
	/* The others are lost: bring them back for the cache to go. */
	for (unsigned int n = 1; n < slab_of(object)->objects; n++)
		kmem_cache_free(victim.cache,
		                slab_object(victim.cache, slab_of(object), n));
	EXPECT(kmem_cache_destroy(victim.cache));
}

TEST(slub, the_report_names_who_took_the_object_and_who_gave_it_back)
{
	struct victim victim = {.cache = create(40, ALL_DEBUG)};

	ASSERT(victim.cache != NULL);
	take_victim(&victim);
	ASSERT(victim.object != NULL);
	free_victim(&victim);
	said_nothing_yet();
	EXPECT_BUG(free_victim, &victim);
	EXPECT(said("INFO: Allocated in"));
	EXPECT(said("INFO: Freed in"));
	EXPECT(said(" @offset="));
	EXPECT_EQ(slab_check(), 0);
	EXPECT(kmem_cache_destroy(victim.cache));
}

TEST(slub, a_pointer_to_the_middle_of_an_object_is_told_with_its_distance)
{
	struct victim victim = {.cache = create(40, SLAB_DEBUG_FREE)};
	char *object;

	ASSERT(victim.cache != NULL);
	take_victim(&victim);
	ASSERT((object = victim.object) != NULL);
	victim.object = object + 8;
	said_nothing_yet();
	EXPECT_BUG(free_victim, &victim);
	EXPECT(said("BUG slub-test: pointer to no object freed"));
	EXPECT(said("offset 8"));
	victim.object = object;
	free_victim(&victim);
	EXPECT(kmem_cache_destroy(victim.cache));
}

#endif
