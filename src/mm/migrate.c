/*
 * Moving a page: its owner lets go of it (isolate_page), its contents are copied
 * to a new page, the owner turns its pointers (migrate_page), and the old page
 * is freed. What may go wrong goes wrong before the owner turns its pointers, so
 * a page either has moved or is where it was.
 *
 * Different from Linux's mm/migrate.c: the copying is done here, not by the
 * owner; the owner's reference goes with its pointers, without a get and a put;
 * there is no page lock, since nothing waits for a single page yet. Pages that
 * page tables map cannot move: that takes a reverse map.
 *
 * Invariant: a page with PG_isolated has one reference more than its owner gave
 * it, is on a migration's list, and its owner does not touch it.
 */
#include <asm/irqflags.h>
#include <lib/bug.h>
#include <lib/errno.h>
#include <mm/highmem.h>
#include <mm/migrate.h>

#define MIGRATE_ROUNDS 5 /* how often a page is asked that says -EAGAIN */

#define OWNER_REFERENCES    1
#define ISOLATED_REFERENCES 2

/* What is the owner's to say about its page, and so moves with it. */
#define OWNER_FLAGS                                                                    \
	(BIT(PG_error) | BIT(PG_referenced) | BIT(PG_uptodate) | BIT(PG_dirty) |       \
	 BIT(PG_private) | BIT(PG_owner_priv_1) | BIT(PG_arch_1))

unsigned long nr_pages_migrated;

void __SetPageMovable(struct page *page, const struct movable_operations *ops)
{
	BUG_ON((unsigned long)ops & PAGE_MAPPING_FLAGS);
	BUG_ON(page->mapping || PageCompound(page) || page->_count < 1);
	page->mapping = (void *)((unsigned long)ops | PAGE_MAPPING_MOVABLE);
}

void __ClearPageMovable(struct page *page)
{
	unsigned long flags;

	local_irq_save(flags);
	BUG_ON(!PageMovable(page) || PageIsolated(page));
	page->mapping = NULL;
	local_irq_restore(flags);
}

const char *page_immovable_reason(const struct page *page)
{
	if (PageReserved(page))
		return "it is reserved";
	if (PageCompound(page))
		return "it is part of a compound page";
	if (page->_count == 0)
		return NULL;
	if (PageSlab(page))
		return "it is a slab's";
	if (!PageMovable(page))
		return "its owner has not said how to move it";
	if (PageIsolated(page))
		return "it is being moved already";
	if (page->_mapcount != -1)
		return "page tables map it";
	if (page->_count != OWNER_REFERENCES)
		return "it is pinned by another reference";
	return NULL;
}

bool isolate_movable_page(struct page *page)
{
	bool isolated = false;
	unsigned long flags;

	local_irq_save(flags);
	if (page->_count && !page_immovable_reason(page) &&
	    page_movable_ops(page)->isolate_page(page)) {
		get_page(page);
		SetPageIsolated(page);
		isolated = true;
	}
	local_irq_restore(flags);
	return isolated;
}

static void putback_page(struct page *page)
{
	list_del(&page->lru);
	ClearPageIsolated(page);
	page_movable_ops(page)->putback_page(page);
	put_page(page);
}

void putback_movable_pages(struct list_head *list)
{
	struct page *page, *next;

	list_for_each_entry_safe (page, next, list, lru)
		putback_page(page);
}

static void copy_page_state(struct page *dst, struct page *src)
{
	copy_highpage(dst, src);
	dst->flags |= src->flags & OWNER_FLAGS;
	dst->private = src->private;
	dst->index = src->index;
	dst->mapping = src->mapping;
}

/* As a page must be that is freed. */
static void forget_page_state(struct page *page)
{
	page->flags &= ~(OWNER_FLAGS | BIT(PG_isolated));
	page->private = 0;
	page->index = 0;
	page->mapping = NULL;
}

static int migrate_one(struct page *src, new_page_t *get_new_page,
                       unsigned long private)
{
	struct page *dst;
	int error;

	if (src->_count != ISOLATED_REFERENCES)
		return -EAGAIN; /* pinned since it was isolated */
	dst = get_new_page(src, private);
	if (!dst)
		return -ENOMEM;
	copy_page_state(dst, src);
	error = page_movable_ops(src)->migrate_page(dst, src);
	if (error) {
		forget_page_state(dst);
		__free_page(dst);
		return error;
	}
	list_del(&src->lru);
	forget_page_state(src);
	put_page(src); /* ours */
	put_page(src); /* the owner's, which has dst instead */
	__atomic_fetch_add(&nr_pages_migrated, 1, __ATOMIC_RELAXED);
	return 0;
}

int migrate_pages(struct list_head *list, new_page_t *get_new_page,
                  unsigned long private)
{
	bool again = true;
	int left = 0;

	for (int round = 0; again && round < MIGRATE_ROUNDS; round++) {
		struct page *page, *next;

		again = false;
		left = 0;
		list_for_each_entry_safe (page, next, list, lru) {
			int error = migrate_one(page, get_new_page, private);

			if (error == -ENOMEM)
				return error;
			again |= error == -EAGAIN;
			left += error != 0;
		}
	}
	return left;
}
