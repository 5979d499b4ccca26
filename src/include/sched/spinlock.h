/*
 * Spinlocks. On one CPU nobody can spin: holding a lock means that no other
 * thread runs (preemption is off), and with the irq forms no interrupt handler
 * either, which is all that a second CPU would have to be kept from. A lock is
 * still named for each structure that it guards, so that more CPUs can come.
 * (Gorman's and Linux's uniprocessor build: include/linux/spinlock_api_up.h)
 *
 * A lock that an interrupt handler takes as well must be taken by the irq forms
 * everywhere else. Nobody sleeps while holding one. None of these fails.
 */
#ifndef SCHED_SPINLOCK_H
#define SCHED_SPINLOCK_H

#include <asm/irqflags.h>
#include <lib/preempt.h>

typedef struct {
} spinlock_t;

#define DEFINE_SPINLOCK(name) spinlock_t name

static inline void spin_lock_init(spinlock_t *lock)
{
	(void)lock;
}

static inline void spin_lock(spinlock_t *lock)
{
	(void)lock;
	preempt_disable();
}

static inline void spin_unlock(spinlock_t *lock)
{
	(void)lock;
	preempt_enable();
}

/* Interrupts must have been on: use the saving form where that is not certain. */
static inline void spin_lock_irq(spinlock_t *lock)
{
	local_irq_disable();
	spin_lock(lock);
}

static inline void spin_unlock_irq(spinlock_t *lock)
{
	(void)lock;
	preempt_enable_no_resched();
	local_irq_enable();
	preempt_check_resched();
}

#define spin_lock_irqsave(lock, flags)                                                 \
	do {                                                                           \
		local_irq_save(flags);                                                 \
		spin_lock(lock);                                                       \
	} while (0)

static inline void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	(void)lock;
	preempt_enable_no_resched();
	local_irq_restore(flags);
	preempt_check_resched();
}

#endif
