/*
 * The helpers for contents of pages; and `test highmem`, which is these and the main
 * cases of kmap and kmap_atomic.
 */
#include "kmap_test.h"

#include <lib/string.h>

static u8 buffer[PAGE_SIZE];

/* One page of each kind that there is: both must behave alike. */
static unsigned int take_pages(struct page *pages[2])
{
	pages[0] = alloc_page(GFP_KERNEL);
	pages[1] = take_high_page();
	return pages[1] ? 2 : 1;
}

static void fill(struct page *page, u8 byte)
{
	void *address = kmap(page);

	memset(address, byte, PAGE_SIZE);
	kunmap(page);
}

/* Whether the bytes [start, end) have this value. */
static bool all_are(struct page *page, unsigned int start, unsigned int end, u8 byte)
{
	const u8 *bytes = kmap(page);
	bool same = true;

	for (unsigned int i = start; i < end && same; i++)
		same = bytes[i] == byte;
	kunmap(page);
	return same;
}

TEST(highmem, a_page_is_cleared_as_a_whole)
{
	struct page *pages[2];
	unsigned int nr = take_pages(pages);

	for (unsigned int i = 0; i < nr; i++) {
		fill(pages[i], 0x5a);
		clear_highpage(pages[i]);
		EXPECT(all_are(pages[i], 0, PAGE_SIZE, 0));
		fill(pages[i], 0x5a);
		clear_user_highpage(pages[i], 0x08048000);
		EXPECT(all_are(pages[i], 0, PAGE_SIZE, 0));
	}
	give_pages(pages, nr);
}

TEST(highmem, a_page_is_copied_whatever_kind_the_two_are_of)
{
	struct page *from[2], *to[2];
	unsigned int nr = take_pages(from);

	EXPECT_EQ(take_pages(to), nr);
	for (unsigned int i = 0; i < nr * nr; i++) {
		fill(from[i / nr], (u8)(i + 1));
		copy_highpage(to[i % nr], from[i / nr]);
		EXPECT(all_are(to[i % nr], 0, PAGE_SIZE, (u8)(i + 1)));
		fill(from[i / nr], (u8)~i);
		copy_user_highpage(to[i % nr], from[i / nr], 0x08048000);
		EXPECT(all_are(to[i % nr], 0, PAGE_SIZE, (u8)~i));
	}
	give_pages(from, nr);
	give_pages(to, nr);
}

TEST(highmem, segments_are_zeroed_and_nothing_else)
{
	struct page *pages[2];
	unsigned int nr = take_pages(pages);

	for (unsigned int i = 0; i < nr; i++) {
		fill(pages[i], 0xff);
		zero_user_segments(pages[i], 0, 3, 4093, 4096);
		EXPECT(all_are(pages[i], 0, 3, 0));
		EXPECT(all_are(pages[i], 3, 4093, 0xff));
		EXPECT(all_are(pages[i], 4093, 4096, 0));
		zero_user_segment(pages[i], 100, 101);
		zero_user(pages[i], 200, 50);
		EXPECT(all_are(pages[i], 3, 100, 0xff));
		EXPECT(all_are(pages[i], 100, 101, 0));
		EXPECT(all_are(pages[i], 101, 200, 0xff));
		EXPECT(all_are(pages[i], 200, 250, 0));
		EXPECT(all_are(pages[i], 250, 4093, 0xff));
		zero_user_segments(pages[i], 500, 500, 600, 500); /* empty ones */
		zero_user(pages[i], PAGE_SIZE, 0);
		EXPECT(all_are(pages[i], 250, 4093, 0xff));
	}
	give_pages(pages, nr);
}

TEST(highmem, bytes_are_copied_in_and_out)
{
	static const u8 text[] = "fifteen letters";
	struct page *pages[2];
	unsigned int nr = take_pages(pages);

	for (unsigned int i = 0; i < nr; i++) {
		fill(pages[i], '.');
		memcpy_to_page(pages[i], PAGE_SIZE - 15, text, 15);
		memcpy_to_page(pages[i], PAGE_SIZE, text, 0);
		EXPECT(all_are(pages[i], 0, PAGE_SIZE - 15, '.'));
		memset(buffer, 0, sizeof(buffer));
		memcpy_from_page(buffer, pages[i], PAGE_SIZE - 16, 16);
		EXPECT_STR((char *)buffer, ".fifteen letters");
		EXPECT_EQ(buffer[16], 0);
	}
	give_pages(pages, nr);
}

static void copy_out_too_far(void *page)
{
	memcpy_from_page(buffer, page, 1, PAGE_SIZE);
}

static void copy_in_too_far(void *page)
{
	memcpy_to_page(page, PAGE_SIZE + 1, buffer, 0);
}

static void copy_in_round_the_corner(void *page)
{
	memcpy_to_page(page, 16, buffer, (size_t)-8);
}

static void zero_too_far(void *page)
{
	zero_user_segments(page, 0, 1, 0, PAGE_SIZE + 1);
}

static void zero_round_the_corner(void *page)
{
	zero_user(page, 16, (unsigned int)-8);
}

TEST(highmem, what_reaches_beyond_the_page_is_a_bug)
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	EXPECT_BUG(copy_out_too_far, page);
	EXPECT_BUG(copy_in_too_far, page);
	EXPECT_BUG(copy_in_round_the_corner, page);
	EXPECT_BUG(zero_too_far, page);
	EXPECT_BUG(zero_round_the_corner, page);
	EXPECT_EQ(kmap_atomic_depth(), 0);
	__free_page(page);
}

TEST(highmem, the_helpers_leave_no_mapping_behind)
{
	EXPECT_EQ(kmap_atomic_depth(), 0);
	EXPECT_EQ(kmap_atomic_check(), 0);
	EXPECT_EQ(pkmap_check(), 0);
}
