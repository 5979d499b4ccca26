/*
 * The allocators under threads: several of each kind take, fill, look at and give
 * back at the same time, and every one finds what it wrote itself. In the kernel
 * the tick cuts in, under preempt_jitter= nearly anywhere; and everywhere, also on
 * the host where nothing cuts in, a thread leaves the CPU at places that the seed
 * chooses.
 */
#include "movable_test.h"

#include <kernel/kthread.h>
#include <lib/printk.h>
#include <lib/vsprintf.h>
#include <mm/slab.h>
#include <sched/completion.h>
#include <sched/jitter.h>

#define NR_WORKERS   8
#define HELD         24  /* blocks or objects of a worker */
#define ROUNDS       1000 /* of each worker */
#define JITTER_TIMES 10   /* so many times more where it is what one looks for */
#define PAGE_ORDERS  5
#define YIELD_ONE_IN 5
#define MAX_SIZE     2500 /* bytes; of an object */
#define PATTERN_STEP 64 /* words between two that are written */
#define LENT         64  /* pages */
#define LENT_FROM    256 /* the area's first frames */
#define CMA_MOST     40 /* pages at a time */
#define EMPTY_TIMES  3  /* page_poison= looks at every byte */
#define QUIET        4  /* console_loglevel: errors only */

struct held {
	union {
		struct page *page;
		void *object;
	};
	unsigned int order;
	size_t size;
	u32 stamp;
};

struct worker {
	void (*step)(struct worker *self, struct held *held);
	void (*release)(struct worker *self, struct held *held);
	u64 random;
	unsigned int number, nr_taken, nr_wrong, nr_emptied;
	struct held held[HELD];
	struct kmem_cache *cache;
	char cache_name[24];
	struct task_struct *task;
};

static struct worker workers[NR_WORKERS];
static unsigned int nr_workers;
static struct completion all_done;
static unsigned int nr_running;

static u32 below(struct worker *self, u32 limit)
{
	return ktest_random_below(&self->random, limit);
}

static void perhaps_yield(struct worker *self)
{
	if (below(self, YIELD_ONE_IN) == 0)
		yield();
}

static u32 new_stamp(struct worker *self)
{
	return (u32)ktest_random(&self->random) << 4 | self->number;
}

/* ---- Blocks of pages ---- */

static void stamp_page(struct page *page, u32 stamp)
{
	u32 *words = kmap_atomic(page);

	for (unsigned long w = 0; w < PAGE_SIZE / sizeof(u32); w += PATTERN_STEP)
		words[w] = stamp + (u32)w;
	kunmap_atomic(words);
}

static bool page_has_stamp(struct page *page, u32 stamp)
{
	u32 *words = kmap_atomic(page);
	unsigned long w = 0;

	while (w < PAGE_SIZE / sizeof(u32) && words[w] == stamp + (u32)w)
		w += PATTERN_STEP;
	kunmap_atomic(words);
	return w >= PAGE_SIZE / sizeof(u32);
}

static void release_pages(struct worker *self, struct held *held)
{
	for (unsigned long i = 0; i < 1UL << held->order; i++)
		self->nr_wrong += !page_has_stamp(held->page + i, held->stamp + (u32)i);
	perhaps_yield(self);
	if (held->order == 0 && below(self, 2))
		free_cold_page(held->page);
	else
		__free_pages(held->page, held->order);
	held->page = NULL;
}

static void step_pages(struct worker *self, struct held *held)
{
	static const gfp_t masks[] = {GFP_KERNEL, GFP_KERNEL | __GFP_RECLAIMABLE,
				      GFP_USER | __GFP_MOVABLE, GFP_HIGHUSER, GFP_ATOMIC};
	gfp_t gfp = masks[below(self, ARRAY_SIZE(masks))] | __GFP_NOWARN | __GFP_NORETRY;

	held->order = below(self, PAGE_ORDERS);
	held->stamp = new_stamp(self);
	held->page = alloc_pages(gfp, held->order);
	if (!held->page)
		return;
	self->nr_taken++;
	perhaps_yield(self);
	for (unsigned long i = 0; i < 1UL << held->order; i++)
		stamp_page(held->page + i, held->stamp + (u32)i);
}

/* ---- Objects ---- */

static void release_object(struct worker *self, struct held *held)
{
	const u8 *bytes = held->object;

	for (size_t i = 0; i < held->size; i++)
		if (bytes[i] != (u8)(held->stamp + i)) {
			self->nr_wrong++;
			break;
		}
	perhaps_yield(self);
	kfree(held->object);
	held->object = NULL;
}

static void fill_object(struct worker *self, struct held *held)
{
	u8 *bytes = held->object;

	if (!bytes)
		return;
	self->nr_taken++;
	held->stamp = new_stamp(self);
	perhaps_yield(self);
	for (size_t i = 0; i < held->size; i++)
		bytes[i] = (u8)(held->stamp + i);
}

static void step_kmalloc(struct worker *self, struct held *held)
{
	gfp_t gfp = below(self, 3) ? GFP_KERNEL : GFP_ATOMIC;

	held->size = 1 + below(self, MAX_SIZE);
	held->object = kmalloc(held->size, gfp | __GFP_NOWARN);
	fill_object(self, held);
}

/* ---- A cache that comes, shrinks and goes ---- */

static void release_cached(struct worker *self, struct held *held)
{
	void *object = held->object;

	for (size_t i = 0; i < held->size; i++)
		if (((u8 *)object)[i] != (u8)(held->stamp + i)) {
			self->nr_wrong++;
			break;
		}
	perhaps_yield(self);
	kmem_cache_free(self->cache, object);
	held->object = NULL;
}

static void drop_cache(struct worker *self)
{
	for (int i = 0; i < HELD; i++)
		if (self->held[i].object)
			release_cached(self, &self->held[i]);
	if (self->cache)
		self->nr_wrong += !kmem_cache_destroy(self->cache);
	self->cache = NULL;
}

/* Of a size of kmalloc's, which SLUB makes one with that, or by itself. */
static void make_cache(struct worker *self)
{
	bool alone = below(self, 2);
	size_t size = alone ? 40 + 90 * below(self, 6) : kmalloc_sizes[1 + below(self, 6)];

	snprintf(self->cache_name, sizeof(self->cache_name), "test-conc-%u", self->number);
	self->cache = kmem_cache_create(self->cache_name, size, ARCH_KMALLOC_MINALIGN,
					alone ? SLAB_NO_MERGE : 0, NULL);
	if (self->cache)
		self->nr_wrong +=
		    kmem_cache_find(kmem_cache_name(self->cache)) != self->cache;
}

static void step_cache(struct worker *self, struct held *held)
{
	if (below(self, 60) == 0)
		drop_cache(self);
	if (!self->cache)
		make_cache(self);
	if (!self->cache)
		return;
	if (below(self, 40) == 0)
		kmem_cache_shrink(self->cache);
#ifdef CONFIG_SLAB
	if (below(self, 40) == 0)
		slabinfo_tune(self->cache, (int)(8 + below(self, 30)), 4, (int)below(self, 3));
	if (below(self, 60) == 0)
		cache_reap();
#endif
	held->size = 8 + below(self, 32);
	held->object = kmem_cache_alloc(self->cache, GFP_KERNEL | __GFP_NOWARN);
	fill_object(self, held);
}

/* ---- One who looks at all caches again and again ---- */

static void step_walk(struct worker *self, struct held *held)
{
	unsigned long pages, bytes;

	(void)held;
	self->nr_taken++;
	self->nr_wrong += kmem_cache_find("test-none") != NULL;
	slab_totals(&pages, &bytes);
#ifdef CONFIG_SLAB
	cache_reap();
#endif
}

/* ---- All want a cache of the same name ---- */

static unsigned int nr_owners;

static void step_name(struct worker *self, struct held *held)
{
	(void)held;
	self->cache = kmem_cache_create("test-conc-one", 100, 0, SLAB_NO_MERGE, NULL);
	if (!self->cache)
		return;
	self->nr_taken++;
	self->nr_wrong += __atomic_add_fetch(&nr_owners, 1, __ATOMIC_RELAXED) != 1;
	perhaps_yield(self);
	__atomic_sub_fetch(&nr_owners, 1, __ATOMIC_RELAXED);
	self->nr_wrong += !kmem_cache_destroy(self->cache);
	self->cache = NULL;
}

/* ---- One who wants all large blocks, so that the shrinkers are asked ---- */

static void step_greedy(struct worker *self, struct held *held)
{
	struct page *page;
	LIST_HEAD(blocks);

	(void)held;
	if (self->nr_emptied == EMPTY_TIMES || below(self, 100))
		return;
	self->nr_emptied++;
	while ((page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER - 1)) != NULL) {
		list_add(&page->lru, &blocks);
		self->nr_taken++;
		perhaps_yield(self);
	}
	while (!list_empty(&blocks)) {
		page = list_first_entry(&blocks, struct page, lru);
		list_del(&page->lru);
		__free_pages(page, MAX_ORDER - 1);
	}
}

/* ---- The threads ---- */

static void one_round(struct worker *self)
{
	struct held *held = &self->held[below(self, HELD)];

	if (held->object)
		self->release(self, held);
	else
		self->step(self, held);
	perhaps_yield(self);
}

static int work(void *data)
{
	struct worker *self = data;
	int rounds = jitter_on() ? JITTER_TIMES * ROUNDS : ROUNDS;

	for (int round = 0; round < rounds; round++)
		one_round(self);
	for (int i = 0; i < HELD; i++)
		if (self->held[i].object)
			self->release(self, &self->held[i]);
	if (self->cache)
		drop_cache(self);
	preempt_disable();
	if (--nr_running == 0)
		complete(&all_done);
	preempt_enable();
	return 0;
}

static void hire(void (*step)(struct worker *, struct held *),
		 void (*release)(struct worker *, struct held *))
{
	struct worker *worker = &workers[nr_workers];

	*worker = (struct worker){.step = step, .release = release, .number = nr_workers};
	worker->random = ktest_seed() + nr_workers++;
}

/* All of them at once, to their end. What they found, and what they took. */
static void run_workers(void)
{
	init_completion(&all_done);
	nr_running = nr_workers;
	for (unsigned int i = 0; i < nr_workers; i++)
		workers[i].task = kthread_create(work, &workers[i], "worker/%u", i);
	for (unsigned int i = 0; i < nr_workers; i++)
		if (EXPECT(workers[i].task != NULL))
			wake_up_process(workers[i].task);
		else
			nr_running--;
	wait_for_completion(&all_done);
	for (unsigned int i = 0; i < nr_workers; i++) {
		if (workers[i].task)
			kthread_stop(workers[i].task);
		EXPECT_EQ(workers[i].nr_wrong, 0);
		EXPECT(workers[i].nr_taken > 0);
	}
	nr_workers = 0;
}

/* What slabs keep for the next one is not lost. */
static unsigned long pages_at_rest(void)
{
	struct kmem_cache *cache = NULL;

	down(&cache_chain_mutex);
	while ((cache = kmem_cache_next(cache)) != NULL)
		kmem_cache_shrink(cache);
	up(&cache_chain_mutex);
	drain_all_pages();
	return nr_free_pages() + slab_nr_pages(true) + slab_nr_pages(false);
}

static void everything_is_sound(unsigned long pages)
{
	EXPECT_EQ(pages_at_rest(), pages);
	EXPECT_EQ(buddy_check(), 0);
	EXPECT_EQ(slab_check(), 0);
	EXPECT_EQ(sched_check(), 0);
}

TEST(concurrency, blocks_of_pages_are_nobody_else_s)
{
	unsigned long pages = pages_at_rest();

	for (int i = 0; i < 4; i++)
		hire(step_pages, release_pages);
	run_workers();
	everything_is_sound(pages);
}

TEST(concurrency, objects_of_kmalloc_are_nobody_else_s)
{
	unsigned long pages = pages_at_rest();

	for (int i = 0; i < 4; i++)
		hire(step_kmalloc, release_object);
	run_workers();
	everything_is_sound(pages);
}

TEST(concurrency, caches_come_and_go_while_others_walk_over_them)
{
	unsigned long pages = pages_at_rest();

	for (int i = 0; i < 4; i++)
		hire(step_cache, release_cached);
	hire(step_walk, NULL);
	run_workers();
	everything_is_sound(pages);
	EXPECT_EQ(kmem_cache_find("test-conc-0"), NULL);
}

TEST(concurrency, a_name_is_one_cache_s_at_a_time)
{
	unsigned long pages = pages_at_rest();
	int loglevel = console_loglevel;

	console_loglevel = 0; /* a name that is taken is told as an error */
	for (int i = 0; i < 3; i++)
		hire(step_name, NULL);
	run_workers();
	console_loglevel = loglevel;
	everything_is_sound(pages);
}

TEST(concurrency, pages_objects_and_caches_go_together_when_memory_is_short)
{
	unsigned long pages = pages_at_rest();

	for (int i = 0; i < 2; i++) {
		hire(step_pages, release_pages);
		hire(step_kmalloc, release_object);
		hire(step_cache, release_cached);
	}
	hire(step_greedy, NULL);
	run_workers();
	everything_is_sound(pages);
}

/* ---- CMA: frames are given out while their borrowers use them ---- */

static struct lent {
	struct page *page; /* interrupts off, and not while it is isolated */
	u32 stamp;
} lent[LENT];

static bool lent_isolate(struct page *page)
{
	return page->index < LENT && lent[page->index].page == page;
}

static int lent_migrate(struct page *dst, struct page *src)
{
	unsigned long flags;
	int error = 0;

	local_irq_save(flags);
	if (lent[src->index].page == src)
		lent[src->index].page = dst;
	else
		error = -EINVAL;
	local_irq_restore(flags);
	return error;
}

static void lent_putback(struct page *page)
{
	(void)page;
}

static const struct movable_operations lent_ops = {lent_isolate, lent_migrate,
						   lent_putback};

/* A frame of the area, as if the page allocator had lent it; it may be refused. */
static void lend_page(struct worker *self, unsigned long i)
{
	unsigned long pfn = area_pfn(below(self, LENT_FROM)), flags;
	u32 stamp = new_stamp(self);
	struct page_blocker blocker;
	struct page *page;

	if (alloc_contig_range(pfn, pfn + 1, MIGRATE_CMA, &blocker))
		return;
	page = pfn_to_page(pfn);
	stamp_page(page, stamp);
	local_irq_save(flags);
	page->index = i;
	lent[i] = (struct lent){page, stamp};
	__SetPageMovable(page, &lent_ops);
	local_irq_restore(flags);
	self->nr_taken++;
}

/* Look at it, and give it back; later if it is just being moved. */
static bool return_page(struct worker *self, unsigned long i)
{
	struct page *page;
	unsigned long flags;

	local_irq_save(flags);
	page = lent[i].page;
	if (!PageIsolated(page)) {
		__ClearPageMovable(page);
		page->private = 0;
		lent[i].page = NULL;
	} else {
		page = NULL;
	}
	local_irq_restore(flags);
	if (!page)
		return false;
	self->nr_wrong += !page_has_stamp(page, lent[i].stamp);
	__free_page(page);
	return true;
}

/* Borrowers share out the slots by their numbers. */
static void step_borrow(struct worker *self, struct held *held)
{
	unsigned long i = below(self, LENT / 2) * 2 + (self->number & 1);

	(void)held;
	if (lent[i].page)
		return_page(self, i);
	else
		lend_page(self, i);
}

static void release_area(struct worker *self, struct held *held)
{
	for (unsigned long i = 0; i < held->size; i++)
		self->nr_wrong += !page_has_stamp(held->page + i, held->stamp);
	perhaps_yield(self);
	self->nr_wrong += !cma_release(&test_area.cma, held->page, held->size);
	held->page = NULL;
}

static void step_area(struct worker *self, struct held *held)
{
	if (below(self, 8))
		return; /* moving pages is slow */
	held->size = 1 + below(self, CMA_MOST);
	held->page = cma_alloc(&test_area.cma, held->size, below(self, 3));
	if (!held->page)
		return;
	self->nr_taken++;
	held->stamp = new_stamp(self);
	perhaps_yield(self);
	for (unsigned long i = 0; i < held->size; i++)
		stamp_page(held->page + i, held->stamp);
}

TEST(concurrency, contiguous_memory_is_taken_while_its_pages_are_lent)
{
	int loglevel = console_loglevel;
	unsigned long pages;

	NEED_AREA();
	console_loglevel = QUIET; /* each busy range is told */
	memset(lent, 0, sizeof(lent));
	pages = pages_at_rest();
	hire(step_borrow, NULL);
	hire(step_borrow, NULL);
	hire(step_area, release_area);
	hire(step_area, release_area);
	hire(step_kmalloc, release_object);
	run_workers();
	console_loglevel = loglevel;
	for (unsigned long i = 0; i < LENT; i++)
		if (lent[i].page)
			EXPECT(return_page(&workers[0], i));
	EXPECT_EQ(workers[0].nr_wrong, 0);
	EXPECT_EQ(cma_check(), 0);
	everything_is_sound(pages);
	drop_area();
}
