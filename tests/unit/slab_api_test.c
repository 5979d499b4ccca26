/* The object allocators: every call, by its contract in <mm/slab.h>. */
#include "ktest.h"
#include "slab_test.h"

#include <lib/errno.h>
#include <lib/params.h>

#include "said.h"

#define QUIET       (GFP_KERNEL | __GFP_NOWARN)
#define MANY        100
#define POINTER(n)  ((void *)(unsigned long)(n))
#define BELOW(p, n) (__pa(p) < (n))

static void *objects[MANY];

/* ---- kmalloc ---- */

TEST(slab, classes_are_powers_of_two_and_96_and_192)
{
	static const unsigned int sizes[] = {32,     64,     96,      128,     192,
	                                     256,    512,    1024,    2048,    4096,
	                                     8192,   16384,  32768,   65536,   131072,
	                                     262144, 524288, 1048576, 2097152, 4194304};

	ASSERT_EQ(NR_KMALLOC_CLASSES, sizeof(sizes) / sizeof(sizes[0]));
	for (unsigned int i = 0; i < NR_KMALLOC_CLASSES; i++) {
		EXPECT_EQ(kmalloc_sizes[i], sizes[i]);
		EXPECT_EQ(kmalloc_index(sizes[i]), i);
		if (i + 1 < NR_KMALLOC_CLASSES)
			EXPECT_EQ(kmalloc_index(sizes[i] + 1), i + 1);
	}
	EXPECT_EQ(kmalloc_index(1), 0);
}

/* Whether the page allocator has a block that is sure to hold size bytes. */
static bool there_is_room(size_t size)
{
	unsigned int order = fls((size - 1) >> PAGE_SHIFT);
	struct page *page = NULL;

	if (order + 1 < MAX_ORDER) /* debugging may take the double */
		page = alloc_pages(QUIET, order + 1);
	if (page)
		__free_pages(page, order + 1);
	return page != NULL;
}

/* Two objects of this size, written to their ends, are themselves afterwards. */
static void use_size(size_t size)
{
	void *a = kmalloc_of(size, QUIET), *b = kmalloc_of(size, QUIET);

	if (a && b) {
		EXPECT(IS_ALIGNED((unsigned long)a, ARCH_KMALLOC_MINALIGN));
		EXPECT(IS_ALIGNED((unsigned long)b, ARCH_KMALLOC_MINALIGN));
		EXPECT(ksize(a) >= size && ksize(b) >= size);
		write_stamp(a, size, 1);
		write_stamp(b, size, 2);
		EXPECT(stamp_is_intact(a, size, 1));
		EXPECT(stamp_is_intact(b, size, 2));
	} else {
		EXPECT(!there_is_room(size));
	}
	if (ktest_failed())
		ktest_printf("size %lu: %p %p", (unsigned long)size, a, b);
	kfree(b);
	kfree(a);
}

TEST(slab, each_size_up_to_300_can_be_used_to_its_end)
{
	unsigned long before = pages_left();

	for (size_t size = 1; size <= 300 && !ktest_failed(); size++)
		use_size(size);
	EXPECT_EQ(slab_check(), 0);
	EXPECT_EQ(pages_left(), before);
}

TEST(slab, sizes_around_each_class_boundary_can_be_used_to_their_ends)
{
	unsigned long before = pages_left();

	for (unsigned int i = 0; i < NR_KMALLOC_CLASSES && !ktest_failed(); i++) {
		use_size(kmalloc_sizes[i] - 8);
		use_size(kmalloc_sizes[i] - 1);
		use_size(kmalloc_sizes[i]);
		if (kmalloc_sizes[i] < KMALLOC_MAX_SIZE)
			use_size(kmalloc_sizes[i] + 1);
	}
	EXPECT_EQ(slab_check(), 0);
	EXPECT_EQ(pages_left(), before);
}

TEST(slab, a_constant_size_takes_the_same_way)
{
	void *a = kmalloc(1, GFP_KERNEL), *b = kmalloc(97, GFP_KERNEL);
	void *c = kmalloc(4096, GFP_KERNEL), *d = kmalloc(0, GFP_KERNEL);

	ASSERT(a && b && c);
	EXPECT(ksize(a) >= 1 && ksize(b) >= 97 && ksize(c) >= 4096);
	EXPECT_EQ(d, ZERO_SIZE_PTR);
	kfree(a);
	kfree(b);
	kfree(c);
	kfree(d);
}

TEST(slab, no_bytes_are_a_pointer_that_can_be_freed)
{
	EXPECT_EQ(kmalloc_of(0, GFP_KERNEL), ZERO_SIZE_PTR);
	EXPECT_EQ(kzalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
	EXPECT_EQ(kcalloc(0, 8, GFP_KERNEL), ZERO_SIZE_PTR);
	EXPECT_EQ(kcalloc(8, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	EXPECT_EQ(kmemdup("", 0, GFP_KERNEL), ZERO_SIZE_PTR);
	EXPECT_EQ(ksize(ZERO_SIZE_PTR), 0);
	EXPECT_EQ(ksize(NULL), 0);
	kfree(ZERO_SIZE_PTR);
	kfree(NULL);
}

TEST(slab, more_than_the_largest_class_is_refused)
{
	EXPECT_EQ(kmalloc_of(KMALLOC_MAX_SIZE + 1, QUIET), NULL);
	EXPECT_EQ(kmalloc(KMALLOC_MAX_SIZE + 1, QUIET), NULL);
	EXPECT_EQ(kmalloc_of((size_t)-1, QUIET), NULL);
	EXPECT_EQ(kmalloc_of((size_t)-4096, QUIET), NULL);
	EXPECT_EQ(kzalloc((size_t)-1, QUIET), NULL);
}

TEST(slab, a_product_that_overflows_is_refused)
{
	EXPECT_EQ(kcalloc(0x10000, 0x10000, QUIET), NULL);
	EXPECT_EQ(kcalloc(0x10001, 0x10000, QUIET), NULL); /* wraps to 0x10000 */
	EXPECT_EQ(kcalloc((size_t)-1, 2, QUIET), NULL);
}

TEST(slab, kzalloc_and_kcalloc_clear_what_was_used)
{
	for (int i = 0; i < MANY; i++) {
		objects[i] = kmalloc_of(200, GFP_KERNEL);
		ASSERT(objects[i] != NULL);
		memset(objects[i], 0xff, 200);
	}
	for (int i = 0; i < MANY; i++)
		kfree(objects[i]);
	for (int i = 0; i < MANY; i++) {
		objects[i] =
		    i % 2 ? kzalloc(200, GFP_KERNEL) : kcalloc(25, 8, GFP_KERNEL);
		ASSERT(objects[i] != NULL);
		EXPECT_EQ(memchr_inv(objects[i], 0, 200), NULL);
	}
	for (int i = 0; i < MANY; i++)
		kfree(objects[i]);
}

TEST(slab, krealloc_keeps_what_both_sizes_have)
{
	unsigned long before = pages_left();
	void *p = krealloc(NULL, 1, GFP_KERNEL);
	size_t len = 1;

	ASSERT(p != NULL);
	write_stamp(p, len, 5);
	for (size_t size = 2; size <= 70000; size += size / 3 + 1) {
		p = krealloc(p, size, GFP_KERNEL);
		ASSERT(p != NULL);
		EXPECT(stamp_is_intact(p, len, 5));
		EXPECT(ksize(p) >= size);
		write_stamp(p, size, 5);
		len = size;
	}
	while (len > 1) {
		len /= 2;
		p = krealloc(p, len, GFP_KERNEL);
		EXPECT(stamp_is_intact(p, len, 5));
	}
	EXPECT_EQ(krealloc(p, KMALLOC_MAX_SIZE + 1, QUIET), NULL);
	EXPECT(stamp_is_intact(p, 1, 5)); /* and p is still there */
	EXPECT_EQ(krealloc(p, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	EXPECT_EQ(krealloc(NULL, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	p = krealloc(ZERO_SIZE_PTR, 10, GFP_KERNEL);
	EXPECT(!ZERO_OR_NULL_PTR(p));
	kfree(p);
	EXPECT_EQ(pages_left(), before);
}

TEST(slab, strings_and_bytes_are_copied)
{
	char text[] = "eight hundred and ninety-six";
	char *copy = kstrdup(text, GFP_KERNEL), *bytes = kmemdup(text, 5, GFP_KERNEL);
	char *empty = kstrdup("", GFP_KERNEL);

	ASSERT(copy && bytes && empty);
	text[0] = 'E';
	EXPECT_STR(copy, "eight hundred and ninety-six");
	EXPECT_EQ(memcmp(bytes, "eight", 5), 0);
	EXPECT_EQ(empty[0], '\0');
	EXPECT_EQ(kstrdup(NULL, GFP_KERNEL), NULL);
	kfree(copy);
	kfree(bytes);
	kfree(empty);
}

TEST(slab, gfp_dma_is_below_16_mib)
{
	static const size_t sizes[] = {1, 100, 2000, 4096, 20000};

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		void *normal = kmalloc_of(sizes[i], GFP_KERNEL);
		void *dma = kmalloc_of(sizes[i], GFP_KERNEL | GFP_DMA);

		ASSERT(normal && dma);
		EXPECT(BELOW(dma, MAX_DMA_ADDRESS));
		kfree(dma);
		kfree(normal);
	}
}

TEST(slab, gfp_atomic_grows_a_cache)
{
	struct kmem_cache *cache = kmem_cache_create("test-atomic", 500, 0, 0, NULL);

	ASSERT(cache != NULL);
	for (int i = 0; i < MANY; i++) {
		objects[i] = kmem_cache_alloc(cache, GFP_ATOMIC);
		ASSERT(objects[i] != NULL);
	}
	for (int i = 0; i < MANY; i++)
		kmem_cache_free(cache, objects[i]);
	EXPECT(kmem_cache_destroy(cache));
}

/* ---- Caches ---- */

TEST(slab, a_cache_knows_its_name_and_the_size_that_was_asked_for)
{
	struct kmem_cache *cache = kmem_cache_create("test-named", 61, 0, SLAB_NO_MERGE,
	                                             NULL),
			  *other;
	bool listed = false;

	ASSERT(cache != NULL);
	EXPECT_EQ(kmem_cache_size(cache), 61);
	EXPECT_STR(kmem_cache_name(cache), "test-named");
	EXPECT_EQ(kmem_cache_find("test-named"), cache);
	for (other = kmem_cache_next(NULL); other; other = kmem_cache_next(other))
		listed = listed || other == cache;
	EXPECT(listed);
	EXPECT(kmem_cache_destroy(cache));
	EXPECT_EQ(kmem_cache_find("test-named"), NULL);
}

/* MANY objects of a cache, each where it may be and nowhere near another one. */
static void use_cache(size_t size, size_t align, unsigned long flags, size_t expected)
{
	struct kmem_cache *cache;
	unsigned long bytes;

	cache = kmem_cache_create("test-used", size, align, flags, NULL);
	ASSERT(cache != NULL);
	bytes = bytes_in_use();
	for (int i = 0; i < MANY; i++) {
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		ASSERT(objects[i] != NULL);
		EXPECT(IS_ALIGNED((unsigned long)objects[i], expected));
		if (flags & SLAB_CACHE_DMA)
			EXPECT(BELOW(objects[i], MAX_DMA_ADDRESS));
		write_stamp(objects[i], size, (u32)i);
	}
	EXPECT(bytes_in_use() >= bytes + MANY * size);
	for (int i = 0; i < MANY; i++)
		EXPECT(stamp_is_intact(objects[i], size, (u32)i));
	EXPECT_EQ(slab_check(), 0);
	for (int i = 0; i < MANY; i++)
		kmem_cache_free(cache, objects[i]);
	kmem_cache_shrink(cache); /* a slab may have objects of other caches */
	EXPECT_EQ(bytes_in_use(), bytes);
	EXPECT(kmem_cache_destroy(cache));
	if (ktest_failed())
		ktest_printf("size %lu, align %lu, flags %#lx", (unsigned long)size,
		             (unsigned long)align, flags);
}

TEST(slab, objects_are_aligned_as_was_asked)
{
	unsigned long before = pages_left();

	for (size_t align = 4; align <= PAGE_SIZE && !ktest_failed(); align *= 2) {
		use_cache(1, align, 0, align);
		use_cache(200, align, 0, align);
		use_cache(align + 4, align, 0, align);
	}
	EXPECT_EQ(pages_left(), before);
}

TEST(slab, without_a_wish_objects_are_aligned_to_words)
{
	unsigned long before = pages_left();

	for (size_t size = 1; size <= 40 && !ktest_failed(); size++)
		use_cache(size, 0, 0, SLAB_MIN_ALIGN);
	EXPECT_EQ(pages_left(), before);
}

TEST(slab, cache_lines_are_halved_for_small_objects)
{
	use_cache(64, 0, SLAB_HWCACHE_ALIGN, 64);
	use_cache(100, 0, SLAB_HWCACHE_ALIGN, 64);
	use_cache(33, 0, SLAB_HWCACHE_ALIGN, 64);
	use_cache(32, 0, SLAB_HWCACHE_ALIGN, 32);
	use_cache(12, 0, SLAB_HWCACHE_ALIGN, 16);
}

TEST(slab, caches_of_all_sizes_work)
{
	static const size_t sizes[] = {1,    7,    24,   60,   120,  255,  256,  500,
	                               1000, 2047, 2048, 2049, 4000, 4096, 4097, 9000};
	unsigned long before = pages_left();

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes) && !ktest_failed(); i++)
		use_cache(sizes[i], 0, 0, SLAB_MIN_ALIGN);
	use_cache(300, 0, SLAB_CACHE_DMA, SLAB_MIN_ALIGN);
	use_cache(5000, 0, SLAB_RECLAIM_ACCOUNT, SLAB_MIN_ALIGN);
	use_cache(300, 0, SLAB_RECLAIM_ACCOUNT | SLAB_PANIC, SLAB_MIN_ALIGN);
	EXPECT_EQ(pages_left(), before);
}

TEST(slab, debugging_does_not_change_what_a_cache_is_good_for)
{
	static const unsigned long flags[] = {
	    SLAB_RED_ZONE, SLAB_POISON, SLAB_STORE_USER, SLAB_DEBUG_FREE,
	    SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_DEBUG_FREE};
	unsigned long before = pages_left();

	for (unsigned int i = 0; i < ARRAY_SIZE(flags) && !ktest_failed(); i++) {
		use_cache(1, 0, flags[i], SLAB_MIN_ALIGN);
		use_cache(61, 0, flags[i], SLAB_MIN_ALIGN);
		use_cache(128, 64, flags[i], 64);
		use_cache(1000, 0, flags[i], SLAB_MIN_ALIGN);
		use_cache(4096, 0, flags[i], SLAB_MIN_ALIGN);
		use_cache(5000, 256, flags[i], 256);
	}
	EXPECT_EQ(pages_left(), before);
}

TEST(slab, the_largest_object_is_4_mib)
{
	unsigned long before = pages_left();
	struct kmem_cache *cache =
	    kmem_cache_create("test-huge", KMALLOC_MAX_SIZE, 0, SLAB_RED_ZONE, NULL);
	void *huge;

	ASSERT(cache != NULL);
	huge = kmem_cache_alloc(cache, QUIET);
	if (huge) {
		write_stamp(huge, KMALLOC_MAX_SIZE, 9);
		EXPECT(stamp_is_intact(huge, KMALLOC_MAX_SIZE, 9));
		kmem_cache_free(cache, huge);
	}
	EXPECT(kmem_cache_destroy(cache));
	EXPECT_EQ(pages_left(), before);
}

TEST(slab, kmem_cache_zalloc_clears)
{
	struct kmem_cache *cache = kmem_cache_create("test-zalloc", 77, 0, 0, NULL);
	u8 *object;

	ASSERT(cache != NULL);
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(object != NULL);
	memset(object, 0xff, 77);
	kmem_cache_free(cache, object);
	object = kmem_cache_zalloc(cache, GFP_KERNEL);
	ASSERT(object != NULL);
	EXPECT_EQ(memchr_inv(object, 0, 77), NULL);
	kmem_cache_free(cache, object);
	EXPECT(kmem_cache_destroy(cache));
}

/* ---- Constructors ---- */

#define CONSTRUCTED 0x57a7e0f0u
struct built {
	u32 state, uses;
};
static unsigned int constructed;

static void build(void *object)
{
	*(struct built *)object = (struct built){CONSTRUCTED, 0};
	constructed++;
}

static void use_constructor(unsigned long flags)
{
	struct kmem_cache *cache =
	    kmem_cache_create("test-ctor", sizeof(struct built), 0, flags, build);
	unsigned int first;

	ASSERT(cache != NULL);
	constructed = 0;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < MANY; i++) {
			struct built *b = objects[i] =
			    kmem_cache_alloc(cache, GFP_KERNEL);

			ASSERT(b != NULL);
			EXPECT_EQ(b->state, CONSTRUCTED);
			EXPECT_EQ(b->uses, 0);
			b->uses = 1;
		}
		for (int i = 0; i < MANY; i++) {
			((struct built *)objects[i])->uses = 0;
			kmem_cache_free(cache, objects[i]);
		}
		if (round == 0)
			first = constructed;
	}
	EXPECT(first >= MANY);
	if (SLAB_KEEPS_STATE) /* an object that was built once stays built */
		EXPECT_EQ(constructed, first);
	EXPECT_EQ(slab_check(), 0);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slab, a_constructor_is_called_once_for_an_object)
{
	unsigned long before = pages_left();

	use_constructor(0);
	use_constructor(SLAB_RED_ZONE | SLAB_STORE_USER);
	use_constructor(SLAB_POISON | SLAB_DEBUG_FREE);
	EXPECT_EQ(pages_left(), before);
}

static void zalloc_it(void *cache)
{
	kmem_cache_zalloc(cache, GFP_KERNEL);
}

TEST(slab, clearing_a_constructed_object_is_a_bug)
{
	struct kmem_cache *cache =
	    kmem_cache_create("test-ctor", sizeof(struct built), 0, 0, build);

	ASSERT(cache != NULL);
	EXPECT_BUG(zalloc_it, cache);
	EXPECT(kmem_cache_destroy(cache));
}

/* ---- Arguments that make no sense ---- */

static bool is_refused(const char *name, size_t size, size_t align, unsigned long flags,
                       const char *message)
{
	said_nothing_yet();
	return !kmem_cache_create(name, size, align, flags, NULL) && said(message);
}

TEST(slab, senseless_arguments_are_refused_and_named)
{
	unsigned long before = pages_left();

	EXPECT(is_refused(NULL, 8, 0, 0, "name"));
	EXPECT(is_refused("", 8, 0, 0, "name"));
	EXPECT(is_refused("test-bad", 0, 0, 0, "test-bad: the size is 0"));
	EXPECT(
	    is_refused("test-bad", KMALLOC_MAX_SIZE + 1, 0, 0, "the size is 4194305"));
	EXPECT(is_refused("test-bad", (size_t)-1, 0, 0, "KMALLOC_MAX_SIZE"));
	EXPECT(is_refused("test-bad", 8, 3, 0, "alignment, 3, is no power of two"));
	EXPECT(is_refused("test-bad", 8, 8192, 0, "alignment, 8192"));
	EXPECT(is_refused("test-bad", 8, 0, 1, "unknown flags 0x1"));
	EXPECT(is_refused("kmem_cache", 8, 0, 0, "there is a cache of that name"));
	EXPECT_EQ(kmem_cache_find("test-bad"), NULL);
	EXPECT_EQ(pages_left(), before);
}

static void create_with_panic(void *name)
{
	kmem_cache_create(name, 0, 0, SLAB_PANIC, NULL);
}

TEST(slab, slab_panic_makes_a_refusal_a_panic)
{
	char name[] = "test-panic";

	EXPECT_BUG(create_with_panic, name);
}

TEST(slab, a_name_can_be_used_again_after_destroy)
{
	unsigned long before = pages_left();

	for (int i = 0; i < 200; i++) {
		struct kmem_cache *cache =
		    kmem_cache_create("test-again", (size_t)i + 1, 0, 0, NULL);

		ASSERT(cache != NULL);
		kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
		ASSERT(kmem_cache_destroy(cache));
	}
	EXPECT_EQ(pages_left(), before);
}

/* ---- Destroying and shrinking ---- */

TEST(slab, a_cache_with_objects_in_use_stays)
{
	unsigned long before = pages_left();
	struct kmem_cache *cache = kmem_cache_create("test-live", 40, 0, 0, NULL);
	void *a, *b;

	ASSERT(cache != NULL);
	a = kmem_cache_alloc(cache, GFP_KERNEL);
	b = kmem_cache_alloc(cache, GFP_KERNEL);
	said_nothing_yet();
	EXPECT(!kmem_cache_destroy(cache));
	EXPECT(said("BUG test-live: 2 objects remain in use"));
	EXPECT_EQ(kmem_cache_find("test-live"), cache);
	kmem_cache_free(cache, a);
	EXPECT(!kmem_cache_destroy(cache));
	a = kmem_cache_alloc(cache, GFP_KERNEL); /* and works */
	EXPECT(a != NULL);
	kmem_cache_free(cache, a);
	kmem_cache_free(cache, b);
	EXPECT(kmem_cache_destroy(cache));
	EXPECT_EQ(pages_left(), before);
}

TEST(slab, shrinking_gives_back_every_page_without_an_object)
{
	struct kmem_cache *cache = kmem_cache_create("test-shrink", 1000, 0, 0, NULL);
	unsigned long before;

	ASSERT(cache != NULL);
	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
	kmem_cache_shrink(cache);
	before = slab_pages();
	for (int i = 0; i < MANY; i++)
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	/* MANY objects of 1000 bytes: 25 pages at the least */
	EXPECT(slab_pages() >= before + MANY / 4);
	for (int i = 0; i < MANY; i++)
		kmem_cache_free(cache, objects[i]);
	kmem_cache_shrink(cache);
	EXPECT_EQ(slab_pages(), before);
	EXPECT_EQ(kmem_cache_shrink(cache), 0);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slab, shrinking_leaves_objects_in_use_alone)
{
	struct kmem_cache *cache = kmem_cache_create("test-shrink", 100, 0, 0, NULL);

	ASSERT(cache != NULL);
	for (int i = 0; i < MANY; i++) {
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		ASSERT(objects[i] != NULL);
		write_stamp(objects[i], 100, (u32)i);
	}
	for (int i = 0; i < MANY; i += 2)
		kmem_cache_free(cache, objects[i]);
	kmem_cache_shrink(cache);
	EXPECT_EQ(slab_check(), 0);
	for (int i = 1; i < MANY; i += 2) {
		EXPECT(stamp_is_intact(objects[i], 100, (u32)i));
		kmem_cache_free(cache, objects[i]);
	}
	EXPECT(kmem_cache_destroy(cache));
}

/* ---- State ---- */

TEST(slab, slabinfo_counts_objects)
{
	struct kmem_cache *cache = kmem_cache_create("test-info", 120, 0, 0, NULL);
	struct slabinfo info;

	ASSERT(cache != NULL);
	get_slabinfo(cache, &info);
	EXPECT_EQ(info.active_objs, 0);
	EXPECT_EQ(info.active_slabs, 0);
	for (int i = 0; i < MANY; i++)
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	get_slabinfo(cache, &info);
	EXPECT(info.active_objs >= MANY && info.num_objs >= info.active_objs);
	EXPECT(info.num_slabs >= info.active_slabs);
	EXPECT(info.object_size >= 120);
	EXPECT(info.objects_per_slab >= 1 && info.pages_per_slab >= 1);
	EXPECT(info.objects_per_slab * info.object_size <=
	       info.pages_per_slab * PAGE_SIZE);
	for (int i = 0; i < MANY; i++)
		kmem_cache_free(cache, objects[i]);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slab, reclaimable_pages_are_counted_apart)
{
	struct kmem_cache *cache =
	    kmem_cache_create("test-reclaim", 8192, 0, SLAB_RECLAIM_ACCOUNT, NULL);
	unsigned long before = slab_nr_pages(true);
	void *object;

	ASSERT(cache != NULL);
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(object != NULL);
	EXPECT(slab_nr_pages(true) >= before + 2);
	kmem_cache_free(cache, object);
	EXPECT(kmem_cache_destroy(cache));
	EXPECT_EQ(slab_nr_pages(true), before);
	EXPECT_EQ(slab_nr_pages(true) + slab_nr_pages(false), slab_pages());
}

TEST(slab, senseless_tunables_are_refused)
{
	struct kmem_cache *cache = kmem_cache_create("test-tune", 120, 0, 0, NULL);
	int error;

	ASSERT(cache != NULL);
	EXPECT_EQ(slabinfo_tune(cache, 0, 1, 0), -EINVAL);
	EXPECT_EQ(slabinfo_tune(cache, 10, 0, 0), -EINVAL);
	EXPECT_EQ(slabinfo_tune(cache, 10, 11, 0), -EINVAL);
	EXPECT_EQ(slabinfo_tune(cache, 10, 5, -1), -EINVAL);
	error = slabinfo_tune(cache, 20, 10, 2);
	EXPECT(error == 0 || error == -ENOSYS);
	if (!error) {
		struct slabinfo info;

		get_slabinfo(cache, &info);
		EXPECT_EQ(info.limit, 20);
		EXPECT_EQ(info.batchcount, 10);
		EXPECT_EQ(info.shared, 2);
	}
	EXPECT(kmem_cache_destroy(cache));
}

/* What a walk over a cache's slabs adds up to. */
struct seen {
	struct kmem_cache *cache;
	unsigned long slabs, objects, used;
};

static void look(const struct slab_view *slab, void *arg)
{
	struct seen *seen = arg;
	unsigned int in_use = 0;

	EXPECT(slab->inuse <= slab->objects);
	EXPECT(IS_ALIGNED(slab->page_address, PAGE_SIZE));
	EXPECT(slab->list && slab->list[0]);
	for (unsigned int n = 0; n < slab->objects; n++)
		if (slab_object_state(seen->cache, slab, n) == OBJECT_USED)
			in_use++;
	EXPECT(in_use <= slab->objects);
	seen->slabs++;
	seen->objects += slab->objects;
	seen->used += in_use;
}

TEST(slab, the_walk_over_its_slabs_finds_each_object)
{
	struct kmem_cache *cache = kmem_cache_create("test-walk", 120, 0, 0, NULL);
	struct seen seen = {.cache = cache};

	ASSERT(cache != NULL);
	for (int i = 0; i < MANY; i++)
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	for (int i = 0; i < MANY; i += 3)
		kmem_cache_free(cache, objects[i]);
	kmem_cache_for_each_slab(cache, look, &seen);
	EXPECT(seen.slabs > 0);
	if (SLAB_KEEPS_STATE) /* SLOB's pages are everybody's */
		EXPECT_EQ(seen.used, MANY - (MANY + 2) / 3);
	for (int i = 0; i < MANY; i++)
		if (i % 3)
			kmem_cache_free(cache, objects[i]);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slab, the_allocator_is_one_of_three)
{
	EXPECT(slab_is_available());
	EXPECT(strcmp(slab_allocator_name, "slab") == 0 ||
	       strcmp(slab_allocator_name, "slub") == 0 ||
	       strcmp(slab_allocator_name, "slob") == 0);
	EXPECT_EQ(slab_check(), 0);
}
