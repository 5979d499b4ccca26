/*
 * Bounce buffers: what the device sees, what comes back, and the emergency pool. The
 * device is the test, which reads and writes at the physical address.
 */
#include "kmap_test.h"

#include <kernel/kthread.h>
#include <lib/string.h>
#include <mm/bounce.h>
#include <sched/completion.h>

#ifdef K896_HOST
#include "machine.h"

/* The host's machine boots without the pool. */
static void boot(void)
{
	host_machine_init();
	bounce_init();
}
#else
static void boot(void)
{
}
#endif

#define PATTERN 0xc3

/* A page that an ISA device does not reach: of highmem if there is any. */
static struct page *take_far_page(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER | __GFP_NOWARN);

	if (page && page_to_pfn(page) < BOUNCE_ISA) {
		__free_page(page);
		return NULL;
	}
	return page;
}

static u8 *device(phys_addr_t address)
{
	EXPECT(address < MAX_DMA_ADDRESS);
	return __va(address);
}

static void fill(struct page *page, u8 byte)
{
	memset(kmap(page), byte, PAGE_SIZE);
	kunmap(page);
}

static u8 byte_at(struct page *page, size_t offset)
{
	u8 byte;

	memcpy_from_page(&byte, page, offset, 1);
	return byte;
}

TEST(bounce, a_page_that_the_device_reaches_is_mapped_as_it_is)
{
	struct page *page;
	unsigned long used;

	boot();
	used = nr_bounce_pages();
	page = alloc_page(GFP_DMA);
	ASSERT(page != NULL);
	EXPECT_EQ(bounce_map(page, 12, 100, DMA_TO_DEVICE, BOUNCE_ISA, GFP_ATOMIC),
		  page_to_phys(page) + 12);
	EXPECT_EQ(nr_bounce_pages(), used);
	bounce_sync_for_cpu(page, page_to_phys(page) + 12);
	bounce_unmap(page, page_to_phys(page) + 12);
	__free_page(page);
}

TEST(bounce, the_device_reads_what_was_written_and_its_writes_are_lost)
{
	struct page *page;
	phys_addr_t address;

	boot();
	page = take_far_page();
	if (!page)
		SKIP("memory above 16 MiB");
	fill(page, PATTERN);
	address = bounce_map(page, 10, 20, DMA_TO_DEVICE, BOUNCE_ISA, GFP_KERNEL);
	EXPECT_EQ(address & ~PAGE_MASK, 10);
	EXPECT_EQ(nr_bounce_pages(), 1);
	EXPECT_EQ(bounce_check(), 0);
	EXPECT_EQ(device(address)[0], PATTERN);
	EXPECT_EQ(device(address)[19], PATTERN);
	device(address)[0] = 1;
	bounce_unmap(page, address);
	EXPECT_EQ(byte_at(page, 10), PATTERN);
	EXPECT_EQ(nr_bounce_pages(), 0);
	EXPECT_EQ(bounce_check(), 0);
	__free_page(page);
}

TEST(bounce, what_the_device_writes_comes_back_and_nothing_around_it)
{
	struct page *page;
	phys_addr_t address;

	boot();
	page = take_far_page();
	if (!page)
		SKIP("memory above 16 MiB");
	fill(page, PATTERN);
	address = bounce_map(page, 100, 50, DMA_FROM_DEVICE, BOUNCE_ISA, GFP_KERNEL);
	memset(device(address) - 1, 0x11, 52); /* one byte more on each side */
	EXPECT_EQ(byte_at(page, 100), PATTERN);
	bounce_sync_for_cpu(page, address);
	EXPECT_EQ(byte_at(page, 100), 0x11);
	device(address)[49] = 0x22;
	bounce_unmap(page, address);
	EXPECT_EQ(byte_at(page, 99), PATTERN);
	EXPECT_EQ(byte_at(page, 100), 0x11);
	EXPECT_EQ(byte_at(page, 149), 0x22);
	EXPECT_EQ(byte_at(page, 150), PATTERN);
	__free_page(page);
}

TEST(bounce, both_directions_and_the_whole_page)
{
	struct page *page;
	phys_addr_t address;

	boot();
	page = take_far_page();
	if (!page)
		SKIP("memory above 16 MiB");
	fill(page, 1);
	address = bounce_map(page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL, BOUNCE_ISA, GFP_KERNEL);
	EXPECT_EQ(device(address)[PAGE_SIZE - 1], 1);
	fill(page, 2);
	bounce_sync_for_device(page, address);
	EXPECT_EQ(device(address)[PAGE_SIZE - 1], 2);
	device(address)[PAGE_SIZE - 1] = 3;
	bounce_unmap(page, address);
	EXPECT_EQ(byte_at(page, PAGE_SIZE - 1), 3);
	EXPECT_EQ(byte_at(page, 0), 2);
	__free_page(page);
}

TEST(bounce, a_device_that_reaches_lowmem_gets_a_page_of_lowmem)
{
	struct page *page;
	const struct zone *normal = &contig_page_data.node_zones[ZONE_NORMAL];
	phys_addr_t address;

	boot();
	page = take_high_page();
	if (!page)
		SKIP("highmem");
	address = bounce_map(page, 0, 1, DMA_FROM_DEVICE, zone_end_pfn(normal), GFP_KERNEL);
	EXPECT(PFN_DOWN(address) < zone_end_pfn(normal));
	EXPECT(PFN_DOWN(address) >= BOUNCE_ISA); /* the scarce zone is left alone */
	bounce_unmap(page, address);
	EXPECT_EQ(bounce_check(), 0);
	__free_page(page);
}

/* ---- Misuse ---- */

static struct page *wrong_page;
static phys_addr_t wrong_address;

static void unmap_wrong(void *unused)
{
	(void)unused;
	bounce_unmap(wrong_page, wrong_address);
}

static void map_too_far(void *page)
{
	bounce_map(page, PAGE_SIZE - 1, 2, DMA_TO_DEVICE, BOUNCE_ISA, GFP_ATOMIC);
}

static void map_nothing(void *page)
{
	bounce_map(page, 0, 0, DMA_TO_DEVICE, BOUNCE_ISA, GFP_ATOMIC);
}

TEST(bounce, what_does_not_belong_together_is_a_bug)
{
	struct page *page, *other;

	boot();
	page = take_far_page();
	other = take_far_page();
	if (!page || !other)
		SKIP("memory above 16 MiB");
	wrong_page = other;
	wrong_address = bounce_map(page, 8, 8, DMA_TO_DEVICE, BOUNCE_ISA, GFP_KERNEL);
	EXPECT_BUG(unmap_wrong, NULL);
	wrong_page = page;
	wrong_address += 4;
	EXPECT_BUG(unmap_wrong, NULL); /* another offset */
	wrong_address -= 4;
	bounce_unmap(page, wrong_address);
	EXPECT_BUG(unmap_wrong, NULL); /* twice */
	wrong_address = ~0ULL - PAGE_SIZE;
	EXPECT_BUG(unmap_wrong, NULL);
	EXPECT_BUG(map_too_far, page);
	EXPECT_BUG(map_nothing, page);
	EXPECT_EQ(bounce_check(), 0);
	__free_page(page);
	__free_page(other);
}

/* ---- The emergency pool ---- */

static LIST_HEAD(hoard);

/* Nothing left below 16 MiB. */
static void exhaust_dma(void)
{
	struct page *page;

	while ((page = alloc_page(__GFP_DMA | __GFP_HIGH | __GFP_NOWARN)) != NULL)
		list_add(&page->lru, &hoard);
}

static void give_hoard(void)
{
	while (!list_empty(&hoard)) {
		struct page *page = list_first_entry(&hoard, struct page, lru);

		list_del(&page->lru);
		__free_page(page);
	}
}

static phys_addr_t addresses[BOUNCE_POOL_SIZE];

static bool map_pool(struct page *page)
{
	exhaust_dma();
	for (unsigned int i = 0; i < BOUNCE_POOL_SIZE; i++) {
		addresses[i] = bounce_map(page, i, 1, DMA_TO_DEVICE, BOUNCE_ISA, GFP_ATOMIC);
		if (!EXPECT(addresses[i] != BOUNCE_NONE))
			return false;
	}
	return EXPECT_EQ(bounce_pool_free(), 0);
}

TEST(bounce, when_memory_is_out_the_pool_serves_and_fills_again)
{
	struct page *page;

	boot();
	page = take_far_page();
	if (!page)
		SKIP("memory above 16 MiB");
	EXPECT_EQ(bounce_pool_free(), BOUNCE_POOL_SIZE);
	ASSERT(map_pool(page));
	EXPECT_EQ(bounce_map(page, 0, 1, DMA_TO_DEVICE, BOUNCE_ISA, GFP_ATOMIC), BOUNCE_NONE);
	EXPECT_EQ(nr_bounce_pages(), BOUNCE_POOL_SIZE);
	EXPECT_EQ(bounce_check(), 0);
	for (unsigned int i = 0; i < BOUNCE_POOL_SIZE; i++)
		bounce_unmap(page, addresses[i]);
	EXPECT_EQ(bounce_pool_free(), BOUNCE_POOL_SIZE);
	EXPECT_EQ(bounce_check(), 0);
	give_hoard();
	__free_page(page);
}

#define WAITERS 4

static unsigned int nr_mapped;

static int map_and_keep(void *page)
{
	phys_addr_t address = bounce_map(page, 0, 1, DMA_TO_DEVICE, BOUNCE_ISA, GFP_NOIO);

	nr_mapped++;
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	bounce_unmap(page, address);
	return address == BOUNCE_NONE;
}

TEST(bounce, who_may_sleep_waits_for_a_page_that_comes_back)
{
	struct page *page;
	struct task_struct *tasks[WAITERS];

	boot();
	page = take_far_page();
	if (!page)
		SKIP("memory above 16 MiB");
	nr_mapped = 0;
	for (unsigned int i = 0; i < WAITERS; i++) /* their stacks, before memory is out */
		ASSERT((tasks[i] = kthread_create(map_and_keep, page, "bounce/%u", i)) != NULL);
	ASSERT(map_pool(page));
	for (unsigned int i = 0; i < WAITERS; i++)
		wake_up_process(tasks[i]);
	schedule_timeout_uninterruptible(3);
	EXPECT_EQ(nr_mapped, 0);
	for (unsigned int i = 0; i < WAITERS; i++) { /* each page lets one go on */
		bounce_unmap(page, addresses[i]);
		schedule_timeout_uninterruptible(3);
		EXPECT_EQ(nr_mapped, i + 1);
	}
	for (unsigned int i = 0; i < WAITERS; i++)
		EXPECT_EQ(kthread_stop(tasks[i]), 0);
	for (unsigned int i = WAITERS; i < BOUNCE_POOL_SIZE; i++)
		bounce_unmap(page, addresses[i]);
	EXPECT_EQ(bounce_pool_free(), BOUNCE_POOL_SIZE);
	EXPECT_EQ(bounce_check(), 0);
	give_hoard();
	__free_page(page);
}
