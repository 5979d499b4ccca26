/*
 * The preempt count: whether what runs may be interrupted by another thread, and
 * in what context it is. One number a CPU, whose parts count separately, as in
 * Linux:
 *
 *	bits 0-7    preempt_disable() calls that are open; each held spinlock and
 *	            each open kmap_atomic is one
 *	bits 16-27  interrupt handlers that are running, one inside the other
 *
 * While it is not zero the scheduler leaves this thread on the CPU, and the thread
 * may not sleep. It is zero whenever one thread hands over to another, so no
 * thread has to carry it along. (Love, Linux Kernel Development, "Kernel
 * Preemption"; Linux 2.6.24: include/linux/hardirq.h, preempt.h)
 *
 * It stands in lib, below the scheduler, because everything from printk up uses
 * it. The scheduler sets need_resched and the function that is called for it.
 */
#ifndef LIB_PREEMPT_H
#define LIB_PREEMPT_H

#include <lib/compiler.h>
#include <lib/percpu.h>
#include <lib/types.h>

#define PREEMPT_OFFSET 0x00000001u
#define PREEMPT_MASK   0x000000ffu
#define HARDIRQ_OFFSET 0x00010000u
#define HARDIRQ_MASK   0x0fff0000u

DECLARE_PER_CPU(unsigned int, preempt_count);
DECLARE_PER_CPU(bool, need_resched); /* another thread should run */

/* Lets another thread run, if that is possible here; the scheduler's, NULL until
 * there is one (need_resched is false until then). */
extern void (*preempt_schedule)(void);

static inline unsigned int preempt_count(void)
{
	return READ_ONCE(__get_cpu_var(preempt_count));
}

static inline bool need_resched(void)
{
	return READ_ONCE(__get_cpu_var(need_resched));
}

static inline void preempt_disable(void)
{
	__get_cpu_var(preempt_count) += PREEMPT_OFFSET;
	barrier();
}

/* Without looking whether another thread waits: who calls it will soon schedule. */
static inline void preempt_enable_no_resched(void)
{
	barrier();
	__get_cpu_var(preempt_count) -= PREEMPT_OFFSET;
}

static inline void preempt_check_resched(void)
{
	if (unlikely(need_resched()))
		preempt_schedule();
}

/* The outermost call lets a waiting thread run. May be called with interrupts
 * off: then the switch waits until they come on and the next tick. */
static inline void preempt_enable(void)
{
	preempt_enable_no_resched();
	preempt_check_resched();
}

/* In an interrupt handler. */
static inline bool in_irq(void)
{
	return preempt_count() & HARDIRQ_MASK;
}

/* In a handler, or in what it interrupted the thread for: no current thread. */
static inline bool in_interrupt(void)
{
	return in_irq();
}

/* Where nobody may sleep. (Interrupts that are off are another reason.) */
static inline bool in_atomic(void)
{
	return preempt_count() != 0;
}

#endif
