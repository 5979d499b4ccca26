/*
 * page_owner=on: a record of 8 bytes for each frame, and the call chains, each
 * once, in a hash table that never shrinks (Linux's stack depot). Most pages are
 * taken by few pieces of code, so a chain's number fits 16 bits, and a machine
 * with 64 GiB needs 128 MiB of records instead of more than it has lowmem.
 *
 * Every frame of a block has the block's record. A block is aligned to its size,
 * so a record needs no pointer to the first frame: clear the low bits.
 *
 * Invariant, verified by page_owner_check: a chain's pages are the frames that
 * are taken and name it.
 */
#include "internal.h"

#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/bootmem.h>

#include <asm/stacktrace.h>

#define HASH_BUCKETS 1024U

/* Frames of the allocator itself that a chain shall not begin with. */
#define SKIP_ALLOC 3 /* page_debug_alloc, prep_special, alloc_pages_debug */
#define SKIP_FREE  1 /* page_debug_free */

struct record {
	u32 gfp : 24;
	u32 order : 4;
	u32 taken : 1;
	u16 alloc_chain, free_chain;
};
_Static_assert(sizeof(struct record) == 8, "page_owner: a record has 8 bytes");

struct depot {
	struct page_owner_chain chains[PAGE_OWNER_CHAINS];
	u16 buckets[HASH_BUCKETS]; /* 0: empty */
	unsigned int nr_chains;    /* used, number 0 among them */
};

void *page_owner_memory;

/* Both in page_owner_memory. Interrupts off to change them. */
static struct depot *depot;
static struct record *records;

unsigned long page_owner_bytes(unsigned long frames)
{
	return sizeof(struct depot) + frames * sizeof(struct record);
}

bool page_owner_start(void)
{
	unsigned long bytes = page_owner_bytes(max_mapnr);

	if (!page_owner_memory)
		page_owner_memory = alloc_bootmem_nopanic(bytes);
	if (!page_owner_memory) {
		pr_err("page_owner=on: no room for its %luK: it stays off\n",
		       bytes >> 10);
		return false;
	}
	memset(page_owner_memory, 0, bytes);
	depot = page_owner_memory;
	depot->nr_chains = 1;
	records = (struct record *)(depot + 1);
	return true;
}

bool page_owner_enabled(void)
{
	return page_debug.owner;
}

/* ---- Chains ---- */

static unsigned int hash_entries(const unsigned long *entries, unsigned int nr)
{
	u32 hash = 2166136261U; /* FNV-1a, by words */

	for (unsigned int i = 0; i < nr; i++)
		hash = (hash ^ (u32)entries[i]) * 16777619U;
	return (hash ^ hash >> 16) % HASH_BUCKETS;
}

static unsigned int add_chain(u16 *bucket, const unsigned long *entries,
                              unsigned int nr)
{
	unsigned int n = depot->nr_chains;
	struct page_owner_chain *chain = &depot->chains[n];

	if (n == PAGE_OWNER_CHAINS)
		return 0;
	memcpy(chain->entries, entries, nr * sizeof(*entries));
	chain->nr = (u16)nr;
	chain->next = *bucket;
	*bucket = (u16)n;
	depot->nr_chains++;
	return n;
}

/* Interrupts off. The number of the chain, 0 if there is no room for it. */
static unsigned int find_chain(const unsigned long *entries, unsigned int nr)
{
	u16 *bucket = &depot->buckets[hash_entries(entries, nr)];

	for (unsigned int n = *bucket; n; n = depot->chains[n].next) {
		const struct page_owner_chain *chain = &depot->chains[n];

		if (chain->nr == nr &&
		    memcmp(chain->entries, entries, nr * sizeof(*entries)) == 0)
			return n;
	}
	return add_chain(bucket, entries, nr);
}

/* ---- Records ---- */

static struct record *record_of(const struct page *page)
{
	return &records[page_to_pfn(page)];
}

noinline void page_owner_alloc(struct page *page, unsigned int order, gfp_t gfp)
{
	unsigned long entries[PAGE_OWNER_DEPTH], flags;
	unsigned int nr = save_stack_trace(entries, PAGE_OWNER_DEPTH, SKIP_ALLOC),
		     chain;
	struct record *record = record_of(page);

	local_irq_save(flags);
	chain = find_chain(entries, nr);
	depot->chains[chain].pages += 1UL << order;
	for (unsigned long i = 0; i < 1UL << order; i++) {
		record[i].gfp = gfp & ~__GFP_HOOKS & 0xffffff;
		record[i].order = order & 0xf;
		record[i].taken = 1;
		record[i].alloc_chain = (u16)chain;
	}
	local_irq_restore(flags);
}

/* A block that was taken must come back as it was taken. What boot hands over
 * never was. */
static void check_order(struct page *page, unsigned int order)
{
	const struct record *record = record_of(page);

	if (!record->taken || record->order == order)
		return;
	if (bug_hook)
		bug_hook();
	pr_emerg(
	    "BUG: page_owner: pfn:%#lx is freed as order %u, but was taken as order "
	    "%u\n",
	    page_to_pfn(page), order, record->order);
	bad_page(page, "page_owner: it is freed as another order than it was taken as");
}

noinline void page_owner_free(struct page *page, unsigned int order)
{
	unsigned long entries[PAGE_OWNER_DEPTH], flags;
	unsigned int nr = save_stack_trace(entries, PAGE_OWNER_DEPTH, SKIP_FREE), chain;
	struct record *record = record_of(page);

	check_order(page, order);
	local_irq_save(flags);
	chain = find_chain(entries, nr);
	for (unsigned long i = 0; i < 1UL << order; i++) {
		if (record[i].taken)
			depot->chains[record[i].alloc_chain].pages--;
		record[i].taken = 0;
		record[i].free_chain = (u16)chain;
	}
	local_irq_restore(flags);
}

void page_owner_forget(const struct page *page, unsigned int order)
{
	struct record *record = record_of(page);
	unsigned long flags;

	local_irq_save(flags);
	for (unsigned long i = 0; i < 1UL << order; i++) {
		if (record[i].taken)
			depot->chains[record[i].alloc_chain].pages--;
		record[i] = (struct record){.taken = 0};
	}
	local_irq_restore(flags);
}

void page_owner_split(const struct page *page, unsigned int order)
{
	struct record *record = record_of(page);

	for (unsigned long i = 0; i < 1UL << order; i++)
		record[i].order = 0;
}

/* ---- Reading ---- */

bool page_owner_get(unsigned long pfn, struct page_owner *owner)
{
	struct record record;
	unsigned long flags;

	if (!page_debug.owner)
		return false;
	local_irq_save(flags);
	record = records[pfn];
	local_irq_restore(flags);
	*owner = (struct page_owner){.gfp = record.gfp,
	                             .order = record.order,
	                             .taken = record.taken,
	                             .alloc_chain = record.alloc_chain,
	                             .free_chain = record.free_chain};
	return true;
}

const struct page_owner_chain *page_owner_chain(unsigned int n)
{
	return page_debug.owner && n < depot->nr_chains ? &depot->chains[n] : NULL;
}

unsigned int page_owner_nr_chains(void)
{
	return page_debug.owner ? depot->nr_chains : 0;
}

void page_owner_mark(void)
{
	for (unsigned int n = 0; n < page_owner_nr_chains(); n++)
		depot->chains[n].marked = depot->chains[n].pages;
}

static void dump_chain(unsigned int n)
{
	const struct page_owner_chain *chain = page_owner_chain(n);

	if (!chain->nr)
		pr_emerg(" (unknown)\n");
	for (unsigned int i = 0; i < chain->nr; i++)
		pr_emerg(" [<%08lx>] %pS\n", chain->entries[i],
		         (void *)chain->entries[i]);
}

void page_owner_dump(const struct page *page)
{
	const struct record *record = record_of(page);
	unsigned long pfn = page_to_pfn(page);
	char mask[GFP_TEXT_MAX];

	if (record->alloc_chain) {
		gfp_text(record->gfp, mask, sizeof(mask));
		pr_emerg(
		    "page_owner: pfn:%#lx was taken as order %u, mask %#x(%s), by\n",
		    pfn, record->order, record->gfp, mask);
		dump_chain(record->alloc_chain);
	} else {
		pr_emerg("page_owner: pfn:%#lx was never taken\n", pfn);
	}
	if (record->taken && record->alloc_chain) {
		pr_emerg("page_owner: pfn:%#lx is still in use\n", pfn);
	} else if (record->free_chain) {
		pr_emerg("page_owner: pfn:%#lx was freed by\n", pfn);
		dump_chain(record->free_chain);
	}
}

/* ---- Checker ---- */

static void count_frames(void)
{
	for (unsigned int n = 0; n < depot->nr_chains; n++)
		depot->chains[n].found = 0;
	for (unsigned long pfn = 0; pfn < max_mapnr; pfn++)
		if (records[pfn].taken)
			depot->chains[records[pfn].alloc_chain].found++;
}

unsigned int page_owner_check(void)
{
	unsigned int violations = 0;
	unsigned long flags;

	if (!page_debug.owner)
		return 0;
	local_irq_save(flags);
	count_frames();
	for (unsigned int n = 0; n < depot->nr_chains; n++) {
		const struct page_owner_chain *chain = &depot->chains[n];

		if (chain->found == chain->pages)
			continue;
		pr_err("page_owner_check: chain %u: %lu frames found, %lu counted\n", n,
		       chain->found, chain->pages);
		violations++;
	}
	local_irq_restore(flags);
	return violations;
}
