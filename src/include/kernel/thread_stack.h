/* Where threads' stacks come from. */
#ifndef KERNEL_THREAD_STACK_H
#define KERNEL_THREAD_STACK_H

/* THREAD_SIZE bytes with an unmapped page below, so that an overflow is a double
 * fault with a report and not a scribble; NULL when there is no memory. Both may
 * sleep. */
void *alloc_thread_stack(void);
void free_thread_stack(void *stack);

#endif
