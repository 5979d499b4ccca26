/* What SLOB alone does: pieces of shared pages, and its quarantine. */
#include "ktest.h"

#ifdef CONFIG_SLOB
#include "slab_test.h"

#include "../../src/mm/slob/internal.h"
#include "said.h"

static unsigned long pages_of(const struct slob_list *list)
{
	const struct page *page;
	unsigned long pages = 0;

	list_for_each_entry (page, &list->pages, lru)
		pages++;
	return pages;
}

/* The cases count pages: there may be none but what they take themselves. */
static bool begin(void)
{
	pages_left();
	if (slob_nr_pages)
		ktest_skip("others hold some of SLOB's pages");
	return !slob_nr_pages;
}

TEST(slob, neighbours_that_are_free_become_one_run)
{
	struct slob_free *run;
	char *a, *b, *c;

	if (!begin())
		return;
	a = slob_arena_alloc(100, 4, GFP_KERNEL);
	b = slob_arena_alloc(100, 4, GFP_KERNEL);
	c = slob_arena_alloc(100, 4, GFP_KERNEL);
	ASSERT(a && b && c);
	EXPECT_EQ(b - a, 100);
	EXPECT_EQ(c - b, 100);
	slob_arena_free(&slob_kmalloc, a, 100);
	run = (struct slob_free *)(void *)a;
	EXPECT_EQ(run->units, 25);
	EXPECT_EQ(run->next, 75);
	slob_arena_free(&slob_kmalloc, b, 100); /* with a before it */
	EXPECT_EQ(run->units, 50);
	EXPECT_EQ(slab_check(), 0);
	slob_arena_free(&slob_kmalloc, c, 100); /* with both: the page goes */
	EXPECT_EQ(slob_nr_pages, 0);
}

TEST(slob, what_alignment_leaves_in_front_is_used)
{
	char *a, *b, *c;

	if (!begin())
		return;
	a = slob_arena_alloc(4, 4, GFP_KERNEL);
	b = slob_arena_alloc(60, 64, GFP_KERNEL);
	c = slob_arena_alloc(60, 4, GFP_KERNEL);
	ASSERT(a && b && c);
	EXPECT_EQ(b - a, 64);
	EXPECT_EQ(c - a, 4); /* exactly between the two */
	EXPECT_EQ(slab_check(), 0);
	slob_arena_free(&slob_kmalloc, b, 60);
	slob_arena_free(&slob_kmalloc, a, 4);
	slob_arena_free(&slob_kmalloc, c, 60);
	EXPECT_EQ(slob_nr_pages, 0);
}

TEST(slob, each_list_has_objects_of_its_sizes)
{
	void *small, *middling, *large;

	if (!begin())
		return;
	small = slob_arena_alloc(255, 4, GFP_KERNEL);
	middling = slob_arena_alloc(256, 4, GFP_KERNEL);
	large = slob_arena_alloc(1024, 4, GFP_KERNEL);
	ASSERT(small && middling && large);
	for (int i = 0; i < NR_SLOB_LISTS; i++)
		EXPECT_EQ(pages_of(&slob_lists[i]), 1);
	EXPECT_EQ(slob_nr_pages, 3);
	slob_arena_free(&slob_kmalloc, small, 255);
	slob_arena_free(&slob_kmalloc, middling, 256);
	slob_arena_free(&slob_kmalloc, large, 1024);
}

TEST(slob, a_page_without_room_is_on_no_list_for_objects)
{
	void *most, *rest;

	if (!begin())
		return;
	most = slob_arena_alloc(4000, 4, GFP_KERNEL);
	rest = slob_arena_alloc(1024, 4, GFP_KERNEL); /* needs another page */
	ASSERT(most && rest);
	EXPECT_EQ(slob_nr_pages, 2);
	EXPECT_EQ(pages_of(&slob_full), 0);
	slob_arena_free(&slob_kmalloc, rest, 1024);
	slob_arena_free(&slob_kmalloc, most, 4000);
	EXPECT_EQ(slob_nr_pages, 0);
	most = slob_arena_alloc(2048, 4, GFP_KERNEL);
	rest = slob_arena_alloc(2048, 4, GFP_KERNEL);
	ASSERT(most && rest);
	EXPECT_EQ(pages_of(&slob_full), 1);
	EXPECT_EQ(slab_check(), 0);
	slob_arena_free(&slob_kmalloc, rest, 2048);
	EXPECT_EQ(pages_of(&slob_full), 0);
	EXPECT_EQ(pages_of(&slob_lists[2]), 1);
	slob_arena_free(&slob_kmalloc, most, 2048);
}

TEST(slob, caches_and_kmalloc_share_their_pages)
{
	struct kmem_cache *a, *b;
	void *objects[3];

	if (!begin())
		return;
	a = kmem_cache_create("test-slob-a", 40, 0, 0, NULL);
	b = kmem_cache_create("test-slob-b", 60, 0, 0, NULL);
	ASSERT(a && b);
	objects[0] = kmem_cache_alloc(a, GFP_KERNEL);
	objects[1] = kmem_cache_alloc(b, GFP_KERNEL);
	objects[2] = kmalloc(100, GFP_KERNEL);
	ASSERT(objects[0] && objects[1] && objects[2]);
	EXPECT_EQ(slob_nr_pages, 1); /* and both caches themselves */
	kfree(objects[2]);
	kmem_cache_free(b, objects[1]);
	kmem_cache_free(a, objects[0]);
	EXPECT(kmem_cache_destroy(a) && kmem_cache_destroy(b));
	EXPECT_EQ(slob_nr_pages, 0);
}

TEST(slob, kmalloc_costs_eight_bytes_and_an_object_of_a_cache_none)
{
	struct kmem_cache *cache = kmem_cache_create("test-slob", 40, 0, 0, NULL);
	char *a = kmalloc(40, GFP_KERNEL), *b = kmalloc(40, GFP_KERNEL);
	char *c = kmem_cache_alloc(cache, GFP_KERNEL);
	char *d = kmem_cache_alloc(cache, GFP_KERNEL);

	ASSERT(cache && a && b && c && d);
	EXPECT_EQ(b - a, 48);
	EXPECT_EQ(d - c, 40);
	EXPECT_EQ(ksize(a), 40);
	kfree(a);
	kfree(b);
	kmem_cache_free(cache, c);
	kmem_cache_free(cache, d);
	EXPECT(kmem_cache_destroy(cache));
}

static void free_run(void *block)
{
	slob_arena_free(&slob_kmalloc, block, 100);
}

TEST(slob, freeing_a_run_twice_is_caught_without_debugging)
{
	char *a, *b;

	if (!begin())
		return;
	a = slob_arena_alloc(100, 4, GFP_KERNEL);
	b = slob_arena_alloc(100, 4, GFP_KERNEL);
	ASSERT(a && b);
	slob_arena_free(&slob_kmalloc, a, 100);
	EXPECT_BUG(free_run, a);
	EXPECT_BUG(free_run, a + 40);
	EXPECT_EQ(slab_check(), 0);
	slob_arena_free(&slob_kmalloc, b, 100);
}

static void free_object(void *object)
{
	kfree(object);
}

TEST(slob, kfree_twice_is_caught_without_debugging)
{
	void *other = kmalloc(50, GFP_KERNEL), *object = kmalloc(50, GFP_KERNEL);

	ASSERT(other && object);
	kfree(object);
	said_nothing_yet();
	EXPECT_BUG(free_object, object);
	EXPECT(said(SLAB_BUG_DOUBLE_FREE) || said(SLAB_BUG_NOT_OBJECT));
	kfree(other);
}

TEST(slob, pages_for_dma_are_not_shared_with_the_others)
{
	void *normal = kmalloc(50, GFP_KERNEL),
	     *dma = kmalloc(50, GFP_KERNEL | GFP_DMA);

	ASSERT(normal && dma);
	EXPECT_EQ(page_zonenum(virt_to_page(dma)), ZONE_DMA);
	kfree(dma);
	kfree(normal);
}

TEST(slob, freed_objects_are_held_up_to_a_limit_when_debugging)
{
	struct kmem_cache *cache =
	    kmem_cache_create("test-slob", 1000, 0, SLAB_POISON, NULL);
	unsigned long pages = slob_nr_pages;

	ASSERT(cache != NULL);
	for (int i = 0; i < 200; i++)
		kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
	EXPECT(cache->held_bytes > SLOB_HELD_MAX - 1000);
	EXPECT(cache->held_bytes <= SLOB_HELD_MAX);
	EXPECT_EQ(cache->active, 0);
	kmem_cache_shrink(cache);
	EXPECT_EQ(cache->held_bytes, 0);
	EXPECT(slob_nr_pages <= pages + 1);
	EXPECT(kmem_cache_destroy(cache));
}

static void corrupt_next_run(struct slob_free *run, u16 next)
{
	u16 saved = run->next;

	run->next = next;
	EXPECT(slab_check() > 0);
	run->next = saved;
	EXPECT_EQ(slab_check(), 0);
}

TEST(slob, the_checker_sees_a_free_list_that_leads_astray)
{
	char *a, *b;

	if (!begin())
		return;
	a = slob_arena_alloc(100, 4, GFP_KERNEL);
	b = slob_arena_alloc(100, 4, GFP_KERNEL);
	ASSERT(a && b);
	slob_arena_free(&slob_kmalloc, a, 100);
	corrupt_next_run((struct slob_free *)(void *)a, 0);
	corrupt_next_run((struct slob_free *)(void *)a, 25);
	corrupt_next_run((struct slob_free *)(void *)a, UNITS_PER_PAGE);
	((struct slob_free *)(void *)a)->units++;
	EXPECT(slab_check() > 0);
	((struct slob_free *)(void *)a)->units--;
	EXPECT_EQ(slab_check(), 0);
	slob_arena_free(&slob_kmalloc, b, 100);
}
#endif
