/*
 * kmap: slots, sharing, the flush when the window has come round, waiting, misuse.
 */
#include "kmap_test.h"
#include "said.h"

#include <kernel/kthread.h>
#include <lib/vsprintf.h>
#include <mm/tlb.h>
#include <proc/proc.h>
#include <sched/completion.h>
#include <sched/semaphore.h>

#define NO_HIGHMEM "highmem"
#define EXTRA      64

static struct page *pages[LAST_PKMAP + EXTRA];

static u32 word_of(const struct page *page)
{
	return (u32)page_to_pfn(page) * 2654435761U;
}

TEST(kmap, a_page_of_lowmem_has_its_own_address_and_takes_no_slot)
{
	struct pkmap_stats before = pkmap_stats();
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	EXPECT_EQ(kmap(page), lowmem_page_address(page));
	EXPECT_EQ(page_address(page), lowmem_page_address(page));
	EXPECT_EQ(kmap_high_get(page), lowmem_page_address(page));
	EXPECT_EQ(pkmap_stats().used, before.used);
	kunmap(page);
	kunmap(page);
	__free_page(page);
}

TEST(kmap, what_is_written_by_one_mapping_is_read_by_another)
{
	struct page *page = take_high_page();
	u32 *first, *second;

	if (!page)
		SKIP(NO_HIGHMEM);
	first = kmap(page);
	EXPECT(is_pkmap((unsigned long)first));
	*first = word_of(page);
	kunmap(page);
	kmap_flush_unused();
	EXPECT_EQ(page_address(page), NULL);
	second = kmap(page);
	EXPECT_EQ(*second, word_of(page));
	EXPECT_EQ(kmap_to_page((u8 *)second + 17), page);
	kunmap(page);
	EXPECT_EQ(pkmap_check(), 0);
	__free_page(page);
}

TEST(kmap, a_page_that_has_a_slot_is_found_there)
{
	struct page *page = take_high_page();
	void *address;

	if (!page)
		SKIP(NO_HIGHMEM);
	kmap_flush_unused();
	EXPECT_EQ(page_address(page), NULL);
	address = kmap(page);
	EXPECT_EQ(page_address(page), address);
	EXPECT_EQ(kmap(page), address);
	kunmap(page);
	kunmap(page);
	EXPECT_EQ(page_address(page), address);
	__free_page(page);
}

TEST(kmap, mappings_of_one_page_share_its_slot)
{
	struct page *page = take_high_page();
	void *address;

	if (!page)
		SKIP(NO_HIGHMEM);
	address = kmap(page);
	EXPECT_EQ(pkmap_count_of(page), 2);
	EXPECT_EQ(kmap(page), address);
	EXPECT_EQ(kmap_high_get(page), address);
	EXPECT_EQ(pkmap_count_of(page), 4);
	for (int i = 0; i < 3; i++)
		kunmap(page);
	EXPECT_EQ(pkmap_count_of(page), 1);
	__free_page(page);
}

TEST(kmap, a_slot_is_in_use_once_however_many_use_it)
{
	struct page *page = take_high_page();
	unsigned int used = pkmap_stats().used;

	if (!page)
		SKIP(NO_HIGHMEM);
	for (int i = 0; i < 3; i++) {
		kmap(page);
		EXPECT_EQ(pkmap_stats().used, used + 1);
	}
	kunmap(page);
	kunmap(page);
	EXPECT_EQ(pkmap_stats().used, used + 1);
	EXPECT_EQ(pkmap_check(), 0);
	kunmap(page);
	EXPECT_EQ(pkmap_stats().used, used);
	EXPECT_EQ(pkmap_check(), 0);
	__free_page(page);
}

TEST(kmap, an_unmapped_page_keeps_its_slot_until_the_flush)
{
	struct page *page = take_high_page();
	void *address;

	if (!page)
		SKIP(NO_HIGHMEM);
	kmap_flush_unused();
	EXPECT_EQ(kmap_high_get(page), NULL);
	address = kmap(page);
	kunmap(page);
	EXPECT_EQ(page_address(page), address);
	EXPECT_EQ(kmap_high_get(page), address);
	kunmap(page);
	EXPECT_EQ(kmap(page), address);
	kmap_flush_unused(); /* not this one */
	EXPECT_EQ(page_address(page), address);
	kunmap(page);
	kmap_flush_unused();
	EXPECT_EQ(page_address(page), NULL);
	EXPECT_EQ(pkmap_stats().stale, 0);
	EXPECT_EQ(pkmap_check(), 0);
	__free_page(page);
}

TEST(kmap, all_slots_can_be_in_use_and_each_shows_its_page)
{
	if (pkmap_stats().used || !take_high_pages(pages, LAST_PKMAP))
		SKIP("a slot for each page, and as many pages of highmem");
	for (unsigned int i = 0; i < LAST_PKMAP; i++)
		*(u32 *)kmap(pages[i]) = word_of(pages[i]);
	EXPECT_EQ(pkmap_stats().used, LAST_PKMAP);
	EXPECT_EQ(pkmap_stats().free, 0);
	for (unsigned int i = 0; i < LAST_PKMAP && !ktest_failed(); i++)
		EXPECT_EQ(*(u32 *)page_address(pages[i]), word_of(pages[i]));
	EXPECT_EQ(pkmap_check(), 0);
	for (unsigned int i = 0; i < LAST_PKMAP; i++)
		kunmap(pages[i]);
	EXPECT_EQ(pkmap_stats().stale, LAST_PKMAP);
	give_pages(pages, LAST_PKMAP);
}

/*
 * Slots are taken in turn, and slot 0 begins a round: each time it comes there is a
 * flush, if anything is to be flushed. From slot 0 on, n mappings that are
 * each given back at once begin n / LAST_PKMAP further rounds.
 */
TEST(kmap, the_window_is_flushed_once_a_round)
{
	struct tlb_count counts = __get_cpu_var(tlb_counts)[TLB_KMAP];
	struct pkmap_stats before;

	if (pkmap_stats().used || !take_high_pages(pages, LAST_PKMAP + EXTRA))
		SKIP("a slot for each page, and as many pages of highmem");
	do { /* up to the last slot */
		kmap_flush_unused();
		kmap(pages[0]);
		kunmap(pages[0]);
	} while (pkmap_stats().last != LAST_PKMAP - 1);
	before = pkmap_stats();
	counts = __get_cpu_var(tlb_counts)[TLB_KMAP];
	for (unsigned int i = 0; i < 3 * LAST_PKMAP; i++) {
		kmap(pages[1 + i % (LAST_PKMAP + EXTRA - 1)]);
		kunmap(pages[1 + i % (LAST_PKMAP + EXTRA - 1)]);
	}
	EXPECT_EQ(pkmap_stats().flushes - before.flushes, 3);
	EXPECT_EQ(__get_cpu_var(tlb_counts)[TLB_KMAP].ranges - counts.ranges, 3);
	EXPECT_EQ(pkmap_check(), 0);
	give_pages(pages, LAST_PKMAP + EXTRA);
}

TEST(kmap, mapping_one_page_again_and_again_never_flushes)
{
	struct page *page = take_high_page();
	unsigned long flushes;

	if (!page)
		SKIP(NO_HIGHMEM);
	kmap(page);
	kunmap(page);
	flushes = pkmap_stats().flushes;
	for (unsigned int i = 0; i < 2 * LAST_PKMAP; i++) {
		kmap(page);
		kunmap(page);
	}
	EXPECT_EQ(pkmap_stats().flushes, flushes);
	__free_page(page);
}

TEST(kmap, a_pinned_slot_survives_rounds)
{
	u32 *address;

	if (pkmap_stats().used || !take_high_pages(pages, LAST_PKMAP + EXTRA))
		SKIP("a slot for each page, and as many pages of highmem");
	address = kmap(pages[0]);
	*address = word_of(pages[0]);
	for (unsigned int i = 0; i < 3 * LAST_PKMAP; i++) {
		kmap(pages[1 + i % (LAST_PKMAP + EXTRA - 1)]);
		kunmap(pages[1 + i % (LAST_PKMAP + EXTRA - 1)]);
	}
	EXPECT_EQ(page_address(pages[0]), address);
	EXPECT_EQ(*address, word_of(pages[0]));
	kunmap(pages[0]);
	give_pages(pages, LAST_PKMAP + EXTRA);
}

/* ---- Misuse ---- */

static void unmap_page(void *page)
{
	kunmap(page);
}

static void map_in_interrupt(void *page)
{
	__get_cpu_var(preempt_count) += HARDIRQ_OFFSET;
	kmap(page);
}

static void unmap_in_interrupt(void *page)
{
	__get_cpu_var(preempt_count) += HARDIRQ_OFFSET;
	kunmap(page);
}

TEST(kmap, unmapping_what_is_not_mapped_is_a_bug)
{
	struct page *page = take_high_page();

	if (!page)
		SKIP(NO_HIGHMEM);
	kmap_flush_unused();
	EXPECT_BUG(unmap_page, page); /* it has no slot */
	kmap(page);
	kunmap(page);
	EXPECT_BUG(unmap_page, page); /* it has one, and no users */
	EXPECT_EQ(pkmap_count_of(page), 1);
	EXPECT_EQ(pkmap_check(), 0);
	__free_page(page);
}

TEST(kmap, in_an_interrupt_both_are_bugs_even_for_lowmem)
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	EXPECT_BUG(map_in_interrupt, page);
	EXPECT_BUG(unmap_in_interrupt, page);
	EXPECT_EQ(pkmap_check(), 0);
	__free_page(page);
}

/* ---- Waiting ---- */

#define WAITERS 8

static unsigned int order[WAITERS], nr_served;
static struct semaphore may_unmap;

static int map_and_wait(void *page)
{
	void *address = kmap(page);

	preempt_disable();
	order[nr_served++] = *(u32 *)address;
	preempt_enable();
	down(&may_unmap);
	kunmap(page);
	return 0;
}

/* All slots taken by pages[EXTRA...], whose numbers the first words say. */
static bool fill_window(void)
{
	if (pkmap_stats().used || !take_high_pages(pages, LAST_PKMAP + EXTRA))
		return false;
	nr_served = 0;
	sema_init(&may_unmap, 0);
	for (unsigned int i = 0; i < EXTRA; i++) {
		*(u32 *)kmap(pages[i]) = i;
		kunmap(pages[i]);
	}
	for (unsigned int i = EXTRA; i < LAST_PKMAP + EXTRA; i++)
		kmap(pages[i]);
	return true;
}

static void wait_for_waiters(unsigned int nr)
{
	while (pkmap_stats().waiters != nr)
		schedule_timeout_uninterruptible(1);
}

static void wait_for_served(unsigned int nr)
{
	while (READ_ONCE(nr_served) < nr)
		schedule_timeout_uninterruptible(1);
}

static void unmap_from(unsigned int first)
{
	for (unsigned int i = first; i < LAST_PKMAP; i++)
		kunmap(pages[EXTRA + i]);
}

TEST(kmap, who_finds_no_slot_sleeps_until_there_is_one)
{
	struct task_struct *task;

	if (!fill_window())
		SKIP("a slot for each page, and as many pages of highmem");
	task = kthread_run(map_and_wait, pages[7], "kmap/7");
	ASSERT(task != NULL);
	wait_for_waiters(1);
	EXPECT_EQ(task->state, TASK_UNINTERRUPTIBLE);
	EXPECT_EQ(nr_served, 0);
	kunmap(pages[EXTRA]);
	wait_for_served(1);
	EXPECT_EQ(order[0], 7);
	up(&may_unmap);
	kthread_stop(task);
	unmap_from(1);
	EXPECT_EQ(pkmap_stats().used, 0);
	give_pages(pages, LAST_PKMAP + EXTRA);
}

TEST(kmap, who_is_woken_without_a_slot_sleeps_on)
{
	struct task_struct *task;

	if (!fill_window())
		SKIP("a slot for each page, and as many pages of highmem");
	task = kthread_run(map_and_wait, pages[7], "kmap/7");
	ASSERT(task != NULL);
	wait_for_waiters(1);
	wake_up_process(task);
	while (task->state != TASK_UNINTERRUPTIBLE)
		schedule_timeout_uninterruptible(1);
	EXPECT_EQ(pkmap_stats().waiters, 1);
	EXPECT_EQ(nr_served, 0);
	up(&may_unmap);
	kunmap(pages[EXTRA]);
	kthread_stop(task);
	unmap_from(1);
	EXPECT_EQ(pkmap_stats().used, 0);
	give_pages(pages, LAST_PKMAP + EXTRA);
}

TEST(kmap, who_waits_longest_gets_the_slot_first)
{
	struct task_struct *tasks[WAITERS];
	unsigned int told = 0; /* a bit for each: one may overtake another in telling */

	if (!fill_window())
		SKIP("a slot for each page, and as many pages of highmem");
	for (unsigned int i = 0; i < WAITERS; i++) {
		tasks[i] = kthread_run(map_and_wait, pages[i], "kmap/%u", i);
		ASSERT(tasks[i] != NULL);
		wait_for_waiters(i + 1);
	}
	EXPECT_EQ(pkmap_check(), 0);
	for (unsigned int i = 0; i < WAITERS; i++) {
		kunmap(pages[EXTRA + i]);
		EXPECT_EQ(pkmap_stats().waiters, WAITERS - 1 - i);
		EXPECT_EQ(pkmap_stats().used, LAST_PKMAP); /* handed over */
		EXPECT_EQ(pkmap_count_of(pages[i]), 2); /* and to whom */
	}
	wait_for_served(WAITERS);
	for (unsigned int i = 0; i < WAITERS; i++) {
		told |= 1U << order[i];
		up(&may_unmap);
	}
	EXPECT_EQ(told, (1U << WAITERS) - 1);
	for (unsigned int i = 0; i < WAITERS; i++)
		kthread_stop(tasks[i]);
	unmap_from(WAITERS);
	EXPECT_EQ(pkmap_check(), 0);
	EXPECT_EQ(pkmap_stats().used, 0);
	give_pages(pages, LAST_PKMAP + EXTRA);
}

TEST(kmap, all_who_wait_for_one_page_get_it_with_one_slot)
{
	struct task_struct *tasks[WAITERS];

	if (!fill_window())
		SKIP("a slot for each page, and as many pages of highmem");
	for (unsigned int i = 0; i < WAITERS; i++) {
		tasks[i] = kthread_run(map_and_wait, pages[i % 2], "kmap/%u", i);
		ASSERT(tasks[i] != NULL);
		wait_for_waiters(i + 1);
	}
	kunmap(pages[EXTRA]); /* one slot, and half of them */
	EXPECT_EQ(pkmap_stats().waiters, WAITERS / 2);
	EXPECT_EQ(pkmap_count_of(pages[0]) + pkmap_count_of(pages[1]), 1 + WAITERS / 2);
	EXPECT_EQ(pkmap_check(), 0);
	for (unsigned int i = 0; i < WAITERS; i++)
		up(&may_unmap); /* the last of them hands over to the others */
	for (unsigned int i = 0; i < WAITERS; i++)
		kthread_stop(tasks[i]);
	for (unsigned int i = 0; i < WAITERS; i++)
		EXPECT_EQ(order[i], order[i < WAITERS / 2 ? 0 : WAITERS - 1]);
	unmap_from(1);
	EXPECT_EQ(pkmap_check(), 0);
	EXPECT_EQ(pkmap_stats().used, 0);
	give_pages(pages, LAST_PKMAP + EXTRA);
}

TEST(kmap, a_page_that_is_mapped_is_shared_even_if_all_slots_are_taken)
{
	if (!fill_window())
		SKIP("a slot for each page, and as many pages of highmem");
	EXPECT_EQ(kmap(pages[EXTRA]), page_address(pages[EXTRA]));
	EXPECT_EQ(pkmap_count_of(pages[EXTRA]), 3);
	kunmap(pages[EXTRA]);
	unmap_from(0);
	give_pages(pages, LAST_PKMAP + EXTRA);
}

/* ---- Contention: 64 threads, six slots, a few pages more ---- */

#define THREADS         64
#define MAPS_A_THREAD   32 /* 2,048 in all */
#define CONTENDED_PAGES 16
#define FREE_SLOTS      6

static struct completion all_done;
static unsigned int running, wrong_words;

static int contend(void *seed)
{
	u64 state = (uintptr_t)seed;

	for (unsigned int i = 0; i < MAPS_A_THREAD; i++) {
		unsigned int nr = ktest_random_below(&state, CONTENDED_PAGES);
		u32 *word = kmap(pages[nr]);

		if (ktest_random_below(&state, 4))
			yield();
		if (*word != word_of(pages[nr]))
			wrong_words++;
		if (kmap_high_get(pages[nr]) != word)
			wrong_words++;
		kunmap(pages[nr]);
		kunmap(pages[nr]);
	}
	preempt_disable();
	if (--running == 0)
		complete(&all_done);
	preempt_enable();
	return 0;
}

static void start_contention(struct task_struct **tasks)
{
	u64 state = ktest_seed();

	init_completion(&all_done);
	running = THREADS;
	wrong_words = 0;
	for (unsigned int i = 0; i < THREADS; i++)
		tasks[i] = kthread_run(contend, (void *)(uintptr_t)ktest_random(&state),
				       "kmap/%u", i);
}

TEST(kmap, many_threads_wait_for_few_slots_and_all_come_through)
{
	static struct task_struct *tasks[THREADS];
	const unsigned int pinned = LAST_PKMAP - FREE_SLOTS;

	if (!fill_window())
		SKIP("a slot for each page, and as many pages of highmem");
	for (unsigned int i = 0; i < LAST_PKMAP; i++)
		if (i >= pinned)
			kunmap(pages[EXTRA + i]);
	for (unsigned int i = 0; i < CONTENDED_PAGES; i++) {
		*(u32 *)kmap(pages[i]) = word_of(pages[i]);
		kunmap(pages[i]);
	}
	start_contention(tasks);
	wait_for_completion(&all_done);
	for (unsigned int i = 0; i < THREADS; i++)
		if (EXPECT(tasks[i] != NULL))
			kthread_stop(tasks[i]);
	EXPECT_EQ(wrong_words, 0);
	EXPECT_EQ(pkmap_stats().used, pinned);
	EXPECT_EQ(pkmap_stats().waiters, 0);
	EXPECT_EQ(pkmap_check(), 0);
	for (unsigned int i = 0; i < pinned; i++)
		kunmap(pages[EXTRA + i]);
	give_pages(pages, LAST_PKMAP + EXTRA);
}

/* ---- The report ---- */

TEST(kmap, the_file_tells_of_each_slot)
{
	static char text[1 << 16];
	struct page *page = take_high_page();
	const struct proc_file *file = proc_find("pkmap");
	struct seq_buffer buffer;
	char line[120];

	if (!page)
		SKIP(NO_HIGHMEM);
	ASSERT(file != NULL);
	kmap(page);
	scnprintf(line, sizeof(line), "%08lx %8lx     3  mapped, 2 users\n",
		  (unsigned long)kmap(page), page_to_pfn(page));
	seq_buffer_init(&buffer, text, sizeof(text));
	EXPECT_EQ(file->show(&buffer.seq), 0);
	EXPECT(strstr(text, line) != NULL);
	kunmap(page);
	kunmap(page);
	seq_buffer_init(&buffer, text, sizeof(text));
	EXPECT_EQ(file->show(&buffer.seq), 0);
	scnprintf(line, sizeof(line), "%8lx     1  unused, to be flushed\n",
		  page_to_pfn(page));
	EXPECT(strstr(text, line) != NULL);
	__free_page(page);
}

IN_HIGHMEM_TOO(kmap, all_slots_can_be_in_use_and_each_shows_its_page);
IN_HIGHMEM_TOO(kmap, the_window_is_flushed_once_a_round);
IN_HIGHMEM_TOO(kmap, unmapping_what_is_not_mapped_is_a_bug);
IN_HIGHMEM_TOO(kmap, who_waits_longest_gets_the_slot_first);
IN_HIGHMEM_TOO(kmap, all_who_wait_for_one_page_get_it_with_one_slot);
IN_HIGHMEM_TOO(kmap, many_threads_wait_for_few_slots_and_all_come_through);
