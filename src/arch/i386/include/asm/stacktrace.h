/* Who called whom, as the frame pointers on the stack have it. */
#ifndef ASM_STACKTRACE_H
#define ASM_STACKTRACE_H

/* What a function finds at ebp, after it has pushed it. */
struct stack_frame {
	unsigned long ebp, eip;
};

/*
 * Store up to max return addresses, the nearest first: the first one leads out of
 * the function that calls this, and skip of them are left out. Returns how many
 * were stored; stops at what does not look like a frame. Does not sleep.
 */
unsigned int save_stack_trace(unsigned long *entries, unsigned int max,
                              unsigned int skip);

#endif
