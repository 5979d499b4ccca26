/*
 * page_poison=on: a free page is filled with a pattern, and looked through when
 * it is taken again. What differs was written by somebody who no longer owned the
 * page, or never did: through a stale pointer, or past the end of the block
 * before. It finds less soon than debug_pagealloc, but in highmem as well, and
 * it sees what a device writes.
 *
 * As in Linux, a single bit that differs is called by its name: that is more often
 * bad RAM than bad code. Linux goes on after the report; here the page is wrong
 * and the kernel stops.
 */
#include "internal.h"

#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/highmem.h>

#define DUMP_ROW   16U
#define DUMP_BYTES (2 * DUMP_ROW)

#define POISON_WORD (~0UL / 0xff * PAGE_POISON)

/* What is wrong with a page; offsets in bytes. */
struct damage {
	unsigned int first, last, nr_bytes, nr_bits;
	u8 sample[DUMP_BYTES]; /* from the row of the first on */
};

void poison_pages(struct page *page, unsigned int order)
{
	for (unsigned long i = 0; i < 1UL << order; i++) {
		void *address = kmap_atomic(page + i);

		memset(address, PAGE_POISON, PAGE_SIZE);
		kunmap_atomic(address);
	}
}

static unsigned int sample_offset(const struct damage *damage)
{
	return min(ALIGN_DOWN(damage->first, DUMP_ROW),
	           (unsigned int)PAGE_SIZE - DUMP_BYTES);
}

static void assess(const u8 *bytes, struct damage *damage)
{
	*damage = (struct damage){.nr_bytes = 0};
	for (unsigned int i = 0; i < PAGE_SIZE; i++) {
		u8 wrong = bytes[i] ^ PAGE_POISON;

		if (!wrong)
			continue;
		if (!damage->nr_bytes++)
			damage->first = i;
		damage->last = i;
		for (; wrong; wrong &= (u8)(wrong - 1))
			damage->nr_bits++;
	}
	memcpy(damage->sample, bytes + sample_offset(damage), DUMP_BYTES);
}

static void dump_sample(const struct damage *damage)
{
	unsigned int row = sample_offset(damage);

	for (unsigned int i = 0; i < DUMP_BYTES; i += DUMP_ROW) {
		pr_emerg("%03x:", row + i);
		for (unsigned int j = 0; j < DUMP_ROW; j++)
			pr_cont(" %02x", damage->sample[i + j]);
		pr_cont("\n");
	}
}

/* The page before may be the culprit's own, if the damage begins at byte 0. */
static void dump_neighbour(const struct page *page)
{
	struct page_owner owner;
	unsigned long pfn = page_to_pfn(page);

	if (!pfn_valid(pfn - 1) || !page_owner_get(pfn - 1, &owner) || !owner.taken)
		return;
	pr_emerg(
	    "the damage begins at byte 0: perhaps a write past the end of the page "
	    "before it, pfn:%#lx\n",
	    pfn - 1);
	page_owner_dump(page - 1);
}

static __noreturn void report(const struct page *page, const struct damage *damage)
{
	if (bug_hook)
		bug_hook();
	pr_emerg("BUG: page_poison: pfn:%#lx was written to while it was free\n",
	         page_to_pfn(page));
	if (damage->nr_bits == 1)
		pr_emerg("a single bit differs, at byte %#x: it may be bad RAM\n",
		         damage->first);
	else
		pr_emerg("%u bytes differ, the first at %#x, the last at %#x\n",
		         damage->nr_bytes, damage->first, damage->last);
	dump_sample(damage);
	if (damage->first == 0)
		dump_neighbour(page);
	bad_page(page, "page_poison: it was written to while it was free");
}

/* All pages that are taken come through here. */
static bool is_poisoned(const unsigned long *words)
{
	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*words); i += 4)
		if ((words[i] ^ POISON_WORD) | (words[i + 1] ^ POISON_WORD) |
		    (words[i + 2] ^ POISON_WORD) | (words[i + 3] ^ POISON_WORD))
			return false;
	return true;
}

static void check_page(const struct page *page)
{
	void *address = kmap_atomic((struct page *)page);
	bool wrong = !is_poisoned(address);
	struct damage damage;

	if (unlikely(wrong))
		assess(address, &damage);
	kunmap_atomic(address);
	if (unlikely(wrong))
		report(page, &damage);
}

void check_poison(const struct page *page, unsigned int order)
{
	for (unsigned long i = 0; i < 1UL << order; i++)
		check_page(page + i);
}
