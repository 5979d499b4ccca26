/* Interrupts on this CPU, on and off. */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <asm/processor-flags.h>
#include <lib/types.h>

static inline unsigned long native_save_fl(void)
{
	unsigned long flags;

	__asm__ volatile("pushfl; popl %0" : "=rm"(flags)::"memory");
	return flags;
}

static inline void native_restore_fl(unsigned long flags)
{
	__asm__ volatile("pushl %0; popfl" ::"g"(flags) : "memory", "cc");
}

static inline void local_irq_disable(void)
{
	__asm__ volatile("cli" ::: "memory");
}

static inline void local_irq_enable(void)
{
	__asm__ volatile("sti" ::: "memory");
}

/* Enable interrupts and wait for one; none is lost between the two. */
static inline void safe_halt(void)
{
	__asm__ volatile("sti; hlt" ::: "memory");
}

static inline bool irqs_disabled(void)
{
	return !(native_save_fl() & X86_EFLAGS_IF);
}

#define local_irq_save(flags)                                                  \
	do {                                                                   \
		(flags) = native_save_fl();                                    \
		local_irq_disable();                                           \
	} while (0)
#define local_irq_restore(flags) native_restore_fl(flags)

#endif
