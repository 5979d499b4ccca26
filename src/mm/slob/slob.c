/*
 * SLOB: the allocator for machines that have hardly any memory. There are no
 * slabs: a cache is a size and an alignment, and all objects of less than a page
 * lie side by side in the same pages (arena.c); larger ones are blocks of pages.
 * So a cache of three objects costs three objects. What it costs instead is time:
 * the search for room grows with the number of pages, and a freed object's place
 * is looked for in its page. (Mackall's allocator of Linux 2.6.16 to 6.3)
 *
 * kmalloc must be able to tell an object's size, so eight bytes in front of it say
 * it; kmem_cache_free is told by its cache, and needs none. All that kmalloc
 * returns is accounted to one cache, kmalloc-any.
 *
 * A constructor is called each time that an object is taken, not once: nothing of
 * a freed object stays. SLAB_RECLAIM_ACCOUNT counts only for objects of a page or
 * more, since the pages of smaller ones are shared by everybody.
 */
#include "internal.h"

#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <sched/sched.h>

const char slab_allocator_name[] = "slob";

/* In front of what kmalloc returns, if it is less than a page and not debugged. */
struct slob_header {
	u32 size;
	u32 magic; /* SLOB_TAKEN, or SLOB_GIVEN_BACK as long as nobody writes there */
};
#define SLOB_TAKEN      0x510b7a4eu
#define SLOB_GIVEN_BACK 0x510bf4eeu

static struct kmem_cache cache_cache; /* where caches themselves come from */
struct kmem_cache slob_kmalloc;
LIST_HEAD(slob_caches);
static bool available;

/* ---- Where an object lies ---- */

struct layout {
	size_t front; /* bytes before the object */
	size_t total; /* of the block */
};

static bool is_debugged(const struct kmem_cache *cache, size_t size)
{
	return (cache->flags & (SLAB_DEBUG_FLAGS & ~SLAB_TRACE)) &&
	       SLOB_DEBUG_FRONT(cache->align) + size + SLOB_DEBUG_BEHIND <=
	           KMALLOC_MAX_SIZE;
}

static struct layout layout_of(const struct kmem_cache *cache, size_t size)
{
	struct layout l = {0, size};

	if (unlikely(is_debugged(cache, size))) {
		l.front = SLOB_DEBUG_FRONT(cache->align);
		l.total = l.front + size + SLOB_DEBUG_BEHIND;
	} else if (cache == &slob_kmalloc) {
		bool small = size + sizeof(struct slob_header) < PAGE_SIZE;

		l.front = small ? sizeof(struct slob_header) : 0;
		l.total = small ? l.front + size : max(size, (size_t)PAGE_SIZE);
	}
	return l;
}

static unsigned int order_of(size_t bytes)
{
	size_t pages = (bytes - 1) >> PAGE_SHIFT;

	return pages ? fls(pages) : 0;
}

/* A block of pages: mapping is its cache, private the object's size. */
static void *pages_alloc(struct kmem_cache *cache, size_t size, size_t total, gfp_t gfp)
{
	struct page *page = slab_alloc_pages(cache->flags, gfp, order_of(total));

	if (!page)
		return NULL;
	page->mapping = cache;
	page->private = size;
	return lowmem_page_address(page);
}

void slob_release(struct kmem_cache *cache, void *object, size_t size)
{
	struct layout l = layout_of(cache, size);
	char *block = (char *)object - l.front;

	if (l.total < PAGE_SIZE)
		slob_arena_free(cache, block, l.total);
	else
		slab_free_pages(cache->flags, virt_to_page(block), order_of(l.total));
}

/* ---- Taking and giving back ---- */

static void count(struct kmem_cache *cache, long objects, size_t size)
{
	unsigned long flags;

	local_irq_save(flags);
	cache->active += (unsigned long)objects;
	cache->bytes += (unsigned long)objects * size;
	local_irq_restore(flags);
}

static void *object_alloc(struct kmem_cache *cache, size_t size, gfp_t gfp,
                          unsigned long caller)
{
	struct layout l = layout_of(cache, size);
	char *block;

	might_sleep_if(gfp & __GFP_WAIT);
	if (unlikely(failslab_active) && should_failslab(cache, gfp))
		return NULL;
	BUG_ON(gfp & __GFP_HIGHMEM);
	if (cache->flags & SLAB_CACHE_DMA)
		gfp |= __GFP_DMA;
	if (l.total < PAGE_SIZE)
		block = slob_arena_alloc(l.total, cache->align, gfp);
	else
		block = pages_alloc(cache, size, l.total, gfp);
	if (!block)
		return NULL;
	count(cache, 1, size);
	if (unlikely(is_debugged(cache, size)))
		slob_debug_alloc(cache, block + l.front, size, caller);
	else if (l.front)
		*(struct slob_header *)(void *)block =
		    (struct slob_header){(u32)size, SLOB_TAKEN};
	if (unlikely(cache->flags & SLAB_TRACE))
		pr_info("TRACE %s alloc 0x%08lx\n", cache->name,
		        (unsigned long)block + l.front);
	if (cache->ctor)
		cache->ctor(block + l.front);
	return block + l.front;
}

static void object_free(struct kmem_cache *cache, void *object, size_t size,
                        unsigned long caller)
{
	if (unlikely(cache->flags & SLAB_TRACE))
		pr_info("TRACE %s free 0x%08lx\n", cache->name, (unsigned long)object);
	count(cache, -1, size);
	if (unlikely(is_debugged(cache, size))) {
		slob_debug_free(cache, object, caller);
		slob_debug_release(cache, SLOB_HELD_MAX);
	} else {
		slob_release(cache, object, size);
	}
}

static __noreturn void bad_free(const struct kmem_cache *cache, const char *what,
                                const void *object)
{
	slab_report_begin(cache, what, object, 0);
	slab_report_end();
}

/* What can be seen without debugging: whether there is anything at all. */
static struct page *page_to_free(const struct kmem_cache *cache, const void *object)
{
	struct page *page;

	if (!slab_address_ok(object))
		bad_free(cache, SLAB_BUG_NOT_OBJECT, object);
	page = virt_to_head_page(object);
	if (!PageSlab(page))
		bad_free(cache,
		         page_count(page) ? SLAB_BUG_NOT_OBJECT : SLAB_BUG_DOUBLE_FREE,
		         object);
	if (!slob_in_arena(page) && page->mapping != cache)
		bad_free(cache, SLAB_BUG_WRONG_CACHE, object);
	return page;
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	return object_alloc(cache, cache->size, gfp,
	                    (unsigned long)__builtin_return_address(0));
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	if (unlikely(!object))
		bad_free(cache, SLAB_BUG_NULL, object);
	page_to_free(cache, object);
	if (unlikely(is_debugged(cache, cache->size)))
		slob_debug_check(cache, object);
	object_free(cache, object, cache->size,
	            (unsigned long)__builtin_return_address(0));
}

void *__kmalloc(size_t size, gfp_t gfp)
{
	if (!size)
		return ZERO_SIZE_PTR;
	if (size > KMALLOC_MAX_SIZE)
		return NULL;
	return object_alloc(&slob_kmalloc, size, gfp,
	                    (unsigned long)__builtin_return_address(0));
}

static size_t header_size(const void *object)
{
	const struct slob_header *header = (const struct slob_header *)object - 1;

	if (unlikely(header->magic != SLOB_TAKEN))
		bad_free(&slob_kmalloc,
		         header->magic == SLOB_GIVEN_BACK ? SLAB_BUG_DOUBLE_FREE
		                                          : SLAB_BUG_NOT_OBJECT,
		         object);
	return header->size;
}

size_t ksize(const void *object)
{
	const struct page *page;

	if (ZERO_OR_NULL_PTR(object))
		return 0;
	page = page_to_free(&slob_kmalloc, object);
	if (!slob_in_arena(page))
		return page->private;
	if (unlikely(is_debugged(&slob_kmalloc, 1)))
		return slob_debug_check(&slob_kmalloc, object);
	return header_size(object);
}

void kfree(const void *object)
{
	void *to_free = (void *)(uintptr_t)object;
	size_t size;

	if (ZERO_OR_NULL_PTR(object))
		return;
	size = ksize(object);
	if (unlikely(is_debugged(&slob_kmalloc, size)))
		slob_debug_check(&slob_kmalloc, object);
	else if (slob_in_arena(virt_to_head_page(object)))
		((struct slob_header *)to_free - 1)->magic = SLOB_GIVEN_BACK;
	object_free(&slob_kmalloc, to_free, size,
	            (unsigned long)__builtin_return_address(0));
}

/* ---- Caches ---- */

static void init_cache(struct kmem_cache *cache, const char *name, size_t size,
                       size_t align, unsigned long flags, void (*ctor)(void *))
{
	flags = kmem_cache_flags(flags, name);
	if (ctor)
		flags &= ~SLAB_POISON; /* it would undo what the constructor did */
	memset(cache, 0, sizeof(*cache));
	cache->name = name;
	cache->size = (unsigned int)size;
	cache->align = (unsigned int)kmem_cache_align(size, align, flags);
	if (flags & SLAB_RED_ZONE) /* whose zones are words of eight bytes */
		cache->align = max(cache->align, (unsigned int)sizeof(u64));
	cache->flags = flags;
	cache->ctor = ctor;
	INIT_LIST_HEAD(&cache->used);
	INIT_LIST_HEAD(&cache->held);
	add_to_chain(&cache->list, &slob_caches);
}

struct kmem_cache *__kmem_cache_create(const char *name, size_t size, size_t align,
                                       unsigned long flags, void (*ctor)(void *object),
                                       const char **why)
{
	struct kmem_cache *cache;

	*why = "no memory for the cache";
	cache = kmem_cache_alloc(&cache_cache, GFP_KERNEL);
	if (!cache)
		return NULL;
	init_cache(cache, name, size, align, flags, ctor);
	return cache;
}

bool __kmem_cache_destroy(struct kmem_cache *cache)
{
	unsigned long flags;

	if (cache->active) {
		local_irq_save(flags);
		slab_report_leaks(cache, cache->active);
		slob_debug_leaks(cache);
		local_irq_restore(flags);
		return false;
	}
	slob_debug_release(cache, 0);
	remove_from_chain(&cache->list);
	kmem_cache_free(&cache_cache, cache);
	return true;
}

unsigned long kmem_cache_shrink(struct kmem_cache *cache)
{
	unsigned long before, after, flags;

	local_irq_save(flags); /* others' pages shall not count */
	before = slab_nr_pages(false) + slab_nr_pages(true);
	slob_debug_release(cache, 0); /* a page without objects is not kept */
	after = slab_nr_pages(false) + slab_nr_pages(true);
	local_irq_restore(flags);
	return before - after;
}

size_t kmem_cache_size(const struct kmem_cache *cache)
{
	return cache->size;
}

const char *kmem_cache_name(const struct kmem_cache *cache)
{
	return cache->name;
}

bool kmem_cache_has_ctor(const struct kmem_cache *cache)
{
	return cache->ctor != NULL;
}

/* ---- Boot ---- */

void kmem_cache_init(void)
{
	slab_common_init();
	slob_arena_init();
	INIT_LIST_HEAD(&slob_caches);
	init_cache(&cache_cache, "kmem_cache", sizeof(struct kmem_cache), 0, 0, NULL);
	init_cache(&slob_kmalloc, "kmalloc-any", 0, ARCH_KMALLOC_MINALIGN, 0, NULL);
	available = true;
	failslab_announce();
}

bool slab_is_available(void)
{
	return available;
}
