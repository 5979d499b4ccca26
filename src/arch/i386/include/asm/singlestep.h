/*
 * One instruction at a time: with the trap flag set, the CPU raises a debug exception
 * behind each instruction. (SDM vol. 3B 17.3.1.4)
 */
#ifndef ASM_SINGLESTEP_H
#define ASM_SINGLESTEP_H

#include <asm/ptrace.h>

/* Called before an instruction, with its address; interrupts off. */
typedef void (*single_step_t)(unsigned long eip);

/* Step this thread from here on. One at a time. */
void single_step_begin(single_step_t hook);

/* And no further. False if the thread gave up the CPU by itself between: a part of
 * schedule() was not stepped. */
bool single_step_end(void);

/* The trap handler's: whether a debug exception was a step, and is done with. */
bool single_stepped(struct pt_regs *regs);

#endif
