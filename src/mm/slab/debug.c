/*
 * Debugging: what a cache with a debugging flag does around each object, and what
 * is said when something is wrong. Such a cache has arrays of length 0 and so takes
 * the long way at every call; the hot paths know nothing of it.
 *
 *	obj_offset          object             red_offset   track_offset
 *	[ .. | left zone ][ object | padding ][ right zone ][ last user ]
 *
 *	            red zones       object's bytes          last user
 *	free        RED_INACTIVE    6b 6b .. 6b a5          who gave it back
 *	in use      RED_ACTIVE      5a 5a .. 5a a5, then    who took it
 *	                            its owner's
 *
 * The padding, up to the next word, belongs to the right zone: a string that is one
 * byte too long is found. (Gorman ch. 8.2.8; Professional Linux Kernel Architecture
 * 3.6.3, "Debugging")
 *
 * Different from Linux's SLAB: the last user is a chain of callers; a double free
 * is found by looking at the slab, so with any debugging flag; the constructor runs
 * once for an object, so a cache that has one is not poisoned.
 */
#include "internal.h"

#include <lib/printk.h>
#include <lib/string.h>

#define ZONE_SIZE    sizeof(u64)
#define PADDING_BYTE 0xbb
#define LEAKS_SHOWN  32U

/* ---- What surrounds an object ---- */

static inline struct slab_track *track_of(const struct kmem_cache *cache,
                                          const void *object)
{
	return (struct slab_track *)(void *)((char *)object + cache->g.track_offset);
}

static void set_red_zones(const struct kmem_cache *cache, void *object, u64 value)
{
	char *start = object;

	if (!(cache->flags & SLAB_RED_ZONE))
		return;
	memcpy(start - ZONE_SIZE, &value, ZONE_SIZE);
	memcpy(start + cache->g.red_offset, &value, ZONE_SIZE);
}

/* Offset of the first wrong byte in the zone, or -1. */
static long red_zone_wrong(const char *zone, u64 value)
{
	const char *right = (const char *)&value;

	for (unsigned int i = 0; i < ZONE_SIZE; i++)
		if (zone[i] != right[i])
			return (long)i;
	return -1;
}

void slab_debug_init_object(const struct kmem_cache *cache, void *object)
{
	unsigned int size = cache->obj_size;

	set_red_zones(cache, object, RED_INACTIVE);
	if (cache->flags & SLAB_RED_ZONE)
		memset((char *)object + size, PADDING_BYTE, cache->g.red_offset - size);
	if (cache->flags & SLAB_POISON)
		slab_poison(object, size, POISON_FREE);
	if (cache->flags & SLAB_STORE_USER)
		memset(track_of(cache, object), 0, sizeof(struct slab_track));
}

static const char *red_zones_wrong(const struct kmem_cache *cache, const char *object,
                                   u64 value, long *offset)
{
	long size = (long)cache->obj_size, red = (long)cache->g.red_offset, at;

	at = red_zone_wrong(object - ZONE_SIZE, value);
	if (at >= 0) {
		*offset = at - (long)ZONE_SIZE;
		return SLAB_BUG_REDZONE_LEFT;
	}
	at = slab_bytes_check(object + size, PADDING_BYTE, (size_t)(red - size));
	if (at >= 0) {
		*offset = size + at;
		return SLAB_BUG_REDZONE_RIGHT;
	}
	at = red_zone_wrong(object + red, value);
	*offset = red + at;
	return at >= 0 ? SLAB_BUG_REDZONE_RIGHT : NULL;
}

const char *slab_object_wrong(const struct kmem_cache *cache, const void *object,
                              bool used, long *offset)
{
	const char *wrong;

	if (cache->flags & SLAB_RED_ZONE) {
		wrong = red_zones_wrong(cache, object, used ? RED_ACTIVE : RED_INACTIVE,
		                        offset);
		if (wrong)
			return wrong;
	}
	if (used || !(cache->flags & SLAB_POISON))
		return NULL;
	*offset = slab_poison_check(object, cache->obj_size, POISON_FREE);
	return *offset >= 0 ? SLAB_BUG_POISON : NULL;
}

/* ---- Reports ---- */

/* Everything that is known of an object; used says whose the track is. */
static void describe(const struct kmem_cache *cache, const void *object, bool used,
                     long offset)
{
	unsigned int behind = 0;

	if (cache->flags & SLAB_STORE_USER)
		slab_report_track(used ? "Allocated" : "Freed",
		                  track_of(cache, object));
	if (cache->flags & SLAB_RED_ZONE)
		behind =
		    cache->g.red_offset + (unsigned int)ZONE_SIZE - cache->obj_size;
	slab_report_object(object, cache->obj_size, behind ? ZONE_SIZE : 0, behind,
	                   offset);
}

static __noreturn void report_object(const struct kmem_cache *cache, const char *wrong,
                                     const void *object, bool used, long offset)
{
	slab_report_begin(cache, wrong, object, offset);
	describe(cache, object, used, offset);
	slab_report_end();
}

static void check_object(const struct kmem_cache *cache, const void *object, bool used)
{
	long offset;
	const char *wrong = slab_object_wrong(cache, object, used, &offset);

	if (unlikely(wrong))
		report_object(cache, wrong, object, used, offset);
}

void slab_double_free(struct kmem_cache *cache, void *object)
{
	slab_report_begin(cache, SLAB_BUG_DOUBLE_FREE, object, 0);
	if (page_get_cache(virt_to_page(object)) == cache)
		describe(cache, object, false, 0);
	else
		slab_report_info("the slab that it lay in is gone");
	slab_report_end();
}

void slab_freelist_corrupt(struct kmem_cache *cache, struct slab *slab)
{
	slab_report_begin(cache, SLAB_BUG_FREELIST, slab->s_mem, 0);
	slab_report_info("slab 0x%08lx: %u of %u in use, yet %#x is the next free one",
	                 (unsigned long)slab, slab->inuse, cache->g.num, slab->free);
	slab_report_dump("Slab", slab, slab, cache->g.slab_size);
	slab_report_end();
}

void slab_not_kmalloced(const void *object)
{
	slab_nr_bugs++;
	pr_err("BUG kfree: %s: 0x%08lx\n", SLAB_BUG_NOT_OBJECT, (unsigned long)object);
	if (slab_address_ok(object))
		dump_page(virt_to_page(object), "it is a page of no slab");
	else
		slab_report_info("that address is not in lowmem");
	slab_report_end();
}

/* ---- Pointers ---- */

static __noreturn void not_an_object(const struct kmem_cache *cache, const char *what,
                                     const void *pointer, const char *info)
{
	slab_report_begin(cache, what, pointer, 0);
	slab_report_info("%s", info);
	slab_report_end();
}

/* A pointer into a slab of that cache: to the first byte of an object? */
static void check_is_first_byte(struct kmem_cache *cache, struct slab *slab,
                                void *pointer)
{
	unsigned int n = obj_to_index(cache, slab, pointer);
	char *object;

	if ((char *)pointer < slab->s_mem)
		not_an_object(cache, SLAB_BUG_NOT_OBJECT, pointer,
		              "it lies before the slab's first object");
	if (n >= cache->g.num)
		n = cache->g.num - 1;
	object = index_to_obj(cache, slab, n);
	if (object == pointer)
		return;
	slab_report_begin(cache, SLAB_BUG_NOT_OBJECT, object, (char *)pointer - object);
	slab_report_info("0x%08lx is not where an object begins",
	                 (unsigned long)pointer);
	slab_report_end();
}

static __noreturn void wrong_cache(const struct kmem_cache *cache, void *object)
{
	const struct kmem_cache *owner = page_get_cache(virt_to_page(object));

	slab_report_begin(cache, SLAB_BUG_WRONG_CACHE, object, 0);
	slab_report_info("it belongs to the cache `%s'", owner->name);
	if (owner->flags & SLAB_STORE_USER)
		slab_report_track("Allocated", track_of(owner, object));
	slab_report_end();
}

void slab_check_pointer(struct kmem_cache *cache, void *object)
{
	struct page *head;
	struct slab *slab;

	if (!object)
		not_an_object(cache, SLAB_BUG_NULL, object,
		              "kmem_cache_free takes no NULL");
	if (!slab_address_ok(object))
		not_an_object(cache, SLAB_BUG_NOT_OBJECT, object,
		              "it is not in lowmem");
	head = virt_to_page(object);
	if (!PageSlab(head))
		not_an_object(cache, SLAB_BUG_NOT_OBJECT, object,
		              "its page belongs to no slab");
	if (page_get_cache(head) != cache)
		wrong_cache(cache, object);
	slab = page_get_slab(head);
	check_is_first_byte(cache, slab, object);
	if (slab_bufctl(slab)[obj_to_index(cache, slab, object)] != BUFCTL_ACTIVE)
		slab_double_free(cache, object);
}

/* ---- Taking and giving back ---- */

static void trace(const struct kmem_cache *cache, const char *what, const void *object,
                  unsigned long caller)
{
	if (cache->flags & SLAB_TRACE)
		pr_info("TRACE %s %s 0x%08lx by %pS\n", cache->name, what,
		        (unsigned long)object, (void *)caller);
}

/* The object has just left its slab; a wrong one goes back there, and so stays free
 * whatever comes after the report. */
static void check_taken(struct kmem_cache *cache, void *object)
{
	unsigned long irq;
	long offset;
	const char *wrong = slab_object_wrong(cache, object, false, &offset);

	if (likely(!wrong))
		return;
	local_irq_save(irq);
	free_block(cache, &object, 1);
	local_irq_restore(irq);
	report_object(cache, wrong, object, false, offset);
}

void slab_debug_taken(struct kmem_cache *cache, void *object, unsigned long caller)
{
	check_taken(cache, object);
	set_red_zones(cache, object, RED_ACTIVE);
	if (cache->flags & SLAB_POISON)
		slab_poison(object, cache->obj_size, POISON_INUSE);
	if (cache->flags & SLAB_STORE_USER)
		slab_track_set(track_of(cache, object), caller);
	trace(cache, "alloc", object, caller);
}

void slab_debug_given_back(const struct kmem_cache *cache, void *object,
                           unsigned long caller)
{
	check_object(cache, object, true);
	set_red_zones(cache, object, RED_INACTIVE);
	if (cache->flags & SLAB_POISON)
		slab_poison(object, cache->obj_size, POISON_FREE);
	if (cache->flags & SLAB_STORE_USER)
		slab_track_set(track_of(cache, object), caller);
	trace(cache, "free", object, caller);
}

/* ---- Whole slabs ---- */

void slab_debug_destroy(struct kmem_cache *cache, struct slab *slab)
{
	for (unsigned int n = 0; n < cache->g.num; n++)
		check_object(cache, index_to_obj(cache, slab, n), false);
}

static unsigned int report_leaks_of(struct kmem_cache *cache, struct list_head *slabs,
                                    unsigned int room)
{
	bool tracked = cache->flags & SLAB_STORE_USER;
	struct slab *slab;

	list_for_each_entry (slab, slabs, list) {
		for (unsigned int n = 0; n < cache->g.num && room; n++) {
			void *object = index_to_obj(cache, slab, n);

			if (slab_bufctl(slab)[n] != BUFCTL_ACTIVE)
				continue;
			slab_report_leak(object,
			                 tracked ? track_of(cache, object) : NULL);
			room--;
		}
	}
	return room;
}

void slab_report_leaked_objects(struct kmem_cache *cache)
{
	unsigned int room = LEAKS_SHOWN;
	struct slabinfo info;

	get_slabinfo(cache, &info);
	slab_report_leaks(cache, info.active_objs);
	room = report_leaks_of(cache, &cache->lists.slabs_partial, room);
	report_leaks_of(cache, &cache->lists.slabs_full, room);
	if (info.active_objs > LEAKS_SHOWN)
		slab_report_info("and %lu more", info.active_objs - LEAKS_SHOWN);
}
