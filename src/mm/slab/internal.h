/*
 * What the files of SLAB share. The words are Bonwick's: a cache holds slabs, a
 * slab is a few pages cut into objects of one size. (Gorman ch. 8; Professional
 * Linux Kernel Architecture 3.6)
 *
 *	kmem_cache -> array_cache (of this CPU) -> shared array -> three lists of slabs
 *
 * "Interrupts off" means that the caller has turned them off; they are what guards
 * the arrays and the lists, on the one CPU that there is.
 */
#ifndef MM_SLAB_INTERNAL_H
#define MM_SLAB_INTERNAL_H

#include <asm/irqflags.h>
#include <lib/bug.h>

#include "../slab_common/internal.h"

/* For each object of a slab: the number of the next free one, or one of these. */
typedef unsigned int kmem_bufctl_t;
#define BUFCTL_END    (~0U)
#define BUFCTL_ACTIVE (~1U) /* handed out: to a caller or to an array */
#define BUFCTL_CACHED (~2U) /* while the checker runs: in an array */

/*
 * The descriptor of a slab, with a kmem_bufctl_t for each object behind it. It
 * lies in front of the objects, or in a kmalloc cache (off-slab).
 */
struct slab {
	struct list_head list;   /* one of the cache's three */
	unsigned long colouroff; /* bytes from the slab's first to the first buffer */
	char *s_mem;             /* the first object, obj_offset bytes into its buffer */
	unsigned int inuse;      /* objects handed out */
	kmem_bufctl_t free;      /* the first free object, or BUFCTL_END */
};

/*
 * A stack of objects that are free for the caller and handed out for their slabs.
 * The one freed last is taken first: it is still in the CPU's cache.
 */
struct array_cache {
	unsigned int avail;
	unsigned int limit;      /* 0: there is room for one, but nothing stays in it */
	unsigned int batchcount; /* how many move at a time */
	unsigned int touched;    /* used since cache_reap came by */
	void *entry[];
};

/* An array of one, which bootstrap gives a cache before kmalloc works; in bytes. */
#define BOOT_CPUCACHE_ENTRIES 1
#define BOOT_ARRAY_SIZE                                                                \
	(sizeof(struct array_cache) + BOOT_CPUCACHE_ENTRIES * sizeof(void *))

/* Linux has one for each node; there is one node here. */
struct kmem_list3 {
	struct list_head slabs_partial; /* some objects handed out: taken first */
	struct list_head slabs_full;
	struct list_head slabs_free;
	unsigned long free_objects; /* in the slabs of all three */
	unsigned long free_limit;   /* above it, free slabs go back to the pages */
	struct array_cache *shared; /* between the CPUs, or NULL */
	unsigned int colour_next;   /* of the slab to come */
	unsigned int free_touched;  /* slabs_free was used since cache_reap came by */
	unsigned int reap_rounds;   /* since its free slabs were looked at */
};

/* How a slab of a cache is cut; all in bytes unless it says otherwise. */
struct slab_geometry {
	unsigned int buffer_size; /* from one object to the next */
	unsigned int align;
	unsigned int num;        /* objects in a slab */
	unsigned int gfporder;   /* log2 of its pages */
	unsigned int slab_size;  /* descriptor with its bufctl array */
	unsigned int left_over;  /* of its pages, before colouring */
	unsigned int colour;     /* how many colours; 0 is as good as 1 */
	unsigned int colour_off; /* from one to the next */
	bool off_slab;

	/* Debugging. obj_offset from the buffer's first byte, the others from the
	 * object's. */
	unsigned int obj_offset;
	unsigned int red_offset;   /* the right red zone */
	unsigned int track_offset; /* struct slab_track */
};

struct kmem_cache {
	struct array_cache *array[NR_CPUS]; /* first: the hot paths begin here */
	unsigned long flags;                /* SLAB_* */
	unsigned int obj_size;              /* as it was asked for */
	u32 reciprocal_buffer_size;         /* to divide by multiplying */
	struct slab_geometry g;
	struct kmem_cache *slabp_cache; /* for off-slab descriptors */
	void (*ctor)(void *object);
	struct kmem_list3 lists;
	unsigned int limit, batchcount, shared; /* the tunables */
	const char *name;
	struct list_head next; /* cache_chain */
};

extern struct list_head cache_chain;  /* all caches, the oldest first */
extern struct kmem_cache cache_cache; /* of struct kmem_cache */

#define for_each_cache(cache) list_for_each_entry (cache, &cache_chain, next)

/* ---- From an object to its slab ---- */

static inline struct array_cache *cpu_cache(struct kmem_cache *cache)
{
	return cache->array[smp_processor_id()];
}

/* Each page of a slab names both, in lru, which is not in use while it is one. */
static __always_inline struct kmem_cache *page_get_cache(const struct page *page)
{
	return (struct kmem_cache *)(void *)page->lru.next;
}

static inline struct slab *page_get_slab(const struct page *page)
{
	return (struct slab *)(void *)page->lru.prev;
}

static inline kmem_bufctl_t *slab_bufctl(struct slab *slab)
{
	return (kmem_bufctl_t *)(slab + 1);
}

static inline void *index_to_obj(const struct kmem_cache *cache,
                                 const struct slab *slab, unsigned int n)
{
	return slab->s_mem + n * cache->g.buffer_size;
}

static inline unsigned int offset_to_index(const struct kmem_cache *cache, u32 offset)
{
	return (unsigned int)((u64)offset * cache->reciprocal_buffer_size >> 32);
}

/* The number of the object; for other pointers, any number. */
static inline unsigned int obj_to_index(const struct kmem_cache *cache,
                                        const struct slab *slab, const void *object)
{
	return offset_to_index(cache, (u32)((const char *)object - slab->s_mem));
}

static inline char *slab_start(const struct kmem_cache *cache, const struct slab *slab)
{
	return slab->s_mem - cache->g.obj_offset - slab->colouroff;
}

/* ---- geometry.c ---- */

/* slab_colour=off: every slab begins with colour 0. For caches made from now on. */
extern bool slab_colouring;

/* Slabs of a higher order only if a single object needs it. */
extern unsigned int slab_break_gfp_order;

/*
 * Cut a slab for objects of size bytes, aligned to align. *flags loses debugging
 * flags that do not fit. off_slab_allowed: there are kmalloc caches for descriptors.
 * false: no slab can hold one.
 */
bool slab_geometry(struct slab_geometry *g, size_t size, size_t align,
                   unsigned long *flags, bool off_slab_allowed);

/* What obj_to_index multiplies by; divisor 2 or more. */
u32 reciprocal_value(u32 divisor);

/* How many objects of this size an array holds when nobody says otherwise. */
unsigned int default_array_limit(unsigned int buffer_size);

/* ---- grow.c: slabs come and go ---- */

/* Interrupts off; they are as `irq` says while pages are asked for. The new slab, for
 * file_new_slab; NULL: no memory. */
struct slab *cache_grow(struct kmem_cache *cache, gfp_t gfp, unsigned long irq);

/* Interrupts off. Take a slab of free objects off its list, whichever it is on, and
 * give its pages back. */
void slab_destroy(struct kmem_cache *cache, struct slab *slab);

/* Interrupts off. Destroy up to max free slabs; how many there were. */
unsigned long drain_freelist(struct kmem_cache *cache, unsigned long max);

/* ---- slabs.c: between arrays and slabs; interrupts off ---- */

/* Fill an empty array from the shared one or from slabs; it stays empty if there is
 * no free object. */
void refill_array(struct kmem_cache *cache, struct array_cache *ac);
/* Link up a new slab's objects, put it on its list, and fill the array from it unless
 * there is something in that. */
void file_new_slab(struct kmem_cache *cache, struct array_cache *ac, struct slab *slab);
/* Make room in a full array: its oldest objects go. */
void flush_array(struct kmem_cache *cache, struct array_cache *ac);
/* Give objects back to their slabs. */
void free_block(struct kmem_cache *cache, void *const *objects, unsigned int nr);

/* ---- array.c ---- */

/* Interrupts off. Move up to max objects; how many. */
unsigned int transfer_objects(struct array_cache *to, struct array_cache *from,
                              unsigned int max);

/* Interrupts off. Give the oldest nr objects of an array back to the slabs. */
void drain_array(struct kmem_cache *cache, struct array_cache *ac, unsigned int nr);

/* Give all objects of this cache's arrays back to the slabs. */
void drain_cpu_caches(struct kmem_cache *cache);

/* Arrays of other sizes; limit and batchcount at least 1. -ENOMEM: nothing has
 * changed. */
int do_tune_cpucache(struct kmem_cache *cache, unsigned int limit,
                     unsigned int batchcount, unsigned int shared);
int enable_cpucache(struct kmem_cache *cache);
void free_arrays(struct kmem_cache *cache);

/* ---- boot.c ---- */

/* Give a new cache its first array, as far as bootstrap has come. */
int setup_cpu_cache(struct kmem_cache *cache);
/* The mask for what a cache needs: bootstrap cannot fail, neither for lack of
 * memory nor on purpose (fail_page_alloc=). */
gfp_t creation_gfp(void);
/* Whether kmalloc can give room for a slab's descriptor already. */
bool off_slab_possible(void);
/* An empty cache without arrays around the geometry. */
void init_cache(struct kmem_cache *cache, const char *name, size_t size,
                unsigned long flags, void (*ctor)(void *object));

/* ---- reap.c ---- */

void slab_shrinker_init(void);

/* ---- debug.c ---- */

/* Fill a free object's surroundings, and its own bytes if they are poisoned. */
void slab_debug_init_object(const struct kmem_cache *cache, void *object);

/* Look at all objects of a slab that goes. */
void slab_debug_destroy(struct kmem_cache *cache, struct slab *slab);

/* An object of a cache with debugging changes hands. */
void slab_debug_taken(struct kmem_cache *cache, void *object, unsigned long caller);
void slab_debug_given_back(const struct kmem_cache *cache, void *object,
                           unsigned long caller);

/* A BUG with its report, unless it is an object of the cache that its slab has
 * handed out. */
void slab_check_pointer(struct kmem_cache *cache, void *object);

/* An object that goes back to its slab is not handed out there, or its slab is
 * gone. */
__noreturn void slab_double_free(struct kmem_cache *cache, void *object);
/* Its free list names what is no object. */
__noreturn void slab_freelist_corrupt(struct kmem_cache *cache, struct slab *slab);
/* kfree or ksize of what lies in no slab. */
__noreturn void slab_not_kmalloced(const void *object);

/* What is wrong with an object that is in use or free, or NULL; *offset of the
 * first wrong byte. */
const char *slab_object_wrong(const struct kmem_cache *cache, const void *object,
                              bool used, long *offset);

/* Every object that is in use; nothing is in an array. Interrupts off. */
void slab_report_leaked_objects(struct kmem_cache *cache);

/* ---- info.c; interrupts off ---- */

/* Objects in the arrays of a cache. */
unsigned long nr_cached_objects(const struct kmem_cache *cache);
bool object_is_cached(const struct kmem_cache *cache, const void *object);

#endif
