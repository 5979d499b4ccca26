/*
 * The host's stand-in for <asm/irqflags.h>: the flag without the interrupts, so
 * that a test can see whether somebody forgot to put it back.
 */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <lib/types.h>

extern bool host_irqs_off;

static inline bool irqs_disabled(void)
{
	return host_irqs_off;
}

static inline void local_irq_disable(void)
{
	host_irqs_off = true;
}

static inline void local_irq_enable(void)
{
	host_irqs_off = false;
}

/* Nothing can run: a tick passes at once (fiber.c). */
void host_tick(void);

static inline void safe_halt(void)
{
	host_irqs_off = false;
	host_tick();
}

#define local_irq_save(flags)                                                          \
	do {                                                                           \
		(flags) = host_irqs_off;                                               \
		host_irqs_off = true;                                                  \
	} while (0)
#define local_irq_restore(flags) ((void)(host_irqs_off = (flags)))

#endif
