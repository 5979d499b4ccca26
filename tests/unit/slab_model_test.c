/*
 * A million random calls against the simplest model: each object is an entry in a
 * table with its size and what was written to it. 50 caches of random shapes, and
 * kmalloc. At the end everything is as before.
 */
#include "ktest.h"
#include "slab_test.h"

#define OPERATIONS  1000000
#define CHECK_EVERY 20000
#define NR_CACHES   50
#define NR_SLOTS    3000
#define NAME_MAX    16
#define WRITTEN_MAX 48 /* bytes at either end that are written and compared */
/* Bytes of objects at any time; a 64th of the free memory if that is less. */
#define LIVE_MAX (3UL << 20)

static struct {
	struct kmem_cache *cache;
	char name[NAME_MAX];
	bool built; /* has a constructor */
} caches[NR_CACHES];

static struct slot {
	u8 *object;
	u32 size, stamp;
	u8 cache; /* NR_CACHES: kmalloc's */
} slots[NR_SLOTS];

static unsigned long live, live_max;

static void build(void *object)
{
	*(u32 *)object = 0;
}

static u32 random_size(u64 *state)
{
	u32 kind = ktest_random_below(state, 100);

	if (kind < 70)
		return 1 + ktest_random_below(state, 300);
	if (kind < 95)
		return 1 + ktest_random_below(state, 4200);
	return 1 + ktest_random_below(state, 40000);
}

static void create(unsigned int i, u64 *state)
{
	static const unsigned long flags[] = {0,
	                                      0,
	                                      0,
	                                      SLAB_HWCACHE_ALIGN,
	                                      SLAB_RECLAIM_ACCOUNT,
	                                      SLAB_CACHE_DMA,
	                                      SLAB_RED_ZONE | SLAB_DEBUG_FREE,
	                                      SLAB_POISON,
	                                      SLAB_STORE_USER,
	                                      SLAB_RED_ZONE | SLAB_POISON |
	                                          SLAB_STORE_USER | SLAB_DEBUG_FREE};
	u32 size = max(random_size(state), (u32)sizeof(u32));
	u32 align =
	    ktest_random_below(state, 3) ? 0 : 4u << ktest_random_below(state, 7);

	snprintf(caches[i].name, NAME_MAX, "test-model-%u", i);
	caches[i].built = ktest_random_below(state, 4) == 0;
	caches[i].cache =
	    kmem_cache_create(caches[i].name, size, align,
	                      flags[ktest_random_below(state, ARRAY_SIZE(flags))],
	                      caches[i].built ? build : NULL);
	EXPECT(caches[i].cache != NULL);
}

static bool is_built(const struct slot *slot)
{
	return slot->cache < NR_CACHES && caches[slot->cache].built;
}

/* Both ends of the object; all of it, if it is small. */
static void stamp(struct slot *slot)
{
	u32 len = min(slot->size, (u32)WRITTEN_MAX);

	if (is_built(slot))
		return;
	write_stamp(slot->object, len, slot->stamp);
	write_stamp(slot->object + slot->size - len, len, slot->stamp);
}

static bool is_intact(const struct slot *slot)
{
	u32 len = min(slot->size, (u32)WRITTEN_MAX);

	if (is_built(slot))
		return *(u32 *)(void *)slot->object == 0;
	/* the end was written last */
	return stamp_is_intact(slot->object + slot->size - len, len, slot->stamp) &&
	       (slot->size < 2 * len ||
	        stamp_is_intact(slot->object, len, slot->stamp));
}

static void put(struct slot *slot)
{
	EXPECT(is_intact(slot));
	live -= slot->size;
	if (slot->cache < NR_CACHES)
		kmem_cache_free(caches[slot->cache].cache, slot->object);
	else
		kfree(slot->object);
	slot->object = NULL;
}

static void take(struct slot *slot, u64 *state)
{
	const gfp_t gfp =
	    (ktest_random_below(state, 8) ? GFP_KERNEL : GFP_ATOMIC) | __GFP_NOWARN;

	slot->cache = (u8)ktest_random_below(state, NR_CACHES + 20);
	if (slot->cache < NR_CACHES) {
		slot->size = (u32)kmem_cache_size(caches[slot->cache].cache);
		slot->object = kmem_cache_alloc(caches[slot->cache].cache, gfp);
	} else {
		slot->cache = NR_CACHES;
		slot->size = random_size(state);
		slot->object = kmalloc_of(slot->size, gfp);
	}
	if (!slot->object)
		return;
	slot->stamp = (u32)ktest_random(state);
	live += slot->size;
	if (is_built(slot))
		EXPECT(is_intact(slot));
	else
		stamp(slot);
}

/* Bytes from the start that are not overwritten by the stamp at the end. */
static u32 beginning_of(const struct slot *slot)
{
	if (slot->size <= WRITTEN_MAX)
		return slot->size;
	return min(slot->size - WRITTEN_MAX, (u32)WRITTEN_MAX);
}

static void resize(struct slot *slot, u64 *state)
{
	u32 size = random_size(state), kept = min(size, beginning_of(slot));
	u8 *moved;

	EXPECT(is_intact(slot));
	moved = krealloc(slot->object, size, GFP_KERNEL | __GFP_NOWARN);
	if (!moved)
		return;
	EXPECT(stamp_is_intact(moved, kept, slot->stamp));
	live += size;
	live -= slot->size;
	slot->object = moved;
	slot->size = size;
	stamp(slot);
}

static void step(u64 *state)
{
	struct slot *slot = &slots[ktest_random_below(state, NR_SLOTS)];
	u32 dice = ktest_random_below(state, 1000);

	if (slot->object && slot->cache == NR_CACHES && dice < 100)
		resize(slot, state);
	else if (slot->object)
		put(slot);
	else if (live < live_max)
		take(slot, state);
	if (dice == 0)
		kmem_cache_shrink(caches[ktest_random_below(state, NR_CACHES)].cache);
}

TEST(slab_model, a_million_random_calls_keep_every_object_and_every_invariant)
{
	unsigned long before = pages_left(), bytes;
	u64 state = ktest_seed();

	live = 0;
	live_max = min(LIVE_MAX, before * (PAGE_SIZE / 64));
	memset(slots, 0, sizeof(slots));
	for (unsigned int i = 0; i < NR_CACHES; i++)
		create(i, &state);
	bytes = bytes_in_use();
	for (unsigned int n = 0; n < OPERATIONS && !ktest_failed(); n++) {
		step(&state);
		if (n % CHECK_EVERY == 0)
			EXPECT_EQ(slab_check(), 0);
	}
	for (unsigned int i = 0; i < NR_SLOTS; i++)
		if (slots[i].object)
			put(&slots[i]);
	EXPECT_EQ(live, 0);
	EXPECT_EQ(slab_check(), 0);
	for (unsigned int i = 0; i < NR_CACHES; i++)
		kmem_cache_shrink(caches[i].cache);
	pages_left();
	EXPECT_EQ(bytes_in_use(), bytes);
	for (unsigned int i = 0; i < NR_CACHES; i++)
		EXPECT(kmem_cache_destroy(caches[i].cache));
	EXPECT_EQ(pages_left(), before);
	EXPECT_EQ(buddy_check(), 0);
}
