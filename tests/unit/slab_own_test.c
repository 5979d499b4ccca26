/*
 * SLAB itself: colours, what moves between arrays and slabs, what reaping gives
 * back, what is caught without debugging. How slabs are cut is slab_cut_test.c's.
 */
#ifdef CONFIG_SLAB

#include "ktest.h"

#include <lib/errno.h>
#include <lib/params.h>
#include <lib/string.h>

#include "said.h"
#include "slab_own_test.h"

#define ALL_ONE_CAN_GET (GFP_KERNEL | __GFP_NOWARN | __GFP_REPEAT)

/* ---- Colours ---- */

/* Slabs of 7 objects, one object at a time: each seventh begins a slab. */
static void check_colours(const unsigned int *colours, unsigned int slabs)
{
	struct kmem_cache *cache = create(508, 0);

	ASSERT(cache != NULL);
	ASSERT_EQ(slabinfo_tune(cache, 1, 1, 0), 0);
	take(cache, 0, 7 * slabs);
	for (unsigned int i = 0; i < slabs; i++)
		EXPECT_EQ((unsigned long)objects[7 * i] % PAGE_SIZE,
		          52 + 64 * colours[i]);
	EXPECT_EQ(slab_check(), 0);
	give(cache, 0, 7 * slabs);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_own, each_slab_has_the_next_colour_and_after_the_last_comes_the_first)
{
	static const unsigned int colours[] = {0, 1, 2, 3, 4, 5, 6, 0, 1, 2};

	check_colours(colours, ARRAY_SIZE(colours));
}

PLAIN_TEST(slab_own, without_colouring_all_slabs_begin_alike)
{
	static const unsigned int colours[] = {0, 0, 0, 0};

	slab_colouring = false;
	check_colours(colours, ARRAY_SIZE(colours));
	slab_colouring = true;
}

PLAIN_TEST(slab_own, the_descriptor_has_the_colour_of_its_slab)
{
	struct kmem_cache *cache = create(508, 0);

	ASSERT(cache != NULL);
	ASSERT_EQ(slabinfo_tune(cache, 1, 1, 0), 0);
	take(cache, 0, 21);
	for (unsigned int i = 0; i < 3; i++) {
		struct page *page = virt_to_page(objects[7 * i]);
		const struct slab *slab = page_get_slab(page);

		EXPECT_EQ((unsigned long)slab % PAGE_SIZE, 64 * i);
		EXPECT_EQ(slab_start(cache, slab), lowmem_page_address(page));
	}
	give(cache, 0, 21);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_own, objects_of_an_off_slab_cache_fill_their_pages)
{
	struct kmem_cache *cache = create(512, 0);
	struct slab *slab;

	ASSERT(cache != NULL);
	EXPECT_EQ(cache->slabp_cache, kmem_cache_find("kmalloc-64"));
	take(cache, 0, 8);
	for (int i = 0; i < 8; i++)
		EXPECT_EQ(PFN_DOWN(__pa(objects[i])), PFN_DOWN(__pa(objects[0])));
	slab = page_get_slab(virt_to_page(objects[0]));
	EXPECT_EQ(page_get_cache(virt_to_page(slab)), cache->slabp_cache);
	give(cache, 0, 8);
	EXPECT(kmem_cache_destroy(cache));
}

/* ---- Arrays ---- */

PLAIN_TEST(slab_own, an_idle_array_is_filled_by_16_a_busy_one_by_its_batch)
{
	struct kmem_cache *cache = create_120();

	ASSERT(cache != NULL);
	take(cache, 0, 1);
	EXPECT_EQ(avail(cache), 15);
	take(cache, 1, 17); /* 14 are left in the first slab */
	EXPECT_EQ(avail(cache), 13);
	take(cache, 17, 31); /* 30 of a new one: it grows by one slab at a time */
	EXPECT_EQ(avail(cache), 29);
	give(cache, 0, 31);
	EXPECT_EQ(avail(cache), 60);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_own, a_full_array_gives_its_oldest_batch_to_the_slabs)
{
	struct kmem_cache *cache = create_120();

	ASSERT(cache != NULL);
	take(cache, 0, 200); /* seven slabs; ten of 210 lie in the array */
	EXPECT_EQ(avail(cache), 10);
	give(cache, 0, 110);
	EXPECT_EQ(avail(cache), 120);
	EXPECT_EQ(cache->lists.free_objects, 0);
	give(cache, 110, 111);
	EXPECT_EQ(avail(cache), 61);
	EXPECT_EQ(cache->lists.free_objects, 60);
	EXPECT_EQ(cpu_cache(cache)->entry[60], objects[110]);
	EXPECT_EQ(cpu_cache(cache)->entry[59], objects[109]);
	EXPECT_EQ(slab_check(), 0);
	give(cache, 111, 200);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_own, the_last_object_freed_is_the_first_one_taken)
{
	struct kmem_cache *cache = create_120();
	void *last;

	ASSERT(cache != NULL);
	take(cache, 0, 3);
	give(cache, 0, 3);
	last = kmem_cache_alloc(cache, GFP_KERNEL);
	EXPECT_EQ(last, objects[2]);
	kmem_cache_free(cache, last);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_own, a_shared_array_stands_between_the_array_and_the_slabs)
{
	struct kmem_cache *cache = create_120();
	struct array_cache *shared;

	ASSERT(cache != NULL);
	ASSERT_EQ(slabinfo_tune(cache, 8, 4, 2), 0);
	shared = cache->lists.shared;
	ASSERT(shared != NULL);
	EXPECT_EQ(shared->limit, 8);
	take(cache, 0, 40);
	drain_cpu_caches(cache);
	give(cache, 0, 8);
	EXPECT(avail(cache) == 8 && shared->avail == 0);
	give(cache, 8, 9);
	EXPECT(avail(cache) == 5 && shared->avail == 4);
	give(cache, 9, 13);
	EXPECT(avail(cache) == 5 && shared->avail == 8);
	EXPECT_EQ(cache->lists.free_objects, 60 - 40);
	give(cache, 13, 17); /* the shared one is full */
	EXPECT(avail(cache) == 5 && shared->avail == 8);
	EXPECT_EQ(cache->lists.free_objects, 60 - 40 + 4);
	EXPECT_EQ(slab_check(), 0);
	take(cache, 0, 6);
	EXPECT(avail(cache) == 3 && shared->avail == 4);
	give(cache, 0, 6);
	give(cache, 17, 40);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_own, a_full_array_fills_the_shared_one_first)
{
	struct kmem_cache *cache = create_120();

	ASSERT(cache != NULL);
	ASSERT_EQ(slabinfo_tune(cache, 8, 4, 1), 0);
	take(cache, 0, 20);
	drain_cpu_caches(cache);
	give(cache, 0, 9);
	EXPECT_EQ(avail(cache), 5);
	EXPECT_EQ(cache->lists.shared->avail, 4);
	EXPECT_EQ(cache->lists.shared->entry[0], objects[0]);
	EXPECT_EQ(cache->lists.free_objects, 30 - 20);
	give(cache, 9, 20);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_own, an_empty_array_is_filled_from_the_shared_one_first)
{
	struct kmem_cache *cache = create_120();
	struct array_cache *shared;

	ASSERT(cache != NULL);
	ASSERT_EQ(slabinfo_tune(cache, 8, 4, 1), 0);
	take(cache, 0, 20);
	drain_cpu_caches(cache);
	shared = cache->lists.shared;
	for (; shared->avail < 3; shared->avail++)
		shared->entry[shared->avail] = objects[shared->avail];
	EXPECT_EQ(kmem_cache_alloc(cache, GFP_KERNEL), objects[2]);
	EXPECT_EQ(avail(cache), 2);
	EXPECT_EQ(shared->avail, 0);
	EXPECT_EQ(cache->lists.free_objects, 30 - 20);
	give(cache, 2, 20);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_own, a_batch_comes_from_as_many_slabs_as_it_needs)
{
	struct kmem_cache *cache = create_120();

	ASSERT(cache != NULL);
	take(cache, 0, 90); /* three slabs, and ten objects left of the first two */
	drain_cpu_caches(cache);
	give(cache, 20, 40);
	drain_cpu_caches(cache);
	EXPECT_EQ(cache->lists.free_objects, 20);
	take(cache, 20, 21); /* a busy array wants 60 */
	EXPECT_EQ(avail(cache), 19);
	EXPECT_EQ(cache->lists.free_objects, 0);
	EXPECT(list_empty(&cache->lists.slabs_partial));
	take(cache, 21, 40);
	EXPECT_EQ(slab_check(), 0);
	give(cache, 0, 90);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_own, tunables_can_be_set_while_objects_lie_in_the_arrays)
{
	struct kmem_cache *cache = create_120();
	struct slabinfo info;

	ASSERT(cache != NULL);
	take(cache, 0, 100);
	give(cache, 0, 50);
	EXPECT_EQ(slabinfo_tune(cache, 10, 5, 3), 0);
	get_slabinfo(cache, &info);
	EXPECT(info.limit == 10 && info.batchcount == 5 && info.shared == 3);
	EXPECT_EQ(info.active_objs, 50);
	EXPECT_EQ(avail(cache), 0);
	EXPECT_EQ(slabinfo_tune(cache, 0, 1, 0), -EINVAL);
	EXPECT_EQ(slabinfo_tune(cache, 4, 0, 0), -EINVAL);
	EXPECT_EQ(slabinfo_tune(cache, 4, 5, 0), -EINVAL);
	EXPECT_EQ(slabinfo_tune(cache, 4, 4, -1), -EINVAL);
	EXPECT_EQ(slabinfo_tune(cache, 0x7fffffff, 1, 0), -ENOMEM);
	EXPECT_EQ(slabinfo_tune(cache, 0x10000, 0x10000, 0x10000), -ENOMEM);
	get_slabinfo(cache, &info);
	EXPECT(info.limit == 10 && info.batchcount == 5 && info.shared == 3);
	EXPECT_EQ(slab_check(), 0);
	give(cache, 50, 100);
	EXPECT(kmem_cache_destroy(cache));
}

/* ---- Giving memory back ---- */

static unsigned long slabs_of(struct kmem_cache *cache)
{
	struct slabinfo info;

	get_slabinfo(cache, &info);
	return info.num_slabs;
}

PLAIN_TEST(slab_own, an_idle_array_halves_with_each_round_of_reaping)
{
	static const unsigned int left[] = {16, 8, 4, 2, 1, 0};
	struct kmem_cache *cache = create_120();

	ASSERT(cache != NULL);
	take(cache, 0, 1);
	give(cache, 0, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(left); i++) {
		cache_reap(); /* the first one only takes the mark away */
		EXPECT_EQ(avail(cache), left[i]);
	}
	for (int i = 0; i < 4; i++)
		cache_reap();
	EXPECT_EQ(slabs_of(cache), 0);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_own, a_long_array_loses_a_fifth_of_its_limit_with_each_round)
{
	struct kmem_cache *cache = create_120();

	ASSERT(cache != NULL);
	take(cache, 0, 120);
	give(cache, 0, 120);
	EXPECT_EQ(avail(cache), 120);
	cache_reap();
	EXPECT_EQ(avail(cache), 120);
	cache_reap();
	EXPECT_EQ(avail(cache), 96);
	cache_reap();
	EXPECT_EQ(avail(cache), 72);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_own, an_array_that_is_used_between_rounds_keeps_its_objects)
{
	struct kmem_cache *cache = create_120();

	ASSERT(cache != NULL);
	for (int i = 0; i < 10; i++) {
		take(cache, 0, 1);
		give(cache, 0, 1);
		cache_reap();
		EXPECT_EQ(avail(cache), 16);
	}
	EXPECT(kmem_cache_destroy(cache));
}

/* free_limit: two batches of 60 and a slab. */
PLAIN_TEST(slab_own, free_slabs_above_the_limit_go_back_at_once)
{
	struct kmem_cache *cache = create_120();

	ASSERT(cache != NULL);
	take(cache, 0, 240);
	EXPECT_EQ(slabs_of(cache), 8);
	give(cache, 0, 240);
	drain_cpu_caches(cache);
	EXPECT_EQ(cache->lists.free_limit, 150);
	EXPECT_EQ(cache->lists.free_objects, 150);
	EXPECT_EQ(slabs_of(cache), 5);
	EXPECT_EQ(kmem_cache_shrink(cache), 5);
	EXPECT_EQ(slabs_of(cache), 0);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_own, when_memory_is_short_slabs_without_objects_are_given_up)
{
	struct kmem_cache *cache = create_120();
	struct page *page;
	LIST_HEAD(taken);

	ASSERT(cache != NULL);
	take(cache, 0, 150);
	give(cache, 1, 150);
	EXPECT_EQ(slabs_of(cache), 5);
	while ((page = alloc_pages(ALL_ONE_CAN_GET, MAX_ORDER - 1)) != NULL)
		list_add(&page->lru, &taken);
	EXPECT_EQ(slabs_of(cache), 1);
	while (!list_empty(&taken)) {
		page = list_first_entry(&taken, struct page, lru);
		list_del(&page->lru);
		__free_pages(page, MAX_ORDER - 1);
	}
	give(cache, 0, 1);
	EXPECT(kmem_cache_destroy(cache));
}

/* ---- Growing ---- */

static bool irqs_off_in_ctor;

static void note_irqs(void *object)
{
	*(char *)object = 0;
	irqs_off_in_ctor = irqs_disabled();
}

PLAIN_TEST(slab_own, growing_finds_interrupts_as_the_caller_had_them)
{
	struct kmem_cache *cache = kmem_cache_create("test-own", 2000, 0, 0, note_irqs);
	unsigned long irq;

	ASSERT(cache != NULL);
	irqs_off_in_ctor = true;
	take(cache, 0, 1);
	EXPECT_EQ(irqs_off_in_ctor, irqs_disabled());
	local_irq_save(irq);
	for (int i = 1; i < 6; i++)
		objects[i] = kmem_cache_alloc(cache, GFP_ATOMIC);
	EXPECT(irqs_off_in_ctor);
	EXPECT(irqs_disabled());
	local_irq_restore(irq);
	give(cache, 0, 6);
	EXPECT(kmem_cache_destroy(cache));
}

/* ---- Bootstrap ---- */

TEST(slab_own, after_bootstrap_every_cache_has_an_array_of_its_own_from_kmalloc)
{
	struct kmem_cache *cache = kmem_cache_next(NULL);

	EXPECT_EQ(cache, &cache_cache);
	EXPECT_STR(kmem_cache_next(cache)->name, "kmalloc-32");
	for (; cache; cache = kmem_cache_next(cache)) {
		const struct array_cache *ac = cpu_cache(cache);

		EXPECT(ksize(ac) >= sizeof(*ac) + ac->limit * sizeof(void *));
		if (cache != &cache_cache)
			EXPECT_EQ(page_get_cache(virt_to_page(cache)), &cache_cache);
	}
}

/* ---- What is caught without any debugging option ---- */

static struct kmem_cache *victim;

static void free_object_0(void *unused __unused)
{
	kmem_cache_free(victim, objects[0]);
}

static void flush_arrays(void *unused __unused)
{
	drain_cpu_caches(victim);
}

PLAIN_TEST(slab_own, freeing_twice_in_a_row_is_caught_without_debugging)
{
	victim = create_120();
	ASSERT(victim != NULL);
	take(victim, 0, 1);
	give(victim, 0, 1);
	said_nothing_yet();
	EXPECT_BUG(free_object_0, NULL);
	EXPECT(said("BUG test-own: object already free"));
	EXPECT_EQ(slab_check(), 0);
	EXPECT(kmem_cache_destroy(victim));
}

PLAIN_TEST(slab_own, a_free_into_another_cache_is_caught_without_debugging)
{
	victim = create_120();
	ASSERT(victim != NULL);
	objects[0] = kmalloc(100, GFP_KERNEL);
	ASSERT(objects[0] != NULL);
	said_nothing_yet();
	EXPECT_BUG(free_object_0, NULL);
	EXPECT(said("it belongs to the cache `kmalloc-128'"));
	kfree(objects[0]);
	EXPECT(kmem_cache_destroy(victim));
}

PLAIN_TEST(slab_own, an_object_twice_in_the_array_is_seen_by_the_checker_and_when_it_leaves)
{
	struct array_cache *ac;

	victim = create_120();
	ASSERT(victim != NULL);
	take(victim, 0, 2);
	ac = cpu_cache(victim);
	give(victim, 0, 2);
	kmem_cache_free(victim, objects[0]); /* the other one lies above it */
	EXPECT_EQ(slab_check(), 1);
	EXPECT_EQ(ac->entry[ac->avail - 1], objects[0]);
	EXPECT_BUG(flush_arrays, NULL);
	ac->avail = 0; /* all went back but the one that is there a second time */
	EXPECT_EQ(slab_check(), 0);
	EXPECT(kmem_cache_destroy(victim));
}

PLAIN_TEST(slab_own, the_checker_sees_a_cycle_in_a_free_list)
{
	kmem_bufctl_t *bufctl;
	struct slab *slab;

	victim = create_120();
	ASSERT(victim != NULL);
	take(victim, 0, 1);
	slab = page_get_slab(virt_to_page(objects[0]));
	bufctl = slab_bufctl(slab);
	EXPECT_EQ(slab->free, 16);
	bufctl[20] = 18;
	EXPECT(slab_check() >= 1);
	bufctl[20] = 21;
	EXPECT_EQ(slab_check(), 0);
	give(victim, 0, 1);
	EXPECT(kmem_cache_destroy(victim));
}

static void take_object_1(void *unused __unused)
{
	objects[1] = kmem_cache_alloc(victim, GFP_KERNEL);
}

PLAIN_TEST(slab_own, a_free_list_that_leads_nowhere_is_caught_before_it_is_followed)
{
	struct slab *slab;

	victim = create_120();
	ASSERT(victim != NULL);
	take(victim, 0, 1);
	drain_cpu_caches(victim);
	slab = page_get_slab(virt_to_page(objects[0]));
	slab->free += 100; /* somebody wrote over the descriptor */
	said_nothing_yet();
	EXPECT_BUG(take_object_1, NULL);
	EXPECT(said("BUG test-own: free list corrupt"));
	slab->free -= 100;
	EXPECT_EQ(slab_check(), 0);
	give(victim, 0, 1);
	EXPECT(kmem_cache_destroy(victim));
}

#ifdef K896_HOST
TEST(slab_own, the_colour_parameter_is_on_or_off)
{
	EXPECT_EQ(parse_params("slab_colour=off"), 0);
	EXPECT(!slab_colouring);
	EXPECT_EQ(parse_params("slab_colour=blue"), 1);
	EXPECT_EQ(parse_params("slab_colour"), 1);
	EXPECT(!slab_colouring);
	EXPECT_EQ(parse_params("slab_colour=on"), 0);
	EXPECT(slab_colouring);
}
#endif

#endif
