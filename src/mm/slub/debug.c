/*
 * What SLAB_RED_ZONE, SLAB_POISON, SLAB_STORE_USER, SLAB_DEBUG_FREE and SLAB_TRACE
 * do. The slot around an object has parts that hold a known byte while the object
 * is free, or in use: object_parts lists them, and filling, checking and repairing
 * are loops over that list. Linux has a function for each kind.
 *
 * Damage is found when the object changes hands or when slab_check comes by, so
 * some time after it was done: the report shows who had the object last.
 */
#include "internal.h"

#include <lib/printk.h>
#include <lib/string.h>

/* Linux's: the same for an object in use and for a free one would not tell a
 * second free from a damage. */
#define RED_BYTE_INACTIVE 0xbb
#define RED_BYTE_ACTIVE   0xcc

enum { TRACK_ALLOC, TRACK_FREE };

/* Bytes that must all be `byte`; start is from the object. */
struct part {
	const char *damage; /* what the report calls it */
	const char *name;
	long start;
	size_t len;
	u8 byte;
};
#define MAX_PARTS 5

static unsigned int object_parts(const struct kmem_cache *cache, bool active,
                                 struct part parts[MAX_PARTS])
{
	const u8 red = active ? RED_BYTE_ACTIVE : RED_BYTE_INACTIVE;
	const long left = (long)cache->red_left, end = (long)cache->objsize;
	unsigned int nr = 0;

	if (cache->flags & SLAB_RED_ZONE) {
		parts[nr++] = (struct part){SLAB_BUG_REDZONE_LEFT, "Redzone", -left,
		                            cache->red_left, red};
		parts[nr++] = (struct part){SLAB_BUG_REDZONE_RIGHT, "Redzone", end,
		                            cache->inuse - cache->objsize, red};
	}
	if (cache->poison && !active) {
		parts[nr++] = (struct part){SLAB_BUG_POISON, "Poison", 0,
		                            cache->objsize - 1, POISON_FREE};
		parts[nr++] =
		    (struct part){SLAB_BUG_POISON, "Poison", end - 1, 1, POISON_END};
	}
	if (cache->flags & SLAB_POISON)
		parts[nr++] = (struct part){
		    SLAB_BUG_PADDING, "Padding", (long)cache->padding,
		    cache->size - cache->red_left - cache->padding, POISON_INUSE};
	return nr;
}

/* ---- Filling ---- */

static void init_object(const struct kmem_cache *cache, void *object, bool active)
{
	struct part parts[MAX_PARTS];
	unsigned int nr = object_parts(cache, active, parts);

	for (unsigned int i = 0; i < nr; i++)
		memset((char *)object + parts[i].start, parts[i].byte, parts[i].len);
	if (cache->poison && active)
		slab_poison(object, cache->objsize, POISON_INUSE);
}

static struct slab_track *track_of(const struct kmem_cache *cache, const void *object,
                                   int which)
{
	return (struct slab_track *)((char *)object + cache->track) + which;
}

static void set_track(struct kmem_cache *cache, void *object, int which,
                      unsigned long caller)
{
	if (cache->flags & SLAB_STORE_USER)
		slab_track_set(track_of(cache, object, which), caller);
}

/* What is left over at the slab's end. */
static struct part slab_tail(const struct kmem_cache *cache, const struct page *page)
{
	size_t used = page->objects * cache->size;

	return (struct part){SLAB_BUG_PADDING, "Padding", (long)used,
	                     (slab_pages(page) << PAGE_SHIFT) - used, POISON_INUSE};
}

void slub_debug_new_slab(struct kmem_cache *cache, struct page *page)
{
	if (cache->flags & SLAB_POISON)
		memset(lowmem_page_address(page), POISON_INUSE,
		       slab_pages(page) << PAGE_SHIFT);
	for (unsigned int n = 0; n < page->objects; n++) {
		void *object = slab_object(cache, page, n);

		init_object(cache, object, false);
		if (cache->flags & SLAB_STORE_USER)
			memset(track_of(cache, object, TRACK_ALLOC), 0,
			       2 * sizeof(struct slab_track));
	}
}

/* ---- Reporting ---- */

void slub_report(struct kmem_cache *cache, struct page *page, void *object,
                 const char *what, long offset)
{
	const size_t behind =
	    cache->flags & SLAB_RED_ZONE ? cache->inuse - cache->objsize : 0;
	const char *start = lowmem_page_address(page);

	slab_report_begin(cache, what, object, offset);
	slab_report_info("Slab 0x%08lx objects=%u used=%u fp=0x%08lx flags=%#lx",
	                 (unsigned long)page, page->objects, page->inuse,
	                 (unsigned long)page->freelist, page->flags);
	slab_report_info("Object 0x%08lx @offset=%ld fp=0x%08lx", (unsigned long)object,
	                 (long)((char *)object - start),
	                 (unsigned long)get_freepointer(cache, object));
	if (cache->flags & SLAB_STORE_USER) {
		slab_report_track("Allocated", track_of(cache, object, TRACK_ALLOC));
		slab_report_track("Freed", track_of(cache, object, TRACK_FREE));
	}
	slab_report_object(object, cache->objsize, cache->red_left, behind, offset);
	if (cache->flags & SLAB_POISON)
		slab_report_dump("Padding", object, (char *)object + cache->padding,
		                 cache->size - cache->red_left - cache->padding);
}

static void repair(const struct kmem_cache *cache, char *base, const struct part *part)
{
	char *from = base + part->start;

	pr_err("FIX %s: Restoring %s 0x%08lx-0x%08lx=0x%02x\n", cache->name, part->name,
	       (unsigned long)from, (unsigned long)(from + part->len - 1), part->byte);
	memset(from, part->byte, part->len);
}

/* Everything around an object; what is wrong is reported, and mended if wanted. */
static bool check_object(struct kmem_cache *cache, struct page *page, void *object,
                         bool active, bool mend)
{
	struct part parts[MAX_PARTS];
	unsigned int nr = object_parts(cache, active, parts);
	bool ok = true;

	for (unsigned int i = 0; i < nr; i++) {
		const u8 *from = (const u8 *)object + parts[i].start;
		long at = slab_bytes_check(from, parts[i].byte, parts[i].len);

		if (at < 0)
			continue;
		ok = false;
		slub_report(cache, page, object, parts[i].damage, parts[i].start + at);
		slab_report_info("First byte 0x%02x instead of 0x%02x, at 0x%08lx",
		                 from[at], parts[i].byte, (unsigned long)(from + at));
		if (mend)
			repair(cache, object, &parts[i]);
	}
	return ok;
}

static bool check_tail(struct kmem_cache *cache, struct page *page, bool mend)
{
	struct part tail = slab_tail(cache, page);
	char *start = lowmem_page_address(page);
	long at;

	if (!(cache->flags & SLAB_POISON))
		return true;
	at = slab_bytes_check(start + tail.start, tail.byte, tail.len);
	if (at < 0)
		return true;
	slab_report_begin(cache, tail.damage, start, tail.start + at);
	slab_report_dump(tail.name, start, start + tail.start, tail.len);
	if (mend)
		repair(cache, start, &tail);
	return false;
}

/* ---- Free lists ---- */

bool slub_valid_pointer(const struct kmem_cache *cache, const struct page *page,
                        const void *object)
{
	const char *first = slab_object(cache, page, 0);
	size_t distance = (size_t)((const char *)object - first);

	return (const char *)object >= first && distance % cache->size == 0 &&
	       distance / cache->size < page->objects;
}

static bool list_has(const struct kmem_cache *cache, const struct page *page,
                     const void *list, const void *object)
{
	for (unsigned int left = page->objects; left && list; left--) {
		if (list == object)
			return true;
		if (!slub_valid_pointer(cache, page, list))
			return false;
		list = get_freepointer(cache, list);
	}
	return false;
}

bool slub_is_free(struct kmem_cache *cache, const struct page *page, const void *object,
                  bool *on_cpu)
{
	const struct kmem_cache_cpu *c = get_cpu_slab(cache);

	*on_cpu = c->page == page && list_has(cache, page, c->freelist, object);
	return *on_cpu || list_has(cache, page, page->freelist, object);
}

/* The free list leads out of the slab behind object, which is still good: what was
 * behind is lost, and counts as in use from now on. */
static bool check_next(struct kmem_cache *cache, struct page *page, void *object)
{
	const void *next = get_freepointer(cache, object);

	if (!next || slub_valid_pointer(cache, page, next))
		return true;
	slub_report(cache, page, object, SLAB_BUG_FREELIST, (long)cache->offset);
	pr_err("FIX %s: the free list ends here\n", cache->name);
	set_freepointer(cache, object, NULL);
	page->inuse = (u16)(page->objects - 1);
	return false;
}

/* ---- Objects changing hands ---- */

static void trace(const struct kmem_cache *cache, const struct page *page,
                  const void *object, const char *what)
{
	if (cache->flags & SLAB_TRACE)
		pr_info("TRACE %s %s 0x%08lx inuse=%u fp=0x%08lx\n", cache->name, what,
		        (unsigned long)object, page->inuse,
		        (unsigned long)page->freelist);
}

bool slub_debug_alloc(struct kmem_cache *cache, struct page *page, void *object,
                      unsigned long caller)
{
	if (!check_tail(cache, page, true) || !check_next(cache, page, object) ||
	    !check_object(cache, page, object, false, true))
		return false;
	set_track(cache, object, TRACK_ALLOC, caller);
	trace(cache, page, object, "alloc");
	init_object(cache, object, true);
	return true;
}

/* The object that an address lies in, or behind. */
static void *nearest_object(const struct kmem_cache *cache, const struct page *page,
                            const void *address)
{
	const char *first = slab_object(cache, page, 0);
	size_t distance =
	    (const char *)address > first ? (size_t)((const char *)address - first) : 0;
	size_t n = distance / cache->size;

	return slab_object(cache, page,
	                   (unsigned int)min(n, (size_t)page->objects - 1));
}

bool slub_debug_free(struct kmem_cache *cache, struct page *page, void *object,
                     unsigned long caller)
{
	bool on_cpu;

	if (!slub_valid_pointer(cache, page, object)) {
		char *near = nearest_object(cache, page, object);

		slub_report(cache, page, near, SLAB_BUG_NOT_OBJECT,
		            (char *)object - near);
		return false;
	}
	if (slub_is_free(cache, page, object, &on_cpu)) {
		slub_report(cache, page, object, SLAB_BUG_DOUBLE_FREE, 0);
		return false;
	}
	if (!check_tail(cache, page, true) ||
	    !check_object(cache, page, object, true, true))
		return false;
	set_track(cache, object, TRACK_FREE, caller);
	trace(cache, page, object, "free");
	init_object(cache, object, false);
	return true;
}

unsigned int slub_debug_check(struct kmem_cache *cache, struct page *page)
{
	unsigned int damaged = !check_tail(cache, page, false);

	for (unsigned int n = 0; n < page->objects; n++) {
		void *object = slab_object(cache, page, n);
		bool on_cpu, is_free = slub_is_free(cache, page, object, &on_cpu);

		damaged += !check_object(cache, page, object, !is_free, false);
	}
	return damaged;
}

/* ---- Pointers that no cache can take ---- */

void slub_bad_free(struct kmem_cache *cache, const void *object)
{
	static struct kmem_cache unknown = {.name = "kfree"};
	struct page *page = slab_address_ok(object) ? virt_to_head_page(object) : NULL;

	if (!cache)
		cache = &unknown;
	if (!object) {
		slab_report_begin(cache, SLAB_BUG_NULL, object, 0);
	} else if (!page || !PageSlab(page)) {
		slab_report_begin(cache, SLAB_BUG_NOT_OBJECT, object, 0);
		slab_report_info("it lies in no slab");
	} else {
		slab_report_begin(cache, SLAB_BUG_WRONG_CACHE, object, 0);
		slab_report_info("it belongs to the cache `%s'", page->slab->name);
	}
	slab_report_end();
}

/* ---- Leaks ---- */

static void report_slab_leaks(struct kmem_cache *cache, struct page *page)
{
	for (unsigned int n = 0; n < page->objects; n++) {
		void *object = slab_object(cache, page, n);
		bool on_cpu;

		if (slub_is_free(cache, page, object, &on_cpu))
			continue;
		slab_report_leak(object, cache->flags & SLAB_STORE_USER
		                             ? track_of(cache, object, TRACK_ALLOC)
		                             : NULL);
	}
}

void slub_report_leaks(struct kmem_cache *cache)
{
	struct page *page;
	unsigned long count = 0;

	list_for_each_entry (page, &cache->node.partial, lru)
		count += page->inuse;
	list_for_each_entry (page, &cache->node.full, lru)
		count += page->inuse;
	slab_report_leaks(cache, count);
	list_for_each_entry (page, &cache->node.partial, lru)
		report_slab_leaks(cache, page);
	list_for_each_entry (page, &cache->node.full, lru)
		report_slab_leaks(cache, page);
}
