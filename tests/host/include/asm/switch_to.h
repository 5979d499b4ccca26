/* The host's stand-in for <asm/switch_to.h>: the see fiber.c. */
#ifndef ASM_SWITCH_TO_H
#define ASM_SWITCH_TO_H

void __switch_to(unsigned long *prev_esp, unsigned long next_esp);
unsigned long new_switch_frame(void *stack, unsigned long size, void (*entry)(void));

#endif
