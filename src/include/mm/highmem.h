/*
 * Reaching pages that have no address of their own. (Gorman ch. 9, "High Memory
 * Management"; Professional Linux Kernel Architecture 3.5.8)
 *
 *	kmap            for long, may sleep: a slot of the window at PKMAP_BASE,
 *	                shared by all who map that page
 *	kmap_atomic     for a moment: a slot of this CPU's in the fixmap; the holder
 *	                may not sleep
 *
 * A page of lowmem has an address already, and both return that one.
 */
#ifndef MM_HIGHMEM_H
#define MM_HIGHMEM_H

#include <asm/kmap_types.h>
#include <lib/string.h>
#include <mm/mmzone.h>
#include <sched/sched.h>

/* ---- kmap ---- */

void *kmap_high(struct page *page);
void kunmap_high(struct page *page);

/*
 * The page's address, good until kunmap. Mapped already, its slot is shared; else
 * it takes a slot, and sleeps until there is one: who waits longest gets the first
 * that becomes free. Never fails. Takes kmap_lock. In an interrupt it is a BUG.
 */
static inline void *kmap(struct page *page)
{
	might_sleep();
	BUG_ON(in_interrupt());
	if (!PageHighMem(page))
		return lowmem_page_address(page);
	return kmap_high(page);
}

/* Give one kmap of the page back; the address may stay good for a while, but not
 * for the caller. Does not sleep. In an interrupt, or of a page of highmem that is
 * not mapped, it is a BUG. */
static inline void kunmap(struct page *page)
{
	BUG_ON(in_interrupt());
	if (PageHighMem(page))
		kunmap_high(page);
}

/* Like kmap, but without sleeping: a page of highmem that has no slot gives NULL.
 * Not in an interrupt. Undone by kunmap. */
void *kmap_high_get(struct page *page);

/* The page's address: lowmem's own, or its slot in kmap's window, which is the
 * caller's only while somebody has it mapped. NULL: it has none. Does not sleep;
 * of highmem, not in an interrupt. */
void *page_address(const struct page *page);

/* Unmap all slots that nobody uses, and flush. Does not sleep. */
void kmap_flush_unused(void);

/* The page that one of kmap's or kmap_atomic's addresses, or one of lowmem, lies
 * in. NULL: nothing is mapped there. Does not sleep. */
struct page *kmap_to_page(const void *address);

/* ---- State of kmap, for reporters and tests ---- */

struct pkmap_stats {
	unsigned int free;     /* slots that can be taken */
	unsigned int used;     /* slots with users */
	unsigned int stale;    /* slots without, which the next flush frees */
	unsigned int last;     /* the slot that was taken last */
	unsigned int waiters;  /* threads in kmap */
	unsigned long flushes; /* of the whole window, since boot */
};
void pkmap_get_stats(struct pkmap_stats *stats);

struct pkmap_slot {
	struct page *page; /* NULL: free */
	unsigned long address;
	unsigned int count; /* 0: free; 1: unused, not flushed; n + 1: n users */
};
/* Slot nr, below LAST_PKMAP. */
void pkmap_get_slot(unsigned int nr, struct pkmap_slot *slot);

/* Verify every invariant of counts, page table, hash and queue; returns the
 * violations, each printed. */
unsigned int pkmap_check(void);

/* ---- kmap_atomic ---- */

void *kmap_atomic_push(struct page *page);
void *kmap_atomic_push_pfn(unsigned long pfn);
void kunmap_atomic_pop(const void *address);

/* offset: where among the slots that of the type is. */
void *kmap_atomic_set(struct page *page, unsigned long offset);
void *kmap_atomic_set_pfn(unsigned long pfn, unsigned long offset);
void kunmap_atomic_clear(const void *address, unsigned long offset);

static inline void *kmap_atomic_typed(struct page *page, enum km_type type)
{
	BUG_ON(type >= KM_TYPE_NR);
	return kmap_atomic_set(page, KMAP_TYPE_OFFSET(type));
}

static inline void *kmap_atomic_typed_pfn(unsigned long pfn, enum km_type type)
{
	BUG_ON(type >= KM_TYPE_NR);
	return kmap_atomic_set_pfn(pfn, KMAP_TYPE_OFFSET(type));
}

static inline void kunmap_atomic_typed(const void *address, enum km_type type)
{
	BUG_ON(type >= KM_TYPE_NR);
	kunmap_atomic_clear(address, KMAP_TYPE_OFFSET(type));
}

#define KMAP_FORM(first, type, form, ...) form

/*
 * kmap_atomic(page) or kmap_atomic(page, KM_USER0): the page's address until
 * kunmap_atomic with the same type or none. Never fails and never sleeps; preemption
 * is off from here to there, also for a page of lowmem, so the holder may not sleep
 * either. Any context; an interrupt handler undoes what it does before it returns.
 *
 * Without a type the slots are a stack: the latest is given back first, and more
 * than KMAP_ATOMIC_SLOTS at once is a BUG. A page that kmap has mapped keeps that
 * address and takes no slot. With a type there is one slot of each type; one that is in
 * use is a BUG, so code that an interrupt may break into uses other types than the
 * interrupt.
 */
#define kmap_atomic(...)                                                               \
	KMAP_FORM(__VA_ARGS__, kmap_atomic_typed, kmap_atomic_push, )(__VA_ARGS__)

/* Takes what kmap_atomic returned, or an address inside of that page. A slot that is not
 * mapped, not the latest, or of another type is a BUG that says what is there. */
#define kunmap_atomic(...)                                                             \
	KMAP_FORM(__VA_ARGS__, kunmap_atomic_typed, kunmap_atomic_pop, )(__VA_ARGS__)

/* The same for a frame that need not have a struct page, or an address already:
 * always takes a slot. */
#define kmap_atomic_pfn(...)                                                           \
	KMAP_FORM(__VA_ARGS__, kmap_atomic_typed_pfn, kmap_atomic_push_pfn, )(__VA_ARGS__)

/* The page of an address that kmap_atomic returned. */
#define kmap_atomic_to_page(address) kmap_to_page(address)

/* How many of kmap_atomic's slots are in use on this CPU: while there are any, nobody
 * may sleep. (A page of lowmem needs none, and forbids it too.) */
unsigned int kmap_atomic_depth(void);

/* Verify that slots, depth and preempt count agree; returns the violations, each
 * printed. */
unsigned int kmap_atomic_check(void);

/* ---- Contents of pages, wherever they are. None of these sleeps. ---- */

/* [offset, offset + len) lies in a page, or it is a BUG. */
static inline void check_in_page(size_t offset, size_t len)
{
	BUG_ON(offset > PAGE_SIZE || len > PAGE_SIZE - offset);
}

static inline void clear_highpage(struct page *page)
{
	void *address = kmap_atomic(page);

	clear_page(address);
	kunmap_atomic(address);
}

static inline void copy_highpage(struct page *to, struct page *from)
{
	void *source = kmap_atomic(from), *target = kmap_atomic(to);

	copy_page(target, source);
	kunmap_atomic(target);
	kunmap_atomic(source);
}

/* Zero the bytes [start1, end1) and [start2, end2) of a page; an empty range is
 * written with its end not above its start. */
void zero_user_segments(struct page *page, unsigned int start1, unsigned int end1,
			unsigned int start2, unsigned int end2);

/* Zero [start, end), or size bytes from start. */
static inline void zero_user_segment(struct page *page, unsigned int start,
				     unsigned int end)
{
	zero_user_segments(page, start, end, 0, 0);
}

static inline void zero_user(struct page *page, unsigned int start, unsigned int size)
{
	check_in_page(start, size);
	zero_user_segments(page, start, start + size, 0, 0);
}

/* A page that a process will see at vaddr. Machines whose caches know virtual
 * addresses need vaddr; this one does not. */
static inline void clear_user_highpage(struct page *page, unsigned long vaddr)
{
	(void)vaddr;
	clear_highpage(page);
}

static inline void copy_user_highpage(struct page *to, struct page *from,
				      unsigned long vaddr)
{
	(void)vaddr;
	copy_highpage(to, from);
}

/* Copy len bytes into or out of a page, from its byte offset on. */
void memcpy_to_page(struct page *page, size_t offset, const void *from, size_t len);
void memcpy_from_page(void *to, struct page *page, size_t offset, size_t len);

#endif
