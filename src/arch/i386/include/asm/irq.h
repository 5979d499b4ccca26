/*
 * The 16 interrupts of the PC's two 8259 controllers, on vectors 32 to 47.
 */
#ifndef ASM_IRQ_H
#define ASM_IRQ_H

#include <asm/ptrace.h>

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

/* Whether the CPU is inside an interrupt handler. */
bool in_irq(void);

#endif
