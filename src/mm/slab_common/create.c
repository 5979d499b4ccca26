/*
 * What kmem_cache_create does in every allocator: its arguments are looked at
 * before anything is changed, and slab_debug= adds flags. Linux's allocators say
 * "kmem_cache_create: bad argument" of everything; here the message tells which.
 */
#include "internal.h"

#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/vsprintf.h>
#include <sched/semaphore.h>

#define SLAB_CREATE_FLAGS                                                              \
	(SLAB_DEBUG_FLAGS | SLAB_HWCACHE_ALIGN | SLAB_CACHE_DMA |                      \
	 SLAB_RECLAIM_ACCOUNT | SLAB_PANIC | SLAB_NO_MERGE)

/* What slab_debug without letters means. */
#define DEFAULT_DEBUG (SLAB_DEBUG_FREE | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

#define REASON_MAX      96
#define DEBUG_NAMES_MAX 128

struct semaphore cache_chain_mutex = __SEMAPHORE_INITIALIZER(cache_chain_mutex, 1);
DEFINE_SPINLOCK(cache_chain_lock);

static unsigned long debug_flags;
static char debug_names[DEBUG_NAMES_MAX]; /* "": all caches */

/* ---- Arguments ---- */

static bool __printf(2, 3) refused(const char *name, const char *fmt, ...)
{
	char why[REASON_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	pr_err("kmem_cache_create: %.64s: %s\n", name, why);
	return false;
}

bool kmem_cache_args_ok(const char *name, size_t size, size_t align,
                        unsigned long flags)
{
	if (!name || !*name)
		return refused("(no name)", "a cache needs a name");
	if (!size)
		return refused(name, "the size is 0");
	if (size > KMALLOC_MAX_SIZE)
		return refused(name, "the size is %lu, above KMALLOC_MAX_SIZE",
		               (unsigned long)size);
	if (align && !is_power_of_2(align))
		return refused(name, "the alignment, %lu, is no power of two",
		               (unsigned long)align);
	if (align > PAGE_SIZE)
		return refused(name, "the alignment, %lu, is above a page",
		               (unsigned long)align);
	if (flags & ~SLAB_CREATE_FLAGS)
		return refused(name, "unknown flags %#lx", flags & ~SLAB_CREATE_FLAGS);
	if (kmem_cache_find(name))
		return refused(name, "there is a cache of that name");
	return true;
}

/* ---- Creating and destroying ---- */

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
                                     unsigned long flags, void (*ctor)(void *object))
{
	const char *why = "its arguments are wrong";
	struct kmem_cache *cache = NULL;

	down(&cache_chain_mutex);
	if (kmem_cache_args_ok(name, size, align, flags))
		cache = __kmem_cache_create(name, size, align, flags, ctor, &why);
	up(&cache_chain_mutex);
	if (!cache && (flags & SLAB_PANIC))
		panic("kmem_cache_create: %.64s: %s", name ? name : "(no name)", why);
	return cache;
}

bool kmem_cache_destroy(struct kmem_cache *cache)
{
	bool destroyed;

	down(&cache_chain_mutex);
	destroyed = __kmem_cache_destroy(cache);
	up(&cache_chain_mutex);
	return destroyed;
}

void add_to_chain(struct list_head *entry, struct list_head *chain)
{
	spin_lock(&cache_chain_lock);
	list_add_tail(entry, chain);
	spin_unlock(&cache_chain_lock);
}

void remove_from_chain(struct list_head *entry)
{
	spin_lock(&cache_chain_lock);
	list_del(entry);
	spin_unlock(&cache_chain_lock);
}

size_t kmem_cache_align(size_t size, size_t align, unsigned long flags)
{
	size_t line = L1_CACHE_BYTES;

	if (flags & SLAB_HWCACHE_ALIGN) {
		while (size <= line / 2)
			line /= 2;
		align = max(align, line);
	}
	return max(align, (size_t)SLAB_MIN_ALIGN);
}

/* ---- slab_debug= ---- */

static unsigned long letter_flag(char letter)
{
	switch (letter) {
	case 'F':
	case 'f':
		return SLAB_DEBUG_FREE;
	case 'Z':
	case 'z':
		return SLAB_RED_ZONE;
	case 'P':
	case 'p':
		return SLAB_POISON;
	case 'U':
	case 'u':
		return SLAB_STORE_USER;
	case 'T':
	case 't':
		return SLAB_TRACE;
	default:
		return 0;
	}
}

static int __init slab_debug_param(const char *value)
{
	unsigned long flags = 0;
	const char *at = value ? value : "";
	const char *names;

	for (; *at && *at != ','; at++) {
		if (!letter_flag(*at) && !(*at == '-' && at == value))
			return -EINVAL;
		flags |= letter_flag(*at);
	}
	names = *at == ',' ? at + 1 : "";
	if (strlen(names) >= sizeof(debug_names))
		return -EINVAL;
	if (at == (value ? value : at))
		flags = DEFAULT_DEBUG; /* slab_debug, or slab_debug=,NAME */
	debug_flags = flags;
	strlcpy(debug_names, names, sizeof(debug_names));
	return 0;
}
#define EXPECTED "LETTERS[,NAME[*]...]: F Z P U T, or - for none; without letters FZPU"
early_param("slab_debug", slab_debug_param, "slab_debug[=" EXPECTED "]");
early_param("slub_debug", slab_debug_param, "slub_debug[=" EXPECTED "]");

/* Whether name is the pattern's first word, which ends at a comma: "dentry", or
 * "kmalloc-*" for all that begin so. */
static bool name_matches(const char *pattern, size_t len, const char *name)
{
	if (len && pattern[len - 1] == '*')
		return strncmp(pattern, name, len - 1) == 0;
	return strlen(name) == len && strncmp(pattern, name, len) == 0;
}

static bool name_is_listed(const char *name)
{
	const char *at = debug_names;

	if (!*at)
		return true;
	for (;;) {
		size_t len = strcspn(at, ",");

		if (name_matches(at, len, name))
			return true;
		if (!at[len])
			return false;
		at += len + 1;
	}
}

unsigned long kmem_cache_flags(unsigned long flags, const char *name)
{
	if (!debug_flags || !name_is_listed(name))
		return flags;
	return flags | debug_flags;
}

/* ---- Finding ---- */

struct kmem_cache *kmem_cache_find(const char *name)
{
	struct kmem_cache *cache = NULL;

	spin_lock(&cache_chain_lock);
	while ((cache = kmem_cache_next(cache)) != NULL)
		if (strcmp(kmem_cache_name(cache), name) == 0)
			break;
	spin_unlock(&cache_chain_lock);
	return cache;
}
