/* Changing stacks: what the scheduler needs of the machine. */
#ifndef ASM_SWITCH_TO_H
#define ASM_SWITCH_TO_H

#include <asm/stacktrace.h>

/*
 * Keep this thread's registers on its stack and its stack pointer in *prev_esp, and
 * go on where next_esp was kept. Returns when somebody switches back. Interrupts
 * are off. (entry.asm)
 */
void __switch_to(unsigned long *prev_esp, unsigned long next_esp);

/* What __switch_to pushes, the caller's frame on top. */
struct switch_frame {
	unsigned long edi, esi, ebx;
	struct stack_frame caller;
};

/* A stack on which the first switch to it enters entry(), which does not return.
 * A backtrace ends there. Returns the stack pointer to keep. */
static inline unsigned long new_switch_frame(void *stack, unsigned long size,
					     void (*entry)(void))
{
	unsigned long *top = (unsigned long *)((char *)stack + size);
	struct switch_frame *frame;

	*--top = 0; /* nowhere to return to */
	frame = (struct switch_frame *)top - 1;
	*frame = (struct switch_frame){.caller = {.eip = (unsigned long)entry}};
	return (unsigned long)frame;
}

/* Where a thread that does not run will go on, and with which frame. */
static inline struct stack_frame switched_frame(unsigned long esp)
{
	return ((const struct switch_frame *)esp)->caller;
}

#endif
