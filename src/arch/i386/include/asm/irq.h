/*
 * The 16 interrupts of the PC's two 8259 controllers, on vectors 32 to 47.
 */
#ifndef ASM_IRQ_H
#define ASM_IRQ_H

#include <asm/ptrace.h>
#include <lib/preempt.h>

#define NR_IRQS          16
#define FIRST_IRQ_VECTOR 32

#define TIMER_IRQ    0
#define KEYBOARD_IRQ 1
#define CASCADE_IRQ  2
#define UART_IRQ     4

/* Program the controllers, all lines masked. Interrupts stay off. */
void init_IRQ(void);

/* Call handler, interrupts off, whenever irq fires; unmasks the line. */
void request_irq(unsigned int irq, void (*handler)(void));

/* The line's handler is taken out, the line masked. */
void free_irq(unsigned int irq);

/* The registers that the innermost interrupt handler will return to; NULL outside
 * of one. */
const struct pt_regs *get_irq_regs(void);

#endif
