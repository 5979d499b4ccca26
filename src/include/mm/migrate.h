/*
 * Pages that can move. An allocation with __GFP_MOVABLE promises that somebody
 * knows every pointer to the page and can turn them to another one; the owner
 * says who by registering operations on the page. Then memory can be cleared of
 * it: the contents are copied to a new page, the owner turns its pointers, and
 * the old page is free. Names are those of Linux's movable pages that are on no
 * LRU list. (Gorman ch. 2 for struct page; Linux, "Page migration", section
 * "Non-LRU page migration")
 *
 * The operations live in page->mapping, marked by its low bits, while the page
 * is allocated: take them off before the page is freed, which checks mapping.
 */
#ifndef MM_MIGRATE_H
#define MM_MIGRATE_H

#include <mm/page_alloc.h>

/* Called with interrupts as the caller of migrate_pages has them. */
struct movable_operations {
	/*
	 * Leave the page alone until migrate_page or putback_page, and take it off
	 * any list: page->lru is the migration's meanwhile. false: not now.
	 * Interrupts are off; may not sleep. The owner's threads see it by
	 * PageIsolated: they look, and use the page or take its operations off,
	 * with interrupts off.
	 */
	bool (*isolate_page)(struct page *page);
	/*
	 * dst has src's contents, index, private and operations: turn all pointers
	 * to it, and put it on the owner's list. Returns 0, and src is not the
	 * owner's any more, nor its reference; or -EAGAIN (worth another try at
	 * once), or another negative errno but -ENOMEM: src is as before.
	 */
	int (*migrate_page)(struct page *dst, struct page *src);
	/* The page stays: it is the owner's again. */
	void (*putback_page)(struct page *page);
};

#define PAGE_MAPPING_MOVABLE 2UL
#define PAGE_MAPPING_FLAGS   3UL

static inline bool PageMovable(const struct page *page)
{
	return ((unsigned long)page->mapping & PAGE_MAPPING_FLAGS) ==
	       PAGE_MAPPING_MOVABLE;
}

static inline const struct movable_operations *page_movable_ops(const struct page *page)
{
	return (const void *)((unsigned long)page->mapping & ~PAGE_MAPPING_FLAGS);
}

/* The page, a single one of the caller's with nothing in mapping, may move. */
void __SetPageMovable(struct page *page, const struct movable_operations *ops);

/* It may not any more; before it is freed. Not while it is isolated: an owner whose
 * pages are migrated by other threads looks with interrupts off. */
void __ClearPageMovable(struct page *page);

/*
 * Why the page cannot move now, as the end of a sentence ("it is reserved"), or
 * NULL if it can or is free. Interrupts off, or the answer may be old.
 */
const char *page_immovable_reason(const struct page *page);

/*
 * Take a page from its owner, with a reference, to migrate it or put it back.
 * false: it is free, or it cannot move now.
 */
bool isolate_movable_page(struct page *page);

/* Give back pages that were isolated, all on the list by page->lru. */
void putback_movable_pages(struct list_head *list);

/* A page to move the given one to, count 1, or NULL. */
typedef struct page *new_page_t(struct page *page, unsigned long private);

/*
 * Move the isolated pages on the list, trying those again that ask for it; each
 * one that has moved is freed and off the list. Returns how many are left, or
 * -ENOMEM when get_new_page gave NULL. The caller puts back what is left. May
 * sleep if get_new_page does.
 */
int migrate_pages(struct list_head *list, new_page_t *get_new_page,
                  unsigned long private);

/* Pages moved since boot. */
extern unsigned long nr_pages_migrated;

#endif
