/*
 * Each single allocation of a sequence fails in turn, objects first, then pages:
 * nothing crashes, nothing is left behind.
 */
#include "ktest.h"
#include "slab_test.h"

#include <lib/errno.h>
#include <mm/fault_inject.h>

#include "said.h"

#define QUIET     (GFP_KERNEL | __GFP_NOWARN)
#define NR_KINDS  7
#define PER_CACHE 12
#define ENOUGH    3000 /* more allocations than the sequence makes */

static unsigned int built;

static void build(void *object)
{
	*(u32 *)object = 0x600d;
	built++;
}

/* Small, middling, with a slab's descriptor elsewhere, larger than a page, built,
 * debugged, for DMA. */
static const struct kind {
	const char *name;
	size_t size;
	unsigned long flags;
	void (*ctor)(void *);
} kinds[NR_KINDS] = {
    {"test-fault-small", 20, 0, NULL},
    {"test-fault-line", 120, SLAB_HWCACHE_ALIGN, NULL},
    {"test-fault-large", 2000, SLAB_RECLAIM_ACCOUNT, NULL},
    {"test-fault-huge", 9000, 0, NULL},
    {"test-fault-built", 100, 0, build},
    {"test-fault-debug", 60,
     SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_DEBUG_FREE, NULL},
    {"test-fault-dma", 300, SLAB_CACHE_DMA, NULL},
};

static struct kmem_cache *caches[NR_KINDS];
static void *objects[NR_KINDS][PER_CACHE];
static void *blocks[PER_CACHE];

/* Each returns whether nothing failed; what failed is left NULL. */
static bool create_all(void)
{
	bool all = true;

	for (int k = 0; k < NR_KINDS; k++) {
		caches[k] = kmem_cache_create(kinds[k].name, kinds[k].size, 0,
		                              kinds[k].flags, kinds[k].ctor);
		all = all && caches[k];
	}
	return all;
}

static bool take_all(void)
{
	bool all = true;

	for (int i = 0; i < PER_CACHE; i++) {
		for (int k = 0; k < NR_KINDS; k++) {
			objects[k][i] =
			    caches[k] ? kmem_cache_alloc(caches[k], QUIET) : NULL;
			all = all && objects[k][i];
		}
	}
	return all;
}

static bool take_blocks(void)
{
	bool all = true;

	for (int i = 0; i < PER_CACHE; i++) {
		blocks[i] = kzalloc(1ul << (i + 3), QUIET);
		all = all && blocks[i];
	}
	blocks[0] = blocks[0] ? blocks[0] : kstrdup("instead", QUIET);
	for (int i = 0; i < PER_CACHE; i++) {
		void *larger = krealloc(blocks[i], 1ul << (i + 5), QUIET);

		all = all && larger;
		blocks[i] = larger ? larger : blocks[i];
	}
	return all;
}

static bool tune_all(void)
{
	bool all = true;

	for (int k = 0; k < NR_KINDS; k++) {
		int error = caches[k] ? slabinfo_tune(caches[k], 8, 4, 2) : -ENOMEM;

		EXPECT(error == 0 || error == -ENOMEM || error == -ENOSYS);
		all = all && error != -ENOMEM;
	}
	return all;
}

static void put_all(void)
{
	for (int i = 0; i < PER_CACHE; i++) {
		for (int k = 0; k < NR_KINDS; k++)
			if (objects[k][i])
				kmem_cache_free(caches[k], objects[k][i]);
		kfree(blocks[i]);
	}
	for (int k = 0; k < NR_KINDS; k++)
		if (caches[k])
			EXPECT(kmem_cache_destroy(caches[k]));
}

static bool sequence(void)
{
	bool all = create_all();

	all = take_all() && all;
	all = tune_all() && all;
	all = take_blocks() && all;
	EXPECT_EQ(slab_check(), 0);
	put_all();
	return all;
}

/* The n-th allocation fails, for all n. start sets it off, cancel tells whether it
 * had not happened. */
static void fail_each(void (*start)(unsigned long n), bool (*cancel)(void))
{
	unsigned long before, bytes, n;
	bool not_reached = false;

	sequence(); /* what is made once is made now */
	before = pages_left();
	bytes = bytes_in_use();
	for (n = 1; n < ENOUGH && !not_reached && !ktest_failed(); n++) {
		bool all;

		start(n);
		all = sequence();
		not_reached = cancel();
		if (not_reached)
			EXPECT(all);
		EXPECT_EQ(pages_left(), before);
		EXPECT_EQ(bytes_in_use(), bytes);
	}
	EXPECT(not_reached);
	EXPECT(n > 2);
	if (ktest_failed())
		ktest_printf("the %lu. allocation failed", n - 1);
	EXPECT_EQ(slab_check(), 0);
	EXPECT_EQ(buddy_check(), 0);
}

TEST(slab_fault, each_object_that_is_refused_is_survived)
{
	fail_each(failslab_nth, failslab_cancel);
}

TEST(slab_fault, each_block_of_pages_that_is_refused_is_survived)
{
	fail_each(fault_inject_nth, fault_inject_cancel);
}

/* ---- failslab= ---- */

static void chances(unsigned int probability, unsigned int interval, long times,
                    u64 seed)
{
	const struct fault_attr attr = {probability, interval, times};

	failslab_set(&attr, seed);
}

/* Bit i: the i-th of nr allocations failed. */
static u32 failures(unsigned int nr)
{
	u32 failed = 0;

	for (unsigned int i = 0; i < nr; i++) {
		void *object = kmalloc_of(50, QUIET);

		failed |= (u32)!object << i;
		kfree(object);
	}
	return failed;
}

TEST(slab_fault, every_interval_th_object_fails_so_many_times)
{
	chances(100, 4, 2, 1);
	EXPECT_EQ(failures(16), 1 << 3 | 1 << 7);
	chances(0, 1, 0, 1);
	EXPECT_EQ(failures(16), 0);
}

TEST(slab_fault, the_same_seed_gives_the_same_failures)
{
	u64 seed = ktest_seed();
	u32 first;

	chances(50, 1, -1, seed);
	first = failures(32);
	chances(50, 1, -1, seed);
	EXPECT_EQ(failures(32), first);
	chances(0, 1, 0, 1);
}

TEST(slab_fault, every_form_of_allocation_can_fail)
{
	struct kmem_cache *cache = kmem_cache_create("test-fails", 64, 0, 0, NULL);
	void *kept = kmalloc(10, GFP_KERNEL);

	ASSERT(cache && kept);
	chances(100, 1, -1, 1);
	EXPECT_EQ(kmem_cache_alloc(cache, QUIET), NULL);
	EXPECT_EQ(kmem_cache_zalloc(cache, QUIET), NULL);
	EXPECT_EQ(kmalloc(64, QUIET), NULL);
	EXPECT_EQ(kmalloc_of(64, QUIET), NULL);
	EXPECT_EQ(kmalloc_of(1 << 20, QUIET), NULL);
	EXPECT_EQ(kzalloc(64, QUIET), NULL);
	EXPECT_EQ(kcalloc(8, 8, QUIET), NULL);
	EXPECT_EQ(kstrdup("text", QUIET), NULL);
	EXPECT_EQ(kmemdup("text", 4, QUIET), NULL);
	EXPECT_EQ(krealloc(kept, 100000, QUIET), NULL);
	EXPECT_EQ(kmem_cache_create("test-fails-too", 64, 0, SLAB_NO_MERGE, NULL),
	          NULL);
	EXPECT_EQ(kmalloc_of(0, QUIET), ZERO_SIZE_PTR);
	chances(0, 1, 0, 1);
	kfree(kept);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slab_fault, a_failure_by_chance_is_said_with_the_cache)
{
	struct kmem_cache *cache =
	    kmem_cache_create("test-said", 64, 0, SLAB_NO_MERGE, NULL);

	ASSERT(cache != NULL);
	said_nothing_yet();
	chances(100, 1, -1, 1);
	EXPECT_EQ(kmem_cache_alloc(cache, GFP_KERNEL), NULL);
	chances(0, 1, 0, 1);
	EXPECT(said("cache test-said") && said("fails on purpose"));
	EXPECT(kmem_cache_destroy(cache));
}

/* ---- The bootstrap itself: only where it can be had again ---- */

#ifdef K896_HOST
#include "machine.h"

static void bootstrap(void *arg)
{
	(void)arg;
	kmem_cache_init();
}

TEST(slab_fault, a_bootstrap_without_memory_panics_and_says_for_what)
{
	bool not_reached = false;

	for (unsigned long n = 1; n < ENOUGH && !not_reached; n++) {
		bool caught;

		host_machine_init();
		said_nothing_yet();
		fault_inject_nth(n);
		caught = ktest_catches_bug(bootstrap, NULL);
		not_reached = fault_inject_cancel();
		if (not_reached)
			EXPECT(!caught);
	}
	EXPECT(not_reached);
	host_machine_init();
	EXPECT_EQ(slab_check(), 0);
}
#endif
