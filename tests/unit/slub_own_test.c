/*
 * What only SLUB has: which caches merge, in which order objects come, and how a
 * slab goes from the CPU to the lists and back.
 */
#ifdef CONFIG_SLUB

#include "slub_test.h"

/* ---- Merging ---- */

static void no_ctor(void *object)
{
	(void)object;
}

static struct kmem_cache *create_odd(const char *name, size_t size, unsigned long flags)
{
	return create_with(as_built, name, size, 0, flags, NULL);
}

TEST(slub, a_cache_of_the_same_slot_is_the_same_cache)
{
	SKIP_IF_DEBUGGED();
	struct kmem_cache *first = create_odd("slub-first", ODD - 2, 0), *second;
	void *object;

	ASSERT(first != NULL);
	second = create_odd("slub-second", ODD, 0);
	EXPECT_EQ(second, first);
	EXPECT_EQ(first->refcount, 2);
	EXPECT_EQ(kmem_cache_size(first), ODD); /* the larger one */
	EXPECT_STR(kmem_cache_name(second), "slub-first");
	EXPECT(kmem_cache_destroy(first));
	object = kmem_cache_alloc(second, GFP_KERNEL);
	ASSERT(object != NULL);
	kmem_cache_free(second, object);
	EXPECT(kmem_cache_destroy(second));
	EXPECT(kmem_cache_find("slub-first") == NULL);
}

static bool merges(struct kmem_cache *with, size_t size, size_t align,
                   unsigned long flags, void (*ctor)(void *))
{
	struct slub_parameters parameters = as_built;
	struct kmem_cache *cache, *alone;

	cache = create_with(parameters, "slub-other", size, align, flags, ctor);
	parameters.nomerge = true;
	alone = create_with(parameters, "slub-alone", size, align, flags, ctor);
	EXPECT(alone != with);
	EXPECT(kmem_cache_destroy(alone));
	EXPECT(kmem_cache_destroy(cache));
	return cache == with;
}

TEST(slub, caches_that_differ_stay_apart)
{
	SKIP_IF_DEBUGGED();
	struct kmem_cache *cache = create_odd("slub-first", ODD, 0);

	ASSERT(cache != NULL);
	EXPECT(merges(cache, ODD, 4, 0, NULL));
	EXPECT(merges(cache, ODD, 0, SLAB_PANIC, NULL));
	EXPECT(!merges(cache, ODD - 4, 0, 0, NULL)); /* a word less */
	EXPECT(!merges(cache, ODD + 1, 0, 0, NULL));
	EXPECT(!merges(cache, ODD, 8, 0, NULL)); /* 1240 */
	EXPECT(!merges(cache, ODD, 0, SLAB_RECLAIM_ACCOUNT, NULL));
	EXPECT(!merges(cache, ODD, 0, SLAB_CACHE_DMA, NULL));
	EXPECT(!merges(cache, ODD, 0, SLAB_NO_MERGE, NULL));
	EXPECT(!merges(cache, ODD, 0, SLAB_DEBUG_FREE, NULL));
	EXPECT(!merges(cache, ODD, 0, 0, no_ctor));
	EXPECT(kmem_cache_destroy(cache));
}

/* ---- The free list ---- */

TEST(slub, a_new_slab_gives_its_objects_in_the_order_of_their_addresses)
{
	struct kmem_cache *cache = create(QUARTER_PAGE, 0);
	char *objects[4];

	ASSERT(cache != NULL);
	for (unsigned int i = 0; i < 4; i++)
		ASSERT((objects[i] = kmem_cache_alloc(cache, GFP_KERNEL)) != NULL);
	for (unsigned int i = 1; i < 4; i++)
		EXPECT_EQ(objects[i] - objects[0], i * cache->size);
	for (unsigned int i = 0; i < 4; i++)
		kmem_cache_free(cache, objects[i]);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slub, what_was_freed_last_is_taken_first)
{
	struct kmem_cache *cache = create(QUARTER_PAGE, 0);
	void *a, *b;

	ASSERT(cache != NULL);
	a = kmem_cache_alloc(cache, GFP_KERNEL);
	b = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(a && b);
	kmem_cache_free(cache, a);
	kmem_cache_free(cache, b);
	EXPECT_EQ(kmem_cache_alloc(cache, GFP_KERNEL), b);
	EXPECT_EQ(kmem_cache_alloc(cache, GFP_KERNEL), a);
	kmem_cache_free(cache, a);
	kmem_cache_free(cache, b);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slub, a_free_object_holds_the_address_of_the_next)
{
	SKIP_IF_DEBUGGED();
	struct kmem_cache *cache = create(QUARTER_PAGE, 0);
	void **a, **b;

	ASSERT(cache != NULL);
	a = kmem_cache_alloc(cache, GFP_KERNEL);
	b = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(a && b);
	kmem_cache_free(cache, a);
	kmem_cache_free(cache, b);
	EXPECT_EQ(get_cpu_slab(cache)->freelist, b);
	EXPECT_EQ(b[0], a);
	EXPECT_EQ((char *)a[0] - (char *)a, 2 * QUARTER_PAGE); /* the third */
	EXPECT(kmem_cache_destroy(cache));
}

/* ---- From the CPU to the lists and back ---- */

TEST(slub, a_used_up_slab_leaves_the_cpu_and_a_freed_object_makes_it_partial)
{
	SKIP_IF_DEBUGGED();
	struct kmem_cache *cache = create(QUARTER_PAGE, 0);
	struct page *first, *second;

	ASSERT(cache != NULL);
	ASSERT(take(cache, 4));
	first = slab_of(taken[0]);
	EXPECT(first->frozen);
	EXPECT_EQ(first->inuse, 4);
	EXPECT_EQ(get_cpu_slab(cache)->freelist, NULL);
	taken[4] = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(taken[4] != NULL);
	second = slab_of(taken[4]);
	EXPECT(second != first);
	EXPECT_EQ(get_cpu_slab(cache)->page, second);
	EXPECT(!first->frozen);
	EXPECT_EQ(cache->node.full.next, &first->lru);
	EXPECT_EQ(cache->node.nr_partial, 0);
	kmem_cache_free(cache, taken[1]);
	EXPECT_EQ(cache->node.partial.next, &first->lru);
	EXPECT_EQ(cache->node.nr_partial, 1);
	EXPECT(list_empty(&cache->node.full));
	EXPECT_EQ(first->inuse, 3);
	EXPECT_EQ(first->freelist, taken[1]);
	EXPECT_EQ(slab_check(), 0);
	kmem_cache_free(cache, taken[0]);
	give(cache, 2, 5);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slub, a_partial_slab_is_taken_before_a_new_one_and_with_all_that_is_free_in_it)
{
	SKIP_IF_DEBUGGED();
	struct kmem_cache *cache = create(QUARTER_PAGE, 0);
	struct page *first;

	ASSERT(cache != NULL);
	ASSERT(take(cache, 8));
	first = slab_of(taken[0]);
	kmem_cache_free(cache, taken[0]);
	kmem_cache_free(cache, taken[2]);
	EXPECT_EQ(kmem_cache_alloc(cache, GFP_KERNEL), taken[2]);
	EXPECT_EQ(get_cpu_slab(cache)->page, first);
	EXPECT_EQ(get_cpu_slab(cache)->freelist, taken[0]);
	EXPECT_EQ(first->inuse, 4);
	EXPECT_EQ(first->freelist, NULL);
	EXPECT_EQ(cache->node.nr_partial, 0);
	EXPECT_EQ(cache->node.nr_slabs, 2);
	give(cache, 1, 8);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slub, five_empty_slabs_are_kept_beside_the_cpus_until_the_cache_is_shrunk)
{
	SKIP_IF_DEBUGGED();
	struct kmem_cache *cache = create(QUARTER_PAGE, 0);
	unsigned long before = free_pages_now();

	ASSERT(cache != NULL);
	ASSERT(take(cache, OBJECTS));
	EXPECT_EQ(cache->node.nr_slabs, OBJECTS / 4);
	give(cache, 0, OBJECTS);
	EXPECT_EQ(cache->node.nr_partial, MIN_PARTIAL);
	EXPECT_EQ(cache->node.nr_slabs, MIN_PARTIAL + 1);
	EXPECT_EQ(slab_check(), 0);
	EXPECT_EQ(kmem_cache_shrink(cache), MIN_PARTIAL + 1);
	EXPECT_EQ(cache->node.nr_slabs, 0);
	EXPECT_EQ(free_pages_now(), before);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slub, shrinking_puts_the_fullest_slabs_first)
{
	SKIP_IF_DEBUGGED();
	struct kmem_cache *cache = create(QUARTER_PAGE, 0);
	struct page *emptier, *fuller;

	ASSERT(cache != NULL);
	ASSERT(take(cache, 12));
	emptier = slab_of(taken[0]);
	fuller = slab_of(taken[4]);
	give(cache, 0, 3);
	give(cache, 4, 5);
	EXPECT_EQ(cache->node.partial.next, &emptier->lru);
	EXPECT_EQ(kmem_cache_shrink(cache), 0);
	EXPECT_EQ(cache->node.partial.next, &fuller->lru);
	EXPECT_EQ(cache->node.nr_partial, 2);
	EXPECT_EQ(slab_check(), 0);
	give(cache, 3, 4);
	give(cache, 5, 12);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slub, the_shrinker_counts_and_gives_back_empty_slabs)
{
	SKIP_IF_DEBUGGED();
	struct shrinker *shrinker = &slub_shrinker;
	struct kmem_cache *cache = create(QUARTER_PAGE, 0);
	unsigned long before;

	ASSERT(cache != NULL);
	shrinker->scan(shrinker, ~0UL, GFP_KERNEL);
	EXPECT_EQ(shrinker->count(shrinker, GFP_KERNEL), 0);
	before = free_pages_now();
	ASSERT(take(cache, 12));
	give(cache, 0, 11);
	EXPECT_EQ(shrinker->count(shrinker, GFP_KERNEL), 2);
	kmem_cache_free(cache, taken[11]);
	EXPECT_EQ(shrinker->count(shrinker, GFP_KERNEL), 3); /* and the CPU's */
	EXPECT_EQ(shrinker->scan(shrinker, 3, GFP_KERNEL), 3);
	EXPECT_EQ(free_pages_now(), before);
	EXPECT_EQ(cache->node.nr_slabs, 0);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slub, a_large_block_goes_back_at_once)
{
	SKIP_IF_DEBUGGED();
	unsigned long before = free_pages_now();
	void *block = kmalloc(1U << 20, GFP_KERNEL);

	ASSERT(block != NULL);
	EXPECT_EQ(free_pages_now(), before - 256);
	kfree(block);
	EXPECT_EQ(free_pages_now(), before);
}

static struct kmem_cache *nested_cache;
static void *nested_object;

/* What an interrupt might do between the slow path's look at the lists and its new
 * slab: get a slab for the CPU. */
static void allocating_ctor(void *object)
{
	struct kmem_cache *cache = nested_cache;

	(void)object;
	nested_cache = NULL;
	if (cache)
		nested_object = kmem_cache_alloc(cache, GFP_ATOMIC);
}

TEST(slub, a_cpu_slab_that_came_while_another_was_made_is_kept)
{
	SKIP_IF_DEBUGGED();
	struct kmem_cache *cache =
	    create_with(as_built, "slub-test", QUARTER_PAGE - 4, 0, 0, allocating_ctor);
	void *object;

	ASSERT(cache != NULL);
	nested_cache = cache;
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(object && nested_object);
	EXPECT(slab_of(object) != slab_of(nested_object));
	EXPECT_EQ(cache->node.nr_slabs, 2);
	EXPECT_EQ(cache->node.partial.next, &slab_of(nested_object)->lru);
	EXPECT_EQ(slab_of(nested_object)->inuse, 1);
	EXPECT_EQ(slab_check(), 0);
	kmem_cache_free(cache, object);
	kmem_cache_free(cache, nested_object);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slub, interrupts_stay_as_they_were)
{
	struct kmem_cache *cache = create(QUARTER_PAGE, 0);
	unsigned long flags;

	ASSERT(cache != NULL);
	EXPECT(!irqs_disabled());
	EXPECT(take(cache, 5));
	EXPECT(!irqs_disabled());
	give(cache, 0, 5);
	EXPECT(!irqs_disabled());
	local_irq_save(flags);
	EXPECT(take_gfp(cache, 5, GFP_ATOMIC));
	EXPECT(irqs_disabled());
	give(cache, 0, 5);
	EXPECT(irqs_disabled());
	local_irq_restore(flags);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slub, the_state_of_each_object_tells_whose_list_it_is_on)
{
	SKIP_IF_DEBUGGED();
	struct slab_view view;
	struct kmem_cache *cache = create(QUARTER_PAGE, 0);

	ASSERT(cache != NULL);
	ASSERT(take(cache, 5));
	view.handle = slab_of(taken[4]);
	EXPECT_EQ(slab_object_state(cache, &view, 0), OBJECT_USED);
	EXPECT_EQ(slab_object_state(cache, &view, 1), OBJECT_CACHED);
	view.handle = slab_of(taken[0]);
	EXPECT_EQ(slab_object_state(cache, &view, 1), OBJECT_USED);
	kmem_cache_free(cache, taken[1]);
	EXPECT_EQ(slab_object_state(cache, &view, 1), OBJECT_FREE);
	kmem_cache_free(cache, taken[0]);
	give(cache, 2, 5);
	EXPECT(kmem_cache_destroy(cache));
}

#endif
