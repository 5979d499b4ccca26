/*
 * A companion for whoever runs under preempt_jitter=: a thread that is always
 * runnable, uses what a CPU has only one of (registers, kmap_atomic slots), checks
 * it, and changes nothing that a test could count.
 */
#include <kernel/jitter_thread.h>
#include <kernel/kthread.h>
#include <lib/bug.h>
#include <lib/compiler.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>
#include <sched/jitter.h>

#define WORDS (PAGE_SIZE / sizeof(u32))

static void scribble_and_check(struct page *page, u32 round)
{
	u32 *words = kmap_atomic(page);

	for (u32 i = 0; i < WORDS; i += WORDS / 16)
		words[i] = round + i;
	barrier();
	for (u32 i = 0; i < WORDS; i += WORDS / 16)
		BUG_ON(words[i] != round + i);
	kunmap_atomic(words);
}

static int jitter_thread(void *page)
{
	for (u32 round = 0; !kthread_should_stop(); round++) {
		scribble_and_check(page, round);
		yield();
	}
	return 0;
}

void __init jitter_thread_init(void)
{
	struct page *page;

	if (!jitter_on())
		return;
	page = alloc_page(GFP_HIGHUSER | __GFP_NOFAIL);
	if (!kthread_run(jitter_thread, page, "jitter"))
		panic("preempt_jitter: no memory for its thread");
}
