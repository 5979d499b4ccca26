/*
 * kmap: a window of LAST_PKMAP pages in which any page of highmem can be mapped
 * for long. A slot is found through a hash of the pages, so that a page needs one
 * slot however many map it. Who gives the last use back leaves the mapping as it
 * is; slots are taken in turn, and each time the turn begins anew all unused ones
 * are unmapped and the window is flushed from the TLB, once for up to LAST_PKMAP
 * mappings. (Gorman ch. 9, "Mapping High Memory Pages"; Professional Linux Kernel
 * Architecture 3.5.8)
 *
 * It differs from Linux in what happens when all slots are in use. There a kunmap
 * wakes one waiter, who tries again and may find the slot taken. Here kunmap maps
 * the page of the longest waiter itself, at once, and gives it the address, and
 * with it all others who wait for that page: nobody is woken in vain, nobody is
 * overtaken. And whether a slot can be had is a counter, not a search.
 *
 * Invariants (pkmap_check):
 *  - pkmap_count is 0: the slot's entry in the page table is empty and it has no
 *    page. 1: mapped, not used, perhaps in the TLB; n + 1: mapped, n users.
 *  - A mapped slot's entry maps its page, a page of highmem, and the page's bucket
 *    has the slot, once; nothing else is in any bucket.
 *  - pkmap_used is the number of slots with users.
 *  - Somebody waits only while all slots have users, and not for a mapped page.
 */
#include "internal.h"

#include <asm/pkmap.h>
#include <lib/printk.h>
#include <sched/spinlock.h>

#define LAST_PKMAP_MASK (LAST_PKMAP - 1)

/* All of this is guarded by kmap_lock. */
static DEFINE_SPINLOCK(kmap_lock);
static unsigned int pkmap_count[LAST_PKMAP];
static struct page_address_map page_address_maps[LAST_PKMAP];
struct hlist_head page_address_htable[1 << PA_HASH_ORDER];
static unsigned int last_pkmap_nr; /* the slot that was taken last */
static unsigned int pkmap_used;    /* slots with users */
static unsigned long pkmap_flushes;

/* Those who wait for a slot, the longest first; entries lie on their stacks. */
static LIST_HEAD(pkmap_map_wait);

struct kmap_waiter {
	struct list_head list;
	struct task_struct *task;
	struct page *page;
	unsigned long address; /* not 0: served, and no longer in the list */
};

static unsigned int slot_nr(const struct page_address_map *map)
{
	return (unsigned int)(map - page_address_maps);
}

static struct page_address_map *find_map(const struct page *page)
{
	/* LAB 7.1 BEGIN
	 * The page's entry in its bucket of the hash; NULL if it has none.
	 * START WITH
	 *	(void)page;
	 *	return NULL;
	 */
	struct page_address_map *map;

	hlist_for_each_entry (map, page_slot(page), list)
		if (map->page == page)
			return map;
	return NULL;
	/* LAB 7.1 END */
}

static void set_page_address(struct page *page, unsigned int nr)
{
	struct page_address_map *map = &page_address_maps[nr];

	map->page = page;
	map->address = PKMAP_ADDR(nr);
	/* LAB 7.1 BEGIN
	 * Into the page's bucket.
	 * START WITH
	 */
	hlist_add_head(&map->list, page_slot(page));
	/* LAB 7.1 END */
}

void *page_address(const struct page *page)
{
	const struct page_address_map *map;
	void *address;

	if (!PageHighMem(page))
		return lowmem_page_address(page);
	BUG_ON(in_interrupt());
	spin_lock(&kmap_lock);
	map = find_map(page);
	address = map ? (void *)map->address : NULL;
	spin_unlock(&kmap_lock);
	return address;
}

/* ---- Slots ---- */

/* What was unmapped is free only now that no TLB knows it. */
static void check_flushed(void)
{
	if (likely(!tlb_check))
		return;
	for (unsigned int nr = 0; nr < LAST_PKMAP; nr++)
		if (!pkmap_count[nr])
			tlb_check_unmapped(PKMAP_ADDR(nr), PKMAP_ADDR(nr + 1));
}

static void flush_all_zero_pkmaps(void)
{
	/* LAB 7.2 BEGIN
	 * Free all slots that are mapped and not used: entry, hash, page. Then flush the
	 * window, and count the flush, if there were any.
	 * START WITH
	 *	check_flushed();
	 */
	bool need_flush = false;

	for (unsigned int nr = 0; nr < LAST_PKMAP; nr++) {
		if (pkmap_count[nr] != 1)
			continue;
		pkmap_count[nr] = 0;
		pkmap_clear(nr);
		__hlist_unlink(&page_address_maps[nr].list);
		page_address_maps[nr].page = NULL;
		need_flush = true;
	}
	if (!need_flush)
		return;
	pkmap_flushes++;
	flush_tlb_kernel_range(PKMAP_ADDR(0), PKMAP_ADDR(LAST_PKMAP), TLB_KMAP);
	check_flushed();
	/* LAB 7.2 END */
}

/* There is one, used by nobody. */
static unsigned int take_free_slot(void)
{
	/* LAB 7.2 BEGIN
	 * In turn, from the slot behind the last one on; slot 0 begins a round.
	 * START WITH
	 *	for (unsigned int nr = 0; nr < LAST_PKMAP; nr++)
	 *		if (!pkmap_count[nr])
	 *			return nr;
	 *	panic("kmap: no slot has become free");
	 */
	unsigned int nr = last_pkmap_nr;

	do {
		nr = (nr + 1) & LAST_PKMAP_MASK;
		if (!nr)
			flush_all_zero_pkmaps();
	} while (pkmap_count[nr]);
	last_pkmap_nr = nr;
	return nr;
	/* LAB 7.2 END */
}

/* Map the page, which has no slot, for nobody yet. */
static struct page_address_map *map_new_virtual(struct page *page)
{
	unsigned int nr = take_free_slot();

	pkmap_set(nr, page_to_pfn(page));
	pkmap_count[nr] = 1;
	set_page_address(page, nr);
	return &page_address_maps[nr];
}

static unsigned long pin(struct page_address_map *map)
{
	/* LAB 7.1 BEGIN
	 * One user more.
	 * START WITH
	 */
	if (pkmap_count[slot_nr(map)]++ == 1)
		pkmap_used++;
	/* LAB 7.1 END */
	return map->address;
}

/* ---- Waiting ---- */

static void serve_longest_waiter(void)
{
	/* LAB 7.3 BEGIN
	 * Map the page of who waits longest, and give it to all who wait for this page.
	 * START WITH
	 */
	struct kmap_waiter *waiter =
		list_first_entry(&pkmap_map_wait, struct kmap_waiter, list);
	struct page *page = waiter->page;
	struct page_address_map *map = map_new_virtual(page);
	struct kmap_waiter *next;

	list_for_each_entry_safe (waiter, next, &pkmap_map_wait, list) {
		if (waiter->page != page)
			continue;
		list_del(&waiter->list);
		waiter->address = pin(map);
		wake_up_process(waiter->task);
	}
	/* LAB 7.3 END */
}

/* Holding kmap_lock, and again when it returns. */
static noinline unsigned long wait_for_slot(struct page *page)
{
	/* LAB 7.3 BEGIN
	 * Wait in the list, asleep and without the lock, until there is an address.
	 * START WITH
	 *	panic("kmap: all slots are in use, nothing for frame %#lx", page_to_pfn(page));
	 */
	struct kmap_waiter waiter = {.task = current, .page = page};

	list_add_tail(&waiter.list, &pkmap_map_wait);
	while (!READ_ONCE(waiter.address)) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		spin_unlock(&kmap_lock);
		schedule();
		spin_lock(&kmap_lock);
	}
	return waiter.address;
	/* LAB 7.3 END */
}

static void unpin(unsigned int nr)
{
	/* LAB 7.1 BEGIN
	 * One user less; if it was not the last one, return.
	 * START WITH
	 *	if (pkmap_count[nr] != 1)
	 *		return;
	 */
	if (--pkmap_count[nr] != 1)
		return;
	pkmap_used--;
	/* LAB 7.1 END */
	if (unlikely(!list_empty(&pkmap_map_wait)))
		serve_longest_waiter();
}

/* ---- The interface ---- */

void *kmap_high(struct page *page)
{
	struct page_address_map *map;
	unsigned long address;

	spin_lock(&kmap_lock);
	map = find_map(page);
	if (!map && likely(pkmap_used < LAST_PKMAP))
		map = map_new_virtual(page);
	address = likely(map) ? pin(map) : wait_for_slot(page);
	spin_unlock(&kmap_lock);
	return (void *)address;
}

void *kmap_high_get(struct page *page)
{
	struct page_address_map *map;
	void *address = NULL;

	if (!PageHighMem(page))
		return lowmem_page_address(page);
	BUG_ON(in_interrupt());
	spin_lock(&kmap_lock);
	map = find_map(page);
	if (map)
		address = (void *)pin(map);
	spin_unlock(&kmap_lock);
	return address;
}

void kunmap_high(struct page *page)
{
	struct page_address_map *map;

	spin_lock(&kmap_lock);
	map = find_map(page);
	if (unlikely(!map || pkmap_count[slot_nr(map)] < 2)) {
		spin_unlock(&kmap_lock);
		panic("kunmap: page frame %#lx is not mapped", page_to_pfn(page));
	}
	unpin(slot_nr(map));
	spin_unlock(&kmap_lock);
}

bool kunmap_address(unsigned long address)
{
	unsigned int nr = PKMAP_NR(address);
	bool used;

	spin_lock(&kmap_lock);
	used = pkmap_count[nr] > 1;
	if (used)
		unpin(nr);
	spin_unlock(&kmap_lock);
	return used;
}

void kmap_flush_unused(void)
{
	spin_lock(&kmap_lock);
	flush_all_zero_pkmaps();
	spin_unlock(&kmap_lock);
}

/* ---- State ---- */

void pkmap_get_slot(unsigned int nr, struct pkmap_slot *slot)
{
	BUG_ON(nr >= LAST_PKMAP);
	spin_lock(&kmap_lock);
	slot->page = page_address_maps[nr].page;
	slot->address = PKMAP_ADDR(nr);
	slot->count = pkmap_count[nr];
	spin_unlock(&kmap_lock);
}

void pkmap_get_stats(struct pkmap_stats *stats)
{
	struct kmap_waiter *waiter;

	spin_lock(&kmap_lock);
	*stats = (struct pkmap_stats){
		.used = pkmap_used, .last = last_pkmap_nr, .flushes = pkmap_flushes};
	for (unsigned int nr = 0; nr < LAST_PKMAP; nr++) {
		stats->free += pkmap_count[nr] == 0;
		stats->stale += pkmap_count[nr] == 1;
	}
	list_for_each_entry (waiter, &pkmap_map_wait, list)
		stats->waiters++;
	spin_unlock(&kmap_lock);
}

/* ---- The checker ---- */

static const char *slot_is_wrong(unsigned int nr)
{
	const struct page_address_map *map = &page_address_maps[nr];
	pte_t pte = pkmap_page_table[nr];

	if (!pkmap_count[nr]) {
		if (!pte_none(pte))
			return "is free and mapped";
		return map->page ? "is free and has a page" : NULL;
	}
	if (!map->page || !PageHighMem(map->page))
		return "has users and no page of highmem";
	if (!pte_present(pte) || pte_pfn(pte) != page_to_pfn(map->page))
		return "does not map its page";
	if (map->address != PKMAP_ADDR(nr))
		return "has another one's address";
	return find_map(map->page) == map ? NULL : "is not where its page is looked up";
}

static unsigned int check_slots(unsigned int *mapped)
{
	unsigned int violations = 0, used = 0;

	*mapped = 0;
	for (unsigned int nr = 0; nr < LAST_PKMAP; nr++) {
		const char *wrong = slot_is_wrong(nr);

		if (wrong) {
			pr_err("pkmap: slot %u (count %u) %s\n", nr, pkmap_count[nr], wrong);
			violations++;
		}
		*mapped += pkmap_count[nr] > 0;
		used += pkmap_count[nr] > 1;
	}
	if (used == pkmap_used)
		return violations;
	pr_err("pkmap: %u slots have users, %u are counted\n", used, pkmap_used);
	return violations + 1;
}

/* As many as slots are mapped, if each of those is there. */
static unsigned int check_hash(unsigned int mapped)
{
	struct page_address_map *map;
	unsigned int entries = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(page_address_htable); i++)
		hlist_for_each_entry (map, &page_address_htable[i], list)
			if (++entries > LAST_PKMAP)
				break;
	if (entries == mapped)
		return 0;
	pr_err("pkmap: %u slots are mapped, %u are in the hash\n", mapped, entries);
	return 1;
}

static unsigned int check_waiters(void)
{
	struct kmap_waiter *waiter;
	unsigned int violations = 0;

	list_for_each_entry (waiter, &pkmap_map_wait, list) {
		if (pkmap_used == LAST_PKMAP && !waiter->address &&
		    !find_map(waiter->page))
			continue;
		pr_err("pkmap: somebody waits for frame %#lx and need not\n",
		       page_to_pfn(waiter->page));
		violations++;
	}
	return violations;
}

unsigned int pkmap_check(void)
{
	unsigned int violations, mapped;

	spin_lock(&kmap_lock);
	violations = check_slots(&mapped) + check_hash(mapped) + check_waiters();
	spin_unlock(&kmap_lock);
	return violations;
}
