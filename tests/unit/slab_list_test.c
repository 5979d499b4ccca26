/*
 * The free list of a slab of SLAB, number by number: who is taken next, what a slab
 * knows of those that are out, and on which of the cache's three lists it stands.
 */
#ifdef CONFIG_SLAB

#include "ktest.h"

#include "slab_own_test.h"

#define NUM 30 /* objects to a slab of create_120's */

/* One object moves at a time, so that the slabs see each call. */
static struct kmem_cache *create_one_by_one(void)
{
	struct kmem_cache *cache = create_120();

	if (EXPECT(cache != NULL) && EXPECT_EQ(slabinfo_tune(cache, 1, 1, 0), 0))
		return cache;
	return NULL;
}

static struct slab *slab_of_object(const void *object)
{
	return page_get_slab(virt_to_page(object));
}

static void put_back(struct kmem_cache *cache, void *const *first, unsigned int nr)
{
	unsigned long irq;

	local_irq_save(irq);
	free_block(cache, first, nr);
	local_irq_restore(irq);
}

static bool is_on(const struct slab *slab, const struct list_head *list)
{
	const struct list_head *entry;

	list_for_each (entry, list)
		if (entry == &slab->list)
			return true;
	return false;
}

PLAIN_TEST(slab_list, a_new_slab_lists_its_objects_as_they_lie)
{
	struct kmem_cache *cache = create_one_by_one();
	const kmem_bufctl_t *bufctl;

	ASSERT(cache != NULL);
	take(cache, 0, 1);
	bufctl = slab_bufctl(slab_of_object(objects[0]));
	for (unsigned int n = 1; n < NUM - 1; n++)
		EXPECT_EQ(bufctl[n], n + 1);
	EXPECT_EQ(bufctl[NUM - 1], BUFCTL_END);
	give(cache, 0, 1);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_list, objects_are_taken_from_the_front_of_the_list)
{
	struct kmem_cache *cache = create_one_by_one();
	struct slab *slab;

	ASSERT(cache != NULL);
	take(cache, 0, 1);
	slab = slab_of_object(objects[0]);
	/* as if 9 and 4 had been given back last: 4, 9, then 1 and so on */
	slab_bufctl(slab)[8] = 10;
	slab_bufctl(slab)[3] = 5;
	slab_bufctl(slab)[9] = 1;
	slab_bufctl(slab)[4] = 9;
	slab->free = 4;
	take(cache, 1, 5);
	EXPECT_EQ(objects[1], index_to_obj(cache, slab, 4));
	EXPECT_EQ(objects[2], index_to_obj(cache, slab, 9));
	EXPECT_EQ(objects[3], index_to_obj(cache, slab, 1));
	EXPECT_EQ(objects[4], index_to_obj(cache, slab, 2));
	EXPECT_EQ(slab->free, 3);
	give(cache, 0, 5);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_list, what_is_taken_is_marked_and_only_that)
{
	struct kmem_cache *cache = create_one_by_one();
	const struct slab *slab;

	ASSERT(cache != NULL);
	take(cache, 0, NUM - 1);
	slab = slab_of_object(objects[0]);
	for (unsigned int i = 0; i < NUM - 1; i++) {
		unsigned int n = obj_to_index(cache, slab, objects[i]);

		EXPECT_EQ(slab_bufctl((struct slab *)slab)[n], BUFCTL_ACTIVE);
	}
	EXPECT(slab_bufctl((struct slab *)slab)[NUM - 1] != BUFCTL_ACTIVE);
	give(cache, 0, NUM - 1);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_list, what_was_given_back_last_is_the_first_of_its_slab)
{
	struct kmem_cache *cache = create_one_by_one();
	struct slab *slab;
	unsigned int third;

	ASSERT(cache != NULL);
	take(cache, 0, 10);
	slab = slab_of_object(objects[0]);
	third = obj_to_index(cache, slab, objects[3]);
	put_back(cache, &objects[3], 1);
	put_back(cache, &objects[7], 1);
	EXPECT_EQ(slab->free, obj_to_index(cache, slab, objects[7]));
	EXPECT_EQ(slab_bufctl(slab)[slab->free], third);
	give(cache, 0, 3);
	give(cache, 4, 7);
	give(cache, 8, 10);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_list, what_comes_back_is_counted)
{
	struct kmem_cache *cache = create_one_by_one();
	const struct slab *slab;

	ASSERT(cache != NULL);
	take(cache, 0, 10);
	slab = slab_of_object(objects[0]);
	put_back(cache, &objects[2], 5);
	EXPECT_EQ(slab->inuse, 5);
	EXPECT_EQ(cache->lists.free_objects, NUM - 5);
	give(cache, 0, 2);
	give(cache, 7, 10);
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_list, objects_of_several_slabs_find_their_own_each)
{
	struct kmem_cache *cache = create_one_by_one();
	void *mixed[4];

	ASSERT(cache != NULL);
	take(cache, 0, 2 * NUM);
	for (unsigned int i = 0; i < 4; i++)
		mixed[i] = objects[i % 2 * NUM + i];
	put_back(cache, mixed, 4);
	EXPECT_EQ(slab_of_object(objects[0])->inuse, NUM - 2);
	EXPECT_EQ(slab_of_object(objects[NUM])->inuse, NUM - 2);
	for (unsigned int i = 0; i < 2 * NUM; i++)
		if (i != 0 && i != NUM + 1 && i != 2 && i != NUM + 3)
			kmem_cache_free(cache, objects[i]);
	EXPECT(kmem_cache_destroy(cache));
}

static struct kmem_cache *victim;

static void put_object_0_back(void *unused __unused)
{
	put_back(victim, objects, 1);
}

PLAIN_TEST(slab_list, what_is_not_out_cannot_come_back)
{
	victim = create_one_by_one();
	ASSERT(victim != NULL);
	take(victim, 0, 2);
	put_back(victim, objects, 1);
	EXPECT_BUG(put_object_0_back, NULL);
	give(victim, 1, 2);
	EXPECT(kmem_cache_destroy(victim));
}

PLAIN_TEST(slab_list, a_slab_stands_where_its_objects_say)
{
	struct kmem_cache *cache = create_one_by_one();
	struct kmem_list3 *lists;
	const struct slab *slab;

	ASSERT(cache != NULL);
	lists = &cache->lists;
	take(cache, 0, NUM);
	slab = slab_of_object(objects[0]);
	EXPECT(is_on(slab, &lists->slabs_full));
	put_back(cache, objects, 1);
	EXPECT(is_on(slab, &lists->slabs_partial));
	put_back(cache, objects + 1, NUM - 1);
	EXPECT(is_on(slab, &lists->slabs_free));
	EXPECT(kmem_cache_destroy(cache));
}

PLAIN_TEST(slab_list, a_slab_that_got_an_object_back_is_the_last_to_be_taken_from)
{
	struct kmem_cache *cache = create_one_by_one();
	const struct slab *slab;

	ASSERT(cache != NULL);
	take(cache, 0, 3 * NUM);
	put_back(cache, &objects[NUM], 1);
	put_back(cache, &objects[2 * NUM], 1);
	put_back(cache, &objects[0], 1);
	slab = list_last_entry(&cache->lists.slabs_partial, struct slab, list);
	EXPECT_EQ(slab, slab_of_object(objects[0]));
	put_back(cache, &objects[NUM + 1], 1);
	slab = list_last_entry(&cache->lists.slabs_partial, struct slab, list);
	EXPECT_EQ(slab, slab_of_object(objects[NUM]));
	for (unsigned int i = 0; i < 3 * NUM; i++)
		if (i % NUM && i != NUM + 1)
			kmem_cache_free(cache, objects[i]);
	EXPECT(kmem_cache_destroy(cache));
}

/* free_limit: two batches of one and a slab. */
PLAIN_TEST(slab_list, free_slabs_above_the_limit_are_given_up)
{
	struct kmem_cache *cache = create_one_by_one();

	ASSERT(cache != NULL);
	EXPECT_EQ(cache->lists.free_limit, NUM + 2);
	take(cache, 0, 3 * NUM);
	put_back(cache, objects, NUM);
	EXPECT_EQ(cache->lists.free_objects, NUM); /* one may stay */
	put_back(cache, objects + NUM, NUM);
	EXPECT_EQ(cache->lists.free_objects, NUM);
	put_back(cache, objects + 2 * NUM, NUM);
	EXPECT_EQ(cache->lists.free_objects, NUM);
	EXPECT(kmem_cache_destroy(cache));
}

#endif
