/* bench: the price of primitives, to read the other rows by. */
#include "internal.h"

#include <asm/tlbflush.h>
#include <lib/string.h>
#include <lib/util.h>
#include <sched/spinlock.h>

static DEFINE_SPINLOCK(lock);

static noinline void empty_function(void)
{
	barrier();
}

BENCH_LOOP(ref_call_ret, empty_function())
BENCH_LOOP(ref_local_irq_save_restore, unsigned long flags; local_irq_save(flags);
	   local_irq_restore(flags))
BENCH_LOOP(ref_preempt_disable_enable, preempt_disable(); preempt_enable())
BENCH_LOOP(ref_spin_lock_unlock, spin_lock(&lock); spin_unlock(&lock))
BENCH_LOOP(ref_spin_lock_irqsave_restore, unsigned long flags;
	   spin_lock_irqsave(&lock, flags); spin_unlock_irqrestore(&lock, flags))
BENCH_LOOP(ref_invlpg, __flush_tlb_one((unsigned long)bench.area, TLB_VMALLOC))
BENCH_LOOP(ref_clear_page_lowmem, clear_page(lowmem_page_address(bench.low[0])))
BENCH_LOOP(ref_copy_page_lowmem, memcpy(lowmem_page_address(bench.low[1]),
					lowmem_page_address(bench.low[0]), PAGE_SIZE))

static const struct bench rows[] = {
	BENCH_ROW(ref_call_ret, 10000, BENCH_ATOMIC),
	BENCH_ROW(ref_local_irq_save_restore, 10000, BENCH_ATOMIC),
	BENCH_ROW(ref_preempt_disable_enable, 10000, BENCH_ATOMIC),
	BENCH_ROW(ref_spin_lock_unlock, 10000, BENCH_ATOMIC),
	BENCH_ROW(ref_spin_lock_irqsave_restore, 10000, BENCH_ATOMIC),
	BENCH_ROW(ref_invlpg, 10000, BENCH_ATOMIC),
	BENCH_ROW(ref_clear_page_lowmem, 1000, BENCH_ATOMIC),
	BENCH_ROW(ref_copy_page_lowmem, 1000, BENCH_ATOMIC),
};
BENCH_GROUP(bench_reference, rows);
